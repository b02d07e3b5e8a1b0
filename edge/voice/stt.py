"""Speech to text.

Three engines hear an utterance, each in a module of its own: Vosk (`stt_vosk`), Whisper
(`stt_whisper`) and PocketSphinx (`stt_pocketsphinx`). Each is loaded once, told the words of the
home, and then gives a session for every
utterance: the session is fed pieces of sound while the person still speaks, may say what it has
heard so far, and is finished with the whole utterance. `choose` takes the best engine that is
installed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from edge.types import LaresError, Samples, Transcript, Utterance
from edge.voice.packages import is_installed
from edge.voice.stt_pocketsphinx import PocketSphinxSpeechToText
from edge.voice.stt_vosk import VoskSpeechToText
from edge.voice.stt_whisper import WhisperSpeechToText
from edge.voice.vocabulary import Vocabulary


class Session(Protocol):
    """The hearing of one utterance."""

    def feed(self, samples: Samples) -> None:
        """The next piece of the utterance. What is fed must be the beginning of its samples."""

    def partial(self) -> str:
        """The words heard so far; empty when the engine cannot tell before the end."""

    def finish(self, utterance: Utterance) -> Transcript:
        """The words of the utterance, whether all, some or none of it was fed before.

        In lower case without punctuation. The text is empty when there is nothing in it that the
        engine takes for speech it knows.
        """

    def log_probabilities(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """How probable the pieces of each text are by the sound of the finished utterance, each
        after those before it: natural logarithms. None at all, when the engine cannot tell.

        The texts are plain: lower case, numbers as words.
        """


class SpeechToText(Protocol):
    """An engine."""

    @property
    def name(self) -> str:
        """As in `Transcript.engine`."""

    def set_vocabulary(self, vocabulary: Vocabulary) -> None:
        """The words to expect from the next session on."""

    def session(self) -> Session:
        """Begin to hear an utterance."""


ENGINES = ("vosk", "whisper", "pocketsphinx")
"""Names of the engines, the best first."""


def choose(
    engine: str = "auto",
    *,
    vosk_model: Path | None = None,
    whisper_model: Path | None = None,
    vocabulary: Vocabulary | None = None,
    threads: int = 0,
) -> SpeechToText:
    """The named engine, or with "auto" the first of ENGINES that is installed.

    An engine is installed when its package is and, for Vosk and Whisper, its model's directory is
    given and there. `threads` is for Whisper; 0 means as many as there are cores, up to four.

    Raises LaresError when there is no such engine or it is not installed, saying what is missing.
    """
    models: Mapping[str, Path | None] = {"vosk": vosk_model, "whisper": whisper_model}
    if engine not in ("auto", *ENGINES):
        raise LaresError(
            f"Expected the speech-to-text engine to be one of auto, {', '.join(ENGINES)}; "
            f"found {engine!r}."
        )
    wanted = ENGINES if engine == "auto" else (engine,)
    missing = {name: what_is_missing(name, models.get(name)) for name in wanted}
    for name in wanted:
        if missing[name] is None:
            made = _MAKERS[name](models.get(name), threads)
            made.set_vocabulary(vocabulary or Vocabulary())
            return made
    reasons = " ".join(f"{name}: {reason}." for name, reason in missing.items())
    raise LaresError(f"No speech-to-text engine is installed. {reasons}")


def what_is_missing(engine: str, model: Path | None) -> str | None:
    """Why an engine cannot be used, or None when it can. `model` is its model's directory."""
    module, extra, model_name = _NEEDS[engine]
    if not is_installed(module):
        return f"the Python module {module} is missing, install lares[{extra}]"
    if model_name is None:
        return None
    if model is None:
        return f"its model is missing, fetch it with: lares models fetch {model_name}"
    if not model.is_dir():
        return f"its model should be the directory {model}, which is not there"
    return None


def _vosk(model: Path | None, threads: int) -> SpeechToText:
    assert model is not None
    return VoskSpeechToText(model)


def _whisper(model: Path | None, threads: int) -> SpeechToText:
    assert model is not None
    return WhisperSpeechToText(model, threads=threads)


def _pocketsphinx(model: Path | None, threads: int) -> SpeechToText:
    return PocketSphinxSpeechToText()


_MAKERS: Mapping[str, Callable[[Path | None, int], SpeechToText]] = {
    "vosk": _vosk,
    "whisper": _whisper,
    "pocketsphinx": _pocketsphinx,
}
_NEEDS: Mapping[str, tuple[str, str, str | None]] = {
    "vosk": ("vosk", "vosk", "vosk-small-en-us"),
    "whisper": ("ctranslate2", "whisper", "whisper-base"),
    "pocketsphinx": ("pocketsphinx", "voice", None),
}
"""Of each engine: its module, the extra that brings it, and its model in the catalogue."""
