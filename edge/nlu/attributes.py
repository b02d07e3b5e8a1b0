"""What is asked of a thing beside its state: how bright it is, what it plays, how full it is.

The word that asks is marked `attribute` ("how [bright] is the lamp", "what [song] is playing") and
stands for one of `ATTRIBUTES`. Some questions have no such word of their own: "how far is the blind
open" asks for a position, "is the radio muted" for a volume, "what's on the radio" for what it
plays. What a kind is called may ask too: "Rosie's [battery]" is no sensor where Rosie is a vacuum.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from edge.home.colors import color_rgb
from edge.home.graph import Entity
from edge.nlu.heard import Heard
from edge.nlu.kinds import COVER_STATES, classes_told_by, state_of
from edge.nlu.matching import normalised, singular_text


@dataclass(frozen=True, slots=True)
class Attribute:
    """Something that some things have, and how people ask for it."""

    words: frozenset[str]
    """In the singular."""
    domains: tuple[str, ...]
    """What has it; the first one is meant where nothing is named."""
    sensors: frozenset[str] = frozenset()
    """Device classes of the sensors that measure the same."""


ATTRIBUTES: Mapping[str, Attribute] = {
    "brightness": Attribute(
        frozenset({"bright", "brightness", "dim", "dimmed", "dark", "light level", "lit"}),
        ("light",),
        frozenset({"illuminance"}),
    ),
    "color": Attribute(
        frozenset({"color", "colour", "hue", "shade", "color temperature", "colour temperature"}),
        ("light",),
    ),
    "volume": Attribute(
        frozenset({"volume", "volume level", "loud", "loudness", "quiet", "sound level"}),
        ("media_player",),
        frozenset({"volume", "volume_storage", "volume_flow_rate", "sound_pressure"}),
    ),
    "position": Attribute(
        frozenset({"position", "open", "opened", "closed", "far", "wide", "far open", "wide open"}),
        ("cover", "valve"),
    ),
    "speed": Attribute(
        frozenset({"speed", "fast", "slow", "quick", "speed level", "setting"}),
        ("fan",),
        frozenset({"speed", "wind_speed"}),
    ),
    "media": Attribute(
        frozenset({"playing", "play", "song", "track", "tune", "music", "title", "artist"}),
        ("media_player",),
    ),
    "battery": Attribute(
        frozenset({"battery", "battery level", "charge", "charged", "juice", "full"}),
        ("vacuum", "lawn_mower"),
        frozenset({"battery"}),
    ),
}
"""By the value of the slot `attribute`."""

_USUAL = {
    "light": "brightness", "media_player": "volume", "cover": "position", "valve": "position",
    "fan": "speed", "vacuum": "battery", "lawn_mower": "battery",
}  # fmt: skip
"""The attribute of a domain that is in percent."""
_BY_WORD = {word: name for name, each in ATTRIBUTES.items() for word in each.words}
_HOW_FAR = re.compile(r"\bhow (?:far|wide|much)\b")
_STATES = {
    **dict.fromkeys(("muted", "unmuted", "mute", "on mute", "silenced", "loud"), "volume"),
    **dict.fromkeys(("fast", "slow"), "speed"),
}
"""Words that are marked as a state, and ask for an attribute."""
_WHAT_IS_ON = re.compile(r"^(?:tell me )?what(?:['’]?s| is) on\b")
_WORDINGS = (
    (re.compile(r"\bhow far (?:up|down|open|closed|shut) (?:is|are)\b"), "position"),
    (
        re.compile(
            rf"{_WHAT_IS_ON.pattern} (?:[\w' ]+ )?(?:tv|telly|television|radio|stereo|speakers?)\b"
        ),
        "media",
    ),
    (
        re.compile(
            r"^(?:tell me |do you know )?(?:what(?:['’]?s| is| are)\b"
            r"|(?:what|which) (?:song|music|track|tune|album|artist|station)\b).*\bplaying\b"
        ),
        "media",
    ),
)
"""Questions without a marked word, and the attribute they ask for."""
_HOW_MUCH = re.compile(r"\b(?:what|which|how many) (?:percent|percentage|level)\b")


def attribute_of(heard: Heard) -> str | None:
    """The attribute that a question asks for, whatever it is about; None where it asks for none."""
    for span in heard.labelled("attribute"):
        if (name := attribute_called(span.text)) is not None:
            return name
    for wording, name in _WORDINGS:
        if wording.search(heard.text):
            return name
    for span in heard.labelled("state"):
        said = normalised(span.text)
        if said in _STATES:
            return _STATES[said]
        if said.rpartition(" ")[2] in COVER_STATES and _HOW_FAR.search(heard.text):
            return "position"
    return None


def attribute_called(text: str) -> str | None:
    """The attribute that some words stand for, by all of them or by one ("charge level")."""
    said = singular_text(normalised(text))
    return next((_BY_WORD[word] for word in (said, *said.split()) if word in _BY_WORD), None)


def has(entity: Entity, attribute: str) -> bool:
    """Whether an attribute can be asked of an entity: of what has it, and of what measures it."""
    asked = ATTRIBUTES[attribute]
    if entity.domain == "sensor" or (entity.domain == "binary_sensor" and attribute == "battery"):
        return entity.device_class in asked.sensors
    return entity.domain in asked.domains


def implied(entity: Entity, heard: Heard) -> str | None:
    """The attribute of an entity that a question asks for by other words: "is the lamp blue"."""
    if entity.domain in {"sensor", "binary_sensor"}:
        return None
    for span in heard.labelled("device_class", "domain"):
        name = attribute_called(span.text)
        if name is not None and has(entity, name):
            return name
    states = [normalised(span.text) for span in heard.labelled("state")]
    for said in states:
        ends = (said, said.rpartition(" ")[2])
        if not any(state_of(entity.domain, entity.device_class, end) for end in ends):
            name = "color" if color_rgb(said) is not None else attribute_called(said)
            name = "battery" if "battery" in classes_told_by(said) else name
            if name is not None and has(entity, name):
                return name
    if entity.domain == "media_player" and not states and _WHAT_IS_ON.match(heard.text):
        return "media"
    return _USUAL.get(entity.domain) if _HOW_MUCH.search(heard.text) else None
