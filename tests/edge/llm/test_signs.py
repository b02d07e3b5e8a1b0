"""Whose turn it is, as each family of models marks it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.llm import talking
from edge.llm.model import Piece, Prompt
from edge.llm.signs import CHATML, GEMMA, LLAMA3, QWEN3, Signs, signed, signs_of
from models.gguf import Value

FAMILIES = {"chatml": CHATML, "llama3": LLAMA3, "gemma": GEMMA, "qwen3": QWEN3}
EACH = pytest.mark.parametrize("signs", FAMILIES.values(), ids=FAMILIES)
PROMPT = Prompt(
    (
        Piece("<|im_start|>system\nBe brief.<|im_end|>\n", True),
        Piece("<|im_start|>user\n", True),
        Piece("Hi"),
        Piece("<|im_end|>\n<|im_start|>assistant\n", True),
        Piece("Hello!"),
        Piece("<|im_end|>\n", True),
    ),
    (
        Piece("<|im_start|>user\n", True),
        Piece("What is a fjord?"),
        Piece("<|im_end|>\n<|im_start|>assistant\n", True),
    ),
)
"""What stays the same has an example in it, as in `edge.llm.prompting`."""
WRITTEN = {
    "chatml": (
        "<|im_start|>system\nBe brief.<|im_end|>\n"
        "<|im_start|>user\nHi<|im_end|>\n"
        "<|im_start|>assistant\nHello!<|im_end|>\n"
        "<|im_start|>user\nWhat is a fjord?<|im_end|>\n"
        "<|im_start|>assistant\n"
    ),
    "llama3": (
        "<|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>"
        "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\nHello!<|eot_id|>"
        "<|start_header_id|>user<|end_header_id|>\n\nWhat is a fjord?<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\n"
    ),
    "gemma": (
        "<start_of_turn>user\nBe brief.<end_of_turn>\n"
        "<start_of_turn>user\nHi<end_of_turn>\n"
        "<start_of_turn>model\nHello!<end_of_turn>\n"
        "<start_of_turn>user\nWhat is a fjord?<end_of_turn>\n"
        "<start_of_turn>model\n"
    ),
    "qwen3": (
        "<|im_start|>system\nBe brief.<|im_end|>\n"
        "<|im_start|>user\nHi<|im_end|>\n"
        "<|im_start|>assistant\nHello!<|im_end|>\n"
        "<|im_start|>user\nWhat is a fjord?<|im_end|>\n"
        "<|im_start|>assistant\n<think>\n\n</think>\n\n"
    ),
}
ENDS = {
    "chatml": "<|im_end|>",
    "llama3": "<|eot_id|>",
    "gemma": "<end_of_turn>",
    "qwen3": "<|im_end|>",
}
OF_CHATML = ("<|im_start|>user\n", "<|im_start|>assistant\n", "<|im_end|>", "<|im_end|>\n")
TEXTS = st.lists(st.text(max_size=5) | st.sampled_from(OF_CHATML), max_size=5).map("".join)
PIECES = st.lists(st.builds(Piece, TEXTS, st.booleans()), max_size=6)


def text(pieces: tuple[Piece, ...]) -> str:
    return "".join(piece.text for piece in pieces)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_whole_prompt_is_as_the_family_knows_it(family: str) -> None:
    signs = FAMILIES[family]
    assert text(signed(PROMPT.prefix, signs) + signed(PROMPT.request, signs)) == WRITTEN[family]


@pytest.mark.parametrize("family", FAMILIES)
def test_an_answer_that_is_taught_ends_as_the_family_ends_it(family: str) -> None:
    answer = talking.answer("A bay.").request
    assert text(signed(answer, FAMILIES[family])) == f"A bay.{ENDS[family]}"


@pytest.mark.parametrize(
    ("values", "signs"),
    [
        ({"general.architecture": "llama", "tokenizer.ggml.pre": "smollm"}, CHATML),
        ({"general.architecture": "llama", "tokenizer.ggml.pre": "llama-bpe"}, LLAMA3),
        ({"general.architecture": "llama"}, CHATML),
        ({"general.architecture": "qwen2", "tokenizer.ggml.pre": "qwen2"}, CHATML),
        ({"general.architecture": "qwen3", "tokenizer.ggml.pre": "qwen2"}, QWEN3),
        ({"general.architecture": "gemma3", "tokenizer.ggml.pre": "default"}, GEMMA),
        ({"general.architecture": "rwkv7", "tokenizer.ggml.pre": "llama-bpe"}, CHATML),
        ({"general.architecture": 5}, CHATML),
        ({}, CHATML),
    ],
)
def test_the_family_is_told_from_what_the_file_says_of_itself(
    values: dict[str, Value], signs: Signs
) -> None:
    assert signs_of(values) == signs


@EACH
@given(pieces=PIECES)
def test_what_is_not_ours_is_never_changed(signs: Signs, pieces: list[Piece]) -> None:
    new = signed(pieces, signs)
    assert len(new) == len(pieces)
    for before, after in zip(pieces, new, strict=True):
        assert before.is_ours == after.is_ours
        assert before.is_ours or before == after


@given(pieces=PIECES)
def test_what_is_written_for_chatml_stays_as_it_is(pieces: list[Piece]) -> None:
    assert signed(pieces, CHATML) == tuple(pieces)


@pytest.mark.parametrize("signs", [LLAMA3, GEMMA], ids=["llama3", "gemma"])
@given(pieces=PIECES)
def test_no_sign_of_chatml_is_left_in_what_is_ours(signs: Signs, pieces: list[Piece]) -> None:
    ours = [piece.text for piece in signed(pieces, signs) if piece.is_ours]
    assert not any(sign in text for text in ours for sign in OF_CHATML)


def test_only_the_answer_that_is_to_be_written_begins_with_an_empty_thought() -> None:
    assert "<think>" not in text(signed(PROMPT.prefix, QWEN3))
    theirs = (Piece("<|im_start|>assistant\n"),)
    assert signed(theirs, QWEN3) == theirs
    assert signed((), QWEN3) == ()
