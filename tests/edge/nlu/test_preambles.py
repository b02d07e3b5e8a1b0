"""What is said before a command, and tells where or of what it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.nlu import asking
from edge.nlu.finding import Lexicon
from edge.nlu.preambles import is_preamble, place_first, preamble_of, with_topic
from edge.types import Intent, Understanding
from tests.edge.nlu.homes import HOME

LEXICON = Lexicon(HOME)
NOTHING = Understanding()
ASKS = asking.what_is_meant()
SWITCHES = Understanding((Intent("HassTurnOn", {}, ("light.desk_lamp",)),))
RUNS = Understanding((Intent("HassTurnOn", {}, ("scene.party",)),))
VOCABULARY = (
    "in on at the my kitchen lounge office desk lamp both locks lock: lock! groceries: milk, it's "
    "stuffy dark turn on off it and then , . : 😀 ’ upstairs Ella's cold TV: mute 50"
)
TEXTS = st.text() | st.lists(st.sampled_from(VOCABULARY.split()), max_size=15).map(" ".join)


@pytest.mark.parametrize(
    ("first", "meant", "second"),
    [
        ("I'm off to bed", NOTHING, "lock the door"),
        ("it's stuffy in the bedroom", NOTHING, "turn on the fan"),
        ("it's stuffy in the bedroom", SWITCHES, "turn on the fan"),
        ("the sun's right in my eyes", ASKS, "close the blinds"),
        ("Ella's cold", NOTHING, "turn on the heater"),
        ("the desk lamp", ASKS, "turn it off"),
        ("the desk lamp", SWITCHES, "turn it off"),
        ("both locks:", SWITCHES, "lock"),
        ("hm", NOTHING, "lock the door"),
        ("it's dark", NOTHING, "some light"),
        ("hm", NOTHING, "the lamp"),
    ],
)
def test_what_says_why_or_of_what_comes_before_the_command(
    first: str, meant: Understanding, second: str
) -> None:
    assert is_preamble(first, meant, (first, second), LEXICON)
    assert not is_preamble(first, meant, (first,), LEXICON)


@pytest.mark.parametrize(
    ("first", "meant", "second"),
    [
        ("turn on the lamp", SWITCHES, "lock the door"),
        ("the desk lamp on", SWITCHES, "lock the door"),
        ("desk lamp off", ASKS, "lock the door"),
        ("volume 30", NOTHING, "lock the door"),
        ("Ella's cold", SWITCHES, "turn on the fan"),
        ("party mode", RUNS, "lock the door"),
        ("hm", ASKS, "lock the door"),
        ("hm", ASKS, "the lamp"),
        ("it's dark", SWITCHES, "some light"),
        ("lamp 50", NOTHING, "the lamp"),
    ],
)
def test_what_is_a_command_itself_is_none(first: str, meant: Understanding, second: str) -> None:
    assert not is_preamble(first, meant, (first, second), LEXICON)


@pytest.mark.parametrize(
    ("text", "area", "entities"),
    [
        ("it's stuffy in the bedroom", "bedroom", []),
        ("the lounge is a mess", "living_room", []),
        ("the kitchen's freezing", "kitchen", []),
        ("the desk lamp is too bright", None, ["light.desk_lamp"]),
        ("the left curtain and the right curtain", None, ["cover.left", "cover.right"]),
        ("the front door", None, ["lock.front", "binary_sensor.front"]),
        ("the fan in the bedroom", "bedroom", ["fan.bedroom"]),
        ("the lights in the kitchen", "kitchen",
         ["light.kitchen_ceiling", "light.kitchen_counter"]),
        ("the lamps upstairs", None,
         ["light.desk_lamp", "light.bedside_left", "light.bedside_right"]),
        ("the curtains", None, []),
        ("it's dark in the kitchen and the hall", None, []),
        ("I'm cold", None, []),
        ("", None, []),
    ],
)  # fmt: skip
def test_a_preamble_names_a_place_and_things(
    text: str, area: str | None, entities: list[str]
) -> None:
    said = preamble_of(text, LEXICON)
    assert (said.area, [entity.id for entity in said.entities]) == (area, entities)


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("in the kitchen turn off the radio", "kitchen"),
        ("In my office, close the blinds", "office"),
        ("and then in the living room turn on the lamp", "living_room"),
        ("now in the lounge turn on the lamp", "living_room"),
        ("at the garage open the door", "garage"),
        ("turn off the radio in the kitchen", None),
        ("in the moon turn on the lamp", None),
        ("on the first floor turn off the lights", None),
        ("in the desk lamp", None),
        ("in the", None),
        ("", None),
    ],
)
def test_a_clause_may_begin_with_its_place(text: str, area: str | None) -> None:
    assert place_first(text, LEXICON) == area


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("both locks: lock!", "lock both locks"),
        ("TV: mute", "mute TV"),
        ("desk lamp: off", "desk lamp off"),
        ("all lights: off.", "all lights off."),
        ("kitchen: lights off", "kitchen lights off"),
        ("Groceries: oat milk", "add oat milk to the Groceries list"),
        ("groceries: milk, eggs!", "add milk, eggs to the groceries list"),
    ],
)
def test_a_topic_before_a_colon_becomes_a_part_of_the_sentence(text: str, sentence: str) -> None:
    assert with_topic(text, LEXICON) == sentence


@pytest.mark.parametrize(
    "text",
    [
        "the moon: rise",
        "shopping: eggs",
        "desk lamp:off",
        "desk lamp:",
        "wake me at 10:30",
        "a: b: c",
        "turn on the desk lamp",
        "",
    ],
)
def test_what_is_no_topic_of_the_home_stays(text: str) -> None:
    assert with_topic(text, LEXICON) == text


@given(TEXTS, TEXTS, st.sampled_from([NOTHING, ASKS, SWITCHES, RUNS]))
def test_any_text_may_come_before_any(first: str, second: str, meant: Understanding) -> None:
    assert not is_preamble(first, meant, (first,), LEXICON)
    is_preamble(first, meant, (first, second), LEXICON)
    areas = {area.id for area in HOME.areas} | {None}
    assert preamble_of(first, LEXICON).area in areas
    assert place_first(first, LEXICON) in areas
    assert with_topic(first, LEXICON).strip() or not first.strip()
