"""What hears: wake words, endpoints and the speech to text engines, made as the owner wants them.

Engines are loaded once and shared by all microphones; each knows the words of the home that is
there now. The wake word follows the owner's choice while detectors run.
"""

from __future__ import annotations

import os
import threading
import weakref
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from edge.config import Config
from edge.controls import Controls
from edge.domain.home import with_grammar
from edge.domain.usual import UsualSentences
from edge.home.graph import Home
from edge.kernel.events import Events
from edge.models_in_use import ModelsInUse
from edge.types import LaresError
from edge.voice.denoise import denoiser
from edge.voice.dictionary import PronouncingDictionary
from edge.voice.endpoint import Endpointer
from edge.voice.incoming import Incoming
from edge.voice.listener import Listener
from edge.voice.own_voice import OwnVoice
from edge.voice.packages import is_installed, load
from edge.voice.pronounce import Lookup
from edge.voice.stt import SpeechToText, choose, what_is_missing
from edge.voice.stt_shared import SharedSpeechToText
from edge.voice.vad import SileroVad
from edge.voice.vocabulary import Vocabulary
from edge.voice.wake import WakeDetector
from edge.voice.wake_choice import choose as choose_wake_detector
from edge.voice.wake_following import FollowingWakeDetector
from models.wake_word import wake_dir


@dataclass(frozen=True, eq=False)
class _Known:
    """What hearing knows of one home."""

    home: Home
    vocabulary: Vocabulary

    @cached_property
    def usual(self) -> UsualSentences:
        return UsualSentences(self.vocabulary, _pronunciations())


class Ears:
    """All that hears, made when it is first wanted."""

    def __init__(
        self, config: Config, models: ModelsInUse, events: Events, controls: Controls
    ) -> None:
        self._config = config
        self._models = models
        self._events = events
        self._controls = controls
        self._stt: SpeechToText | None = None
        self._vocabulary: Vocabulary | None = None
        self._other: SpeechToText | None = None
        self._other_home: Home | None = None
        self._known: _Known | None = None
        self._stt_lock = threading.Lock()
        self._wake_detectors: weakref.WeakSet[FollowingWakeDetector] = weakref.WeakSet()

    def follow(self, words: tuple[str, ...]) -> None:
        """Wake on these words from now on. Raises LaresError where they cannot be heard."""
        for detector in tuple(self._wake_detectors):
            detector.follow(words)

    def wake_detector(self, words: tuple[str, ...] | None = None) -> WakeDetector:
        """What hears these words; without any, those that the owner chooses, also later on."""
        if words is not None:
            return self._hears(words)
        chosen, configured = self._controls.settings.wake_words, self._config.wake.words
        try:
            detector = FollowingWakeDetector(chosen, self._hears)
        except LaresError as error:
            if chosen == configured:
                raise
            self._events.emit("wake_word_not_used", "warning", words=chosen, error=str(error))
            self._controls.change(wake_words=configured)
            detector = FollowingWakeDetector(configured, self._hears)
        self._wake_detectors.add(detector)
        return detector

    def _hears(self, words: tuple[str, ...]) -> WakeDetector:
        wake = self._config.wake
        all_of_them = words == wake.words
        return choose_wake_detector(
            words,
            thresholds={w: t for w, t in wake.thresholds.items() if all_of_them or w in words},
            folder=wake_dir(os.environ, Path.home()),
        )

    def listener(self, *, wake: bool, own: OwnVoice | None = None) -> Listener:
        """What finds commands in sound. own: whose wake words are not meant."""
        endpoint = self._config.endpoint
        endpointer = Endpointer(
            SileroVad(),
            silence_s=endpoint.silence_s,
            patient_s=max(endpoint.patient_s, endpoint.silence_s),
            limit_s=endpoint.limit_s,
            no_speech_s=endpoint.no_speech_s if wake else None,
        )
        detector = self.wake_detector() if wake else None
        if own is not None and detector is not None:
            detector = own.not_own(detector)
        return Listener(detector, endpointer)

    def incoming(self, *, pauses: bool = False) -> Incoming:
        """What one microphone's sound goes through before anyone listens to it."""
        return Incoming(denoiser(self._config.audio.denoise), self._events, pauses=pauses)

    def stt(self, home: Home) -> SpeechToText:
        """The speech to text engine, knowing the names of `home`."""
        return self.stt_of(self._known_of(home).vocabulary)

    def _known_of(self, home: Home) -> _Known:
        """The words of a home, which are worked out once for as long as it stays the same."""
        known = self._known
        if known is None or known.home is not home:
            known = self._known = _Known(home, vocabulary_of(home))
        return known

    def usual(self, home: Home) -> UsualSentences:
        """The sentences that are usual in a home."""
        return self._known_of(home).usual

    def stt_of(self, vocabulary: Vocabulary) -> SpeechToText:
        """The speech to text engine, expecting these words."""
        with self._stt_lock:
            if self._stt is None:
                self._stt = self._engine()
            if vocabulary != self._vocabulary:
                self._stt.set_vocabulary(vocabulary)
                self._vocabulary = vocabulary
            return self._stt

    def second(self, home: Home) -> SpeechToText:
        """The engine whose opinion is asked, knowing the names of `home`."""
        with self._stt_lock:
            if self._other is None:
                self._other = SharedSpeechToText(choose(self._config.stt.second))
            if self._other_home is not home:
                self._other.set_vocabulary(self._known_of(home).vocabulary)
                self._other_home = home
            return self._other

    def _engine(self) -> SpeechToText:
        vosk = self._models.catalog.installed("vosk-small-en-us")
        whisper = self._models.catalog.installed("whisper-base")

        engine = choose(
            self._config.stt.engine,
            vosk_model=vosk,
            whisper_model=whisper,
            threads=self._config.stt.threads,
        )
        folder = {"vosk": vosk, "whisper": whisper}.get(engine.name)
        if folder is not None:
            engine = self._models.kept(engine.name, folder, lambda: engine)
        return SharedSpeechToText(engine)

    @property
    def has_second(self) -> bool:
        """Whether another engine than the first is asked when that one is not understood."""
        second = self._config.stt.second
        if second in ("none", self._config.stt.engine):
            return False
        return what_is_missing(second, None) is None


def _pronunciations() -> Lookup:
    """PocketSphinx's dictionary where it is installed; without it, words sound as spelled."""
    if not is_installed("pocketsphinx"):
        return lambda _: None
    sphinx = load("pocketsphinx", purpose="Its dictionary", extra="voice")
    return PronouncingDictionary(Path(sphinx.get_model_path("en-us/cmudict-en-us.dict")))


def vocabulary_of(home: Home) -> Vocabulary:
    """The words of a home: every name and alias of its entities, areas and floors, and the usual
    sentences with them."""
    return with_grammar(
        Vocabulary(
            names=tuple(n for e in home.entities for n in (e.name, *e.aliases)),
            areas=tuple(n for a in home.areas for n in (a.name, *a.aliases)),
            floors=tuple(n for f in home.floors for n in (f.name, *f.aliases)),
        )
    )
