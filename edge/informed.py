"""Hearing that knows the home as it is by now: its names, and what means something in it.

Devices come and go while Lares runs. Each utterance is heard with the names of the devices that
there are when it begins, and what was heard is judged by what is usually said to them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from edge.domain.usual import UsualSentences
from edge.home.devices import Devices
from edge.home.graph import Home
from edge.voice.stt import Session, SpeechToText
from edge.voice.stt_second import SecondOpinion, Usual
from edge.voice.vocabulary import Vocabulary

EngineOf = Callable[[Home], SpeechToText]
"""An engine that knows a home's names."""


class InformedSpeechToText:
    """Speech to text for the home of these devices.

    usual: what is usually said there, by which the rest is judged.
    second: an engine that is asked for its opinion when what the first one heard is not usual.
    """

    def __init__(
        self,
        devices: Devices,
        engine: EngineOf,
        usual: Usual,
        second: EngineOf | None = None,
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
        self._usual.prepare()
        second = None if self._second is None else self._second(home)
        if self._opinion is None:
            self._opinion = SecondOpinion(self._current, second, self._usual)
        return self._opinion.session()


class HomeUsual:
    """What is usually said to these devices, by the names that they have by then.

    is_understood: whether a text means something in their home that can be answered or done.
    """

    def __init__(
        self,
        devices: Devices,
        usual_of: Callable[[Home], UsualSentences],
        is_understood: Callable[[str], bool],
    ) -> None:
        self._devices = devices
        self._usual_of = usual_of
        self.is_understood = is_understood

    def prepare(self) -> None:
        """Work out what is usually said to the devices that there are now."""
        self._usual()

    def knows(self, text: str) -> bool:
        """Whether a text is one of the home's usual sentences."""
        return self._usual().knows(text)

    def unusual(self, text: str) -> float:
        """How unusual a text is: the negative logarithm of its probability."""
        return self._usual().unusual(text)

    def like(self, texts: Iterable[str]) -> Mapping[str, float]:
        """What is said to the home and sounds like one of the texts, the likest and most usual
        first, and how unlike each is."""
        return self._usual().like(texts)

    def _usual(self) -> UsualSentences:
        return self._usual_of(self._devices.home)
