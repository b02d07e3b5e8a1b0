"""The connection to Home Assistant; it heals itself.

From `async with` on, one task holds a `Session`: it opens one, has it greeted, and waits for its
end. When the connection is lost, or Home Assistant is not there yet, it says so once, waits a
little longer each time (with jitter, so that not all clients come back at the same moment), and
tries again. A token that is not taken is shown again only rarely, since Home Assistant warns its
owner of each wrong one, and may ban who shows them.
"""

from __future__ import annotations

import asyncio
import random as random_module
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

from edge.home_assistant.address import Address, Token
from edge.home_assistant.problems import HomeAssistantError
from edge.home_assistant.session import PING_S, PONG_S, Session, opened
from edge.kernel.events import Events
from edge.kernel.retrying import pause_s

FIRST_DELAY_S, LONGEST_DELAY_S = 0.5, 30.0
HOPELESS_DELAY_S = 300.0
"""Before the next attempt, when only the owner can heal it."""

Greet = Callable[[Session], Awaitable[None]]
"""What is done on a new session before it counts as one. May raise `HomeAssistantError`."""


class Connection:
    """A session with Home Assistant, and another one whenever it ends."""

    def __init__(
        self,
        address: Address,
        token: Token,
        greet: Greet,
        *,
        events: Events | None = None,
        ping_s: float = PING_S,
        pong_s: float = PONG_S,
        random: Callable[[], float] = random_module.random,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`random` gives 0 to 1. `ping_s` and `pong_s`: see `edge.home_assistant.session`."""
        self._address, self._token = address, token
        self._greet = greet
        self._events = events or Events()
        self._ping_s, self._pong_s = ping_s, pong_s
        self._random, self._sleep = random, sleep
        self._session: Session | None = None
        self._problem: HomeAssistantError | None = None
        self._change = asyncio.Condition()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._keep(), name="home assistant connection")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def session(self, timeout_s: float) -> Session:
        """The session that stands, waiting for it if need be.

        Raises `HomeAssistantError` with what is wrong and what to do: after the timeout, or at once
        when waiting cannot heal it.
        """
        try:
            async with asyncio.timeout(timeout_s), self._change:
                await self._change.wait_for(lambda: self._stands or self._hopeless)
        except TimeoutError:
            raise self._problem or self._no_answer() from None
        if self._session is None:
            raise self._problem or self._no_answer()
        return self._session

    @property
    def _stands(self) -> bool:
        return self._session is not None and not self._session.over

    @property
    def _hopeless(self) -> bool:
        return self._problem is not None and self._problem.hopeless

    async def _keep(self) -> None:
        failures = 0
        while True:
            try:
                async with opened(
                    self._address, self._token, ping_s=self._ping_s, pong_s=self._pong_s
                ) as session:
                    await self._greet(session)
                    await self._gain(session)
                    failures = 0
                    await session.ended()
            except HomeAssistantError as error:
                await self._lose(error)
            await self._sleep(self._delay(failures))
            failures += 1

    async def _gain(self, session: Session) -> None:
        async with self._change:
            self._session, self._problem = session, None
            self._change.notify_all()
        self._events.emit(
            "home_assistant_connected", url=self._address.url, version=session.version
        )

    async def _lose(self, problem: HomeAssistantError) -> None:
        """Note why there is no session, and say so when it is news."""
        before, had = self._problem, self._session is not None
        async with self._change:
            self._session, self._problem = None, problem
            self._change.notify_all()
        if had or before is None or str(before) != str(problem):
            self._events.emit(
                "home_assistant_lost" if had else "home_assistant_unreachable",
                "error" if problem.hopeless else "warning",
                url=self._address.url,
                reason=str(problem),
            )

    def _delay(self, failures: int) -> float:
        """Seconds before the next attempt; always long ones where waiting cannot heal it."""
        first_s, longest_s = FIRST_DELAY_S, LONGEST_DELAY_S
        if self._hopeless:
            first_s = longest_s = HOPELESS_DELAY_S
        return pause_s(failures, first_s, longest_s, self._random())

    def _no_answer(self) -> HomeAssistantError:
        return HomeAssistantError(
            f"Home Assistant at {self._address.url} does not answer in time. Check that it runs "
            "and that the network reaches it."
        )
