"""Telling the local network that there is a Wyoming server, as Home Assistant looks for it.

A service of the type `_wyoming._tcp.local.` with its port is all that Home Assistant's component
`wyoming` needs (manifest.json, config_flow.py); it then asks with `describe`. What is announced is
withdrawn at the end, so that no ghost remains.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import ifaddr
from zeroconf import Error as ZeroconfError
from zeroconf import InterfaceChoice, NonUniqueNameException
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from edge.kernel.events import Events

KIND = "_wyoming._tcp.local."


@asynccontextmanager
async def announced(
    port: int, host: str, events: Events, *, interfaces: Sequence[str] | None = None
) -> AsyncIterator[None]:
    """Announce the port until the block ends. host: the address that is served, "0.0.0.0" for all.

    Where it cannot be announced, that is told to the log: who knows the address can use it.
    interfaces: addresses of those on which it is told, by default all.
    """
    try:
        network = AsyncZeroconf(interfaces=list(interfaces or ()) or InterfaceChoice.All)
    except OSError as error:
        events.emit("wyoming_not_announced", "warning", error=str(error))
        yield
        return
    try:
        service = _service(port, host)
        try:
            await (await network.async_register_service(service, allow_name_change=True))
            events.emit("wyoming_announced", service=service.name)
        except (OSError, ZeroconfError, NonUniqueNameException) as error:
            events.emit("wyoming_not_announced", "warning", error=str(error) or repr(error))
        yield
    finally:
        await network.async_unregister_all_services()
        await network.async_close()


def _service(port: int, host: str) -> AsyncServiceInfo:
    name = socket.gethostname().partition(".")[0] or "lares"
    return AsyncServiceInfo(
        KIND,
        f"lares-{name}.{KIND}",
        parsed_addresses=addresses(host),
        port=port,
        server=f"lares-{name}.local.",
    )


def addresses(host: str) -> list[str]:
    """The IPv4 addresses at which others reach what is served at `host`."""
    if host not in ("", "0.0.0.0", "::"):
        return [socket.gethostbyname(host)]
    everywhere = [
        ip.ip for adapter in ifaddr.get_adapters() for ip in adapter.ips if isinstance(ip.ip, str)
    ]
    return [one for one in everywhere if not ipaddress.ip_address(one).is_loopback] or everywhere
