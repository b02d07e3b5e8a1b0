"""What a satellite's speaker does beside what all speakers do."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from hal.speaker import SpeakerError
from hal.speaker_wyoming import AHEAD_S, WyomingSpeaker
from hal.wyoming_connection import WyomingConnection
from tests.hal.simulated_satellite import SimulatedSatellite

RAMP = np.arange(22_050).astype(np.int16)


@contextmanager
def connected(satellite: SimulatedSatellite) -> Iterator[WyomingSpeaker]:
    connection = WyomingConnection(satellite.uri)
    connection.open(lambda event: None, lambda why: None)
    yield WyomingSpeaker(connection)
    connection.close()


def test_a_sound_arrives_whole_and_is_over_when_the_satellite_says_so() -> None:
    with SimulatedSatellite() as satellite, connected(satellite) as speaker:
        speaker.play(RAMP, 22_050)
        start = satellite.until_told("audio-start")
        np.testing.assert_array_equal(satellite.played[0], RAMP)
    assert start.data == {"rate": 22_050, "width": 2, "channels": 1, "timestamp": 0}


def test_sound_is_sent_not_long_before_it_is_due() -> None:
    with SimulatedSatellite() as satellite, connected(satellite) as speaker:
        began = time.monotonic()
        speaker.play(np.tile(RAMP, 2), 22_050)
        spent = time.monotonic() - began
    assert spent >= 2.0 - AHEAD_S - 0.1


def test_an_old_satellite_is_waited_for_as_long_as_the_sound_is() -> None:
    with SimulatedSatellite(says_played=False) as satellite, connected(satellite) as speaker:
        began = time.monotonic()
        speaker.play(RAMP[:11_025], 22_050)
        assert time.monotonic() - began >= 0.5


def test_stopping_sends_nothing_more() -> None:
    with SimulatedSatellite() as satellite, connected(satellite) as speaker:
        playing = threading.Thread(target=speaker.play, args=(np.tile(RAMP, 20), 22_050))
        playing.start()
        satellite.until_told("audio-start")
        speaker.stop()
        playing.join(5)
        assert not playing.is_alive()
        satellite.until_told("audio-stop")
        assert len(satellite.played[0]) < 2 * 22_050


def test_one_that_is_not_connected_is_an_error() -> None:
    speaker = WyomingSpeaker(WyomingConnection("tcp://127.0.0.1:10700"))
    with pytest.raises(SpeakerError, match="not connected"):
        speaker.play(RAMP, 22_050)


def test_one_that_is_lost_while_it_plays_is_an_error() -> None:
    with SimulatedSatellite() as satellite, connected(satellite) as speaker:
        cut = threading.Thread(
            target=lambda: (satellite.until_told("audio-start"), satellite.hang_up())
        )
        cut.start()
        with pytest.raises(SpeakerError, match="gone: it hung up"):
            speaker.play(np.tile(RAMP, 5), 22_050)
        cut.join()
