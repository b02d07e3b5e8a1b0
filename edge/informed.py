"""Hearing that knows the home as it is by now: its names, and what means something in it.

Devices come and go while Lares runs. Each utterance is heard with the names of the devices that
there are when it begins, and what was misheard is mended by them.
"""

from __future__ import annotations

from collections.abc import Callable

from edge.domain.repair import Repair
from edge.home.graph import Home
from edge.mqtt.devices import Devices
from edge.types import Transcript
from edge.voice.stt import Session, SpeechToText
from edge.voice.stt_second import SecondOpinion, Usual
from edge.voice.vocabulary import Vocabulary

EngineOf = Callable[[Home], SpeechToText]
"""An engine that knows a home's names."""


class InformedSpeechToText:
    """Speech to text for the home of these devices.

    second: an engine that is asked for its opinion when what the first one heard is not `usual`.
    """

    def __init__(
        self,
        devices: Devices,
        engine: EngineOf,
        second: EngineOf | None = None,
        usual: Usual | None = None,
    ) -> None:
        self._devices = devices
        self._engine = engine
        self._second = second
        self._usual = usual
        self._opinion: SecondOpinion | None = None
        self._current = engine(devices.home)

    @property
    def name(self) -> str:
        return self._current.name

    def set_vocabulary(self, vocabulary: Vocabulary) -> None:
        self._current.set_vocabulary(vocabulary)

    def session(self) -> Session:
        home = self._devices.home
        self._current = self._engine(home)
        if self._second is None or self._usual is None:
            return self._current.session()
        second = self._second(home)
        if self._opinion is None:
            self._opinion = SecondOpinion(self._current, second, self._usual)
        return self._opinion.session()


class HomeRepair:
    """Mends what was misheard by the names that the devices have by then."""

    def __init__(self, devices: Devices, repair_of: Callable[[Home], Repair]) -> None:
        self._devices = devices
        self._repair_of = repair_of

    def __call__(self, transcript: Transcript) -> Transcript:
        """The transcript, mended where its engine tells what else it may have been."""
        return self._repair()(transcript) if transcript.hypotheses else transcript

    def knows(self, text: str) -> bool:
        """Whether a text is one of the home's usual sentences."""
        return self._repair().knows(text)

    def has_word(self, word: str) -> bool:
        """Whether a word is in one of them."""
        return self._repair().has_word(word)

    def _repair(self) -> Repair:
        return self._repair_of(self._devices.home)
