"""Answers in words: what a model is told for them, and how they are cut into sentences.

What somebody says is put in as letters (`edge.llm.model.Piece`). Of the home, the model is told
nothing and asked nothing: what is said of it follows from its states.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from edge.llm.model import Piece, Prompt, Writing

MOST_TOKENS = 160
"""Of an answer: about a minute of speech."""
MOST_LETTERS = 400
"""Of what is asked."""
TOLD = "You are a helpful, friendly voice assistant named Lares. You answer in one short sentence."
"""Of several such texts the one with which SmolLM2 keeps closest to what it was asked."""
_END = re.compile(r"(?<=[.!?…])[\"”')]*\s+|\n+")
_MOST_UNENDED = 200
"""Letters after which something is said that has no end yet, up to its last comma; to its last word
where it has none."""


def prompt(text: str, *, taught: bool = False) -> Prompt:
    """Somebody says something to Lares. taught: to a model that was taught how it answers, and
    need not be told."""
    ours = Piece(f"<|im_start|>system\n{TOLD}<|im_end|>\n", True)
    return Prompt(
        () if taught else (ours,),
        (
            Piece("<|im_start|>user\n", True),
            Piece(" ".join(text.split())[:MOST_LETTERS]),
            Piece("<|im_end|>\n<|im_start|>assistant\n", True),
        ),
    )


def answer(text: str) -> Prompt:
    """An answer, as a model is taught it."""
    return Prompt((), (Piece(text), Piece("<|im_end|>", True)))


def writing(seed: int, adapter: str = "") -> Writing:
    """A little at random, as people do not always say the same."""
    return Writing(MOST_TOKENS, temperature=0.5, seed=seed, adapter=adapter)


class Sentences:
    """Cuts what is being written into sentences, and gives each as soon as it is whole."""

    def __init__(self, give: Callable[[str], None]) -> None:
        self._give = give
        self._rest = ""
        self._given: set[str] = set()
        self.goes_round = False
        """Whether a sentence was written again. It is not given again."""

    def write(self, text: str) -> None:
        """The next piece of text, of any length."""
        self._rest = (self._rest + text).lstrip()
        while letters := _sayable(self._rest):
            self._say(self._rest[:letters])
            self._rest = self._rest[letters:].lstrip()

    def end(self, *, whole: bool) -> None:
        """Nothing more is written. whole: the last sentence ended as its writer wanted; otherwise
        what has no end is dropped, unless there is nothing else."""
        if whole or not self._given:
            self._say(self._rest)
        self._rest = ""

    def _say(self, sentence: str) -> None:
        sentence = sentence.strip()
        if sentence in self._given:
            self.goes_round = True
        elif sentence:
            self._given.add(sentence)
            self._give(sentence)


def _sayable(text: str) -> int:
    """How many letters at the beginning of a text are said whatever follows; 0 where that is not
    known yet. It looks no further than it must, so that longer pieces are cut as short ones are."""
    some = text[: _MOST_UNENDED + 1]
    if (end := _END.search(some)) is not None:
        return end.end()
    if len(some) <= _MOST_UNENDED:
        return 0
    comma = max(some.rfind(", "), some.rfind("; "))
    return comma + 1 or some.rfind(" ") + 1 or _MOST_UNENDED
