"""Which list, and which items: "add milk and eggs to the shopping list", "put it on my tasks".

Each item is an intent of its own. A list is found by its name, with or without "list" behind it;
"my list" and "the to-do list" mean the only one, or the one that is called so. Home Assistant has
intents of its own for the shopping list; they keep their names and find the list that is one.
"""

from __future__ import annotations

from collections.abc import Sequence

from edge.home.graph import Entity
from edge.nlu import asking
from edge.nlu.finding import Lexicon, Wording
from edge.nlu.matching import normalised, singular_text
from edge.nlu.request import Request
from edge.types import Intent, SlotValue, Understanding

OF_SHOPPING = frozenset({"HassShoppingListAddItem", "HassShoppingListCompleteItem"})
OF_LISTS = OF_SHOPPING | {"HassListAddItem", "HassListCompleteItem", "HassListRemoveItem"}
_GENERIC = frozenset({"todo", "to", "do", "task", "list", "my", "the", "our", "item", "thing"})
_SHOPPING = ("shopping list", "shopping", "grocery list", "groceries", "grocery")


def on_list(request: Request, lexicon: Lexicon) -> Understanding:
    """The intents about a list; asks where the home has none of that name, or several."""
    spans = request.heard.labelled("name")
    said = spans[0].text.strip() if spans else ""
    lists = [e for e in lexicon.home.entities if e.domain == "todo"]
    generic = _GENERIC.issuperset(singular_text(normalised(said)).split())
    if request.intent in OF_SHOPPING:
        found = _first_called(_SHOPPING, lists, lexicon) or (lists if len(lists) == 1 else [])
        return Understanding(tuple(_each(request, {}, found)))
    if said and not generic:
        found = _called(said, lexicon)
    else:
        found = _first_called(("todo", "to do", "tasks", said), lists, lexicon) or lists
    slots: dict[str, SlotValue] = {"name": found[0].name} if len(found) == 1 else {}
    if len(found) == 1:
        return Understanding(tuple(_each(request, slots, found)))
    if not found:
        waiting = request.made({**slots, "name": said} if said else slots)
        return asking.none_there(f"{said} lists".strip(), (), waiting)
    return asking.which("list", found, lexicon.home, request.made(slots))


def _each(
    request: Request, slots: dict[str, SlotValue], lists: Sequence[Entity]
) -> Sequence[Intent]:
    """One intent for each item."""
    items = [span.text.strip() for span in request.heard.labelled("item")]
    made = request.made(dict(slots), lists[:1])
    if len(items) < 2:
        return [made]
    parts = [
        Intent(made.name, {**made.slots, "item": item}, made.targets, made.confidence)
        for item in dict.fromkeys(items)
    ]
    return parts


def _called(name: str, lexicon: Lexicon) -> list[Entity]:
    """The lists of a name, with or without "list"."""
    bare = name.lower().removesuffix(" list").strip() or name
    wordings = tuple(Wording(text) for text in dict.fromkeys((name, f"{bare} list", bare)))
    named = lexicon.named(wordings, (), lambda e: e.domain == "todo", lambda _: True, None)
    return list(named.entities)


def _first_called(names: Sequence[str], lists: Sequence[Entity], lexicon: Lexicon) -> list[Entity]:
    """The one list that one of some names fits, the first names first."""
    if len(lists) == 1:
        return list(lists)
    for name in filter(None, names):
        found = [e for e in _called(name, lexicon) if e in lists]
        if len(found) == 1 and _fits(name, found[0]):
            return found
    return []


def _fits(name: str, entity: Entity) -> bool:
    words = set(singular_text(normalised(name)).split())
    return any(
        words <= set(singular_text(normalised(n)).split()) for n in (entity.name, *entity.aliases)
    )
