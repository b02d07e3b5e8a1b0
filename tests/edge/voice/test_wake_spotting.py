from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from edge.types import LaresError, Samples
from edge.voice.wake_spotting import (
    LoudnessSpotter,
    MicroSpotter,
    OpenSpotter,
    SimulatedSpotter,
    Spotter,
    Spotters,
)
from tests.edge.voice.sounds import frames, loud, recording, silence, white_noise

MAKERS: dict[str, Callable[[], Spotter]] = {
    "micro": lambda: MicroSpotter(("okay_nabu",)),
    "open": lambda: OpenSpotter(("okay_nabu",)),
    "several": lambda: Spotters((MicroSpotter(("okay_nabu",)), LoudnessSpotter(("hey_you",)))),
    "simulated": lambda: SimulatedSpotter({3.3: ("okay_nabu", 0.95)}),
}


def most(spotter: Spotter, samples: Samples, word: str = "okay_nabu") -> float:
    return max((spotter.feed(frame).get(word, 0.0) for frame in frames(samples)), default=0.0)


def spoken() -> Samples:
    """The word ends at about 3.2 s."""
    return np.concatenate([silence(2.0), recording("kitchen-light")])


@pytest.fixture(params=MAKERS)
def spotter(request: pytest.FixtureRequest) -> Spotter:
    return MAKERS[request.param]()


def test_every_spotter_has_a_cutoff_for_its_word(spotter: Spotter) -> None:
    assert 0 < spotter.cutoffs["okay_nabu"] < 1


def test_every_spotter_finds_the_word_more_probable_than_its_cutoff(spotter: Spotter) -> None:
    assert spotter.cutoffs["okay_nabu"] < most(spotter, spoken()) <= 1


def test_every_spotter_finds_silence_improbable(spotter: Spotter) -> None:
    assert most(spotter, silence(3.0)) < 0.05


def test_every_spotter_hears_the_same_again_after_a_reset(spotter: Spotter) -> None:
    first = most(spotter, spoken())
    spotter.reset()
    assert most(spotter, spoken()) == pytest.approx(first, abs=1e-6)


def test_loudness_is_told_where_it_rises_above_the_room_and_a_while_longer() -> None:
    spotter = LoudnessSpotter(("hey_you",), hold_s=0.5)
    room = np.concatenate([white_noise(2.0, 100), white_noise(1.0, 1_000), white_noise(3.0, 100)])
    told = [frame.time for frame in frames(room) if spotter.feed(frame)]
    assert told[0] == pytest.approx(2.0, abs=0.05)
    assert told[-1] == pytest.approx(3.6, abs=0.1)


def test_a_noise_that_stays_becomes_part_of_the_room() -> None:
    spotter = LoudnessSpotter(("hey_you",))
    sound = np.concatenate([silence(1.0), white_noise(60.0, 1_000)])
    told = [frame.time for frame in frames(sound) if spotter.feed(frame)]
    assert told[-1] < 30


def test_the_first_sound_is_the_room_and_what_is_louder_later_is_not() -> None:
    spotter = LoudnessSpotter(("hey_you",))
    assert most(spotter, white_noise(1.0, 3_000), "hey_you") == 0
    assert most(spotter, loud(0.3), "hey_you") == 0.5


def test_a_word_that_no_package_has_is_an_error_that_lists_those_there_are() -> None:
    for maker in (MicroSpotter, OpenSpotter):
        with pytest.raises(LaresError, match="no wake word 'hey_you'; choose from: alexa, hey_ja"):
            maker(("hey_you",))
