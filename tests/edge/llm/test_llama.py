"""A real model by llama.cpp: what it reads is kept, and what it writes is its own."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.kernel.scheduler import Priority, Scheduler, Steps
from edge.llm.llama import SEATS, LlamaError, LlamaLanguageModel
from edge.llm.model import Piece, Prompt, Writing, Written
from edge.types import LaresError
from edge.voice.packages import is_installed
from models.catalog import Catalog
from models.gguf import GgufError

MODEL = Catalog.load().installed("smollm2-135m")
pytestmark = pytest.mark.skipif(
    MODEL is None or not is_installed("llama_cpp"), reason="no language model: make llm"
)
HOME = "You help in a home. It has a kitchen light, a fan and a heating. " * 8
GRAMMAR = 'root ::= "turn " ("on" | "off") " the " ("kitchen light" | "fan" | "heating")'


def file() -> Path:
    assert MODEL is not None
    return next(MODEL.glob("*.gguf"))


def prompt(text: str, home: str = HOME) -> Prompt:
    return Prompt(
        (Piece("<|im_start|>system\n", True), Piece(home), Piece("<|im_end|>\n", True)),
        (
            Piece("<|im_start|>user\n", True),
            Piece(text),
            Piece("<|im_end|>\n<|im_start|>assistant\n", True),
        ),
    )


def done(steps: Steps[Written]) -> tuple[Written, int]:
    """What is written, and in how many steps."""
    count = 0
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value, count
        count += 1


@pytest.fixture(scope="module")
def model() -> Iterator[LlamaLanguageModel]:
    model = LlamaLanguageModel(file())
    yield model
    model.close()


def test_an_answer_comes_token_by_token(model: LlamaLanguageModel) -> None:
    told: list[str] = []
    written, steps = done(model.write(prompt("Name a colour."), Writing(12), told.append))
    assert written.text
    assert "".join(told) == written.text
    assert 1 <= written.tokens <= 12
    assert steps >= written.tokens


def test_what_all_prompts_begin_with_is_read_once(model: LlamaLanguageModel) -> None:
    done(model.write(prompt("Name a colour."), Writing(1)))
    written, steps = done(model.write(prompt("Name an animal."), Writing(1)))
    assert written.kept_tokens > 0.7 * written.prompt_tokens
    assert steps == 1


def test_of_a_home_that_has_changed_only_what_follows_the_change_is_read_again(
    model: LlamaLanguageModel,
) -> None:
    lamps = [f"The lamp in room {number} is off. " for number in range(40)]

    def told(home: Sequence[str]) -> Written:
        asked = prompt("Name a colour.")
        return done(model.write(replace(asked, home=(Piece("".join(home)),)), Writing(8)))[0]

    alone = told(lamps)
    same = told(lamps)
    late = told([*lamps[:-1], "The lamp in room 39 is on. "])
    early = told(["The lamp in room 0 is on. ", *lamps[1:]])
    assert same.kept_tokens > late.kept_tokens > 0.7 * late.prompt_tokens
    assert 0 < early.kept_tokens < 0.5 * early.prompt_tokens
    assert told(lamps).text == alone.text == same.text


def test_a_prompt_without_a_beginning_leaves_what_is_kept(model: LlamaLanguageModel) -> None:
    done(model.write(prompt("Name a colour."), Writing(1)))
    done(model.write(Prompt((), prompt("Name a colour.").request), Writing(1)))
    written, _ = done(model.write(prompt("Name an animal."), Writing(1)))
    assert written.kept_tokens > 0.7 * written.prompt_tokens


def test_another_prefix_takes_the_place_of_the_last_one(model: LlamaLanguageModel) -> None:
    first, _ = done(model.write(prompt("Name a colour."), Writing(8)))
    other, _ = done(model.write(prompt("Name a colour.", "You are a pirate. " * 30), Writing(8)))
    again, _ = done(model.write(prompt("Name a colour."), Writing(8)))
    assert first.text == again.text != other.text


def test_a_prefix_is_kept_between_starts(tmp_path: Path) -> None:
    texts = []
    for _ in range(2):
        model = LlamaLanguageModel(file(), keep=tmp_path)
        written, steps = done(model.write(prompt("Name a colour."), Writing(8)))
        texts.append((written.text, steps))
        model.close()
    (first, slow), (second, fast) = texts
    assert first == second
    assert fast < slow
    assert len([*tmp_path.iterdir()]) == 1


def test_a_kept_prefix_that_is_damaged_is_read_anew(tmp_path: Path) -> None:
    texts = []
    for _ in range(2):
        model = LlamaLanguageModel(file(), keep=tmp_path)
        texts.append(done(model.write(prompt("Name a colour."), Writing(8)))[0].text)
        model.close()
        (kept,) = tmp_path.iterdir()
        kept.write_bytes(kept.read_bytes()[:1000])
    assert texts[0] == texts[1]


@pytest.mark.parametrize("seed", [1, 2])
def test_an_answer_that_is_interrupted_comes_out_as_if_it_had_not_been(
    model: LlamaLanguageModel, seed: int
) -> None:
    """More answers at once than there are seats, in any order of steps."""
    asked = [f"Tell me about {thing}." for thing in ("cats", "bread", "trains", "moss", "rain")]
    assert len(asked) > SEATS
    alone = [done(model.write(prompt(text), Writing(10)))[0].text for text in asked]
    running = dict(enumerate(model.write(prompt(text), Writing(10)) for text in asked))
    rng, found = random.Random(seed), {}
    while running:
        number = rng.choice([*running])
        try:
            next(running[number])
        except StopIteration as end:
            found[number] = end.value.text
            del running[number]
    assert [found[number] for number in range(len(asked))] == alone


def test_a_step_that_is_interrupted_is_taken_again(model: LlamaLanguageModel) -> None:
    """Interrupted from another thread while it computes: the answer is the same."""
    asked, writing = prompt("Tell me a story.", "You are kind. " * 60), Writing(12)
    alone, steps = done(model.write(asked, writing))
    done(model.write(prompt("Hello."), Writing(1)))
    over = threading.Event()

    def interrupt() -> None:
        for _ in range(200):
            model.interrupt()
            over.wait(0.003)

    thread = threading.Thread(target=interrupt)
    thread.start()
    written, more = done(model.write(asked, writing))
    over.set()
    thread.join()
    assert written.text == alone.text
    assert more > steps


def test_an_answer_that_is_given_up_leaves_its_seat(model: LlamaLanguageModel) -> None:
    for _ in range(3 * SEATS):
        steps = model.write(prompt("Tell me a story."), Writing(50))
        next(steps)
        next(steps)
        steps.close()
    assert done(model.write(prompt("Name a colour."), Writing(4)))[0].tokens > 0


def test_a_grammar_is_all_that_can_be_written(model: LlamaLanguageModel) -> None:
    written, _ = done(model.write(prompt("It is dark here. What do you do?"), Writing(20, GRAMMAR)))
    verb, name = written.text.removeprefix("turn ").split(" the ")
    assert verb in {"on", "off"}
    assert name in {"kitchen light", "fan", "heating"}
    assert written.ending == "end"


@given(st.text(max_size=60), st.integers(0, 2**32 - 1))
@settings(max_examples=8, deadline=None)
def test_whatever_is_said_and_however_the_dice_fall_the_grammar_holds(
    model: LlamaLanguageModel, text: str, seed: int
) -> None:
    writing = Writing(len("turn off the kitchen light") + 1, GRAMMAR, temperature=2.0, seed=seed)
    written, _ = done(model.write(prompt(text), writing))
    assert written.text.startswith("turn o")
    assert written.text.endswith(("the kitchen light", "the fan", "the heating"))


def test_chance_falls_the_same_for_the_same_seed(model: LlamaLanguageModel) -> None:
    texts = [
        done(model.write(prompt("Tell me a story."), Writing(12, temperature=1.0, seed=seed)))[0]
        for seed in (1, 1, 2)
    ]
    assert texts[0].text == texts[1].text != texts[2].text


def test_signs_in_what_comes_from_elsewhere_are_letters(model: LlamaLanguageModel) -> None:
    ours = model._tokens([Piece("<|im_end|>", True)], is_first=False)
    theirs = model._tokens([Piece("<|im_end|>")], is_first=False)
    assert len(ours) == 1
    assert ours[0] not in theirs


def test_a_prompt_that_does_not_fit_is_refused_with_numbers(model: LlamaLanguageModel) -> None:
    with pytest.raises(LlamaError, match="fewer than 2048 tokens"):
        done(model.write(prompt("word " * 3000), Writing(4)))


def test_an_answer_ends_where_there_is_no_more_room() -> None:
    model = LlamaLanguageModel(file(), context=64)
    written, _ = done(model.write(prompt("Tell me a story.", "Home."), Writing(10_000)))
    model.close()
    assert written.prompt_tokens + written.tokens <= 64


def test_text_that_is_no_grammar_is_refused(model: LlamaLanguageModel) -> None:
    with pytest.raises(LlamaError, match="GBNF"):
        done(model.write(prompt("Name a colour."), Writing(4, "root ::= (")))


def test_files_that_are_no_model_are_told_before_they_are_loaded(tmp_path: Path) -> None:
    foreign, cut = tmp_path / "a.gguf", tmp_path / "b.gguf"
    foreign.write_bytes(b"PK\x03\x04" * 100)
    cut.write_bytes(file().read_bytes()[: 40 << 20])
    for path, why in ((foreign, "no GGUF"), (cut, "cut off"), (tmp_path / "c.gguf", "expected")):
        with pytest.raises(GgufError, match=why):
            LlamaLanguageModel(path)


def test_a_model_larger_than_memory_is_refused_with_numbers() -> None:
    with pytest.raises(LaresError, match=r"needs [\d,]+ MB of memory, and [\d,]+ MB are free"):
        LlamaLanguageModel(file(), available_bytes=100 << 20)


def test_a_command_waits_for_a_token_and_not_for_the_answer(model: LlamaLanguageModel) -> None:
    with Scheduler() as scheduler:
        alone = done(model.write(prompt("Tell me a story."), Writing(30)))[0].text
        begun = threading.Event()
        story = scheduler.submit(
            lambda: model.write(prompt("Tell me a story."), Writing(30), lambda _: begun.set()),
            Priority.BACKGROUND,
        )
        assert begun.wait(60)
        at = scheduler.run(lambda: story.steps, Priority.INTERACTIVE)
        assert at < 30
        assert story.result(60).text == alone
