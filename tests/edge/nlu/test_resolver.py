"""What a tagged command means in a home."""

from __future__ import annotations

import time
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.home.graph import Area, Home
from edge.nlu.kinds import DOMAINS_OF_INTENT
from edge.nlu.resolver import Resolver
from edge.types import OUT_OF_SCOPE, Intent, Span, Tagging, Understanding
from tests.edge.nlu.homes import HOME, entity, states, tagging

RESOLVER = Resolver(HOME)
STATES = states()
ON, OFF = "HassTurnOn", "HassTurnOff"


def meaning(marked: str, intent: str, area: str | None = None) -> Understanding:
    return RESOLVER.resolve(tagging(marked, intent), STATES, area)


def one(understanding: Understanding) -> Intent:
    assert understanding.question is None, understanding.question
    assert len(understanding.intents) == 1
    return understanding.intents[0]


@pytest.mark.parametrize(
    ("marked", "intent", "area", "slots", "targets"),
    [
        ("turn on the [desk lamp](name)", ON, None, {"name": "Desk Lamp"}, ["light.desk_lamp"]),
        (
            "turn all the [lights](domain) in [kitchen](area) off", OFF, None,
            {"area": "Kitchen", "domain": "light"},
            ["light.kitchen_ceiling", "light.kitchen_counter"],
        ),
        (
            "turn off all the [lights](domain) here", OFF, "Living Room",
            {"area": "Living Room", "domain": "light"}, ["light.floor_lamp", "light.den_lamp"],
        ),
        (
            "[lights](domain) off in [this room](area)", OFF, "bedroom",
            {"area": "Bedroom", "domain": "light"},
            ["light.bedside_left", "light.bedside_right"],
        ),
        (
            "turn off the [lights](domain)", OFF, "kitchen",
            {"area": "Kitchen", "domain": "light"},
            ["light.kitchen_ceiling", "light.kitchen_counter"],
        ),
        (
            "turn off the [upstairs](floor) [lights](domain)", OFF, None,
            {"floor": "Upstairs", "domain": "light"},
            ["light.desk_lamp", "light.bedside_left", "light.bedside_right"],
        ),
        (
            "unlock the [kitchen](area) [doors](device_class)", OFF, None,
            {"area": "Kitchen", "domain": "lock", "name": "all"}, ["lock.back"],
        ),
        (
            "lock the [kitchen](area) [doors](device_class)", ON, None,
            {"area": "Kitchen", "domain": "lock"}, ["lock.back"],
        ),
        (
            "turn all [fans](domain) off", OFF, None,
            {"domain": "fan", "name": "all"}, ["fan.bedroom"],
        ),
        ("unlock [front door](name)", OFF, None, {"name": "Front Door"}, ["lock.front"]),
        ("lock the [back door](name)", ON, None, {"name": "Back Door"}, ["lock.back"]),
        ("lock all the [doors](device_class)", ON, None, {"domain": "lock"},
         ["lock.front", "lock.back"]),
        (
            "open the [curtains](device_class) in the [lounge](area)", ON, None,
            {"area": "Living Room", "domain": "cover", "device_class": "curtain"},
            ["cover.left", "cover.right"],
        ),
        (
            "close the [blinds](device_class) in the [bedroom](area)", OFF, None,
            {"area": "Bedroom", "domain": "cover", "device_class": "blind"}, ["cover.bedroom"],
        ),
        ("open the [garage door](device_class)", ON, None, {"name": "Garage Door"},
         ["cover.garage"]),
        ("turn my [ceiling fan](name) on", ON, None, {"name": "Ceiling Fan"}, ["fan.bedroom"]),
        ("activate [party mode](name)", ON, None, {"name": "Party Mode", "domain": "scene"},
         ["scene.party"]),
        ("start the [espresso machine](name)", ON, None, {"name": "Coffee Machine"},
         ["switch.coffee"]),
        (
            "set the [desk lamp](name) to [fifty percent](brightness)", "HassLightSet", None,
            {"name": "Desk Lamp", "brightness": 50}, ["light.desk_lamp"],
        ),
        (
            "make the [bedroom](area) [light blue](color)", "HassLightSet", None,
            {"area": "Bedroom", "color": "light blue"},
            ["light.bedside_left", "light.bedside_right"],
        ),
        (
            "make the [lights](domain) [warm white](color_temp)", "HassLightSet", "office",
            {"area": "Office", "color_temp_kelvin": 2700}, ["light.desk_lamp"],
        ),
        (
            "dim the [floor lamp](name) [a bit](brightness_step)", "HassLightSet", None,
            {"name": "Floor Lamp", "brightness_step": -10}, ["light.floor_lamp"],
        ),
        (
            "open [left curtain](name) to [30%](position)", "HassSetPosition", None,
            {"name": "Left Curtain", "domain": "cover", "position": 30}, ["cover.left"],
        ),
        (
            "set [office](area) temp to [21.5 degrees](temperature)", "HassClimateSetTemperature",
            None, {"area": "Office", "temperature": 21.5}, ["climate.office"],
        ),
        (
            "what's the temperature in the [bedroom](area)", "HassClimateGetTemperature", None,
            {"area": "Bedroom"}, ["sensor.bed_temp"],
        ),
        ("pause the music", "HassMediaPause", "Living Room", {"area": "Living Room"},
         ["media_player.tv"]),
        ("next song", "HassMediaNext", "kitchen", {"area": "Kitchen"}, ["media_player.radio"]),
        ("pause", "HassMediaPause", None, {}, ["media_player.tv"]),
        (
            "turn the [tv](name) volume to [20](volume_level)", "HassSetVolume", None,
            {"name": "TV", "volume_level": 20}, ["media_player.tv"],
        ),
        ("volume down", "HassSetVolumeRelative", "living_room",
         {"area": "Living Room", "volume_step": -10}, ["media_player.tv"]),
        ("turn the volume [up](volume_step) by [ninety percent](volume_step)",
         "HassSetVolumeRelative", "living_room", {"area": "Living Room", "volume_step": 90},
         ["media_player.tv"]),
        ("it is too [loud](volume_step)", "HassSetVolumeRelative", "living_room",
         {"area": "Living Room", "volume_step": -10}, ["media_player.tv"]),
        ("set the [office](area) thermostat to [20](temperature) [degrees](temperature_step)",
         "HassClimateSetTemperature", None, {"name": "Office Thermostat", "temperature": 20},
         ["climate.office"]),
        ("start the [vacuum](domain)", "HassVacuumStart", "kitchen", {}, ["vacuum.rover"]),
        ("clean the [bedroom](area)", "HassVacuumCleanArea", "kitchen", {"area": "Bedroom"},
         ["vacuum.rover"]),
        ("start [rover](name) in the [office](area)", "HassVacuumCleanArea", None,
         {"name": "Rover", "area": "Office"}, ["vacuum.rover"]),
        ("shut off the [lights](domain) in the [office](area)", OFF, None,
         {"area": "Office", "domain": "light"}, ["light.desk_lamp"]),
        ("switch off everything in the [kitchen](area)", OFF, None, {"area": "Kitchen"},
         ["light.kitchen_ceiling", "light.kitchen_counter", "switch.coffee",
          "media_player.radio"]),
        ("make sure the [back door](name) is [locked](domain)", ON, None,
         {"name": "Back Door"}, ["lock.back"]),
        ("[lock](domain) all the [doors](device_class)", ON, None, {"domain": "lock"},
         ["lock.front", "lock.back"]),
        ("set the [office](area) to [octarine](color)", "HassLightSet", None,
         {"area": "Office", "color": "octarine"}, ["light.desk_lamp"]),
        ("return [rover](name) to base", "HassVacuumReturnToBase", None, {"name": "Rover"},
         ["vacuum.rover"]),
        (
            "set the [ceiling fan](name) to [a third](percentage)", "HassFanSetSpeed", None,
            {"name": "Ceiling Fan", "percentage": 33}, ["fan.bedroom"],
        ),
    ],
)  # fmt: skip
def test_a_command_means(
    marked: str,
    intent: str,
    area: str | None,
    slots: Mapping[str, object],
    targets: list[str],
) -> None:
    found = one(meaning(marked, intent, area))
    assert (found.name, found.slots, list(found.targets)) == (intent, slots, targets)


def test_everywhere_is_every_area_whoever_speaks_where() -> None:
    found = one(meaning("turn off all the [lights](domain)", OFF, "kitchen"))
    assert found.slots == {"domain": "light"}
    assert len(found.targets) == 8


@pytest.mark.parametrize(
    ("marked", "target"),
    [
        ("turn on [then lamp](name)", "light.den_lamp"),
        ("turn on [dusk lamp](name)", "light.desk_lamp"),
        ("turn on [counterlight](name)", "light.kitchen_counter"),
        ("close the [write curtain](name)", "cover.right"),
        ("turn on the [coffey machine](name)", "switch.coffee"),
    ],
)
def test_what_was_misheard_is_still_found(marked: str, target: str) -> None:
    assert one(meaning(marked, ON)).targets == (target,)


@pytest.mark.parametrize(
    ("marked", "targets"),
    [
        ("turn on the desk lamp", ["light.desk_lamp"]),
        ("turn on the [desk](name) lamp", ["light.desk_lamp"]),
        ("turn on the [desk](name) [lamp](domain)", ["light.desk_lamp"]),
        ("turn on the [kitchen](area) [ceiling](name)", ["light.kitchen_ceiling"]),
        ("turn on [kitchen ceiling light](name)", ["light.kitchen_ceiling"]),
        ("turn on the [kitchen lights](name)",
         ["light.kitchen_ceiling", "light.kitchen_counter"]),
        ("turn on the [kitchen light](name)",
         ["light.kitchen_ceiling", "light.kitchen_counter"]),
        ("turn on the [lights](domain) in the kitchen",
         ["light.kitchen_ceiling", "light.kitchen_counter"]),
        ("turn on the lights in the kitchen",
         ["light.kitchen_ceiling", "light.kitchen_counter"]),
        ("turn on the [lights](name) in the [kitchen](area)",
         ["light.kitchen_ceiling", "light.kitchen_counter"]),
        ("turn on the [kitchen](name)", ["light.kitchen_ceiling", "light.kitchen_counter"]),
        ("turn on the [office](area)", ["light.desk_lamp"]),
        ("turn on the [desk lamp](area)", ["light.desk_lamp"]),
        ("turn on the [garage](area) [light](domain)", ["light.garage"]),
        ("turn on the [desk](name) [lamp](name)", ["light.desk_lamp"]),
        ("turn on the [lights](domain) in all [rooms](area)", [
            e.id for e in HOME.entities if e.domain == "light"
        ]),
        ("turn on the [bedside lamps](name)", ["light.bedside_left", "light.bedside_right"]),
    ],
)  # fmt: skip
def test_spans_that_are_missing_or_cut_wrongly_do_no_harm(marked: str, targets: list[str]) -> None:
    assert list(one(meaning(marked, ON)).targets) == targets


def test_several_names_and_several_areas_are_several_intents() -> None:
    both = meaning("turn on [desk lamp](name) and [floor lamp](name)", ON)
    assert [i.targets for i in both.intents] == [("light.desk_lamp",), ("light.floor_lamp",)]
    areas = meaning("turn off [lights](domain) in [office](area) and [garage](area)", OFF)
    assert [i.slots["area"] for i in areas.intents] == ["Office", "Garage"]


def test_equal_candidates_are_asked_about() -> None:
    found = meaning("turn on the [bedside lamp](name)", ON)
    assert found.question == (
        "Which bedside lamp do you mean, Bedside Lamp Left or Bedside Lamp Right?"
    )
    assert found.candidates == ("light.bedside_left", "light.bedside_right")
    assert all(not intent.targets for intent in found.intents)


@pytest.mark.parametrize(
    "marked",
    [
        "open the [curtain](device_class) in the [lounge](area)",
        "open the [lounge](area) [curtain](device_class)",
        "open the [curtain](device_class)",
    ],
)
def test_one_cover_of_several_is_asked_about(marked: str) -> None:
    found = meaning(marked, ON)
    assert found.question == "Which curtain do you mean, Left Curtain or Right Curtain?"
    assert found.candidates == ("cover.left", "cover.right")
    assert all(not intent.targets for intent in found.intents)


def test_the_only_cover_of_its_kind_is_meant() -> None:
    said = "open the [shade](device_class) in the [bedroom](area)"
    assert one(meaning(said, ON)).targets == ("cover.bedroom",)


def test_one_thermostat_of_two_is_asked_about() -> None:
    found = meaning("set the temperature to [20](temperature)", "HassClimateSetTemperature")
    assert found.question == ("Which thermostat do you mean, Hall Thermostat or Office Thermostat?")
    assert found.intents[0].slots == {"temperature": 20}


def test_a_name_near_the_speaker_is_meant_before_others() -> None:
    home = Home(
        areas=(Area("a", "Attic"), Area("b", "Bath")),
        entities=(
            entity("light.a", "Ceiling Light", "a"),
            entity("light.b", "Ceiling Light", "b"),
        ),
    )
    resolver = Resolver(home)
    said = tagging("turn on the [ceiling light](name)", ON)
    assert one(resolver.resolve(said, states(home), "Bath")).targets == ("light.b",)
    assert resolver.resolve(said, states(home)).question == (
        "Which ceiling light do you mean, Ceiling Light in the Attic or Ceiling Light in the Bath?"
    )


@pytest.mark.parametrize(
    ("marked", "question", "slots"),
    [
        ("turn on the [flux capacitor](name)", "I don't know anything called flux capacitor.",
         {"name": "flux capacitor"}),
        ("turn on [left lamp shade](name)", "I don't know anything called left lamp shade.",
         {"name": "left lamp shade"}),
        ("turn on the [lights](domain) in the [attic](area)",
         "I don't know anything called attic.", {"name": "attic"}),
        ("turn on the [coffee machine](name) in the [office](area)",
         "I don't know anything called coffee machine in the Office.",
         {"name": "coffee machine", "area": "Office"}),
    ],
)  # fmt: skip
def test_what_the_home_has_not_is_said_and_kept_as_it_was_said(
    marked: str, question: str, slots: Mapping[str, object]
) -> None:
    found = meaning(marked, ON)
    assert found.question == question
    assert [(intent.slots, intent.targets) for intent in found.intents] == [(slots, ())]


@pytest.mark.parametrize(
    ("marked", "question", "slots"),
    [
        ("turn on the [fan](domain) in the [garage](area)",
         "I don't know any fans in the Garage.", {"domain": "fan", "area": "Garage"}),
        ("open the [windows](device_class) [upstairs](floor)",
         "I don't know any windows upstairs.",
         {"domain": "cover", "device_class": "window", "floor": "Upstairs"}),
    ],
)  # fmt: skip
def test_a_kind_that_is_not_there_is_said(
    marked: str, question: str, slots: Mapping[str, object]
) -> None:
    found = meaning(marked, ON)
    assert found.question == question
    assert [(intent.slots, intent.targets) for intent in found.intents] == [(slots, ())]


def test_several_names_need_not_be_in_the_place_of_the_first() -> None:
    said = "turn on the [kitchen](area) [ceiling](name) and the [desk lamp](name)"
    found = meaning(said, ON)
    assert [one.targets for one in found.intents] == [
        ("light.kitchen_ceiling",), ("light.desk_lamp",),
    ]  # fmt: skip


def test_another_thing_beside_one_whose_name_is_a_place_and_a_kind_is_not_left_out() -> None:
    fan = entity("fan.garage", "Garage Fan", "garage")
    resolver = Resolver(Home(HOME.floors, HOME.areas, (*HOME.entities, fan)))
    said = "turn on the [garage](area) [light](domain) and the [fan](domain)"
    found = resolver.resolve(tagging(said, ON), STATES, None)
    assert [one.targets for one in found.intents] == [("light.garage",), ("fan.garage",)]


def test_kinds_that_the_verb_is_not_said_of_alike_are_not_half_done() -> None:
    assert meaning("turn off all [lights](domain) and [locks](domain)", OFF).intents == ()
    both = meaning("turn off all [lights](domain) and [fans](domain)", OFF)
    assert [one.slots["domain"] for one in both.intents] == ["light", "fan"]


def test_a_name_like_another_does_not_leave_the_place_that_was_said() -> None:
    assert meaning("turn on the [kitchen fan](name)", ON).intents[0].targets == ()


@pytest.mark.parametrize("noun", ["garage door", "windows", "gate"])
def test_locking_one_thing_locks_no_other(noun: str) -> None:
    found = meaning(f"[lock](domain) the [{noun}](device_class)", ON)
    assert found.question is not None
    assert all(one.targets == () for one in found.intents)


@pytest.mark.parametrize(
    ("marked", "step"),
    [
        ("it's [hot](temperature_step) in the [office](area)", -1),
        ("it is [cold](temperature_step) in the [office](area)", 1),
        ("make it [two degrees](temperature) [warmer](temperature_step) in the [office](area)", 2),
        ("make the [office](area) [cooler](temperature_step) by [3 degrees](temperature)", -3),
        (
            "[office](area) heating [down](temperature_step) a bit [up](temperature_step) here",
            -1,
        ),
    ],
)
def test_warmer_and_cooler_are_steps_in_their_direction(marked: str, step: float) -> None:
    slots = one(meaning(marked, "HassClimateSetTemperature")).slots
    assert slots["temperature_step"] == step
    assert "temperature" not in slots


def test_what_two_spans_mean_alike_is_meant_once() -> None:
    assert one(meaning("lock the [front](name) and [front door](name)", ON)).targets == (
        "lock.front",
    )


def test_turning_a_lock_off_is_not_unlocking_it() -> None:
    home = Home(entities=(entity("lock.front", "Front Door"),))
    resolver = Resolver(home)
    for said in ("turn off the [front door](name)", "open the [front door](name)"):
        for intent in (ON, OFF):
            found = resolver.resolve(tagging(said, intent), states(home))
            assert found.question == "Front Door is a lock. Say lock or unlock."
            assert not found.intents


def test_locking_and_unlocking_follow_the_words_and_not_the_intent() -> None:
    assert one(meaning("lock the [front door](name)", OFF)).name == ON
    assert one(meaning("unlock the [front door](name)", ON)).name == OFF
    assert one(meaning("close the [garage door](name)", ON)).name == OFF


def test_turning_everything_off_leaves_locks_alone() -> None:
    found = meaning("turn off everything in the [hall](area)", OFF)
    assert all(not target.startswith("lock.") for i in found.intents for target in i.targets)


@pytest.mark.parametrize("marked", ["get some air moving", "[kitchen](area) abracadabra"])
def test_words_that_nobody_knows_switch_no_lights(marked: str) -> None:
    assert meaning(marked, ON, "kitchen") == Understanding()


def test_an_unknown_thing_to_switch_is_asked_about() -> None:
    found = meaning("turn the gramophone off", OFF, "kitchen")
    assert found.question == "I don't know anything called gramophone."


def test_out_of_scope_and_doubtful_texts_mean_nothing() -> None:
    assert meaning("what is the capital of peru", OUT_OF_SCOPE) == Understanding()
    doubtful = tagging("turn on the [desk lamp](name)", ON, confidence=0.3)
    assert Resolver(HOME, min_confidence=0.5).resolve(doubtful, STATES) == Understanding()


@pytest.mark.parametrize(
    ("marked", "intent", "slots"),
    [
        ("set a timer for [five](minutes) minutes", "HassStartTimer", {"minutes": 5}),
        ("timer for [an hour](hours) and [a half](minutes)", "HassStartTimer",
         {"hours": 1, "minutes": 30}),
        ("a [two and a half](hours) hour timer", "HassStartTimer", {"hours": 2, "minutes": 30}),
        ("add [five](minutes) minutes to my [one](start_hours) hour timer", "HassIncreaseTimer",
         {"minutes": 5, "start_hours": 1}),
        ("cancel the [pizza](name) timer", "HassCancelTimer", {"name": "pizza"}),
        ("pause the [kitchen](area) timer", "HassPauseTimer", {"area": "Kitchen"}),
        ("never mind", "HassNevermind", {}),
    ],
)  # fmt: skip
def test_what_is_about_no_entity_has_slots_alone(
    marked: str, intent: str, slots: Mapping[str, object]
) -> None:
    found = one(meaning(marked, intent))
    assert (found.slots, found.targets) == (slots, ())


LABELS = (
    "name", "area", "floor", "domain", "device_class", "state", "brightness", "position",
    "volume_level", "temperature", "percentage", "color", "color_temp", "brightness_step",
    "volume_step", "temperature_step", "hours", "minutes", "start_seconds", "search_query",
    "media_class", "item",
)  # fmt: skip
WORDS = (
    "turn", "on", "off", "open", "the", "kitchen", "lights", "lamp", "desk", "front", "door", "all",
    "here", "everywhere", "half", "fifty", "percent", "by", "a", "bit", "red", "warm", "white",
    "lock", "unlock", "which", "are", "is", "locked", "wet", "in", "upstairs", "curtain",
)  # fmt: skip


@st.composite
def taggings(draw: st.DrawFn) -> Tagging:
    text = draw(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(WORDS)).map(" ".join)))
    at = st.integers(-2, len(text) + 2)
    spans = draw(
        st.lists(
            st.builds(lambda label, a, b: Span(label, a, b, text[max(a, 0) : max(b, 0)]),
                      st.sampled_from(LABELS), at, at),
            max_size=5,
        )
    )  # fmt: skip
    intents = [*DOMAINS_OF_INTENT, "HassGetState", "HassStartTimer", OUT_OF_SCOPE, "Other"]
    return Tagging(text, draw(st.sampled_from(intents)), 0.9, tuple(spans))


@settings(max_examples=300)
@given(taggings(), st.sampled_from([None, "kitchen", "Bedroom", "nowhere"]))
def test_any_tagging_is_resolved_without_an_error(said: Tagging, area: str | None) -> None:
    found = RESOLVER.resolve(said, STATES, area)
    known = {e.id for e in HOME.entities}
    assert all(set(intent.targets) <= known for intent in found.intents)
    if found.question is not None:
        assert all(not intent.targets for intent in found.intents)


@pytest.mark.parametrize(("size", "limit_ms"), [(100, 5.0), (500, 20.0)])
def test_resolving_is_fast_in_a_large_home(size: int, limit_ms: float) -> None:
    """The limits are for a small board under load; a desktop takes a tenth."""
    areas = tuple(Area(f"room_{n}", f"Room {chr(65 + n % 26)}{n}") for n in range(size // 10))
    home = Home(
        areas=areas,
        entities=tuple(
            entity(f"light.{n}", f"{areas[n % len(areas)].name} Lamp {n}", areas[n % len(areas)].id)
            for n in range(size)
        ),
    )
    resolver, now = Resolver(home), states(home)
    said = [
        tagging("turn on the [room b1 lamb 11](name)", ON),
        tagging("turn off the [lights](domain) in [room c2](area)", OFF),
        tagging("turn on the [flux capacitor](name)", ON),
    ]
    spent = []
    for one_said in said * 7:
        start = time.perf_counter()
        resolver.resolve(one_said, now, "room_0")
        spent.append((time.perf_counter() - start) * 1000)
    assert sorted(spent)[len(spent) // 2] < limit_ms
