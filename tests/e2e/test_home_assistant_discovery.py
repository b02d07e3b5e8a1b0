"""Discovery as Home Assistant reads it and as Lares does, for the same devices at the same broker.

Home Assistant is the reference. What Lares reads or sends otherwise stands with its reason in the
case (`tests/e2e/cases`), and is checked to be so still.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.e2e.home_assistant import InstalledHomeAssistant, needs_home_assistant
from tests.e2e.side_by_side import (
    CASES,
    Case,
    SideBySide,
    read_cases,
    side_by_side,
)
from tests.edge.mqtt.conftest import BrokerSwitch

pytestmark = [pytest.mark.slow, needs_home_assistant]

FILES = sorted(CASES.glob("*.yaml"))


@pytest.fixture
def house(mosquitto: BrokerSwitch, tmp_path: Path) -> Iterator[InstalledHomeAssistant]:
    house = InstalledHomeAssistant(tmp_path / "ha", mosquitto.port)
    try:
        house.start()
        yield house
    finally:
        house.kill()


@asynccontextmanager
async def announced(
    house: InstalledHomeAssistant, broker: BrokerSwitch, cases: list[Case]
) -> AsyncIterator[SideBySide]:
    async with side_by_side(house, broker.port) as both:
        await both.announce(cases)
        yield both


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
async def test_both_read_the_same_and_send_the_same(
    house: InstalledHomeAssistant, mosquitto: BrokerSwitch, file: Path
) -> None:
    cases = read_cases(file)
    found: dict[str, dict[str, object]] = {case.name: {} for case in cases}
    async with announced(house, mosquitto, cases) as both:
        for case in cases:
            for name, pair in both.unlike(case.unique_id).items():
                found[case.name].setdefault(name, ("announced", pair))
        for step in range(max(len(case.told) for case in cases)):
            telling = [case for case in cases if step < len(case.told)]
            for case in telling:
                await both.tell(*case.told[step])
            await both.settle()
            for case in telling:
                for name, pair in both.unlike(case.unique_id).items():
                    found[case.name].setdefault(name, (case.told[step], pair))
        for case in cases:
            for service, data in case.calls:
                theirs, ours = await both.called(case, service, data)
                if theirs != ours:
                    found[case.name].setdefault(service, (data, (theirs, ours)))
    surprising, outdated = {}, {}
    for case in cases:
        unlike, expected = found[case.name], case.differs.keys()
        if unlike.keys() - expected:
            surprising[case.name] = {n: what for n, what in unlike.items() if n not in expected}
        if expected - unlike.keys():
            outdated[case.name] = sorted(expected - unlike.keys())
    assert (surprising, outdated) == ({}, {})
