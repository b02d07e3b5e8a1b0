"""Lares' own voice, and who is listened to meanwhile.

    attend(kitchen) ── a person woke Lares there: what is being said stops, nothing new is said
    release(kitchen) ─ their command is over: Lares may answer

Every microphone has an `Ear` here. What is said is told to all of them before it is played, since
any of them may hear it, whichever speaker plays it; so each can take it out of its sound. One
answer is said at a time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np

from edge.types import SAMPLE_RATE, Samples
from edge.voice.own_voice import OwnVoice
from edge.voice.tts import Sound
from edge.voice.wake import SimulatedWakeDetector, WakeDetector
from hal.conversion import Resampler, from_int16
from hal.speaker import Speaker


class Speaking:
    """What Lares says aloud, in one place for all microphones and speakers."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._lock = threading.Lock()
        self._ears: dict[str, Ear] = {}
        self._attending: set[str] = set()
        self._speaker: Speaker | None = None
        self._stopped = False
        self.volume = 1.0
        """How loud, 0 to 1; as one hears it. May be set from any thread."""

    def ear(self, name: str, detector: Callable[[], WakeDetector] | None = None) -> Ear:
        """The ear of the microphone that is called this. detector: makes one with its words."""
        with self._lock:
            if name not in self._ears:
                self._ears[name] = Ear(name, self, OwnVoice(detector or _asleep))
            return self._ears[name]

    def say(self, sound: Sound, speaker: Speaker) -> bool:
        """Play a sound to its end. False when a person is heard instead, before or meanwhile.

        Raises SpeakerError when it cannot be played.
        """
        sound = _turned_down(sound, self.volume)
        samples = _at_our_rate(sound)
        with self._turn:
            with self._lock:
                ears = tuple(self._ears.values())
            for ear in ears:
                ear.own.begin(samples)
            try:
                with self._lock:
                    if self._attending:
                        return False
                    self._speaker, self._stopped = speaker, False
                speaker.play(sound.samples, sound.rate)
            finally:
                for ear in ears:
                    ear.own.end()
                with self._lock:
                    self._speaker = None
            return not self._stopped

    def attend(self, name: str) -> None:
        """A person is heard by this microphone now. May be said again and again."""
        with self._lock:
            self._attending.add(name)
            if self._speaker is not None:
                self._stopped = True
                self._speaker.stop()

    def release(self, name: str) -> None:
        """What the person said to this microphone is heard."""
        with self._lock:
            self._attending.discard(name)


class Ear:
    """One microphone's part in it."""

    def __init__(self, name: str, speaking: Speaking, own: OwnVoice) -> None:
        self._name = name
        self._speaking = speaking
        self.own = own

    def attend(self) -> None:
        """A person is heard here now."""
        self._speaking.attend(self._name)

    def release(self) -> None:
        """What they said is heard."""
        self._speaking.release(self._name)


def _asleep() -> WakeDetector:
    return SimulatedWakeDetector({})


def _turned_down(sound: Sound, volume: float) -> Sound:
    """A sound at a volume. Half of it is a quarter of the amplitude, 12 dB less, which is about
    what people call half as loud."""
    if volume >= 1:
        return sound
    return Sound((sound.samples * volume**2).round().astype(sound.samples.dtype), sound.rate)


def _at_our_rate(sound: Sound) -> Samples:
    resampler = Resampler(sound.rate, SAMPLE_RATE)
    return np.concatenate((resampler.feed(from_int16(sound.samples)), resampler.flush()))
