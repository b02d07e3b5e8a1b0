"""The wiring: makes the parts that a `Config` asks for, and joins them. Nothing else does.

`App` makes each part when it is first wanted, so that `lares parse` loads no sound and `lares wake` no
tagger. `live()` is a household on a real broker, `virtual()` one on simulated devices in this process;
the assistant in both is the same.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path

from edge.assistant import Assistant
from edge.config import Config, state_dir
from edge.home.graph import Home
from edge.home.states import States
from edge.home.virtual import VirtualHome
from edge.kernel.events import Events
from edge.listening import Heard, Listening
from edge.mqtt.broker import AiomqttBroker, LoopbackBroker
from edge.mqtt.devices import Devices
from edge.nlu.tagger import Tagger
from edge.privacy.audit import Audit
from edge.privacy.policy import Policy
from edge.types import EntityState, Transcript, Utterance
from edge.voice.endpoint import Endpointer
from edge.voice.listener import Listener
from edge.voice.stt import SpeechToText, choose
from edge.voice.tts import PiperProcess, Printed, TextToSpeech
from edge.voice.vad import SileroVad
from edge.voice.vocabulary import Vocabulary
from edge.voice.wake import MicroWakeDetector, WakeDetector
from hal.microphone import Microphone
from hal.microphone_file import FileMicrophone
from models.catalog import Catalog
from skills import ALL


@dataclass(frozen=True, slots=True)
class Household:
    """A home that can be spoken to: the assistant, and the devices that it acts on."""

    assistant: Assistant
    devices: Devices
    virtual: VirtualHome | None = None

    @property
    def home(self) -> Home:
        return self.devices.home

    @property
    def states(self) -> States:
        return self.devices.states
