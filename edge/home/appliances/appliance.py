"""What a virtual device of one kind is: how it announces itself, tells its state and obeys.

An `Appliance` is three functions and a few names; it holds no state
(`edge.home.virtual.VirtualDevice` does). Its topics lie below one base topic: it tells on
`<base>/<part>` and takes commands on `<base>/set` and `<base>/set/<part>`. It knows nothing of the
code that reads discovery and makes commands, so that a round trip between the two tests both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from edge.home.graph import Entity
from edge.types import EntityState

Obey = Callable[[EntityState, str, str], EntityState | None]
"""obey(state, part, payload): the state after a command; None when the device ignores it.
`part` is "" for `<base>/set`. Raises ValueError for a payload that it does not understand."""


@dataclass(frozen=True, slots=True)
class Appliance:
    """One kind of virtual device."""

    announce: Callable[[Entity], dict[str, Any]]
    """The discovery keys of its component; topics begin with "~"."""
    tell: Callable[[Entity, EntityState], Mapping[str, str]]
    """Part of the topic → payload, for all that it tells by its component's own topics."""
    obey: Obey
    tells: frozenset[str] = frozenset()
    """The attributes that `announce` and `tell` cover; others go to the attributes topic."""


def with_state(state: EntityState, name: str, **attributes: Any) -> EntityState:
    """A state with another name and some attributes set."""
    return EntityState(name, {**state.attributes, **attributes})


def with_attributes(state: EntityState, **attributes: Any) -> EntityState:
    """A state with some attributes set."""
    return replace(state, attributes={**state.attributes, **attributes})


def has_feature(state: EntityState, name: str) -> bool:
    """Whether a device has a feature such as "SET_POSITION"; one that lists none has all.

    Home files list features by name, also with a prefix: "cover.CoverEntityFeature.SET_POSITION".
    """
    listed = state.attributes.get("supported_features")
    return not isinstance(listed, list) or any(
        str(feature).rpartition(".")[2].upper() == name for feature in listed
    )


def number(value: Any) -> float | None:
    """A number, also from text; None for what is none."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def written(value: float) -> str:
    """A number as a payload, without ".0"."""
    return str(int(value)) if value.is_integer() else str(value)


def numeric(text: str) -> int | float:
    """A number from a payload, whole where it is. Raises ValueError."""
    value = float(text)
    return int(value) if value.is_integer() else value
