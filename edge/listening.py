"""From a microphone to transcripts: the loop that listens.

Two threads, so that hearing never waits for recognising: one reads the microphone, looks for the
wake word and cuts utterances; the other feeds the recogniser while the person still speaks and
finishes the transcript, of a whole command before its silence has run out (`voice.recognition`).
`async for heard in Listening(...)` gives the transcripts to the event loop. While
Lares itself speaks, its voice is taken out of the sound (`voice.own_voice`), and only a wake word
or the button opens a command. Of several satellites that hear the same words one is listened to
(`satellites`).
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass, replace

from edge.kernel.events import Events, Level
from edge.satellites import Abandoned, Gate, Satellites
from edge.speaking import Ear, Speaking
from edge.types import (
    FRAME_SAMPLES,
    SAMPLE_RATE,
    AudioFrame,
    LaresError,
    Transcript,
    Utterance,
)
from edge.voice.completeness import Completeness
from edge.voice.endpoint import Captured, GaveUp
from edge.voice.incoming import Incoming
from edge.voice.listener import Event, Listener
from edge.voice.recognition import Recognition, Said
from edge.voice.stt import SpeechToText
from edge.voice.wake import Wake
from hal.microphone import Microphone

AHEAD_S = 0.3
"""A source whose sound comes so much earlier than it can have been spoken is a file. There nobody
waits, so nothing is taken for all before the endpoint."""
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
    """Silence waited for after the speech: until a whole command is over, or to the endpoint."""
    stt_ms: float
    """From the end of that silence to the transcript."""


class Listening:
    """Listens once through a microphone, until it ends, fails, or `stop()` is called.

    What `completeness` judges to be a whole command is given after `brief_s` of silence, what may
    go on after `silence_s`, and all else at the endpoint. Raises LaresError when these are no
    times, or the first is the longer one.
    """

    def __init__(
        self,
        microphone: Microphone,
        listener: Listener,
        stt: SpeechToText,
        events: Events,
        clock: Callable[[], float] = time.monotonic,
        *,
        ear: Ear | None = None,
        gate: Gate | None = None,
        incoming: Incoming | None = None,
        completeness: Completeness | None = None,
        brief_s: float = 0.1,
        silence_s: float = 0.6,
    ) -> None:
        self._microphone = microphone
        self._listener = listener
        self._stt = stt
        self._events = events
        self._clock = clock
        self._ear = ear or Speaking().ear(microphone.name)
        self._gate = gate or Satellites(clock=clock).gate(microphone.name)
        self._incoming = incoming or Incoming(events=events)
        if not 0 < brief_s <= silence_s:
            raise LaresError(
                f"brief_s must be more than 0 and at most silence_s, {silence_s} seconds, but is "
                f"{brief_s}."
            )
        self._completeness = completeness
        self._brief_s = brief_s
        self._silence_s = silence_s
        self._pace = _Pace(clock)
        self._stopping = threading.Event()
        self._button: queue.SimpleQueue[_Pressed | None] = queue.SimpleQueue()
        self._settled: queue.SimpleQueue[float] = queue.SimpleQueue()
        self.opened = False
        """Whether the microphone could be opened."""

    def press(self, word: str | None = None) -> None:
        """Hear a command now, without a wake word, or after one (its id) that somebody else heard;
        from any thread."""
        self._button.put(_Pressed(word))

    def release(self) -> None:
        """The command that `press` began is over; from any thread."""
        self._button.put(None)

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
                now = 0.0

                def passed(event: Event | Abandoned) -> None:
                    if isinstance(event, Wake):
                        self._ear.attend()
                    elif not isinstance(event, Captured):
                        self._ear.release()
                    sound.put(self._pace.sound(event, now))

                self._gate.open(passed)
                for frame in microphone:
                    now = frame.time + FRAME_SAMPLES / SAMPLE_RATE
                    if self._stopping.is_set():
                        break
                    self._gate.arrived(now)
                    for event in self._pushed(frame.time):
                        self._gate.tell(event)
                    for clean in self._ear.own.hear(frame):
                        self._listen(self._incoming.feed(clean, muted=microphone.muted))
                for event in self._listener.flush():
                    self._gate.tell(event)
        finally:
            self._gate.close()
            self._ear.release()
            counts = self._microphone.counts
            level: Level = "warning" if counts.overruns or counts.underruns else "info"
            self._events.emit("stopped_listening", level, counts=counts)
            sound.put(None)

    def _listen(self, frame: AudioFrame) -> None:
        """Listen to one frame; while Lares speaks, for nothing but a wake word and what follows."""
        self._gate.hear(frame)
        if self._ear.own.speaking:
            if self._listener.is_settled or not self._listener.waits_for_word:
                self._listener.close()
            if not self._listener.waits_for_word:
                return
        for event in self._listener.feed(frame):
            self._gate.tell(event)
        if self._gate.lost:
            self._gate.lost = False
            self._listener.close()

    def _pushed(self, now: float) -> Iterator[Event]:
        """What follows from the button's changes, and from what was understood, since the last
        frame, which ended at the source time `now`."""
        while not self._settled.empty():
            self._listener.settle(self._settled.get())
        while not self._button.empty():
            pressed = self._button.get()
            if pressed is None:
                yield from self._listener.close()
                continue
            self._events.emit("pressed", word=pressed.word)
            if pressed.word is None:
                self._ear.attend()
            if self._listener.is_settled:
                yield from self._listener.close()
            if pressed.word is not None and not self._listener.is_open:
                yield Wake(pressed.word, now)
            yield from self._listener.open(pressed.word)

    def _recognise(
        self,
        sound: queue.SimpleQueue[_Sound | None],
        hand_over: Callable[[Heard | BaseException | None], None],
    ) -> None:
        recognition: Recognition | None = None
        start, partial = 0.0, ""
        woken: str | None = None
        while (item := sound.get()) is not None:
            match item.event:
                case Wake(word, at):
                    woken = word
                    self._events.emit("wake", word=word, at=at)
                case Captured() as captured:
                    if recognition is None or captured.start != start:
                        self._events.emit("voice_started", "debug", at=captured.start)
                        recognition = self._recognition()
                        start, partial = captured.start, ""
                    quiet = self._pace.is_quiet_since(item)
                    recognition.feed(captured, now=quiet)
                    if recognition.partial != partial:
                        partial = recognition.partial
                        self._events.emit("partial", text=partial)
                    said = recognition.take() if item.live and quiet else None
                    if said is not None:
                        self._settled.put(start)
                        utterance = replace(said.utterance, wake_word=woken)
                        self._give(replace(said, utterance=utterance), item.started, hand_over)
                case Abandoned():
                    recognition, woken = None, None
                    self._events.emit("abandoned", "debug")
                case GaveUp(at, word):
                    recognition, woken = None, None
                    self._events.emit("gave_up", at=at, word=word)
                case Utterance() as utterance:
                    finishing, recognition = recognition or self._recognition(), None
                    woken = None
                    said = finishing.finish(utterance)
                    if said is not None:
                        self._give(said, item.started, hand_over)
        hand_over(None)

    def _give(
        self,
        said: Said,
        started: float,
        hand_over: Callable[[Heard | BaseException | None], None],
    ) -> None:
        """Hand over what was said, unless another satellite answers it."""
        if self._gate.may_answer(said.utterance):
            self._ear.release()
            hand_over(self._heard(said, started))

    def _recognition(self) -> Recognition:
        return Recognition(
            self._stt,
            self._completeness,
            brief_s=self._brief_s,
            silence_s=self._silence_s,
            clock=self._clock,
        )

    def _heard(self, said: Said, started: float) -> Heard:
        utterance = said.utterance
        end = utterance.start + len(utterance.samples) / SAMPLE_RATE
        heard = Heard(
            said.transcript,
            utterance,
            speech_ended=started + utterance.speech_end,
            endpoint_ms=(end - utterance.speech_end) * 1000,
            stt_ms=said.stt_ms,
        )
        self._incoming.heard(utterance)
        self._events.emit("heard", heard=heard)
        return heard


@dataclass(frozen=True, slots=True)
class _Pressed:
    """The button was pressed."""

    word: str | None


@dataclass(frozen=True, slots=True)
class _Sound:
    """What the listener noticed."""

    event: Event | Abandoned
    started: float
    """Monotonic time at which the source began, as of the beginning of this utterance."""
    live: bool
    """Whether the source gives sound as it happens."""
    spoken: tuple[float, int]
    """The utterance, by its beginning, and how many pieces of it were speech by then."""


class _Pace:
    """Knows what was heard while something older is still being recognised, and holds the time of
    the source against the clock: anew in each utterance, so that two clocks that drift apart do so
    for seconds only."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._started = 0.0
        self._spoken = (-1.0, 0)

    def sound(self, event: Event | Abandoned, source_time: float) -> _Sound:
        """What was noticed when `source_time` (seconds) of the source had been heard."""
        started = self._clock() - source_time
        if isinstance(event, Captured):
            utterance, pieces = self._spoken
            if event.start != utterance:
                self._started, pieces = started, 0
            self._spoken = (event.start, pieces + (event.silence_s == 0))
        return _Sound(event, self._started, started > self._started - AHEAD_S, self._spoken)

    def is_quiet_since(self, sound: _Sound) -> bool:
        """Whether nothing was spoken in the same utterance after this; from any thread."""
        (utterance, pieces), (latest, now) = sound.spoken, self._spoken
        return utterance != latest or pieces == now
