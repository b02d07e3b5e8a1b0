"""What is found in a text: places, kinds of things, names, and the entities that they mean."""

from __future__ import annotations

from dataclasses import dataclass, field

from edge.home.graph import Area, Entity, Floor
from edge.nlu.kinds import Kind
from edge.types import SlotValue


@dataclass(frozen=True, slots=True)
class Place:
    """Where: an area, a floor, or both None for anywhere."""

    area: Area | None = None
    floor: Floor | None = None

    @property
    def slots(self) -> dict[str, SlotValue]:
        """The slot of the place, by its name as the home writes it."""
        if self.area is not None:
            return {"area": self.area.name}
        return {"floor": self.floor.name} if self.floor is not None else {}

    @property
    def phrase(self) -> str:
        """The place in a sentence: "in the Kitchen", "on the First Floor", "upstairs"."""
        part = self.area or self.floor
        if part is None:
            return "in this home"
        bare = part.name.lower()
        if bare in {"upstairs", "downstairs", "outside", "inside", "outdoors", "indoors"}:
            return bare
        return f"{'on' if 'floor' in bare.split() else 'in'} the {part.name}"


@dataclass(frozen=True, slots=True)
class Noun:
    """A kind of thing as it was said."""

    text: str
    kind: Kind
    plural: bool


@dataclass(frozen=True, slots=True)
class Scan:
    """What a piece of text names exactly, in its order, and the words that name nothing."""

    places: tuple[Place, ...] = ()
    nouns: tuple[Noun, ...] = ()
    entities: tuple[str, ...] = ()
    """Names of entities, as they were said."""
    rest: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """It names something of the home, and nothing else is said."""
        return not self.rest and bool(self.places or self.nouns or self.entities)


@dataclass(frozen=True, slots=True)
class Wording:
    """A way to read a name: its words, and what must be true of an entity so called."""

    text: str
    holds_place: bool = False
    """The words of the place are part of the name, so that the place need not match."""
    domain: str | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """The entities that a name may mean, equally likely, with the score of the best."""

    entities: tuple[Entity, ...] = ()
    score: float = 0.0
    holds_place: bool = False
    unfit: Entity | None = field(default=None)
    """An entity of just this name with which the request cannot be about."""
    nearly: Entity | None = field(default=None)
    """The only entity whose name is like this, where the request cannot be about it."""
