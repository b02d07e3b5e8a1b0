"""Taking Lares' own voice out of what is heard."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.barge_in import Scene, echo_path, in_room, trimmed
from edge.types import SAMPLE_RATE, AudioFrame, Samples
from edge.voice.echo import LONGEST_DELAY_S, EchoCanceller, delay_between
from tests.edge.voice.sounds import frames, recording, silence, white_noise

LONGEST = round(LONGEST_DELAY_S * SAMPLE_RATE)


def spoken() -> Samples:
    """Five seconds of a voice."""
    names = ("thermostat", "living-room", "bedroom-lamp")
    return np.concatenate([trimmed(recording(name)) for name in names])


def person() -> Samples:
    """“Start the vacuum”, without the wake word, which is the same in all recordings."""
    return recording("vacuum")[round(1.4 * SAMPLE_RATE) :]


def room(said: Samples, seed: int = 1, word: Samples | None = None) -> Scene:
    chance = np.random.default_rng(seed)
    return in_room(said, echo_path(chance), chance, word)


def cleaned(canceller: EchoCanceller, heard: Samples) -> list[AudioFrame]:
    return [clean for frame in frames(heard) for clean in canceller.hear(frame)]


def sound_of(given: Iterable[AudioFrame]) -> Samples:
    return np.concatenate([frame.samples for frame in given])


def power_db(sound: Samples) -> float:
    return 10 * float(np.log10(np.mean(np.square(sound.astype(np.float64)))))


@settings(deadline=None, max_examples=20)
@given(st.integers(0, LONGEST), st.integers(0, 1_000))
def test_the_delay_is_found_to_the_sample(delay: int, seed: int) -> None:
    said = spoken()[: SAMPLE_RATE * 2]
    noise = white_noise(len(said) / SAMPLE_RATE, 20, seed)
    heard = np.concatenate((np.zeros(delay, np.int16), said // 4))[: len(said)] + noise
    assert delay_between(said, heard.astype(np.int16), LONGEST) == delay


def test_where_nothing_of_it_is_heard_no_delay_is_found() -> None:
    said = spoken()[:SAMPLE_RATE]
    for other in (person()[:SAMPLE_RATE], white_noise(1.0, 500), silence(1.0)):
        assert delay_between(said, other, LONGEST) is None


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_echo_becomes_much_quieter_than_it_was(seed: int) -> None:
    said = spoken()
    heard = room(said, seed).heard
    canceller = EchoCanceller()
    canceller.begin(said)
    clean = sound_of(cleaned(canceller, heard))
    later = slice(2 * SAMPLE_RATE, 5 * SAMPLE_RATE)
    assert power_db(heard[later]) - power_db(clean[later]) > 15


def test_every_frame_comes_out_once_in_order_with_its_time() -> None:
    said = spoken()
    heard = room(said).heard
    canceller = EchoCanceller()
    canceller.begin(said)
    times = [frame.time for frame in cleaned(canceller, heard)]
    assert times == [frame.time for frame in frames(heard)]


def test_no_frame_is_louder_than_one_that_came_in() -> None:
    said = spoken()
    heard = room(said).heard
    canceller = EchoCanceller()
    canceller.begin(said)
    clean = sound_of(cleaned(canceller, heard))[: len(said)].reshape(-1, 160).astype(float)
    raw = heard[: clean.size].reshape(-1, 160).astype(float)
    assert (clean[1:].std(axis=1) <= raw[:-1].std(axis=1) + 1).all()


def test_while_nothing_is_said_frames_go_through_untouched() -> None:
    given = list(frames(recording("vacuum")))
    canceller = EchoCanceller()
    assert [clean for frame in given for clean in canceller.hear(frame)] == given


def test_without_any_echo_the_frames_are_held_back_and_then_go_through_untouched() -> None:
    given = list(frames(person()))
    canceller = EchoCanceller()
    canceller.begin(spoken())
    clean = [one for frame in given for one in canceller.hear(frame)]
    assert [frame.time for frame in clean] == [frame.time for frame in given]
    np.testing.assert_array_equal(sound_of(clean), sound_of(given))
    assert canceller.delay_s is None


def test_a_sound_that_is_played_in_no_time_holds_nothing_back() -> None:
    canceller = EchoCanceller()
    canceller.begin(spoken())
    canceller.end()
    given = list(frames(recording("vacuum")))
    assert [clean for frame in given for clean in canceller.hear(frame)] == given


def test_what_is_heard_after_it_was_stopped_is_not_spoiled() -> None:
    """The speaker is stopped after two seconds, and a person speaks at once."""
    said, cut = spoken(), 2 * SAMPLE_RATE
    scene = room(said[:cut])
    heard = np.concatenate((scene.heard[: cut + 8_000], person()))
    canceller = EchoCanceller()
    canceller.begin(said)
    clean = []
    for frame in frames(heard):
        if frame.time == 2.0:
            canceller.end()
        clean += canceller.hear(frame)
    spoke = sound_of(clean)[cut + 8_000 :]
    np.testing.assert_array_equal(spoke, heard[cut + 8_000 :][: len(spoke)])


def test_a_person_who_speaks_at_the_same_time_is_kept() -> None:
    said, word = spoken(), trimmed(recording("vacuum"))
    scene = room(said, 4, word)
    canceller = EchoCanceller()
    canceller.begin(said)
    clean = sound_of(cleaned(canceller, scene.heard))[160:].astype(float)
    person = scene.without_echo[: len(clean)].astype(float)
    spoken_at = slice(3 * SAMPLE_RATE, 4 * SAMPLE_RATE)
    before = np.corrcoef(scene.heard[spoken_at], person[spoken_at])[0, 1]
    after = np.corrcoef(clean[spoken_at], person[spoken_at])[0, 1]
    assert after > before
    assert after > 0.9


def test_a_new_sound_takes_the_place_of_one_that_still_echoes() -> None:
    canceller = EchoCanceller()
    heard = room(spoken()).heard
    for _ in range(2):
        canceller.begin(spoken())
        assert len(cleaned(canceller, heard)) > 0
    assert canceller.hear(AudioFrame(silence(0.01), 0.0))
