"""The connection to Home Assistant: who is let in, what is said of what is wrong, and to whom the
token is shown."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from edge.home_assistant.address import Address, Token
from edge.home_assistant.connection import Connection
from edge.home_assistant.problems import CommandError, HomeAssistantError
from edge.home_assistant.session import Session, opened
from edge.home_assistant.websocket import LARGEST_MESSAGE
from tests.edge.home_assistant.simulated import SECRET, TOKEN, VERSION, SimulatedHomeAssistant
from tests.edge.mqtt.conftest import WAIT_S, Recorder, at_once

ASKS = json.dumps({"type": "auth_required", "ha_version": VERSION})
TAKES = json.dumps({"type": "auth_ok", "ha_version": VERSION})


async def no_greeting(_: Session) -> None:
    """Nothing is done on a new session."""


def connection(house: SimulatedHomeAssistant, recorder: Recorder, **options: Any) -> Connection:
    settings = {"sleep": at_once, "events": recorder.bus, **options}
    token = settings.pop("token", TOKEN)
    return Connection(house.address, token, no_greeting, **settings)


async def test_home_assistant_is_greeted_with_the_token_once_and_tells_its_version(
    house: SimulatedHomeAssistant, recorder: Recorder
) -> None:
    async with connection(house, recorder) as there:
        session = await there.session(WAIT_S)
        assert session.version == VERSION
    assert house.logins == [SECRET]
    assert recorder.named("home_assistant_connected")[0].fields["version"] == VERSION


async def test_a_wrong_token_is_said_at_once_and_shown_again_only_minutes_later(
    house: SimulatedHomeAssistant, recorder: Recorder
) -> None:
    pauses: asyncio.Queue[float] = asyncio.Queue()

    async def pause(seconds: float) -> None:
        pauses.put_nowait(seconds)
        await asyncio.Event().wait()

    async with connection(house, recorder, token=Token("wrong"), sleep=pause) as there:
        with pytest.raises(HomeAssistantError, match="does not take the token"):
            await there.session(WAIT_S)
        assert await pauses.get() >= 150
    assert house.logins == ["wrong"]
    assert [event.level for event in recorder.seen] == ["error"]


async def test_what_is_wrong_is_said_once_and_again_when_it_changes(
    house: SimulatedHomeAssistant, recorder: Recorder
) -> None:
    await house.stop()
    attempts = asyncio.Semaphore(0)

    async def pause(_: float) -> None:
        attempts.release()
        await asyncio.sleep(0)

    async with connection(house, recorder, sleep=pause):
        for _ in range(5):
            await attempts.acquire()
        assert len(recorder.named("home_assistant_unreachable")) == 1
        await house.start()
        await recorder.wait_for("home_assistant_connected")
        await house.stop()
        await recorder.wait_for("home_assistant_lost")
    assert [event.name for event in recorder.seen][:3] == [
        "home_assistant_unreachable", "home_assistant_connected", "home_assistant_lost",
    ]  # fmt: skip


async def test_pauses_between_attempts_grow_and_differ(
    house: SimulatedHomeAssistant, recorder: Recorder
) -> None:
    await house.stop()
    pauses: list[float] = []
    enough = asyncio.Event()

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 9:
            enough.set()
            await asyncio.Event().wait()

    async with connection(house, recorder, sleep=pause, random=lambda: 0.5):
        async with asyncio.timeout(WAIT_S):
            await enough.wait()
    assert pauses[:3] == [0.375, 0.75, 1.5]
    assert pauses[-1] == 22.5


async def test_an_error_of_a_command_has_its_code_and_one_line(
    house: SimulatedHomeAssistant, recorder: Recorder
) -> None:
    house.unknown = {"nonsense"}
    async with connection(house, recorder) as there:
        session = await there.session(WAIT_S)
        with pytest.raises(CommandError, match="Unknown command") as caught:
            await session.command("nonsense")
    assert caught.value.code == "unknown_command"


async def test_a_command_that_is_not_answered_ends_in_time(
    house: SimulatedHomeAssistant, recorder: Recorder
) -> None:
    async with connection(house, recorder) as there:
        session = await there.session(WAIT_S)
        house.held_back = 100
        with pytest.raises(HomeAssistantError, match="did not answer get_config"):
            await session.command("get_config", 0.05)


async def test_commands_that_wait_fail_when_the_connection_ends(
    house: SimulatedHomeAssistant, recorder: Recorder
) -> None:
    async with connection(house, recorder) as there:
        session = await there.session(WAIT_S)
        house.held_back = 100
        waiting = asyncio.create_task(session.command("get_config"))
        await session.command("ping")
        await house.stop()
        with pytest.raises(HomeAssistantError, match="Home Assistant at"):
            await waiting
        with pytest.raises(HomeAssistantError):
            await session.command("get_config")


async def test_a_handler_that_fails_ends_the_session_and_says_why(
    house: SimulatedHomeAssistant,
) -> None:
    def fails(_: object) -> None:
        raise KeyError("a mistake of ours")

    async with opened(house.address, TOKEN) as session:
        with contextlib.suppress(HomeAssistantError):
            await session.subscribe(fails, "subscribe_entities")
        with pytest.raises(HomeAssistantError, match="a mistake of ours"):
            async with asyncio.timeout(WAIT_S):
                await session.ended()
        assert session.over


async def garbage(socket: ServerConnection) -> None:
    await socket.send("\x00 this is no JSON")


async def other_words(socket: ServerConnection) -> None:
    await socket.send(json.dumps({"type": "hello"}))


async def deep(socket: ServerConnection) -> None:
    await socket.send("[" * 200_000)


async def binary(socket: ServerConnection) -> None:
    await socket.send(b"\xff\xfe\xfd")


async def goes_at_once(socket: ServerConnection) -> None:
    await socket.close()


async def goes_in_mid_message(socket: ServerConnection) -> None:
    await socket.send(ASKS)
    await socket.recv()
    socket.transport.write(b"\x81\x7e\x10\x00{half a frame")
    socket.transport.close()


async def goes_after_the_token(socket: ServerConnection) -> None:
    await socket.send(ASKS)
    await socket.recv()
    socket.transport.abort()


async def garbage_later(socket: ServerConnection) -> None:
    await socket.send(ASKS)
    await socket.recv()
    await socket.send(TAKES)
    await socket.send("{{{")


async def numbers_later(socket: ServerConnection) -> None:
    await socket.send(ASKS)
    await socket.recv()
    await socket.send(TAKES)
    await socket.send("[1, 2]")


async def huge(socket: ServerConnection) -> None:
    await socket.send(ASKS)
    await socket.recv()
    await socket.send(TAKES)
    await socket.send("x" * (LARGEST_MESSAGE + 1))


@pytest.mark.parametrize(
    ("attack", "said"),
    [
        (garbage, "speaks otherwise"),
        (other_words, "speaks otherwise"),
        (deep, "speaks otherwise"),
        (binary, "speaks otherwise"),
        (goes_at_once, "is gone"),
        (goes_in_mid_message, "is gone"),
        (goes_after_the_token, "is gone"),
        (garbage_later, "speaks otherwise"),
        (numbers_later, "speaks otherwise"),
        (huge, "too large"),
    ],
)
async def test_what_speaks_otherwise_is_left_said_once_and_tried_again(
    house: SimulatedHomeAssistant,
    recorder: Recorder,
    attack: Callable[[ServerConnection], Any],
    said: str,
) -> None:
    house.attack = attack
    reasons: asyncio.Queue[str] = asyncio.Queue()
    recorder.bus.subscribe(lambda event: reasons.put_nowait(str(event.fields.get("reason"))))
    async with connection(house, recorder):
        async with asyncio.timeout(WAIT_S):
            while said not in (heard := await reasons.get()):
                assert heard
        house.attack = None
        await recorder.wait_for(
            "home_assistant_connected", len(recorder.named("home_assistant_connected")) + 1
        )
    assert all(event.level in ("info", "warning") for event in recorder.seen)


async def test_the_token_is_not_shown_to_who_does_not_ask_as_home_assistant_does(
    house: SimulatedHomeAssistant, recorder: Recorder
) -> None:
    heard: asyncio.Queue[str | bytes] = asyncio.Queue()

    async def listens(socket: ServerConnection) -> None:
        await socket.send(json.dumps({"type": "welcome", "please": "log in"}))
        async for text in socket:
            heard.put_nowait(text)

    house.attack = listens
    async with connection(house, recorder):
        await recorder.wait_for("home_assistant_unreachable")
    assert heard.empty()


@asynccontextmanager
async def answering(status: int, **headers: str) -> AsyncIterator[Address]:
    """A web server that has no WebSockets and answers so."""

    def respond(socket: ServerConnection, _: Request) -> Response:
        response = socket.respond(status, "no")
        for name, value in headers.items():
            response.headers[name] = value
        return response

    async def nobody(_: ServerConnection) -> None:
        raise AssertionError("nobody gets in")

    async with serve(nobody, "127.0.0.1", 0, process_request=respond) as server:
        port = server.sockets[0].getsockname()[1]
        yield Address.of(f"http://127.0.0.1:{port}")


async def refusal(address: Address) -> HomeAssistantError:
    with pytest.raises(HomeAssistantError) as caught:
        async with opened(address, TOKEN):
            pass
    return caught.value


async def test_a_redirection_is_not_followed_but_said(house: SimulatedHomeAssistant) -> None:
    for status in (301, 302, 307, 308):
        async with answering(status, Location=house.address.websocket_url) as address:
            error = await refusal(address)
        assert house.address.websocket_url in str(error)
        assert error.hopeless
    assert house.logins == []


@pytest.mark.parametrize(
    ("status", "said", "hopeless"),
    [(403, "ip_bans.yaml", True), (404, "404", False), (502, "502", False)],
)
async def test_an_answer_that_is_no_websocket_is_said(
    status: int, said: str, hopeless: bool
) -> None:
    async with answering(status) as address:
        error = await refusal(address)
    assert said in str(error)
    assert error.hopeless is hopeless


async def test_a_server_of_something_else_is_said_not_to_be_home_assistant() -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        error = await refusal(Address.of(f"http://127.0.0.1:{port}"))
    assert "is not Home Assistant" in str(error)


async def test_a_proxy_of_the_environment_is_not_used(
    house: SimulatedHomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "ws_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with opened(house.address, TOKEN) as session:
        assert session.version == VERSION


async def test_the_token_is_in_no_log_event_or_error(
    house: SimulatedHomeAssistant, recorder: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with connection(house, recorder) as there:
        await there.session(WAIT_S)
        house.attack = goes_after_the_token
        for _ in range(2):
            await house.stop()
            await house.start()
        await recorder.wait_for("home_assistant_lost")
    assert SECRET not in caplog.text
    assert SECRET not in repr(recorder.seen)
    assert SECRET not in f"{TOKEN} {TOKEN!r}"


async def test_tls_is_checked_unless_the_owner_says_not_to(
    house: SimulatedHomeAssistant, certificates: Path
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "server.pem", certificates / "server.key")

    async def greets(socket: ServerConnection) -> None:
        await socket.send(ASKS)
        await socket.recv()
        await socket.send(TAKES)
        await socket.wait_closed()

    async with serve(greets, "127.0.0.1", 0, ssl=context) as server:
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        error = await refusal(Address.of(url))
        assert "home_assistant.ca_file" in str(error)
        assert error.hopeless
        for address in (
            Address.of(url, certificates / "ca.pem"),
            Address.of(url, verify=False),
        ):
            async with opened(address, TOKEN) as session:
                assert session.version == VERSION
        plain = await refusal(Address.of(url.replace("https", "http")))
        assert "is not Home Assistant" in str(plain) or "is gone" in str(plain)
