"""A microphone in another room: a Wyoming satellite.

What a satellite sends depends on who listens for the wake word (rhasspy/wyoming-satellite,
`satellite.py`):

- *we do*: after `run-pipeline` with the stage `wake` it sends all that it hears, or, with a voice
  activity detector of its own, only what may be speech, up to an `audio-stop`;
- *it does*: after its word it sends `detection` and `run-pipeline` with the stage `asr`, and then
  sound until it is told the transcript. That is what a button is for: `pressed` is called with the
  word, in the place in the sound where it belongs, and `released` at an `audio-stop`.

Whatever it does, frames come without a pause, since time goes on: where a satellite sends nothing
for `QUIET_S`, or says that its sound is over, there is silence. Muted, the satellite is told to
pause, so that what is said does not even leave it; what it sends all the same is thrown away.
"""

from __future__ import annotations

import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Self

import numpy as np
from wyoming.audio import AudioChunk, AudioStop
from wyoming.event import Event
from wyoming.pipeline import PipelineStage, RunPipeline
from wyoming.wake import Detect, Detection

from edge.types import FRAME_SAMPLES, SAMPLE_RATE, AudioFrame, Samples
from hal.framing import Framer, Mute, Tally
from hal.microphone import FrameCounts, MicrophoneError
from hal.wyoming_connection import WyomingConnection
from hal.wyoming_events import WyomingError
from hal.wyoming_sound import IncomingSound

QUIET_S = 1.0
"""After so long without sound the satellite is not late (wireless networks are, by less): it sends
none."""
PORTION_S = 0.05
"""So often there is more silence: as much as time has passed, twice as much at most. So it makes up
for `QUIET_S`, and what was late all the same gets no long gap."""
MOST_WAITING_S = 30.0
"""Sound that may wait to be fetched; what comes then is lost."""


@dataclass(frozen=True, slots=True, eq=False)
class _Sound:
    samples: Samples


@dataclass(frozen=True, slots=True)
class _Lost:
    samples: int


@dataclass(frozen=True, slots=True)
class _Pressed:
    word: str | None


_Happening = _Sound | _Lost | _Pressed | Literal["released"]


class WyomingMicrophone:
    """Hears through a satellite. Opening it connects, closing it hangs up.

    pressed: called when the satellite asks to be heard, with the wake word that it heard itself, or
    None; released: when its sound is over. Both from the thread that iterates.
    """

    def __init__(
        self,
        connection: WyomingConnection,
        *,
        pressed: Callable[[str | None], None] = lambda word: None,
        released: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connection = connection
        self.pressed = pressed
        self.released = released
        self._clock = clock
        self._mute = Mute()
        self._tally = Tally()
        self._sound = IncomingSound()
        self._news = threading.Condition()
        self._happenings: deque[_Happening] = deque()
        self._waiting = 0
        self._word: str | None = None
        self._lost: str | None = None
        self._open = False

    def __repr__(self) -> str:
        return f"<WyomingMicrophone {self.name}>"

    @property
    def name(self) -> str:
        return self._connection.uri

    @property
    def counts(self) -> FrameCounts:
        return self._tally.counts

    @property
    def muted(self) -> bool:
        return self._mute.on

    @muted.setter
    def muted(self, muted: bool) -> None:
        self._mute.on = muted
        self._connection.run(not muted)

    def __enter__(self) -> Self:
        self._tally = Tally()
        self._sound = IncomingSound()
        self._happenings.clear()
        self._waiting, self._word, self._lost = 0, None, None
        self._mute.was_on()
        try:
            self._connection.open(self._hear, self._lose)
        except WyomingError as error:
            raise MicrophoneError(str(error)) from error
        self._connection.run(not self._mute.on)
        self._open = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._news:
            self._open = False
            self._news.notify_all()
        self._connection.close()

    def __iter__(self) -> Iterator[AudioFrame]:
        if not self._open:
            raise MicrophoneError(f"{self.name} is not open: use the microphone in a `with`.")
        framer = Framer(self._mute, self._tally)
        silent_since: float | None = None
        while self._open:
            happening = self._next(QUIET_S if silent_since is None else PORTION_S)
            match happening:
                case None:
                    framer.fill_up()
                    now = self._clock() - framer.time
                    if silent_since is None or now - silent_since > QUIET_S:
                        silent_since = now - QUIET_S
                    passed = min(now - silent_since, 2 * PORTION_S)
                    frames = max(0, int(passed * SAMPLE_RATE) // FRAME_SAMPLES)
                    framer.add(np.zeros(frames * FRAME_SAMPLES, np.int16))
                case _Sound(samples):
                    silent_since = None
                    framer.add(samples)
                case _Lost(samples):
                    framer.skip(samples)
                case _Pressed(word):
                    self.pressed(word)
                case "released":
                    framer.fill_up()
                    silent_since = self._clock() - framer.time
                    self.released()
            while framer.ready and self._open:
                yield framer.take()

    def _next(self, within_s: float) -> _Happening | None:
        """What happened next; None when nothing did. Raises MicrophoneError at the end."""
        with self._news:
            self._news.wait_for(
                lambda: self._happenings or self._lost is not None or not self._open, within_s
            )
            if self._happenings:
                happening = self._happenings.popleft()
                if isinstance(happening, _Sound):
                    self._waiting -= len(happening.samples)
                return happening
        if self._lost is not None and self._open:
            raise MicrophoneError(f"The satellite {self.name} is lost: {self._lost}.")
        return None

    def _hear(self, event: Event) -> None:
        """Take in what the satellite sent; in the connection's thread."""
        if AudioChunk.is_type(event.type):
            if self._word is not None:  # some ask for nothing, but send their sound
                self._press(None)
            self._take_in(self._sound.feed(event))
        elif AudioStop.is_type(event.type):
            self._take_in(self._sound.flush())
            self._happen("released")
        elif Detection.is_type(event.type):
            self._word = word_of(event.data.get("name"))
        elif RunPipeline.is_type(event.type):
            self._begin(event)

    def _begin(self, event: Event) -> None:
        try:
            asked = RunPipeline.from_event(event)
        except (KeyError, TypeError, ValueError) as error:
            found = str(event.data)[:80]
            raise WyomingError(f"Expected stages of a pipeline; found {found}.") from error
        if asked.start_stage == PipelineStage.WAKE:
            self._connection.send(Detect().event())
        elif asked.start_stage == PipelineStage.ASR:
            self._press(asked.wake_word_name)

    def _press(self, name: str | None) -> None:
        word, self._word = self._word or (name and word_of(name)), None
        self._happen(_Pressed(word or None))

    def _take_in(self, samples: Samples) -> None:
        silenced = np.zeros_like(samples) if self._mute.was_on() else samples
        if not len(samples):
            return
        if self._waiting > MOST_WAITING_S * SAMPLE_RATE:
            self._tally.add(overruns=1)
            self._happen(_Lost(len(samples)))
            return
        with self._news:
            self._waiting += len(samples)
            self._happenings.append(_Sound(silenced))
            self._news.notify_all()

    def _happen(self, happening: _Happening) -> None:
        with self._news:
            self._happenings.append(happening)
            self._news.notify_all()

    def _lose(self, why: str) -> None:
        with self._news:
            self._lost = why
            self._news.notify_all()


def word_of(name: object) -> str:
    """A wake word's id as we write it. Programs call one word "ok_nabu", "Okay Nabu" and
    "ok_nabu_v0.1"; "" is a word that nobody named."""
    plain = re.sub(r"[\s-]+", "_", str(name or "").strip().lower())
    return re.sub(r"^ok_", "okay_", re.sub(r"_v\d[\d.]*$", "", plain))
