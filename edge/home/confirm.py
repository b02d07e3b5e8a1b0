"""When a state that came back confirms an action.

The state must be the one expected (any, when the expected one is empty) and each attribute expected
must be there. Numbers may differ by a hundredth of their range, because devices count in their own
steps.
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


def confirms(state: EntityState | None, expected: EntityState) -> bool:
    """Whether a state is the one expected."""
    if state is None or (expected.state and state.state != expected.state):
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
