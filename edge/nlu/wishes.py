"""What is done for a need in this home: Home Assistant's intents, which the skills carry out.

For each need there is one function: it looks at what is there, first of all in the speaker's room,
and at the states that it has, and chooses the modest thing that helps. Nothing here unlocks, opens
a door, a gate or a garage, or touches a siren or an alarm; `is_safe` holds every intent to that
once more. Where nothing in the home can help, that is said, and nothing is done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from edge.home.graph import Home
from edge.home.states import States
from edge.nlu import wishes_air, wishes_comings, wishes_light, wishes_sound, wishes_work
from edge.nlu.finding import Lexicon
from edge.nlu.found import Place
from edge.nlu.needs import Need
from edge.nlu.situation import Situation, left_out_of, places_in
from edge.types import Intent, Understanding

OFFERS: Mapping[str, str] = {
    "more_light": "make it brighter",
    "less_light": "make it darker",
    "glare": "keep the light out",
    "warmer": "make it warmer",
    "cooler": "make it cooler",
    "less_draught": "do something about the draught",
    "fresh_air": "freshen the air",
    "drier_air": "make the air drier",
    "moister_air": "make the air moister",
    "quieter": "make it quieter",
    "louder": "make it louder",
    "other_song": "play something else",
    "music": "play some music",
    "watch": "get the room ready for watching",
    "relax": "make it cosier",
    "work": "make it brighter for your work",
    "dinner": "get the room ready for the meal",
    "guests": "get the room ready for your guests",
    "leave": "turn everything off and lock up",
    "leave_long": "turn everything off, lock up and heat less",
    "arrive": "turn on a light for you",
    "sleep": "turn things off for the night",
    "wake": "get the room ready for the day",
    "child_sleeps": "make it dark and quiet for the child",
    "secure": "lock up",
    "clean_floor": "have the floor cleaned",
    "stop_cleaning": "stop the cleaning",
    "water_garden": "water the garden",
    "stop_watering": "stop the watering",
    "mow": "have the lawn mowed",
    "hot_drink": "turn on the machine for your drink",
    "bathe": "get the bathroom ready",
    "rain": "close what the rain would come in by",
    "dry_things": "dry it",
}
"""What is offered for a need that is likely and not sure: "Shall I make it brighter?"."""
WHERE = "I don't know which room you are in. Say it with the room."
UNCLEAR_EXCEPTION = "I don't know what to leave as it is, so I did nothing."
Wish = Callable[[Situation], tuple[Intent, ...] | str]
"""What is done for a need; or what is said where nothing can be done."""

WISHES: Mapping[str, Wish] = {
    **wishes_light.WISHES,
    **wishes_air.WISHES,
    **wishes_sound.WISHES,
    **wishes_comings.WISHES,
    **wishes_work.WISHES,
}
"""By the name of the need."""
_SERVED_BY: Mapping[str, frozenset[str]] = {
    "more_light": frozenset({"light"}),
    "less_light": frozenset({"light", "cover"}),
    "glare": frozenset({"cover", "light"}),
    "warmer": frozenset({"climate", "fan", "switch"}),
    "cooler": frozenset({"climate", "fan", "switch"}),
    "less_draught": frozenset({"fan", "climate", "cover"}),
    "fresh_air": frozenset({"fan", "switch", "climate"}),
    "drier_air": frozenset({"fan", "humidifier", "switch"}),
    "moister_air": frozenset({"humidifier"}),
    "quieter": frozenset({"media_player", "vacuum", "fan"}),
    "louder": frozenset({"media_player"}),
    "other_song": frozenset({"media_player"}),
    "music": frozenset({"media_player"}),
    "watch": frozenset({"media_player", "scene", "script"}),
    "relax": frozenset({"light", "scene", "script"}),
    "work": frozenset({"light", "scene", "script"}),
    "dinner": frozenset({"light", "scene", "script"}),
    "guests": frozenset({"light", "scene", "script"}),
    "clean_floor": frozenset({"vacuum"}),
    "stop_cleaning": frozenset({"vacuum"}),
    "water_garden": frozenset({"valve", "switch"}),
    "stop_watering": frozenset({"valve", "switch"}),
    "mow": frozenset({"lawn_mower"}),
    "rain": frozenset({"cover"}),
    "arrive": frozenset({"light"}),
    "wake": frozenset({"light", "cover"}),
    "secure": frozenset({"lock"}),
}
"""Need → domains of what helps: an order about one of them serves it already."""


def understood(
    need: Need,
    text: str,
    lexicon: Lexicon,
    *,
    states: States,
    area: str | None,
    left_out: str | None = None,
) -> Understanding:
    """What is done for a need that `text` (plain) tells, said in `area` (id or name).

    `left_out` are the words of an exception: "grandma's watching in the rec room". Where they name
    nothing of the home, nothing is done.
    """
    if need.name not in WISHES:
        return Understanding()
    out = left_out_of(left_out, lexicon) if left_out is not None else frozenset()
    if left_out is not None and not out:
        return Understanding(question=UNCLEAR_EXCEPTION)
    here = lexicon.area(area)
    named = places_in(text, lexicon)
    places = named or ((Place(area=here),) if here is not None else ())
    situation = Situation(
        lexicon.home, states, text, places, out, need.probability, names_place=bool(named)
    )
    done = WISHES[need.name](situation)
    if isinstance(done, str):
        nowhere = not places and bool(lexicon.home.areas)
        said = WHERE if nowhere and need.name in _SERVED_BY else done
        return Understanding(question=said) if need.is_sure else Understanding()
    safe = tuple(i for i in done if is_safe(i, lexicon.home))
    if safe and not need.is_sure and need.name in OFFERS:
        return Understanding(safe, f"Shall I {OFFERS[need.name]}?", offers=True)
    return Understanding(safe)


def is_served(need: str, targets: tuple[str, ...]) -> bool:
    """Whether what an order was about serves a need that was told after it."""
    return bool({t.partition(".")[0] for t in targets} & _SERVED_BY.get(need, frozenset()))


def is_safe(intent: Intent, home: Home) -> bool:
    """Whether an intent may come of a need: nothing unlocked, no way into the home opened."""
    for target in intent.targets:
        entity = home.entity(target)
        if entity is None or entity.domain in {"siren", "alarm_control_panel"}:
            return False
        if entity.domain == "lock" and intent.name != "HassTurnOn":
            return False
        if entity.domain == "cover" and intent.name != "HassTurnOff":
            ways = {"garage", "garage_door", "gate", "door"}
            called = set(f"{entity.name} {' '.join(entity.aliases)}".lower().split())
            if entity.device_class in ways or not ways.isdisjoint(called):
                return False
    return True
