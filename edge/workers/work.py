"""What workers do: hear the words of an utterance, and understand what a text means."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal

from edge.home.graph import Home
from edge.mqtt.parcel import Parcel
from edge.nlu.reader import Read, Turn
from edge.types import SAMPLE_RATE, LaresError, Utterance
from edge.voice.stt import SpeechToText
from edge.workers.messages import Digests, Heard, Understood, samples_of, understand_of

PIECE = SAMPLE_RATE // 4
"""Samples fed at a time, so that an engine which computes while it is fed lets others do so in
between."""


class Hearing:
    """Hears with an engine. One utterance at a time: it takes all the cores it may have."""

    kind: Literal["hear"] = "hear"
    most = 1

    def __init__(self, engine: SpeechToText) -> None:
        self._engine = engine

    def answer(self, worker: str, question: Parcel) -> Heard:
        samples = samples_of(question.payload, question.content_type)
        length_s = len(samples) / SAMPLE_RATE
        begin = time.perf_counter()
        session = self._engine.session()
        for start in range(0, len(samples), PIECE):
            session.feed(samples[start : start + PIECE])
        transcript = session.finish(Utterance(samples, 0.0, length_s, "source"))
        return Heard(worker, transcript, round((time.perf_counter() - begin) * 1000, 1))


class Understanding:
    """Reads what was said in a home. A few may wait: each takes a few milliseconds.

    read: as `edge.nlu.reader.HomeReader.read_now`; home: the one that it reads in, as it is now.
    """

    kind: Literal["understand"] = "understand"
    most = 8

    def __init__(self, read: Callable[[Turn], Read], home: Callable[[], Home]) -> None:
        self._read = read
        self._home = home
        self._digests = Digests()

    def answer(self, worker: str, question: Parcel) -> Understood:
        asked = understand_of(question.payload)
        if asked.home is not None and asked.home != self._digests.of(self._home()):
            raise LaresError(
                "The asker knows another home than this worker: other devices, names or areas. "
                "If that stays so, give both the same home file and the same broker."
            )
        return Understood(worker, self._read(asked.turn))
