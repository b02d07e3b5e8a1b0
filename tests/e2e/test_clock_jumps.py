"""The clock on the wall is set while Lares runs, as on a board without a battery that finds a time
server: nothing is late, gone or forgotten by that.

libfaketime moves the clock of the program only, and leaves the monotonic one as it is.
"""

from __future__ import annotations

import json
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from edge.demo.devices import run_devices
from edge.home.graph import Area, Entity, Home
from edge.types import EntityState
from tests.e2e.program import running
from tests.e2e.sounds import KITCHEN_LIGHT, VACUUM, raw, samples_of
from tests.edge.mqtt.conftest import BrokerSwitch

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
HOME = Home(
    areas=(Area("kitchen", "Kitchen"), Area("hall", "Hall")),
    entities=(
        Entity("light.kitchen_light", "Kitchen Light", "kitchen", state=EntityState("off")),
        Entity("vacuum.vacuum", "Vacuum", "hall", state=EntityState("docked")),
    ),
)
LATE = ("devices_gone", "broker_lost", "device_problem", "microphone_lost", "Traceback")
"""What would be said if anything were taken for late."""


@pytest.mark.skipif(not LIBRARIES, reason="faketime is not installed")
async def test_commands_are_carried_out_after_the_clock_was_set_by_years(
    mosquitto: BrokerSwitch, live: Path
) -> None:
    clock = live / "clock"
    clock.write_text("+0")
    env = {
        "LD_PRELOAD": str(LIBRARIES[0]),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }
    listens = ("run", "--log", "--microphone", "-", "--engine", "pocketsphinx")
    async with (
        run_devices(HOME, "127.0.0.1", mosquitto.port) as devices,
        running(*listens, folder=live, env=env) as program,
    ):
        said = ((0, KITCHEN_LIGHT), (5, VACUUM), (-9, KITCHEN_LIGHT))
        for years, recording in said:
            clock.write_text(f"{years:+d}y")
            outcome = await program.hears(raw(samples_of(recording)))
            assert outcome["failed"] == []
        states = [device.state.state for device in devices]
        assert await program.ends(signal.SIGINT) == 130
    assert states == ["on", "cleaning"]
    assert [line for line in program.said if any(word in line for word in LATE)] == []
    audited = [json.loads(line) for line in (live / "audit.jsonl").read_text().splitlines()]
    now = datetime.now(UTC)
    moved = [datetime.fromisoformat(line["time"]) - now for line in audited]
    assert [round(by / timedelta(days=365)) for by in moved] == [years for years, _ in said]
