"""The simulated language model writes what it has learnt, as a real one would."""

from __future__ import annotations

from edge.kernel.scheduler import completed
from edge.llm.model import LanguageModel, Piece, Prompt, Writing
from edge.llm.simulated import SimulatedLanguageModel

PROMPT = Prompt((Piece("home"),), (Piece("say "), Piece("it")))


def test_it_writes_what_it_has_learnt_word_by_word() -> None:
    told: list[str] = []
    model: LanguageModel = SimulatedLanguageModel(lambda text: f"you said {text}")
    steps = model.write(PROMPT, Writing(), told.append)
    count = 0
    while True:
        try:
            next(steps)
        except StopIteration as end:
            written = end.value
            break
        count += 1
    assert written.text == "".join(told) == "you said say it"
    assert (written.tokens, written.ending, count) == (4, "end", 5)


def test_it_writes_no_more_than_it_may() -> None:
    model = SimulatedLanguageModel(lambda _: "one two three")
    written = completed(model.write(PROMPT, Writing(most_tokens=2)))
    assert (written.text, written.ending) == ("one two", "length")


def test_it_is_closed() -> None:
    model = SimulatedLanguageModel(str)
    model.close()
    assert model.closed
