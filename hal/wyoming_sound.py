"""Sound in Wyoming events: of any rate, width and number of channels made into ours, and ours made
into events.

Each `audio-chunk` names its format (OHF-Voice/wyoming, audio.py): `rate` in hertz, `width` in bytes
a sample (1 is unsigned, as in WAV files), `channels`; its payload are the samples, little endian,
those of one moment beside each other.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import Event

from edge.types import SAMPLE_RATE, Samples
from hal.conversion import Floats, Resampler, from_int16, mono
from hal.wyoming_events import WyomingError

RATES = range(4_000, 192_001)
WIDTHS = range(1, 5)
CHANNELS = range(1, 9)
CHUNK = 1024
"""Samples in one chunk that we send."""
_OURS = (SAMPLE_RATE, 2, 1)


class IncomingSound:
    """One stream of chunks, as our samples. What a resampler holds back comes with `flush`.

    A sample may be cut by the end of a chunk: Home Assistant sends what it gets, as it gets it.
    """

    def __init__(self) -> None:
        self._format = _OURS
        self._resampler = Resampler(SAMPLE_RATE, SAMPLE_RATE)
        self._rest = b""

    def feed(self, event: Event) -> Samples:
        """The samples of an `audio-chunk`, shape (n,). Raises WyomingError for what is none."""
        found = format_of(event)
        before = np.empty(0, np.int16)
        if found != self._format:
            before = self.flush()
            self._format, self._resampler = found, Resampler(found[0], SAMPLE_RATE)
        _, width, channels = found
        payload = self._rest + (event.payload or b"")
        whole = len(payload) - len(payload) % (width * channels)
        payload, self._rest = payload[:whole], payload[whole:]
        if found == _OURS:
            samples = np.frombuffer(payload, "<i2").astype(np.int16)
        else:
            samples = self._resampler.feed(mono(_as_floats(payload, width).reshape(-1, channels)))
        return np.concatenate((before, samples))

    def flush(self) -> Samples:
        """What is left when the stream is over; another one may follow."""
        left = self._resampler.flush()
        self._resampler = Resampler(self._format[0], SAMPLE_RATE)
        self._rest = b""
        return left


def format_of(event: Event) -> tuple[int, int, int]:
    """Rate, width and channels that an event tells. Raises WyomingError when they cannot be."""
    limits = {"rate": RATES, "width": WIDTHS, "channels": CHANNELS}
    for name, allowed in limits.items():
        value = event.data.get(name)
        if type(value) is not int or value not in allowed:
            raise WyomingError(
                f"Expected sound with {name} from {allowed[0]} to {allowed[-1]}; found "
                f"{str(value)[:40]}."
            )
    return event.data["rate"], event.data["width"], event.data["channels"]


def sound_events(samples: Samples, rate: int) -> Iterator[tuple[Event, float]]:
    """A sound as events, from `audio-start` to `audio-stop`, each with the time in seconds at which
    it is due. samples: mono, shape (n,)."""
    yield AudioStart(rate, 2, 1, timestamp=0).event(), 0.0
    for start in range(0, len(samples), CHUNK):
        payload = samples[start : start + CHUNK].astype("<i2").tobytes()
        yield AudioChunk(rate, 2, 1, payload, _ms(start, rate)).event(), start / rate
    yield AudioStop(_ms(len(samples), rate)).event(), len(samples) / rate


def _ms(samples: int, rate: int) -> int:
    return samples * 1000 // rate


def _as_floats(payload: bytes, width: int) -> Floats:
    """Whole samples of 1 to 4 bytes as -1 … 1, shape (n,)."""
    if width == 2:
        return from_int16(np.frombuffer(payload, "<i2"))
    match width:
        case 1:
            whole = (np.frombuffer(payload, np.uint8).astype("<i4") - 128) << 24
        case 3:
            upper = np.zeros((len(payload) // 3, 4), np.uint8)
            upper[:, 1:] = np.frombuffer(payload, np.uint8).reshape(-1, 3)
            whole = upper.reshape(-1).view("<i4")
        case _:
            whole = np.frombuffer(payload, "<i4")
    return whole.astype(np.float32) / np.float32(1 << 31)
