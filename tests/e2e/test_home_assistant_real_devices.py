"""The fixtures of real devices, shown to Home Assistant: it says of them what Lares says.

All of them are announced at one broker to both. The devices tell what the fixtures have them tell,
one after the other, and after each message the states are compared; then the fixtures' services are
called in both. What differs stands below with its reason, and is checked to differ still.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from tests.e2e.home_assistant import InstalledHomeAssistant, needs_home_assistant
from tests.e2e.side_by_side import Case, SideBySide, side_by_side
from tests.edge.home.real_devices import RealDevice, home_of, real_devices
from tests.edge.mqtt.conftest import BrokerSwitch

pytestmark = [pytest.mark.slow, needs_home_assistant]

NOT_READ_BY_IT = ("home_assistant", "tasmota_discovery")
"""Device messages are newer than this Home Assistant, Tasmota's own discovery is another of its
integrations."""
LAST = ("group",)
"""In it the bridge that all Zigbee devices share goes offline."""
DIFFERS: Mapping[str, Mapping[str, str]] = {
    "openbeken/rgbcw_bulb_with_bk7231: light.hallway_bulb_light": {
        "brightness": "It tells no brightness before it knows the colour mode.",
    },
    "openmqttgateway/esp32_ble: number.omg_esp32_ble_bt_interval_between_scans": {
        "state": "Lares writes whole numbers without .0.",
    },
    "zigbee2mqtt/324131092621: event.bedroom_remote_action": {
        **dict.fromkeys(("state", "button", "event_type"), "Its templates have no zip yet."),
    },
    "zigbee2mqtt/9290022166: light.sofa_lamp": {
        "rgb_color": "Lares takes hue and saturation where they are told, not x and y.",
    },
    "zigbee2mqtt/av2010_29a: siren.yard_siren": {"state": "It takes what tells nothing for off."},
    "zigbee2mqtt/hs2wd_e: siren.attic_siren": {"state": "It takes what tells nothing for off."},
}
SAYS_DEVICES_NAME = ("tasmota/", "z_wave_js_ui/")
"""Programs that repeat the device's name in the names of its entities, with signs between that this
Home Assistant does not take away; Lares does."""


@pytest.fixture
def house(mosquitto: BrokerSwitch, tmp_path: Path) -> Iterator[InstalledHomeAssistant]:
    house = InstalledHomeAssistant(tmp_path / "ha", mosquitto.port)
    try:
        house.start()
        yield house
    finally:
        house.kill()


@dataclass(frozen=True, slots=True)
class Shown:
    """An announcement as this Home Assistant takes it, or an entity that came of one."""

    announcement: tuple[str, str] = ("", "")
    unique_id: str = ""


def as_in_2024(payload: str) -> str:
    """Without what this Home Assistant did not know yet, and with what it still needed."""
    config = json.loads(payload)
    config.get("device", {}).pop("model_id", None)
    if config.get("schema") == "json" and (modes := config.get("supported_color_modes")):
        config |= {"color_mode": True, "brightness": modes != ["onoff"]}
    return json.dumps(config)


def shown_to_both() -> list[RealDevice]:
    read = [d for d in real_devices() if d.path.parent.name not in NOT_READ_BY_IT]
    return sorted(read, key=lambda device: device.path.stem.startswith(LAST))


class Comparing:
    """What the two do not agree on, by entity: what it is, when, and both."""

    def __init__(self, both: SideBySide) -> None:
        self._both = both
        self.compared = 0
        self.unlike: dict[str, dict[str, Any]] = {}

    async def live(self, device: RealDevice) -> None:
        """Let a device tell all it tells, and be told what it can do while it can be reached."""
        self.states(device, "announced")
        called = False
        for told in device.told:
            goes = any(change.get("state") == "unavailable" for change in told.becomes.values())
            if goes and not called:
                called = True
                await self.calls(device)
            await self._both.tell(told.topic, told.payload)
            await self._both.settle()
            self.states(device, told.payload)
        if not called:
            await self.calls(device)

    def states(self, device: RealDevice, when: str) -> None:
        for mqtt in home_of(device):
            if mqtt.exposed:
                self.compared += 1
                for name, pair in self._both.unlike(mqtt.unique_id).items():
                    self._found(device, mqtt.entity.id, name, (when, pair))

    async def calls(self, device: RealDevice) -> None:
        unique = {mqtt.entity.id: mqtt.unique_id for mqtt in home_of(device) if mqtt.exposed}
        for call in device.calls:
            if call.entity_id in unique:
                self.compared += 1
                entity = cast(Case, Shown(unique_id=unique[call.entity_id]))
                theirs, ours = await self._both.called(entity, call.service, call.data)
                if theirs != ours:
                    self._found(device, call.entity_id, call.service, (call.data, (theirs, ours)))

    def _found(self, device: RealDevice, entity_id: str, name: str, what: Any) -> None:
        if name == "id" and str(device).startswith(SAYS_DEVICES_NAME):
            return
        self.unlike.setdefault(f"{device}: {entity_id}", {}).setdefault(name, what)


async def test_home_assistant_says_of_real_devices_what_lares_says(
    house: InstalledHomeAssistant, mosquitto: BrokerSwitch
) -> None:
    devices = shown_to_both()
    async with side_by_side(house, mosquitto.port) as both:
        messages = [message for device in devices for message in device.discovery]
        shown = [Shown((topic, as_in_2024(payload))) for topic, payload in messages]
        await both.announce(cast(list[Case], shown))
        comparing = Comparing(both)
        for device in devices:
            await comparing.live(device)
    assert comparing.compared > 1_000
    names = {entity: set(unlike) for entity, unlike in comparing.unlike.items()}
    assert names == {entity: set(reasons) for entity, reasons in DIFFERS.items()}, comparing.unlike
