"""A day of listening in less than a minute: memory does not grow, and commands are heard to the
end.

A day has 8.64 million frames. The real detector and what is done to sound before it take some 50 µs
a frame and the loop's own work some 10, so the whole day goes through listener, endpointer and a
simulated detector; half an hour of it through the loop with its threads; and three minutes, which
show what is left behind of each frame as well, through everything but a real recogniser.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from edge.kernel.events import Event, Events
from edge.listening import Listening
from edge.types import FRAME_SAMPLES, SAMPLE_RATE, AudioFrame, Transcript, Utterance
from edge.voice.endpoint import Endpointer
from edge.voice.incoming import Incoming
from edge.voice.listener import Listener
from edge.voice.vad import LoudnessVad
from edge.voice.vocabulary import Vocabulary
from edge.voice.wake import MicroWakeDetector, Wake, WakeDetector
from hal.microphone import FrameCounts
from tests.edge.voice.sounds import loud, recording

FRAMES_A_SECOND = SAMPLE_RATE // FRAME_SAMPLES
MINUTE, HOUR = 60 * FRAMES_A_SECOND, 3_600 * FRAMES_A_SECOND


@dataclass(frozen=True, slots=True)
class Weight:
    """What this process holds at one moment."""

    rss: int
    """Bytes of memory in use."""
    blocks: int
    """Python's own allocated blocks."""
    traced: int
    """Bytes that tracemalloc knows of; 0 where it does not run."""


def weigh() -> Weight:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    traced = tracemalloc.get_traced_memory()[0]
    return Weight(pages * os.sysconf("SC_PAGESIZE"), sys.getallocatedblocks(), traced)


class Endless:
    """A microphone in a room where somebody says something a second after each `pause` frames. It
    gives frames as fast as they are taken, and weighs the process after each of `parts` parts."""

    name = "endless"
    muted = False
    counts = FrameCounts()

    def __init__(self, said: np.ndarray, frames: int, parts: int, pause: int) -> None:
        room = np.random.default_rng(1).normal(0, 60, (1_000, FRAME_SAMPLES)).astype(np.int16)
        whole = said[: len(said) // FRAME_SAMPLES * FRAME_SAMPLES]
        self._room, self._said = list(room), list(whole.reshape(-1, FRAME_SAMPLES))
        self._frames = frames
        self._every = frames // parts
        self._pause = pause
        self.weights: list[Weight] = []

    def __enter__(self) -> Endless:
        return self

    def __exit__(self, *failure: object) -> None:
        pass

    def __iter__(self) -> Iterator[AudioFrame]:
        room, said = self._room, self._said
        for number in range(self._frames):
            if number % self._every == 0:
                self.weights.append(weigh())
            since = number % self._pause - FRAMES_A_SECOND
            samples = said[since] if 0 <= since < len(said) else room[number % 1_000]
            yield AudioFrame(samples, number / FRAMES_A_SECOND)


class ByTheClock:
    """Wakes when in `Endless` somebody begins to speak."""

    words = ("okay_nabu",)

    def __init__(self, pause: int) -> None:
        self._pause = pause

    def feed(self, frame: AudioFrame) -> Wake | None:
        if round(frame.time * FRAMES_A_SECOND) % self._pause == FRAMES_A_SECOND:
            return Wake("okay_nabu", frame.time)
        return None

    def reset(self) -> None:
        pass


class AsItIs(Incoming):
    """Lets sound pass."""

    def feed(self, frame: AudioFrame, *, muted: bool = False) -> AudioFrame:
        return frame


class Seconds:
    """Speech to text that hears only how long somebody spoke."""

    name = "seconds"

    def set_vocabulary(self, vocabulary: Vocabulary) -> None:
        pass

    def session(self) -> Seconds:
        return Seconds()

    def feed(self, samples: np.ndarray) -> None:
        pass

    def partial(self) -> str:
        return ""

    def finish(self, utterance: Utterance) -> Transcript:
        return Transcript(f"{len(utterance.samples) / SAMPLE_RATE:.0f} s", self.name)

    def log_probabilities(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        return ()


def endpointer() -> Endpointer:
    return Endpointer(LoudnessVad(), silence_s=0.5, no_speech_s=2.0)


def grown(weights: list[Weight]) -> Weight:
    """By how much the process is heavier at the end than after the first fourth."""
    first, last = weights[len(weights) // 4], weights[-1]
    return Weight(last.rss - first.rss, last.blocks - first.blocks, last.traced - first.traced)


async def heard_of(
    microphone: Endless, detector: WakeDetector, incoming: Callable[[Events], Incoming]
) -> tuple[int, dict[str, int]]:
    """How many commands the whole loop heard, and how often which event happened."""
    events, seen = Events(), dict[str, int]()

    def count(event: Event) -> None:
        seen[event.name] = seen.get(event.name, 0) + 1

    events.subscribe(count)
    listener = Listener(detector, endpointer())
    listening = Listening(microphone, listener, Seconds(), events, incoming=incoming(events))
    commands = 0
    async with asyncio.timeout(110):
        async for _ in listening:
            commands += 1
    return commands, seen


@pytest.mark.slow
def test_a_day_of_listening_takes_no_more_memory_than_its_first_hours() -> None:
    pause = 10 * MINUTE
    microphone = Endless(loud(1.5), 24 * HOUR, parts=24, pause=pause)
    listener, commands = Listener(ByTheClock(pause), endpointer()), 0
    for frame in microphone:
        for event in listener.feed(frame):
            commands += isinstance(event, Utterance)
    assert commands == 24 * 6
    assert len(microphone.weights) == 24
    assert grown(microphone.weights).rss < 2_000_000
    assert grown(microphone.weights).blocks < 1_000


@pytest.mark.slow
async def test_half_an_hour_of_the_whole_loop_takes_no_more_memory_than_its_first_minutes() -> None:
    pause = 2 * MINUTE
    microphone = Endless(loud(1.5), HOUR // 2, parts=12, pause=pause)
    commands, seen = await heard_of(microphone, ByTheClock(pause), lambda _: AsItIs())
    assert commands == seen["wake"] == 15
    assert "gave_up" not in seen
    assert grown(microphone.weights).rss < 2_000_000
    assert grown(microphone.weights).blocks < 1_000


@pytest.mark.slow
async def test_the_real_detector_takes_no_more_memory_than_in_its_first_minutes() -> None:
    tracemalloc.start()
    try:
        microphone = Endless(recording("vacuum"), 3 * MINUTE, parts=12, pause=MINUTE // 2)
        detector = MicroWakeDetector()
        commands, seen = await heard_of(microphone, detector, lambda e: Incoming(events=e))
    finally:
        tracemalloc.stop()
    assert commands == seen["wake"] == 6
    assert not {"sound_silent", "sound_clips", "sound_quiet"} & set(seen)
    assert grown(microphone.weights).rss < 2_000_000
    assert grown(microphone.weights).traced < 100_000
