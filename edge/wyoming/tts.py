"""Speaking for a client.

    synthesize                                             →
                                    ←   audio-start · audio-chunk … · audio-stop

    synthesize-start · synthesize-chunk … · (synthesize) · synthesize-stop   →
                                ←   audio-start · audio-chunk … · audio-stop · synthesize-stopped

In the second way the text comes while it is being written, and each sentence is spoken as soon as
it is whole. The `synthesize` within it holds the whole text once more, for older servers.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from wyoming.audio import AudioStart, AudioStop
from wyoming.event import Event
from wyoming.tts import (
    Synthesize,
    SynthesizeChunk,
    SynthesizeStart,
    SynthesizeStop,
    SynthesizeStopped,
)

from edge.types import LaresError
from edge.voice.tts import Sound
from edge.wyoming.service import MOST_LETTERS, Aside, BadEventError, Send, text_of
from hal.wyoming_sound import sound_events

_END = re.compile(r"(?<=[.!?…])[\"”')]*\s+|\n+")
_TYPES = (
    Synthesize("").event(),
    SynthesizeStart().event(),
    SynthesizeChunk("").event(),
    SynthesizeStop().event(),
)


class Speaking:
    """Says what a client sends. say: makes the sound of a text; None: nothing is to be heard."""

    takes = frozenset(event.type for event in _TYPES)
    hears = False

    def __init__(self, say: Callable[[str], Sound | None], aside: Aside) -> None:
        self._say = say
        self._aside = aside
        self._written: str | None = None
        self._letters = 0
        self._rate: int | None = None

    async def take(self, event: Event, send: Send) -> None:
        if event.data.get("text_format") not in (None, "text"):
            raise LaresError("expected plain text to speak: no other format is understood here")
        if Synthesize.is_type(event.type):
            if self._written is None:
                await self._speak(text_of(event), send)
                await self._end(send)
        elif SynthesizeStart.is_type(event.type):
            self._written, self._letters = "", 0
        elif self._written is None:
            raise BadEventError(f"expected synthesize-start before {event.type}")
        elif SynthesizeChunk.is_type(event.type):
            await self._write(text_of(event), send)
        elif SynthesizeStop.is_type(event.type):
            rest, self._written = self._written, None
            await self._speak(rest, send)
            await self._end(send, SynthesizeStopped().event())

    async def close(self) -> None:
        self._written = None

    async def _write(self, text: str, send: Send) -> None:
        assert self._written is not None
        self._letters += len(text)
        if self._letters > MOST_LETTERS:
            raise BadEventError(f"expected at most {MOST_LETTERS} letters to speak")
        *whole, self._written = _END.split(self._written + text)
        for sentence in whole:
            await self._speak(sentence, send)

    async def _speak(self, text: str, send: Send) -> None:
        if not text.strip():
            return
        sound = await self._aside(lambda: self._say(text.strip()))
        if sound is None:
            return
        for event, _ in sound_events(sound.samples, sound.rate):
            if AudioStart.is_type(event.type):
                if self._rate == sound.rate:
                    continue
                self._rate = sound.rate
            if not AudioStop.is_type(event.type):
                await send(event)

    async def _end(self, send: Send, *more: Event) -> None:
        if self._rate is None:
            await send(AudioStart(16_000, 2, 1, timestamp=0).event())
        self._rate = None
        await send(AudioStop().event(), *more)
