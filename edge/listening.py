"""From a microphone to transcripts: the loop that listens.

Two threads, so that hearing never waits for recognising: one reads the microphone, looks for the
wake word and cuts utterances; the other feeds the recogniser while the person still speaks and
finishes the transcript at the endpoint. `async for heard in Listening(...)` gives the transcripts
to the event loop. While `deaf` is set (Lares itself is speaking) sound is dropped before the wake
word detector.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass

from edge.kernel.events import Events, Level
from edge.types import SAMPLE_RATE, Transcript, Utterance
from edge.voice.endpoint import Captured, GaveUp
from edge.voice.listener import Listener
from edge.voice.stt import Session, SpeechToText
from edge.voice.wake import Wake
from hal.microphone import Microphone

ENDS_WITHIN_S = 2.0
"""How long a microphone may take to end when it is told to; one that waits for ever is left."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One utterance with its transcript, and when things happened."""

    transcript: Transcript
    utterance: Utterance
    speech_ended: float
    """Monotonic seconds at which the speech ended; exact only for a source in real time."""
    endpoint_ms: float
    """Silence waited for after the speech."""
    stt_ms: float
    """From the endpoint to the transcript."""


class Listening:
    """Listens once through a microphone, until it ends, fails, or `stop()` is called."""

    def __init__(
        self,
        microphone: Microphone,
        listener: Listener,
        stt: SpeechToText,
        events: Events,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._microphone = microphone
        self._listener = listener
        self._stt = stt
        self._events = events
        self._clock = clock
        self._stopping = threading.Event()
        self._button: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self.deaf = threading.Event()
        self.opened = False
        """Whether the microphone could be opened."""

    def press(self) -> None:
        """Hear a command now, without a wake word; from any thread."""
        self._button.put(True)

    def release(self) -> None:
        """The command that `press` began is over; from any thread."""
        self._button.put(False)

    def stop(self) -> None:
        """End listening after the frame at hand; what is being recognised is still given."""
        self._stopping.set()

    async def __aiter__(self) -> AsyncGenerator[Heard, None]:
        """Each utterance with its transcript. Raises what the microphone raised."""
        loop = asyncio.get_running_loop()
        arrived: asyncio.Queue[Heard | BaseException | None] = asyncio.Queue()
        sound: queue.SimpleQueue[_Sound | None] = queue.SimpleQueue()

        def hand_over(item: Heard | BaseException | None) -> None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(arrived.put_nowait, item)

        def guarded(work: Callable[[], None]) -> Callable[[], None]:
            def run() -> None:
                try:
                    work()
                except BaseException as error:
                    hand_over(error)

            return run

        hearing = threading.Thread(
            target=guarded(lambda: self._hear(sound)), name="hearing", daemon=True
        )
        recognising = threading.Thread(
            target=guarded(lambda: self._recognise(sound, hand_over)),
            name="recognising",
            daemon=True,
        )
        hearing.start()
        recognising.start()
        try:
            while True:
                item = await arrived.get()
                if item is None:
                    return
                if isinstance(item, BaseException):
                    raise item
                yield item
        finally:
            self.stop()
            await asyncio.to_thread(hearing.join, ENDS_WITHIN_S)
            sound.put(None)
            await asyncio.to_thread(recognising.join)

    def _hear(self, sound: queue.SimpleQueue[_Sound | None]) -> None:
        try:
            with self._microphone as microphone:
                self.opened = True
                self._events.emit("listening", microphone=microphone.name)
                started = None
                for frame in microphone:
                    if started is None:
                        started = self._clock() - frame.time
                    if self._stopping.is_set():
                        break
                    if self.deaf.is_set():
                        self._listener.close()
                        continue
                    for event in (*self._pushed(), *self._listener.feed(frame)):
                        sound.put(_Sound(event, started))
                for event in self._listener.flush():
                    sound.put(_Sound(event, started or 0.0))
        finally:
            counts = self._microphone.counts
            level: Level = "warning" if counts.overruns or counts.underruns else "info"
            self._events.emit("stopped_listening", level, counts=counts)
            sound.put(None)

    def _pushed(self) -> Iterator[Wake | Captured | GaveUp | Utterance]:
        """What follows from the button's changes since the last frame."""
        while not self._button.empty():
            if self._button.get():
                self._events.emit("pressed")
                yield from self._listener.open()
            else:
                yield from self._listener.close()

    def _recognise(
        self,
        sound: queue.SimpleQueue[_Sound | None],
        hand_over: Callable[[Heard | BaseException | None], None],
    ) -> None:
        session: Session | None = None
        partial = ""
        while (item := sound.get()) is not None:
            match item.event:
                case Wake(word, at):
                    self._events.emit("wake", word=word, at=at)
                case Captured(samples):
                    session = session or self._stt.session()
                    session.feed(samples)
                    if session.partial() != partial:
                        partial = session.partial()
                        self._events.emit("partial", text=partial)
                case GaveUp(at, word):
                    session, partial = None, ""
                    self._events.emit("gave_up", at=at, word=word)
                case Utterance() as utterance:
                    finishing, session, partial = session or self._stt.session(), None, ""
                    hand_over(self._finish(finishing, utterance, item.started))
        hand_over(None)

    def _finish(self, session: Session, utterance: Utterance, started: float) -> Heard:
        begin = self._clock()
        transcript = session.finish(utterance)
        stt_ms = (self._clock() - begin) * 1000
        end = utterance.start + len(utterance.samples) / SAMPLE_RATE
        heard = Heard(
            transcript,
            utterance,
            speech_ended=started + utterance.speech_end,
            endpoint_ms=(end - utterance.speech_end) * 1000,
            stt_ms=stt_ms,
        )
        self._events.emit("heard", heard=heard)
        return heard


@dataclass(frozen=True, slots=True)
class _Sound:
    """What the listener noticed, with the monotonic time at which its source began."""

    event: Wake | Captured | GaveUp | Utterance
    started: float
