"""Wake words while Lares itself speaks: those of a person wake it, its own never do."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.barge_in import echo_path, hears, in_room, trimmed
from edge.demo.recordings import Recording, recordings
from edge.types import SAMPLE_RATE, Samples
from edge.voice.own_voice import OwnVoice
from edge.voice.wake import MicroWakeDetector, SimulatedWakeDetector, Wake, find_wakes
from tests.edge.voice.sounds import frames, read, recording, silence


def answer() -> Samples:
    """What Lares says: four seconds without a wake word."""
    names = ("thermostat", "living-room", "bedroom-lamp")
    return np.concatenate([recording(name)[round(1.5 * SAMPLE_RATE) :] for name in names])


@pytest.mark.parametrize("spoken", recordings(), ids=lambda one: one.path.stem)
def test_its_own_wake_word_does_not_wake_it(spoken: Recording) -> None:
    said = trimmed(read(spoken.path))
    chance = np.random.default_rng(3)
    heard = in_room(said, echo_path(chance), chance).heard
    assert hears(heard, None, MicroWakeDetector), "the test is of something"
    assert not hears(heard, said, MicroWakeDetector)


@pytest.mark.parametrize("word_db", [0, -6])
def test_a_person_wakes_it_while_it_speaks(word_db: float) -> None:
    word = trimmed(recording("kitchen-light"))[: round(1.2 * SAMPLE_RATE)]
    chance = np.random.default_rng(5)
    scene = in_room(answer(), echo_path(chance), chance, word, word_db)
    assert hears(scene.heard, answer(), MicroWakeDetector)


def test_its_own_word_is_known_although_the_canceller_knows_no_delay() -> None:
    """Heard as it is, as at the beginning of an answer."""
    said = recording("kitchen-light")
    own = OwnVoice(MicroWakeDetector)
    own.begin(said)
    detector = own.not_own(MicroWakeDetector())
    heard = []
    for frame in frames(said):
        own.hear(frame)
        heard.append(detector.feed(frame))
    assert heard.count(None) == len(heard)


def test_a_word_long_after_our_own_is_a_persons() -> None:
    own = OwnVoice(lambda: SimulatedWakeDetector({1.0: "okay_nabu"}))
    own.begin(silence(2.0))
    for frame in frames(silence(3.0)):
        own.hear(frame)
        at = round(frame.time, 2)
        if 0.5 < at < 1.5:
            assert own.is_own(Wake("okay_nabu", at))
        if at > 2.2:
            assert not own.is_own(Wake("okay_nabu", at))


def test_it_speaks_from_begin_to_end() -> None:
    own = OwnVoice(lambda: SimulatedWakeDetector({}))
    assert not own.speaking
    own.begin(silence(1.0))
    assert own.speaking
    own.end()
    assert not own.speaking


def test_a_detector_tells_what_is_not_its_own_as_before() -> None:
    own = OwnVoice(MicroWakeDetector)
    detector = own.not_own(MicroWakeDetector())
    assert detector.words == ("okay_nabu",)
    sound = recording("kitchen-light")
    first = list(find_wakes(frames(sound), detector))
    detector.reset()
    assert first == list(find_wakes(frames(sound), detector)) != []
