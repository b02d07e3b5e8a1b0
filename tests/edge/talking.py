"""A home that tests talk to: the exams' home on virtual devices, and the shipped tagger."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from edge.assistant import Assistant
from edge.home.graph import Home
from edge.home.virtual import VirtualHome
from edge.kernel.events import Events
from edge.mqtt.broker_loopback import LoopbackBroker
from edge.mqtt.devices import MqttDevices
from edge.nlu.tagger import Tagger
from edge.privacy.audit import Audit
from edge.privacy.policy import Policy
from edge.types import EntityState, Outcome, Transcript
from models.exams.several import HOME as HOME_FILE
from skills import ALL

HOME = Home.from_yaml(HOME_FILE)


@cache
def tagger() -> Tagger:
    """The tagger that ships, loaded once."""
    return Tagger()


class Talk:
    """Someone who talks to the home. The clock stands still until it is told to go on."""

    def __init__(self, devices: MqttDevices, policy: Policy) -> None:
        self.now = 0.0
        self.devices = devices
        self.assistant = Assistant(
            tagger=tagger(),
            devices=devices,
            skills=ALL,
            policy=policy,
            audit=Audit(None),
            events=Events(),
            confidence=0.5,
            confirm_s=1.0,
            clock=lambda: self.now,
        )

    async def __call__(self, text: str, **how: Any) -> Outcome:
        """Say something; `how` are the area, the conversation, and whether all is agreed to."""
        return await self.assistant.handle(Transcript(text, "text"), **how)

    async def all(self, *texts: str) -> list[Outcome]:
        """Say one thing after the other."""
        return [await self(text) for text in texts]

    def state(self, entity_id: str) -> EntityState:
        state = self.devices.states.get(entity_id)
        assert state is not None
        return state


@asynccontextmanager
async def talking(
    setup: Mapping[str, EntityState] | None = None,
    *,
    rules: Sequence[Mapping[str, object]] | None = None,
    broker: type[LoopbackBroker] = LoopbackBroker,
) -> AsyncIterator[Talk]:
    """A home in its first states but for those of `setup`, with these rules of privacy."""
    loopback = broker(VirtualHome(HOME))
    async with loopback, MqttDevices(loopback, HOME) as devices:
        await devices.settle()
        loopback.set_states(setup or {})
        await devices.settle()
        yield Talk(devices, Policy.from_data(rules))


def became(outcome: Outcome) -> dict[str, str]:
    """The entities that changed, and the names of their states."""
    return {entity_id: state.state for entity_id, state in outcome.changes.items()}
