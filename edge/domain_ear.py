"""Hearing and understanding in a domain of one's own. Nothing is carried out."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from edge.domain.interpreter import DomainInterpreter
from edge.kernel.events import Events
from edge.listening import Listening
from edge.types import SAMPLE_RATE, Outcome, Samples, Transcript, Utterance
from edge.voice.listener import Listener
from edge.voice.stt import SpeechToText
from hal.microphone import Microphone


@dataclass(frozen=True, slots=True)
class DomainEar:
    """Hears and understands a domain.

    engine: speech to text that expects its sentences, made when sound is first heard: texts need
    none. listener: what finds utterances in sound, after a wake word or without one.
    """

    interpreter: DomainInterpreter
    engine: Callable[[], SpeechToText]
    listener: Callable[[bool], Listener]
    events: Events

    def hear(self, samples: Samples) -> Outcome:
        """What one utterance means."""
        session = self.engine().session()
        begin = time.perf_counter()
        end = len(samples) / SAMPLE_RATE
        transcript = session.finish(Utterance(samples, 0.0, end, "source"))
        return self.understand(transcript, {"stt": (time.perf_counter() - begin) * 1000})

    def understand(self, transcript: Transcript, ms: Mapping[str, float] | None = None) -> Outcome:
        """What a transcript means."""
        begin = time.perf_counter()
        intent = self.interpreter.understand(transcript)
        spent = {**(ms or {}), "domain": (time.perf_counter() - begin) * 1000}
        return Outcome(transcript, () if intent is None else (intent,), ms=spent)

    def listening(self, microphone: Microphone, *, wake: bool) -> Listening:
        """A loop that listens through `microphone` for utterances of the domain."""
        return Listening(microphone, self.listener(wake), self.engine(), self.events)
