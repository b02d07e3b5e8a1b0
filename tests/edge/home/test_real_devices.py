"""Real devices, as zigbee2mqtt, Tasmota, ESPHome and others announce them: read, told, commanded.

The fixtures say what must come of each message; `tests/e2e/test_home_assistant_real_devices.py`
checks that Home Assistant says the same.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from edge.types import Action
from tests.edge.home.real_devices import (
    RealDevice,
    Replayed,
    content_of,
    home_of,
    real_devices,
)

DEVICES = real_devices()


@pytest.mark.parametrize("device", DEVICES, ids=str)
def test_its_announcements_make_the_entities_that_they_should(device: RealDevice) -> None:
    found: dict[str, dict[str, Any]] = {}
    for mqtt in home_of(device):
        entity = mqtt.entity
        found[entity.id] = {"name": entity.name}
        if mqtt.suggested_area:
            found[entity.id]["area"] = mqtt.suggested_area
        if not mqtt.exposed:
            found[entity.id]["exposed"] = False
        if entity.state.attributes:
            found[entity.id]["attributes"] = json.loads(json.dumps(entity.state.attributes))
    assert found == device.entities


@pytest.mark.parametrize("device", DEVICES, ids=str)
def test_what_it_tells_changes_the_states_that_it_should_and_no_others(device: RealDevice) -> None:
    home = {mqtt.entity.id: Replayed(mqtt, mqtt.entity.state) for mqtt in home_of(device)}
    for told in device.told:
        problems: list[str] = []
        changes = {
            entity_id: replayed.tell(told.topic, told.payload, problems)
            for entity_id, replayed in home.items()
        }
        changed = {entity_id: change for entity_id, change in changes.items() if change}
        assert json.loads(json.dumps(changed)) == told.becomes, told
        assert problems == []


@pytest.mark.parametrize(
    ("device", "number"),
    [(device, number) for device in DEVICES for number in range(len(device.calls))],
    ids=str,
)
def test_a_service_call_sends_what_the_device_expects(device: RealDevice, number: int) -> None:
    home = {mqtt.entity.id: Replayed(mqtt, mqtt.entity.state) for mqtt in home_of(device)}
    for told in device.told:
        for replayed in home.values():
            replayed.tell(told.topic, told.payload, [])
    call = device.calls[number]
    spoken_to = home[call.entity_id]
    action = Action(call.service, call.entity_id, call.data)
    messages = spoken_to.mqtt.command(action, spoken_to.state)
    assert [(message.topic, content_of(message.payload)) for message in messages] == list(
        call.sends
    )


def test_there_are_at_least_forty_models_of_at_least_eight_programs_and_of_all_kinds() -> None:
    assert len({(device.maker, device.model) for device in DEVICES}) >= 80
    programs = Counter(device.path.parent.name for device in DEVICES)
    assert len(programs) >= 12
    assert programs["zigbee2mqtt"] >= 40
    kinds = {entity_id.partition(".")[0] for device in DEVICES for entity_id in device.entities}
    assert kinds >= {
        "alarm_control_panel", "binary_sensor", "button", "climate", "cover", "event", "fan",
        "light", "lock", "number", "scene", "select", "sensor", "siren", "switch", "text",
        "update", "vacuum", "valve",
    }  # fmt: skip
