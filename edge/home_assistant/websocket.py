"""The WebSocket to Home Assistant, by the library websockets; imported when one is opened.

Only the address that was given is contacted: no proxy, and no other address that the server
redirects to. Nothing is logged of what goes over it, since the token does.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from socket import gaierror

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidStatus,
    WebSocketException,
)

from edge.home_assistant.address import Address
from edge.home_assistant.problems import HomeAssistantError

LARGEST_MESSAGE = 32 << 20
"""Bytes of one message; all states of a home with 10,000 entities take about 8 MiB."""
OPEN_S, CLOSE_S = 10.0, 1.0
_SILENT = logging.Logger("websocket", logging.CRITICAL + 1)
_REDIRECTS = range(300, 400)
TOO_LARGE = 1009
"""The code with which we end a connection over a message that is too large."""


class _Direct(connect):
    """A connection that is not redirected."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


async def open_websocket(address: Address, ping_s: float, pong_s: float) -> ClientConnection:
    """Open a WebSocket. Raises `HomeAssistantError`.

    Every `ping_s` seconds it asks for a sign of life, and ends when none comes in `pong_s`.
    """
    with explained(address):
        return await _Direct(
            address.websocket_url,
            ssl=address.tls(),
            proxy=None,
            compression=None,
            open_timeout=OPEN_S,
            close_timeout=CLOSE_S,
            ping_interval=ping_s,
            ping_timeout=pong_s,
            max_size=LARGEST_MESSAGE,
            logger=_SILENT,
        )


@contextmanager
def explained(address: Address) -> Iterator[None]:
    """Make a `HomeAssistantError` of whatever a connection raises."""
    try:
        yield
    except (WebSocketException, OSError, EOFError, ValueError) as error:
        raise _explain(error, address) from error


def _explain(error: Exception, address: Address) -> HomeAssistantError:
    where = f"Home Assistant at {address.url}"
    hopeless = isinstance(error, ssl.SSLError)
    match error:
        case InvalidStatus():
            return _refused(error, address)
        case InvalidHandshake() | UnicodeError():
            said = f"What answers at {address.url} is not Home Assistant. Check home_assistant.url."
        case ConnectionClosed() if error.sent is not None and error.sent.code == TOO_LARGE:
            said = f"{where} sent a message that is too large. Trying again."
        case ConnectionClosed():
            said = f"{where} is gone. Trying again."
        case ssl.SSLCertVerificationError():
            said = (
                f"{where} has a certificate that is not trusted: {error.verify_message}. Set "
                "home_assistant.ca_file to the certificate that signed it."
            )
        case ssl.SSLError():
            said = (
                f"{where} does not speak TLS as we do: {error.reason or error}. "
                "Check whether home_assistant.url begins with http or https."
            )
        case gaierror():
            said = (
                f"There is no host of {address.url} ({error.strerror}). "
                "Check home_assistant.url and the network."
            )
        case ConnectionRefusedError():
            said = (
                f"Nothing answers at {address.url}. Start Home Assistant, "
                "or check home_assistant.url."
            )
        case TimeoutError():
            said = f"{where} does not answer in time. Check that it runs, and the network."
        case _:
            said = f"{where} gives no connection: {error}. Trying again."
    return HomeAssistantError(said, hopeless=hopeless)


def _refused(error: InvalidStatus, address: Address) -> HomeAssistantError:
    """What an answer says that is no WebSocket."""
    status = error.response.status_code
    if status in _REDIRECTS:
        target = error.response.headers.get("Location", "nowhere")[:200]
        return HomeAssistantError(
            f"What answers at {address.url} sends us to {target!r}, where Lares does not go by "
            "itself. Set home_assistant.url to where Home Assistant is.",
            hopeless=True,
        )
    if status == 403:
        return HomeAssistantError(
            f"Home Assistant at {address.url} lets us not in (403). See its log, and whether its "
            "ip_bans.yaml names this machine.",
            hopeless=True,
        )
    return HomeAssistantError(
        f"What answers at {address.url} has no WebSocket API of Home Assistant ({status}). "
        "Check home_assistant.url; a proxy in between must pass WebSockets on."
    )
