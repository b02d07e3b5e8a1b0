"""Who looks for Wyoming servers, as Home Assistant does, finds Lares, and finds it gone."""

from __future__ import annotations

import asyncio
import socket

import pytest
from zeroconf import ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from edge.kernel.events import Event, Events
from edge.wyoming.zeroconf import KIND, addresses, announced

LOOPBACK = ("127.0.0.1",)


class Looking:
    """What a browser sees come and go."""

    def __init__(self) -> None:
        self.seen: asyncio.Queue[tuple[str, ServiceStateChange]] = asyncio.Queue()

    def changed(
        self, zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange
    ) -> None:
        if state_change is not ServiceStateChange.Updated:
            self.seen.put_nowait((name, state_change))


async def test_it_is_found_with_its_port_and_is_gone_at_the_end() -> None:
    looking, log = Looking(), list[Event]()
    events = Events()
    events.subscribe(log.append)
    network = AsyncZeroconf(interfaces=list(LOOPBACK))
    browser = AsyncServiceBrowser(network.zeroconf, KIND, handlers=[looking.changed])
    try:
        async with asyncio.timeout(30):
            async with announced(10_499, "127.0.0.1", events, interfaces=LOOPBACK):
                name, change = await looking.seen.get()
                assert change is ServiceStateChange.Added
                found = AsyncServiceInfo(KIND, name)
                assert await found.async_request(network.zeroconf, 5_000)
                assert (found.port, found.parsed_addresses()) == (10_499, ["127.0.0.1"])
            assert await looking.seen.get() == (name, ServiceStateChange.Removed)
    finally:
        await browser.async_cancel()
        await network.async_close()
    assert [event.name for event in log] == ["wyoming_announced"]
    assert name == f"lares-{socket.gethostname().partition('.')[0]}.{KIND}"


async def test_two_of_one_name_are_both_found() -> None:
    looking = Looking()
    network = AsyncZeroconf(interfaces=list(LOOPBACK))
    browser = AsyncServiceBrowser(network.zeroconf, KIND, handlers=[looking.changed])
    try:
        async with (
            asyncio.timeout(30),
            announced(10_498, "127.0.0.1", Events(), interfaces=LOOPBACK),
            announced(10_497, "127.0.0.1", Events(), interfaces=LOOPBACK),
        ):
            names = {(await looking.seen.get())[0] for _ in range(2)}
    finally:
        await browser.async_cancel()
        await network.async_close()
    assert len(names) == 2


async def test_where_it_cannot_be_announced_it_is_told_and_served_all_the_same() -> None:
    log: list[Event] = []
    events = Events()
    events.subscribe(log.append)
    async with announced(10_499, "127.0.0.1", events, interfaces=("192.0.2.77",)):
        pass
    (told,) = log
    assert (told.name, told.level) == ("wyoming_not_announced", "warning")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", ""])
def test_what_is_served_everywhere_is_reached_from_outside(host: str) -> None:
    assert addresses(host)
    assert "0.0.0.0" not in addresses(host)


def test_what_is_served_at_one_address_is_reached_there() -> None:
    assert addresses("192.0.2.1") == ["192.0.2.1"]
    assert addresses("localhost") == ["127.0.0.1"]
