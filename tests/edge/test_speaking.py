"""Lares speaks when nobody is heard, and falls silent when somebody is."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from edge.speaking import Speaking
from edge.voice.tts import Sound
from hal.speaker import SpeakerError
from hal.speaker_simulated import SimulatedSpeaker

ANSWER = Sound(np.full(22_050, 1_000, np.int16), 22_050)


@pytest.fixture
def speaker() -> Iterator[SimulatedSpeaker]:
    speaker = SimulatedSpeaker()
    yield speaker
    speaker.release()


def said(speaking: Speaking, speaker: SimulatedSpeaker) -> tuple[threading.Thread, list[bool]]:
    """Say the answer in a thread, and wait until it is being played."""
    to_its_end: list[bool] = []
    thread = threading.Thread(target=lambda: to_its_end.append(speaking.say(ANSWER, speaker)))
    thread.start()
    assert speaker.busy.wait(5)
    return thread, to_its_end


def test_an_answer_is_played_to_its_end(speaker: SimulatedSpeaker) -> None:
    assert Speaking().say(ANSWER, speaker)
    assert [played.stopped for played in speaker.played] == [False]


def test_every_ear_hears_it_while_it_is_played(speaker: SimulatedSpeaker) -> None:
    speaking = Speaking()
    ears = [speaking.ear(name) for name in ("kitchen", "hall")]
    speaker.hold()
    thread, _ = said(speaking, speaker)
    assert all(ear.own.speaking for ear in ears)
    speaker.release()
    thread.join(5)
    assert not any(ear.own.speaking for ear in ears)


def test_a_person_stops_it_from_any_microphone(speaker: SimulatedSpeaker) -> None:
    speaking = Speaking()
    speaker.hold()
    thread, to_its_end = said(speaking, speaker)
    speaking.ear("hall").attend()
    thread.join(5)
    assert to_its_end == [False]
    assert speaker.played[0].stopped


def test_nothing_is_said_while_a_person_is_heard(speaker: SimulatedSpeaker) -> None:
    speaking = Speaking()
    ear = speaking.ear("kitchen")
    ear.attend()
    assert not speaking.say(ANSWER, speaker)
    assert speaker.played == []
    assert not ear.own.speaking
    ear.release()
    assert speaking.say(ANSWER, speaker)


def test_a_speaker_that_fails_leaves_no_ear_waiting(speaker: SimulatedSpeaker) -> None:
    speaking = Speaking()
    ear = speaking.ear("kitchen")
    speaker.unplug()
    with pytest.raises(SpeakerError):
        speaking.say(ANSWER, speaker)
    assert not ear.own.speaking
    speaker.plug()
    assert speaking.say(ANSWER, speaker)


def test_the_ear_of_a_microphone_is_one() -> None:
    speaking = Speaking()
    assert speaking.ear("kitchen") is speaking.ear("kitchen")


@pytest.mark.parametrize(("volume", "loudest"), [(1.0, 1_000), (0.5, 250), (0.1, 10), (0.0, 0)])
def test_it_speaks_as_loudly_as_it_shall(
    speaker: SimulatedSpeaker, volume: float, loudest: int
) -> None:
    speaking = Speaking()
    speaking.volume = volume
    assert speaking.say(ANSWER, speaker)
    (played,) = speaker.played
    assert played.samples.dtype == np.int16
    assert (played.samples.max(), len(played.samples)) == (loudest, len(ANSWER.samples))
