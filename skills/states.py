"""Questions about states: HassGetState.

A single thing asked by name is answered with yes or no where a state was asked for, and with its
state otherwise. Several are counted and named in one sentence, which answers "are any", "are all",
"which" and "how many" alike: "2 of 5 lights in the kitchen are on: the counter light and the hood."
What is asked of a thing beside its state is told by `attributes`, what is on a list by `lists`.
"""

from __future__ import annotations

from collections.abc import Sequence

from edge.home.graph import Entity
from edge.types import Answer, Intent
from skills import attributes, lists
from skills.skill import House, Skill
from skills.wording import be, counted, listed, noun, number, place, plural, sentence, the

_NAMED = 4
"""So many things are named; more are counted."""
_UNKNOWN = frozenset({"unknown", "unavailable", ""})

_OPEN = ("open", "closed")
_SEEN = ("detected", "clear")
BINARY_WORDS = {
    "battery": ("low", "normal"),
    "battery_charging": ("charging", "not charging"),
    "carbon_monoxide": _SEEN,
    "cold": ("cold", "normal"),
    "connectivity": ("connected", "disconnected"),
    "door": _OPEN,
    "garage_door": _OPEN,
    "gas": _SEEN,
    "heat": ("hot", "normal"),
    "light": ("bright", "dark"),
    "lock": ("unlocked", "locked"),
    "moisture": ("wet", "dry"),
    "motion": _SEEN,
    "moving": ("moving", "still"),
    "occupancy": ("occupied", "clear"),
    "opening": _OPEN,
    "plug": ("plugged in", "unplugged"),
    "power": ("powered", "without power"),
    "presence": ("home", "away"),
    "problem": ("reporting a problem", "OK"),
    "running": ("running", "not running"),
    "safety": ("unsafe", "safe"),
    "smoke": _SEEN,
    "sound": _SEEN,
    "tamper": ("tampered with", "clear"),
    "update": ("out of date", "up to date"),
    "vibration": ("vibrating", "still"),
    "window": _OPEN,
}
"""What on and off are called, by device class of binary sensor (Home Assistant's names)."""
_AT_REST = {
    "climate": frozenset({"off"}),
    "lawn_mower": frozenset({"docked", "idle", "off"}),
    "media_player": frozenset({"off", "standby"}),
    "vacuum": frozenset({"docked", "idle", "off"}),
    "water_heater": frozenset({"off"}),
}
"""By domain whose states are more than on and off: those that count as off."""
_AS_GOOD_AS = {"playing": frozenset({"buffering"})}
"""By state: what else is one."""


def handle(intent: Intent, house: House) -> Answer:
    """Answer from the states as they are now."""
    entities = house.targets(intent)
    if intent.slots.get("domain") == "todo" or any(e.domain == "todo" for e in entities):
        return Answer(speech=lists.tell(intent, house))
    if not entities:
        return Answer(speech=_nothing(intent))
    attribute = intent.slots.get("attribute")
    if attribute in attributes.ATTRIBUTES:
        return Answer(speech=attributes.tell(str(attribute), entities, intent, house))
    wanted = intent.slots.get("state")
    if len(entities) == 1 and ("name" in intent.slots or wanted is None or _is_thing(entities[0])):
        return Answer(speech=_one(entities[0], str(wanted) if wanted else None, house))
    if wanted is None:
        told = [_plain(entity, house) for entity in entities[:_NAMED]]
        return Answer(speech=sentence(listed(told)))
    return Answer(speech=_several(entities, str(wanted), intent, house))


def _is_thing(entity: Entity) -> bool:
    """Whether a question about its kind, of which it is the only one, is as one by its name."""
    return entity.domain not in {"binary_sensor", "person"}


def _one(entity: Entity, wanted: str | None, house: House) -> str:
    state = house.state(entity).state
    if state in _UNKNOWN:
        return sentence(f"I don't know the state of {the(entity)}")
    answer = sentence(_plain(entity, house))
    if wanted is None:
        return answer
    yes = _is(entity, wanted, house)
    return f"{'Yes' if yes else 'No'}, {_plain(entity, house)}."


def _is(entity: Entity, wanted: str, house: House) -> bool:
    """Whether an entity is in a state, of a sensor also by its class's word: a window is open.

    A radio that plays is on, and so is heating that heats.
    """
    state = house.state(entity).state.casefold()
    at_rest = _AT_REST.get(entity.domain)
    if at_rest is not None and wanted in {"on", "off"}:
        return state not in _UNKNOWN and (state in at_rest) == (wanted == "off")
    if state in _AS_GOOD_AS.get(wanted.casefold(), ()):
        return True
    words = {state, _word(entity, state)} if entity.domain == "binary_sensor" else {state}
    return wanted.casefold() in words


def _several(entities: Sequence[Entity], wanted: str, intent: Intent, house: House) -> str:
    """How many are as asked, and which: "No curtains in the office are open."."""
    hits = [entity for entity in entities if _is(entity, wanted, house)]
    word = _word(entities[0], wanted)
    where = place(intent)
    what = f"{plural(noun(entities), len(entities))}{f' {where}' if where else ''}"
    if entities[0].domain == "person":
        return _people(hits, word)
    if not hits:
        return sentence(f"no {what} {'is' if len(entities) == 1 else 'are'} {word}")
    names = listed([the(entity) for entity in hits])
    if len(entities) == 1:
        return f"Yes, {names} {be(hits[0])} {word}."
    if len(hits) == len(entities):
        return sentence(counted(noun(entities), len(hits), where, word))
    verb = "is" if len(hits) == 1 else "are"
    which = f": {names}" if len(hits) <= _NAMED else ""
    return sentence(f"{len(hits)} of {len(entities)} {what} {verb} {word}{which}")


def _people(hits: Sequence[Entity], word: str) -> str:
    if not hits:
        return f"Nobody is {word}."
    return sentence(f"{listed([e.name for e in hits])} {'is' if len(hits) == 1 else 'are'} {word}")


def _plain(entity: Entity, house: House) -> str:
    """An entity and its state as a clause: "the garage door is closed"."""
    state = house.state(entity)
    value = _word(entity, state.state)
    unit = state.attributes.get("unit_of_measurement")
    if unit:
        spaced = "" if unit in {"%", "°C", "°F", "°"} else " "
        value = f"{_tidied(value)}{spaced}{unit}"
    if entity.domain == "person":
        at = value if value in {"home", "away"} else f"at {value}"
        return f"{entity.name} is {at}"
    if entity.domain == "climate":
        return _thermostat(entity, house)
    return f"{the(entity)} {be(entity)} {value}"


def _thermostat(entity: Entity, house: House) -> str:
    state = house.state(entity)
    target = state.attributes.get("temperature")
    if state.state == "off":
        return f"{the(entity)} is off"
    if target is None:
        return f"{the(entity)} is set to {_word(entity, state.state)}"
    return f"{the(entity)} is set to {number(float(target))} degrees"


def _word(entity: Entity, state: str) -> str:
    """A state as people say it."""
    if entity.domain == "binary_sensor" and state in {"on", "off"}:
        device_class = entity.device_class or ""
        on, off = BINARY_WORDS.get(device_class, ("on", "off"))
        return on if state == "on" else off
    return {"not_home": "away"}.get(state, state.replace("_", " "))


def _tidied(value: str) -> str:
    try:
        return number(round(float(value), 2))
    except ValueError:
        return value


def _nothing(intent: Intent) -> str:
    domain = str(intent.slots.get("domain") or "device")
    kind = str(intent.slots.get("device_class") or domain)
    if "sensor" in domain and kind != domain:
        kind += " sensor"
    where = place(intent) or "in this home"
    return sentence(f"I know no {kind.replace('_', ' ')} {where}")


STATES = Skill(name="states", intents=("HassGetState",), permissions=frozenset(), handle=handle)
