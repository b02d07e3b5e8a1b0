"""Hearing by workers, with the engine of this machine where none of them answers.

The sound is kept while it comes, and sent when the utterance is finished; like Whisper, it tells no
words before. It leaves the machine, but not the broker of the house (`workers.use`).
"""

from __future__ import annotations

from collections.abc import Sequence

from edge.kernel.events import Events
from edge.types import SAMPLE_RATE, Samples, Transcript, Utterance
from edge.voice.stt import Session, SpeechToText
from edge.voice.vocabulary import Vocabulary
from edge.workers.asking import Asking, NotAnsweredError
from edge.workers.messages import FLAC, MOST_SOUND_S, Heard, sound_bytes


class WorkersSpeechToText:
    """`here`, whose utterances workers hear, each within `within_s`. Its sessions are for threads
    that may wait."""

    def __init__(
        self,
        asking: Asking,
        here: SpeechToText,
        within_s: float,
        events: Events,
    ) -> None:
        self.asking = asking
        self.here = here
        self.within_s = within_s
        self.events = events

    @property
    def name(self) -> str:
        return "workers"

    def set_vocabulary(self, vocabulary: Vocabulary) -> None:
        self.here.set_vocabulary(vocabulary)

    def session(self) -> Session:
        if not self.asking.workers("hear"):
            return self.here.session()
        return _WorkersSession(self)


class _WorkersSession:
    def __init__(self, stt: WorkersSpeechToText) -> None:
        self._stt = stt
        self._here: Session | None = None

    def feed(self, samples: Samples) -> None:
        """Nothing is heard before the end."""

    def partial(self) -> str:
        return ""

    def finish(self, utterance: Utterance) -> Transcript:
        stt = self._stt
        try:
            return self._asked(utterance).transcript
        except NotAnsweredError as error:
            stt.events.emit("heard_here", "warning", reason=str(error))
        self._here = stt.here.session()
        return self._here.finish(utterance)

    def _asked(self, utterance: Utterance) -> Heard:
        """What a worker heard. Raises NotAnsweredError."""
        stt = self._stt
        if len(utterance.samples) > MOST_SOUND_S * SAMPLE_RATE:
            raise NotAnsweredError(f"workers hear {MOST_SOUND_S:g} s at most")
        sound = sound_bytes(utterance.samples)
        heard = stt.asking.ask_in_thread("hear", sound, stt.within_s, FLAC)
        assert isinstance(heard, Heard)
        stt.events.emit("workers_heard", "debug", worker=heard.worker, ms=heard.ms)
        return heard

    def log_probabilities(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        return self._here.log_probabilities(texts) if self._here is not None else ()
