"""The sentences of needs, and how a network is judged by voices that it never saw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from edge.nlu.wishes import WISHES
from edge.types import LaresError, Span
from models.labels import Example
from models.needs_joined import Joined
from models.needs_model import NOTHING, ORDER, Read
from models.needs_train import (
    HELD_OUT,
    Said,
    figures,
    judged,
    orders_of,
    sentences,
    talk_of,
)

NEEDS = (NOTHING, "more_light", "warmer")
SAID = (
    Said("more_light", "it is dark", "anna"),
    Said("warmer", "it is cold", "anna"),
    Said("more_light", "so dark", "bert"),
    Said("warmer", "so cold", "bert"),
    Said(NOTHING, "so there", "bert"),
)


class ByWord:
    """Knows one word for each need."""

    needs = NEEDS

    def read(self, text: str) -> Read:
        words = {"dark": 1, "cold": 2}
        at = next((words[w] for w in text.split() if w in words), 0)
        begins = [float(word in ("and", "so")) for word in text.split()]
        return Read(np.eye(3)[at] * 0.85 + 0.05, np.array(begins))

    def export(self, folder: Path) -> None:
        raise AssertionError(folder)


def test_a_network_is_judged_by_voices_that_it_never_saw() -> None:
    seen: list[str] = []

    def train(said: Sequence[Said], breaths: Sequence[Joined]) -> ByWord:
        seen.extend(each.text for each in said)
        assert {text for breath in breaths for text in breath.clauses} & {*seen}
        return ByWord()

    talk = (Said(NOTHING, "who won the cup"), Said(ORDER, "telly off"))
    told = judged(SAID, talk, train, ("bert",))
    assert seen == ["it is dark", "it is cold", "who won the cup", "telly off"]
    assert (told.sentences, told.accuracy) == (3, 1.0)
    by_least = {each.least: each for each in told.figures}
    assert (by_least[0.8].right, by_least[0.8].wrong, by_least[0.8].taken) == (1.0, 0.0, 0.0)
    assert by_least[0.95].right == 0.0, "nothing is so sure"
    assert 0 < told.taken_apart < 1
    assert told.left_whole == 1.0


def test_voices_that_are_not_there_judge_nobody() -> None:
    with pytest.raises(LaresError, match="carl"):
        judged(SAID, (), lambda *_: ByWord(), ("carl",))


def test_figures_tell_right_needs_wrong_ones_and_talk_that_was_taken() -> None:
    chances = np.array([[0.1, 0.9, 0.0], [0.1, 0.8, 0.1], [0.3, 0.4, 0.3], [0.2, 0.1, 0.7]])
    wanted = np.array([1, 2, 1, 0])
    told = figures(chances, wanted, 0, 0.5)
    assert told.right == pytest.approx(1 / 3)
    assert told.wrong == pytest.approx(1 / 3)
    assert told.taken == 1.0


def test_every_need_has_a_wish_and_enough_sentences_in_every_voice() -> None:
    said = sentences()
    counts = Counter(each.need for each in said)
    assert set(counts) - {NOTHING, ORDER} == set(WISHES)
    by_voice = Counter((each.voice, each.need) for each in said)
    voices = {each.voice for each in said if each.need in WISHES}
    assert set(HELD_OUT) < voices
    assert min(by_voice[voice, need] for voice in voices for need in WISHES) >= 25


def test_sentences_are_read_by_voice_and_what_two_say_counts_once(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("# a remark\n[warmer]\nI'm cold.\n")
    (tmp_path / "b.txt").write_text("[warmer]\ni'm cold\nbrr\n")
    assert sentences(tmp_path) == (Said("warmer", "i'm cold", "a"), Said("warmer", "brr", "b"))


def test_a_sentence_with_two_meanings_or_none_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("[warmer]\nphew\n[cooler]\nPhew\n")
    with pytest.raises(LaresError, match=r"a.txt:4: .*\[warmer\] too: Phew"):
        sentences(tmp_path)
    (tmp_path / "a.txt").write_text("i'm cold\n")
    with pytest.raises(LaresError, match=r"a.txt:1: .*above all needs"):
        sentences(tmp_path)


def test_talk_of_a_corpus_is_none_of_our_own_sentences() -> None:
    talk = talk_of(["It is dark", "Who won the cup?", "who won the cup"], SAID)
    assert talk == (Said(NOTHING, "who won the cup"),)


def test_orders_name_something_and_ask_nothing() -> None:
    examples = [
        Example("Turn on the fan.", "HassTurnOn", (Span("domain", 12, 15, "fan"),), "a"),
        Example("is the fan on", "HassGetState", (Span("domain", 7, 10, "fan"),), "b"),
        Example("stop it", "HassTurnOff", (), "c"),
    ]
    assert orders_of(examples, SAID) == (Said(ORDER, "turn on the fan"),)
