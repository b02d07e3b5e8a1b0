"""A language model that has learnt its answers by heart, for tests and for machines without one."""

from __future__ import annotations

from collections.abc import Callable

from edge.kernel.scheduler import Steps
from edge.llm.model import Ending, Prompt, Told, Writing, Written


class SimulatedLanguageModel:
    """Writes what `answer` gives for a text, the home's and the request's, a word a step."""

    name = "simulated"

    def __init__(self, answer: Callable[[str], str]) -> None:
        self._answer = answer
        self.closed = False

    def write(self, prompt: Prompt, writing: Writing, told: Told | None = None) -> Steps[Written]:
        text = "".join(piece.text for piece in (*prompt.home, *prompt.request))
        read = len(text.split())
        yield
        words: list[str] = []
        answer = self._answer(text).split(" ")
        for word in answer[: writing.most_tokens]:
            words.append(word)
            if told is not None:
                told(word if len(words) == 1 else f" {word}")
            yield
        ending: Ending = "length" if len(words) < len(answer) else "end"
        return Written(" ".join(words), len(words), read, 0, ending)

    def interrupt(self) -> None:
        """Its steps are short."""

    def close(self) -> None:
        self.closed = True
