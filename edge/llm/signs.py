"""The signs by which a model tells whose turn it is, in the way of its family.

Prompts are written in ChatML, which SmolLM2 and Qwen2.5 know:

    <|im_start|>user
    What is a fjord?<|im_end|>
    <|im_start|>assistant

Other families mark the same turns otherwise, as their published chat templates and model cards say:

- Llama 3 puts who speaks into a header, and nothing between turns. What its newest templates add of
  its own, until when it knows the world and which day it is, is left out, as in its model card;
- Gemma calls the assistant `model` and knows no system: what that says is a user's turn. Google's
  template puts it at the beginning of the first user's turn instead, which pieces that are read one
  after the other cannot know of;
- Qwen3 knows ChatML, and thinks before it answers unless it finds that it has: an empty thought
  after the last beginning of the assistant, and only there.

Which family it is, is told by the GGUF file. Of these only ChatML, with SmolLM2, was tried with a
real model: the others could not be fetched where this was written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from edge.llm.model import Piece
from models.gguf import Value

_BEGINNING = re.compile(r"<\|im_start\|>(system|user|assistant)\n")
_END = re.compile(r"<\|im_end\|>(\n?)")
_ANSWERS = "<|im_start|>assistant\n"


@dataclass(frozen=True, slots=True)
class Signs:
    """How a family marks turns: `{before}role{after}text{end}{between}`."""

    before: str
    after: str
    end: str
    between: str
    """After a turn, where another follows."""
    roles: Mapping[str, str] = field(default_factory=dict)
    """What it calls those who speak, where not system, user and assistant."""
    thought: str = ""
    """What an answer begins with."""


CHATML = Signs("<|im_start|>", "\n", "<|im_end|>", "\n")
LLAMA3 = Signs("<|start_header_id|>", "<|end_header_id|>\n\n", "<|eot_id|>", "")
GEMMA = Signs(
    "<start_of_turn>", "\n", "<end_of_turn>", "\n", {"system": "user", "assistant": "model"}
)
QWEN3 = replace(CHATML, thought="<think>\n\n</think>\n\n")
_ARCHITECTURES = {"gemma": GEMMA, "gemma2": GEMMA, "gemma3": GEMMA, "qwen3": QWEN3}


def signs_of(values: Mapping[str, Value]) -> Signs:
    """The signs of a model, from what its GGUF file says of itself; ChatML where that is unknown.

    SmolLM2 has the architecture of Llama, too, but not the words of Llama 3.
    """
    architecture = str(values.get("general.architecture", ""))
    if architecture == "llama" and values.get("tokenizer.ggml.pre") == "llama-bpe":
        return LLAMA3
    return _ARCHITECTURES.get(architecture, CHATML)


def signed(pieces: Sequence[Piece], signs: Signs) -> tuple[Piece, ...]:
    """A prompt, or a part of one that ends between two pieces, with these signs in place of those
    of ChatML. What is not ours is never changed."""

    def rewritten(text: str) -> str:
        def begun(found: re.Match[str]) -> str:
            return f"{signs.before}{signs.roles.get(found[1], found[1])}{signs.after}"

        def ended(found: re.Match[str]) -> str:
            return signs.end + (signs.between if found[1] else "")

        return _END.sub(ended, _BEGINNING.sub(begun, text))

    new = [replace(p, text=rewritten(p.text)) if p.is_ours else p for p in pieces]
    if signs.thought and pieces and pieces[-1].is_ours and pieces[-1].text.endswith(_ANSWERS):
        new[-1] = replace(new[-1], text=new[-1].text + signs.thought)
    return tuple(new)
