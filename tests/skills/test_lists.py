"""To-do lists: what is added, checked off and removed, and which number confirms it."""

from __future__ import annotations

from typing import Any

import pytest

from edge.home.confirm import confirms
from edge.home.discovery import read_discovery
from edge.home.graph import Entity
from edge.home.virtual import VirtualHome
from edge.types import Action, Answer, EntityState
from skills.skill import House
from tests.edge.nlu.homes import entity
from tests.skills.asked import answer, house_of

ADD, COMPLETE, REMOVE = "HassListAddItem", "HassListCompleteItem", "HassListRemoveItem"
SHOPPING = "todo.shopping"


def house(state: str, *, name: str = "Shopping List", **attributes: Any) -> House:
    return house_of(entity(SHOPPING, name, state=state, **attributes))


def line(summary: str, status: str = "needs_action") -> dict[str, str]:
    return {"summary": summary, "status": status}


def test_an_item_is_added_and_counted() -> None:
    said = answer(ADD, [SHOPPING], house("2"), item="oat milk", name="Shopping List")
    action = Action("todo.add_item", SHOPPING, {"item": "oat milk"}, EntityState("3"))
    assert said == Answer((action,), "Added oat milk to the shopping list.")


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("Shopping List", "the shopping list"),
        ("Groceries", "the groceries list"),
        ("My List", "my list"),
    ],
)
def test_a_list_is_called_a_list_once(name: str, called: str) -> None:
    said = answer(ADD, [SHOPPING], house("0", name=name), item="milk")
    assert said.speech == f"Added milk to {called}."


@pytest.mark.parametrize("state", ["unknown", ""])
def test_a_list_without_a_number_counts_its_open_items(state: str) -> None:
    items = [line("eggs"), line("bread", "completed"), "salt"]
    said = answer(ADD, [SHOPPING], house(state, todo_items=items), item="milk")
    assert said.actions[0].expect == EntityState("3")
    assert answer(ADD, [SHOPPING], house(state), item="milk").actions[0].expect == EntityState("1")


@pytest.mark.parametrize("said", ["oat milk", "Oat Milk", "oat milks"])
def test_an_item_is_checked_off_as_it_is_written(said: str) -> None:
    there = house("2", todo_items=[line("milk"), line("Oat milk")])
    data = {"item": "Oat milk", "status": "completed"}
    action = Action("todo.update_item", SHOPPING, data, EntityState("1"))
    assert answer(COMPLETE, [SHOPPING], there, item=said) == Answer(
        (action,), "Checked Oat milk off the shopping list."
    )


def test_what_is_not_on_the_list_is_said_and_not_tried() -> None:
    there = house("1", todo_items=[line("milk"), line("bread", "completed")])
    for name, item in ((COMPLETE, "silk scarf"), (COMPLETE, "bread"), (REMOVE, "eggs")):
        assert answer(name, [SHOPPING], there, item=item) == Answer(
            speech=f"I can't find {item} on the shopping list."
        )
    assert answer(COMPLETE, [SHOPPING], house("0"), item="milk").actions == ()


def test_an_item_is_removed_also_when_it_is_checked_off() -> None:
    there = house("1", todo_items=[line("milk"), line("bread", "completed")])
    milk = answer(REMOVE, [SHOPPING], there, item="milk")
    action = Action("todo.remove_item", SHOPPING, {"item": "milk"}, EntityState("0"))
    assert milk == Answer((action,), "Removed milk from the shopping list.")
    assert answer(REMOVE, [SHOPPING], there, item="bread").actions[0].expect == EntityState("1")


def test_a_list_that_keeps_its_items_to_itself_gets_them_as_said() -> None:
    said = answer(COMPLETE, [SHOPPING], house("4"), item="milk")
    assert said.actions[0].data == {"item": "milk", "status": "completed"}
    assert said.actions[0].expect == EntityState("3")


def test_a_list_and_an_item_must_be_known() -> None:
    assert answer(ADD, [], item="milk") == Answer(speech="I don't know which list you mean.")
    assert answer(ADD, [SHOPPING], house("0")) == Answer(
        speech="I don't know what to add to the shopping list."
    )


@pytest.mark.parametrize(
    ("name", "item"), [(ADD, "milk"), (COMPLETE, "eggs"), (REMOVE, "eggs"), (REMOVE, "bread")]
)
@pytest.mark.parametrize("state", ["2", "unknown"])
def test_a_virtual_list_confirms_what_the_skill_expects(name: str, item: str, state: str) -> None:
    items = [line("bread", "completed"), line("eggs"), line("Eggs")]
    there = house(state, todo_items=items)
    (action,) = answer(name, [SHOPPING], there, item=item).actions
    after = obeyed(there, action)
    assert action.expect is not None
    assert confirms(after, action.expect)


def obeyed(there: House, action: Action) -> EntityState:
    """The state of a virtual list after an action."""
    virtual = VirtualHome(there.home)
    (mqtt,) = read_discovery(virtual.discovery()[0].topic, virtual.discovery()[0].payload)
    for message in mqtt.command(action):
        virtual.handle(message)
    return virtual.states()[action.entity_id]


def asked(*lists: Entity, **slots: str) -> str:
    """The answer to a question about lists."""
    targets = [entity.id for entity in lists]
    return answer("HassGetState", targets, house_of(*lists), **slots).speech


def shopping(state: str = "2", **attributes: Any) -> Entity:
    return entity(SHOPPING, "Shopping List", state=state, **attributes)


FULL = [line("milk"), line("eggs"), line("bread", "completed")]


@pytest.mark.parametrize(
    ("state", "attributes", "speech"),
    [
        ("2", {"todo_items": FULL},
         "There are 2 things on the shopping list: milk and eggs."),
        ("1", {"todo_items": ["milk"]}, "There is 1 thing on the shopping list: milk."),
        ("0", {"todo_items": [line("milk", "completed")]}, "The shopping list is empty."),
        ("0", {}, "The shopping list is empty."),
        ("3", {}, "There are 3 things on the shopping list, but it doesn't tell me what."),
        ("unknown", {}, "I don't know what is on the shopping list."),
    ],
)  # fmt: skip
def test_what_is_on_a_list_is_told(state: str, attributes: dict[str, Any], speech: str) -> None:
    assert asked(shopping(state, **attributes), name="Shopping List") == speech


@pytest.mark.parametrize(
    ("item", "speech"),
    [
        ("milk", "Yes, milk is on the shopping list."),
        ("egg", "Yes, eggs are on the shopping list."),
        ("bread", "No, bread is not on the shopping list."),
        ("onions", "No, onions are not on the shopping list."),
    ],
)
def test_an_item_is_on_a_list_or_not(item: str, speech: str) -> None:
    assert asked(shopping(todo_items=FULL), name="Shopping List", item=item) == speech


def test_a_list_that_keeps_its_items_to_itself_leaves_it_open() -> None:
    assert asked(shopping("3"), name="Shopping List", item="milk") == (
        "I don't know whether milk is on the shopping list."
    )
    assert asked(shopping("0"), name="Shopping List", item="milk") == (
        "No, milk is not on the shopping list."
    )


def test_the_lists_are_named() -> None:
    chores = entity("todo.chores", "Chores", state="0")
    assert asked(shopping(), chores, domain="todo") == (
        "You have 2 lists: the shopping list and the chores list."
    )
    assert asked(chores, domain="todo") == "You have one list: the chores list."
    assert asked(domain="todo") == "You have no lists."
