"""Speech to text for a client.

    transcribe · audio-start · audio-chunk … · audio-stop   →
                           ←   transcript-start · transcript-chunk · transcript · transcript-stop

The engine hears while the client still sends. What comes after `MOST_HEARD_S` is not heard, since
no engine can; a client that goes on for `MOST_SENT_S` sends no command, and is closed. The engine's
text may change until its end, so it comes in one chunk.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from wyoming.asr import Transcribe, Transcript, TranscriptChunk, TranscriptStart, TranscriptStop
from wyoming.audio import AudioChunk, AudioStop
from wyoming.event import Event

from edge.types import SAMPLE_RATE, Samples, Utterance
from edge.voice.endpoint import MOST_S
from edge.voice.stt import Session, SpeechToText
from edge.wyoming.service import Aside, BadEventError, Send
from hal.wyoming_sound import IncomingSound

MOST_HEARD_S = MOST_S
MOST_SENT_S = 120.0
LANGUAGE = "en"


class Transcribing:
    """Writes down what a client sends, one utterance after another."""

    takes = frozenset({Transcribe().event().type})
    hears = True

    def __init__(self, engine: Callable[[], SpeechToText], aside: Aside) -> None:
        self._engine = engine
        self._aside = aside
        self._begin()

    async def take(self, event: Event, send: Send) -> None:
        if Transcribe.is_type(event.type):
            self._begin()
        elif AudioChunk.is_type(event.type):
            samples = self._sound.feed(event)
            await self._aside(lambda: self._hear(samples))
        elif AudioStop.is_type(event.type):
            samples = self._sound.flush()
            text = await self._aside(lambda: self._finish(samples))
            self._begin()
            await send(
                TranscriptStart(language=LANGUAGE).event(),
                TranscriptChunk(text).event(),
                Transcript(text, language=LANGUAGE).event(),
                TranscriptStop().event(),
            )

    async def close(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._sound = IncomingSound()
        self._session: Session | None = None
        self._heard: list[Samples] = []
        self._sent = 0

    def _hear(self, samples: Samples) -> None:
        room = round(MOST_HEARD_S * SAMPLE_RATE) - self._sent
        self._sent += len(samples)
        if self._sent > MOST_SENT_S * SAMPLE_RATE:
            raise BadEventError(f"expected an utterance, found {MOST_SENT_S:g} seconds of sound")
        samples = samples[: max(0, room)]
        if not len(samples):
            return
        if self._session is None:
            self._session = self._engine().session()
        self._heard.append(samples)
        self._session.feed(samples)

    def _finish(self, samples: Samples) -> str:
        self._hear(samples)
        if self._session is None:
            return ""
        whole = np.concatenate(self._heard)
        utterance = Utterance(whole, 0.0, len(whole) / SAMPLE_RATE, "source")
        return self._session.finish(utterance).text
