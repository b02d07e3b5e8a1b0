"""The same messages read by Home Assistant and by Lares, and the same service calls made by both.

A case is a device: its announcement, the messages that it tells one after the other, and services
that are called on it. `SideBySide` shows the announcements to both, and compares what each holds
the states to be after every message, and what each publishes for every call. Home Assistant is the
reference: where they differ, `OURS` says why we mean to.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiomqtt
import yaml
from paho.mqtt.subscribeoptions import SubscribeOptions

from edge.mqtt.broker_aiomqtt import AiomqttBroker
from edge.mqtt.devices import MqttDevices
from edge.types import Action, EntityState, LaresError
from tests.e2e.home_assistant import (
    WAIT_S,
    HomeAssistantFailed,
    InstalledHomeAssistant,
    State,
    Watching,
    watching,
)

CASES = Path(__file__).with_name("cases")
MARK = "side_by_side/mark"
NO_COMMANDS = ("homeassistant", "lares", "side_by_side")
REFUSED = "refused"
DECIMALS = re.compile(r"\d+\.\d+")
"""Home Assistant writes 22 degrees as 22.0 and xy with three decimals, Lares 22 and four."""
LATE = "late"
"""The sensor that is announced after all others: once it has a state, all topics are subscribed."""
Sent = tuple[str, Any, bool]
"""Topic, payload (an object where it is JSON), and whether it is retained."""


@dataclass(frozen=True, slots=True)
class Case:
    """A device, what it tells, and what it is told to do."""

    name: str
    component: str
    config: Mapping[str, Any]
    told: tuple[tuple[str, str], ...]
    calls: tuple[tuple[str, Mapping[str, Any]], ...]
    differs: Mapping[str, str]
    """What the two do not agree on, and why: "id", "state", an attribute, a service."""

    @property
    def unique_id(self) -> str:
        return re.sub(r"[^a-z0-9]+", "_", self.name.lower())

    @property
    def announcement(self) -> tuple[str, str]:
        """Topic and payload of its discovery."""
        device = next((key for key in ("device", "dev") if key in self.config), None)
        config: dict[str, Any] = {**self.config, "uniq_id": self.unique_id}
        if device:
            config[device] = {"ids": [self.config[device]["name"]], **self.config[device]}
        return f"homeassistant/{self.component}/{self.unique_id}/config", json.dumps(config)


NOT_COMPARED = frozenset(
    {
        "assumed_state", "attribution", "auto_update", "battery_icon", "entity_picture",
        "friendly_name", "icon", "in_progress", "supported_features",
        "color_temp", "hs_color", "max_mireds", "min_mireds", "rgbw_color", "rgbww_color",
        "xy_color", "operation_mode",
    }
)  # fmt: skip
"""For Home Assistant's own pages, or said otherwise: in mireds, in colour spaces, by the state."""
NOTHING = (None, [], False, "unknown")
"""What one tells as an attribute and the other does not tell."""
NEARLY = {"current_humidity": 1, "current_position": 1, "rgb_color": 8}
"""How far numbers may be off: this Home Assistant cuts off what Lares rounds, and its way from xy
to RGB makes dark components lighter."""
DEFAULTS = {"percentage_step": 1, "target_temp_step": 1}
"""What Home Assistant tells even where the device does not."""


def differences(theirs: State | None, ours: tuple[str, EntityState] | None) -> dict[str, Any]:
    """What is not the same about an entity: their and our "id", "state" and attributes."""
    if theirs is None or ours is None:
        return {} if theirs is ours else {"there": (theirs is not None, ours is not None)}
    found = {}
    entity_id, state = ours
    for name, one, other in (
        ("id", theirs["entity_id"], entity_id),
        ("state", theirs["state"], state.state),
    ):
        if one != other and not _same_moment(one, other):
            found[name] = (one, other)
    if theirs["state"] == state.state == "unavailable":
        return found
    told = dict(theirs["attributes"])
    if told.get("color_mode") == "color_temp":
        told.pop("rgb_color", None)
    for name in sorted((told.keys() | state.attributes.keys()) - NOT_COMPARED):
        one, other = told.get(name), state.attributes.get(name)
        if not _same(name, one, other):
            found[name] = (one, other)
    return found


def _same_moment(theirs: str, ours: str) -> bool:
    """Whether both are times, and the same but for how long a message took to both."""
    try:
        apart = datetime.fromisoformat(theirs) - datetime.fromisoformat(ours)
    except ValueError:
        return False
    return abs(apart) < timedelta(seconds=1)


def _same(name: str, theirs: Any, ours: Any) -> bool:
    if name == "supported_color_modes":
        return sorted(theirs or ()) == sorted(ours or ())
    if name in NEARLY and theirs is not None and ours is not None:
        pairs = zip(theirs, ours, strict=True) if name == "rgb_color" else [(theirs, ours)]
        return all(abs(one - other) <= NEARLY[name] for one, other in pairs)
    if ours is None and name in DEFAULTS:
        return bool(theirs == DEFAULTS[name])
    ours = list(ours) if isinstance(ours, tuple) else ours
    return bool(theirs == ours) or (theirs in NOTHING and ours in NOTHING)


def read_cases(path: Path) -> list[Case]:
    """The cases of a file."""
    return [
        Case(
            f"{path.stem} {item['case']}",
            item["component"],
            item["config"],
            tuple((topic, _payload(payload)) for topic, payload in item.get("told", ())),
            tuple((service, data) for service, data in item.get("calls", ())),
            item.get("differs", {}),
        )
        for item in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


def _payload(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


class SideBySide:
    """Home Assistant and Lares at one broker."""

    def __init__(
        self, house: Watching, lares: MqttDevices, client: aiomqtt.Client, commands: aiomqtt.Client
    ) -> None:
        self.house = house
        self.lares = lares
        self.client = client
        self._commands = commands
        self._ids: dict[str, str] = {}
        self._count = 0

    async def announce(self, cases: Sequence[Case]) -> None:
        """Show the announcements to both, and wait until both follow the topics."""
        for case in cases:
            topic, payload = case.announcement
            await self.client.publish(topic, payload, 1, retain=True)
        config = {"name": LATE, "uniq_id": LATE, "stat_t": "side_by_side/late"}
        await self.client.publish(
            f"homeassistant/sensor/{LATE}/config", json.dumps(config), 1, retain=True
        )
        await self.settle()
        await self.read_ids()

    async def read_ids(self) -> None:
        """Ask Home Assistant which entity is which."""
        for entry in await self.house.registry("entity"):
            self._ids[entry["unique_id"]] = entry["entity_id"]

    async def tell(self, topic: str, payload: str) -> None:
        """A device tells something."""
        await self.client.publish(topic, payload, 1)

    async def settle(self) -> None:
        """Wait until both have read everything that was published."""
        self._count += 1
        await self.client.publish("side_by_side/late", str(self._count), 1, retain=True)
        await self.house.until_state(f"sensor.{LATE}", str(self._count))
        await self.lares.settle()

    def theirs(self, unique_id: str) -> State | None:
        """What Home Assistant holds the state to be; None where it has no such entity."""
        return self.house.states.get(self._ids.get(unique_id, ""))

    def ours(self, unique_id: str) -> tuple[str, EntityState] | None:
        """The entity's id and state as Lares shows them."""
        for entity in self.lares.home.entities:
            if entity.unique_id == unique_id:
                state = self.lares.states.get(entity.id)
                return None if state is None else (entity.id, state)
        return None

    def unlike(self, unique_id: str) -> dict[str, Any]:
        """What the two do not agree on about an entity."""
        return differences(self.theirs(unique_id), self.ours(unique_id))

    async def called(
        self, case: Case, service: str, data: Mapping[str, Any]
    ) -> tuple[list[Sent] | str, list[Sent] | str]:
        """What Home Assistant publishes for a service call, and what Lares does; the word "refused"
        for one that will not."""
        entity_id = self._ids[case.unique_id]
        await self._sent_by_house()
        theirs: list[Sent] | str
        try:
            await self.house.call(service, entity_id, **data)
            theirs = await self._sent_by_house()
        except HomeAssistantFailed:
            await self._sent_by_house()
            theirs = REFUSED
        found = self.ours(case.unique_id)
        assert found is not None
        followed = self.lares._followed[found[0]]
        try:
            sent = followed.mqtt.command(Action(service, found[0], data), followed.told)
            ours: list[Sent] | str = [(m.topic, _read(m.payload), m.retain) for m in sent]
        except LaresError:
            ours = REFUSED
        return theirs, ours

    async def _sent_by_house(self) -> list[Sent]:
        """What Home Assistant has published since this was last asked."""
        self._count += 1
        mark = {"topic": MARK, "payload": str(self._count)}
        await self.house.ask("call_service", domain="mqtt", service="publish", service_data=mark)
        sent: list[Sent] = []
        async with asyncio.timeout(WAIT_S):
            async for message in self._commands.messages:
                assert isinstance(message.payload, bytes)
                topic, payload = message.topic.value, message.payload.decode()
                if (topic, payload) == (MARK, str(self._count)):
                    return sent
                if topic.split("/")[0] not in NO_COMMANDS:
                    sent.append((topic, _read(payload), bool(message.retain)))
        raise AssertionError("the broker ended")


@asynccontextmanager
async def side_by_side(house: InstalledHomeAssistant, port: int) -> AsyncIterator[SideBySide]:
    """Home Assistant, which runs, and Lares at the broker at `port`."""
    async with (
        watching(house) as told,
        AiomqttBroker("127.0.0.1", port) as broker,
        MqttDevices(broker) as devices,
        aiomqtt.Client("127.0.0.1", port) as client,
        aiomqtt.Client("127.0.0.1", port, protocol=aiomqtt.ProtocolVersion.V5) as commands,
    ):
        options = SubscribeOptions(qos=1, noLocal=True, retainAsPublished=True)
        await commands.subscribe("#", options=options)
        yield SideBySide(told, devices, client, commands)


def _read(payload: str) -> Any:
    """The object, where a payload is one; else the text. Numbers with three decimals at most."""
    text = DECIMALS.sub(lambda number: f"{round(float(number[0]), 3):g}", payload)
    try:
        return json.loads(text) if text.startswith("{") else text
    except ValueError:
        return text
