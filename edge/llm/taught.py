"""What a language model was taught: to name the need that somebody's words tell.

`models/llm_train.py` teaches it with the prompts made here. The answer is one of the needs or
"nothing", and nothing else can be written.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from edge.kernel.scheduler import Steps
from edge.llm.model import LanguageModel, Piece, Prompt, Writing, Written

ADAPTER = "needs"
_MOST_TOKENS = 12
"""Of a need's name."""


def request(text: str) -> Prompt:
    """What is asked about a text."""
    said = Piece("<|im_start|>user\n", True), Piece(text), Piece("<|im_end|>\n", True)
    return Prompt((), (*said, Piece("<|im_start|>assistant\n", True)))


def answer(text: str) -> Prompt:
    """A need's name, as a model is taught to answer."""
    return Prompt((), (Piece(text), Piece("<|im_end|>", True)))


class TaughtNeeds:
    """Tells needs with a model that has the adapter.

    needs: all that may be answered.
    run: takes the steps of the work when their turn comes, and gives the result.
    """

    def __init__(
        self,
        model: LanguageModel,
        needs: Sequence[str],
        run: Callable[[Steps[Written]], Written],
    ) -> None:
        self._model = model
        self._run = run
        names = " | ".join(f'"{name}"' for name in needs)
        self._writing = Writing(_MOST_TOKENS, f"root ::= {names}", adapter=ADAPTER)

    def __call__(self, text: str) -> tuple[str, float]:
        """The likeliest need, and its probability."""
        written = self._run(self._model.write(request(text), self._writing))
        return written.text, math.exp(written.chances)
