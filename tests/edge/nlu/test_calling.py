"""What people call things."""

from __future__ import annotations

import pytest

from edge.home.graph import Area, Entity, Floor, Home
from edge.nlu.calling import locks_of, plural_of, so_called, spoken, told_apart
from edge.nlu.finding import Lexicon
from edge.nlu.heard import Heard
from tests.edge.nlu.homes import HOME, entity, tagging

TV = entity("media_player.lg", "LG Screen", "lounge", "tv")
RADIO = entity("media_player.radio", "Old Radio", "lounge")
SPEAKER = entity("media_player.sonos", "Sonos One", "lounge", "speaker", aliases=("wireless",))
PLAYERS = (TV, RADIO, SPEAKER)


@pytest.mark.parametrize(
    ("noun", "meant"),
    [
        ("radio", (RADIO,)),
        ("Radios", (RADIO,)),
        ("tv", (TV,)),
        ("television", (TV,)),
        ("tvs", (TV,)),
        ("speakers", (SPEAKER,)),
        ("stereo", PLAYERS),
        ("music", PLAYERS),
    ],
)
def test_a_noun_tells_a_thing_by_its_name_or_else_by_its_class(
    noun: str, meant: tuple[Entity, ...]
) -> None:
    assert so_called(noun, PLAYERS) == meant


FRONT = entity("lock.front", "Front Door", "hall")
YALE = entity("lock.yale", "Yale 3", "garage")
LOCKS = Home(areas=(Area("garage", "Garage"), Area("hall", "Hall")), entities=(FRONT, YALE))


@pytest.mark.parametrize(
    ("said", "meant"),
    [("doors", (FRONT, YALE)), ("lock", (FRONT, YALE)), ("garage door", (YALE,)), ("gate", ())],
)
def test_only_the_locks_on_what_is_said_are_meant(said: str, meant: tuple[Entity, ...]) -> None:
    noun = Lexicon(LOCKS).noun(said)
    assert noun is not None
    assert locks_of(noun, (FRONT, YALE), LOCKS) == meant


THERMOSTATS = ("climate.hall", "climate.office")
LAMPS = ("light.desk_lamp", "light.floor_lamp", "light.den_lamp")
BEDSIDE = ("light.bedside_left", "light.bedside_right")


@pytest.mark.parametrize(
    ("marked", "among", "meant"),
    [
        ("set the office thermostat", THERMOSTATS, THERMOSTATS[1:]),
        ("set the [upstairs](name) thermostat", THERMOSTATS, THERMOSTATS[1:]),
        ("set the thermostat on the ground floor", THERMOSTATS, THERMOSTATS[:1]),
        ("set the thermostat on the first floor", THERMOSTATS, THERMOSTATS[1:]),
        ("set the first floor thermostat", THERMOSTATS, THERMOSTATS[1:]),
        ("set the thermostat on the second floor", THERMOSTATS, THERMOSTATS),
        ("set the thermostat", THERMOSTATS, THERMOSTATS),
        ("set the [thermostat](name) to [office](fan_mode)", THERMOSTATS, THERMOSTATS),
        ("turn the lamp on", LAMPS, LAMPS),
        ("turn the lamp on the desk on", LAMPS, LAMPS[:1]),
        ("turn the lamp on the floor on", LAMPS, LAMPS),
        ("turn on the lamp in the lounge", LAMPS, LAMPS),
        ("turn on the lamp in the lounge", LAMPS[:2], LAMPS[1:2]),
        ("turn off the left one", BEDSIDE, BEDSIDE[:1]),
        ("turn off left and right", BEDSIDE, BEDSIDE),
        ("", BEDSIDE, BEDSIDE),
        ("turn on the lamp", (), ()),
    ],
)
def test_a_word_that_only_one_of_several_has_tells_it(
    marked: str, among: tuple[str, ...], meant: tuple[str, ...]
) -> None:
    entities = [e for e in map(HOME.entity, among) if e is not None]
    told = told_apart(entities, Heard.of(tagging(marked, "HassTurnOn")), HOME)
    assert tuple(e.id for e in told) == meant


def test_the_second_of_some_is_the_one_with_that_number() -> None:
    blinds = tuple(entity(f"cover.{n}", f"Blind {n}", "hall", "blind") for n in (1, 2, 3))
    home = Home(areas=(Area("hall", "Hall"),), entities=blinds)
    for text in ("close the second blind", "close blind two", "close blind 2"):
        assert told_apart(blinds, Heard.of(tagging(text, "HassTurnOff")), home) == blinds[1:2]


@pytest.mark.parametrize(("said", "meant"), [("first", 0), ("second", 1)])
def test_floors_and_names_with_ordinals_are_told_by_them(said: str, meant: int) -> None:
    floors = (Floor("one", "First Floor"), Floor("two", "Second Floor"))
    areas = (Area("study", "Study", "one"), Area("loft", "Loft", "two"))
    stats = (entity("climate.a", "Hive", "study"), entity("climate.b", "Nest", "loft"))
    blinds = (entity("cover.a", "First Blind"), entity("cover.b", "Second Blind"))
    home = Home(floors=floors, areas=areas, entities=(*stats, *blinds))
    heard = Heard.of(tagging(f"set the thermostat on the {said} floor", "HassTurnOn"))
    assert told_apart(stats, heard, home) == (stats[meant],)
    heard = Heard.of(tagging(f"open the {said} blind", "HassTurnOn"))
    assert told_apart(blinds, heard, home) == (blinds[meant],)


def test_a_domain_is_told_as_people_say_it() -> None:
    assert spoken("climate") == "thermostat"
    assert spoken("media_player") == "media player"
    assert plural_of("switch") == "switches"
    assert plural_of("light") == "lights"
