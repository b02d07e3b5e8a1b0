"""Speech to text by Vosk: words while they are spoken, from a grammar made of the home's words.

Vosk (Kaldi) decodes as the sound comes, so a transcript is ready when the person stops. Its grammar
is a list of phrases from which it makes a language model of word pairs: the words of commands and
the home's names can be heard in any order, and whatever else is said comes out as "[unk]". A
transcript that is mostly "[unk]" is not a command. Words that the model does not know are left out
of the grammar by Vosk itself.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from edge.types import SAMPLE_RATE, LaresError, Samples, Transcript, Utterance
from edge.voice.packages import load
from edge.voice.vocabulary import Vocabulary
from edge.voice.wording import tidy

UNKNOWN = "[unk]"
"""Vosk's word for what the grammar does not have."""
_MOST_UNKNOWN = 0.34
"""Share of unknown words above which a transcript is something else than a command."""

_ERRORS_ONLY = -2
"""Vosk's log level. From -1 it warns in every session of every word that the model lacks."""


class VoskSpeechToText:
    """Vosk with one model directory. Raises LaresError when package or model cannot be loaded."""

    name = "vosk"

    def __init__(self, model: Path) -> None:
        self._vosk = load("vosk", purpose="The engine Vosk", extra="vosk")
        self._vosk.SetLogLevel(_ERRORS_ONLY)
        try:
            self._model = self._vosk.Model(str(model))
        except Exception as error:  # Vosk raises nothing more special
            raise LaresError(
                f"Expected a Vosk model in {model}, but Vosk cannot load it ({error}): "
                "fetch it again with: lares models fetch vosk-small-en-us"
            ) from error
        self._grammar: str | None = None

    def set_vocabulary(self, vocabulary: Vocabulary) -> None:
        closed = vocabulary.grammar if vocabulary.closed else None
        phrases = vocabulary.phrases() if closed is None else closed.words
        self._grammar = json.dumps([*phrases, UNKNOWN], ensure_ascii=False)

    def session(self) -> VoskSession:
        grammar = () if self._grammar is None else (self._grammar,)
        recognizer = self._vosk.KaldiRecognizer(self._model, float(SAMPLE_RATE), *grammar)
        recognizer.SetWords(True)
        return VoskSession(recognizer)


class VoskSession:
    """One utterance. Vosk may find pauses inside it, so the text is collected in parts."""

    def __init__(self, recognizer: Any) -> None:
        self._recognizer = recognizer
        self._words: list[tuple[str, float]] = []
        self._fed = 0

    def feed(self, samples: Samples) -> None:
        self._fed += len(samples)
        if self._recognizer.AcceptWaveform(samples.tobytes()):
            self._take(self._recognizer.Result())

    def partial(self) -> str:
        # Vosk says nothing of a "partial" before the first words and after a pause.
        running = json.loads(self._recognizer.PartialResult()).get("partial", "")
        return tidy(" ".join([*(word for word, _ in self._words), running]).replace(UNKNOWN, ""))

    def finish(self, utterance: Utterance) -> Transcript:
        rest = utterance.samples[self._fed :]
        if len(rest):
            self.feed(rest)
        self._take(self._recognizer.FinalResult())
        known = [(word, sure) for word, sure in self._words if word != UNKNOWN]
        unknown = len(self._words) - len(known)
        if not known or unknown > _MOST_UNKNOWN * len(self._words):
            return Transcript("", VoskSpeechToText.name, 0.0)
        text = tidy(" ".join(word for word, _ in known))
        return Transcript(text, VoskSpeechToText.name, sum(sure for _, sure in known) / len(known))

    def log_probabilities(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """It hears texts, and judges none."""
        return ()

    def _take(self, result: str) -> None:
        for word in json.loads(result).get("result", ()):
            self._words.append((word["word"], float(word["conf"])))
