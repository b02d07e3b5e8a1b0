"""Several satellites as one assistant: what each hears passes a gate, and one gate is open.

Every satellite has its own listening loop, which tells its `Gate` of each frame and of each event.
A gate keeps the events of one utterance, from the wake word on. When the arbiter
(`edge.voice.arbitration`) lets its satellite act, they go on to be recognised, those that were kept
first; when another one takes over, `Abandoned` follows them, and the rest is kept again, in case
the other dies. Where another one has answered for good, `Abandoned` tells that as well, so that the
satellite need not go on. What was decided for one may be carried out in the thread of another: a
satellite that is stuck cannot do it itself. All gates share one lock, which is never held for long.

A satellite alone is the simplest case: its gate is always open. What a button opens is not
arbitrated.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from edge.kernel.events import Events
from edge.types import AudioFrame, Utterance
from edge.voice.arbitration import Arbiter, Report, Standing
from edge.voice.endpoint import GaveUp
from edge.voice.listener import Event
from edge.voice.quality import SpeechToNoise
from edge.voice.wake import Wake


@dataclass(frozen=True, slots=True)
class Abandoned:
    """Another satellite takes over, or has answered: forget what was heard of this utterance, and
    say nothing."""


Sink = Callable[[Event | Abandoned], None]


class Satellites:
    """The gates of all satellites of a home."""

    def __init__(
        self,
        events: Events | None = None,
        arbiter: Arbiter | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.events = events or Events()
        self.arbiter = arbiter or Arbiter()
        self.clock = clock
        self.lock = threading.Lock()
        self._gates: dict[str, Gate] = {}

    def gate(self, name: str) -> Gate:
        """A new gate for the satellite that is called this; one from before is closed for good."""
        with self.lock:
            self.arbiter.gone(name)
            gate = Gate(name, self)
            self._gates[name] = gate
            return gate

    def settle(self) -> None:
        """Let every gate do what was decided. The lock is held."""
        for gate in self._gates.values():
            gate.settle(self.arbiter.standing(gate.name))


class Gate:
    """What one satellite hears passes here; `open` says where to."""

    def __init__(self, name: str, satellites: Satellites) -> None:
        self.name = name
        self._all = satellites
        self._quality = SpeechToNoise()
        self._sink: Sink = lambda event: None
        self._kept: list[Event] = []
        self._acts = False
        self._hears = False
        self.lost = False
        """Whether what is being heard is for nobody any more; whoever sees it sets it back."""

    def open(self, sink: Sink) -> None:
        """What passes goes to `sink`, which may be called from any thread."""
        self._sink = sink

    def arrived(self, source_time: float) -> None:
        """Sound up to this source time (seconds) arrived now."""
        with self._all.lock:
            self._all.arbiter.seen(self.name, source_time, self._all.clock())
            self._all.settle()

    def hear(self, frame: AudioFrame) -> None:
        """The next frame, as it is listened to."""
        self._quality.feed(frame.samples)

    def tell(self, event: Event) -> None:
        """Something was noticed in the frame."""
        with self._all.lock:
            match event:
                case Wake():
                    self._woke(event)
                case GaveUp() if self._hears:
                    self._gave_up(event)
                case _ if self._hears:
                    self._kept.append(event)
                    if self._acts:
                        self._sink(event)
                    self._hears = not isinstance(event, Utterance)
                case _ if not self.lost:
                    self._sink(event)

    def may_answer(self, utterance: Utterance) -> bool:
        """Whether this satellite answers what it heard; for one of them only."""
        if utterance.wake_word is None:
            return True
        with self._all.lock:
            finished = self._all.arbiter.finish(self.name, utterance.start)
            self._all.settle()
            if finished and not self._hears:
                self._kept.clear()
            return finished

    def close(self) -> None:
        """The satellite's source ended or failed: what it has not told in whole, another will."""
        with self._all.lock:
            if self._hears or not self._acts:
                self._all.arbiter.gone(self.name)
                self._all.settle()

    def settle(self, standing: Standing | None) -> None:
        """Do what was decided. The lock is held."""
        if standing is None:
            self._acts = False
            self._kept.clear()
        elif standing == "acts" and not self._acts and self._kept:
            self._acts = True
            for event in self._kept:
                self._sink(event)
        elif (standing == "waits" and self._acts) or (standing == "lost" and self._kept):
            self._acts = False
            self._sink(Abandoned())
        if standing == "lost" and self._kept:
            self.lost = self._hears
            self._hears = False
            self._kept.clear()

    def _woke(self, wake: Wake) -> None:
        report = Report(self.name, wake.word, wake.time, self._quality.db)
        self._acts, self._hears, self.lost, self._kept = False, True, False, [wake]
        decision = self._all.arbiter.report(report, self._all.clock())
        self._all.events.emit(
            "arbitrated",
            "debug",
            satellite=self.name,
            verdict=decision.verdict,
            over=decision.over,
            quality_db=round(report.quality_db, 1),
        )
        self._all.settle()

    def _gave_up(self, gave_up: GaveUp) -> None:
        acted = self._acts
        passed_on = self._all.arbiter.gave_up(self.name)
        self._hears = False
        if acted and not passed_on:
            self._acts = False
            self._kept.clear()
            self._sink(gave_up)
        self._all.settle()
        self._kept.clear()
