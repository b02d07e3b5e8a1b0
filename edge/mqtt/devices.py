"""The home as it is on the broker: devices discovered, their states followed, actions confirmed.

1. Subscribe to discovery; each announcement makes entities, whose topics are subscribed to.
2. Each message on such a topic changes a state; `states` always tells the latest, and `home` what
   there is, with the owner's home file laid over it.
3. `act` publishes what actions need and waits until the states that come back confirm them.
4. After a reconnection everything is told again; what is not, within `GONE_AFTER_S`, is gone.

`settle` waits until everything that the broker had at hand has been read: it publishes a marker to
itself and waits for it, again as long as that brought new topics. What cannot be used is told once
and left out: too large, malformed, one entity more than `MOST_ENTITIES`.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from edge.home import acting
from edge.home.devices import Acted
from edge.home.discovery import PREFIX, discovery_filter, is_discovery, read_discovery
from edge.home.graph import Home
from edge.home.mqtt_entity import UNAVAILABLE, MqttEntity
from edge.home.states import States
from edge.home.tasmota import TASMOTA_FILTER, is_tasmota
from edge.kernel.events import Events
from edge.mqtt.announcement import is_lares
from edge.mqtt.broker import Broker, BrokerError
from edge.mqtt.comings import Comings
from edge.mqtt.complaints import Complaints
from edge.mqtt.delays import Delays
from edge.mqtt.followed import Followed, home_of
from edge.mqtt.latest import Latest
from edge.mqtt.patience import Patience
from edge.mqtt.subscriptions import Subscriptions
from edge.mqtt.tasks import end
from edge.mqtt.tasmota import Tasmotas, read_joined
from edge.mqtt.wildcards import Wildcards
from edge.types import Action, EntityState, LaresError, Message

log = logging.getLogger(__name__)

MOST_ENTITIES = 20_000
MOST_ANNOUNCED = 32 << 20
"""Characters of all announcements together."""
LARGEST_STATE = 1 << 18
"""Characters of a state message; a longer one is a picture or a mistake."""
GONE_AFTER_S = 300.0
"""What went while there was no connection is taken for gone so long after it. Devices that announce
themselves anew because the broker had forgotten them are back by then."""
TURN_S = 0.01
"""How long messages are read before other tasks get their turn."""


@dataclass(slots=True)
class _Announced:
    """What one discovery topic said last."""

    payload: str
    ids: tuple[str, ...] = ()
    """The entities that came of it."""
    connection: int = 0
    """The connection in which it was said last, as `Broker.connections` counts them."""


class MqttDevices:
    """All devices on a broker. Open it with `async with`, inside that of its broker."""

    def __init__(
        self,
        broker: Broker,
        owner: Home | None = None,
        *,
        node: str = "lares",
        prefix: str = PREFIX,
        events: Events | None = None,
        gone_after_s: float = GONE_AFTER_S,
    ) -> None:
        """`owner` is the home file's home, whose names, areas and aliases win."""
        self.states = States()
        self._broker = broker
        self._owner = owner or Home()
        self._owned = {entity.id: entity for entity in self._owner.entities}
        self._unique = {(e.domain, e.unique_id): e.id for e in self._owner.entities if e.unique_id}
        self._prefix = prefix
        self._marker_topic = f"lares/{node}/marker"
        self._markers: dict[str, asyncio.Event] = {}
        self._marks = 0
        self._connection = broker.connections
        self._gone_after_s = gone_after_s
        self._events = events or Events()
        self._complaints = Complaints(self._events)
        self._comings = Comings(self._events)
        self._patience = Patience(self._read)
        self._knows_all = False
        self._subscriptions = Subscriptions(broker)
        self._tasmotas = Tasmotas(broker, self._subscriptions.settle)
        self._announced: dict[str, _Announced] = {}
        self._followed: dict[str, Followed] = {}
        self._by_topic: defaultdict[str, list[str]] = defaultdict(list)
        self._wildcards = Wildcards()
        self._latest = Latest()
        self._announced_size = 0
        self._delays = Delays()
        self._holders: dict[tuple[str, str], str] = {}
        self._home: Home | None = None
        self._home_lock = threading.Lock()
        self._tasks: tuple[asyncio.Task[None], ...] = ()
        for entity in self._owner.entities:
            self._show_unannounced(entity.id)

    async def __aenter__(self) -> Self:
        discovery = (discovery_filter(self._prefix), TASMOTA_FILTER)
        await self._broker.subscribe(self._marker_topic, *discovery)
        self._tasks = (
            asyncio.create_task(self._follow(), name="mqtt devices"),
            asyncio.create_task(self._subscriptions.run(), name="mqtt subscriptions"),
            asyncio.create_task(self._tasmotas.run(), name="mqtt questions"),
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        tasks, self._tasks = self._tasks, ()
        for task in tasks:
            await end(task)
        self._delays.cancel_all()
        self._comings.end()
        self._patience.end()

    @property
    def home(self) -> Home:
        """What there is now; another object after each change. May be asked for in any thread."""
        with self._home_lock:
            if self._home is None:
                self._home = home_of(tuple(self._followed.values())).merged_with(self._owner)
            return self._home

    async def settle(self, timeout_s: float = 10.0) -> None:
        """Wait until all that the broker had at hand is read. Raises `BrokerError`."""
        try:
            async with asyncio.timeout(timeout_s):
                topics = -1
                while topics != len(self._by_topic) or not self._subscriptions.settled:
                    await self._subscriptions.settle()
                    topics = len(self._by_topic)
                    await self._mark()
            self._knows_all = True
        except TimeoutError:
            raise BrokerError(
                f"The broker did not answer within {timeout_s:g} s. Check that it runs and that "
                f"this client may publish and subscribe to {self._marker_topic}."
            ) from None

    def forget(self, entity_ids: Sequence[str]) -> None:
        """Forget what entities have told, as if they had only been announced."""
        for entity_id in entity_ids:
            if followed := self._followed.get(entity_id):
                followed.forget()
                self.states.set(entity_id, followed.shown)

    async def act(self, actions: Sequence[Action], timeout_s: float = 5.0) -> Acted:
        """Carry actions out and wait for the states that confirm them."""
        return await acting.act(actions, self, self.states, timeout_s)

    async def hand_over(self, action: Action) -> tuple[Message, ...]:
        """Publish what an action needs. Raises `LaresError`."""
        followed = self._reachable(action.entity_id)
        messages = followed.mqtt.command(action, followed.told)
        for message in messages:
            await self._broker.publish(message)
        return messages

    def assume(self, entity_id: str, expected: EntityState) -> bool:
        """Take an entity to be as expected. False for one that tells its state itself."""
        followed = self._followed.get(entity_id)
        if followed is None or not followed.mqtt.assumed:
            return False
        followed.assume(expected)
        self.states.set(entity_id, followed.shown)
        return True

    def name_of(self, entity_id: str) -> str:
        """What a person calls it."""
        entity = self.home.entity(entity_id)
        return entity_id if entity is None else entity.name

    async def catch_up(self, timeout_s: float) -> None:
        """Read what devices told besides the confirmations, as far as it is here already."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._mark()
        except (TimeoutError, BrokerError) as error:
            log.warning("could not read on after acting: %s", error or "no answer in time")

    def _reachable(self, entity_id: str) -> Followed:
        """The entity, when it was announced and can be reached. Raises `LaresError`."""
        if (followed := self._followed.get(entity_id)) is None:
            raise LaresError(f"No device has announced {entity_id}. Check that it is switched on.")
        if not followed.reachable:
            name = self.name_of(entity_id)
            raise LaresError(f"{name} is not reachable. Check its power and network.")
        return followed

    async def _mark(self) -> None:
        """Send a marker and wait until it comes back, after everything before it."""
        self._marks += 1
        mark = f"{id(self)}-{self._marks}"
        event = self._markers[mark] = asyncio.Event()
        try:
            await self._broker.publish(Message(self._marker_topic, mark))
            await event.wait()
            self._patience.catch_up()
        finally:
            del self._markers[mark]

    async def _follow(self) -> None:
        turn = time.perf_counter()
        async for message in self._broker.messages():
            for reading in self._wildcards.readings(message):
                self._patience.read(reading)
            if time.perf_counter() - turn > TURN_S:
                await asyncio.sleep(0)
                turn = time.perf_counter()

    def _read(self, message: Message) -> None:
        if self._connection != self._broker.connections:
            self._connection = self._broker.connections
            if self._announced:
                loop = asyncio.get_running_loop()
                loop.call_later(self._gone_after_s, self._sweep, self._connection)
        if is_discovery(message.topic, self._prefix):
            self._discover(message)
        elif is_tasmota(message.topic):
            self._discover(self._tasmotas.joined(message))
        elif message.topic == self._marker_topic:
            if event := self._markers.get(message.payload):
                event.set()
        elif (following := self._by_topic.get(message.topic)) is not None:
            self._read_state(following, message)

    def _read_state(self, following: Sequence[str], message: Message) -> None:
        if len(message.payload) > LARGEST_STATE:
            problem = f"a state of {len(message.payload)} characters is too large"
            self._complaints.tell(message.topic, "large", problem)
            return
        self._latest.note(message)
        for entity_id in following:
            self._tell(entity_id, message)

    def _tell(self, entity_id: str, message: Message) -> None:
        """Let an entity read a message."""
        followed = self._followed[entity_id]

        def problem(text: str) -> None:
            self._complaints.tell(message.topic, entity_id, text)

        told = followed.read(message, problem)
        if message.topic == followed.mqtt.state_topic:
            told = self._wait_for_more(entity_id, followed) or told
        if told:
            self.states.set(entity_id, followed.shown)

    def _wait_for_more(self, entity_id: str, followed: Followed) -> bool:
        """Let an entity that told its state expire, or go off, in time. Whether it is back."""
        was_expired, followed.expired = followed.expired, False
        if (delay_s := followed.mqtt.expires_after_s) is not None:
            self._delays.start(entity_id, "expires", delay_s, self._expire)
        if (delay_s := followed.mqtt.off_delay_s) is not None and followed.told.state == "on":
            self._delays.start(entity_id, "off", delay_s, self._switch_off)
        return was_expired

    def _expire(self, entity_id: str) -> None:
        followed = self._followed[entity_id]
        followed.expired = True
        self.states.set(entity_id, followed.shown)

    def _switch_off(self, entity_id: str) -> None:
        followed = self._followed[entity_id]
        followed.switch_off()
        self.states.set(entity_id, followed.shown)

    def _discover(self, message: Message) -> None:
        """Take in an announcement: new entities, changed ones, or none any more."""
        before = self._announced.get(message.topic, _Announced(""))
        before.connection = self._connection
        if before.payload == message.payload or is_lares(message.payload):
            return
        size = self._announced_size + len(message.payload) - len(before.payload)
        if size > MOST_ANNOUNCED:
            problem = f"more than {MOST_ANNOUNCED} characters are announced; the rest is left out"
            self._complaints.tell(self._prefix, "size", problem)
            return
        announced = self._announced_by(message)
        if announced is None:
            return
        self._announced_size = size
        old = {entity_id: self._followed[entity_id] for entity_id in before.ids}
        for entity_id in before.ids:
            self._drop(entity_id)
        ids = tuple(
            self._take_in(entity, old, message.topic)
            for entity in announced
            if self._wants(entity, message.topic)
        )
        for entity_id in set(before.ids) - set(ids):
            self.states.remove(entity_id)
            self._show_unannounced(entity_id)
        if message.payload.strip():
            self._announced[message.topic] = _Announced(message.payload, ids, self._connection)
        else:
            self._announced.pop(message.topic, None)
        topics = {topic for followed in old.values() for topic in followed.mqtt.topics}
        for topic in topics - self._by_topic.keys():
            self._subscriptions.drop((topic,))
            self._latest.forget(topic)
        with self._home_lock:
            self._home = None
        if self._knows_all:
            self._comings.note(before.ids, ids)

    def _announced_by(self, message: Message) -> tuple[MqttEntity, ...] | None:
        """The entities that a message announces; None where it cannot be used."""
        problems: list[str] = []
        announced: tuple[MqttEntity, ...] | None = None
        read = read_discovery if is_discovery(message.topic, self._prefix) else read_joined
        try:
            announced = read(message.topic, message.payload, problem=problems.append)
        except LaresError as error:
            problems.append(str(error))
        for number, problem in enumerate(problems):
            self._complaints.tell(message.topic, f"announcement {number}", problem)
        if not problems:
            self._complaints.forgive(message.topic)
        return announced

    def _sweep(self, connection: int) -> None:
        """Let go of what was announced before a connection, and not since."""
        if connection != self._connection or not self._tasks:
            return
        for topic, announced in tuple(self._announced.items()):
            if announced.connection < connection:
                self._discover(Message(topic, ""))

    def _wants(self, entity: MqttEntity, topic: str) -> bool:
        """Whether an announced entity is followed: one that is spoken to, or that the owner names,
        and that no other topic announces."""
        if (holder := self._holders.get(_identity(entity))) is not None:
            problem = f"the unique id {entity.unique_id} is announced on {holder} too; left out"
            self._complaints.tell(topic, "unique id", problem)
            return False
        if len(self._followed) >= MOST_ENTITIES:
            problem = f"this home has more than {MOST_ENTITIES} entities; the rest is left out"
            self._complaints.tell(self._prefix, "many", problem)
            return False
        return entity.exposed or self._owner_id(entity) is not None

    def _owner_id(self, entity: MqttEntity) -> str | None:
        """The id of the owner's entity that is the same: by unique id, or else by its id."""
        if owned := self._unique.get(_identity(entity)):
            return owned
        return entity.entity.id if entity.entity.id in self._owned else None

    def _take_in(self, entity: MqttEntity, old: Mapping[str, Followed], origin: str) -> str:
        """Follow an entity, with the state it had when it was announced before. Returns its id."""
        entity_id = self._free_id(self._owner_id(entity) or entity.entity.id)
        known_as = replace(entity.entity, id=entity_id, unique_id=entity.unique_id)
        entity = replace(entity, entity=known_as)
        self._holders[_identity(entity)] = origin
        followed = Followed(entity, entity.entity.state)
        if known := old.get(entity_id):
            followed.take_over(known)
        self._followed[entity_id] = followed
        for topic in entity.topics:
            self._by_topic[topic].append(entity_id)
            self._wildcards.add(topic)
            if (latest := self._latest.get(topic)) is not None:
                self._tell(entity_id, latest)
        self._subscriptions.want(entity.topics)
        self.states.set(entity_id, followed.shown)
        return entity_id

    def _drop(self, entity_id: str) -> None:
        entity = self._followed.pop(entity_id).mqtt
        self._delays.cancel(entity_id)
        del self._holders[_identity(entity)]
        for topic in entity.topics:
            self._by_topic[topic].remove(entity_id)
            if not self._by_topic[topic]:
                del self._by_topic[topic]
                self._wildcards.drop(topic)

    def _free_id(self, wanted: str) -> str:
        """The id, with a number behind it when another entity has it."""
        number, entity_id = 1, wanted
        while entity_id in self._followed:
            number += 1
            entity_id = f"{wanted}_{number}"
        return entity_id

    def _show_unannounced(self, entity_id: str) -> None:
        """What the owner wrote down but no device announces is unavailable."""
        if (owned := self._owned.get(entity_id)) is not None:
            self.states.set(entity_id, EntityState(UNAVAILABLE, owned.state.attributes))


def _identity(entity: MqttEntity) -> tuple[str, str]:
    """What no two entities have together: domain and unique id."""
    return (entity.entity.domain, entity.unique_id)
