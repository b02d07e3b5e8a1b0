from __future__ import annotations

import threading

import numpy as np
import pytest

from edge.types import AudioFrame
from hal.microphone import FrameCounts, MicrophoneError
from hal.microphone_simulated import SimulatedMicrophone

WORD = np.full(800, 9, np.int16)


def test_what_happens_is_heard_in_order() -> None:
    microphone = SimulatedMicrophone()
    microphone.silence(0.02)
    microphone.speak(WORD)
    microphone.silence(0.01)
    microphone.end()
    with microphone:
        heard = [bool(frame.samples.any()) for frame in microphone]
    assert heard == [False, False, True, True, True, True, True, False]


def test_who_listens_waits_until_something_happens() -> None:
    with SimulatedMicrophone() as microphone:
        speaking = threading.Timer(0.02, microphone.speak, (WORD,))
        speaking.start()
        assert next(iter(microphone)).samples.all()
        speaking.join()


def test_closing_ends_the_waiting() -> None:
    microphone = SimulatedMicrophone()
    with microphone:
        closing = threading.Timer(0.02, microphone.__exit__, (None, None, None))
        closing.start()
        assert not list(microphone)
        closing.join()


def test_what_is_spoken_while_muted_is_never_heard() -> None:
    microphone = SimulatedMicrophone()
    microphone.muted = True
    microphone.speak(WORD)
    microphone.muted = False
    microphone.speak(WORD)
    microphone.end()
    with microphone:
        heard = [bool(frame.samples.any()) for frame in microphone]
    assert heard == [False] * 5 + [True] * 5


def test_lost_frames_are_counted_and_time_jumps_over_them() -> None:
    microphone = SimulatedMicrophone()
    microphone.speak(WORD)
    microphone.overrun(3)
    microphone.speak(WORD)
    microphone.end()
    with microphone:
        times = [frame.time for frame in microphone]
    np.testing.assert_allclose(times, [0, 0.01, 0.02, 0.03, 0.04, 0.08, 0.09, 0.1, 0.11, 0.12])
    assert microphone.counts == FrameCounts(frames=10, overruns=3)


def test_unplugged_it_gives_what_it_heard_and_then_fails() -> None:
    microphone = SimulatedMicrophone("kitchen")
    microphone.speak(WORD)
    microphone.unplug()
    frames: list[AudioFrame] = []
    with microphone, pytest.raises(MicrophoneError, match="kitchen is unplugged"):
        frames.extend(microphone)
    assert microphone.counts.frames == 5
    assert "unplugged" in repr(microphone)


def test_it_cannot_be_opened_before_it_is_plugged_in_again() -> None:
    microphone = SimulatedMicrophone()
    microphone.unplug()
    with microphone, pytest.raises(MicrophoneError):
        list(microphone)
    microphone.speak(WORD)
    with pytest.raises(MicrophoneError, match="unplugged"), microphone:
        pass
    microphone.plug()
    microphone.speak(2 * WORD)
    microphone.end()
    with microphone:
        assert {int(frame.samples[0]) for frame in microphone} == {18}
