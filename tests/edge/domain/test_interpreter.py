"""From transcripts to intents: the domain's own sentences, the likeliest of several, and others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.domain.automaton import Automaton
from edge.domain.domain import Domain
from edge.domain.interpreter import MOST_WORDS, DomainInterpreter
from edge.types import Hypothesis, Intent, Transcript
from tests.edge.domain.house import MEANINGS, house

HOUSE = DomainInterpreter(house())


def understood(text: str, interpreter: DomainInterpreter = HOUSE) -> Intent | None:
    return interpreter.understand(Transcript(text, "text"))


def meaning(intent: Intent | None) -> tuple[str, dict[str, object]] | None:
    return None if intent is None else (intent.name, dict(intent.slots))


@pytest.mark.parametrize("text", MEANINGS)
def test_the_domains_sentences_are_understood_and_others_are_not(text: str) -> None:
    assert meaning(understood(text)) == MEANINGS[text]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Dim the living room lights to 30%.", "dim the living room lights to thirty percent"),
        (
            "set the thermostat in the office to 21 degrees",
            "set the thermostat in the office to twenty one degrees",
        ),
        ("LOCK, the FRONT door!!", "lock the front door"),
    ],
)
def test_a_sentence_is_understood_however_it_is_written(typed: str, said: str) -> None:
    intent = understood(typed)
    assert meaning(intent) == MEANINGS[said]
    assert intent is not None
    assert (intent.confidence, intent.source, intent.targets) == (1.0, "domain", ())


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "?!", "灯", "lock", "the", "lock the door", "make the bedroom lamp",
        "dim the living room lights to", "i would like to dim my mind a little",
    ],
)  # fmt: skip
def test_neither_half_a_sentence_nor_another_is_understood(text: str) -> None:
    assert understood(text) is None


@pytest.mark.parametrize("text", ["lock " * 50_000, "x" * 1_000_000, "lock the front door " * 30])
def test_a_very_long_text_is_nothing_of_the_domain_and_soon_told(text: str) -> None:
    assert understood(text) is None


def test_a_text_may_have_so_many_words_and_no_more() -> None:
    words = " ".join(["very"] * (MOST_WORDS - 1))
    long = DomainInterpreter(
        Automaton.of(Domain.parse(f"expressions: {{a: ['(very) {words} good']}}"))
    )
    assert understood(f"{words} good", long) is not None
    assert understood(f"very {words} good", long) is None


def test_a_word_that_was_heard_wrongly_costs_confidence() -> None:
    intent = understood("lock the frond door")
    assert meaning(intent) == ("lock", {"door": "front"})
    assert intent is not None
    assert 0.8 < intent.confidence < 1


def test_the_confidence_of_the_engine_counts() -> None:
    intent = HOUSE.understand(Transcript("lock the front door", "vosk", 0.5))
    assert intent is not None
    assert intent.confidence == 0.5


def test_the_sentence_among_several_texts_is_taken_where_the_sound_allows_it() -> None:
    heard = "luck defund whore"
    close = (Hypothesis(heard, -1.0), Hypothesis("lock the front door", -3.0))
    far = (Hypothesis("lock the back door", -1.0), Hypothesis("lock the front door", -9.0))
    assert meaning(HOUSE.understand(Transcript(heard, "whisper", 1.0, close))) == (
        "lock", {"door": "front"},
    )  # fmt: skip
    assert meaning(HOUSE.understand(Transcript(heard, "whisper", 1.0, far))) == (
        "lock", {"door": "back"},
    )  # fmt: skip


def test_what_the_engine_takes_for_no_speech_is_nothing_whatever_it_may_have_been() -> None:
    maybe = (Hypothesis("lock the front door", -1.0),)
    assert HOUSE.understand(Transcript("", "whisper", 0.0, maybe)) is None


def test_the_head_is_asked_only_of_what_is_no_certain_sentence() -> None:
    asked = []

    def head(text: str) -> Intent | None:
        asked.append(text)
        return Intent("talk", {}) if "joke" in text else None

    both = DomainInterpreter(HOUSE.automaton, head)
    assert meaning(understood("lock the front door", both)) == ("lock", {"door": "front"})
    assert asked == []
    assert meaning(understood("Tell me a joke!", both)) == ("talk", {})
    assert understood("tell me a story", both) is None
    assert asked == ["tell me a joke", "tell me a story"]


@given(st.text(max_size=200))
def test_no_text_raises(text: str) -> None:
    intent = understood(text)
    assert intent is None or 0 < intent.confidence <= 1
