from __future__ import annotations

import sys
from pathlib import Path

import pytest

from edge.types import LaresError
from edge.voice.wake import MicroWakeDetector, find_wakes
from edge.voice.wake_choice import choose
from edge.voice.wake_two_stage import TwoStageWakeDetector
from tests.edge.voice.sounds import frames, recording
from tests.models.wake_words import a_word

HERE = Path("no-trained-words")


def test_a_word_that_both_packages_have_is_heard_in_two_stages() -> None:
    assert isinstance(choose(("okay_nabu", "alexa"), folder=HERE), TwoStageWakeDetector)


def test_without_openwakeword_microwakeword_decides_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyopen_wakeword", None)
    detector = choose(("okay_nabu",), folder=HERE)
    assert isinstance(detector, MicroWakeDetector)
    assert len(list(find_wakes(frames(recording("kitchen-light")), detector))) == 1


def test_a_word_that_openwakeword_does_not_hear_well_is_not_asked_of_it() -> None:
    assert isinstance(choose(("hey_mycroft",), folder=HERE), MicroWakeDetector)


def test_a_word_of_openwakeword_alone_can_be_heard_beside_others() -> None:
    assert choose(("okay_nabu", "hey_rhasspy"), folder=HERE).words == ("okay_nabu", "hey_rhasspy")


def test_a_trained_word_is_found_in_its_folder(tmp_path: Path) -> None:
    a_word("hey lares").save(tmp_path)
    assert choose(("hey_lares", "alexa"), folder=tmp_path).words == ("alexa", "hey_lares")


def test_a_damaged_trained_word_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "hey_lares.npz").write_bytes(b"PK")
    with pytest.raises(LaresError, match=r"hey_lares.npz, found something else .* train it again"):
        choose(("hey_lares",), folder=tmp_path)


def test_a_trained_word_needs_openwakeword(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_word("hey lares").save(tmp_path)
    monkeypatch.setitem(sys.modules, "pyopen_wakeword", None)
    with pytest.raises(
        LaresError, match=r"needs the Python module pyopen_wakeword.*lares\[voice\]"
    ):
        choose(("hey_lares",), folder=tmp_path)


def test_an_unknown_word_is_told_with_all_that_there_are(tmp_path: Path) -> None:
    a_word("hey lares").save(tmp_path)
    with pytest.raises(LaresError, match="'hey_you'; choose from: alexa, hey_jarvis, hey_lares, "):
        choose(("hey_you",), folder=tmp_path)


def test_the_owners_thresholds_hold() -> None:
    heard = list(frames(recording("kitchen-light")))
    assert list(find_wakes(heard, choose(("okay_nabu",), folder=HERE)))
    never = choose(("okay_nabu",), thresholds={"okay_nabu": 0.99999}, folder=HERE)
    assert list(find_wakes(heard, never)) == []


@pytest.mark.parametrize("word", ["alexa", "hey_mycroft"])
def test_a_wrong_threshold_is_told(word: str) -> None:
    with pytest.raises(LaresError, match="must lie between 0 and 1, but is 90"):
        choose((word,), thresholds={word: 90}, folder=HERE)
    with pytest.raises(LaresError, match="'okay_nabu', which is not among the wake words"):
        choose((word,), thresholds={"okay_nabu": 0.5}, folder=HERE)
