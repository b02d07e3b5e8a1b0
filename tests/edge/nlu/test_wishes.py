"""What is done for needs, in homes as they are and in any home there may be."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.home.graph import Area, Entity, Floor, Home
from edge.home.states import States
from edge.nlu import wishing
from edge.nlu.context import Context
from edge.nlu.finding import Lexicon
from edge.nlu.interpreter import Interpreter
from edge.nlu.needs import QUESTIONS, Need, SaidNeeds
from edge.nlu.resolver import Resolver
from edge.nlu.situation import places_in
from edge.nlu.tagger import Tagger
from edge.nlu.wishes import WHERE, WISHES, understood
from edge.types import EntityState, Intent, Understanding
from skills import ALL
from skills.skill import House
from tests.edge.nlu.homes import entity

LIVING, HALL, NURSERY, GARDEN = "living", "hall", "nursery", "garden"
HOME = Home(
    floors=(Floor("ground", "Ground Floor"),),
    areas=(
        Area(LIVING, "Living Room", "ground"),
        Area(HALL, "Hall", "ground"),
        Area(NURSERY, "Nursery", "ground", ("baby's room",)),
        Area(GARDEN, "Garden"),
    ),
    entities=(
        entity("light.ceiling", "Ceiling Light", LIVING, state="on", brightness=200,
               supported_color_modes=["brightness"]),
        entity("light.reading", "Reading Lamp", LIVING, supported_color_modes=["brightness"]),
        entity("light.hall", "Hall Light", HALL, supported_color_modes=["onoff"]),
        entity("light.moon", "Night Light", NURSERY, supported_color_modes=["brightness"]),
        entity("light.nursery", "Nursery Light", NURSERY, state="on",
               supported_color_modes=["brightness"]),
        entity("climate.living", "Thermostat", LIVING, state="heat", temperature=20,
               current_temperature=20, min_temp=7, max_temp=30, hvac_modes=["off", "heat"]),
        entity("cover.blinds", "Blinds", LIVING, "blind", state="open", current_position=100),
        entity("cover.garage", "Garage Door", HALL, "garage", state="open"),
        entity("lock.front", "Front Door", HALL, state="unlocked"),
        entity("media_player.tv", "TV", LIVING, "tv", state="playing", volume_level=0.4),
        entity("fan.living", "Fan", LIVING, percentage=0),
        entity("vacuum.rosie", "Rosie", HALL, state="docked"),
        entity("switch.sprinkler", "Sprinkler", GARDEN),
        entity("siren.alarm", "Siren", HALL),
        entity("script.away", "Leave Home", state="off"),
    ),
)  # fmt: skip
LEXICON = Lexicon(HOME)
TAGGER = Tagger()


def states(home: Home = HOME, **changed: str) -> States:
    first = home.initial_states()
    for key, state in changed.items():
        entity_id = key.replace("__", ".")
        first[entity_id] = EntityState(state, first[entity_id].attributes)
    return States(first)


def wish(
    need: str,
    text: str = "",
    area: str | None = LIVING,
    *,
    left_out: str | None = None,
    now: States | None = None,
) -> Understanding:
    return understood(
        Need(need, 0.9),
        text,
        LEXICON,
        states=now or states(),
        area=area,
        left_out=left_out,
    )


def did(found: Understanding) -> dict[str, str]:
    """The entities that something is done to, and the intents."""
    return {target: intent.name for intent in found.intents for target in intent.targets}


@pytest.mark.parametrize(
    ("need", "text", "done"),
    [
        ("more_light", "i can't read this", {"light.reading": "HassTurnOn"}),
        ("less_light", "", {"light.ceiling": "HassLightSet"}),
        ("glare", "", {"cover.blinds": "HassTurnOff"}),
        ("warmer", "", {"climate.living": "HassClimateSetTemperature"}),
        ("cooler", "", {"climate.living": "HassClimateSetTemperature"}),
        ("fresh_air", "", {"fan.living": "HassTurnOn"}),
        ("quieter", "", {"media_player.tv": "HassSetVolumeRelative"}),
        ("quieter", "i'm on the phone", {"media_player.tv": "HassMediaPause"}),
        ("louder", "", {"media_player.tv": "HassSetVolumeRelative"}),
        ("clean_floor", "", {"vacuum.rosie": "HassVacuumStart"}),
        ("water_garden", "", {"switch.sprinkler": "HassTurnOn"}),
        ("secure", "", {"lock.front": "HassTurnOn", "cover.garage": "HassTurnOff"}),
        ("child_sleeps", "", {"light.nursery": "HassTurnOff",
                              "media_player.tv": "HassSetVolumeRelative"}),
    ],
)  # fmt: skip
def test_a_need_gets_what_helps(need: str, text: str, done: dict[str, str]) -> None:
    assert did(wish(need, text)) == done


def test_a_child_that_sleeps_quietens_no_room_but_its_own_and_the_speakers() -> None:
    assert did(wish("child_sleeps", area=HALL)) == {"light.nursery": "HassTurnOff"}


def test_a_draught_is_stopped_where_it_comes_from_and_nothing_that_was_off_heats() -> None:
    modes = ["off", "heat", "cool"]
    cooler = entity("climate.cooler", "Cooler", NURSERY, state="cool", hvac_modes=modes)
    home = replace(HOME, entities=(*HOME.entities, cooler))
    for state, done in (("cool", {"climate.cooler": "HassTurnOff"}), ("off", {})):
        found = understood(
            Need("less_draught", 0.9), "", Lexicon(home),
            states=states(home, climate__cooler=state), area=NURSERY,
        )  # fmt: skip
        assert did(found) == done


def test_who_leaves_has_lights_and_media_off_and_doors_locked() -> None:
    assert did(wish("leave")) == {
        "script.away": "HassTurnOn",
        "light.ceiling": "HassTurnOff",
        "light.nursery": "HassTurnOff",
        "media_player.tv": "HassTurnOff",
        "lock.front": "HassTurnOn",
        "cover.garage": "HassTurnOff",
    }


def test_who_leaves_for_long_heats_less() -> None:
    found = wish("leave_long")
    assert did(found)["climate.living"] == "HassClimateSetTemperature"
    assert next(i for i in found.intents if "temperature" in i.slots).slots["temperature"] == 17


def test_what_is_to_be_left_is_left() -> None:
    found = did(wish("leave", left_out="the baby's in the nursery"))
    assert "light.nursery" not in found
    assert "light.ceiling" in found


def test_an_exception_of_nothing_known_leaves_everything_as_it_is() -> None:
    found = wish("leave", left_out="uncle bob stays")
    assert not found.intents
    assert found.question is not None


def test_a_place_that_is_named_wins_over_the_speakers() -> None:
    assert did(wish("more_light", "it's so dark in the hall")) == {"light.hall": "HassTurnOn"}


def test_the_only_one_of_its_kind_is_meant_by_its_kind() -> None:
    home = Home(
        areas=(Area("a", "Main Bedroom"), Area("b", "Living Room"), Area("c", "Front Hall"))
    )
    named = [
        places_in(t, Lexicon(home)) for t in ("dark in the bedroom", "in the room", "the hall")
    ]
    assert [[p.area.id for p in places if p.area] for places in named] == [["a"], [], ["c"]]


def test_where_nothing_can_help_that_is_said() -> None:
    found = wish("more_light", "it's dark", GARDEN)
    assert not found.intents
    assert found.question == "There is no lamp in the Garden that I could turn on."


def test_who_is_nowhere_is_asked_for_the_room() -> None:
    assert wish("more_light", area=None).question == WHERE


def test_what_is_as_wished_is_not_done_again() -> None:
    now = states(vacuum__rosie="cleaning")
    assert not wish("clean_floor", now=now).intents


def test_two_thermostats_that_are_as_near_are_asked_about() -> None:
    heats = {"temperature": 20, "hvac_modes": ["off", "heat"]}
    home = Home(
        areas=(Area("a", "Attic"),),
        entities=(
            entity("climate.one", "One", "a", state="heat", **heats),
            entity("climate.two", "Two", "a", state="heat", **heats),
        ),
    )
    found = understood(Need("warmer", 1.0), "", Lexicon(home), states=states(home), area="a")
    assert found == Understanding(question="Which thermostat do you mean, One or Two?")


def test_an_intent_says_that_it_is_of_a_need() -> None:
    (intent,) = wish("glare").intents
    assert (intent.source, intent.slots, intent.confidence) == ("need", {"name": "Blinds"}, 0.9)


DOMAINS = (
    "light", "climate", "cover", "lock", "fan", "media_player", "switch", "vacuum", "valve",
    "humidifier", "siren", "alarm_control_panel", "lawn_mower", "scene", "script", "sensor",
    "binary_sensor", "input_boolean",
)  # fmt: skip
NAMES = (
    "Lamp", "Garage Door", "Front Gate", "Reading Lamp", "Extractor", "Heater", "Coffee Maker",
    "Sprinkler", "Good Night", "Movie Night", "Away", "Alarm", "Kettle", "Night Light",
    "Towel Rail",
)  # fmt: skip
CLASSES = (
    None, "garage", "gate", "door", "window", "blind", "awning", "tv", "speaker", "dehumidifier",
    "temperature", "humidity",
)  # fmt: skip
STATES = (
    "on", "off", "open", "closed", "locked", "unlocked", "playing", "paused", "heat", "cool",
    "docked", "cleaning", "unknown", "unavailable",
)  # fmt: skip
PLACES = ("Kitchen", "Garden", "Nursery", "Garage")
SAFE_DOMAINS = frozenset(DOMAINS) - {"siren", "alarm_control_panel"}
TEXTS = (
    "", "in the kitchen", "outside", "i'm on the phone", "upstairs", "coffee", "tea",
    "the baby's scared in the nursery", "i can't sleep",
)  # fmt: skip


@st.composite
def homes(draw: st.DrawFn) -> Home:
    areas = tuple(
        Area(f"a{i}", draw(st.sampled_from(PLACES)), draw(st.sampled_from([None, "f"])))
        for i in range(draw(st.integers(0, 3)))
    )
    where = st.sampled_from([None, "gone", *(area.id for area in areas)])
    numbers = st.one_of(st.none(), st.integers(-5, 120), st.just("odd"))
    entities = []
    for place in range(draw(st.integers(0, 10))):
        attributes = {
            key: value
            for key in ("brightness", "temperature", "current_temperature", "volume_level",
                        "percentage", "humidity", "min_temp", "max_temp", "max_humidity")
            if (value := draw(numbers)) is not None
        }  # fmt: skip
        modes = draw(st.sampled_from([None, ["off", "heat"], ["off", "cool", "fan_only"], "heat"]))
        entities.append(
            Entity(
                f"{draw(st.sampled_from(DOMAINS))}.e{place}",
                draw(st.sampled_from(NAMES)),
                draw(where),
                (),
                draw(st.sampled_from(CLASSES)),
                EntityState(draw(st.sampled_from(STATES)), {**attributes, "hvac_modes": modes}),
            )
        )
    return Home((Floor("f", "First Floor"),), areas, tuple(entities))


@settings(max_examples=300, deadline=None)
@given(homes(), st.sampled_from(sorted(WISHES)), st.sampled_from(TEXTS), st.data())
def test_no_need_is_answered_with_harm(
    home: Home, need: str, text: str, data: st.DataObject
) -> None:
    area = data.draw(st.sampled_from([None, "nowhere", *(area.id for area in home.areas)]))
    now = States(home.initial_states())
    found = understood(Need(need, 0.9), text, Lexicon(home), states=now, area=area)
    assert (found.question is None) == bool(found.intents) or not found.intents
    for intent in found.intents:
        assert intent.source == "need"
        assert intent.targets
        _harmless(intent, need, home, now)


def _harmless(intent: Intent, need: str, home: Home, now: States) -> None:
    for target in intent.targets:
        about = home.entity(target)
        assert about is not None
        assert about.domain in SAFE_DOMAINS
        if need in QUESTIONS:
            assert intent.name in {"HassGetState", "HassClimateGetTemperature"}
    skill = next(skill for skill in ALL if intent.name in skill.intents)
    for action in skill.handle(intent, House(home, now)).actions:
        assert action.entity_id in intent.targets
        assert action.service != "lock.unlock"
        about = home.entity(action.entity_id)
        assert about is not None
        if about.domain == "cover" and action.service != "cover.close_cover":
            assert about.device_class not in {"garage", "gate", "door"}
            assert not {"Garage Door", "Front Gate"} & {about.name}


def reader(needs: dict[str, str], area: str | None = LIVING) -> Interpreter:
    return Interpreter(Resolver(HOME, 0.5), TAGGER.tag, states(), area, needs=SaidNeeds(needs))


class Unasked:
    """Needs that must not be asked."""

    def of(self, text: str) -> Need | None:
        raise AssertionError(text)

    def is_talk(self, text: str, least: float = 0.0) -> bool:
        raise AssertionError(text)

    def is_order(self, text: str) -> bool:
        raise AssertionError(text)

    def clauses(self, text: str) -> tuple[str, ...]:
        raise AssertionError(text)


@pytest.mark.parametrize(
    "text",
    ["turn off the hall light", "lock the front door", "set the thermostat to 21 degrees",
     "turn on the fan and close the blinds", "pause the tv", "don't turn off the hall light"],
)  # fmt: skip
def test_an_order_is_not_asked_for_a_need(text: str) -> None:
    with_needs = Interpreter(Resolver(HOME, 0.5), TAGGER.tag, states(), LIVING, needs=Unasked())
    without = Interpreter(Resolver(HOME, 0.5), TAGGER.tag, states(), LIVING)
    meant = with_needs.read(text, Context()).understanding
    assert meant == without.read(text, Context()).understanding


def test_a_statement_gets_its_wish() -> None:
    found = reader({"that sun's right in my eyes": "glare"})
    meant = found.read("that sun's right in my eyes", Context()).understanding
    assert did(meant) == {"cover.blinds": "HassTurnOff"}


def test_a_statement_after_an_order_is_a_wish_of_its_own() -> None:
    found = reader({"i'm chilled": "warmer"})
    meant = found.read("close the blinds i'm chilled", Context()).understanding
    assert did(meant) == {
        "cover.blinds": "HassTurnOff",
        "climate.living": "HassClimateSetTemperature",
    }


def test_what_an_order_serves_already_is_not_done_twice() -> None:
    found = reader({"it's too loud": "quieter"})
    meant = found.read("pause the tv it's too loud", Context()).understanding
    assert did(meant) == {"media_player.tv": "HassMediaPause"}


def test_a_question_never_acts() -> None:
    text = "is it dark in the hall"
    meant = reader({text: "more_light"}).read(text, Context()).understanding
    assert not {"HassTurnOn", "HassTurnOff", "HassLightSet"} & {i.name for i in meant.intents}


def test_who_goes_but_wants_something_left_gets_it_left() -> None:
    text = "i'm leaving but leave the ceiling light on"
    meant = reader({"i'm leaving": "leave"}).read(text, Context()).understanding
    assert "light.ceiling" not in did(meant)
    assert did(meant)["lock.front"] == "HassTurnOn"


@pytest.mark.parametrize(
    ("text", "order", "statement"),
    [
        ("close the drapes", True, False),
        ("don't open the door", True, False),
        ("i want to sleep", False, True),
        ("it's stuffy in here", False, True),
        ("kitchen lights", False, False),
    ],
)
def test_orders_and_statements_are_told_apart(text: str, order: bool, statement: bool) -> None:
    assert wishing.is_order(text) == order
    assert wishing.tells(text) == statement


def test_what_is_surely_said_to_somebody_else_is_no_order() -> None:
    text = "hold on let me put you on the tv"
    heard = reader({}).read(text, Context()).understanding
    surely = SaidNeeds({}, talk=frozenset({text}))
    found = Interpreter(Resolver(HOME, 0.5), TAGGER.tag, states(), LIVING, needs=surely)
    assert heard.intents
    assert found.read(text, Context()).understanding == Understanding()


def test_another_rooms_radiator_does_not_warm_this_one() -> None:
    def heating(entity_id: str, name: str, area: str) -> Entity:
        return entity(entity_id, name, area, state="heat", temperature=20, hvac_modes=["heat"])

    upstairs = Home(
        (Floor("upper", "Upper Floor"),),
        tuple(Area(name, name.title(), "upper") for name in ("suite", "landing", "nursery")),
        (
            heating("climate.upper", "Upper Level Thermostat", "landing"),
            heating("climate.nursery", "Nursery Radiator", "nursery"),
        ),
    )
    found = understood(
        Need("warmer", 0.99), "brr", Lexicon(upstairs), area="suite",
        states=States(upstairs.initial_states()),
    )  # fmt: skip
    assert did(found) == {"climate.upper": "HassClimateSetTemperature"}


def test_two_needs_joined_by_and_are_both_met() -> None:
    text = "i'm chilled and i can't see my knitting"
    both = reader({"i'm chilled": "warmer", "i can't see my knitting": "more_light"})
    assert did(both.read(text, Context()).understanding) == {
        "climate.living": "HassClimateSetTemperature", "light.reading": "HassTurnOn",
    }  # fmt: skip


def test_a_match_is_watched_with_the_lights_on() -> None:
    now = states(media_player__tv="off")
    assert did(wish("watch", "kick off is in two minutes", now=now)) == {
        "media_player.tv": "HassTurnOn"
    }
    assert "light.ceiling" in did(wish("watch", "let's see that film", now=now))


def test_a_need_that_is_likely_and_not_sure_is_offered() -> None:
    needs = SaidNeeds({"i can't see what i'm peeling": "more_light"}, 0.7)
    reader = Interpreter(Resolver(HOME, 0.5), TAGGER.tag, states(), LIVING, needs=needs)
    meant = reader.read("i can't see what i'm peeling", Context()).understanding
    assert (meant.question, meant.offers) == ("Shall I make it brighter?", True)
    assert did(meant) == {"light.reading": "HassTurnOn"}


def test_what_is_likely_and_cannot_be_helped_is_left_alone() -> None:
    needs = SaidNeeds({"this garden is so dry": "moister_air"}, 0.7)
    reader = Interpreter(Resolver(HOME, 0.5), TAGGER.tag, states(), GARDEN, needs=needs)
    assert reader.read("this garden is so dry", Context()).understanding == Understanding()


@pytest.mark.parametrize(
    "text",
    ["my grandson is very bright in mathematics", "i'm lowkey her biggest fan",
     "the blue in her painting is very cold", "it's the quiet nights that go wrong"],
)  # fmt: skip
def test_talk_orders_nothing_whatever_it_sounds_like(text: str) -> None:
    assert not reader({}).read(text, Context()).understanding.intents


@pytest.mark.parametrize(
    ("text", "done"),
    [
        ("the reading lamp can go on now", {"light.reading": "HassTurnOn"}),
        ("i would like the blinds closed", {"cover.blinds": "HassTurnOff"}),
        ("we need 22 degrees in the living room", {"climate.living": "HassClimateSetTemperature"}),
    ],
)
def test_a_statement_that_names_a_deed_is_an_order(text: str, done: dict[str, str]) -> None:
    assert did(reader({}).read(text, Context()).understanding) == done


def test_statements_with_a_need_each_have_all_of_them_met() -> None:
    needs = {"i'm cold": "warmer", "i can't see a thing": "more_light"}
    found = reader(needs).read("i'm cold. i can't see a thing", Context()).understanding
    assert did(found) == {
        "climate.living": "HassClimateSetTemperature", "light.reading": "HassTurnOn",
    }  # fmt: skip


def test_a_wish_after_an_order_does_not_undo_it() -> None:
    needs = {"we're about to watch a film": "watch"}
    found = reader(needs).read("turn off the ceiling light we're about to watch a film", Context())
    assert found.understanding.intents[0].targets == ("light.ceiling",)
    assert all("light.ceiling" not in i.targets for i in found.understanding.intents[1:])


def test_a_statement_after_a_question_is_no_wish() -> None:
    needs = {"i can feel a breeze": "less_draught"}
    found = reader(needs).read("is the garage door open i can feel a breeze", Context())
    assert [i.name for i in found.understanding.intents] == ["HassGetState"]


def test_a_statement_that_asks_orders_nothing() -> None:
    found = reader({}).read("the front door is properly locked or not", Context())
    assert not any("Turn" in i.name for i in found.understanding.intents)
