from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.types import SAMPLE_RATE, LaresError, Samples, Utterance
from edge.voice.endpoint import Captured, Endpointer, GaveUp, Heard
from edge.voice.vad import CHUNK_SECONDS, LoudnessVad, SileroVad
from tests.edge.voice.sounds import (
    WAKE_END_S,
    loud,
    recording,
    rumble,
    silence,
    white_noise,
)

CHUNK = CHUNK_SECONDS * 1.01
"""Times are as exact as this."""


def heard(
    endpointer: Endpointer, samples: Samples, *, start: float = 0.0, piece: int = 160
) -> list[Heard]:
    """What is told when it is opened at `start` and fed pieces until it closes."""
    endpointer.open(start, "okay_nabu")
    told: list[Heard] = []
    for place in range(0, len(samples), piece):
        told += endpointer.feed(samples[place : place + piece])
    return told


def the_utterance(told: list[Heard]) -> Utterance:
    """The one utterance, which ends what is told; everything before is its pieces."""
    *pieces, last = told
    assert isinstance(last, Utterance)
    captured = [piece.samples for piece in pieces if isinstance(piece, Captured)]
    assert len(captured) == len(pieces) > 0
    np.testing.assert_array_equal(np.concatenate(captured), last.samples)
    return last


def test_silence_after_speech_ends_the_utterance() -> None:
    sound = np.concatenate([silence(1.0), loud(1.0), silence(2.0)])
    utterance = the_utterance(heard(Endpointer(LoudnessVad()), sound, start=5.0))
    assert utterance.ended_by == "silence"
    assert utterance.wake_word == "okay_nabu"
    assert utterance.start == pytest.approx(5.7, abs=CHUNK)
    assert utterance.speech_end == pytest.approx(7.0, abs=CHUNK)
    assert len(utterance.samples) / SAMPLE_RATE == pytest.approx(1.9, abs=2 * CHUNK)


def test_the_preroll_keeps_what_came_just_before_the_speech() -> None:
    before = np.arange(SAMPLE_RATE, dtype=np.int16) % 100
    sound = np.concatenate([before, loud(1.0), silence(1.0)])
    utterance = the_utterance(heard(Endpointer(LoudnessVad(), preroll_s=0.3), sound))
    start = round(utterance.start * SAMPLE_RATE)
    assert SAMPLE_RATE - start == pytest.approx(0.3 * SAMPLE_RATE, abs=CHUNK * SAMPLE_RATE)
    np.testing.assert_array_equal(utterance.samples, sound[start:][: len(utterance.samples)])


def test_without_preroll_it_begins_with_the_speech() -> None:
    sound = np.concatenate([silence(1.024), loud(1.0), silence(1.0)])
    utterance = the_utterance(heard(Endpointer(LoudnessVad(), preroll_s=0.0), sound))
    assert utterance.start == pytest.approx(1.024)


def test_a_pause_shorter_than_the_silence_does_not_end_it() -> None:
    sound = np.concatenate([loud(0.5), silence(0.5), loud(0.5), silence(1.0)])
    utterance = the_utterance(heard(Endpointer(LoudnessVad(), silence_s=0.6), sound))
    assert utterance.speech_end == pytest.approx(1.5, abs=CHUNK)


def start_of(told: list[Heard]) -> float:
    """Where the utterance began that is being captured."""
    last = told[-1]
    assert isinstance(last, Captured)
    return last.start


def test_it_is_patient_until_it_is_told_that_what_was_said_is_understood() -> None:
    endpointer = Endpointer(LoudnessVad(), silence_s=0.5, patient_s=1.0)
    told = heard(endpointer, np.concatenate([loud(1.0), silence(0.8)]))
    assert endpointer.is_open, "half a second would have been over"
    endpointer.settle(start_of(told))
    assert endpointer.is_settled
    told += endpointer.feed(silence(0.05))
    assert the_utterance(told).speech_end == pytest.approx(1.0, abs=CHUNK)
    assert not endpointer.is_settled


def test_it_is_patient_again_when_speech_goes_on() -> None:
    endpointer = Endpointer(LoudnessVad(), silence_s=0.5, patient_s=1.0)
    told = heard(endpointer, np.concatenate([loud(1.0), silence(0.2)]))
    endpointer.settle(start_of(told))
    told += endpointer.feed(np.concatenate([loud(0.5), silence(0.8)]))
    assert endpointer.is_open
    assert not endpointer.is_settled
    told += endpointer.feed(silence(0.3))
    utterance = the_utterance(told)
    assert utterance.speech_end == pytest.approx(1.7, abs=CHUNK)
    length = len(utterance.samples) / SAMPLE_RATE
    assert length == pytest.approx(2.7 - utterance.start, abs=2 * CHUNK)


def test_to_settle_another_utterance_or_one_that_is_still_spoken_changes_nothing() -> None:
    endpointer = Endpointer(LoudnessVad(), silence_s=0.5, patient_s=1.0)
    endpointer.settle(0.0)
    told = heard(endpointer, loud(1.0))
    endpointer.settle(start_of(told))
    told += endpointer.feed(silence(0.8))
    endpointer.settle(start_of(told) - 1.0)
    told += endpointer.feed(silence(0.1))
    assert endpointer.is_open


def test_each_piece_tells_its_utterance_and_how_long_it_has_been_quiet() -> None:
    told = heard(Endpointer(LoudnessVad()), np.concatenate([loud(0.512), silence(1.0)]), start=3.0)
    pieces = [piece for piece in told if isinstance(piece, Captured)]
    assert {piece.start for piece in pieces} == {the_utterance(told).start}
    quiet = [piece.silence_s for piece in pieces]
    assert quiet[0] == 0.0
    assert quiet == sorted(quiet)
    assert quiet[-1] == pytest.approx(0.6, abs=CHUNK)


@given(
    speaks=st.lists(st.booleans(), max_size=400),
    settles=st.lists(st.booleans(), min_size=1, max_size=7),
    limit_s=st.floats(0.1, 4.0),
    no_speech_s=st.floats(0.1, 3.0),
)
@settings(max_examples=60)
def test_whatever_is_heard_and_told_it_does_not_stay_open(
    speaks: list[bool], settles: list[bool], limit_s: float, no_speech_s: float
) -> None:
    """However the detector wavers; after the limits it is closed."""
    endpointer = Endpointer(
        LoudnessVad(), limit_s=limit_s, no_speech_s=no_speech_s, patient_s=20.0, onset_s=0.2
    )
    endpointer.open(0.0)
    chunks = 0
    for place in range(3 * 400):
        chunk = (
            loud(CHUNK_SECONDS) if speaks[place : place + 1] == [True] else silence(CHUNK_SECONDS)
        )
        for told in endpointer.feed(chunk):
            if isinstance(told, Captured) and settles[place % len(settles)]:
                endpointer.settle(told.start)
        chunks += endpointer.is_open
    longest_onset_s = 7 * 4 * CHUNK_SECONDS
    assert chunks * CHUNK_SECONDS <= no_speech_s + longest_onset_s + limit_s + 2 * CHUNK


def test_a_limit_beyond_what_engines_hear_is_an_error() -> None:
    with pytest.raises(LaresError, match="limit_s must be at most 30 seconds, but is 31"):
        Endpointer(LoudnessVad(), limit_s=31.0)


def test_less_patience_than_silence_is_an_error() -> None:
    with pytest.raises(LaresError, match=r"patient_s must be at least as long as silence_s, 0.6"):
        Endpointer(LoudnessVad(), patient_s=0.5)


def test_speech_that_does_not_stop_ends_at_the_limit() -> None:
    told = heard(Endpointer(LoudnessVad(), limit_s=3.0), loud(10.0))
    utterance = the_utterance(told)
    assert utterance.ended_by == "limit"
    assert len(utterance.samples) / SAMPLE_RATE == pytest.approx(3.0, abs=CHUNK)


def test_a_click_is_no_speech() -> None:
    sound = np.concatenate([silence(0.5), loud(0.1), silence(1.0)])
    endpointer = Endpointer(LoudnessVad(), onset_s=0.2)
    assert heard(endpointer, sound) == []
    assert endpointer.is_open


def test_no_speech_is_given_up_and_told_when() -> None:
    endpointer = Endpointer(LoudnessVad(), no_speech_s=2.0)
    (gave_up,) = heard(endpointer, silence(5.0), start=1.0)
    assert isinstance(gave_up, GaveUp)
    assert gave_up.time == pytest.approx(3.0, abs=CHUNK)
    assert gave_up.wake_word == "okay_nabu"
    assert not endpointer.is_open


def test_speech_that_begins_just_in_time_is_not_given_up() -> None:
    sound = np.concatenate([silence(1.95), loud(1.0), silence(1.0)])
    the_utterance(heard(Endpointer(LoudnessVad(), no_speech_s=2.0), sound))


def test_it_can_wait_for_ever() -> None:
    endpointer = Endpointer(LoudnessVad(), no_speech_s=None)
    assert heard(endpointer, silence(60.0)) == []
    assert endpointer.is_open


def test_the_end_of_the_source_ends_the_utterance_with_its_last_sample() -> None:
    endpointer = Endpointer(LoudnessVad())
    told = heard(endpointer, loud(1.0)[:-7])
    told += endpointer.flush()
    utterance = the_utterance(told)
    assert utterance.ended_by == "source"
    assert len(utterance.samples) == SAMPLE_RATE - 7
    assert not endpointer.is_open


def test_the_end_of_the_source_before_any_speech_is_giving_up() -> None:
    endpointer = Endpointer(LoudnessVad())
    assert heard(endpointer, silence(1.0)) == []
    (gave_up,) = endpointer.flush()
    assert isinstance(gave_up, GaveUp)
    assert endpointer.flush() == ()


def test_while_closed_it_hears_nothing() -> None:
    endpointer = Endpointer(vad := LoudnessVad())
    assert endpointer.feed(loud(5.0)) == ()
    assert (endpointer.is_open, vad.chunks) == (False, 0)


def test_what_follows_in_the_same_piece_after_the_end_is_not_kept() -> None:
    endpointer = Endpointer(LoudnessVad(), preroll_s=0.0)
    first = np.concatenate([loud(1.0), silence(0.7), loud(5.0)])
    the_utterance(heard(endpointer, first, piece=len(first)))
    assert not endpointer.is_open
    again = np.concatenate([silence(0.512), loud(0.5), silence(1.0)])
    assert the_utterance(heard(endpointer, again)).start == pytest.approx(0.512)


@given(
    parts=st.lists(st.tuples(st.booleans(), st.floats(0.01, 3.0)), min_size=1, max_size=8),
    pieces=st.lists(st.integers(1, 3_000), min_size=1, max_size=5),
    limit_s=st.floats(1.0, 4.0),
    silence_s=st.floats(0.02, 1.0),
    preroll_s=st.floats(0.0, 0.5),
)
@settings(max_examples=60)
def test_however_the_sound_comes_an_utterance_is_a_piece_of_it_within_the_limit(
    parts: list[tuple[bool, float]],
    pieces: list[int],
    limit_s: float,
    silence_s: float,
    preroll_s: float,
) -> None:
    sound = np.concatenate([loud(s) if speaks else silence(s) for speaks, s in parts])
    endpointer = Endpointer(
        LoudnessVad(), limit_s=limit_s, silence_s=silence_s, preroll_s=preroll_s
    )
    endpointer.open(0.0)
    told: list[Heard] = []
    place = 0
    while place < len(sound):
        for piece in pieces:
            told += endpointer.feed(sound[place : place + piece])
            place += piece
    told += endpointer.flush()
    last = told[-1]
    assert not endpointer.is_open
    if isinstance(last, GaveUp):
        assert len(told) == 1
        return
    utterance = the_utterance(told)
    start = round(utterance.start * SAMPLE_RATE)
    np.testing.assert_array_equal(utterance.samples, sound[start:][: len(utterance.samples)])
    assert len(utterance.samples) / SAMPLE_RATE <= limit_s + CHUNK
    assert utterance.start < utterance.speech_end
    assert utterance.speech_end <= utterance.start + len(utterance.samples) / SAMPLE_RATE + 1e-9
    at_once = Endpointer(LoudnessVad(), limit_s=limit_s, silence_s=silence_s, preroll_s=preroll_s)
    (again,) = (
        one
        for one in (*heard(at_once, sound, piece=len(sound)), *at_once.flush())
        if isinstance(one, Utterance)
    )
    np.testing.assert_array_equal(again.samples, utterance.samples)
    assert (again.ended_by, again.start) == (utterance.ended_by, utterance.start)


@pytest.mark.parametrize("name", ["silence_s", "limit_s", "onset_s", "no_speech_s"])
def test_a_time_that_is_not_positive_is_an_error(name: str) -> None:
    with pytest.raises(LaresError, match=f"{name} must be more than 0 seconds, but is 0"):
        Endpointer(LoudnessVad(), **{name: 0.0})


def test_a_negative_preroll_and_a_threshold_that_is_none_are_errors() -> None:
    with pytest.raises(LaresError, match="preroll_s must not be negative, but is -1"):
        Endpointer(LoudnessVad(), preroll_s=-1.0)
    for threshold in (0.15, 1.0, 50.0):
        with pytest.raises(LaresError, match=r"threshold must lie between 0.15 and 1, but is"):
            Endpointer(LoudnessVad(), threshold=threshold)


def test_a_time_shorter_than_a_chunk_counts_as_one() -> None:
    endpointer = Endpointer(LoudnessVad(), onset_s=0.001, silence_s=0.001, no_speech_s=None)
    assert heard(endpointer, silence(2.0)) == []
    utterance = the_utterance(heard(endpointer, np.concatenate([loud(0.512), silence(1.0)])))
    assert utterance.speech_end == pytest.approx(0.512)


@pytest.mark.parametrize("name", ["kitchen-light", "living-room", "thermostat", "blinds", "vacuum"])
def test_silero_cuts_a_spoken_command_out_of_a_recording(name: str) -> None:
    sound = recording(name)[round(WAKE_END_S * SAMPLE_RATE) :]
    level = np.flatnonzero(np.abs(sound) > 600) / SAMPLE_RATE
    utterance = the_utterance(heard(Endpointer(SileroVad()), sound))
    assert utterance.ended_by == "silence"
    assert utterance.start <= max(0.0, level[0] - 0.1), "the first word is cut"
    assert utterance.speech_end == pytest.approx(level[-1], abs=0.25)


def test_silero_hears_pauses_between_words_as_one_command() -> None:
    words = recording("kitchen-light")[round(WAKE_END_S * SAMPLE_RATE) :]
    speech_end = np.flatnonzero(np.abs(words) > 600)[-1]
    halves = [words[:speech_end], silence(0.1), words[:speech_end], silence(2.0)]
    utterance = the_utterance(heard(Endpointer(SileroVad()), np.concatenate(halves)))
    assert utterance.speech_end == pytest.approx(speech_end * 2 / SAMPLE_RATE + 0.1, abs=0.2)


@pytest.mark.parametrize(
    "noise", [silence, lambda s: white_noise(s, 2_000), lambda s: rumble(s, 3_000)]
)
def test_silero_takes_steady_noise_for_no_command(noise: Callable[[float], Samples]) -> None:
    told = heard(Endpointer(SileroVad(), no_speech_s=None), noise(15.0), piece=4_096)
    assert told == []


def test_ten_minutes_of_shouting_are_utterances_within_the_limit_soon_done() -> None:
    """Memory stays that of one utterance, and the time far below that of the sound."""
    endpointer = Endpointer(LoudnessVad(), limit_s=10.0)
    minute = white_noise(60.0, 9_000)
    began = time.perf_counter()
    tracemalloc.start()
    ends: list[float] = []
    for start in range(0, 600, 60):
        for place in range(0, len(minute), 1_600):
            now = start + place / SAMPLE_RATE
            if not endpointer.is_open:
                endpointer.open(now)
            for one in endpointer.feed(minute[place : place + 1_600]):
                if isinstance(one, Utterance):
                    assert len(one.samples) / SAMPLE_RATE <= 10.0 + CHUNK
                    ends.append(now)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(ends) >= 55
    assert max(later - earlier for earlier, later in pairwise(ends)) < 10.2
    assert peak < 4 * 10 * SAMPLE_RATE * 2
    assert time.perf_counter() - began < 60
