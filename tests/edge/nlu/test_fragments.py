"""Fragments made whole by what was spoken of."""

from __future__ import annotations

import pytest

from edge.nlu.context import Context, Spoken, offered, spoken_of
from edge.nlu.finding import Lexicon
from edge.nlu.followup import fragment_of
from edge.nlu.fragments import Fragments
from edge.types import Intent
from tests.edge.nlu.homes import HOME, tagging

FRAGMENTS = Fragments(Lexicon(HOME), "office")
LAMP = Spoken(
    tagging("turn on the [floor lamp](name)", "HassTurnOn"),
    (Intent("HassTurnOn", {"name": "Floor Lamp"}, ("light.floor_lamp",)),),
)
CURTAIN = Spoken(
    tagging("open the [left curtain](name)", "HassTurnOn"),
    (Intent("HassTurnOn", {"name": "Left Curtain"}, ("cover.left",)),),
)
LAMPS = Spoken(
    tagging("turn off the [lamps](domain) in the [bedroom](area)", "HassTurnOff"),
    (
        Intent(
            "HassTurnOff",
            {"domain": "light", "area": "Bedroom"},
            ("light.bedside_left", "light.bedside_right"),
        ),
    ),
)
MILK = Spoken(
    tagging("add [milk](item) to the list", "HassListAddItem"),
    (Intent("HassListAddItem", {"item": "milk"}, ("todo.groceries",)),),
)


@pytest.mark.parametrize(
    ("said", "last", "text", "upon"),
    [
        ("and the desk lamp", LAMP, "turn on the desk lamp", ()),
        ("no, the other one", CURTAIN, "open the right curtain", ("cover.right",)),
        ("and off again", LAMP, "turn off the floor lamp", ("light.floor_lamp",)),
        ("and eggs", MILK, "add eggs to the list", ()),
        ("but not the left one", LAMPS, "turn on the bedside lamp left", ("light.bedside_left",)),
        ("not the bedside lamp right", LAMPS, "turn on the bedside lamp right",
         ("light.bedside_right",)),
        ("and on in the bedroom", LAMP, "turn on the lights in the bedroom", ()),
        ("and off upstairs", LAMP, "turn off the lights upstairs", ()),
        ("no, on in the office", LAMPS, "turn on the lights in the office", ()),
    ],
)  # fmt: skip
def test_a_fragment_becomes_a_sentence(
    said: str, last: Spoken, text: str, upon: tuple[str, ...]
) -> None:
    fragment = fragment_of(said)
    assert fragment is not None
    sentence = FRAGMENTS.whole(fragment, last)
    assert sentence is not None
    assert sentence.text.lower() == text
    assert tuple(entity.id for entity in sentence.upon) == upon


@pytest.mark.parametrize(
    ("said", "last"),
    [
        ("the other one", MILK),
        ("but not the moon", LAMPS),
        ("but not the floor lamp", LAMP),
        ("but not the milk", MILK),
        ("and on in the bedroom", MILK),
        ("and on upstairs then off", LAMP),
    ],
)
def test_what_makes_no_sense_after_it_makes_no_sentence(said: str, last: Spoken) -> None:
    fragment = fragment_of(said)
    assert fragment is not None
    assert FRAGMENTS.whole(fragment, last) is None


def test_what_was_only_asked_about_has_no_other_state() -> None:
    asked = Spoken(LAMP.tagging, candidates=("light.den_lamp", "light.floor_lamp"))
    for said in ("and off", "30 percent", "blue", "a bit brighter", "and on in the bedroom"):
        fragment = fragment_of(said)
        assert fragment is not None
        assert FRAGMENTS.whole(fragment, asked) is None


def test_only_what_the_home_has_is_named() -> None:
    for said, known in (("and the desk lamp", True), ("and the moon lamp", False)):
        fragment = fragment_of(said)
        assert fragment is not None
        assert FRAGMENTS.names(fragment) is known


def test_all_that_was_spoken_of_or_only_the_last() -> None:
    context = Context((LAMP, CURTAIN))
    assert [e.id for e in spoken_of(context, HOME, every=True)] == [
        "light.floor_lamp",
        "cover.left",
    ]
    assert [e.id for e in spoken_of(context, HOME, every=False)] == ["cover.left"]
    assert spoken_of(Context(), HOME, every=True) == ()


def test_of_what_was_asked_between_what_is_gone_is_not_offered() -> None:
    asked = Spoken(LAMP.tagging, candidates=("light.den_lamp", "light.thrown_away"))
    assert [e.id for e in offered(asked, HOME)] == ["light.den_lamp"]
