"""Which list, and which items: "add milk and eggs to the shopping list", "put it on my tasks".

Each item is an intent of its own. A list is found by its name, with or without "list" behind it;
"my list" and "the to-do list" mean the only one, or the one that is called so. Home Assistant has
intents of its own for the shopping list; they keep their names and find the list that is one.

Questions are told from orders by their intent, HassGetState, and find their list the same way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from edge.home.graph import Entity
from edge.nlu import asking
from edge.nlu.finding import Lexicon
from edge.nlu.found import Wording
from edge.nlu.heard import Heard
from edge.nlu.matching import is_plural, normalised, singular_text
from edge.nlu.request import Request
from edge.types import Intent, SlotValue, Span, Understanding

OF_SHOPPING = frozenset({"HassShoppingListAddItem", "HassShoppingListCompleteItem"})
OF_LISTS = OF_SHOPPING | {"HassListAddItem", "HassListCompleteItem", "HassListRemoveItem"}
_GENERIC = frozenset({"todo", "to", "do", "task", "list", "my", "the", "our", "item", "thing"})
_SHOPPING = ("shopping list", "shopping", "grocery list", "groceries", "grocery")
_NEED = re.compile(r"\bwhat (?:else )?do (?:i|we) (?:still )?(?:have|need) to (buy|get|do)\b")
_IS_IT_ON = re.compile(
    r"(?:.*\b(?:if|whether) )?(?:is|are|was|were|do (?:i|we)(?: still)? (?:have|need)"
    r"|did (?:i|we|you) (?:put|add|write|have)|have (?:i|we) (?:got|put|added|written))"
    r"(?: there)?(?: any| some| the| a| an)?\b(.+?)(?: already| still| down)? (?:on|in|to|left on)"
    r"(?: the| my| our| a)? *$"
)
"""What comes before the list where an item is sought on it."""
_DOES = re.compile(r"(?:.*\b(?:if|whether) )?(?:do|does) ")
_HAS_IT = re.compile(
    r"(?: already)? (?:have|has|contains?|includes?|say)(?: any| some| the| a| an)?\b (.+?)"
    r"(?: (?:on|in) it)?[ ?.!]*$"
)
"""What comes after the list: "does the list have milk on it"."""
_ANYTHING = frozenset(
    {"anything", "something", "nothing", "everything", "any", "item", "items", "things", "else",
     "there", "left", "what", "that"}
)  # fmt: skip


_PAIRS = {
    "salt": {"vinegar", "pepper"}, "cheese": {"onion"}, "sweet": {"sour"}, "fish": {"chip"},
    "mac": {"cheese"}, "macaroni": {"cheese"}, "cookies": {"cream"}, "peanut butter": {"jelly"},
    "garlic": {"herb"}, "black": {"white"}, "rum": {"raisin"}, "oil": {"vinegar"},
}  # fmt: skip
"""Words that "and" makes one thing of where a noun follows them."""


def on_list(request: Request, lexicon: Lexicon) -> Understanding:
    """The intents about a list; asks where the home has none of that name, or several."""
    spans = request.heard.labelled("name")
    said = spans[0].text.strip() if spans else ""
    lists = lexicon.of_kind("todo", None, ())
    generic = _GENERIC.issuperset(singular_text(normalised(said)).split())
    if request.intent in OF_SHOPPING:
        found = _first_called(_SHOPPING, lists, lexicon) or (lists if len(lists) == 1 else ())
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
    said = (span.text for span in request.heard.labelled("item"))
    items = _paired([item.strip() for text in said for item in text.split(",") if item.strip()])
    made = request.made(dict(slots), lists[:1])
    if not items:
        return [made]
    return [replace(made, slots={**made.slots, "item": item}) for item in dict.fromkeys(items)]


def _paired(items: Sequence[str]) -> list[str]:
    """The items, with those made one whose "and" is part of it: "salt and vinegar crisps"."""
    result: list[str] = []
    for item in items:
        second, *more = item.lower().split()
        if result and more and second in _PAIRS.get(result[-1].lower(), ()):
            result[-1] = f"{result[-1]} and {item}"
        else:
            result.append(item)
    return result


def _called(name: str, lexicon: Lexicon) -> tuple[Entity, ...]:
    """The lists of a name, with or without "list"."""
    bare = name.lower().removesuffix(" list").strip() or name
    wordings = tuple(Wording(text) for text in dict.fromkeys((name, bare, f"{bare} list")))
    for tried in (*((wording,) for wording in wordings), wordings):
        named = lexicon.named(tried, (), lambda e: e.domain == "todo", lambda _: True, None)
        if len(named.entities) == 1:
            break
    return named.entities


def _first_called(
    names: Sequence[str], lists: Sequence[Entity], lexicon: Lexicon
) -> tuple[Entity, ...]:
    """The one list that one of some names fits, the first names first."""
    if len(lists) == 1:
        return tuple(lists)
    for name in filter(None, names):
        found = tuple(e for e in _called(name, lexicon) if e in lists)
        if len(found) == 1 and _fits(name, found[0]):
            return found
    return ()


def _fits(name: str, entity: Entity) -> bool:
    words = set(singular_text(normalised(name)).split())
    return any(
        words <= set(singular_text(normalised(n)).split()) for n in (entity.name, *entity.aliases)
    )


def asked(lexicon: Lexicon, heard: Heard, confidence: float) -> Understanding | None:
    """What a question about lists means; None where it is about none.

    "what lists do I have" is about all of them, every other question about one: the slot `name`
    says which, `item` what is sought on it. Asks where there are several, or none of that name.
    """
    spans = heard.labelled("name")
    said = spans[0].text.strip() if spans else ""
    kinds = [span for span in heard.labelled("domain") if _is_list(span.text, lexicon)]
    need = _NEED.search(heard.text)
    if not kinds and need is None and not _names_list(said, lexicon):
        return None
    lists = lexicon.of_kind("todo", None, ())
    generic = _GENERIC.issuperset(singular_text(normalised(said)).split())
    if generic and any(is_plural(span.text) for span in kinds):
        ids = tuple(entity.id for entity in lists)
        return Understanding((Intent("HassGetState", {"domain": "todo"}, ids, confidence),))
    if normalised(said) in _SHOPPING or (generic and need is not None and need[1] != "do"):
        found = _first_fitting((said, *_SHOPPING), lexicon)
    elif generic:
        chores = ("chores",) if need is not None else ()
        found = _first_called(("todo", "to do", "tasks", *chores, said), lists, lexicon) or lists
    else:
        found = _called(said, lexicon)
    item = _item_sought(heard, [*spans[:1], *kinds])
    slots: dict[str, SlotValue] = {"item": item} if item else {}
    if not found:
        return asking.none_there("lists" if generic else f"{said} lists", (), _question(slots))
    if len(found) > 1:
        return asking.which("list", found, lexicon.home, _question(slots))
    slots = {"name": found[0].name, **slots}
    return Understanding((Intent("HassGetState", slots, (found[0].id,), confidence),))


def _question(slots: dict[str, SlotValue]) -> Intent:
    """A question that waits for the list it is about."""
    return Intent("HassGetState", slots)


def _is_list(text: str, lexicon: Lexicon) -> bool:
    noun = lexicon.noun(text)
    return noun is not None and noun.kind.domain == "todo"


def _names_list(said: str, lexicon: Lexicon) -> bool:
    """Whether a name is that of a list, with or without "list", and of nothing else."""
    named = (*lexicon.called(said), *lexicon.called(f"{said} list")) if said else ()
    return bool(named) and all(entity.domain == "todo" for entity in named)


def _item_sought(heard: Heard, of_list: Sequence[Span]) -> str | None:
    """What is sought on a list: "milk" in "is there any milk on the shopping list"."""
    for span in heard.labelled("item"):
        return span.text.strip()
    if not of_list:
        return None
    first, last = min(s.start for s in of_list), max(s.end for s in of_list)
    found = _IS_IT_ON.match(heard.text[:first]) or _HAS_IT.match(heard.text[last:])
    if found is None or (found.re is _HAS_IT and not _DOES.match(heard.text)):
        return None
    item = found[1].strip()
    return None if _ANYTHING.issuperset(item.split()) else item


def _first_fitting(names: Sequence[str], lexicon: Lexicon) -> tuple[Entity, ...]:
    """The one list that is called by one of some names, the first names first."""
    for name in filter(None, names):
        found = _called(name, lexicon)
        if len(found) == 1:
            return found
    return ()
