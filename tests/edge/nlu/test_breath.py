"""Orders and needs in one breath, taken apart as the network tells."""

from __future__ import annotations

from edge.nlu.context import Context
from edge.nlu.interpreter import Interpreter
from edge.nlu.needs import SaidNeeds
from edge.nlu.resolver import Resolver
from tests.edge.nlu.test_wishes import HOME, LIVING, TAGGER, did, states

BREATH = "tv off and it's perishing in here"


def in_one_breath(
    second: str,
    need: str | None,
    text: str = BREATH,
    probability: float = 1.0,
    order: str = "tv off",
) -> Interpreter:
    """Reads `text` as an order and something beside it."""
    known = {} if need is None else {second: need}
    needs = SaidNeeds(known, probability, {text: (order, second)}, frozenset({order}))
    return Interpreter(Resolver(HOME, 0.5), TAGGER.tag, states(), LIVING, needs=needs)


def test_an_order_and_a_need_in_one_breath_are_both_met_the_order_first() -> None:
    reading = in_one_breath("it's perishing in here", "warmer").read(BREATH, Context())
    assert [*did(reading.understanding).items()] == [
        ("media_player.tv", "HassTurnOff"),
        ("climate.living", "HassClimateSetTemperature"),
    ]
    assert reading.context.last is not None


def test_a_need_beside_an_order_that_is_not_sure_is_offered_after_it() -> None:
    unsure = in_one_breath("it's perishing in here", "warmer", probability=0.7)
    reading = unsure.read(BREATH, Context())
    assert did(reading.understanding) == {"media_player.tv": "HassTurnOff"}
    assert reading.offer is not None
    assert reading.offer.question == "Shall I make it warmer?"


def test_talk_beside_an_order_does_not_keep_it_from_being_done() -> None:
    text = "ceiling light off and i've lost my other shoe"
    reader = in_one_breath("i've lost my other shoe", None, text, order="ceiling light off")
    assert did(reader.read(text, Context()).understanding) == {"light.ceiling": "HassTurnOff"}


def test_a_breath_that_says_less_than_the_rules_found_is_not_believed() -> None:
    text = "it's late so turn off the tv and turn on the reading lamp"
    less = SaidNeeds(
        {}, 1.0, {text: ("it's late so turn off the tv", "turn on the reading lamp")},
        frozenset({"turn on the reading lamp"}),
    )  # fmt: skip
    found = Interpreter(Resolver(HOME, 0.5), TAGGER.tag, states(), LIVING, needs=less)
    assert did(found.read(text, Context()).understanding) == {
        "media_player.tv": "HassTurnOff", "light.reading": "HassTurnOn",
    }  # fmt: skip


def test_who_goes_and_orders_something_gets_what_is_ordered() -> None:
    text = "we're off on holiday so turn the tv off"
    order = "turn the tv off"
    told = {text: ("we're off on holiday", order)}
    needs = SaidNeeds({"we're off on holiday": "leave_long"}, 1.0, told, frozenset({order}))
    found = Interpreter(Resolver(HOME, 0.5), TAGGER.tag, states(), LIVING, needs=needs)
    assert did(found.read(text, Context()).understanding) == {"media_player.tv": "HassTurnOff"}


def test_who_orders_something_because_they_go_gets_what_is_ordered() -> None:
    text = "tv off because we're leaving now"
    both = in_one_breath("we're leaving now", "leave", text)
    assert did(both.read(text, Context()).understanding) == {"media_player.tv": "HassTurnOff"}


def test_a_question_beside_an_order_is_not_passed_over() -> None:
    text = "ceiling light off and what is the meaning of life"
    asked = in_one_breath("what is the meaning of life", None, text, order="ceiling light off")
    assert not asked.read(text, Context()).understanding.intents


def reading_of(text: str, known: dict[str, str], *orders: str) -> dict[str, str]:
    """What is done for a text that the network leaves whole."""
    needs = SaidNeeds(known, ordered=frozenset(orders))
    reader = Interpreter(Resolver(HOME, 0.5), TAGGER.tag, states(), LIVING, needs=needs)
    return did(reader.read(text, Context()).understanding)


def test_what_the_network_left_whole_is_taken_apart_at_a_comma_and_an_and() -> None:
    text = "turn the tv off for me love, and i'm perished"
    assert reading_of(text, {"i'm perished": "warmer"}, "turn the tv off for me love") == {
        "media_player.tv": "HassTurnOff",
        "climate.living": "HassClimateSetTemperature",
    }


def test_a_need_told_before_an_order_that_the_rules_understood_is_met_too() -> None:
    text = "i'm cold to the bone, and turn the tv off please"
    known = {"i'm cold to the bone": "warmer"}
    parts = {text: ("i'm cold to the bone", "turn the tv off please")}
    needs = SaidNeeds(known, 1.0, parts, frozenset({"turn the tv off please"}))
    reader = Interpreter(Resolver(HOME, 0.5), TAGGER.tag, states(), LIVING, needs=needs)
    assert set(did(reader.read(text, Context()).understanding)) == {
        "media_player.tv", "climate.living",
    }  # fmt: skip


def test_needs_that_the_rules_half_understood_are_met() -> None:
    text = "whew this is thick, and i want to see what i'm frying"
    known = {"whew this is thick": "fresh_air", "i want to see what i'm frying": "more_light"}
    assert set(reading_of(text, known)) == {"fan.living", "light.reading"}
