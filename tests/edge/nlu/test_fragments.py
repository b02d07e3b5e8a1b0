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
    ],
)
def test_a_fragment_becomes_a_sentence(
    said: str, last: Spoken, text: str, upon: tuple[str, ...]
) -> None:
    fragment = fragment_of(said)
    assert fragment is not None
    sentence = FRAGMENTS.whole(fragment, last)
    assert sentence is not None
    assert sentence.text.lower() == text
    assert tuple(entity.id for entity in sentence.upon) == upon


def test_the_other_of_many_is_nobody() -> None:
    fragment = fragment_of("the other one")
    assert fragment is not None
    assert FRAGMENTS.whole(fragment, MILK) is None


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
