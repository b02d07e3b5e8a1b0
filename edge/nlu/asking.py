"""The questions that are asked instead of guessing, in words."""

from __future__ import annotations

from collections.abc import Sequence

from edge.home.graph import Entity, Home
from edge.nlu.found import Place
from edge.types import Intent, Understanding

_LONGEST = 80
"""So many letters of an unknown name are said back."""
_LISTED = 4
"""A question names at most so many choices."""


def which(
    noun: str, entities: Sequence[Entity], home: Home, intent: Intent | None = None
) -> Understanding:
    """Ask: "Which lamp do you mean, Desk Lamp or Floor Lamp?"; `intent` waits for the answer."""
    ids = tuple(entity.id for entity in entities)
    intents = (intent,) if intent is not None else ()
    if len(entities) > _LISTED:
        question = f"Which {noun} do you mean? There are {len(entities)}."
        return Understanding(intents, question, ids)
    names = _told_apart(entities, home)
    choice = f"{', '.join(names[:-1])} or {names[-1]}"
    return Understanding(intents, f"Which {noun} do you mean, {choice}?", ids)


def unknown(name: str, places: Sequence[Place] = (), intent: Intent | None = None) -> Understanding:
    """The home has nothing of this name, or has none there; `intent` is what was asked for."""
    where = f" {places[0].phrase}" if places else ""
    intents = (intent,) if intent is not None else ()
    return Understanding(intents, f"I don't know anything called {name.strip()[:_LONGEST]}{where}.")


def none_there(noun: str, places: Sequence[Place], intent: Intent) -> Understanding:
    """There is nothing of a kind in a place, or anywhere; `noun` is in the plural."""
    where = (places[0] if places else Place()).phrase
    return Understanding((intent,), f"I don't know any {noun} {where}.")


def unfit(entity: Entity) -> Understanding:
    """The thing named cannot be what is asked for."""
    if entity.domain == "lock":
        return Understanding(question=f"{entity.name} is a lock. Say lock or unlock.")
    kind = entity.domain.replace("_", " ")
    article = "an" if kind[0] in "aeiou" else "a"
    return Understanding(question=f"I can't do that with {entity.name}, which is {article} {kind}.")


def leaving() -> Understanding:
    """It was said not to do it: nothing is done, and above all not the opposite."""
    return Understanding(question="All right, I leave it as it is.")


def excepting() -> Understanding:
    """Something shall be left out; doing it to all would be wrong."""
    return Understanding(question="I can't leave anything out yet. Tell me which ones you mean.")


def later() -> Understanding:
    """It shall wait for something; doing it now would be wrong."""
    return Understanding(question="I can't wait for something yet. Tell me when it is time.")


def nothing_left() -> Understanding:
    """All that was meant was also to be left out."""
    return Understanding(question="Then there is nothing left to do.")


def what_is_meant() -> Understanding:
    """ "it", where nothing was spoken of."""
    return Understanding(question="What do you mean?")


def not_all_understood() -> Understanding:
    """One of several commands means nothing; the others alone would be half of it."""
    return Understanding(question="I didn't understand all of that, so I did nothing.")


def one_at_a_time() -> Understanding:
    """Several things shall be done; half of them would be wrong."""
    return Understanding(question="One thing at a time, please.")


def _told_apart(entities: Sequence[Entity], home: Home) -> list[str]:
    """Their names, with the area or the domain where the name alone is not enough."""
    areas = [home.area_of(entity) for entity in entities]
    ways = (
        [entity.name for entity in entities],
        [
            f"{e.name} in the {a.name}" if a else e.name
            for e, a in zip(entities, areas, strict=True)
        ],
        [f"the {entity.domain.replace('_', ' ')} {entity.name}" for entity in entities],
    )
    return next((names for names in ways if len(set(names)) == len(names)), ways[-1])
