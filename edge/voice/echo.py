"""Hearing through Lares' own voice: the echo of what it says is taken out of what is heard.

What Lares says is known before it is heard, sample by sample. So while it speaks

1. the first moments are held back until the *delay* is known, by which the speaker's sound reaches
   the microphone: the place where the two match best (generalised cross-correlation with phase
   transform, Knapp and Carter 1976). Where they match nowhere within `PATIENCE_S`, there is no
   echo, and sound goes through as it is until they do;
2. an adaptive filter learns how the room changes the voice and subtracts it. It is a partitioned
   Kalman filter in the frequency domain (Enzner and Vary 2006; Kuech, Mabande and Enzner 2014),
   which weighs every step by how sure it is, so that a person who talks at the same time does not
   spoil it, and no detector of double talk is needed. It hears what was held back twice: once to
   learn, once to clean;
3. what the filter knows that it left over is turned down (a Wiener gain), never by more than 26 dB;
4. a frame that came out louder than it went in is given as it went in.

The echo may last `ECHO_S` after the first sound of it. Frames keep their times, their sound is one
frame (10 ms) late while an echo is taken out.
"""

from __future__ import annotations

import threading
from collections import deque

import numpy as np
from numpy.typing import NDArray

from edge.types import FRAME_SAMPLES, SAMPLE_RATE, AudioFrame, Samples

Floats = NDArray[np.float64]
Spectra = NDArray[np.complex128]

ECHO_S = 0.2
"""Longest echo that is taken out: 20 frames."""
LONGEST_DELAY_S = 0.6
"""Longest time from the start of a sound in Lares to its first echo in the microphone."""
PATIENCE_S = 1.0
"""How long sound is held back to find the delay."""
_LEAST_S, _AGAIN_S, _LAST_S = 0.3, 0.1, 4.0
"""The delay is looked for in this much sound, again after this, and no longer after this."""
_MARGIN = 64
"""Samples by which the filter begins before the delay that was found."""
_CLEAR = 14.0
"""A match counts when it is so many times the root mean square of all. Half a second of an echo has
20 and more, sounds that have nothing to do with each other have up to 11."""
_BINS = FRAME_SAMPLES + 1
_TEACHES = 0.25
"""How much surer one frame makes the filter. Half of what theory says for noise: speech teaches
less, and a filter that is too sure too soon stops learning."""
_RELEARNS = 0.3
"""After learning from what was held back, the filter is at least so unsure as at the beginning."""
_SMALL = 1e-8


def delay_between(played: Samples, heard: Samples, longest: int) -> int | None:
    """Samples by which `played` comes later in `heard`, 0 to `longest`; None when it is not in it.

    Both have shape (n,) and begin at the same moment.
    """
    size = 1 << (2 * max(len(played), len(heard)) - 1).bit_length()
    cross = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(played, size))
    hertz = np.fft.rfftfreq(size, 1 / SAMPLE_RATE)
    speech = (hertz > 150) & (hertz < 6_000)
    match = np.abs(np.fft.irfft(np.where(speech, cross / (np.abs(cross) + _SMALL), 0)))[
        : longest + 1
    ]
    best = int(np.argmax(match))
    return best if match[best] > _CLEAR * np.sqrt(np.mean(np.square(match))) else None


class EchoFilter:
    """Learns one echo path and subtracts what comes by it, frame by frame.

    forgets: how fast a path that changes is followed, 0 to 1 a frame. Every frame has shape (160,)
    and the range -1 to 1; the echo should be about as loud as the voice, as `EchoCanceller` sees
    to.
    """

    def __init__(self, *, forgets: float = 0.0005) -> None:
        parts = round(ECHO_S * SAMPLE_RATE / FRAME_SAMPLES)
        self._keeps = 1 - forgets
        self._path: Spectra = np.zeros((parts, _BINS), np.complex128)
        self._at_first = np.outer(0.1 * np.exp(-0.15 * np.arange(parts)), np.ones(_BINS))
        self._unsure: Floats = self._at_first
        self._voice: Spectra = np.zeros((parts, _BINS), np.complex128)
        self._before: Floats = np.zeros(FRAME_SAMPLES)
        self._others: Floats = np.full(_BINS, _SMALL)
        self.left: Floats = np.zeros(_BINS)
        """Power of the echo that the last frame probably still holds, for each frequency."""

    def cancel(self, played: Floats, heard: Floats) -> Floats:
        """What is in `heard` besides the echo of what was played up to and in `played`."""
        self._voice = np.roll(self._voice, 1, axis=0)
        self._voice[0] = np.fft.rfft(np.concatenate((self._before, played)))
        self._before = played
        power = np.abs(self._voice) ** 2
        rest = heard - np.fft.irfft((self._voice * self._path).sum(axis=0))[FRAME_SAMPLES:]
        error = np.fft.rfft(np.concatenate((np.zeros(FRAME_SAMPLES), rest)))
        self.left = 0.5 * (power * self._unsure).sum(axis=0)
        self._others = 0.8 * self._others + 0.2 * np.abs(error) ** 2
        gain = self._unsure / (self.left + self._others + _SMALL)
        step = np.fft.irfft(gain * np.conj(self._voice) * error)
        step[:, FRAME_SAMPLES:] = 0
        self._path = self._keeps * (self._path + np.fft.rfft(step))
        self._unsure = self._keeps**2 * (1 - _TEACHES * gain * power) * self._unsure
        self._unsure += (1 - self._keeps**2) * np.abs(self._path) ** 2
        return rest

    def start_again(self) -> None:
        """The sound begins anew; what was learned is kept, though not for certain."""
        self._unsure = np.maximum(self._unsure, _RELEARNS * self._at_first)
        self._voice = np.zeros_like(self._voice)
        self._before = np.zeros(FRAME_SAMPLES)


class _TurnedDown:
    """Turns down what the filter left over of the echo; gives each frame one frame later."""

    _LEAST = 0.05

    def __init__(self) -> None:
        middle = np.arange(2 * FRAME_SAMPLES) + 0.5
        self._window = np.sin(np.pi * middle / (2 * FRAME_SAMPLES))
        self._before: Floats = np.zeros(FRAME_SAMPLES)
        self._overlap: Floats = np.zeros(FRAME_SAMPLES)
        self._power: Floats = np.zeros(_BINS)
        self._left: Floats = np.zeros(_BINS)

    def feed(self, rest: Floats, left: Floats) -> Floats:
        spectrum = np.fft.rfft(self._window * np.concatenate((self._before, rest)))
        self._before = rest
        self._power = 0.6 * self._power + 0.4 * np.abs(spectrum) ** 2
        self._left = 0.6 * self._left + 0.4 * left
        gain = np.maximum(self._LEAST, 1 - self._left / (self._power + _SMALL))
        sound = np.fft.irfft(gain * spectrum) * self._window
        given: Floats = sound[:FRAME_SAMPLES] + self._overlap
        self._overlap = sound[FRAME_SAMPLES:]
        return given


class EchoCanceller:
    """Takes what Lares says out of what one microphone hears.

    `begin` and `end` may be called from any thread; `hear` from the one that hears. While nothing
    is said, frames go through untouched and cost nothing.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._saying: _Saying | None = None

    def begin(self, samples: Samples) -> None:
        """This sound begins to be played now. samples: shape (n,), 16 kHz."""
        with self._lock:
            self._saying = _Saying(samples)

    def end(self) -> None:
        """The sound ended now, by itself or because it was stopped; its echo may still come."""
        with self._lock:
            if self._saying is not None:
                self._saying.stop()

    def hear(self, frame: AudioFrame) -> tuple[AudioFrame, ...]:
        """The frames that are clean by now: usually this one, none while sound is held back."""
        with self._lock:
            if self._saying is None:
                return (frame,)
            clean = self._saying.hear(frame)
            if self._saying.over:
                self._saying = None
            return clean

    @property
    def delay_s(self) -> float | None:
        """Seconds from the start of the sound being said to its echo; None while unknown."""
        saying = self._saying
        if saying is None or saying.delay is None:
            return None
        return saying.delay / SAMPLE_RATE


class _Saying:
    """One sound that is said, from its start to the end of its echo."""

    def __init__(self, samples: Samples) -> None:
        self._samples = samples
        self._heard: deque[AudioFrame] = deque()
        self._holding = True
        self._frames = 0
        self._before: AudioFrame | None = None
        self._filter = EchoFilter()
        self._turned_down = _TurnedDown()
        self._scale = 1.0
        self.delay: int | None = None
        """Samples; None while it is not known."""

    @property
    def over(self) -> bool:
        """Whether the echo has died away."""
        longest = round(LONGEST_DELAY_S * SAMPLE_RATE)
        delay = longest if self.delay is None else self.delay
        last = len(self._samples) + delay + round(ECHO_S * SAMPLE_RATE)
        return not self._holding and self._frames * FRAME_SAMPLES >= last

    def stop(self) -> None:
        """What was not played by now never will be."""
        self._samples = self._samples[: self._frames * FRAME_SAMPLES]

    def hear(self, frame: AudioFrame) -> tuple[AudioFrame, ...]:
        self._frames += 1
        if self.delay is None:
            return self._search(frame)
        return (self._clean(frame, self._frames - 1),)

    def _search(self, frame: AudioFrame) -> tuple[AudioFrame, ...]:
        seconds = self._frames * FRAME_SAMPLES / SAMPLE_RATE
        if seconds > _LAST_S:
            self._heard.clear()
            return (frame,)
        self._heard.append(frame)
        due = self._frames % round(_AGAIN_S * SAMPLE_RATE / FRAME_SAMPLES) == 0
        if due and seconds >= _LEAST_S:
            self.delay = self._found()
        if self.delay is not None:
            return self._caught_up()
        ended = len(self._samples) < self._frames * FRAME_SAMPLES
        if self._holding and (seconds >= PATIENCE_S or ended):
            self._holding = False
            return tuple(self._heard)
        return () if self._holding else (frame,)

    def _found(self) -> int | None:
        heard = np.concatenate([frame.samples for frame in self._heard])
        played = self._samples[: len(heard)]
        if not played.any() or not heard.any():
            return None
        delay = delay_between(played, heard, min(len(heard), round(LONGEST_DELAY_S * SAMPLE_RATE)))
        if delay is not None:
            echo, voice = (_power(heard[delay:]), _power(played[: len(heard) - delay]))
            self._scale = float(np.sqrt(np.clip(echo / max(voice, 1.0), 1e-6, 1e4)))
        return delay

    def _caught_up(self) -> tuple[AudioFrame, ...]:
        """Learn from all that was heard so far, and clean what was held back of it."""
        for place, frame in enumerate(self._heard):
            self._filter.cancel(self._played(place), _floats(frame.samples))
        self._filter.start_again()
        held = tuple(self._heard) if self._holding else (self._heard[-1],)
        first = self._frames - len(held)
        self._holding = False
        self._heard.clear()
        return tuple(self._clean(frame, first + place) for place, frame in enumerate(held))

    def _clean(self, frame: AudioFrame, place: int) -> AudioFrame:
        rest = self._filter.cancel(self._played(place), _floats(frame.samples))
        given = self._turned_down.feed(rest, self._filter.left)
        before, self._before = self._before, frame
        samples = np.clip(np.rint(given * 32768), -32768, 32767).astype(np.int16)
        if before is not None and _power(samples) > _power(before.samples):
            samples = before.samples
        return AudioFrame(samples, frame.time)

    def _played(self, place: int) -> Floats:
        """The frame of Lares' voice whose echo begins in the microphone's frame at `place`."""
        assert self.delay is not None
        first = place * FRAME_SAMPLES - self.delay + _MARGIN
        frame = np.zeros(FRAME_SAMPLES)
        there = self._samples[max(0, first) : max(0, first + FRAME_SAMPLES)]
        offset = max(0, -first)
        frame[offset : offset + len(there)] = _floats(there) * self._scale
        return frame


def _floats(samples: Samples) -> Floats:
    return samples.astype(np.float64) / 32768


def _power(samples: Samples) -> float:
    return float(np.var(samples.astype(np.float64))) if len(samples) else 0.0
