"""What is asked of a language model, and what comes back. One Protocol, several makers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from edge.kernel.scheduler import Steps

Ending = Literal["end", "length"]
"""The model said that it is done, or it was not allowed to write more."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Text of a prompt.

    is_ours: the model's signs ("<|im_start|>") count as signs in it. In what comes from elsewhere,
    names of devices or what somebody said, they are letters like any others, so that no text can
    end its turn and speak as another.
    """

    text: str
    is_ours: bool = False


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the model reads, in this order: what is always the same, what seldom changes, the rest.

    Of the first two nothing is read again that the request before had, too.
    """

    prefix: tuple[Piece, ...]
    request: tuple[Piece, ...]
    home: tuple[Piece, ...] = ()
    """What seldom changes: between `prefix` and `request`."""

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """All that is read."""
        return (*self.prefix, *self.home, *self.request)


@dataclass(frozen=True, slots=True)
class Writing:
    """How an answer is written.

    grammar: what may be written, in llama.cpp's GBNF; empty: anything.
    temperature: 0 always takes the likeliest token; the same `seed` writes the same otherwise.
    adapter: what the model was taught for it; empty: the model as it is.
    """

    most_tokens: int = 128
    grammar: str = ""
    temperature: float = 0.0
    seed: int = 0
    adapter: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """An answer. Counts are of tokens."""

    text: str
    tokens: int
    prompt_tokens: int
    kept_tokens: int
    """Of the prompt those that were not read again, since they were kept from other requests."""
    ending: Ending
    chances: float = 0.0
    """The logarithm of the probability of all that was written, and of the end."""


Told = Callable[[str], None]
"""Is given each piece of text as soon as it is written."""


class LanguageModel(Protocol):
    """A model that continues texts."""

    @property
    def name(self) -> str:
        """As in the catalogue."""

    def write(self, prompt: Prompt, writing: Writing, told: Told | None = None) -> Steps[Written]:
        """Read the prompt and write an answer, in steps: some of the prompt, or one token.

        Between two steps other answers may be written; this one comes out the same. Raises
        LaresError when the prompt does not fit, or the model fails.
        """

    def interrupt(self) -> None:
        """Have the step that is being taken end now, to be taken again; from any thread."""

    def close(self) -> None:
        """Release its memory."""
