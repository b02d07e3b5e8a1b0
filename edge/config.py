"""The configuration of Lares: one frozen tree, read once from `lares.toml`, each value with its
origin.

    defaults  →  lares.toml  →  command line

Every section is a dataclass, every field has a default, so an empty file is a whole configuration.
A key that does not exist, or a value of the wrong type, is an error that names file, line and what
is allowed. `Config.origins` remembers for each value where it came from; `lares config` prints
both.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Literal

from edge.config_reading import ConfigError, Reader

FILE_NAME = "lares.toml"
SECRETS = ("password", "token")
"""Keys whose values are never shown."""


@dataclass(frozen=True, slots=True)
class Audio:
    """Where sound comes from and goes to."""

    microphone: str | int | None = None
    """Name (or part of it) or number of the PortAudio device; None is the system's default, "-" is
    raw sound on standard input, "none" is for a machine that hears only for others ([wyoming])."""
    speaker: str | int | None = None
    speech: Literal["auto", "piper", "text"] = "auto"
    """"auto" speaks where Piper and its voice are installed, and prints otherwise."""
    denoise: Literal["off", "webrtc"] = "off"
    """Suppress steady noise before anyone listens; "off" because it does not help (decision 10)."""


@dataclass(frozen=True, slots=True)
class Wake:
    """The words that open the microphone."""

    words: tuple[str, ...] = ("okay_nabu",)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    """Certainty from which a word wakes, 0 to 1, by word; lower wakes more often. A word that is
    not named here has its usual one."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """When a command begins and ends; seconds."""

    brief_s: float = 0.1
    """Silence after which a whole command ("turn on the kitchen light") is carried out; 0.1 is
    about 0.2 s after the last sound."""
    silence_s: float = 0.6
    """Silence after which one is that often goes on ("set it to twenty"), or is not done in
    haste ("turn off everything")."""
    patient_s: float = 0.9
    """Silence after which anything else is over ("turn on the")."""
    limit_s: float = 10.0
    no_speech_s: float = 4.0


@dataclass(frozen=True, slots=True)
class Stt:
    """Speech to text."""

    engine: Literal["auto", "vosk", "whisper", "pocketsphinx"] = "auto"
    second: Literal["none", "pocketsphinx"] = "pocketsphinx"
    """Whose opinion is asked when what the engine hears is no usual sentence."""
    threads: int = 2


@dataclass(frozen=True, slots=True)
class Nlu:
    """Understanding."""

    confidence: float = 0.5
    """An intent that the tagger is less sure of (0 to 1) is not acted on."""


@dataclass(frozen=True, slots=True)
class Llm:
    """The language model."""

    model: str = "auto"
    """As in `lares models list`; "auto": one that is installed; "none": no model is asked."""
    talk: bool = True
    """Answer small talk: "tell me a joke"."""
    facts: bool = False
    """Answer questions about the world. A model with fewer than 1.5 billion weights makes much
    up."""
    acts: bool = False
    """Ask it what to do with an order that nothing else understands; it chooses among what is there
    and permitted. Small models choose badly."""
    budget_s: float = 30.0
    """How long an answer may take."""
    thinking_s: float = 3.0
    """Silence after which Lares says that it is thinking."""


@dataclass(frozen=True, slots=True)
class KnowledgeSection:
    """The house's own documents."""

    folders: tuple[Path, ...] = ()
    """Folders whose documents are read by themselves, and again when they change."""


@dataclass(frozen=True, slots=True)
class Resources:
    """What models may take of the machine."""

    memory_mb: int = 0
    """Of memory, all models together; 0: half of what the machine has."""


@dataclass(frozen=True, slots=True)
class HomeSection:
    """What the owner says about the home."""

    devices: Literal["mqtt", "home_assistant"] = "mqtt"
    """How devices are reached: through the broker, or through Home Assistant alone."""
    file: Path | None = None
    """Home file (YAML); its names, areas and aliases win over what devices announce."""
    area: str | None = None
    """The area in which this microphone stands."""


@dataclass(frozen=True, slots=True)
class HomeAssistant:
    """Home Assistant, where devices are reached through it."""

    url: str = "http://homeassistant.local:8123"
    """Of its page."""
    token_file: Path | None = None
    """Holds a long-lived access token; the variable LARES_HA_TOKEN wins over it."""
    token: str | None = None
    """The token itself, where there is no file. Whoever reads this file may do what its owner
    may."""
    ca_file: Path | None = None
    """Certificate authority of its certificate (PEM); None is the system's."""
    verify: bool = True
    """False takes any certificate."""


@dataclass(frozen=True, slots=True)
class Mqtt:
    """The broker."""

    host: str = "localhost"
    port: int = 1883
    username: str | None = None
    password: str | None = None
    tls: bool = False
    ca_file: Path | None = None
    """Certificate authority of the broker (PEM); None is the system's."""
    discovery_prefix: str = "homeassistant"
    node: str = "lares"
    """Our own name in topics: `lares/<node>/status`."""
    announce: bool = True
    """Be a device of Home Assistant's; where not, it is told that we are gone."""
    confirm_s: float = 3.0
    """How long a device may take to confirm a command."""


@dataclass(frozen=True, slots=True)
class Privacy:
    """What may be done, and what is kept of it."""

    default: Literal["allow", "ask", "refuse"] = "allow"
    rules: tuple[Mapping[str, Any], ...] | None = None
    """Rules in order, first match wins; None stands for the built-in ones (unlocking asks
    first)."""
    keep_words: bool = False
    """Write what was said into the audit log."""
    audit_file: Path | None = None
    """None is `$XDG_STATE_HOME/lares/audit.jsonl`."""


@dataclass(frozen=True, slots=True)
class Gpio:
    """Pins (BCM numbers) of buttons and lights; None: not fitted."""

    push_to_talk: int | None = None
    mute_switch: int | None = None
    wake_led: int | None = None


@dataclass(frozen=True, slots=True)
class Satellite:
    """One microphone of several, as a table [[satellites]]. With none of these, audio.microphone
    and home.area are the only one. The pins of [gpio] belong to the first."""

    name: str
    """What it is called in the log; also whose questions and corrections belong together."""
    microphone: str | int | None = None
    """As audio.microphone; or "tcp://HOST:PORT", a Wyoming satellite, which also answers."""
    area: str | None = None
    """The area in which it stands."""
    speaker: str | int | None = None
    """Where it answers; None is audio.speaker, for a Wyoming satellite its own."""

    @property
    def remote(self) -> str | None:
        """The address of a Wyoming satellite; None for a sound card of this machine."""
        named = isinstance(self.microphone, str) and "://" in self.microphone
        return str(self.microphone) if named else None


@dataclass(frozen=True, slots=True)
class WyomingSection:
    """Lares' own parts, lent to Home Assistant and others over the Wyoming protocol. Whoever
    reaches the port may use them, and is not asked who they are."""

    serve: bool = False
    host: str = "0.0.0.0"
    """Address to listen at; "127.0.0.1" lets in this machine alone."""
    port: int = 10_400
    services: tuple[Literal["asr", "wake", "tts", "intent", "handle"], ...] = (
        "asr",
        "wake",
        "tts",
        "intent",
        "handle",
    )
    """"intent" understands; "handle" also acts, as far as [privacy] allows."""
    announce: bool = True
    """Tell the local network of it (zeroconf), so that Home Assistant finds it."""
    area: str | None = None
    """The area from which clients speak."""


@dataclass(frozen=True, slots=True)
class WorkersSection:
    """Other machines that hear and understand for this one (`lares worker`)."""

    use: bool = False
    """Ask them. The sound and the words of commands go over the broker then."""
    group: str = "home"
    """Hubs and workers of one group work together; it is a part of their topics."""
    ask: tuple[Literal["hear", "understand"], ...] = ("hear", "understand")
    """What workers are asked for; the rest is done here."""
    hear_s: float = 5.0
    """How long they may take to hear an utterance, until it is heard here."""
    understand_s: float = 2.0


@dataclass(frozen=True, slots=True)
class Config:
    """The whole configuration. Field names are the sections of the file."""

    audio: Audio = field(default_factory=Audio)
    wake: Wake = field(default_factory=Wake)
    endpoint: Endpoint = field(default_factory=Endpoint)
    stt: Stt = field(default_factory=Stt)
    nlu: Nlu = field(default_factory=Nlu)
    llm: Llm = field(default_factory=Llm)
    knowledge: KnowledgeSection = field(default_factory=KnowledgeSection)
    resources: Resources = field(default_factory=Resources)
    home: HomeSection = field(default_factory=HomeSection)
    home_assistant: HomeAssistant = field(default_factory=HomeAssistant)
    mqtt: Mqtt = field(default_factory=Mqtt)
    privacy: Privacy = field(default_factory=Privacy)
    gpio: Gpio = field(default_factory=Gpio)
    satellites: tuple[Satellite, ...] = ()
    workers: WorkersSection = field(default_factory=WorkersSection)
    wyoming: WyomingSection = field(default_factory=WyomingSection)
    origins: Mapping[str, str] = field(default_factory=dict, compare=False)
    """"section.key" → where its value came from; what is not named here is a default."""

    @classmethod
    def load(cls, path: Path | None = None) -> Config:
        """Read `path`, or `lares.toml` of the working folder or `/etc/lares`; defaults without any.

        Raises ConfigError when the named file is missing, is not TOML, or holds what is not
        allowed.
        """
        if path is None:
            path = next((p for p in _usual_places() if p.is_file()), None)
            if path is None:
                return cls()
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{path}: cannot be read as UTF-8 text: {error}") from error
        return cls.parse(text, path)

    @classmethod
    def parse(cls, text: str, path: Path) -> Config:
        """The configuration written in `text`; relative paths in it start from the folder of
        `path`."""
        sections, origins = Reader(path, text).read(cls)
        return cls(**sections, origins=origins)

    def with_value(self, dotted: str, value: object, origin: str) -> Config:
        """This configuration with one value replaced, for example ("mqtt.port", 1884, "--port")."""
        section_name, key = dotted.split(".")
        section = replace(getattr(self, section_name), **{key: value})
        changed: dict[str, Any] = {
            section_name: section,
            "origins": {**self.origins, dotted: origin},
        }
        return replace(self, **changed)

    def values(self) -> Iterator[tuple[str, object, str]]:
        """Each value as ("section.key", value, origin); secrets are never shown."""
        for section in fields(self):
            values = getattr(self, section.name)
            if section.name == "satellites":
                for satellite in values:
                    origin = self.origins[f"satellites.{satellite.name}"]
                    yield f"satellites.{satellite.name}", satellite, origin
            if not is_dataclass(values):
                continue
            for item in fields(values):
                dotted = f"{section.name}.{item.name}"
                value = getattr(values, item.name)
                if item.name in SECRETS and value is not None:
                    value = "(set)"
                yield dotted, value, self.origins.get(dotted, "default")


def state_dir() -> Path:
    """The folder for what Lares keeps: `$XDG_STATE_HOME/lares`, by default
    `~/.local/state/lares`."""
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "lares"


def _usual_places() -> tuple[Path, ...]:
    return (Path(FILE_NAME), Path("/etc/lares") / FILE_NAME)
