"""Which detector hears which words.

    word of microWakeWord and openWakeWord   both, one after the other
    word of microWakeWord alone              that alone
    word of openWakeWord alone, or trained   openWakeWord's networks, while something is to be heard

Where pyopen-wakeword is not installed, microWakeWord decides alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from edge.types import LaresError
from edge.voice.packages import load
from edge.voice.wake import MicroWakeDetector, WakeDetector
from edge.voice.wake_spotting import (
    LoudnessSpotter,
    MicroSpotter,
    OpenSpotter,
    Spotter,
    Spotters,
    check_thresholds,
    check_words,
)
from edge.voice.wake_two_stage import CERTAINTY, TwoStageWakeDetector
from models.wake_features import open_wake_word
from models.wake_word import WakeWordModel, trained_words

CERTAINTIES: Mapping[str, float] = {"hey_jarvis": 0.9, "okay_nabu": 0.08}
"""Words that need another certainty than `CERTAINTY`: both spotters find "hey jarvis" in other
speech, and what is not "okay nabu" never comes near it."""
UNCONFIRMED = ("hey_mycroft",)
"""Words of which openWakeWord misses so many that it is not asked."""


def choose(
    words: Sequence[str], *, thresholds: Mapping[str, float] | None = None, folder: Path
) -> WakeDetector:
    """The best detector for these words that the installed packages allow.

    thresholds: the owner's, by word. folder: where trained words are (`models.wake_word.wake_dir`).
    Raises LaresError when a package is missing, a word is unknown or its file damaged, or a
    threshold is wrong.
    """
    micro, opened, trained = micro_words(), open_words(), trained_words(folder)
    check_words(words, (*dict.fromkeys((*micro, *opened, *trained)),))
    thresholds = dict(thresholds or {})
    check_thresholds(thresholds, words)
    models = [WakeWordModel.load(trained[w]) for w in words if w not in micro and w not in opened]
    confirmed = [word for word in words if word in opened and word not in UNCONFIRMED]
    if not models and not confirmed:
        return MicroWakeDetector(words, thresholds=thresholds)
    usual = {
        **{word: CERTAINTIES.get(word, CERTAINTY) for word in confirmed},
        **{model.word: model.threshold for model in models},
    }
    return TwoStageWakeDetector(
        _suspecting(words, micro),
        OpenSpotter(confirmed, models),
        thresholds={**usual, **thresholds},
    )


def hearable(folder: Path) -> tuple[str, ...]:
    """Every word that can be heard here; none where microWakeWord is not installed."""
    try:
        return (*dict.fromkeys((*micro_words(), *open_words(), *trained_words(folder))),)
    except LaresError:
        return ()


def micro_words() -> tuple[str, ...]:
    """Words that ship in pymicro-wakeword. Raises LaresError where it is not installed."""
    micro = load("pymicro_wakeword", purpose="Hearing a wake word", extra="voice")
    return tuple(model.value for model in micro.Model)


def open_words() -> tuple[str, ...]:
    """Words that ship in pyopen-wakeword; none where it is not installed."""
    try:
        return tuple(model.value for model in open_wake_word("Confirming a wake word").Model)
    except LaresError:
        return ()


def _suspecting(words: Sequence[str], micro: Sequence[str]) -> Spotter:
    """The first stage: microWakeWord where it knows the word, loudness where it does not."""
    heard = [word for word in words if word in micro]
    others = [word for word in words if word not in micro]
    if not others:
        return MicroSpotter(heard)
    loudness = LoudnessSpotter(others)
    return Spotters((MicroSpotter(heard), loudness)) if heard else loudness
