"""Whether Home Assistant takes us: one connection as Lares would make it, and its answer.

It is asked once, at the address of the configuration and with its token. Nothing is asked of the
home, and nothing is changed. The address is the only one that is contacted.
"""

from __future__ import annotations

import json
import logging
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firmware_tools.finding import Finding

PART = "Home Assistant"
_API = "/api/websocket"
_SILENT = logging.Logger("websocket", logging.CRITICAL + 1)
"""Nothing is logged of what goes over the connection, since the token does."""


@dataclass(frozen=True, slots=True)
class HomeAssistantAddress:
    """Where Home Assistant is and how it is spoken to: section `home_assistant` of the
    configuration."""

    url: str
    token: Callable[[], str]
    """Gives the token. Raises LaresError where there is none."""
    ca_file: Path | None = None
    verify: bool = True


@dataclass(frozen=True, slots=True)
class _Said:
    """How the conversation ended."""

    kind: str
    version: str


def examine_home_assistant(
    address: HomeAssistantAddress,
    timeout_s: float = 5.0,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> Finding:
    """Connect and say what came of it. Never raises for what a server or network can do.

    timeout_s: how long the connection may take, and each answer. Raises LaresError where there is
    no token.
    """
    token = address.token()
    try:
        import websockets.sync.client  # noqa: F401, PLC0415 (an extra's package)
    except ImportError:
        return _error(
            "the package websockets is not installed", "pip install 'lares[home-assistant]'"
        )
    began = clock()
    try:
        said = _converse(address, token, timeout_s)
    except Exception as error:
        return _unreachable(address, error)
    took_ms = (clock() - began) * 1000
    if said.kind == "auth_ok":
        found = f"{address.url} takes the token, in {took_ms:.0f} ms ({said.version})"
        return Finding(PART, "ok", found)
    if said.kind == "auth_invalid":
        return _error(
            f"{address.url} does not take the token",
            "Make a new long-lived access token at the end of your profile page there.",
        )
    return _error(
        f"{address.url} speaks otherwise than Home Assistant", "Correct home_assistant.url."
    )


def _converse(address: HomeAssistantAddress, token: str, timeout_s: float) -> _Said:
    """Greet, show the token, and read the answer."""
    from websockets.sync.client import connect  # noqa: PLC0415 (an extra's package)

    url = f"ws{address.url.rstrip('/').removesuffix(_API).removeprefix('http')}{_API}"
    with connect(
        url,
        ssl=_tls(address),
        proxy=None,
        open_timeout=timeout_s,
        close_timeout=1.0,
        logger=_SILENT,
    ) as server:
        asked = _parsed(server.recv(timeout_s))
        if asked.get("type") != "auth_required":
            return _Said("", "")
        server.send(json.dumps({"type": "auth", "access_token": token}))
        answer = _parsed(server.recv(timeout_s))
    return _Said(str(answer.get("type")), str(answer.get("ha_version", "")))


def _tls(address: HomeAssistantAddress) -> ssl.SSLContext | None:
    if not address.url.startswith("https:"):
        return None
    context = ssl.create_default_context(cafile=address.ca_file)
    if not address.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _parsed(text: str | bytes) -> dict[str, Any]:
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return message if isinstance(message, dict) else {}


def _unreachable(address: HomeAssistantAddress, error: Exception) -> Finding:
    """The finding for what came instead of a conversation."""
    from websockets.exceptions import InvalidStatus, WebSocketException  # noqa: PLC0415

    url = address.url
    match error:
        case InvalidStatus():
            found = f"{url} has no WebSocket API ({error.response.status_code})"
            advice = (
                "Set home_assistant.url to where Home Assistant itself is; with 403, see whether "
                "its ip_bans.yaml names this machine."
            )
        case ssl.SSLCertVerificationError():
            found = f"{url} has a certificate that is not trusted: {error.verify_message}"
            advice = "Set home_assistant.ca_file to the certificate that signed it."
        case socket.gaierror():
            found = f"there is no host of {url}: {error.strerror}"
            advice = "Correct home_assistant.url, or see whether the network is there."
        case ConnectionRefusedError():
            found = f"nothing listens at {url}"
            advice = "Start Home Assistant, or correct home_assistant.url."
        case TimeoutError():
            found = f"{url} does not answer"
            advice = (
                "See whether that machine is on, on this network, and its firewall lets the port "
                "through."
            )
        case WebSocketException() | ValueError():
            found = f"what answers at {url} is not Home Assistant"
            advice = "Set home_assistant.url to its page, such as http://homeassistant.local:8123."
        case _:
            found = f"{url} gives no connection: {error}"
            advice = "Correct home_assistant.url."
    return _error(found, advice)


def _error(found: str, advice: str) -> Finding:
    return Finding(PART, "error", found, advice)
