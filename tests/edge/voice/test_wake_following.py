"""Wake words are exchanged while a detector listens."""

from __future__ import annotations

import numpy as np
import pytest

from edge.types import FRAME_SAMPLES, AudioFrame, LaresError
from edge.voice.wake import SimulatedWakeDetector
from edge.voice.wake_following import FollowingWakeDetector

SILENCE = np.zeros(FRAME_SAMPLES, np.int16)


def hears_at_once(words: tuple[str, ...]) -> SimulatedWakeDetector:
    """A detector that hears its first word in every frame."""
    if words == ("unknown",):
        raise LaresError("no such wake word: unknown")
    return SimulatedWakeDetector({(n + 1) / 100: words[0] for n in range(10)})


def heard(detector: FollowingWakeDetector, number: int) -> str | None:
    wake = detector.feed(AudioFrame(SILENCE, number / 100))
    return wake and wake.word


def test_the_words_follow() -> None:
    detector = FollowingWakeDetector(("okay_nabu",), hears_at_once)
    assert (heard(detector, 0), detector.words) == ("okay_nabu", ("okay_nabu",))
    detector.follow(("alexa",))
    assert (heard(detector, 1), detector.words) == ("alexa", ("alexa",))


def test_a_word_that_cannot_be_heard_leaves_everything_as_it_was() -> None:
    detector = FollowingWakeDetector(("okay_nabu",), hears_at_once)
    with pytest.raises(LaresError, match="unknown"):
        detector.follow(("unknown",))
    assert heard(detector, 0) == "okay_nabu"


def test_the_same_words_again_load_nothing() -> None:
    made: list[tuple[str, ...]] = []

    def make(words: tuple[str, ...]) -> SimulatedWakeDetector:
        made.append(words)
        return hears_at_once(words)

    detector = FollowingWakeDetector(("okay_nabu",), make)
    detector.follow(("okay_nabu",))
    detector.follow(("alexa",))
    detector.follow(("alexa",))
    assert made == [("okay_nabu",), ("alexa",)]
