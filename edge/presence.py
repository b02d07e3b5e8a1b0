"""Lares as a device on the broker: it announces itself, tells how it is, and does what it is told.

    (re)connected, or Home Assistant started ── announce everything, then tell every state
    an event, a changed control ─────────────── tell the states that it changed
    a command ────────────────────────────────── change a control, tell its state

It has a connection of its own, apart from the one for devices: so that a flood of devices' messages
delays no "mute", and because a last will belongs to a connection, and only the assistant itself is
"online", not a `lares say` beside it. That we are connected anew is seen from our own "online" that
comes back; where somebody else says "offline" in our name (an older connection whose end the broker
noticed late) it is said again.

Commands that are retained, unknown or wrong are told to the log once and change nothing. Of many
that come at once the last one of each kind counts. What we publish must come back to us; where it
does not, the broker's ACL keeps it from us, which no broker says by itself.
"""

from __future__ import annotations

import asyncio
import json
import math
import random as random_module
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self, TypeVar

from edge.controls import Controls, Settings
from edge.kernel.events import Event, Events
from edge.mqtt.announcement import OFF, ON, ONLINE, PRESS, Machine, Topics, announcement, is_ours
from edge.mqtt.broker import Broker, BrokerError
from edge.mqtt.tasks import end
from edge.reporting import Reporting
from edge.types import LaresError, Message

PAUSE_S = 0.05
"""What comes within this time is told together."""
MEASURE_S = 30.0
RESTARTS_AFTER_S = 10.0
"""How long Lares must have run before it lets itself be restarted: commands sent twice, or again
and again, must not keep it from ever running."""
CHECKS_AFTER_S = 5.0
"""How long what we publish may take to come back."""
AGAIN_AFTER_S = 1.0
MOST_COMMANDS = 20
"""Commands whose results wait to be told."""
MOST_COMPLAINTS = 100
"""Commands that are ignored, as many as are told."""
_SWITCHED = {ON: True, OFF: False}
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Measured:
    """How the machine is."""

    memory_bytes: int | None
    """What Lares itself occupies."""
    temperature_c: float | None = None
    """The processor's."""


class Presence:
    """The device that Lares is. Open it with `async with`, inside that of its broker.

    choices: the wake words to choose from, by the name that is shown. announce: whether Home
    Assistant is told; where not, it is told that we are gone. measure: may take a moment. restart:
    called from this event loop. clock: seconds; random: 0 to 1.
    """

    def __init__(
        self,
        broker: Broker,
        topics: Topics,
        machine: Machine,
        controls: Controls,
        events: Events,
        *,
        measure: Callable[[], Measured],
        restart: Callable[[], None],
        choices: Mapping[str, tuple[str, ...]] | None = None,
        announce: bool = True,
        keep_words: bool = False,
        clock: Callable[[], float] = time.monotonic,
        random: Callable[[], float] = random_module.random,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._broker = broker
        self._topics = topics
        self._choices = choices or {}
        machine = replace(machine, wake_words=tuple(self._choices))
        self._announcement = announcement(topics, machine) if announce else ()
        self._version = machine.version
        self._controls = controls
        self._events = events
        self._measure = measure
        self._restart = restart
        self._clock, self._random, self._sleep = clock, random, sleep
        self._settings: Settings = controls.settings
        self._measured = Measured(None)
        self._reporting = Reporting(keep_words=keep_words)
        self._results: deque[Message] = deque(maxlen=MOST_COMMANDS)
        self._states = self._all_states(machine)
        self._dirty: dict[str, None] = {}
        self._ghosts: dict[str, None] = {}
        self._announces = False
        self._delay_s = 0.0
        self._was_announced = False
        self._came_back: set[str] = set()
        self._missed: set[str] = set()
        self._hidden = False
        self._something_to_tell = asyncio.Event()
        self._commands: dict[str, str] = {}
        self._commanded = asyncio.Event()
        self._complained: set[tuple[str, str]] = set()
        self._started = clock()
        self._unsubscribe: tuple[Callable[[], None], ...] = ()
        self._tasks: tuple[asyncio.Task[None], ...] = ()

    def _all_states(self, machine: Machine) -> Mapping[str, Callable[[], str]]:
        """Each item that has a state, and what it is."""
        states: dict[str, Callable[[], str]] = {
            "pipeline": lambda: self._reporting.pipeline,
            "mute": lambda: ON if self._settings.muted else OFF,
            "volume": lambda: str(round(self._settings.volume * 100)),
            "update": self._update,
            "memory": self._memory,
            "errors": lambda: json.dumps(self._reporting.errors),
        }
        if self._choices:
            states["wake_word"] = self._wake_word
        if machine.language_model:
            states["language_model"] = lambda: ON if self._settings.language_model else OFF
        if machine.temperature:
            states["temperature"] = self._temperature
        return states

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()

        def later(call: Callable[..., None], *arguments: object) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(call, *arguments)

        def see(event: Event) -> None:
            if Reporting.concerns(event):
                later(self._see, event)

        self._measured = await asyncio.to_thread(self._measure)
        self._unsubscribe = (
            self._events.subscribe(see),
            self._controls.subscribe(lambda settings: later(self._set, settings)),
        )
        topics = self._topics
        await self._broker.subscribe(
            topics.status, topics.birth, topics.commands, topics.announcements
        )
        self._tasks = tuple(
            asyncio.create_task(self._kept_up(work), name=f"presence: {work.__name__}")
            for work in (self._read, self._obey, self._tell, self._look, self._check)
        )
        self._announce(0.0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        for task in self._tasks:
            await end(task)

    async def _kept_up(self, work: Callable[[], Awaitable[None]]) -> None:
        """Begin a piece of work again when it fails for a reason that nobody thought of."""
        while True:
            try:
                return await work()
            except Exception as error:
                self._events.emit("presence_failed", "error", error=repr(error))
                await asyncio.sleep(AGAIN_AFTER_S)

    async def _read(self) -> None:
        async for message in self._broker.messages():
            if message.topic == self._topics.status:
                self._came_back.add(message.topic)
                self._saw_status(message.payload)
            elif message.topic == self._topics.birth:
                if message.payload == ONLINE and not message.retain:
                    self._announce(self._random())
            elif (item := self._topics.commanded(message.topic)) is not None:
                self._take(item, message)
            elif any(message.topic == ours.topic for ours in self._announcement):
                self._came_back.add(message.topic)
            elif is_ours(self._topics, message.payload):
                self._ghosts[message.topic] = None
                self._something_to_tell.set()

    def _saw_status(self, payload: str) -> None:
        if payload == ONLINE:
            self._announce(self._random() if self._was_announced else 0.0)
        else:
            self._hidden = True
            self._something_to_tell.set()

    def _announce(self, delay_s: float) -> None:
        if not self._announces:
            self._delay_s = delay_s
        self._announces = True
        self._something_to_tell.set()

    def _see(self, event: Event) -> None:
        pipeline, errors = self._reporting.pipeline, self._reporting.errors
        told = self._reporting.see(event)
        if told is not None:
            payload = json.dumps(told.payload, default=str)
            self._results.append(Message(self._topics.state("last_command"), payload))
            self._something_to_tell.set()
        if self._reporting.pipeline != pipeline:
            self._changed("pipeline")
        if self._reporting.errors != errors:
            self._changed("errors")

    def _set(self, settings: Settings) -> None:
        self._settings = settings
        self._changed("mute", "volume", "wake_word", "language_model")

    def _changed(self, *items: str) -> None:
        self._dirty.update(dict.fromkeys(item for item in items if item in self._states))
        self._something_to_tell.set()

    async def _look(self) -> None:
        while True:
            await self._sleep(MEASURE_S)
            before = self._memory(), self._temperature()
            self._measured = await asyncio.to_thread(self._measure)
            if before != (self._memory(), self._temperature()):
                self._changed("memory", "temperature")

    async def _check(self) -> None:
        """Say so, once, when what we published does not come back."""
        await self._sleep(CHECKS_AFTER_S)
        announced = (message.topic for message in self._announcement)
        own = f"lares/{self._topics.node}/#"
        expected = {self._topics.status: own, next(announced, ""): f"{self._topics.prefix}/#"}
        for topic, right in expected.items():
            if topic and topic not in self._came_back | self._missed and self._broker.connected:
                problem = (
                    f"Nothing comes back from {topic}, so Lares may not read it: "
                    f"add `topic read {right}` to the ACL of the MQTT broker."
                )
                self._events.emit("mqtt_denied", "error", topic=right, problem=problem)

    async def _tell(self) -> None:
        while True:
            await self._something_to_tell.wait()
            if self._delay_s:
                await self._sleep(self._delay_s)
            self._delay_s = 0.0
            self._something_to_tell.clear()
            try:
                for message in self._due():
                    await self._publish(message)
            except BrokerError:
                continue  # the connection is lost: after it comes back everything is told again
            await asyncio.sleep(PAUSE_S)

    def _due(self) -> list[Message]:
        """What is to be published now."""
        due = []
        if self._hidden:
            due.append(Message(self._topics.status, ONLINE, retain=True))
        due += [Message(topic, "", retain=True) for topic in self._ghosts]
        if self._announces:
            due += self._announcement
            self._dirty.update(dict.fromkeys(self._states))
            self._was_announced = True
        due += [
            Message(self._topics.state(item), self._states[item](), retain=True)
            for item in self._dirty
        ]
        due += self._results
        self._hidden = self._announces = False
        self._ghosts, self._dirty = {}, {}
        self._results.clear()
        return due

    async def _publish(self, message: Message) -> None:
        """Raises BrokerError when the connection is lost; what the broker denies, it has told."""
        try:
            await self._broker.publish(message)
        except BrokerError:
            self._missed.add(message.topic)
            if not self._broker.connected:
                raise

    def _take(self, item: str, message: Message) -> None:
        if message.retain:
            self._complain(
                message.topic,
                "retained",
                "the command is retained, so it would be done again at each start: it is ignored. "
                f"Remove it: mosquitto_pub -r -n -t {message.topic}",
            )
            return
        self._commands[item] = message.payload
        self._commanded.set()

    async def _obey(self) -> None:
        while True:
            await self._commanded.wait()
            self._commanded.clear()
            commands, self._commands = self._commands, {}
            for item, payload in commands.items():
                try:
                    await self._do(item, payload)
                except LaresError as error:
                    self._complain(self._topics.command(item), "wrong", str(error))
                    self._changed(item)
            await asyncio.sleep(PAUSE_S)

    async def _do(self, item: str, payload: str) -> None:
        """Do what a command says. Raises LaresError."""
        match item:
            case "mute":
                await self._change(muted=_choice(payload, _SWITCHED))
            case "volume":
                await self._change(volume=_percent(payload) / 100)
            case "wake_word" if self._choices:
                await self._change(wake_words=_choice(payload, self._choices))
            case "language_model" if item in self._states:
                await self._change(language_model=_choice(payload, _SWITCHED))
            case "restart":
                _choice(payload, {PRESS: True})
                self._restart_now()
            case _:
                raise LaresError("there is nothing here that can be set by this topic")

    async def _change(self, **changes: object) -> None:
        """Change controls, in a thread: other wake words have to be loaded first."""
        await asyncio.to_thread(lambda: self._controls.change(**changes))

    def _restart_now(self) -> None:
        ran = self._clock() - self._started
        if ran < RESTARTS_AFTER_S:
            raise LaresError(
                f"Lares was started {ran:.0f} s ago; it lets itself be restarted after "
                f"{RESTARTS_AFTER_S:.0f} s"
            )
        self._events.emit("restarting")
        self._restart()

    def _complain(self, topic: str, kind: str, problem: str) -> None:
        if (topic, kind) not in self._complained and len(self._complained) < MOST_COMPLAINTS:
            self._complained.add((topic, kind))
            self._events.emit("command_ignored", "warning", topic=topic, problem=problem)

    def _wake_word(self) -> str:
        names = (n for n, words in self._choices.items() if words == self._settings.wake_words)
        return next(names, "None")

    def _update(self) -> str:
        return json.dumps({"installed_version": self._version, "latest_version": self._version})

    def _temperature(self) -> str:
        celsius = self._measured.temperature_c
        return "None" if celsius is None else f"{celsius:.1f}"

    def _memory(self) -> str:
        occupied = self._measured.memory_bytes
        return "None" if occupied is None else f"{occupied / 2**20:.0f}"


def _choice(payload: str, choices: Mapping[str, T]) -> T:
    if payload not in choices:
        raise LaresError(f"expected {' or '.join(choices)}, found {payload[:40]!r}")
    return choices[payload]


def _percent(payload: str) -> float:
    try:
        percent = float(payload)
    except ValueError:
        percent = math.nan
    if not 0 <= percent <= 100:
        raise LaresError(f"expected a number from 0 to 100, found {payload[:40]!r}")
    return percent
