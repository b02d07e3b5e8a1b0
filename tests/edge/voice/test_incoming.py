"""What sound goes through before anyone listens, and what its owner is told of it."""

from __future__ import annotations

import numpy as np
import pytest

from edge.kernel.events import Event, Events
from edge.types import AudioFrame, Samples
from edge.voice.incoming import Incoming
from edge.voice.wake import MicroWakeDetector, Wake, find_wakes
from tests.edge.voice.sounds import (
    frames,
    loud,
    recording,
    silence,
    utterance,
    white_noise,
)

NAMES = ("kitchen-light", "bedroom-lamp", "vacuum")


class Reversing:
    """A suppressor that turns every frame round, so that one sees that it was asked."""

    name = "reversing"

    def clean(self, samples: Samples) -> Samples:
        return samples[::-1]

    def reset(self) -> None:
        pass


def told_of(*sounds: Samples, muted: bool = False) -> list[Event]:
    """The events of an Incoming that hears these sounds one after the other."""
    told: list[Event] = []
    events = Events()
    events.subscribe(told.append)
    incoming = Incoming(events=events)
    for frame in frames(np.concatenate(sounds)):
        incoming.feed(frame, muted=muted)
    return told


def wakes(samples: Samples, incoming: Incoming | None) -> list[Wake]:
    heard = frames(samples) if incoming is None else map(incoming.feed, frames(samples))
    return list(find_wakes(heard, MicroWakeDetector()))


@pytest.mark.parametrize("name", NAMES)
def test_wake_words_are_found_at_the_same_time_as_without_it(name: str) -> None:
    assert wakes(recording(name), Incoming()) == wakes(recording(name), None) != []


@pytest.mark.parametrize("name", NAMES)
def test_an_offset_changes_nothing(name: str) -> None:
    shifted = (recording(name).astype(int) + 9_000).clip(-32768, 32767).astype(np.int16)
    assert wakes(shifted, Incoming()) == wakes(recording(name), None)


def test_a_frame_keeps_its_time_and_length_and_goes_through_the_suppressor() -> None:
    samples = white_noise(0.01, 1_000)
    (plain,) = (Incoming().feed(AudioFrame(samples, 3.5)) for _ in range(1))
    turned = Incoming(Reversing()).feed(AudioFrame(samples, 3.5))
    assert (turned.time, turned.samples.shape) == (3.5, (160,))
    np.testing.assert_array_equal(turned.samples, plain.samples[::-1])


def test_half_a_minute_of_zeros_is_told_once_and_so_is_its_end() -> None:
    told = told_of(loud(1), silence(90), white_noise(1, 100), silence(10))
    assert [(event.name, event.level) for event in told] == [
        ("sound_silent", "error"),
        ("sound_back", "info"),
    ]
    assert "plugged in" in told[0].fields["advice"]
    assert told[1].fields == {"silent_s": 90}


def test_a_quiet_room_and_our_own_mute_are_not_told() -> None:
    assert told_of(white_noise(60, 1)) == []
    assert told_of(silence(60), muted=True) == []


def test_clipping_that_goes_on_is_told_once_with_advice() -> None:
    (told,) = told_of(white_noise(20, 30_000))
    assert (told.name, told.level) == ("sound_clips", "warning")
    assert "volume down" in told.fields["advice"]


def test_a_slammed_door_is_no_clipping() -> None:
    assert told_of(loud(5), white_noise(0.3, 40_000), loud(5)) == []
    door_every_two_minutes = [loud(119.7), white_noise(0.3, 40_000)] * 3
    assert told_of(*door_every_two_minutes) == []


def test_a_command_that_was_too_soft_is_told_once() -> None:
    told: list[Event] = []
    events = Events()
    events.subscribe(told.append)
    incoming = Incoming(events=events)
    said = recording("vacuum")
    incoming.heard(utterance(said))
    incoming.heard(utterance(silence(1)))
    assert told == []
    soft = np.rint(said * 10 ** (-40 / 20)).astype(np.int16)
    for _ in range(3):
        incoming.heard(utterance(soft))
    (event,) = told
    assert (event.name, event.level) == ("sound_quiet", "warning")
    assert event.fields["level_db"] == pytest.approx(-60, abs=4)
    assert "volume up" in event.fields["advice"]
