"""The home as it is on the broker: devices discovered, their states followed, actions confirmed.

1. Subscribe to discovery; each announcement makes entities, whose topics are subscribed to.
2. Each message on such a topic changes a state; `states` always tells the latest, and `home` what
   there is, with the owner's home file laid over it.
3. `act` publishes what actions need and waits until the states that come back confirm them.

`settle` waits until everything that the broker had at hand has been read: it publishes a marker to
itself and waits for it, again as long as that brought new topics.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Self

from edge.home.discovery import PREFIX, discovery_filter, is_discovery, read_discovery
from edge.home.graph import Area, Home
from edge.home.mqtt_entity import UNAVAILABLE, MqttEntity
from edge.home.states import States
from edge.mqtt.broker import Broker, BrokerError
from edge.mqtt.confirm import confirms
from edge.mqtt.tasks import end
from edge.types import Action, EntityState, LaresError, Message

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Acted:
    """What became of actions."""

    changes: Mapping[str, EntityState] = field(default_factory=dict)
    """Entities whose state differs from before, with the new state in full."""
    published: tuple[Message, ...] = ()
    failed: tuple[str, ...] = ()
    """Entity ids that did not confirm, in the order of the actions."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Why each failed."""
    publish_ms: float = 0.0
    """From the start until the broker had every message, in milliseconds."""
    confirm_ms: float = 0.0
    """From then until every device had confirmed, or its time was up."""


@dataclass(slots=True)
class _Followed:
    """An entity and the state it has told so far."""

    mqtt: MqttEntity
    told: EntityState
    heard: dict[str, bool] = field(default_factory=dict)
    """What its availability topics said, the latest last."""


class Devices:
    """All devices on a broker. Open it with `async with`, inside that of its broker."""

    def __init__(
        self,
        broker: Broker,
        owner: Home | None = None,
        *,
        node: str = "lares",
        prefix: str = PREFIX,
    ) -> None:
        """`owner` is the home file's home, whose names, areas and aliases win."""
        self.states = States()
        self._broker = broker
        self._owner = owner or Home()
        self._prefix = prefix
        self._marker_topic = f"lares/{node}/marker"
        self._markers: dict[str, asyncio.Event] = {}
        self._marks = 0
        self._announced: dict[str, tuple[str, tuple[str, ...]]] = {}
        self._followed: dict[str, _Followed] = {}
        self._by_topic: defaultdict[str, list[str]] = defaultdict(list)
        self._home: Home | None = None
        self._home_lock = threading.Lock()
        self._task: asyncio.Task[None] | None = None
        self._mark_unannounced()

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._follow(), name="mqtt devices")
        await self._broker.subscribe(self._marker_topic, discovery_filter(self._prefix))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._task is not None:
            await end(self._task)

    @property
    def home(self) -> Home:
        """What there is now; another object after each change. May be asked for in any thread."""
        with self._home_lock:
            if self._home is None:
                self._home = self._discovered().merged_with(self._owner)
            return self._home

    async def settle(self, timeout_s: float = 10.0) -> None:
        """Wait until all that the broker had at hand is read. Raises `BrokerError`."""
        try:
            async with asyncio.timeout(timeout_s):
                topics = -1
                while topics != len(self._by_topic):
                    topics = len(self._by_topic)
                    await self._mark()
        except TimeoutError:
            raise BrokerError(
                f"The broker did not answer within {timeout_s:g} s. Check that it runs and that "
                f"this client may publish and subscribe to {self._marker_topic}."
            ) from None

    def forget(self, entity_ids: Sequence[str]) -> None:
        """Forget what entities have told, as if they had only been announced."""
        for entity_id in entity_ids:
            if followed := self._followed.get(entity_id):
                followed.told = followed.mqtt.entity.state
                self._show(entity_id, followed)

    async def act(self, actions: Sequence[Action], timeout_s: float = 5.0) -> Acted:
        """Carry actions out and wait for the states that confirm them.

        Actions on different entities go at the same time, those on one entity in order. An action
        that expects nothing is done when it is published. Nothing is raised for a device or broker
        that fails: it is in `failed`.
        """
        before = self.states.snapshot()
        begin = time.perf_counter()
        sent: list[tuple[Message, float]] = []
        groups: dict[str, list[Action]] = {}
        for action in actions:
            groups.setdefault(action.entity_id, []).append(action)
        problems = await asyncio.gather(
            *(self._carry_out(group, sent, timeout_s) for group in groups.values())
        )
        end = time.perf_counter()
        reasons = {
            entity_id: problem
            for entity_id, problem in zip(groups, problems, strict=True)
            if problem is not None
        }
        if sent and not reasons:
            await self._catch_up(timeout_s)
        last_sent = max((at for _, at in sent), default=end)
        return Acted(
            self.states.changes_since(before),
            tuple(message for message, _ in sent),
            tuple(reasons),
            reasons,
            publish_ms=(last_sent - begin) * 1000,
            confirm_ms=(end - last_sent) * 1000,
        )

    async def _carry_out(
        self, actions: Sequence[Action], sent: list[tuple[Message, float]], timeout_s: float
    ) -> str | None:
        """Carry out the actions on one entity. Returns why it failed, if it did."""
        try:
            for action in actions:
                await self._carry_out_one(action, sent, timeout_s)
        except LaresError as error:
            return str(error)
        return None

    async def _carry_out_one(
        self, action: Action, sent: list[tuple[Message, float]], timeout_s: float
    ) -> None:
        followed = self._reachable(action.entity_id)
        messages = followed.mqtt.command(action)
        confirmed = asyncio.Event()

        def look(entity_id: str, state: EntityState) -> None:
            if action.expect is None or confirms(state, action.expect):
                confirmed.set()

        unsubscribe = self._watch(action.entity_id, look)
        try:
            for message in messages:
                await self._broker.publish(message)
                sent.append((message, time.perf_counter()))
            if action.expect is None:
                return
            if followed.mqtt.assumed:
                self._assume(action.entity_id, followed, action.expect)
                return
            look(action.entity_id, self.states.get(action.entity_id) or EntityState(""))
            async with asyncio.timeout(timeout_s):
                await confirmed.wait()
        except TimeoutError:
            name = followed.mqtt.entity.name
            raise LaresError(f"{name} did not confirm within {timeout_s:g} s.") from None
        finally:
            unsubscribe()

    def _watch(
        self, entity_id: str, look: Callable[[str, EntityState], None]
    ) -> Callable[[], None]:
        def listener(changed: str, state: EntityState) -> None:
            if changed == entity_id:
                look(changed, state)

        return self.states.subscribe(listener)

    def _reachable(self, entity_id: str) -> _Followed:
        """The entity, when it was announced and can be reached. Raises `LaresError`."""
        if (followed := self._followed.get(entity_id)) is None:
            raise LaresError(f"No device has announced {entity_id}. Check that it is switched on.")
        if not followed.mqtt.availability.reachable(followed.heard):
            name = followed.mqtt.entity.name
            raise LaresError(f"{name} is not reachable. Check its power and network.")
        return followed

    def _assume(self, entity_id: str, followed: _Followed, expected: EntityState) -> None:
        attributes = {**followed.told.attributes, **expected.attributes}
        followed.told = EntityState(expected.state or followed.told.state, attributes)
        self._show(entity_id, followed)

    async def _catch_up(self, timeout_s: float) -> None:
        """Read what devices told besides the confirmation, as far as it is here already."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._mark()
        except (TimeoutError, BrokerError) as error:
            log.warning("could not read on after acting: %s", error or "no answer in time")

    async def _mark(self) -> None:
        """Send a marker and wait until it comes back, after everything before it."""
        self._marks += 1
        mark = f"{id(self)}-{self._marks}"
        event = self._markers[mark] = asyncio.Event()
        try:
            await self._broker.publish(Message(self._marker_topic, mark))
            await event.wait()
        finally:
            del self._markers[mark]

    async def _follow(self) -> None:
        async for message in self._broker.messages():
            try:
                await self._read(message)
            except LaresError as error:
                log.warning("%s", error)

    async def _read(self, message: Message) -> None:
        if message.topic == self._marker_topic:
            if event := self._markers.get(message.payload):
                event.set()
        elif is_discovery(message.topic, self._prefix):
            await self._discover(message)
        else:
            for entity_id in self._by_topic.get(message.topic, ()):
                self._read_state(entity_id, message)

    def _read_state(self, entity_id: str, message: Message) -> None:
        followed = self._followed[entity_id]
        reached = followed.mqtt.reads_availability(message.topic, message.payload)
        if reached is not None:
            followed.heard.pop(message.topic, None)
            followed.heard[message.topic] = reached
        told = followed.mqtt.read(message.topic, message.payload, followed.told)
        if told is not None:
            followed.told = told
        if told is not None or reached is not None:
            self._show(entity_id, followed)

    def _show(self, entity_id: str, followed: _Followed) -> None:
        state = followed.mqtt.shown(followed.told)
        if not followed.mqtt.availability.reachable(followed.heard):
            state = EntityState(UNAVAILABLE, state.attributes)
        self.states.set(entity_id, state)

    async def _discover(self, message: Message) -> None:
        """Take in an announcement: new entities, changed ones, or none any more."""
        payload, old_ids = self._announced.get(message.topic, ("", ()))
        if payload == message.payload:
            return
        announced = read_discovery(message.topic, message.payload)
        old = {entity_id: self._followed[entity_id] for entity_id in old_ids}
        before = {topic for followed in old.values() for topic in followed.mqtt.topics}
        for entity_id in old_ids:
            self._drop(entity_id)
        ids = tuple(self._take_in(entity, old) for entity in announced)
        for entity_id in set(old_ids) - set(ids):
            self.states.remove(entity_id)
        self._announced[message.topic] = (message.payload, ids)
        with self._home_lock:
            self._home = None
        self._mark_unannounced()
        after = dict.fromkeys(topic for entity in announced for topic in entity.topics)
        await self._broker.subscribe(*after)
        await self._broker.unsubscribe(
            *(topic for topic in before - after.keys() if not self._by_topic.get(topic))
        )

    def _take_in(self, entity: MqttEntity, old: Mapping[str, _Followed]) -> str:
        """Follow an entity, with the state it had when it was announced before. Returns its id."""
        entity_id = self._free_id(entity.entity.id)
        entity = replace(entity, entity=replace(entity.entity, id=entity_id))
        followed = _Followed(entity, entity.entity.state)
        if known := old.get(entity_id):
            followed.told = EntityState(
                known.told.state, {**known.told.attributes, **entity.entity.state.attributes}
            )
            followed.heard = known.heard
        self._followed[entity_id] = followed
        for topic in entity.topics:
            self._by_topic[topic].append(entity_id)
        self._show(entity_id, followed)
        return entity_id

    def _drop(self, entity_id: str) -> None:
        for topic in self._followed.pop(entity_id).mqtt.topics:
            self._by_topic[topic].remove(entity_id)
            if not self._by_topic[topic]:
                del self._by_topic[topic]

    def _free_id(self, wanted: str) -> str:
        """The id, with a number behind it when another entity has it."""
        number, entity_id = 1, wanted
        while entity_id in self._followed:
            number += 1
            entity_id = f"{wanted}_{number}"
        return entity_id

    def _mark_unannounced(self) -> None:
        """What the owner wrote down but no device has announced is unavailable."""
        for entity in self._owner.entities:
            if entity.id not in self._followed:
                self.states.set(entity.id, EntityState(UNAVAILABLE, entity.state.attributes))

    def _discovered(self) -> Home:
        mqtt = [followed.mqtt for followed in tuple(self._followed.values())]
        areas = {
            item.entity.area: Area(item.entity.area, item.suggested_area)
            for item in mqtt
            if item.entity.area and item.suggested_area
        }
        return Home((), tuple(areas.values()), tuple(item.entity for item in mqtt))
