"""The wiring: makes the parts that a `Config` asks for, and joins them. Nothing else does.

`App` makes each part when it is first wanted, so that `lares parse` loads no sound and `lares wake`
no tagger. `live()` is a household on a real broker, `virtual()` one on simulated devices in this
process; the assistant in both is the same.
"""

from __future__ import annotations

import asyncio
import functools
import math
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from edge.answering import Aloud, Answering
from edge.assistant import Assistant
from edge.completeness import HomeCompleteness
from edge.config import Config, Satellite, state_dir
from edge.controls import Controls, Settings
from edge.demo.devices import HOME_FILE
from edge.domain.domain import slots_of
from edge.domain.head import HeadInterpreter
from edge.domain.interpreter import DomainInterpreter
from edge.domain.store import TrainedDomain
from edge.domain_ear import DomainEar
from edge.ears import Ears
from edge.home.devices import Devices
from edge.home.graph import Home
from edge.home.states import States
from edge.home.virtual import VirtualHome
from edge.informed import HomeUsual, InformedSpeechToText
from edge.kernel.events import Events
from edge.kernel.residents import Resident
from edge.listening import Heard, Listening
from edge.llm.model import LanguageModel
from edge.models_in_use import ModelsInUse
from edge.mqtt.broker_loopback import LoopbackBroker
from edge.mqtt.devices import MqttDevices
from edge.nlu.reader import HomeReader, Reader
from edge.privacy.audit import Audit
from edge.privacy.policy import Policy
from edge.reaching import CONNECT_S, reached
from edge.satellites import Satellites
from edge.small_talk import SmallTalk
from edge.speaking import Speaking
from edge.timers import Timers
from edge.types import (
    EntityState,
    LaresError,
    Outcome,
    Transcript,
)
from edge.unanswered import Occasion, Unanswered
from edge.voice.packages import load
from edge.voice.stt import SpeechToText
from edge.voice.stt_urgent import UrgentSpeechToText
from edge.voice.tts import PiperProcess, Printed, Sound, TextToSpeech
from edge.voice.vocabulary import Vocabulary
from hal.microphone import Microphone, MicrophoneError
from hal.microphone_portaudio import PortAudioMicrophone
from hal.microphone_stdin import StdinMicrophone
from hal.speaker import Speaker
from hal.speaker_portaudio import PortAudioSpeaker
from models.adapters import TALK
from skills import ALL

if TYPE_CHECKING:
    from edge.workforce import Workforce
    from edge.wyoming.satellites import RemoteSatellite, RemoteSatellites


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
        self.models = ModelsInUse(config, self.events)
        self.ears = Ears(config, self.models, self.events, self.controls)
        self._voice_lock = threading.Lock()
        self._workforce: Workforce | None = None
        self.speaking = Speaking()
        self.together = Satellites(self.events)
        self.controls.subscribe(self._follow)

    @property
    def satellites(self) -> tuple[Satellite, ...]:
        """The configured satellites; without any, the microphone of this machine, if it has one."""
        if self.config.audio.microphone == "none":
            return self.config.satellites
        here = Satellite("", self.config.audio.microphone, self.config.home.area)
        return self.config.satellites or (here,)

    @cached_property
    def unanswered(self) -> Unanswered:
        """What becomes of what nothing understood. A language model that cannot be used is told to
        the log, and Lares goes on without it."""
        llm = self.config.llm
        model: Resident[LanguageModel] | None = None
        adapter = ""
        try:
            model = self.models.language_model
            adapter = TALK if TALK in self.models.adapters else ""
        except LaresError as error:
            self.events.emit("no_language_model", "warning", error=str(error))
        in_use = None if model is None else model.in_use
        answering = in_use and Answering(
            in_use,
            self.models.scheduler,
            budget_s=llm.budget_s,
            thinking_s=llm.thinking_s,
            adapter=adapter,
        )
        return Unanswered(
            in_use,
            self.models.scheduler,
            answering,
            written=SmallTalk().answer,
            talks=llm.talk,
            facts=llm.facts,
            acts=llm.acts,
            budget_s=llm.budget_s,
            may_ask=lambda: self.controls.settings.language_model,
        )

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
        self.ears.follow(settings.wake_words)
        self.speaking.volume = settings.volume

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
        ear = None if name is None else self.speaking.ear(name, self.ears.wake_detector)
        remote = None if satellite is None else self.remote_at(satellite)
        listening = Listening(
            microphone,
            self.ears.listener(wake=wake, own=None if ear is None else ear.own),
            self.hearing(household.devices),
            self.events if remote is None else remote.bus,
            ear=ear,
            gate=None if name is None else self.together.gate(name),
            incoming=self.ears.incoming(pauses=remote is not None),
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

    def remote_at(self, satellite: Satellite) -> RemoteSatellite | None:
        """The Wyoming satellite that a satellite is; None for a sound card of this machine."""
        return None if satellite.remote is None else self.remote.at(satellite.remote)

    def hearing(self, devices: Devices) -> SpeechToText:
        """The configured engines, for the home of these devices."""
        second = self.ears.second if self.ears.has_second else None
        is_understood = self._completeness(devices, self.config.home.area).is_understood
        usual = HomeUsual(devices, self.ears.usual, is_understood)
        informed = InformedSpeechToText(devices, self.ears.stt, usual, second)
        here = UrgentSpeechToText(informed, self.models.scheduler.urgent)
        return here if self._workforce is None else self._workforce.hearing(here)

    def _completeness(self, devices: Devices, area: str | None) -> HomeCompleteness:
        return HomeCompleteness(self.models.tagger, devices, self.config.nlu.confidence, area)

    def domain(self, trained: TrainedDomain) -> DomainEar:
        """What hears and understands a domain of one's own."""
        vocabulary = Vocabulary(grammar=trained.automaton.grammar(), closed=True)
        head = HeadInterpreter(self.models.tagger, trained.head, slots_of(trained.domain))
        return DomainEar(
            DomainInterpreter(trained.automaton, head),
            lambda: self.ears.stt_of(vocabulary),
            lambda wake: self.ears.listener(wake=wake),
            self.events,
        )

    @cached_property
    def voice(self) -> TextToSpeech:
        """Piper where it and its voice are installed and wanted, print otherwise."""
        wanted = self.config.audio.speech
        model = self.models.catalog.installed("piper-joe")
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
        aloud = self.aloud(satellite)
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

    def aloud(self, satellite: Satellite | None = None) -> Aloud:
        """What says a sentence at a satellite, or where the only microphone is; it tells whether it
        was said to its end."""
        remote = None if satellite is None else self.remote_at(satellite)
        wanted = None if satellite is None else satellite.speaker
        speaker = self.speaker(wanted) if remote is None or wanted is not None else remote.speaker

        async def say(sentence: str) -> bool:
            if remote is not None:
                remote.says(sentence)
            self.events.emit("speaking", "debug")
            return await asyncio.to_thread(self._say, sentence, speaker)

        return say

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
        """Carry out what a text asks for, as `Assistant.handle` does. What nothing understands, the
        language model is asked about.

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
        outcome = await assistant.handle(
            transcript, area=area, conversation=conversation, agreed=agreed, ms=ms
        )
        if not outcome.unanswered:
            return outcome

        occasion = Occasion(
            household.home,
            household.states,
            functools.partial(
                assistant.carry_out, transcript, area=area, conversation=conversation
            ),
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
    async def live(
        self, *, patient: bool = False, timers: Timers | None = None
    ) -> AsyncIterator[Household]:
        """The real home: the devices that announce themselves on the configured broker, or those
        that Home Assistant shows.

        Raises LaresError when broker or Home Assistant cannot be reached; a `patient` caller waits
        for as long as waiting can help. timers: where they are kept, if they are.
        """
        owner = self.home() if self.config.home.file else None
        wait_s = math.inf if patient else CONNECT_S
        audit_file = self.config.privacy.audit_file or state_dir() / "audit.jsonl"
        async with reached(self.config, self.events, owner, wait_s) as devices:
            with Audit(audit_file, keep_words=self.config.privacy.keep_words) as audit:
                await devices.settle()
                async with self._with_workers():
                    yield Household(self._assistant(devices, audit, timers), devices)

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
    async def virtual(
        self, home: Home, *, timers: Timers | None = None
    ) -> AsyncIterator[Household]:
        """Simulated devices for every entity of `home`, in this process, in their first states.
        timers: where they are kept, if they are."""
        broker = LoopbackBroker(VirtualHome(home))
        async with broker, MqttDevices(broker, home) as devices:
            await devices.settle()
            yield Household(self._assistant(devices, Audit(None), timers), devices, broker)

    def _knows(self, question: str) -> str | None:
        """What the house's documents say; nothing is opened where there are none."""
        if not self.models.index.path.is_file():
            return None
        quoted = self.models.knowledge.ask(question)
        return None if quoted is None else quoted.speech

    def reader(self, devices: Devices) -> HomeReader:
        """Who reads here what was said to these devices."""
        return HomeReader(
            self.models.tagger,
            devices,
            self.config.nlu.confidence,
            self.models.needs,
            self.models.scheduler.urgent,
        )

    def _assistant(self, devices: Devices, audit: Audit, timers: Timers | None = None) -> Assistant:
        reader: Reader = self.reader(devices)
        if self._workforce is not None:
            reader = self._workforce.reader(reader, devices)
        return Assistant(
            tagger=self.models.tagger,
            devices=devices,
            skills=ALL,
            policy=self.policy,
            audit=audit,
            events=self.events,
            confidence=self.config.nlu.confidence,
            confirm_s=self.config.mqtt.confirm_s,
            needs=self.models.needs,
            knows=self._knows,
            urgent=self.models.scheduler.urgent,
            reader=reader,
            timers=timers,
        )


async def _unheard(_: str) -> bool:
    return True


def standard_input() -> Microphone:
    """Raw sound on standard input, read without a buffer, whose lock would outlive an interrupt."""
    try:
        return StdinMicrophone(open(0, "rb", buffering=0, closefd=False))
    except OSError as error:
        raise MicrophoneError("Expected raw sound on standard input, which is closed.") from error
