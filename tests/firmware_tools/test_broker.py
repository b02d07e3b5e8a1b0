"""What the doctor says of brokers: real ones, silent ones, and none at all."""

from __future__ import annotations

import asyncio
import getpass
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from edge.demo.mosquitto import HOST, find_mosquitto, free_port, start_broker
from firmware_tools.broker import BrokerAddress, examine_broker
from firmware_tools.finding import Finding

ANYBODY = ("allow_anonymous true",)
AS_US = f"user {getpass.getuser()}"
"""Started by root, Mosquitto would become a user who may not read our files."""


async def examined(address: BrokerAddress, timeout_s: float = 3.0) -> Finding:
    return await asyncio.to_thread(examine_broker, address, timeout_s)


@pytest.fixture
def needs_mosquitto() -> None:
    if find_mosquitto() is None:
        pytest.skip("Mosquitto is not installed (sudo apt install mosquitto)")


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of something that takes connections and says nothing."""
    with closing(socket.create_server((HOST, 0))) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def passwords(tmp_path: Path) -> tuple[str, ...]:
    """Settings of a broker that knows the user "lares" with the password "olive"."""
    if (tool := shutil.which("mosquitto_passwd")) is None:
        pytest.skip("mosquitto_passwd is not installed (sudo apt install mosquitto)")
    file = tmp_path / "passwords"
    subprocess.run([tool, "-b", "-c", file, "lares", "olive"], check=True, capture_output=True)
    return "allow_anonymous false", f"password_file {file}", AS_US


@pytest.fixture
def certificates(tmp_path: Path) -> Path:
    """A folder with a certificate authority of our own and a certificate for 127.0.0.1."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed (sudo apt install openssl)")

    def openssl(arguments: str) -> None:
        subprocess.run(
            ["openssl", *arguments.split()], cwd=tmp_path, check=True, capture_output=True
        )

    key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
    (tmp_path / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl(f"req -x509 {key} -keyout ca.key -out ca.pem -subj /CN=home -days 2")
    openssl(f"req {key} -keyout broker.key -out broker.csr -subj /CN=broker")
    openssl(
        "x509 -req -in broker.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 "
        "-extfile names -out broker.pem"
    )
    return tmp_path


@pytest.mark.usefixtures("needs_mosquitto")
async def test_a_broker_that_takes_us_is_all_right() -> None:
    async with start_broker(settings=ANYBODY) as broker:
        found = await examined(BrokerAddress(HOST, broker.port))
    assert (found.part, found.verdict, found.advice) == ("broker", "ok", "")
    assert found.found.startswith(f"{HOST}:{broker.port} accepts us without TLS, in ")


@pytest.mark.usefixtures("needs_mosquitto")
async def test_credentials_are_tried_and_their_refusal_is_told(passwords: tuple[str, ...]) -> None:
    async with start_broker(settings=passwords) as broker:
        known = BrokerAddress(HOST, broker.port, username="lares", password="olive")
        assert (await examined(known)).verdict == "ok"
        wrong = BrokerAddress(HOST, broker.port, username="lares", password="onion")
        stranger = BrokerAddress(HOST, broker.port)
        for address, who in ((wrong, 'the user "lares"'), (stranger, "a client without a user")):
            found = await examined(address)
            assert found.verdict == "error"
            assert f"refuses {who}" in found.found
            assert "mqtt.username and mqtt.password" in found.advice
            assert "onion" not in str(found)


@pytest.mark.usefixtures("needs_mosquitto")
async def test_tls_must_be_the_same_on_both_sides(certificates: Path) -> None:
    settings = (
        *ANYBODY,
        f"certfile {certificates / 'broker.pem'}",
        f"keyfile {certificates / 'broker.key'}",
        AS_US,
    )
    authority = certificates / "ca.pem"
    async with start_broker(settings=settings) as broker:
        trusting = await examined(BrokerAddress(HOST, broker.port, tls=True, ca_file=authority))
        assert trusting.verdict == "ok"
        assert "accepts us with TLS" in trusting.found

        wary = await examined(BrokerAddress(HOST, broker.port, tls=True))
        assert (wary.verdict, "not trusted" in wary.found) == ("error", True)
        assert "mqtt.ca_file" in wary.advice

        plain = await examined(BrokerAddress(HOST, broker.port))
        assert plain.verdict == "error"
        assert "mqtt.tls" in plain.advice

    async with start_broker(settings=ANYBODY) as broker:
        eager = await examined(BrokerAddress(HOST, broker.port, tls=True, ca_file=authority))
        assert (eager.verdict, "does not speak TLS" in eager.found) == ("error", True)
        assert "mqtt.tls" in eager.advice


async def test_where_nothing_listens_the_broker_is_to_be_started() -> None:
    port = free_port()
    found = await examined(BrokerAddress(HOST, port))
    assert (found.verdict, found.found) == ("error", f"nothing listens at {HOST}:{port}")
    assert "systemctl start mosquitto" in found.advice


@pytest.mark.parametrize("tls", [False, True])
async def test_what_never_answers_is_given_up_in_time(silent: int, tls: bool) -> None:
    async with asyncio.timeout(10):
        found = await examined(BrokerAddress(HOST, silent, tls=tls), timeout_s=0.2)
    assert found.verdict == "error"
    assert "answer" in found.found
    assert found.advice


@pytest.mark.parametrize("says", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
async def test_what_hangs_up_without_an_mqtt_answer_is_told(says: bytes) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(says)
        writer.close()

    async with await asyncio.start_server(hang_up, HOST, 0) as server:
        port = server.sockets[0].getsockname()[1]
        found = await examined(BrokerAddress(HOST, port))
    assert found.found == f"{HOST}:{port} ends the connection without an answer"
    assert "mqtt.tls" in found.advice


async def test_a_host_that_does_not_exist_is_named() -> None:
    found = await examined(BrokerAddress("no-such-broker.invalid"))
    assert found.verdict == "error"
    assert "no-such-broker.invalid" in found.found
    assert "mqtt.host" in found.advice


@pytest.mark.parametrize(("host", "port"), [("", 1883), (HOST, 0), (HOST, 70_000)])
async def test_an_address_that_is_none_is_told(host: str, port: int) -> None:
    found = await examined(BrokerAddress(host, port))
    assert found.verdict == "error"
    assert "mqtt.host" in found.advice


async def test_a_certificate_file_that_is_none_is_told(tmp_path: Path) -> None:
    text = tmp_path / "ca.pem"
    text.write_text("not a certificate")
    for file in (text, tmp_path / "missing.pem"):
        found = await examined(BrokerAddress(HOST, 8883, tls=True, ca_file=file))
        assert found.verdict == "error"
        assert str(file) in found.found
        assert "PEM" in found.advice
