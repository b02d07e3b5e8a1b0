"""Carrying out actions, whoever hands them over: in order for each entity, each one confirmed.

    hand over → the state comes back → confirmed        or it does not, and the action failed

Makers of `edge.home.devices.Devices` give a `Hand` that hands one action over; what is the same for
all of them is here.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from edge.home.confirm import confirms
from edge.home.devices import Acted
from edge.home.states import States
from edge.types import Action, EntityState, LaresError, Message


class Hand(Protocol):
    """Hands actions over to devices."""

    async def hand_over(self, action: Action) -> tuple[Message, ...]:
        """Hand an action over. Returns the MQTT messages that it took.

        Raises `LaresError` when it cannot be done, with the reason.
        """
        ...

    def assume(self, entity_id: str, expected: EntityState) -> bool:
        """Take an entity to be as expected. False for one that tells its state itself."""
        ...

    def name_of(self, entity_id: str) -> str:
        """What a person calls it."""
        ...

    async def catch_up(self, timeout_s: float) -> None:
        """Read what devices told besides the confirmations, as far as it is here already."""
        ...


@dataclass(slots=True)
class _Sent:
    messages: list[Message] = field(default_factory=list)
    last: float | None = None
    """When the latest action was handed over, by `time.perf_counter`."""


async def act(actions: Sequence[Action], hand: Hand, states: States, timeout_s: float) -> Acted:
    """Carry actions out as `Devices.act` promises; `timeout_s` seconds for each confirmation."""
    before = states.snapshot()
    begin = time.perf_counter()
    sent = _Sent()
    groups: dict[str, list[Action]] = {}
    for action in actions:
        groups.setdefault(action.entity_id, []).append(action)
    problems = await asyncio.gather(
        *(_carry_out(group, hand, states, sent, timeout_s) for group in groups.values())
    )
    end = time.perf_counter()
    reasons = {
        entity_id: problem
        for entity_id, problem in zip(groups, problems, strict=True)
        if problem is not None
    }
    if sent.last is not None and not reasons:
        await hand.catch_up(timeout_s)
    last = end if sent.last is None else sent.last
    return Acted(
        states.changes_since(before),
        tuple(sent.messages),
        tuple(reasons),
        reasons,
        publish_ms=(last - begin) * 1000,
        confirm_ms=(end - last) * 1000,
    )


async def _carry_out(
    actions: Sequence[Action], hand: Hand, states: States, sent: _Sent, timeout_s: float
) -> str | None:
    """Carry out the actions on one entity. Returns why it failed, if it did."""
    try:
        for action in actions:
            await _carry_out_one(action, hand, states, sent, timeout_s)
    except LaresError as error:
        return str(error)
    return None


async def _carry_out_one(
    action: Action, hand: Hand, states: States, sent: _Sent, timeout_s: float
) -> None:
    confirmed = asyncio.Event()
    before = states.get(action.entity_id)

    def look(changed: str, state: EntityState) -> None:
        if (
            changed == action.entity_id
            and action.expect is not None
            and confirms(state, action.expect, before)
        ):
            confirmed.set()

    unsubscribe = states.subscribe(look)
    try:
        sent.messages += await hand.hand_over(action)
        sent.last = time.perf_counter()
        if action.expect is None:
            return
        if hand.assume(action.entity_id, action.expect):
            return
        look(action.entity_id, states.get(action.entity_id) or EntityState(""))
        async with asyncio.timeout(timeout_s):
            await confirmed.wait()
    except TimeoutError:
        name = hand.name_of(action.entity_id)
        raise LaresError(f"{name} did not confirm within {timeout_s:g} s.") from None
    finally:
        unsubscribe()
