"""How loud a sound is, and what is wrong with it: pure functions of its samples.

Levels are in dB of full scale, to which a square wave of the largest sample comes with 0 dB and a
sine with -3 dB. Silence has the level `SILENCE_DB`, so that every figure is a number. The offset is
taken away before anything else is measured.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.types import SAMPLE_RATE, Samples
from hal.conversion import Floats, from_int16

SILENCE_DB = -120.0
WINDOW = SAMPLE_RATE // 50
"""Samples over which a level is taken: 20 ms."""
SPEECH_ABOVE_DB = 12.0
"""How far the loud moments of a sound must be above its quiet ones, to be taken for speech."""
FULL_SCALE = 32766 / 32768
NARROW_RATES = (8_000, 11_025, 12_000)
"""Rates at which telephones, headsets in a call and old sound cards record."""
CLIFF_DB = 27.0
"""How far a sound falls at half the rate at which it was recorded. Of 153 recordings of real voices
one falls as far by itself, and of the same ones made 8 kHz 99 % do."""
HUM_LINES = {50: (50, 100, 150, 200, 250), 60: (60, 120, 180, 240)}
HUM_ABOVE_DB = 15.0
"""How far a line must stand out of the sound 5 to 20 Hz beside it, in every second."""

_Power = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Levels:
    """What was measured of a sound. Levels in dB of full scale."""

    seconds: float
    peak: float
    rms: float
    noise_floor: float
    """The level that nine tenths of the sound pass."""
    speech: float | None
    """The level that one twentieth of the sound passes; None where nothing stands out that much."""
    clipped: float
    """Share of the samples that are cut off at the top or the bottom, 0 to 1."""
    offset: float
    """The mean, -1 to 1 of full scale."""
    silent: float
    """Share of the time in which all samples are zero, 0 to 1."""
    recorded_rate: int
    """The rate at which it was recorded, as far as can be heard: one of `NARROW_RATES`, or ours."""
    hum_hz: int | None
    """50 or 60 where the mains can be heard."""
    hum: float
    """The level of all the lines of the mains."""


def measure(samples: Samples) -> Levels:
    """All levels of a sound. samples: shape (n,) at 16 kHz; of an empty one all is silent."""
    sound = from_int16(samples).astype(np.float64)
    offset = float(sound.mean()) if sound.size else 0.0
    sound = sound - offset
    quiet, speech = floor_and_speech(sound)
    hum_hz, hum = mains(sound)
    return Levels(
        seconds=len(samples) / SAMPLE_RATE,
        peak=decibels(float(np.square(sound).max(initial=0.0))),
        rms=level(sound),
        noise_floor=quiet,
        speech=speech,
        clipped=clipped(from_int16(samples)[:, np.newaxis]),
        offset=offset,
        silent=silent(samples),
        recorded_rate=recorded_rate(sound),
        hum_hz=hum_hz,
        hum=hum,
    )


def decibels(power: float) -> float:
    """Power (1 is full scale) in dB, never less than `SILENCE_DB`."""
    return max(SILENCE_DB, 10 * float(np.log10(power))) if power > 0 else SILENCE_DB


def level(sound: Floats | _Power) -> float:
    """The root mean square of -1 … 1 in dB. Of no sound it is `SILENCE_DB`."""
    return (
        decibels(float(np.mean(np.square(sound, dtype=np.float64)))) if sound.size else SILENCE_DB
    )


def floor_and_speech(sound: _Power) -> tuple[float, float | None]:
    """The levels `noise_floor` and `speech` of a sound without offset. Shape (n,), -1 … 1."""
    whole = max(1, len(sound) // WINDOW)
    windows = np.array_split(np.square(sound), whole)
    powers = [float(window.mean()) if window.size else 0.0 for window in windows]
    quiet, loud = (decibels(float(power)) for power in np.quantile(powers, (0.1, 0.95)))
    return quiet, loud if loud - quiet >= SPEECH_ABOVE_DB else None


def silent(samples: Samples) -> float:
    """The share of the windows of a sound in which all samples are zero; 1 of no sound."""
    whole = len(samples) // WINDOW
    windows = samples[: whole * WINDOW].reshape(whole, WINDOW) if whole else samples[np.newaxis]
    return float(np.mean(~windows.any(axis=1)))


def clipped(block: Floats) -> float:
    """The share of samples that are cut off. block: shape (n, channels), -1 … 1.

    Cut off are two or more in a row at full scale, and three or more at a loudest value that is
    lower, which an amplifier before the converter leaves behind.
    """
    if not block.size:
        return 0.0
    share = []
    for channel in block.T:
        loudest = float(np.abs(channel).max())
        if loudest >= FULL_SCALE:
            flat = _in_runs(channel >= FULL_SCALE, 2) + _in_runs(channel <= -FULL_SCALE, 2)
        elif loudest >= 0.25 and channel.max() > channel.min():
            flat = _in_runs(channel == channel.max(), 3) + _in_runs(channel == channel.min(), 3)
        else:
            flat = 0
        share.append(flat / len(channel))
    return float(np.mean(share))


def cancelled(block: Floats) -> float:
    """By how many dB the mean of the channels is softer than they are: 0 when they are the same, 3
    when they have nothing in common, far more when one is the other upside down.

    block: shape (n, channels).
    """
    apart = np.asarray(block - block.mean(axis=0), dtype=np.float64)
    return level(apart) - level(apart.mean(axis=1))


def recorded_rate(sound: _Power) -> int:
    """The rate at which a sound at 16 kHz was recorded, judged by where it suddenly ends.

    sound: shape (n,), -1 … 1. Shorter than 0.2 s or softer than -70 dB it is taken for ours.
    """
    if len(sound) < SAMPLE_RATE // 5 or level(sound) < -70:
        return SAMPLE_RATE
    power = _spectra(sound, 512).mean(axis=0)
    hertz = np.fft.rfftfreq(512, 1 / SAMPLE_RATE)
    for rate in NARROW_RATES:
        edge = rate / 2
        below = power[(hertz > 0.75 * edge) & (hertz < 0.9 * edge)].mean()
        above = power[(hertz > 1.1 * edge) & (hertz < 7_500)].mean()
        if decibels(below) - decibels(above) > CLIFF_DB:
            return rate
    return SAMPLE_RATE


def mains(sound: _Power) -> tuple[int | None, float]:
    """50 or 60 where the hum of the mains can be heard, and its level.

    A line is one that stands out in every second, as no voice does. The mains are taken to be heard
    when two lines of one kind are, or the lowest. sound: shape (n,), -1 … 1; below 1 s nothing is.
    """
    if len(sound) < SAMPLE_RATE:
        return None, SILENCE_DB
    power = _spectra(sound, SAMPLE_RATE).min(axis=0)
    best: tuple[int | None, float] = None, SILENCE_DB
    for frequency, lines in HUM_LINES.items():
        heard = {line: energy for line in lines if (energy := _line(power, line)) > 0}
        found = decibels(sum(heard.values()))
        if (len(heard) > 1 or frequency in heard) and found > best[1]:
            best = frequency, found
    return best


def _in_runs(marked: NDArray[np.bool_], least: int) -> int:
    """How many of the marked samples have so many marked ones in a row."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], marked, [False])).astype(np.int8)))
    lengths = edges[1::2] - edges[::2]
    return int(lengths[lengths >= least].sum())


def _spectra(sound: _Power, size: int) -> _Power:
    """Power of half-overlapping Hann windows, shape (windows, size // 2 + 1), in which a sine has,
    summed over its bins, the power that it has in the sound."""
    window = np.hanning(size + 1)[:-1]
    places = range(0, len(sound) - size + 1, size // 2)
    spectra = np.fft.rfft(np.stack([sound[p : p + size] * window for p in places]))
    power: _Power = 2 * np.square(np.abs(spectra)) / (size * np.square(window).sum())
    return power


def _line(power: _Power, hertz: int) -> float:
    """The power of a line in a spectrum with bins of 1 Hz; 0 where none stands out."""
    beside = np.concatenate([power[hertz - 20 : hertz - 4], power[hertz + 5 : hertz + 21]])
    here = power[hertz - 1 : hertz + 2]
    return (
        float(here.sum())
        if decibels(here.max()) - decibels(np.median(beside)) > HUM_ABOVE_DB
        else 0.0
    )
