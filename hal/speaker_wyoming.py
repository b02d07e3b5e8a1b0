"""A speaker in another room: that of a Wyoming satellite, over the connection of its microphone.

A satellite plays what it has to the end, and cannot be told to stop. So it is sent sound no more
than `AHEAD_S` before it is due; `stop()` sends nothing more. It is done when it says `played`; an
old one does not, and is done when it must be.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from wyoming.audio import AudioStop

from edge.types import Samples
from hal.speaker import SpeakerError
from hal.wyoming_connection import WyomingConnection
from hal.wyoming_events import WyomingError
from hal.wyoming_sound import sound_events

AHEAD_S = 0.6
"""More than a wireless network's usual delay."""
LATE_S = 0.5
"""How much later than due a satellite is done at most, as Home Assistant takes it."""


class WyomingSpeaker:
    """Plays through a satellite, while its microphone keeps it connected."""

    def __init__(
        self, connection: WyomingConnection, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._connection = connection
        self._clock = clock
        self._turn = threading.Lock()
        self._stopping = threading.Event()

    def __repr__(self) -> str:
        return f"<WyomingSpeaker {self.name}>"

    @property
    def name(self) -> str:
        return self._connection.uri

    def play(self, samples: Samples, rate: int) -> None:
        with self._turn:
            self._stopping.clear()
            if not len(samples):
                return
            try:
                self._play(samples, rate)
            except WyomingError as error:
                raise SpeakerError(str(error)) from error

    def stop(self) -> None:
        self._stopping.set()

    def _play(self, samples: Samples, rate: int) -> None:
        began = self._clock()
        self._connection.played.clear()
        stopped_at = 0
        for event, due_s in sound_events(samples, rate):
            if AudioStop.is_type(event.type):
                break
            early_s = due_s - AHEAD_S - (self._clock() - began)
            if self._stopping.is_set() or (early_s > 0 and self._stopping.wait(early_s)):
                break
            self._connection.send(event)
            stopped_at = event.data["timestamp"]
        self._connection.send(AudioStop(stopped_at).event())
        whole_s = len(samples) / rate - (self._clock() - began)
        left_s = AHEAD_S if self._stopping.is_set() else max(0.0, whole_s)
        self._connection.played.wait(left_s + LATE_S)
