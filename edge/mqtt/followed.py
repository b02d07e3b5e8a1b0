"""Entities that are followed: what each has told so far, how it is shown, the home they make."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from edge.home.components.wiring import Problem
from edge.home.graph import Area, Home
from edge.home.mqtt_entity import UNAVAILABLE, MqttEntity
from edge.types import EntityState, Message


@dataclass(slots=True)
class Followed:
    """An entity and the state it has told so far."""

    mqtt: MqttEntity
    told: EntityState
    heard: dict[str, bool] = field(default_factory=dict)
    """What its availability topics said, the latest last."""
    expired: bool = False
    """It has told nothing for longer than it is to be believed."""

    def __post_init__(self) -> None:
        self.expired = self.mqtt.expires_after_s is not None

    @property
    def reachable(self) -> bool:
        """Whether the entity can be reached: its availability topics said so, and it still tells
        its state."""
        return not self.expired and self.mqtt.availability.reachable(self.heard)

    @property
    def shown(self) -> EntityState:
        """The state as it is shown."""
        state = self.mqtt.shown(self.told)
        return state if self.reachable else EntityState(UNAVAILABLE, state.attributes)

    def read(self, message: Message, problem: Problem) -> bool:
        """Take in a message. Whether it said anything about this entity; `problem` hears what of
        it was not understood."""
        topic, payload = message.topic, message.payload
        reached = self.mqtt.reads_availability(topic, payload, problem)
        if reached is not None:
            self.heard.pop(topic, None)
            self.heard[topic] = reached
        told = self.mqtt.read(topic, payload, self.told, problem, retained=message.retain)
        if told is not None:
            self.told = told
        return told is not None or reached is not None

    def take_over(self, before: Followed) -> None:
        """Go on with what the same entity told when it was announced differently."""
        attributes = {**before.told.attributes, **self.mqtt.entity.state.attributes}
        self.told = EntityState(before.told.state, attributes)
        self.heard = before.heard
        self.expired = self.expired and before.expired

    def assume(self, expected: EntityState) -> None:
        """Be as expected, because nothing comes back from this entity."""
        attributes = {**self.told.attributes, **expected.attributes}
        self.told = EntityState(expected.state or self.told.state, attributes)

    def switch_off(self) -> None:
        """Be off after the delay, as a motion sensor that only tells that somebody moves."""
        self.told = replace(self.told, state="off")

    def forget(self) -> None:
        """Forget what was told, as if the entity had only been announced."""
        self.told = self.mqtt.entity.state


def home_of(followed: Iterable[Followed]) -> Home:
    """The home that announcements make: entities, and the areas that devices think they are in."""
    mqtt = [each.mqtt for each in followed]
    areas = {
        item.entity.area: Area(item.entity.area, item.suggested_area)
        for item in mqtt
        if item.entity.area and item.suggested_area
    }
    return Home((), tuple(areas.values()), tuple(item.entity for item in mqtt))
