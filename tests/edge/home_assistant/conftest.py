"""A simulated Home Assistant, and connections to it that try again at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from edge.demo.devices import HOME_FILE
from edge.home.graph import Home
from edge.home_assistant.devices import HomeAssistantDevices
from tests.edge.home_assistant.simulated import TOKEN, SimulatedHomeAssistant, simulated
from tests.edge.mqtt.conftest import WAIT_S, Recorder, at_once, certificates

__all__ = ["certificates"]

DEMO = Home.from_yaml(HOME_FILE)
MakeDevices = Callable[..., HomeAssistantDevices]


@pytest.fixture
async def house() -> AsyncIterator[SimulatedHomeAssistant]:
    """A Home Assistant with the demo's home."""
    async with simulated(DEMO) as house:
        yield house


@pytest.fixture
async def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def make_devices(house: SimulatedHomeAssistant, recorder: Recorder) -> MakeDevices:
    """Makes devices of the simulated Home Assistant, that try again at once."""

    def make(owner: Home | None = None, **options: object) -> HomeAssistantDevices:
        settings: dict[str, object] = {
            "address": house.address, "token": TOKEN, "owner": owner, "sleep": at_once,
            "events": recorder.bus, **options,
        }  # fmt: skip
        return HomeAssistantDevices(**settings)  # type: ignore[arg-type]  # as given

    return make


async def until(devices: HomeAssistantDevices, holds: Callable[[], bool]) -> None:
    """Wait until something holds, after all that Home Assistant has told by then."""
    async with asyncio.timeout(WAIT_S):
        while not holds():
            await devices.settle()
