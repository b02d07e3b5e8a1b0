"""To-do lists: HassListAddItem, HassListCompleteItem and HassListRemoveItem.

The state of a list is the number of its open items, as in Home Assistant, so each deed tells which
number confirms it. What is checked off or removed is sought on the list first and called as it is
written there; of a list that does not tell its items, but has some, the words are sent as said.

What is on a list is asked with HassGetState, whose skill has `tell` answer; open items alone count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz, process

from edge.home.graph import Entity
from edge.types import Action, Answer, EntityState, Intent
from skills.skill import House, Skill
from skills.wording import be, listed, sentence, the

_ALIKE = 85
"""Least likeness (0 to 100) of what is said to what is written: "egg" finds "eggs"."""


@dataclass(frozen=True, slots=True)
class _Deed:
    service: str
    done: str
    """What is said when it is done."""
    asked: str
    """What is said when nobody said which item."""
    data: Mapping[str, Any]
    """The service's fields beside the item."""


_ADD = _Deed("todo.add_item", "added {} to {}", "what to add to {}", {})
_DONE = {"status": "completed"}
_COMPLETE = _Deed("todo.update_item", "checked {} off {}", "what to check off {}", _DONE)
_REMOVE = _Deed("todo.remove_item", "removed {} from {}", "what to remove from {}", {})
_DEEDS = {
    "HassShoppingListAddItem": _ADD,
    "HassShoppingListCompleteItem": _COMPLETE,
    "HassListAddItem": _ADD,
    "HassListCompleteItem": _COMPLETE,
    "HassListRemoveItem": _REMOVE,
}


@dataclass(frozen=True, slots=True)
class _Item:
    """One line of a list."""

    summary: str
    open: bool


def handle(intent: Intent, house: House) -> Answer:
    """Add an item, or check off or remove one that is there."""
    lists = house.targets(intent, "todo")
    if not lists:
        return Answer(speech="I don't know which list you mean.")
    deed = _DEEDS[intent.name]
    said = str(intent.slots.get("item", "")).strip()
    if not said:
        return Answer(speech=sentence(f"I don't know {deed.asked.format(_called(lists[0]))}"))
    lines = [(entity, _line(deed, said, house.state(entity))) for entity in lists]
    found = [(entity, line) for entity, line in lines if line is not None]
    if not found:
        on = listed([_called(entity) for entity in lists])
        return Answer(speech=sentence(f"I can't find {said} on {on}"))
    actions = tuple(_action(deed, entity, line, house) for entity, line in found)
    names = listed([_called(entity) for entity, _ in found])
    return Answer(actions, sentence(deed.done.format(found[0][1].summary, names)))


def tell(intent: Intent, house: House) -> str:
    """The sentence that answers a question about lists: which there are, or what is on one.

    With the slot `item` it says whether that is on the list.
    """
    lists = house.targets(intent, "todo")
    if not lists:
        return "You have no lists."
    item = str(intent.slots.get("item", "")).strip()
    if item:
        return _whether(item, lists, house)
    if "name" in intent.slots:
        return " ".join(_content(entity, house) for entity in lists)
    names = listed([_called(entity) for entity in lists])
    return f"You have {'one list' if len(lists) == 1 else f'{len(lists)} lists'}: {names}."


def _content(entity: Entity, house: House) -> str:
    """What is on one list."""
    state, name = house.state(entity), _called(entity)
    items = _items(state)
    if items is None:
        if not state.state.isdecimal():
            return sentence(f"I don't know what is on {name}")
        count = int(state.state)
        if count:
            return f"{_there_are(count)} on {name}, but it doesn't tell me what."
    names = [item.summary for item in items or () if item.open]
    if not names:
        return sentence(f"{name} is empty")
    return f"{_there_are(len(names))} on {name}: {listed(names)}."


def _there_are(count: int) -> str:
    return "There is 1 thing" if count == 1 else f"There are {count} things"


def _whether(item: str, lists: Sequence[Entity], house: House) -> str:
    """Whether something is on any of some lists."""
    on = listed([_called(entity) for entity in lists])
    known = [(entity, _items(house.state(entity))) for entity in lists]
    for entity, items in known:
        found = _likest(item, [line for line in items or () if line.open])
        if found is not None:
            return f"Yes, {found.summary} {be(found.summary)} on {_called(entity)}."
    told = all(items is not None or house.state(e).state == "0" for e, items in known)
    if not told:
        return sentence(f"I don't know whether {item} {be(item)} on {on}")
    return f"No, {item} {be(item)} not on {on}."


def _line(deed: _Deed, said: str, state: EntityState) -> _Item | None:
    """The line that is meant; None where it is not on the list. Only open ones are checked off."""
    if deed is _ADD:
        return _Item(said, open=True)
    items = _items(state)
    if items is None:
        return None if _count(state) == 0 else _Item(said, open=True)
    if deed is _COMPLETE:
        items = [item for item in items if item.open]
    items.sort(key=lambda item: not item.open)
    return _likest(said, items)


def _likest(said: str, items: Sequence[_Item]) -> _Item | None:
    """The item that is most like what is said; None where none is like it."""
    like = process.extractOne(
        said.casefold(),
        [item.summary.casefold() for item in items],
        scorer=fuzz.ratio,
        score_cutoff=_ALIKE,
    )
    return items[like[2]] if like is not None else None


def _action(deed: _Deed, entity: Entity, line: _Item, house: House) -> Action:
    count = _count(house.state(entity))
    after = count + 1 if deed is _ADD else max(count - line.open, 0)
    data = {"item": line.summary, **deed.data}
    return Action(deed.service, entity.id, data, EntityState(str(after)))


def _count(state: EntityState) -> int:
    """How many items are open, by the state, or by the items where the state is no number."""
    if state.state.isdecimal():
        return int(state.state)
    return sum(item.open for item in _items(state) or ())


def _items(state: EntityState) -> list[_Item] | None:
    """What is on a list; None where it does not tell."""
    told = state.attributes.get("todo_items")
    if not isinstance(told, list | tuple):
        return None
    return [
        _Item(str(item.get("summary", "")), item.get("status") != "completed")
        if isinstance(item, Mapping)
        else _Item(str(item), open=True)
        for item in told
    ]


def _called(entity: Entity) -> str:
    """A list in the middle of a sentence: "the shopping list", "the groceries list"."""
    name = the(entity)
    return name if "list" in name.lower().split() else f"{name} list"


LISTS = Skill(
    name="lists",
    intents=tuple(_DEEDS),
    permissions=frozenset(deed.service for deed in _DEEDS.values()),
    handle=handle,
)
