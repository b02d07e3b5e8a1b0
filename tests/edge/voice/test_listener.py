from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from edge.demo.recordings import Recording, recordings
from edge.types import SAMPLE_RATE, Samples, Utterance
from edge.voice.endpoint import Captured, Endpointer, GaveUp
from edge.voice.listener import Event, Listener
from edge.voice.vad import LoudnessVad, SileroVad
from edge.voice.wake import MicroWakeDetector, SimulatedWakeDetector, Wake, WakeDetector
from edge.voice.wake_choice import choose
from edge.voice.wake_spotting import SimulatedSpotter
from edge.voice.wake_two_stage import TwoStageWakeDetector
from tests.edge.voice.sounds import frames, loud, read, rumble, silence


def simulated(wakes: dict[float, str] | None = None, **times: float) -> Listener:
    detector = None if wakes is None else SimulatedWakeDetector(wakes)
    return Listener(detector, Endpointer(LoudnessVad(), **times))


def events(listener: Listener, samples: Samples, start: float = 0.0) -> list[Event]:
    return [event for frame in frames(samples, start) for event in listener.feed(frame)]


def utterances(heard: list[Event]) -> list[Utterance]:
    return [event for event in heard if isinstance(event, Utterance)]


def kinds(heard: list[Event]) -> list[str]:
    """The kinds of events in order, with a row of pieces as one."""
    names = [type(event).__name__ for event in heard]
    return [name for place, name in enumerate(names) if [name] != names[place - 1 : place]]


def test_a_command_is_a_wake_its_pieces_and_the_utterance() -> None:
    sound = np.concatenate([silence(1.0), loud(1.0), silence(1.0)])
    heard = events(simulated({0.8: "okay_nabu"}), sound)
    assert kinds(heard) == ["Wake", "Captured", "Utterance"]
    (utterance,) = utterances(heard)
    assert utterance.wake_word == "okay_nabu"
    assert utterance.speech_end == pytest.approx(2.0, abs=0.05)
    pieces = [event.samples for event in heard if isinstance(event, Captured)]
    np.testing.assert_array_equal(np.concatenate(pieces), utterance.samples)


def test_without_the_wake_word_speech_is_nothing() -> None:
    listener = simulated({})
    assert events(listener, loud(5.0)) == []
    assert listener.flush() == ()


def test_only_the_wake_detector_runs_while_nobody_asks() -> None:
    vad = LoudnessVad()
    listener = Listener(SimulatedWakeDetector({}), Endpointer(vad))
    events(listener, loud(5.0))
    assert vad.chunks == 0


def test_it_shines_from_the_wake_word_to_the_end_of_the_command() -> None:
    listener = simulated({0.5: "okay_nabu"})
    sound = np.concatenate([silence(1.0), loud(1.0), silence(1.0)])
    shining = []
    for frame in frames(sound):
        listener.feed(frame)
        if listener.is_open:
            shining.append(frame.time)
    assert shining[0] == pytest.approx(0.49, abs=0.011)
    assert shining[-1] == pytest.approx(2.6, abs=0.05)


def test_silence_after_the_wake_word_is_given_up_and_it_can_be_woken_again() -> None:
    listener = simulated({0.5: "okay_nabu", 5.0: "alexa"}, no_speech_s=2.0)
    heard = events(listener, np.concatenate([silence(5.2), loud(1.0), silence(1.0)]))
    assert kinds(heard) == ["Wake", "GaveUp", "Wake", "Captured", "Utterance"]
    assert [e.wake_word for e in heard if isinstance(e, GaveUp | Utterance)] == [
        "okay_nabu",
        "alexa",
    ]


def test_a_wake_word_inside_a_command_is_part_of_the_command() -> None:
    heard = events(simulated({0.5: "okay_nabu", 1.5: "okay_nabu"}), loud(3.0))
    assert kinds(heard) == ["Wake", "Captured"]


def test_a_command_in_the_same_breath_begins_after_the_wake_word() -> None:
    """The word ends at 1.0, the command begins at 1.05, the detection comes at 1.15."""
    sound = np.concatenate([silence(0.5), loud(0.5), silence(0.05), loud(1.0), silence(1.0)])
    (utterance,) = utterances(events(simulated({1.15: "okay_nabu"}), sound))
    assert utterance.start == pytest.approx(1.0, abs=0.03)
    assert utterance.speech_end == pytest.approx(2.05, abs=0.04)


def test_the_end_of_the_source_ends_the_command() -> None:
    listener = simulated({0.5: "okay_nabu"})
    assert kinds(events(listener, loud(2.0))) == ["Wake", "Captured"]
    (*_, utterance) = listener.flush()
    assert isinstance(utterance, Utterance)
    assert utterance.ended_by == "source"
    assert utterance.start + len(utterance.samples) / SAMPLE_RATE == pytest.approx(2.0, abs=1e-6)


def test_the_end_of_the_source_after_the_wake_word_is_given_up() -> None:
    listener = simulated({0.5: "okay_nabu"})
    events(listener, silence(1.0))
    (gave_up,) = listener.flush()
    assert isinstance(gave_up, GaveUp)


def test_without_a_detector_each_stretch_of_speech_is_an_utterance() -> None:
    listener = Listener(None, Endpointer(LoudnessVad(), no_speech_s=None))
    sound = np.concatenate([silence(1.0), loud(1.0)] * 3)
    heard = [*events(listener, sound), *listener.flush()]
    assert kinds(heard) == ["Captured", "Utterance"] * 3
    assert [u.wake_word for u in utterances(heard)] == [None] * 3
    ends = [u.speech_end for u in utterances(heard)]
    assert ends == pytest.approx([2.0, 4.0, 6.0], abs=0.05)


def test_without_a_detector_the_end_of_the_source_gives_up_nothing() -> None:
    listener = Listener(None, Endpointer(LoudnessVad(), no_speech_s=None))
    assert events(listener, silence(1.0)) == []
    assert listener.flush() == ()


def test_push_to_talk_hears_from_the_press_to_the_release() -> None:
    listener = simulated({})
    assert events(listener, silence(1.0)) == []
    assert listener.open() == ()
    heard = events(listener, loud(1.0), 1.0)
    assert kinds(heard) == ["Captured"]
    (*_, utterance) = listener.close()
    assert isinstance(utterance, Utterance)
    assert (utterance.wake_word, utterance.ended_by) == (None, "source")
    assert utterance.speech_end == pytest.approx(2.0, abs=0.05)
    assert not listener.is_open


def test_push_to_talk_keeps_what_was_said_while_the_button_went_down() -> None:
    listener = simulated({})
    before = np.concatenate([silence(1.0), loud(0.2)])
    events(listener, before)
    heard = [*listener.open(), *events(listener, np.concatenate([loud(1.0), silence(1.0)]), 1.2)]
    (utterance,) = utterances(heard)
    assert utterance.start == pytest.approx(1.0, abs=0.04)


def test_a_button_released_without_a_word_gives_up() -> None:
    listener = simulated({})
    listener.open()
    events(listener, silence(0.5))
    (gave_up,) = listener.close()
    assert isinstance(gave_up, GaveUp)
    assert gave_up.wake_word is None


def test_a_button_pressed_twice_or_released_twice_is_pressed_and_released() -> None:
    listener = simulated({})
    listener.open()
    heard = events(listener, loud(0.5))
    assert listener.open() == ()
    heard += [*events(listener, loud(0.5), 0.5), *listener.close()]
    (utterance,) = utterances(heard)
    assert len(utterance.samples) == pytest.approx(SAMPLE_RATE, abs=160)
    assert listener.close() == ()


def test_a_button_pressed_at_once_after_a_command_knows_the_time() -> None:
    listener = simulated({})
    listener.open()
    events(listener, loud(1.0))
    listener.close()
    listener.open()
    events(listener, loud(1.0), 1.0)
    (*_, utterance) = listener.close()
    assert isinstance(utterance, Utterance)
    assert utterance.start == pytest.approx(1.0, abs=0.02)
    assert utterance.speech_end == pytest.approx(2.0, abs=0.05)


def test_a_wake_word_found_elsewhere_opens_it() -> None:
    listener = simulated({})
    listener.open("hey_jarvis")
    (utterance,) = utterances(events(listener, np.concatenate([loud(1.0), silence(1.0)])))
    assert utterance.wake_word == "hey_jarvis"


DETECTORS: dict[str, Callable[[], WakeDetector]] = {
    "one stage": MicroWakeDetector,
    "two stages": lambda: choose(("okay_nabu",), folder=Path("no-trained-words")),
}


@pytest.mark.parametrize("detector", DETECTORS)
@pytest.mark.parametrize("spoken", recordings(), ids=lambda one: one.path.stem)
def test_of_each_recording_exactly_the_command_is_cut_out(spoken: Recording, detector: str) -> None:
    samples = read(spoken.path)
    listener = Listener(DETECTORS[detector](), Endpointer(SileroVad()))
    heard = events(listener, samples)
    assert kinds(heard) == ["Wake", "Captured", "Utterance"]
    (wake,) = (event for event in heard if isinstance(event, Wake))
    (utterance,) = utterances(heard)
    assert utterance.ended_by == "silence"
    loud_at = np.flatnonzero(np.abs(samples) > 600) / SAMPLE_RATE
    assert utterance.speech_end == pytest.approx(loud_at[-1], abs=0.25)
    heard_at = wake.time - wake.late_s
    pause = [at for at in loud_at if at > heard_at + 0.05]
    assert utterance.start <= pause[0]
    assert utterance.start >= heard_at - 0.2, "the wake word is part of the command"


def test_what_was_said_while_the_word_was_confirmed_is_part_of_the_command() -> None:
    """The word ends at 1.0, the command begins at 1.05, the word is heard at 1.1 and confirmed at
    1.5."""
    sound = np.concatenate([silence(0.5), loud(0.5), silence(0.05), loud(1.0), silence(1.0)])
    confirmed = TwoStageWakeDetector(
        SimulatedSpotter({1.1: ("okay_nabu", 0.95)}), SimulatedSpotter({1.5: ("okay_nabu", 0.9)})
    )
    heard = events(Listener(confirmed, Endpointer(LoudnessVad())), sound)
    (utterance,) = utterances(heard)
    assert utterance.start == pytest.approx(1.0, abs=0.03)
    assert utterance.speech_end == pytest.approx(2.05, abs=0.04)


def test_ten_minutes_of_noise_wake_nothing_and_are_soon_heard() -> None:
    vad = LoudnessVad()
    listener = Listener(MicroWakeDetector(), Endpointer(vad))
    minute = rumble(60.0, 2_000)
    began = time.perf_counter()
    for number in range(10):
        assert events(listener, minute, 60.0 * number) == []
    assert vad.chunks == 0
    assert time.perf_counter() - began < 60
