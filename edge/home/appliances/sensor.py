"""A virtual sensor: it tells a value and obeys nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge.home.appliances.appliance import Appliance
from edge.home.graph import Entity
from edge.types import EntityState

_ANNOUNCED = {"unit_of_measurement": "unit_of_meas", "state_class": "stat_cla"}


def _announce(entity: Entity) -> dict[str, Any]:
    attributes = entity.state.attributes
    units = {short: attributes[name] for name, short in _ANNOUNCED.items() if name in attributes}
    return {"stat_t": "~/state", **units}


def _tell(_: Entity, state: EntityState) -> Mapping[str, str]:
    unknown = state.state in ("", "unknown", "unavailable")
    return {"state": "None" if unknown else state.state}


SENSOR = Appliance(_announce, _tell, lambda _, __, ___: None, frozenset(_ANNOUNCED))
