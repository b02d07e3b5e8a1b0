"""The types that pass between the parts of Lares, in the order in which a spoken command becomes
them.

    AudioFrame → Utterance → Transcript → Tagging → Intent → Action → Outcome

A microphone yields frames; wake word and endpointing cut them into one utterance; speech to text
makes it a transcript; the tagger marks its words; the resolver makes them intents about things that
exist; a skill turns each intent into actions; devices confirm them, and what happened is the
outcome. All are immutable. Names of intents, slots, services, states and attributes are Home
Assistant's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16_000
"""Samples a second of all sound inside Lares."""
FRAME_SAMPLES = 160
"""Samples in one frame: 10 ms."""

Samples = NDArray[np.int16]
"""Mono 16-bit sound, shape (n,), at SAMPLE_RATE."""
SlotValue = str | int | float | bool
Attributes = Mapping[str, Any]


class LaresError(Exception):
    """Something that the user can act on. The message says what was expected, what was found, what
    to do."""


@dataclass(frozen=True, slots=True, eq=False)
class AudioFrame:
    """Ten milliseconds of sound as a microphone gives it."""

    samples: Samples
    """Shape (160,)."""
    time: float
    """Seconds from the start of the source to the first sample."""


@dataclass(frozen=True, slots=True, eq=False)
class Utterance:
    """The sound of one command, from just before its first word to its endpoint."""

    samples: Samples
    start: float
    """Source time of the first sample, in seconds."""
    speech_end: float
    """Source time at which the last speech ended, in seconds; what follows is trailing silence."""
    ended_by: Literal["silence", "limit", "source"]
    """Why it ended: silence, the time limit, or the end of the source."""
    wake_word: str | None = None
    """The wake word that opened it; None for push-to-talk and `--no-wake`."""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One of the texts that an utterance may be."""

    text: str
    score: float
    """Log probability of the whole text, at most 0; to be compared within one utterance only."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """The words of an utterance, as one engine heard them."""

    text: str
    """Empty when the engine heard nothing that it takes for a command."""
    engine: str
    """"vosk", "whisper", "pocketsphinx" or "text" (typed)."""
    confidence: float = 1.0
    """0 to 1."""
    hypotheses: tuple[Hypothesis, ...] = ()
    """What it may have been instead, and `text` itself, the likeliest first; of an engine that
    tells. With an empty text: what it may have been, but is not taken for."""


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a text that fills a slot: `text == whole[start:end]`."""

    label: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Tagging:
    """What the tagger thinks of a text: one intent, the spans that fill its slots, and how sure it
    is."""

    text: str
    intent: str
    """A Home Assistant intent, or `OUT_OF_SCOPE`."""
    confidence: float
    """Calibrated probability of the intent, 0 to 1."""
    spans: tuple[Span, ...] = ()


OUT_OF_SCOPE = "OutOfScope"
"""The tagger's class for what is not a command for a home."""


@dataclass(frozen=True, slots=True)
class Intent:
    """What is meant: Home Assistant's intent, canonical slot values, and the entities it is
    about."""

    name: str
    slots: Mapping[str, SlotValue] = field(default_factory=dict)
    """Names of entities, areas and floors as the home writes them; numbers as numbers."""
    targets: tuple[str, ...] = ()
    """Entity ids meant, in the home's order; empty for an intent that has none (a timer)."""
    confidence: float = 1.0
    source: Literal["tagger", "llm", "dialogue", "domain", "need"] = "tagger"


@dataclass(frozen=True, slots=True)
class Understanding:
    """All that a text means. `question` is what must be asked before anything is done."""

    intents: tuple[Intent, ...] = ()
    question: str | None = None
    """A sentence for the speaker, such as "Which lamp do you mean, Desk Lamp or Floor Lamp?"."""
    candidates: tuple[str, ...] = ()
    """Entity ids between which the question asks."""
    offers: bool = False
    """The question asks whether to do what the intents say."""


@dataclass(frozen=True, slots=True)
class EntityState:
    """An entity's state as Home Assistant writes it: brightness 0–255, volume_level 0–1, °C,
    percent."""

    state: str
    attributes: Attributes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Action:
    """One service call on one entity, in Home Assistant's words."""

    service: str
    """"domain.service", for example "light.turn_on"."""
    entity_id: str
    data: Mapping[str, Any] = field(default_factory=dict)
    """The service's fields, for example {"brightness": 128}."""
    expect: EntityState | None = None
    """What confirms the action: this state (when not empty) and these attributes (numbers within 1
    % of the
    range). None: nothing comes back (a media "next")."""


@dataclass(frozen=True, slots=True)
class Message:
    """One MQTT message."""

    topic: str
    payload: str
    retain: bool = False


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer as it is at one moment."""

    id: str
    start_s: int
    """What it was set to, in seconds; what was added since does not count."""
    left_s: float
    name: str = ""
    conversation: str = ""
    """Where it was set, and where it is told that it has run out: a satellite's name."""
    area: str | None = None
    """Id or name of the area where it was set."""
    command: str = ""
    """What is carried out when it has run out, in words."""
    intents: tuple[Intent, ...] = ()
    """And what was meant by that where it was said."""
    active: bool = True
    """False while it is paused."""


TimerOrderKind = Literal["start", "cancel", "change", "pause", "resume"]


@dataclass(frozen=True, slots=True)
class TimerOrder:
    """What is to become of a timer."""

    kind: TimerOrderKind
    id: str = ""
    """Which one; "" for one that is started."""
    seconds: int = 0
    """How long it runs, or by how much it runs longer (shorter where negative)."""
    name: str = ""
    command: str = ""
    intents: tuple[Intent, ...] = ()
    """What the command means."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a skill returns: what to do, and what to say when it was done."""

    actions: tuple[Action, ...] = ()
    speech: str = ""
    timers: tuple[TimerOrder, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened after an utterance or a text, and how it came to be."""

    transcript: Transcript
    intents: tuple[Intent, ...] = ()
    changes: Mapping[str, EntityState] = field(default_factory=dict)
    """Entities whose state changed, with the new state in full."""
    published: tuple[Message, ...] = ()
    speech: str = ""
    asked: bool = False
    """The speech is a question to the speaker."""
    unanswered: bool = False
    """Nothing was understood."""
    told: bool = False
    """The speech was said already, while it was being written."""
    refused: str | None = None
    """Why the privacy policy refused."""
    failed: tuple[str, ...] = ()
    """Entity ids that did not confirm in time."""
    ms: Mapping[str, float] = field(default_factory=dict)
    """Milliseconds of each stage: stt, tagger, resolver, skill, publish, confirm."""
