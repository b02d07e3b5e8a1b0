"""Reading the registries of a running Home Assistant, and a whole home of one once.

An older Home Assistant has no floors, and a token of someone who is no administrator may not read
what is exposed; each such part is left out, and named in `Read.denied`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from edge.home.graph import Home
from edge.home_assistant.address import Address, Token
from edge.home_assistant.exposure import is_exposed
from edge.home_assistant.home import home_of
from edge.home_assistant.problems import CommandError, HomeAssistantError
from edge.home_assistant.registries import (
    ASSISTANT,
    Registries,
    areas_of,
    devices_of,
    entities_of,
    exposed_of,
    floors_of,
)
from edge.home_assistant.session import COMMAND_S, Session, opened
from edge.home_assistant.states import ToldStates
from edge.types import EntityState

IN_ONE_QUESTION = 500
"""So many entities are asked about at once."""


@dataclass(frozen=True, slots=True)
class Read:
    """What was read."""

    registries: Registries
    denied: Mapping[str, str]
    """Command → why Home Assistant did not answer it."""


async def read_registries(
    session: Session, states: Mapping[str, EntityState], owned: frozenset[str] = frozenset()
) -> Read:
    """Read all registries; of entities that are neither exposed nor `owned`, only what is told of
    all. Raises `HomeAssistantError` when the connection ends."""
    denied: dict[str, str] = {}

    async def ask(kind: str, **fields: Any) -> Any:
        try:
            return await session.command(kind, **fields)
        except CommandError as error:
            denied[kind] = f"{error.code}: {error}"
            return None

    floors, areas, devices, rows, exposed, new = await asyncio.gather(
        ask("config/floor_registry/list"),
        ask("config/area_registry/list"),
        ask("config/device_registry/list"),
        ask("config/entity_registry/list"),
        ask("homeassistant/expose_entity/list"),
        ask("homeassistant/expose_new_entities/get", assistant=ASSISTANT),
    )
    found = floors_of(floors)
    told = exposed.get("exposed_entities") if isinstance(exposed, dict) else None
    registries = Registries(
        found,
        areas_of(areas, found),
        devices_of(devices),
        entities_of(rows),
        exposed_of(told),
        not isinstance(new, dict) or new.get("expose_new") is not False,
    )
    wanted = _worth_asking(registries, states, owned)
    details: dict[str, Any] = {}
    for some in _parts(wanted):
        answer = await ask("config/entity_registry/get_entries", entity_ids=list(some))
        if not isinstance(answer, dict):
            break
        details |= answer
    return Read(replace(registries, entities=entities_of(rows, details)), denied)


async def read_home(address: Address, token: Token, node: str) -> tuple[Home, Mapping[str, str]]:
    """The home as it is now, and what could not be read of it. Lares itself, called `node` over
    MQTT, is left out. Raises `HomeAssistantError`."""
    told = ToldStates()
    all_told = asyncio.Event()

    def take(event: object) -> None:
        told.take(event)
        all_told.set()

    async with opened(address, token) as session:
        await session.subscribe(take, "subscribe_entities")
        try:
            async with asyncio.timeout(COMMAND_S):
                await all_told.wait()
        except TimeoutError:
            raise HomeAssistantError(
                f"Home Assistant at {address.url} tells no states. See its log."
            ) from None
        read = await read_registries(session, told.states)
    return home_of(read.registries, told.states, node=node), read.denied


def _worth_asking(
    registries: Registries, states: Mapping[str, EntityState], owned: frozenset[str]
) -> tuple[str, ...]:
    def attributes(entity_id: str) -> Mapping[str, Any]:
        state = states.get(entity_id)
        return {} if state is None else state.attributes

    return tuple(
        entity_id
        for entity_id in registries.entities
        if entity_id in owned or is_exposed(entity_id, registries, attributes(entity_id))
    )


def _parts(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[at : at + IN_ONE_QUESTION] for at in range(0, len(ids), IN_ONE_QUESTION))
