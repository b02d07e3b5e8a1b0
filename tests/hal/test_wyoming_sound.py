"""Sound in Wyoming events: any format becomes ours, and what is none is told."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wyoming.audio import AudioChunk
from wyoming.event import Event

from edge.types import SAMPLE_RATE, Samples
from hal.wyoming_events import WyomingError
from hal.wyoming_sound import IncomingSound, sound_events


def tone(seconds: float, rate: int = SAMPLE_RATE) -> np.ndarray[Any, np.dtype[np.float64]]:
    return 0.5 * np.sin(2 * np.pi * 440 * np.arange(round(seconds * rate)) / rate)


def chunk(sound: np.ndarray[Any, Any], rate: int, width: int, channels: int) -> Event:
    """A sound, -1 … 1, in this format, the same on all channels."""
    if width == 1:
        raw = np.rint(sound * 127 + 128).astype(np.uint8).repeat(channels).tobytes()
    else:
        whole = np.rint(sound * (2.0 ** (8 * width - 1) - 1)).astype("<i4").repeat(channels)
        raw = whole.view(np.uint8).reshape(-1, 4)[:, :width].tobytes()
    return AudioChunk(rate, width, channels, raw).event()


def heard(*events: Event) -> Samples:
    sound = IncomingSound()
    return np.concatenate([*(sound.feed(event) for event in events), sound.flush()])


@given(st.lists(st.integers(-32768, 32767), max_size=50))
def test_our_own_format_comes_through_unchanged(samples: list[int]) -> None:
    said = np.array(samples, np.int16)
    got = heard(AudioChunk(SAMPLE_RATE, 2, 1, said.astype("<i2").tobytes()).event())
    np.testing.assert_array_equal(got, said)


@pytest.mark.parametrize("width", [1, 2, 3, 4])
@pytest.mark.parametrize("channels", [1, 2, 4])
@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 48_000])
def test_any_format_is_the_same_sound(rate: int, width: int, channels: int) -> None:
    source = tone(0.5, rate)
    parts = np.array_split(source, 7)
    got = heard(*(chunk(part, rate, width, channels) for part in parts))
    wanted = np.rint(tone(0.5) * 32767)
    assert abs(len(got) - len(wanted)) <= 2
    middle = slice(1_000, 7_000)
    noise = np.abs(got[middle] - wanted[middle]).max()
    assert noise < (400 if width == 1 else 60)


def test_a_format_that_changes_in_mid_stream_loses_nothing() -> None:
    got = heard(chunk(tone(0.2, 48_000), 48_000, 2, 2), chunk(tone(0.2), 16_000, 2, 1))
    assert len(got) == pytest.approx(0.4 * SAMPLE_RATE, abs=2)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"rate": 16_000, "width": 2},
        {"rate": 0, "width": 2, "channels": 1},
        {"rate": 10**9, "width": 2, "channels": 1},
        {"rate": 16_000, "width": 5, "channels": 1},
        {"rate": 16_000, "width": 2, "channels": 0},
        {"rate": 16_000, "width": 2, "channels": 10**6},
        {"rate": "16000", "width": 2, "channels": 1},
        {"rate": True, "width": 2, "channels": 1},
        {"rate": 16_000.0, "width": 2, "channels": 1},
    ],
)
def test_what_is_no_format_is_told(data: dict[str, Any]) -> None:
    with pytest.raises(WyomingError, match="Expected sound with"):
        IncomingSound().feed(Event("audio-chunk", data, b"\0\0"))


@given(st.binary(max_size=80), st.lists(st.integers(0, 80), max_size=6))
def test_samples_may_be_cut_by_the_ends_of_chunks(payload: bytes, cuts: list[int]) -> None:
    places = sorted({0, len(payload), *(min(cut, len(payload)) for cut in cuts)})
    parts = [payload[start:end] for start, end in itertools.pairwise(places)] or [b""]
    got = heard(*(AudioChunk(SAMPLE_RATE, 2, 1, part).event() for part in parts))
    whole = payload[: len(payload) // 2 * 2]
    np.testing.assert_array_equal(got, np.frombuffer(whole, "<i2"))


def test_half_a_sample_at_the_end_is_dropped() -> None:
    sound = IncomingSound()
    assert len(sound.feed(AudioChunk(SAMPLE_RATE, 2, 1, b"\1\0\1").event())) == 1
    assert len(sound.flush()) == 0
    assert sound.feed(AudioChunk(SAMPLE_RATE, 2, 1, b"\2\0").event()).tolist() == [2]


def test_a_chunk_without_sound_is_no_sound() -> None:
    assert len(heard(AudioChunk(16_000, 2, 1, b"").event())) == 0


def test_our_sound_becomes_events_with_their_times() -> None:
    said = np.arange(2_500).astype(np.int16)
    events = [*sound_events(said, 16_000)]
    kinds = [event.type for event, _ in events]
    assert kinds == ["audio-start", *["audio-chunk"] * 3, "audio-stop"]
    assert [due for _, due in events] == [0.0, 0.0, 0.064, 0.128, 0.15625]
    assert [event.data["timestamp"] for event, _ in events] == [0, 0, 64, 128, 156]
    raw = b"".join(event.payload or b"" for event, _ in events)
    np.testing.assert_array_equal(np.frombuffer(raw, "<i2"), said)
