"""The demo's own broker starts, answers, and is gone afterwards."""

from __future__ import annotations

import asyncio
import importlib.util
import socket
from pathlib import Path

import aiomqtt
import pytest

from edge.demo import mosquitto
from edge.demo.mosquitto import HOST, find_mosquitto, free_port, start_broker
from edge.types import LaresError

GIVEN_TO_CLIENTS = Path("/proc/sys/net/ipv4/ip_local_port_range")

needs_mosquitto = pytest.mark.skipif(find_mosquitto() is None, reason="Mosquitto is not installed")


async def is_answered(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        return False
    writer.close()
    return True


@needs_mosquitto
async def test_it_answers_inside_the_block_and_not_after() -> None:
    async with start_broker() as broker:
        assert broker.program == "mosquitto"
        async with aiomqtt.Client(broker.host, broker.port) as client:
            await client.publish("a", "b", qos=1)
    assert not await is_answered(broker.port)


@pytest.mark.skipif(not GIVEN_TO_CLIENTS.exists(), reason="only Linux tells which ports it gives")
def test_a_free_port_is_none_that_a_client_could_be_given() -> None:
    first, last = map(int, GIVEN_TO_CLIENTS.read_text().split())
    ports = {free_port() for _ in range(20)}
    assert len(ports) > 1
    assert not [port for port in ports if first <= port <= last]


def test_a_port_that_is_taken_is_not_free(monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    with socket.socket() as taken:
        taken.bind((HOST, port))
        monkeypatch.setattr(mosquitto, "PORTS", range(port, port + 1))
        with pytest.raises(LaresError, match=f"{port}"):
            free_port()


@needs_mosquitto
async def test_two_run_side_by_side() -> None:
    async with start_broker() as one, start_broker() as other:
        assert one.port != other.port


@needs_mosquitto
async def test_a_setting_it_does_not_know_is_told_with_its_own_words() -> None:
    with pytest.raises(LaresError, match=r"(?s)ended instead of listening.*quux"):
        async with start_broker(settings=["quux 1"]):
            pass


async def test_without_any_broker_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mosquitto, "find_mosquitto", lambda: None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(LaresError, match="sudo apt install mosquitto"):
        async with start_broker():
            pass


@pytest.mark.skipif(importlib.util.find_spec("amqtt") is None, reason="amqtt is not installed")
async def test_amqtt_takes_its_place_where_mosquitto_is_not_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mosquitto, "find_mosquitto", lambda: None)
    async with start_broker() as broker:
        assert broker.program == "amqtt"
        async with aiomqtt.Client(broker.host, broker.port) as client:
            await client.publish("a", "b", qos=1)
