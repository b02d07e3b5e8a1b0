"""A speaker for tests: it remembers what was played, and can be held, stopped and unplugged."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from edge.types import Samples
from hal.speaker import SpeakerError


@dataclass(frozen=True, slots=True, eq=False)
class Played:
    """One sound that was asked for."""

    samples: Samples
    rate: int
    stopped: bool = False
    """Whether it was ended by `stop()`."""


class SimulatedSpeaker:
    """Plays in no time, unless it is held."""

    def __init__(self, name: str = "simulated speaker") -> None:
        self._name = name
        self._plugged = True
        self._free = threading.Event()
        self._free.set()
        self._turn = threading.Lock()
        self._stopped = False
        self.busy = threading.Event()
        """Set while a sound is being played; a test waits for it."""
        self.played: list[Played] = []
        """The sounds that ended, oldest first."""

    def __repr__(self) -> str:
        return f"<SimulatedSpeaker {self._name}, {len(self.played)} played>"

    def hold(self) -> None:
        """Let sounds take until `release()` or `stop()`."""
        self._free.clear()

    def release(self) -> None:
        """Let the sound that is held come to its end."""
        self._free.set()

    def unplug(self) -> None:
        """Pull the plug: playing fails until it is plugged in again."""
        self._plugged = False
        self._free.set()

    def plug(self) -> None:
        """Put the plug in again."""
        self._plugged = True

    @property
    def name(self) -> str:
        return self._name

    def play(self, samples: Samples, rate: int) -> None:
        with self._turn:
            self._stopped = False
            self.busy.set()
            self._free.wait()
            self.busy.clear()
            if not self._plugged:
                raise SpeakerError(f"{self._name} is unplugged. Plug it in again.")
            self.played.append(Played(samples, rate, self._stopped))

    def stop(self) -> None:
        if self.busy.is_set():
            self._stopped = True
            self._free.set()
