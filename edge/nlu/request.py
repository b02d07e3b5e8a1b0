"""A command on its way to its meaning: what was heard, and what it can be about.

The intent's name allows some domains; the verb narrows them, because HassTurnOn stands for turning
on, opening and locking alike, and so does a noun. Nothing here looks for entities.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from edge.home.graph import Area, Entity
from edge.home.states import States
from edge.nlu.finding import Lexicon
from edge.nlu.found import Noun
from edge.nlu.heard import Heard
from edge.nlu.kinds import DOMAINS_OF_INTENT, DOMAINS_OF_VERB, INTENT_OF_VERB, LOCKING
from edge.types import Intent, SlotValue

SWITCHING = frozenset({"HassTurnOn", "HassTurnOff", "HassToggle"})
BY_VERB = SWITCHING | {"HassSetPosition"}
"""Intents that a verb narrows down, and in which Home Assistant has a slot for the kind."""

_DEFAULT_DOMAIN = {
    "HassTurnOn": "light",
    "HassTurnOff": "light",
    "HassToggle": "light",
    "HassSetPosition": "cover",
    "HassClimateGetTemperature": "climate",
}
"""What is meant where only a place is said."""
_ROAMING = frozenset({"vacuum", "lawn_mower"})
_PLAYING, _PAUSED = frozenset({"playing", "buffering"}), frozenset({"paused"})
_AT_WORK = (_PLAYING, _PAUSED)
_ACTIVE = {
    "HassGetState": _AT_WORK,
    "HassMediaPause": (_PLAYING,),
    "HassMediaUnpause": (_PAUSED,),
    "HassMediaNext": _AT_WORK,
    "HassMediaPrevious": _AT_WORK,
    "HassSetVolume": _AT_WORK,
    "HassSetVolumeRelative": _AT_WORK,
    "HassMediaPlayerMute": _AT_WORK,
    "HassMediaPlayerUnmute": _AT_WORK,
}
"""States that make a media player the one that is meant, the likeliest first."""


@dataclass(frozen=True, eq=False)
class Request:
    """One command."""

    intent: str
    confidence: float
    heard: Heard
    values: dict[str, SlotValue]
    """The slots that need no home."""
    states: States
    speaker: Area | None
    """Where it was said."""

    @property
    def domains(self) -> frozenset[str]:
        """What the request can be about: with "lock" or "unlock" locks alone, else all but locks.

        "Turn off the front door" must not unlock it.
        """
        allowed = DOMAINS_OF_INTENT[self.intent]
        if self.intent not in SWITCHING:
            return allowed
        return frozenset({"lock"}) if self.heard.verb in {"lock", "unlock"} else allowed - {"lock"}

    @property
    def likely(self) -> frozenset[str]:
        """What the verb is usually said of: covers and valves are opened and closed."""
        said = DOMAINS_OF_VERB.get(self.heard.verb or "", frozenset())
        return said & self.domains if self.intent in BY_VERB else frozenset()

    def fits(self, entity: Entity) -> bool:
        """Whether the request can be about an entity."""
        if self.intent == "HassClimateGetTemperature" and entity.domain == "sensor":
            return entity.device_class == "temperature"
        return entity.domain in self.domains

    def meaning(self, noun: Noun | None) -> tuple[str, str | None]:
        """The domain and device class that a noun means here; the usual ones without a noun."""
        domains = self.domains
        if noun is not None:
            kind = noun.kind
            if kind.lockable and domains == {"lock"}:
                return "lock", None
            if kind.domain in domains:
                return kind.domain, None
            if kind.cover is not None and "cover" in domains:
                return "cover", kind.cover
        default = _DEFAULT_DOMAIN.get(self.intent)
        if self.likely or default not in domains:
            return min(self.likely or domains), None
        return default, None

    @property
    def whole_home(self) -> bool:
        """All in the home are meant: "everywhere", or "all" without "here"."""
        return self.heard.everywhere or (self.heard.all and not self.heard.here)

    def is_about(self, noun: Noun) -> bool:
        """Whether the request can be about the kind of thing that a noun says."""
        domain, _ = self.meaning(noun)
        return domain == noun.kind.domain or (domain == "cover" and noun.kind.cover is not None)

    def kind_slots(
        self, domain: str, device_class: str | None, *, placed: bool
    ) -> dict[str, SlotValue]:
        """The slots that say the kind, where Home Assistant has them.

        `placed`: an area or floor is said. Of locks unlocked in a place, and of fans turned off in
        the whole home, Home Assistant says with the name "all" that each is meant.
        """
        if self.intent not in BY_VERB:
            return {}
        slots: dict[str, SlotValue] = {"domain": domain}
        if device_class is not None:
            slots["device_class"] = device_class
        if self.intent == "HassTurnOff" and (
            (domain == "lock" and placed) or (domain == "fan" and not placed and self.whole_home)
        ):
            slots["name"] = "all"
        return slots

    def active(self, entities: tuple[Entity, ...]) -> tuple[Entity, ...]:
        """The media players that do something, where one of them is meant; otherwise all."""
        now = {entity.id: self.states.get(entity.id) or entity.state for entity in entities}
        for wanted in _ACTIVE.get(self.intent, ()):
            active = tuple(e for e in entities if now[e.id].state in wanted)
            if active:
                return active
        return entities

    @property
    def roams(self) -> bool:
        """It is about what goes from room to room: a place is where to work, not where it is."""
        return self.domains <= _ROAMING

    def nouns(self, lexicon: Lexicon) -> tuple[Noun, ...]:
        """The kinds of things that spans name; "lock" as a verb only when it stands alone."""
        found = (lexicon.noun(s.text) for s in self.heard.labelled("domain", "device_class"))
        nouns = [noun for noun in found if noun is not None]
        return self.likeliest(nouns)

    def likeliest(self, nouns: Sequence[Noun]) -> tuple[Noun, ...]:
        """Kinds of things in their order, but first those that the request can be about.

        "Lock" as a verb counts only when it stands alone.
        """
        things = [noun for noun in nouns if noun.text.lower() not in LOCKING] or list(nouns)
        return tuple(sorted(things, key=lambda noun: noun.kind.domain not in self.domains))

    def made(self, slots: dict[str, SlotValue], entities: Sequence[Entity] = ()) -> Intent:
        """The intent with these slots, about these entities."""
        return Intent(
            name=self._name_for(entities),
            slots={**slots, **self.values},
            targets=tuple(entity.id for entity in entities),
            confidence=self.confidence,
        )

    def _name_for(self, entities: Sequence[Entity]) -> str:
        """The intent; of locks, covers and valves the one that the verb says."""
        opened = {"lock", "cover", "valve"}
        if (
            self.intent in {"HassTurnOn", "HassTurnOff"}
            and entities
            and all(e.domain in opened for e in entities)
        ):
            return INTENT_OF_VERB.get(self.heard.verb or "", self.intent)
        return self.intent


VALUE_OF = {
    "light": ("HassLightSet", "brightness"),
    "cover": ("HassSetPosition", "position"),
    "valve": ("HassSetPosition", "position"),
    "fan": ("HassFanSetSpeed", "percentage"),
    "media_player": ("HassSetVolume", "volume_level"),
    "climate": ("HassClimateSetTemperature", "temperature"),
}
"""Domain → the intent that sets its value, and the value's slot."""
_OF_ANOTHER_MACHINE = {
    ("HassVacuumReturnToBase", "lawn_mower"): "HassLawnMowerDock",
    ("HassVacuumStart", "lawn_mower"): "HassLawnMowerStartMowing",
    ("HassTurnOn", "lawn_mower"): "HassLawnMowerStartMowing",
    ("HassLawnMowerDock", "vacuum"): "HassVacuumReturnToBase",
    ("HassLawnMowerStartMowing", "vacuum"): "HassVacuumStart",
    **{
        ("HassStopMoving", domain): "HassTurnOff"
        for domain in ("switch", "fan", "light", "climate", "humidifier", "script")
    },
    ("HassStopMoving", "media_player"): "HassMediaPause",
    ("HassStopMoving", "vacuum"): "HassVacuumReturnToBase",
}
_STEP_OF = {"media_player": ("HassSetVolumeRelative", "volume_step")}
_PERCENT = frozenset({"brightness", "position", "percentage", "volume_level"})


def refitted(request: Request, entity: Entity) -> Request | None:
    """The request as it is meant of an entity: "set the awning to 30 percent" sets no brightness.

    None where what was said is no value or step that such an entity has.
    """
    same = _OF_ANOTHER_MACHINE.get((request.intent, entity.domain))
    if same is not None:
        return replace(request, intent=same)
    if entity.domain not in VALUE_OF or len(request.values) != 1:
        return None
    ((slot, value),) = request.values.items()
    intent, own = VALUE_OF[entity.domain]
    if slot.endswith("_step"):
        intent, own = _STEP_OF.get(entity.domain, (intent, f"{own}_step"))
        percent = slot.removesuffix("_step") in {*_PERCENT, "volume"}
        fits = (entity.domain == "climate") != percent
    else:
        fits = slot in {*_PERCENT, "temperature"}
        fits = fits and (entity.domain == "climate" or 0 <= float(value) <= 100)
    return replace(request, intent=intent, values={own: value}) if fits else None
