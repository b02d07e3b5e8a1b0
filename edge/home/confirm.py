"""When a state that came back confirms an action.

The state must be the one expected (any, when the expected one is empty) and each attribute expected
must be there. Numbers may differ by a hundredth of their range, because devices count in their own
steps. What takes its time is confirmed once it is on its way: a shutter that is closing, or that
stands nearer to where it shall be than before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge.types import EntityState

TOLERANCES: Mapping[str, float] = {
    "brightness": 3,
    "volume_level": 0.01,
    "percentage": 1,
    "current_position": 1,
    "temperature": 0.5,
    "color_temp_kelvin": 50,
    "rgb_color": 8,
}
"""Attribute → how far it may be off: about a hundredth of its range; half a degree for thermostats
with half steps; a colour a little more, since it may have gone through another colour space."""


ON_ITS_WAY: Mapping[str, str] = {
    "open": "opening",
    "closed": "closing",
    "locked": "locking",
    "unlocked": "unlocking",
    "docked": "returning",
}
"""State → the one that comes before it, as Home Assistant calls them."""
_POSITION = "current_position"
_ENDS = {"open": 100, "closed": 0}


def confirms(
    state: EntityState | None, expected: EntityState, before: EntityState | None = None
) -> bool:
    """Whether a state is the one expected, or on its way there from the one `before`."""
    if state is None:
        return False
    return _is_on_its_way(state, expected, before) or _is_there(state, expected)


def _is_on_its_way(state: EntityState, expected: EntityState, before: EntityState | None) -> bool:
    is_partial = _POSITION in expected.attributes
    if not is_partial and state.state == ON_ITS_WAY.get(expected.state):
        return True
    goal = _number(expected.attributes.get(_POSITION, _ENDS.get(expected.state)))
    now = _number(state.attributes.get(_POSITION))
    earlier = _number(before.attributes.get(_POSITION) if before is not None else None)
    if goal is None or now is None or earlier is None:
        return False
    if is_partial and state.state in ("opening", "closing"):
        return (state.state == "opening") == (goal > earlier)
    if not is_partial and (now == goal or state.state == "closed"):
        return False  # the state is still to come on a topic of its own
    return abs(goal - now) < abs(goal - earlier)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _is_there(state: EntityState, expected: EntityState) -> bool:
    if expected.state and state.state != expected.state:
        return False
    return all(
        _close(name, state.attributes.get(name), value, state.attributes)
        for name, value in expected.attributes.items()
    )


def _close(name: str, found: Any, wanted: Any, attributes: Mapping[str, Any]) -> bool:
    if found == wanted:
        return True
    tolerance = TOLERANCES.get(name, 0.0)
    if name == "percentage":
        tolerance = max(tolerance, float(attributes.get("percentage_step") or 0))
    if isinstance(wanted, list | tuple) and isinstance(found, list | tuple):
        return len(wanted) == len(found) and all(
            _near(one, other, tolerance) for one, other in zip(found, wanted, strict=True)
        )
    return _near(found, wanted, tolerance)


def _near(found: Any, wanted: Any, tolerance: float) -> bool:
    numbers = all(isinstance(value, int | float) for value in (found, wanted))
    return numbers and abs(found - wanted) <= tolerance
