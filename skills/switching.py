"""On and off, for every domain: HassTurnOn, HassTurnOff and HassToggle.

Home Assistant says HassTurnOn for "open the blinds" and "lock the door" too, and HassTurnOff for
their opposites. Which service that is, and which state confirms it, depends on the domain.
"""

from __future__ import annotations

from dataclasses import dataclass

from edge.home.graph import Entity
from edge.types import Action, Answer, EntityState, Intent
from skills.skill import House, Skill
from skills.wording import NOBODY, sentence, the, things


@dataclass(frozen=True, slots=True)
class Deed:
    """What an intent is to one domain."""

    service: str
    """Without the domain."""
    done: str
    """What is said of the entities when it is done: "turned on {}"."""
    state: str | None
    """The state that confirms it; None where no known one follows."""


_ON_OFF = {
    "HassTurnOn": Deed("turn_on", "turned on {}", "on"),
    "HassTurnOff": Deed("turn_off", "turned off {}", "off"),
}
_OFF_KNOWN = {**_ON_OFF, "HassTurnOn": Deed("turn_on", "turned on {}", None)}
_PRESS = {"HassTurnOn": Deed("press", "pressed {}", None)}

_SWITCHED = (
    "automation", "camera", "fan", "group", "humidifier", "input_boolean", "light", "remote",
    "siren", "switch",
)  # fmt: skip
_WITHOUT_ON = ("climate", "media_player", "water_heater")
"""Domains that have many states for "on"."""

DEEDS: dict[str, dict[str, Deed]] = {
    **dict.fromkeys(_SWITCHED, _ON_OFF),
    **dict.fromkeys(_WITHOUT_ON, _OFF_KNOWN),
    "cover": {
        "HassTurnOn": Deed("open_cover", "opened {}", "open"),
        "HassTurnOff": Deed("close_cover", "closed {}", "closed"),
    },
    "valve": {
        "HassTurnOn": Deed("open_valve", "opened {}", "open"),
        "HassTurnOff": Deed("close_valve", "closed {}", "closed"),
    },
    "lock": {
        "HassTurnOn": Deed("lock", "locked {}", "locked"),
        "HassTurnOff": Deed("unlock", "unlocked {}", "unlocked"),
    },
    "vacuum": {
        "HassTurnOn": Deed("start", "started {}", "cleaning"),
        "HassTurnOff": Deed("return_to_base", "sent {} home", "returning"),
    },
    "lawn_mower": {
        "HassTurnOn": Deed("start_mowing", "started {}", "mowing"),
        "HassTurnOff": Deed("dock", "sent {} home", None),
    },
    "scene": {"HassTurnOn": Deed("turn_on", "activated {}", None)},
    "script": {
        "HassTurnOn": Deed("turn_on", "started {}", None),
        "HassTurnOff": Deed("turn_off", "stopped {}", None),
    },
    "button": _PRESS,
    "input_button": _PRESS,
}
"""What HassTurnOn and HassTurnOff are, by domain."""


_AT_REST = frozenset({"off", "closed", "closing", "idle", "standby", "docked", "paused"})
"""States that a toggle ends by turning on."""
_FAILED = {"HassTurnOn": "turned on", "HassTurnOff": "turned off", "HassToggle": "toggled"}


def handle(intent: Intent, house: House) -> Answer:
    """Turn on or off, open or close, lock or unlock; what cannot be is left out."""
    entities = house.targets(intent)
    if not entities:
        return NOBODY
    deeds = [(entity, _deed(entity, intent, house)) for entity in entities]
    doable = [(entity, deed) for entity, deed in deeds if deed is not None]
    if not doable:
        return Answer(speech=sentence(f"{the(entities[0])} can't be {_FAILED[intent.name]}"))
    return Answer(tuple(_action(entity, deed) for entity, deed in doable), _speech(doable, intent))


def _deed(entity: Entity, intent: Intent, house: House) -> Deed | None:
    """What an intent is to an entity; a toggle turns on what is at rest. Locks are not toggled."""
    deeds = DEEDS.get(entity.domain, {})
    if intent.name != "HassToggle":
        return deeds.get(intent.name)
    if entity.domain == "lock":
        return None
    return deeds.get("HassTurnOn" if house.state(entity).state in _AT_REST else "HassTurnOff")


def _action(entity: Entity, deed: Deed) -> Action:
    expect = EntityState(deed.state) if deed.state is not None else None
    return Action(f"{entity.domain}.{deed.service}", entity.id, expect=expect)


def _speech(doable: list[tuple[Entity, Deed]], intent: Intent) -> str:
    """One verb for all: "Turned off 3 lights in the kitchen.", "Activated party mode."."""
    said = {deed.done for _, deed in doable}
    done = said.pop() if len(said) == 1 else "switched {}"
    return sentence(done.format(things([entity for entity, _ in doable], intent)))


SWITCHING = Skill(
    name="switching",
    intents=("HassTurnOn", "HassTurnOff", "HassToggle"),
    permissions=frozenset(
        f"{domain}.{deed.service}" for domain, deeds in DEEDS.items() for deed in deeds.values()
    ),
    handle=handle,
)
