"""Wyoming satellites as microphones and speakers of Lares: what a satellite is told on the way.

    wake            →  detection · transcribe      (not where it heard the word itself)
    voice_started   →  voice-started
    heard           →  voice-stopped · transcript
    what is said    →  synthesize, before its sound
    timers          →  timer-started · timer-updated · timer-cancelled · timer-finished
    gave_up …       →  error, as when Home Assistant ends a pipeline without an answer

A satellite shows by these what is going on, and goes back to its own wake word after a transcript
or an error (rhasspy/wyoming-satellite, `satellite.py`). Each satellite's listening has an event bus
of its own (`bus`), whose events are told to it and go on to the home's.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Protocol

from wyoming.asr import Transcribe, Transcript
from wyoming.error import Error
from wyoming.event import Event as WyomingEvent
from wyoming.timer import TimerCancelled, TimerFinished, TimerStarted, TimerUpdated
from wyoming.tts import Synthesize
from wyoming.vad import VoiceStarted, VoiceStopped
from wyoming.wake import Detection

from edge.kernel.events import Event, Events
from edge.types import Timer, Utterance
from hal.microphone import Microphone
from hal.microphone_wyoming import WyomingMicrophone
from hal.speaker_wyoming import WyomingSpeaker
from hal.wyoming_connection import WyomingConnection
from hal.wyoming_events import WyomingError

LANGUAGE = "en"
NOBODY_SPOKE = Error("nobody spoke after the wake word", "stt-no-text-recognized")
ANOTHER_ANSWERS = Error("another satellite heard it better", "duplicate_wake_up_detected")
"""The codes are Home Assistant's (component `assist_pipeline`)."""


class Pressable(Protocol):
    """What a satellite opens and closes: a loop that listens."""

    def press(self, word: str | None = None) -> None: ...

    def release(self) -> None: ...


class RemoteSatellites:
    """The Wyoming satellites of a home, by their addresses ("tcp://HOST:PORT")."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._satellites: dict[str, RemoteSatellite] = {}

    def at(self, uri: str) -> RemoteSatellite:
        """The satellite at an address. Raises WyomingError when that is no address."""
        if uri not in self._satellites:
            self._satellites[uri] = RemoteSatellite(WyomingConnection(uri), self._events)
        return self._satellites[uri]


class RemoteSatellite:
    """One satellite, whether it can be reached now or not."""

    def __init__(self, connection: WyomingConnection, events: Events) -> None:
        self._connection = connection
        self._hears_word = False
        self.speaker = WyomingSpeaker(connection)
        self.bus = Events()
        """The bus of its listening."""
        self.bus.subscribe(self.tell)
        self.bus.subscribe(lambda event: events.emit(event.name, event.level, **event.fields))

    def microphone(self) -> WyomingMicrophone:
        """Its microphone, to be opened once."""
        return WyomingMicrophone(self._connection)

    def join(self, microphone: Microphone, listening: Pressable) -> None:
        """Let the satellite open and close a listening that goes through its microphone."""
        if isinstance(microphone, WyomingMicrophone):
            microphone.pressed, microphone.released = listening.press, listening.release

    def says(self, sentence: str) -> None:
        """Tell the satellite what is said next."""
        self._send(Synthesize(sentence).event())

    def tell(self, event: Event) -> None:
        """Tell the satellite what happened, if it is anything for satellites: in its listening,
        which comes here by itself, or with a timer that was set at it."""
        tell = _TOLD.get(event.name)
        if tell is not None:
            for told in tell(self, event):
                self._send(told)

    def _pressed(self, event: Event) -> tuple[WyomingEvent, ...]:
        self._hears_word = True
        return (Transcribe(language=LANGUAGE).event(),)

    def _woke(self, event: Event) -> tuple[WyomingEvent, ...]:
        if self._hears_word:
            return ()
        detection = Detection(event.fields["word"], _ms(event.fields["at"])).event()
        return detection, Transcribe(language=LANGUAGE).event()

    def _voice_started(self, event: Event) -> tuple[WyomingEvent, ...]:
        return (VoiceStarted(_ms(event.fields["at"])).event(),)

    def _heard(self, event: Event) -> tuple[WyomingEvent, ...]:
        self._hears_word = False
        utterance: Utterance = event.fields["heard"].utterance
        text = event.fields["heard"].transcript.text
        return VoiceStopped(_ms(utterance.speech_end)).event(), Transcript(text).event()

    def _gave_up(self, event: Event) -> tuple[WyomingEvent, ...]:
        self._hears_word = False
        return (NOBODY_SPOKE.event(),)

    def _abandoned(self, event: Event) -> tuple[WyomingEvent, ...]:
        self._hears_word = False
        return (ANOTHER_ANSWERS.event(),)

    def _timer_started(self, event: Event) -> tuple[WyomingEvent, ...]:
        timer: Timer = event.fields["timer"]
        return (TimerStarted(timer.id, round(timer.left_s), timer.name or None).event(),)

    def _timer_updated(self, event: Event) -> tuple[WyomingEvent, ...]:
        timer: Timer = event.fields["timer"]
        return (TimerUpdated(timer.id, timer.active, round(timer.left_s)).event(),)

    def _timer_cancelled(self, event: Event) -> tuple[WyomingEvent, ...]:
        return (TimerCancelled(event.fields["timer"].id).event(),)

    def _timer_finished(self, event: Event) -> tuple[WyomingEvent, ...]:
        return (TimerFinished(event.fields["timer"].id).event(),)

    def _send(self, event: WyomingEvent) -> None:
        with contextlib.suppress(WyomingError):  # its microphone tells that it is gone
            self._connection.send(event)


_Tell = Callable[[RemoteSatellite, Event], tuple[WyomingEvent, ...]]
_TOLD: dict[str, _Tell] = {
    "pressed": RemoteSatellite._pressed,
    "wake": RemoteSatellite._woke,
    "voice_started": RemoteSatellite._voice_started,
    "heard": RemoteSatellite._heard,
    "gave_up": RemoteSatellite._gave_up,
    "abandoned": RemoteSatellite._abandoned,
    "timer_started": RemoteSatellite._timer_started,
    "timer_updated": RemoteSatellite._timer_updated,
    "timer_cancelled": RemoteSatellite._timer_cancelled,
    "timer_finished": RemoteSatellite._timer_finished,
}


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
