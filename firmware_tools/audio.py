"""What the microphone really hears, and what to do about the rest: behind `lares doctor audio`.

A source is listened to for some seconds, while someone speaks. From what came, each part is judged
by itself: whether there is any sound, how loud speech and noise are, whether it is cut off or off
centre, whether it comes as fast and as full as was promised, whether the mains can be heard, and
whether channels cancel each other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from edge.types import FRAME_SAMPLES, SAMPLE_RATE, AudioFrame, Samples
from firmware_tools.finding import Finding
from hal.conversion import Floats
from hal.levels import SILENCE_DB, Levels, cancelled, clipped, level, measure
from hal.microphone import FrameCounts, Microphone

FRAMES_A_SECOND = SAMPLE_RATE / FRAME_SAMPLES
FASTEST_LIVE = 8.0
"""What comes faster than this many times real time is read from a file."""
RATE_SECONDS = 1.0
"""A shorter time tells nothing of the rate."""

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """What a microphone gave."""

    name: str
    samples: Samples
    """Shape (n,), as Lares hears it: 16 kHz, mono."""
    channels: Floats
    """Shape (m, channels), as the source has it, at its own rate."""
    counts: FrameCounts = field(default_factory=FrameCounts)
    frames_a_second: float | None = None
    """Frames that came a second, where 100 were promised; None for a file, or where it was too
    short to tell."""
    truncated: bool = False
    """Whether it is a file that ends before its header says."""


class Blocks:
    """Takes the place of a tap: remembers the blocks that it is shown."""

    def __init__(self) -> None:
        self._blocks: list[Floats] = []

    def __call__(self, block: Floats) -> None:
        self._blocks.append(block)

    def all(self, otherwise: Floats) -> Floats:
        """All of them as one, or `otherwise` when it was never shown any."""
        return np.concatenate(self._blocks) if self._blocks else otherwise


def listen(
    microphone: Microphone,
    seconds: float,
    blocks: Blocks,
    *,
    live: bool,
    each: Callable[[AudioFrame], None] = lambda frame: None,
    clock: Clock = time.monotonic,
) -> Recording:
    """Hear a microphone that is not open yet for so long, or to its end. Raises MicrophoneError.

    blocks: the microphone's tap, if it has one.
    each: is shown every frame as it comes.
    live: whether frames come as they are spoken, unless they come far too fast for that.
    """
    heard: list[Samples] = []
    first = last = clock()
    with microphone:
        for frame in microphone:
            last = clock()
            first = first if heard else last
            heard.append(frame.samples)
            each(frame)
            if len(heard) >= seconds * FRAMES_A_SECOND:
                break
    samples = np.concatenate([np.empty(0, np.int16), *heard])
    spent = last - first
    rate = (len(heard) - 1) / spent if spent > 0 else float("inf")
    judged = live and spent >= RATE_SECONDS and rate < FASTEST_LIVE * FRAMES_A_SECOND
    mono = samples.astype(np.float32)[:, np.newaxis] / np.float32(32768)
    return Recording(
        name=microphone.name,
        samples=samples,
        channels=blocks.all(mono),
        counts=microphone.counts,
        frames_a_second=rate if judged else None,
        truncated=bool(getattr(microphone, "truncated", False)),
    )


def examine_audio(recording: Recording, levels: Levels | None = None) -> tuple[Finding, ...]:
    """What is to be said of a recording, in the order in which it matters. Raises nothing.

    levels: those of the recording, where they are measured already.
    """
    levels = levels or measure(recording.samples)
    if levels.silent == 1.0:
        cancel = _channels(recording) if recording.channels.any() else (_nothing(),)
        return (_source(recording, levels), *_pace(recording), *cancel)
    return (
        _source(recording, levels),
        *_pace(recording),
        _silence(levels),
        *_loudness(levels),
        _clipping(recording),
        _offset(levels),
        _bandwidth(levels),
        _hum(levels),
        *_channels(recording),
    )


def _source(recording: Recording, levels: Levels) -> Finding:
    found = f"{recording.name}, {levels.seconds:.1f} s"
    counts = recording.counts
    if recording.truncated:
        advice = "The file ends before its header says. Copy or record it again."
        return Finding("source", "warning", f"{found}, cut off", advice)
    if counts.overruns or counts.underruns:
        return Finding(
            "source",
            "warning",
            f"{found}, {counts.overruns} overruns, {counts.underruns} underruns",
            "Sound was lost on its way: let this machine do less, use another USB port, or a "
            "stronger power supply.",
        )
    return Finding("source", "ok", found)


def _nothing() -> Finding:
    return Finding(
        "silence",
        "error",
        "nothing but zeros",
        "See whether the microphone is plugged in, has a switch that mutes it, and is muted in "
        "the mixer (alsamixer, F4); or set audio.microphone to another device.",
    )


def _pace(recording: Recording) -> Iterator[Finding]:
    rate = recording.frames_a_second
    if rate is None:
        return
    found = f"{rate:.0f} frames a second of {FRAMES_A_SECOND:.0f}"
    if abs(rate / FRAMES_A_SECOND - 1) <= 0.05:
        yield Finding("rate", "ok", found)
        return
    yield Finding(
        "rate",
        "error",
        f"{found}: the source has {rate * FRAME_SAMPLES:.0f} samples a second",
        f"Have it deliver {SAMPLE_RATE} Hz (arecord -r {SAMPLE_RATE}), or let the sound card "
        "convert (its ALSA name with plughw: in place of hw:).",
    )


def _silence(levels: Levels) -> Finding:
    found = f"{levels.silent:.0%} of the time all samples are zero"
    if levels.silent < 0.5:
        return Finding("silence", "ok", found)
    return Finding(
        "silence",
        "warning",
        found,
        "Something switches the sound off between words: turn off the noise gate of the driver "
        "or of the microphone.",
    )


def _loudness(levels: Levels) -> Iterator[Finding]:
    floor = f"{levels.noise_floor:.0f} dB, peak {levels.peak:.0f} dB, mean {levels.rms:.0f} dB"
    if levels.noise_floor > -35:
        yield Finding(
            "noise floor",
            "warning",
            floor,
            "It is loud here, or was while this listened: move the microphone away from the fan, "
            "the speaker or the hood, or turn its volume down.",
        )
    else:
        yield Finding("noise floor", "ok", floor)
    speech = levels.speech
    if speech is None:
        told = "Nobody seems to have spoken. Say something while it listens."
        yield Finding("speech", "ok", "none heard", told)
        return
    found = f"{speech:.0f} dB, {speech - levels.noise_floor:.0f} dB above the noise"
    if speech < -45:
        advice = "Turn the microphone's volume up (alsamixer, F4), or speak nearer to it."
        yield Finding("speech", "warning", found, advice)
    elif speech - levels.noise_floor < 15:
        advice = "Put the microphone nearer to where you speak, or farther from what is loud."
        yield Finding("speech", "warning", found, advice)
    else:
        yield Finding("speech", "ok", found)


def _clipping(recording: Recording) -> Finding:
    share = clipped(recording.channels)
    found = f"{share:.2%} of the samples are cut off"
    if share < 0.0002:
        return Finding("clipping", "ok", found)
    advice = "Turn the microphone's volume down (alsamixer, F4), and its boost off."
    return Finding("clipping", "error" if share >= 0.01 else "warning", found, advice)


def _offset(levels: Levels) -> Finding:
    found = f"{levels.offset:+.2%} of full scale"
    if abs(levels.offset) < 0.01:
        return Finding("offset", "ok", found)
    return Finding(
        "offset",
        "warning",
        found,
        "The sound card is off centre. Lares takes that away; what it costs is loudness, and a "
        "card that is far off may be broken.",
    )


def _bandwidth(levels: Levels) -> Finding:
    rate = levels.recorded_rate
    if rate == SAMPLE_RATE:
        return Finding("bandwidth", "ok", f"up to {SAMPLE_RATE // 2} Hz, as promised")
    return Finding(
        "bandwidth",
        "warning",
        f"nothing above {rate // 2} Hz: it was recorded at {rate} Hz",
        "Consonants are lost by that. Use a headset's music profile or a wired microphone in place "
        "of a telephone's or a call's sound, and see at what rate the card records.",
    )


def _hum(levels: Levels) -> Finding:
    if levels.hum_hz is None or levels.hum < -60:
        return Finding("hum", "ok", "none")
    return Finding(
        "hum",
        "warning",
        f"{levels.hum_hz} Hz at {levels.hum:.0f} dB",
        "The mains get into the cable: use another power supply, a shorter cable, and keep it away "
        "from mains cables.",
    )


def _channels(recording: Recording) -> Iterator[Finding]:
    count = recording.channels.shape[1]
    if count < 2:
        return
    levels = [level(channel - channel.mean()) for channel in recording.channels.T]
    told = ", ".join(f"{one:.0f} dB" if one > SILENCE_DB else "silent" for one in levels)
    lost = cancelled(recording.channels)
    if lost > 10:
        yield Finding(
            "channels",
            "error",
            f"{count} ({told}) that cancel each other: {lost:.0f} dB are lost",
            "One is the other upside down. Use one of them only, or swap the wires of one; a "
            "microphone for differential inputs needs such an input.",
        )
    elif max(levels) - min(levels) > 30:
        yield Finding(
            "channels",
            "warning",
            f"{count}: {told}",
            "A channel without a microphone halves the loudness: use the others only.",
        )
    else:
        yield Finding("channels", "ok", f"{count}: {told}")
