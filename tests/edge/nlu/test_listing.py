"""Which list is meant, and which items go on it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.home.graph import Home
from edge.nlu.resolver import Resolver
from edge.types import Span, Tagging, Understanding
from tests.edge.nlu.homes import entity, states, tagging

SHOPPING = entity("todo.shopping", "Shopping List", state="0")
CHORES = entity("todo.chores", "Chores", state="0")
HARDWARE = entity("todo.hardware", "Hardware Store", state="0", aliases=("diy",))
ALL_LISTS = Home(entities=(SHOPPING, CHORES, HARDWARE))
RESOLVER = Resolver(ALL_LISTS)
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


@pytest.mark.parametrize(
    ("marked", "target", "item"),
    [
        ("what is on the [shopping list](name)", "todo.shopping", None),
        ("what do i need to buy", "todo.shopping", None),
        ("what is on my [chores](name) list", "todo.chores", None),
        ("is there any milk on the [shopping list](name)", "todo.shopping", "milk"),
        ("does the [shopping list](name) have rice on it", "todo.shopping", "rice"),
        ("is there anything on the [shopping list](name)", "todo.shopping", None),
    ],
)
def test_a_question_is_about_one_list_and_may_seek_an_item(
    marked: str, target: str, item: str | None
) -> None:
    found = meaning(marked, "HassGetState")
    assert targets(found) == [target]
    assert found.intents[0].slots.get("item") == item


WORDS = "what is are on in the my list lists to do buy need does have any milk it shopping chores ?"


@given(
    st.text() | st.lists(st.sampled_from(WORDS.split()), max_size=15).map(" ".join),
    st.sampled_from(["HassGetState", ADD, ADD_SHOPPING, "HassListRemoveItem"]),
)
def test_no_text_raises_and_a_question_changes_no_list(text: str, intent: str) -> None:
    for label in ("name", "item", "domain"):
        spans = (Span(label, 0, len(text), text),) if text else ()
        found = RESOLVER.resolve(Tagging(text, intent, 0.99, spans), states(ALL_LISTS))
        if found.question is not None:
            assert not any(each.targets for each in found.intents)
