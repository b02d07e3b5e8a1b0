"""What Lares tells of itself when a client asks with `describe`: what is installed and offered.

Home Assistant makes of each kind of program that it finds here an entity of its own, and connects
once for each request (its component `wyoming`). It is told only of what works: without a voice
there is no text to speech.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata

from wyoming.info import (
    AsrModel,
    AsrProgram,
    Attribution,
    HandleModel,
    HandleProgram,
    Info,
    IntentModel,
    IntentProgram,
    TtsProgram,
    TtsVoice,
    WakeModel,
    WakeProgram,
)

LANGUAGES = ["en"]
"""What the tagger understands, the grammars are written in, and the voice speaks."""
VOICE_LANGUAGES = ["en_US"]
NAME = "lares"
LARES = Attribution("Lares", "")


@dataclass(frozen=True, slots=True)
class Part:
    """Something that is installed."""

    name: str
    maker: str
    url: str
    package: str | None = None
    """The distribution whose version is its version."""
    description: str = ""

    @property
    def attribution(self) -> Attribution:
        return Attribution(self.maker, self.url)

    @property
    def version(self) -> str | None:
        return None if self.package is None else version_of(self.package)


ENGINES = {
    "vosk": Part("vosk", "Alpha Cephei", "https://alphacephei.com/vosk/", "vosk", "Vosk"),
    "whisper": Part(
        "whisper", "OpenAI", "https://github.com/openai/whisper", "ctranslate2", "Whisper"
    ),
    "pocketsphinx": Part(
        "pocketsphinx",
        "Carnegie Mellon University",
        "https://github.com/cmusphinx/pocketsphinx",
        "pocketsphinx",
        "PocketSphinx",
    ),
}
SPOTTERS = {
    "micro": Part(
        "microWakeWord",
        "Kevin Ahrendt",
        "https://github.com/kahrendt/microWakeWord",
        "pymicro-wakeword",
    ),
    "open": Part(
        "openWakeWord",
        "David Scripka",
        "https://github.com/dscripka/openWakeWord",
        "pyopen-wakeword",
    ),
    "own": Part("Lares", LARES.name, LARES.url, NAME),
}
"""Who made the model of a wake word."""
PIPER = Part(
    "piper", "The Open Home Foundation", "https://github.com/OHF-Voice/piper1-gpl", "piper-tts"
)


@dataclass(frozen=True, slots=True)
class Model:
    """A model of a program: its name, what it is, and which part made it."""

    name: str
    description: str
    part: Part


@dataclass(frozen=True, slots=True)
class Offer:
    """What is offered; nothing where a field is None."""

    asr: Model | None = None
    wake: Sequence[Model] | None = None
    tts: Model | None = None
    intent: bool = False
    handle: bool = False


def info(offer: Offer) -> Info:
    """The description that is sent."""
    return Info(
        asr=[] if offer.asr is None else [_asr(offer.asr)],
        wake=[] if offer.wake is None else [_wake(offer.wake)],
        tts=[] if offer.tts is None else [_tts(offer.tts)],
        intent=[_intent()] if offer.intent else [],
        handle=[_handle()] if offer.handle else [],
    )


def version_of(package: str) -> str | None:
    """The version that is installed; None where it is not."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _asr(model: Model) -> AsrProgram:
    part = model.part
    return AsrProgram(
        name=NAME,
        attribution=LARES,
        installed=True,
        description=f"Lares hears with {part.description}, and expects the names of the home",
        version=version_of(NAME),
        models=[
            AsrModel(
                name=model.name,
                attribution=part.attribution,
                installed=True,
                description=model.description,
                version=part.version,
                languages=LANGUAGES,
            )
        ],
        supports_transcript_streaming=True,
    )


def _wake(models: Sequence[Model]) -> WakeProgram:
    return WakeProgram(
        name=NAME,
        attribution=LARES,
        installed=True,
        description="Wake words of Lares",
        version=version_of(NAME),
        models=[
            WakeModel(
                name=model.name,
                attribution=model.part.attribution,
                installed=True,
                description=model.description,
                version=model.part.version,
                languages=LANGUAGES,
                phrase=model.description,
            )
            for model in models
        ],
    )


def _tts(model: Model) -> TtsProgram:
    return TtsProgram(
        name=NAME,
        attribution=LARES,
        installed=True,
        description="Lares speaks with Piper",
        version=version_of(NAME),
        voices=[
            TtsVoice(
                name=model.name,
                attribution=model.part.attribution,
                installed=True,
                description=model.description,
                version=model.part.version,
                languages=VOICE_LANGUAGES,
            )
        ],
        supports_synthesize_streaming=True,
    )


def _intent() -> IntentProgram:
    return IntentProgram(
        name=NAME,
        attribution=LARES,
        installed=True,
        description="Lares understands commands to a home",
        version=version_of(NAME),
        models=[
            IntentModel(
                name="tagger",
                attribution=LARES,
                installed=True,
                description="Intents and slots as Home Assistant names them",
                version=version_of(NAME),
                languages=LANGUAGES,
            )
        ],
    )


def _handle() -> HandleProgram:
    return HandleProgram(
        name=NAME,
        attribution=LARES,
        installed=True,
        description="Lares carries out commands to a home",
        version=version_of(NAME),
        models=[
            HandleModel(
                name="assistant",
                attribution=LARES,
                installed=True,
                description="Whatever can be said to Lares",
                version=version_of(NAME),
                languages=LANGUAGES,
            )
        ],
        supports_home_control=True,
    )
