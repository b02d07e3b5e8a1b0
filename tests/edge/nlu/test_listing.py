"""Which list is meant, and which items go on it."""

from __future__ import annotations

import pytest

from edge.home.graph import Home
from edge.nlu.resolver import Resolver
from edge.types import Understanding
from tests.edge.nlu.homes import entity, states, tagging

SHOPPING = entity("todo.shopping", "Shopping List", state="0")
CHORES = entity("todo.chores", "Chores", state="0")
HARDWARE = entity("todo.hardware", "Hardware Store", state="0", aliases=("diy",))
ADD, ADD_SHOPPING = "HassListAddItem", "HassShoppingListAddItem"


def meaning(marked: str, intent: str, *lists: str) -> Understanding:
    """What is meant where there are these lists; all three by default."""
    there = [e for e in (SHOPPING, CHORES, HARDWARE) if not lists or e.id in lists]
    home = Home(entities=(*there, entity("light.list", "List Light")))
    return Resolver(home).resolve(tagging(marked, intent), states(home))


def targets(understanding: Understanding) -> list[str]:
    assert understanding.question is None, understanding.question
    return [target for intent in understanding.intents for target in intent.targets]


@pytest.mark.parametrize(
    ("marked", "intent", "target"),
    [
        ("add [milk](item) to the shopping list", ADD_SHOPPING, "todo.shopping"),
        ("add [milk](item) to the [shopping](name) list", ADD, "todo.shopping"),
        ("add [mop](item) to my [chores](name)", ADD, "todo.chores"),
        ("add [mop](item) to the [chores](name) list", ADD, "todo.chores"),
        ("put [nails](item) on the [hardware store](name) list", ADD, "todo.hardware"),
        ("put [nails](item) on the [diy](name) list", ADD, "todo.hardware"),
        ("remove [mop](item) from [chores](name)", "HassListRemoveItem", "todo.chores"),
        ("[mop](item) is done on my [chores](name)", "HassListCompleteItem", "todo.chores"),
        ("cross [milk](item) off", "HassShoppingListCompleteItem", "todo.shopping"),
    ],
)
def test_a_list_is_found_by_its_name(marked: str, intent: str, target: str) -> None:
    assert targets(meaning(marked, intent)) == [target]


@pytest.mark.parametrize("said", ["my list", "my [to do](name) list", "the [todo list](name)"])
def test_my_list_is_the_only_one_there_is(said: str) -> None:
    assert targets(meaning(f"add [mop](item) to {said}", ADD, "todo.chores")) == ["todo.chores"]


def test_the_only_list_is_also_the_shopping_list() -> None:
    found = meaning("add [milk](item) to the shopping list", ADD_SHOPPING, "todo.chores")
    assert targets(found) == ["todo.chores"]


def test_one_of_several_lists_is_asked_about() -> None:
    found = meaning("add [mop](item) to my list", ADD, "todo.chores", "todo.hardware")
    assert found.question == "Which list do you mean, Chores or Hardware Store?"
    assert found.candidates == ("todo.chores", "todo.hardware")
    assert [(intent.slots, intent.targets) for intent in found.intents] == [({"item": "mop"}, ())]


def test_a_list_that_is_not_there_is_said_and_nothing_goes_on_another() -> None:
    found = meaning("add [milk](item) to the [holiday](name) list", ADD)
    assert found.question == "I don't know any holiday lists in this home."
    assert [(intent.slots, intent.targets) for intent in found.intents] == [
        ({"name": "holiday", "item": "milk"}, ())
    ]


def test_each_item_is_an_intent_of_its_own_and_none_comes_twice() -> None:
    said = "add [milk](item) and [eggs](item) and [milk](item) to the [shopping](name) list"
    found = meaning(said, ADD)
    assert [intent.slots["item"] for intent in found.intents] == ["milk", "eggs"]
    assert {intent.slots["name"] for intent in found.intents} == {"Shopping List"}
    assert targets(found) == ["todo.shopping", "todo.shopping"]


def test_a_shopping_list_needs_no_name() -> None:
    (intent,) = meaning("add [milk](item) to the shopping list", ADD_SHOPPING).intents
    assert intent.slots == {"item": "milk"}
