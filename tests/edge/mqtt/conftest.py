"""Brokers for tests: Mosquitto on a free port of this machine, stopped and started at will."""

from __future__ import annotations

import asyncio
import getpass
import shutil
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from edge.demo.mosquitto import RunningBroker, find_mosquitto, free_port, start_broker
from edge.kernel.events import Event, Events
from edge.mqtt.broker_aiomqtt import AiomqttBroker

WAIT_S = 10.0
"""How long a test waits for what must happen."""

AS_US = f"user {getpass.getuser()}"
"""Mosquitto started by root reads its files as another user; here it shall not."""


class BrokerSwitch:
    """A Mosquitto that can be stopped, killed and started again on the same port."""

    def __init__(self, settings: Sequence[str] = ("allow_anonymous true",)) -> None:
        self.port = free_port()
        self._settings = settings
        self._stack = AsyncExitStack()
        self.running: RunningBroker | None = None

    async def start(self) -> None:
        self.running = await self._stack.enter_async_context(
            start_broker(self.port, settings=self._settings)
        )

    async def kill(self) -> None:
        assert self.running is not None
        self.running.process.kill()
        await self.stop()

    async def stop(self) -> None:
        await self._stack.aclose()
        self.running = None


class Recorder:
    """The events of a bus, which can be waited for."""

    def __init__(self) -> None:
        self.bus = Events()
        self.seen: list[Event] = []
        self._more = asyncio.Event()
        self.bus.subscribe(self._record)

    def _record(self, event: Event) -> None:
        self.seen.append(event)
        self._more.set()

    def named(self, name: str) -> list[Event]:
        return [event for event in self.seen if event.name == name]

    async def wait_for(self, name: str, count: int = 1, within_s: float = WAIT_S) -> Event:
        async with asyncio.timeout(within_s):
            while len(self.named(name)) < count:
                self._more.clear()
                await self._more.wait()
        return self.named(name)[-1]


@pytest.fixture
async def switch() -> AsyncIterator[BrokerSwitch]:
    """A Mosquitto, not yet started."""
    if find_mosquitto() is None:
        pytest.skip("Mosquitto is not installed (sudo apt install mosquitto)")
    switch = BrokerSwitch()
    yield switch
    await switch.stop()


@pytest.fixture
async def mosquitto(switch: BrokerSwitch) -> BrokerSwitch:
    """A running Mosquitto."""
    await switch.start()
    return switch


async def at_once(_: float) -> None:
    """No waiting between attempts, but other tasks get their turn."""
    await asyncio.sleep(0.01)


MakeBroker = Callable[..., AiomqttBroker]


@pytest.fixture
def make_broker(recorder: Recorder) -> MakeBroker:
    """Makes connections to a port that try again at once and record their events."""

    def make(port: int, **options: object) -> AiomqttBroker:
        settings: dict[str, object] = {"sleep": at_once, "events": recorder.bus, **options}
        return AiomqttBroker("127.0.0.1", port, **settings)  # type: ignore[arg-type]  # as given

    return make


@pytest.fixture
async def recorder() -> Recorder:
    return Recorder()


async def until(condition: Callable[[], bool], changed: Callable[[], Awaitable[object]]) -> None:
    """Wait until a condition holds; `changed` waits for the next thing that may make it so."""
    async with asyncio.timeout(WAIT_S):
        while not condition():
            await changed()


@pytest.fixture
def passwords(tmp_path: Path) -> Path:
    """A password file that knows anna, whose password is "right"."""
    if shutil.which("mosquitto_passwd") is None:
        pytest.skip("mosquitto_passwd is not installed")
    path = tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(path), "anna", "right"], check=True)
    return path


@pytest.fixture
def certificates(tmp_path: Path) -> Path:
    """A folder with a certificate authority of our own and a certificate for 127.0.0.1."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=tmp_path, check=True, capture_output=True)

    new_key = ("-newkey", "rsa:2048", "-nodes")
    openssl("req", "-x509", *new_key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Home CA",
            "-days", "2", "-addext", "keyUsage=critical,keyCertSign,cRLSign")  # fmt: skip
    openssl("req", *new_key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=broker")
    (tmp_path / "extensions").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", "2",
            "-CAcreateserial", "-out", "server.pem", "-extfile", "extensions")  # fmt: skip
    return tmp_path
