"""The server lives on whatever its clients do, and tells each fault once."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event
from wyoming.info import Describe, Info
from wyoming.ping import Ping, Pong

import edge.wyoming.server
from edge.kernel.events import Events
from edge.types import LaresError
from edge.wyoming.server import Server
from edge.wyoming.service import Aside, BadEventError, Send, Service, text_of
from hal.wyoming_events import as_bytes
from tests.edge.wyoming.serving import Running, running

CHUNK = AudioChunk(16_000, 2, 1, b"\0\0" * 160).event()


class Echo:
    """Says what it was told."""

    takes = frozenset({"echo", "fail", "break", "wait"})
    hears = False

    def __init__(self) -> None:
        self.closed = False
        self.waiting = asyncio.Event()

    async def take(self, event: Event, send: Send) -> None:
        match event.type:
            case "fail":
                raise LaresError("the engine is out of order")
            case "break":
                raise RuntimeError("a mistake of ours")
            case "wait":
                self.waiting.set()
                await asyncio.Event().wait()
        await send(Event("echo", {"text": text_of(event)}))

    async def close(self) -> None:
        self.closed = True


def echoes(client: str, aside: Aside) -> Iterable[Service]:
    return [Echo()]


async def still_serves(server: Running) -> None:
    (answer,) = await server.asks(Event("echo", {"text": "there?"}))
    assert answer.data == {"text": "there?"}


async def until_closed(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(20):
        try:
            return await reader.read()
        except ConnectionError:
            return b""


async def test_it_describes_itself_and_answers_pings() -> None:
    async with running(echoes) as server:
        info, pong = await server.asks(Describe().event(), Ping(text="x").event(), answers=2)
    assert Info.is_type(info.type)
    assert Pong.from_event(pong).text == "x"


async def test_what_it_does_not_know_is_passed_over() -> None:
    async with running(echoes) as server:
        (answer,) = await server.asks(Event("select-program"), Event("echo", {"text": "a"}))
    assert answer.data == {"text": "a"}


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nHost: lares\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b'{"type": "audio-chunk", "payload_length": 8589934592}\n',
        b'{"type": "echo", "data_length": 1000000000}\n',
        b"[" * 60_000 + b"\n",
        b"x" * 100_000,
        as_bytes(Event("echo", {"text": 5})),
        as_bytes(Event("echo", {"text": "a" * 5_001})),
        as_bytes(CHUNK),
        as_bytes(AudioStart(16_000, 2, 1).event()),
        as_bytes(AudioStop().event()),
        as_bytes(Event("echo", {"text": "a"})) + as_bytes(CHUNK),
    ],
)
async def test_a_client_that_sends_what_cannot_be_is_told_once_and_closed(sent: bytes) -> None:
    async with running(echoes) as server:
        reader, writer = await server.connected()
        writer.write(sent + (b"\n" if sent[:1] == b"\x16" else b""))
        answer = await until_closed(reader)
        writer.close()
        told = await server.until_told("wyoming_bad_client")
        await still_serves(server)
    assert len(server.log) == 1
    assert told.level == "warning"
    assert told.fields["client"].startswith("127.0.0.1:")
    assert b"expected" in answer.lower()


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(
        st.binary(max_size=60)
        | st.sampled_from(
            [
                as_bytes(Event("echo", {"text": "a"})),
                as_bytes(Event("echo", {"text": None})),
                as_bytes(Event("fail")),
                as_bytes(Event("break")),
                as_bytes(Describe().event()),
                as_bytes(CHUNK),
                b'{"type": "echo", "data": {"text": ',
                b"\n",
            ]
        ),
        max_size=6,
    )
)
def test_no_bytes_stop_the_server(sent: list[bytes]) -> None:
    async def attack() -> None:
        async with running(echoes) as server:
            reader, writer = await server.connected()
            for data in sent:
                writer.write(data)
            writer.write_eof()
            await until_closed(reader)
            writer.close()
            await still_serves(server)
            assert len(server.log) <= 1 + sent.count(as_bytes(Event("fail")))

    asyncio.run(attack())


async def test_what_cannot_be_done_is_told_to_the_client_who_may_go_on() -> None:
    async with running(echoes) as server:
        error, echo = await server.asks(
            Event("fail"), Event("echo", {"text": "still here"}), answers=2
        )
        told = await server.until_told("wyoming_not_served")
    assert Error.from_event(error).text == "the engine is out of order"
    assert echo.data["text"] == "still here"
    assert told.fields["of"] == "fail"


async def test_a_mistake_of_ours_ends_one_connection_only() -> None:
    async with running(echoes) as server:
        reader, writer = await server.connected()
        writer.write(as_bytes(Event("break")))
        await until_closed(reader)
        writer.close()
        told = await server.until_told("wyoming_failed")
        await still_serves(server)
    assert (told.level, "a mistake of ours" in told.fields["error"]) == ("error", True)


async def test_a_client_that_vanishes_leaves_nothing_behind() -> None:
    made: list[Echo] = []

    def remembered(client: str, aside: Aside) -> Iterable[Service]:
        made.append(Echo())
        return [made[-1]]

    async with running(remembered) as server:
        _, writer = await server.connected()
        writer.write(b'{"type": "echo", "payload_length": 1000}\nabc')
        await writer.drain()
        linger = b"\1\0\0\0\0\0\0\0"
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()
        await server.until_told("wyoming_gone")
        await still_serves(server)
        assert made[0].closed
    assert [event.level for event in server.log] == ["debug"]


async def test_one_that_says_nothing_for_long_is_let_go() -> None:
    async with running(echoes, idle_s=0.05) as server:
        reader, writer = await server.connected()
        assert await until_closed(reader) == b""
        writer.close()
        await server.until_told("wyoming_idle")


async def test_more_clients_than_there_is_room_for_are_turned_away_and_told_once() -> None:
    async with running(echoes, most_clients=3) as server:
        connected = [await server.connected() for _ in range(3)]
        for reader, writer in connected:
            writer.write(as_bytes(Event("echo", {"text": "in"})))
            await reader.readline()
        for _ in range(20):
            reader, writer = await server.connected()
            assert await until_closed(reader) == b""
            writer.close()
        assert len(server.told("wyoming_full")) == 1
        connected[0][1].close()
        await until_closed(connected[0][0])
        await still_serves(server)
        for _, writer in connected[1:]:
            writer.close()


async def test_fifty_clients_at_once_are_served() -> None:
    async with running(echoes) as server:

        async def one(number: int) -> str:
            answers = await server.asks(
                *(Event("echo", {"text": f"{number} {turn}"}) for turn in range(20)), answers=20
            )
            return str(answers[-1].data["text"])

        assert await asyncio.gather(*map(one, range(50))) == [f"{n} 19" for n in range(50)]
        assert server.log == []


async def test_the_server_ends_though_a_client_waits_for_its_answer() -> None:
    echo = Echo()
    async with asyncio.timeout(10):
        async with running(lambda client, aside: [echo]) as server:
            reader, writer = await server.connected()
            writer.write(as_bytes(Event("wait")))
            await echo.waiting.wait()
        assert await until_closed(reader) == b""
        writer.close()
    assert echo.closed
    assert server.log == []


async def test_a_port_that_is_taken_is_an_error_that_says_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = Server(Info, echoes, Events())
        with pytest.raises(LaresError, match=r"cannot be had.*wyoming\.port"):
            async with server.serving("127.0.0.1", taken.getsockname()[1]):
                pass


def test_a_text_has_a_type_and_a_length() -> None:
    assert text_of(Event("t", {"text": "on"})) == "on"
    for data in ({}, {"text": None}, {"text": ["on"]}, {"text": "a" * 5_001}):
        with pytest.raises(BadEventError, match="expected t with"):
            text_of(Event("t", data))


async def test_a_client_that_takes_no_answer_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge.wyoming.server, "TAKES_WITHIN_S", 0.1)

    class Talkative(Echo):
        async def take(self, event: Event, send: Send) -> None:
            while True:
                await send(Event("echo", {}, b"x" * 100_000))

    async with running(lambda client, aside: [Talkative()]) as server:
        _, writer = await server.connected()
        writer.write(as_bytes(Event("echo")))
        told = await server.until_told("wyoming_bad_client")
        writer.close()
    assert "did not in 0.1 s" in told.fields["error"]
