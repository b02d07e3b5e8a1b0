"""What people call things."""

from __future__ import annotations

import pytest

from edge.home.graph import Area, Entity, Home
from edge.nlu.calling import locks_of, plural_of, so_called, spoken
from edge.nlu.finding import Lexicon
from tests.edge.nlu.homes import entity

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


def test_a_domain_is_told_as_people_say_it() -> None:
    assert spoken("climate") == "thermostat"
    assert spoken("media_player") == "media player"
    assert plural_of("switch") == "switches"
    assert plural_of("light") == "lights"
