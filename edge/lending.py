"""Which of Lares' own parts Wyoming clients are lent, and to which home they speak.

What the configuration offers is lent as far as it is installed; the rest is told to the log, once.
Engines are those with which Lares itself hears and speaks. What a client asks to be done goes the
way of a spoken command, from the area that the configuration gives to the clients.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TypeVar

from wyoming.info import Info

from edge.app import App, Household
from edge.types import LaresError, Outcome, Transcript
from edge.voice.stt import SpeechToText
from edge.voice.tts import Printed
from edge.voice.wake_choice import micro_words, open_words
from edge.wyoming.asr import Transcribing
from edge.wyoming.description import ENGINES, PIPER, SPOTTERS, Model, Offer, info
from edge.wyoming.handle import RECOGNIZE, TRANSCRIPT, Conversations, Handling, Recognizing
from edge.wyoming.server import Server
from edge.wyoming.service import Aside, Service
from edge.wyoming.tts import Speaking
from edge.wyoming.wake import Detectors, Waking
from edge.wyoming.zeroconf import announced
from models.wake_word import trained_words, wake_dir

T = TypeVar("T")
VOICE = "piper-joe"
"""The voice's entry in the catalogue of models."""


@asynccontextmanager
async def lent(app: App, household: Household) -> AsyncIterator[int]:
    """Serve what is configured until the block ends; gives the port.

    Raises LaresError when the port cannot be had.
    """
    wanted = app.config.wyoming
    lending = await asyncio.to_thread(Lending, app, household)
    server = Server(lambda: lending.info, lending.services, app.events)
    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(server.serving(wanted.host, wanted.port))
        offered = lending.services_offered
        app.events.emit("wyoming_serving", host=wanted.host, port=port, services=offered)
        if wanted.announce:
            await stack.enter_async_context(announced(port, wanted.host, app.events))
        yield port


class Lending:
    """What is lent. Making it loads the engines, which takes a while."""

    def __init__(self, app: App, household: Household) -> None:
        self._app = app
        self._household = household
        self._conversations = Conversations(household.assistant.forget)
        self._detectors = Detectors(app.ears.wake_detector)
        self._engine: SpeechToText | None = None
        wanted = app.config.wyoming.services
        self._offer = Offer(
            asr=self._or_nothing("asr", self._asr) if "asr" in wanted else None,
            wake=self._or_nothing("wake", self._wake) if "wake" in wanted else None,
            tts=self._or_nothing("tts", self._tts) if "tts" in wanted else None,
            intent="intent" in wanted,
            handle="handle" in wanted,
        )
        self.info: Info = info(self._offer)
        """What clients are told of it."""

    @property
    def services_offered(self) -> tuple[str, ...]:
        """The names of the services that work."""
        offer = self._offer
        there = {
            "asr": offer.asr is not None,
            "wake": offer.wake is not None,
            "tts": offer.tts is not None,
            "intent": offer.intent,
            "handle": offer.handle,
        }
        return tuple(name for name, works in there.items() if works)

    def services(self, client: str, aside: Aside) -> Iterator[Service]:
        """The services of one client, which is called this."""
        offer, engine = self._offer, self._engine
        if engine is not None:
            yield Transcribing(lambda: engine, aside)
        if offer.wake is not None:
            yield Waking(self._detectors, aside)
        if offer.tts is not None:
            yield Speaking(self._app.spoken, aside)
        if offer.intent:
            takes = {RECOGNIZE} if offer.handle else {RECOGNIZE, TRANSCRIPT}
            yield Recognizing(self._understand, aside, takes=frozenset(takes))
        if offer.handle:
            yield Handling(self._act, self._conversations, client)

    def _or_nothing(self, name: str, make: Callable[[], T]) -> T | None:
        try:
            return make()
        except LaresError as error:
            self._app.events.emit("wyoming_not_offered", "warning", service=name, error=str(error))
            return None

    def _asr(self) -> Model:
        self._engine = self._app.hearing(self._household.devices)
        part = ENGINES[self._engine.name]
        return Model(part.name, part.description, part)

    def _wake(self) -> tuple[Model, ...]:
        micro, opened = micro_words(), open_words()
        own = tuple(trained_words(wake_dir(os.environ, Path.home())))
        parts = {
            **dict.fromkeys(own, SPOTTERS["own"]),
            **dict.fromkeys(opened, SPOTTERS["open"]),
            **dict.fromkeys(micro, SPOTTERS["micro"]),
        }
        self._app.ears.wake_detector()
        words = dict.fromkeys((*self._app.config.wake.words, *micro, *opened, *own))
        return tuple(Model(word, word.replace("_", " "), parts[word]) for word in words)

    def _tts(self) -> Model:
        if isinstance(self._app.voice, Printed):
            raise LaresError("there is no voice to speak with: make speech, or lares doctor")
        folder = self._app.models.catalog.folder(VOICE)
        name = next((file.stem for file in folder.glob("*.onnx")), VOICE)
        return Model(name, self._app.models.catalog.entry(VOICE).description, PIPER)

    def _understand(self, text: str) -> Outcome:
        transcript = Transcript(text, "text")
        return self._household.assistant.parse(transcript, area=self._app.config.wyoming.area)

    async def _act(self, text: str, conversation: str) -> Outcome:
        return await self._app.handle(
            self._household,
            Transcript(text, "text"),
            area=self._app.config.wyoming.area,
            conversation=conversation,
        )
