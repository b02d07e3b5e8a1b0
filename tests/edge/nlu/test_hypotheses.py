"""Which of several texts is taken: the likeliest, unless only another one means something."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from edge.nlu.hypotheses import MOST_UNLIKELIER, read_best
from edge.nlu.interpreter import Reading
from edge.types import Hypothesis, Intent, Transcript, Understanding

NOTHING = Reading(Understanding())
LAMP = Reading(Understanding((Intent("HassTurnOn", {"name": "Den Lamp"}),)))
FAN = Reading(Understanding((Intent("HassTurnOn", {"name": "Ceiling Fan"}),)))
WHICH = Reading(Understanding((Intent("HassTurnOn"),), "Which lamp?", ("light.a", "light.b")))


def transcript(*scored: tuple[str, float]) -> Transcript:
    hypotheses = tuple(Hypothesis(*one) for one in scored)
    return Transcript(scored[0][0], "whisper", 0.9, hypotheses)


class Reader:
    """Knows what some texts mean; remembers which it was asked for."""

    def __init__(self, **meanings: Reading) -> None:
        self.meanings = meanings
        self.asked: list[str] = []

    def __call__(self, text: str) -> Reading:
        self.asked.append(text)
        return self.meanings.get(text, NOTHING)


def test_a_text_that_means_nothing_gives_way_to_one_that_does() -> None:
    heard = transcript(("lamb", -1.0), ("lump", -1.5), ("lamp", -2.0))
    assert read_best(heard, Reader(lamp=LAMP)) == ("lamp", LAMP)


def test_of_several_that_mean_something_the_likeliest_is_taken() -> None:
    heard = transcript(("lamb", -1.0), ("fan", -1.5), ("lamp", -2.0))
    assert read_best(heard, Reader(lamp=LAMP, fan=FAN)) == ("fan", FAN)


def test_what_is_understood_is_not_changed_and_nothing_else_is_read() -> None:
    reader = Reader(lamp=LAMP, fan=FAN)
    assert read_best(transcript(("lamp", -9.0), ("fan", -0.1)), reader) == ("lamp", LAMP)
    assert reader.asked == ["lamp"]


def test_what_raises_a_question_is_not_changed() -> None:
    heard = transcript(("the lamp", -1.0), ("lamp", -1.1))
    assert read_best(heard, Reader(**{"the lamp": WHICH, "lamp": LAMP})) == ("the lamp", WHICH)


def test_what_would_raise_a_question_is_no_better_than_nothing() -> None:
    heard = transcript(("lamb", -1.0), ("the lamp", -1.1), ("lamp", -1.2))
    assert read_best(heard, Reader(**{"the lamp": WHICH})) == ("lamb", NOTHING)
    assert read_best(heard, Reader(**{"the lamp": WHICH, "lamp": LAMP})) == ("lamp", LAMP)


def test_a_text_that_is_much_less_likely_is_not_taken() -> None:
    least = -1.0 - MOST_UNLIKELIER
    assert read_best(transcript(("lamb", -1.0), ("lamp", least)), Reader(lamp=LAMP))[1] is LAMP
    later = transcript(("lamb", -1.0), ("lamp", least - 0.01))
    assert read_best(later, Reader(lamp=LAMP)) == ("lamb", NOTHING)


def test_a_text_without_others_is_read_once_and_so_is_each_other_text() -> None:
    typed = Reader()
    assert read_best(Transcript("lamb", "text"), typed) == ("lamb", NOTHING)
    assert typed.asked == ["lamb"]
    heard = Reader()
    read_best(transcript(("lamb", -1.0), ("lamp", -1.1), ("", -1.2)), heard)
    assert heard.asked == ["lamb", "lamp"]


READINGS = st.sampled_from([NOTHING, LAMP, FAN, WHICH])
SCORED = st.dictionaries(st.text(max_size=3), st.floats(-20, 0), min_size=1)


@given(SCORED, st.functions(like=lambda text: ..., returns=READINGS, pure=True))
def test_one_of_the_texts_is_taken_with_its_own_reading(
    scored: dict[str, float], read: Callable[[str], Reading]
) -> None:
    heard = transcript(*sorted(scored.items(), key=lambda one: -one[1]))
    text, reading = read_best(heard, read)
    assert text in scored
    assert reading == read(text)
    if text != heard.text:
        assert read(heard.text) == NOTHING
        assert reading.understanding.question is None
        assert reading.understanding.intents
