"""The wiring: makes the parts that a `Config` asks for, and joins them. Nothing else does.

`App` makes each part when it is first wanted, so that `lares parse` loads no sound and `lares wake`
no tagger. `live()` is a household on a real broker, `virtual()` one on simulated devices in this
process; the assistant in both is the same.
"""

from __future__ import annotations

import asyncio
import functools
import math
import os
import threading
import weakref
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from edge.answering import Aloud, Answering
from edge.assistant import Assistant
from edge.completeness import HomeCompleteness
from edge.config import Config, Satellite, state_dir
from edge.controls import Controls, Settings
from edge.demo.devices import HOME_FILE
from edge.domain.domain import slots_of
from edge.domain.head import HeadInterpreter
from edge.domain.home import with_grammar
from edge.domain.interpreter import DomainInterpreter
from edge.domain.store import TrainedDomain
from edge.domain.usual import UsualSentences
from edge.domain_ear import DomainEar
from edge.home.devices import Devices
from edge.home.graph import Home
from edge.home.states import States
from edge.home.virtual import VirtualHome
from edge.home_assistant.address import Address, Token
from edge.home_assistant.devices import HomeAssistantDevices
from edge.informed import HomeUsual, InformedSpeechToText
from edge.kernel.cores import Cores
from edge.kernel.events import Events
from edge.kernel.residents import Resident, Residents
from edge.kernel.scheduler import Scheduler
from edge.knowledge.embedding import MODEL_NAME, MiniLm
from edge.knowledge.index import Index, knowledge_file
from edge.knowledge.knowledge import Knowledge
from edge.knowledge.upkeep import Upkeep
from edge.listening import Heard, Listening
from edge.llm.llama import MOST_THREADS, LlamaLanguageModel, needed_bytes
from edge.llm.model import LanguageModel
from edge.mqtt.broker_aiomqtt import AiomqttBroker
from edge.mqtt.broker_loopback import LoopbackBroker
from edge.mqtt.devices import MqttDevices
from edge.nlu.needs import TrainedNeeds
from edge.nlu.reader import HomeReader, Reader
from edge.nlu.tagger import Tagger
from edge.privacy.audit import Audit
from edge.privacy.policy import Policy
from edge.satellites import Satellites
from edge.small_talk import SmallTalk
from edge.speaking import Speaking
from edge.types import (
    EntityState,
    Intent,
    LaresError,
    Outcome,
    Transcript,
)
from edge.unanswered import Occasion, Unanswered
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
from edge.voice.stt_urgent import UrgentSpeechToText
from edge.voice.tts import PiperProcess, Printed, Sound, TextToSpeech
from edge.voice.vad import SileroVad
from edge.voice.vocabulary import Vocabulary
from edge.voice.wake import WakeDetector
from edge.voice.wake_choice import choose as choose_wake_detector
from edge.voice.wake_following import FollowingWakeDetector
from hal.board import read_board
from hal.microphone import Microphone, MicrophoneError
from hal.microphone_portaudio import PortAudioMicrophone
from hal.microphone_stdin import StdinMicrophone
from hal.speaker import Speaker
from hal.speaker_portaudio import PortAudioSpeaker
from models import needs_model
from models.adapters import TALK, adapters_of
from models.artifact import ARTIFACT
from models.catalog import Catalog
from models.gguf import Gguf
from models.needs_model import NeedsModel
from models.wake_word import wake_dir
from skills import ALL

if TYPE_CHECKING:
    from edge.workforce import Workforce
    from edge.wyoming.satellites import RemoteSatellite, RemoteSatellites

CONNECT_S = 10.0
"""How long a command waits for the broker before it says what is wrong."""
T = TypeVar("T")
_UNKNOWN_MEMORY = 1 << 30
"""Bytes that a machine is taken to have that tells nothing."""


@dataclass(frozen=True, slots=True)
class Household:
    """A home that can be spoken to: the assistant, and the devices that it acts on."""

    assistant: Assistant
    devices: Devices
    virtual: LoopbackBroker | None = None

    @property
    def home(self) -> Home:
        return self.devices.home

    @property
    def states(self) -> States:
        return self.devices.states

    async def set_up(self, states: Mapping[str, EntityState]) -> None:
        """Put devices of a virtual home into these states. Raises LaresError for a real one."""
        if not states:
            return
        if self.virtual is None:
            raise LaresError("only the devices of a virtual home can be set up")
        self.virtual.set_states(states)
        await self.devices.settle()


@dataclass(frozen=True, eq=False)
class _Known:
    """What hearing knows of one home."""

    home: Home
    vocabulary: Vocabulary

    @cached_property
    def usual(self) -> UsualSentences:
        return UsualSentences(self.vocabulary, _pronunciations())


class App:
    """All parts, made as `config` says when they are first wanted."""

    def __init__(
        self, config: Config, events: Events | None = None, *, controls_file: Path | None = None
    ) -> None:
        """controls_file: where what the owner changes while Lares runs is kept."""
        self.config = config
        self.events = events or Events()
        configured = Settings(wake_words=config.wake.words)
        self.controls = Controls(configured, controls_file, self.events)
        self._stt: SpeechToText | None = None
        self._vocabulary: Vocabulary | None = None
        self._other: SpeechToText | None = None
        self._other_home: Home | None = None
        self._known: _Known | None = None
        self._stt_lock = threading.Lock()
        self._voice_lock = threading.Lock()
        self._knowledge_lock = threading.Lock()
        self._handling = asyncio.Lock()
        self._workforce: Workforce | None = None
        self._always = ExitStack()
        self.speaking = Speaking()
        self.together = Satellites(self.events)
        self._wake_detectors: weakref.WeakSet[FollowingWakeDetector] = weakref.WeakSet()
        self.controls.subscribe(self._follow)

    @property
    def satellites(self) -> tuple[Satellite, ...]:
        """The configured satellites; without any, the microphone of this machine, if it has one."""
        if self.config.audio.microphone == "none":
            return self.config.satellites
        here = Satellite("", self.config.audio.microphone, self.config.home.area)
        return self.config.satellites or (here,)

    @cached_property
    def catalog(self) -> Catalog:
        return Catalog.load()

    @cached_property
    def tagger(self) -> Tagger:
        return self._kept("tagger", ARTIFACT, Tagger)

    @cached_property
    def index(self) -> Index:
        """The index of the house's documents."""
        return Index(knowledge_file(os.environ, Path.home()))

    @property
    def knowledge(self) -> Knowledge:
        """What the house's documents know; by their words only where no embedder is installed."""
        with self._knowledge_lock:
            return self._knowledge

    @cached_property
    def _knowledge(self) -> Knowledge:
        return Knowledge(self.index, self.embedder if self._has_embedder else None)

    @cached_property
    def upkeep(self) -> Upkeep:
        """What reads the house's documents again when they change."""
        folders = self.config.knowledge.folders
        return Upkeep(self.index, lambda: self.knowledge, self.scheduler, self.events, folders)

    @cached_property
    def scheduler(self) -> Scheduler:
        """Who computes next."""
        return Scheduler()

    @cached_property
    def residents(self) -> Residents:
        """The models that are in memory."""
        wanted = self.config.resources.memory_mb << 20
        return Residents(wanted or (read_board().memory_bytes or _UNKNOWN_MEMORY) // 2)

    @cached_property
    def language_model(self) -> Resident[LanguageModel] | None:
        """The configured language model; None where none is wanted, or with "auto" none is there.

        Raises LaresError when one is named that is not installed, or llama.cpp is missing for it.
        """
        found = self.catalog.language_model(self.config.llm.model)
        if found is None or (self.config.llm.model == "auto" and not is_installed("llama_cpp")):
            return None
        name, file = found
        return self.residents.add(
            name,
            needed_bytes(Gguf.read(file)),
            lambda: self._language_model(name, file),
            LanguageModel.close,
        )

    @cached_property
    def _adapters(self) -> Mapping[str, Path]:
        """What the language model was taught."""
        model = self.language_model
        return {} if model is None else adapters_of(model.name)

    def _language_model(self, name: str, file: Path) -> LanguageModel:
        return LlamaLanguageModel(
            file,
            name=name,
            adapters=self._adapters,
            keep=state_dir() / "prefixes",
            available_bytes=read_board().memory_available_bytes,
            threads=Cores(
                min(MOST_THREADS, os.cpu_count() or 1),
                celsius=lambda: read_board().temperature_c,
            ),
        )

    @cached_property
    def unanswered(self) -> Unanswered:
        """What becomes of what nothing understood. A language model that cannot be used is told to
        the log, and Lares goes on without it."""
        llm = self.config.llm
        model: Resident[LanguageModel] | None = None
        adapter = ""
        try:
            model = self.language_model
            adapter = TALK if TALK in self._adapters else ""
        except LaresError as error:
            self.events.emit("no_language_model", "warning", error=str(error))
        in_use = None if model is None else model.in_use
        answering = in_use and Answering(
            in_use,
            self.scheduler,
            budget_s=llm.budget_s,
            thinking_s=llm.thinking_s,
            adapter=adapter,
        )
        return Unanswered(
            in_use,
            self.scheduler,
            answering,
            written=SmallTalk().answer,
            talks=llm.talk,
            facts=llm.facts,
            acts=llm.acts,
            budget_s=llm.budget_s,
            may_ask=lambda: self.controls.settings.language_model,
        )

    @property
    def _has_embedder(self) -> bool:
        return self.catalog.installed(MODEL_NAME) is not None

    @cached_property
    def embedder(self) -> MiniLm:
        """The sentence embedder. Raises LaresError where its model is not installed."""
        model = self.catalog.installed(MODEL_NAME)
        if model is None:
            raise LaresError(
                f"expected the model {MODEL_NAME}, which is not installed: "
                f"lares models fetch {MODEL_NAME}"
            )
        threads = self.config.stt.threads
        return self._kept(MODEL_NAME, model, lambda: MiniLm(model, threads=threads))

    @cached_property
    def needs(self) -> TrainedNeeds:
        """What tells needs. Its model is loaded when it is first asked."""
        return TrainedNeeds(lambda: self._kept("needs", needs_model.ARTIFACT, NeedsModel.load))

    def _kept(self, name: str, folder: Path, load: Callable[[], T]) -> T:
        """A model that never leaves memory once it is loaded; it counts among the residents."""
        size = sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
        resident = self.residents.add(name, size, load, lambda _: None)
        return self._always.enter_context(resident.in_use())

    @cached_property
    def policy(self) -> Policy:
        privacy = self.config.privacy
        return Policy.from_data(privacy.rules, privacy.default)

    @functools.cache  # noqa: B019 (an App lives as long as the process)
    def _read_home(self, path: Path) -> Home:
        return Home.from_yaml(path)

    def home(self, path: Path | None = None) -> Home:
        """The home of a file: the one named, the configured one, or that of the demo."""
        return self._read_home(path or self.config.home.file or HOME_FILE)

    def _follow(self, settings: Settings) -> None:
        """Do what the owner wants changed. Raises LaresError where that cannot be done."""
        for detector in tuple(self._wake_detectors):
            detector.follow(settings.wake_words)
        self.speaking.volume = settings.volume

    def wake_detector(self, words: tuple[str, ...] | None = None) -> WakeDetector:
        """What hears these words; without any, those that the owner chooses, also later on."""
        if words is not None:
            return self._hears(words)
        chosen, configured = self.controls.settings.wake_words, self.config.wake.words
        try:
            detector = FollowingWakeDetector(chosen, self._hears)
        except LaresError as error:
            if chosen == configured:
                raise
            self.events.emit("wake_word_not_used", "warning", words=chosen, error=str(error))
            self.controls.change(wake_words=configured)
            detector = FollowingWakeDetector(configured, self._hears)
        self._wake_detectors.add(detector)
        return detector

    def _hears(self, words: tuple[str, ...]) -> WakeDetector:
        wake = self.config.wake
        all_of_them = words == wake.words
        return choose_wake_detector(
            words,
            thresholds={w: t for w, t in wake.thresholds.items() if all_of_them or w in words},
            folder=wake_dir(os.environ, Path.home()),
        )

    def listener(self, *, wake: bool, own: OwnVoice | None = None) -> Listener:
        """What finds commands in sound. own: whose wake words are not meant."""
        endpoint = self.config.endpoint
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
        return Incoming(denoiser(self.config.audio.denoise), self.events, pauses=pauses)

    def stt(self, home: Home) -> SpeechToText:
        """The speech to text engine, knowing the names of `home`."""
        return self.stt_of(self._known_of(home).vocabulary)

    def _known_of(self, home: Home) -> _Known:
        """The words of a home, which are worked out once for as long as it stays the same."""
        known = self._known
        if known is None or known.home is not home:
            known = self._known = _Known(home, vocabulary_of(home))
        return known

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
                self._other = SharedSpeechToText(choose(self.config.stt.second))
            if self._other_home is not home:
                self._other.set_vocabulary(self._known_of(home).vocabulary)
                self._other_home = home
            return self._other

    def _engine(self) -> SpeechToText:
        vosk = self.catalog.installed("vosk-small-en-us")
        whisper = self.catalog.installed("whisper-base")

        engine = choose(
            self.config.stt.engine,
            vosk_model=vosk,
            whisper_model=whisper,
            threads=self.config.stt.threads,
        )
        folder = {"vosk": vosk, "whisper": whisper}.get(engine.name)
        if folder is not None:
            engine = self._kept(engine.name, folder, lambda: engine)
        return SharedSpeechToText(engine)

    def microphone(self, satellite: Satellite) -> Microphone:
        """The satellite's sound card, or that of a Wyoming satellite; "-" is raw sound on standard
        input."""
        wanted = satellite.microphone
        if satellite.remote is not None:
            return self.remote.at(satellite.remote).microphone()
        return standard_input() if wanted == "-" else PortAudioMicrophone(wanted)

    def listening(
        self,
        microphone: Microphone,
        household: Household,
        *,
        wake: bool = True,
        satellite: Satellite | None = None,
    ) -> Listening:
        """A loop that listens through `microphone` for commands to `household`.

        That of a `satellite` hears Lares speak, and is one of several for the same words.
        """
        area = self.config.home.area if satellite is None else satellite.area
        completeness = self._completeness(household.devices, area)
        name = None if satellite is None else satellite.name
        ear = None if name is None else self.speaking.ear(name, self.wake_detector)
        remote = None if satellite is None else self._remote(satellite)
        listening = Listening(
            microphone,
            self.listener(wake=wake, own=None if ear is None else ear.own),
            self.hearing(household.devices),
            self.events if remote is None else remote.bus,
            ear=ear,
            gate=None if name is None else self.together.gate(name),
            incoming=self.incoming(pauses=remote is not None),
            completeness=completeness,
            brief_s=self.config.endpoint.brief_s,
            silence_s=self.config.endpoint.silence_s,
        )
        if remote is not None:
            remote.join(microphone, listening)
        return listening

    @cached_property
    def remote(self) -> RemoteSatellites:
        """The Wyoming satellites. Raises LaresError where the package for them is missing."""
        module = load("edge.wyoming.satellites", purpose="A Wyoming satellite", extra="wyoming")
        satellites: RemoteSatellites = module.RemoteSatellites(self.events)
        return satellites

    def _remote(self, satellite: Satellite) -> RemoteSatellite | None:
        return None if satellite.remote is None else self.remote.at(satellite.remote)

    def hearing(self, devices: Devices) -> SpeechToText:
        """The configured engines, for the home of these devices."""
        second = self.second if self._has_second else None
        is_understood = self._completeness(devices, self.config.home.area).is_understood
        usual = HomeUsual(devices, lambda home: self._known_of(home).usual, is_understood)
        informed = InformedSpeechToText(devices, self.stt, usual, second)
        here = UrgentSpeechToText(informed, self.scheduler.urgent)
        return here if self._workforce is None else self._workforce.hearing(here)

    def _completeness(self, devices: Devices, area: str | None) -> HomeCompleteness:
        return HomeCompleteness(self.tagger, devices, self.config.nlu.confidence, area)

    @property
    def _has_second(self) -> bool:
        """Whether another engine than the first is asked when that one is not understood."""
        second = self.config.stt.second
        if second in ("none", self.config.stt.engine):
            return False
        return what_is_missing(second, None) is None

    def domain(self, trained: TrainedDomain) -> DomainEar:
        """What hears and understands a domain of one's own."""
        vocabulary = Vocabulary(grammar=trained.automaton.grammar(), closed=True)
        head = HeadInterpreter(self.tagger, trained.head, slots_of(trained.domain))
        return DomainEar(
            DomainInterpreter(trained.automaton, head),
            lambda: self.stt_of(vocabulary),
            lambda wake: self.listener(wake=wake),
            self.events,
        )

    @cached_property
    def voice(self) -> TextToSpeech:
        """Piper where it and its voice are installed and wanted, print otherwise."""
        wanted = self.config.audio.speech
        model = self.catalog.installed("piper-joe")
        if wanted == "text" or (wanted == "auto" and model is None):
            return Printed()
        if model is None:
            raise LaresError("audio.speech is 'piper', but no voice is installed: make speech")
        try:
            return PiperProcess(model)
        except LaresError:
            if wanted == "piper":
                raise
            return Printed()

    @functools.cache  # noqa: B019 (an App lives as long as the process)
    def speaker(self, wanted: str | int | None = None) -> Speaker:
        """The sound card of this name or number, by default the configured one."""
        return PortAudioSpeaker(self.config.audio.speaker if wanted is None else wanted)

    async def answer(
        self, household: Household, heard: Heard, satellite: Satellite | None = None
    ) -> Outcome:
        """Carry out what was heard, by a satellite or by the only microphone, and say there what
        became of it."""
        remote = None if satellite is None else self._remote(satellite)
        wanted = None if satellite is None else satellite.speaker
        speaker = self.speaker(wanted) if remote is None or wanted is not None else remote.speaker

        async def aloud(sentence: str) -> bool:
            if remote is not None:
                remote.says(sentence)
            self.events.emit("speaking", "debug")
            return await asyncio.to_thread(self._say, sentence, speaker)

        try:
            outcome = await self.handle(
                household,
                heard.transcript,
                area=self.config.home.area if satellite is None else satellite.area,
                conversation="" if satellite is None else satellite.name,
                ms={"endpoint": heard.endpoint_ms, "stt": heard.stt_ms},
                aloud=aloud,
            )
            if outcome.speech and not outcome.told:
                await aloud(outcome.speech)
        finally:
            self.events.emit("answered", "debug")
        return outcome

    async def handle(
        self,
        household: Household,
        transcript: Transcript,
        *,
        area: str | None = None,
        conversation: str = "",
        agreed: bool = False,
        ms: Mapping[str, float] | None = None,
        aloud: Aloud | None = None,
    ) -> Outcome:
        """Carry out what a text asks for, one at a time, as `Assistant.handle` does. What nothing
        understands, the language model is asked about; meanwhile others may command.

        aloud: says each sentence of its answer as soon as it is written.
        """
        outcome = await self._handle(
            household, transcript, area, conversation, agreed=agreed, ms=ms, aloud=aloud
        )
        self.events.emit("handled", "debug", outcome=outcome, area=area, satellite=conversation)
        return outcome

    async def _handle(
        self,
        household: Household,
        transcript: Transcript,
        area: str | None,
        conversation: str,
        *,
        agreed: bool,
        ms: Mapping[str, float] | None,
        aloud: Aloud | None,
    ) -> Outcome:
        assistant = household.assistant
        async with self._handling:
            outcome = await assistant.handle(
                transcript, area=area, conversation=conversation, agreed=agreed, ms=ms
            )
        if not outcome.unanswered:
            return outcome

        async def carry_out(intents: Sequence[Intent]) -> Outcome:
            async with self._handling:
                return await assistant.carry_out(transcript, intents, conversation=conversation)

        occasion = Occasion(
            household.home,
            household.states,
            carry_out,
            assistant.permits,
            aloud or _unheard,
            area,
            conversation,
        )
        return await self.unanswered.answer(outcome, occasion)

    def spoken(self, text: str) -> Sound | None:
        """A text in Lares' voice; None where it has none. Raises LaresError when it cannot."""
        with self._voice_lock:
            return self.voice.say(text)

    def _say(self, text: str, speaker: Speaker) -> bool:
        """Whether it was said to its end. What cannot be said is told to the log."""
        try:
            sound = self.spoken(text)
            if sound is not None and not self.speaking.say(sound, speaker):
                self.events.emit("interrupted", text=text)
                return False
        except LaresError as error:
            self.events.emit("not_said", "warning", text=text, error=str(error))
        return True

    @asynccontextmanager
    async def live(self, *, patient: bool = False) -> AsyncIterator[Household]:
        """The real home: the devices that announce themselves on the configured broker, or those
        that Home Assistant shows.

        Raises LaresError when broker or Home Assistant cannot be reached; a `patient` caller waits
        for as long as waiting can help.
        """
        owner = self.home() if self.config.home.file else None
        wait_s = math.inf if patient else CONNECT_S
        through = (
            self._through_home_assistant
            if self.config.home.devices == "home_assistant"
            else self._through_broker
        )
        audit_file = self.config.privacy.audit_file or state_dir() / "audit.jsonl"
        async with through(owner, wait_s) as devices:
            with Audit(audit_file, keep_words=self.config.privacy.keep_words) as audit:
                await devices.settle()
                async with self._with_workers():
                    yield Household(self._assistant(devices, audit), devices)

    @asynccontextmanager
    async def _with_workers(self) -> AsyncIterator[None]:
        """Have workers hear and understand until the block ends, where they shall."""
        if not self.config.workers.use:
            yield
            return
        from edge.workforce import workforce  # noqa: PLC0415 (only few use it)

        async with workforce(self) as workers:
            self._workforce = workers
            try:
                yield
            finally:
                self._workforce = None

    @asynccontextmanager
    async def _through_broker(self, owner: Home | None, wait_s: float) -> AsyncIterator[Devices]:
        mqtt = self.config.mqtt
        async with self.broker(self.events) as broker:
            await broker.wait_connected(wait_s)
            async with MqttDevices(
                broker, owner, node=mqtt.node, prefix=mqtt.discovery_prefix, events=self.events
            ) as devices:
                yield devices

    @asynccontextmanager
    async def _through_home_assistant(
        self, owner: Home | None, wait_s: float
    ) -> AsyncIterator[Devices]:
        there = self.config.home_assistant
        async with HomeAssistantDevices(
            Address.of(there.url, there.ca_file, verify=there.verify),
            Token.find(os.environ, there.token_file, there.token),
            owner,
            node=self.config.mqtt.node,
            events=self.events,
        ) as devices:
            await devices.wait_connected(wait_s)
            yield devices

    def broker(self, events: Events, status_topic: str | None = None) -> AiomqttBroker:
        """A connection to the configured broker, to be opened."""
        mqtt = self.config.mqtt
        return AiomqttBroker(
            mqtt.host,
            mqtt.port,
            username=mqtt.username,
            password=mqtt.password,
            tls=mqtt.tls,
            ca_file=mqtt.ca_file,
            status_topic=status_topic,
            events=events,
        )

    @asynccontextmanager
    async def virtual(self, home: Home) -> AsyncIterator[Household]:
        """Simulated devices for every entity of `home`, in this process, in their first states."""
        broker = LoopbackBroker(VirtualHome(home))
        async with broker, MqttDevices(broker, home) as devices:
            await devices.settle()
            yield Household(self._assistant(devices, Audit(None)), devices, broker)

    def _knows(self, question: str) -> str | None:
        """What the house's documents say; nothing is opened where there are none."""
        if not self.index.path.is_file():
            return None
        quoted = self.knowledge.ask(question)
        return None if quoted is None else quoted.speech

    def reader(self, devices: Devices) -> HomeReader:
        """Who reads here what was said to these devices."""
        return HomeReader(
            self.tagger, devices, self.config.nlu.confidence, self.needs, self.scheduler.urgent
        )

    def _assistant(self, devices: Devices, audit: Audit) -> Assistant:
        reader: Reader = self.reader(devices)
        if self._workforce is not None:
            reader = self._workforce.reader(reader, devices)
        return Assistant(
            tagger=self.tagger,
            devices=devices,
            skills=ALL,
            policy=self.policy,
            audit=audit,
            events=self.events,
            confidence=self.config.nlu.confidence,
            confirm_s=self.config.mqtt.confirm_s,
            needs=self.needs,
            knows=self._knows,
            urgent=self.scheduler.urgent,
            reader=reader,
        )


async def _unheard(_: str) -> bool:
    return True


def standard_input() -> Microphone:
    """Raw sound on standard input, read without a buffer, whose lock would outlive an interrupt."""
    try:
        return StdinMicrophone(open(0, "rb", buffering=0, closefd=False))
    except OSError as error:
        raise MicrophoneError("Expected raw sound on standard input, which is closed.") from error


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
