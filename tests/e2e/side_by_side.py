"""The same messages read by Home Assistant and by Lares, and the same service calls made by both.

A case is a device: its announcement, the messages that it tells one after the other, and services
that are called on it. `SideBySide` shows the announcements to both, and compares what each holds
the states to be after every message, and what each publishes for every call. Home Assistant is the
reference: where they differ, `OURS` says why we mean to.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiomqtt
import yaml

from edge.mqtt.broker_aiomqtt import AiomqttBroker
from edge.mqtt.devices import MqttDevices
from edge.types import Action, EntityState, LaresError
from tests.e2e.home_assistant import (
    HomeAssistantFailed,
    InstalledHomeAssistant,
    State,
    Watching,
    watching,
)

CASES = Path(__file__).with_name("cases")
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

    @property
    def unique_id(self) -> str:
        return self.name.replace(" ", "_")

    @property
    def announcement(self) -> tuple[str, str]:
        """Topic and payload of its discovery."""
        device = next((key for key in ("device", "dev") if key in self.config), None)
        config: dict[str, Any] = {**self.config, "uniq_id": self.unique_id}
        if device:
            config[device] = {"ids": [self.config[device]["name"]], **self.config[device]}
        return f"homeassistant/{self.component}/{self.unique_id}/config", json.dumps(config)


def read_cases(path: Path) -> list[Case]:
    """The cases of a file."""
    return [
        Case(
            f"{path.stem} {item['case']}",
            item["component"],
            item["config"],
            tuple((topic, _payload(payload)) for topic, payload in item.get("told", ())),
            tuple((service, data) for service, data in item.get("calls", ())),
        )
        for item in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


def _payload(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


class SideBySide:
    """Home Assistant and Lares at one broker."""

    def __init__(
        self, house: Watching, lares: MqttDevices, client: aiomqtt.Client, messages: Messages
    ) -> None:
        self.house = house
        self.lares = lares
        self.client = client
        self._messages = messages
        self._ids: dict[str, str] = {}
        self._count = 0

    async def announce(self, cases: Sequence[Case]) -> None:
        """Show the announcements to both, and wait until both follow the topics."""
        for topic, payload in (case.announcement for case in cases):
            await self.client.publish(topic, payload, 1)
        config = {"name": LATE, "uniq_id": LATE, "stat_t": "side_by_side/late"}
        await self.client.publish(f"homeassistant/sensor/{LATE}/config", json.dumps(config), 1)
        await self.settle()
        for entry in await self.house.registry("entity"):
            self._ids[entry["unique_id"]] = entry["entity_id"]

    async def tell(self, topic: str, payload: str) -> None:
        await self.client.publish(topic, payload, 1)

    async def settle(self) -> None:
        """Wait until both have read everything that was published."""
        self._count += 1
        while True:
            await self.client.publish("side_by_side/late", str(self._count), 1, retain=True)
            await self.house.until_state(f"sensor.{LATE}", str(self._count))
            break
        await self.lares.settle()

    def theirs(self, case: Case) -> State | None:
        """What Home Assistant holds the state to be; None where it has no such entity."""
        return self.house.states.get(self._ids.get(case.unique_id, ""))

    def ours(self, case: Case) -> tuple[str, EntityState] | None:
        """The entity's id and state as Lares shows them."""
        for entity in self.lares.home.entities:
            if entity.unique_id == case.unique_id:
                state = self.lares.states.get(entity.id)
                return None if state is None else (entity.id, state)
        return None

    async def called(
        self, case: Case, service: str, data: Mapping[str, Any]
    ) -> tuple[list[Sent] | str, list[Sent] | str]:
        """What Home Assistant publishes for a service call, and what Lares does; the word "refused"
        for one that will not."""
        entity_id = self._ids[case.unique_id]
        await self._messages.after_all()
        try:
            await self.house.call(service, entity_id, **data)
            theirs: list[Sent] | str = await self._messages.until_now(self.house)
        except HomeAssistantFailed:
            await self._messages.until_now(self.house)
            theirs = "refused"
        found = self.ours(case)
        assert found is not None
        followed = self.lares._followed[found[0]]  # noqa: SLF001 (its messages, unsent)
        try:
            sent = followed.mqtt.command(Action(service, found[0], data))
            ours: list[Sent] | str = [(m.topic, parsed(m.payload), m.retain) for m in sent]
        except LaresError:
            ours = "refused"
        return theirs, ours
