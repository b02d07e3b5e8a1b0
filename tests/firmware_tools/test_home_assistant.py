"""What the doctor says of Home Assistant: reached, refused, silent, redirected, or not there."""

from __future__ import annotations

import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

from edge.types import LaresError
from firmware_tools.home_assistant import HomeAssistantAddress, examine_home_assistant

SECRET = "a-token-that-nobody-may-see"
ASKS = json.dumps({"type": "auth_required", "ha_version": "2026.2.3"})
_SILENT = logging.Logger("websocket", logging.CRITICAL + 1)
Respond = Callable[[ServerConnection, Request], Response | None]


@contextmanager
def answering(*texts: str, respond: Respond | None = None) -> Iterator[HomeAssistantAddress]:
    """A server that says the first text, and the others each after it was told something."""

    def converse(client: ServerConnection) -> None:
        for number, text in enumerate(texts):
            if number:
                client.recv()
            client.send(text)
        client.recv()

    with serve(converse, "127.0.0.1", 0, process_request=respond, logger=_SILENT) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        port = server.socket.getsockname()[1]
        try:
            yield HomeAssistantAddress(f"http://127.0.0.1:{port}", lambda: SECRET)
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("texts", "verdict", "said"),
    [
        ((ASKS, json.dumps({"type": "auth_ok", "ha_version": "2026.2.3"})), "ok", "2026.2.3"),
        ((ASKS, json.dumps({"type": "auth_invalid"})), "error", "does not take the token"),
        ((ASKS, "nonsense"), "error", "speaks otherwise"),
        (("[" * 100_000,), "error", "speaks otherwise"),
        ((json.dumps({"type": "hello"}),), "error", "speaks otherwise"),
        (("[1]",), "error", "speaks otherwise"),
    ],
)
def test_the_answer_is_a_finding(texts: tuple[str, ...], verdict: str, said: str) -> None:
    with answering(*texts) as address:
        finding = examine_home_assistant(address)
    assert finding.verdict == verdict
    assert said in finding.found
    assert bool(finding.advice) == (verdict == "error")
    assert SECRET not in repr(finding)


def test_the_token_is_shown_only_to_who_asks_as_home_assistant_does() -> None:
    heard: list[str | bytes] = []

    def converse(client: ServerConnection) -> None:
        client.send(json.dumps({"type": "welcome"}))
        heard.extend(client)

    with serve(converse, "127.0.0.1", 0, logger=_SILENT) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{server.socket.getsockname()[1]}/api/websocket"
        examine_home_assistant(HomeAssistantAddress(url, lambda: SECRET))
        server.shutdown()
        thread.join()
    assert heard == []


def test_a_redirection_is_not_followed() -> None:
    def redirect(client: ServerConnection, _: Request) -> Response:
        response = client.respond(302, "elsewhere")
        response.headers["Location"] = there.url.replace("http", "ws")
        return response

    asked = threading.Event()

    def notice(_: ServerConnection, __: Request) -> None:
        asked.set()

    with answering(ASKS, respond=notice) as there, answering(respond=redirect) as address:
        finding = examine_home_assistant(address)
    assert "302" in finding.found
    assert not asked.is_set()


def test_what_is_not_there_or_silent_is_said() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        assert "nothing listens" in examine_home_assistant(_at(url)).found
        silent.listen()
        assert "does not answer" in examine_home_assistant(_at(url), 0.05).found
    assert "is not Home Assistant" in examine_home_assistant(_at("homeassistant")).found
    assert "no host" in examine_home_assistant(_at("http://nowhere.invalid")).found


def test_without_a_token_nothing_is_contacted() -> None:
    def none() -> str:
        raise LaresError("there is none")

    with pytest.raises(LaresError, match="there is none"):
        examine_home_assistant(HomeAssistantAddress("http://127.0.0.1:1", none))


def _at(url: str) -> HomeAssistantAddress:
    return HomeAssistantAddress(url, lambda: SECRET)
