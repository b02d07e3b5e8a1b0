"""Understanding by workers, with this machine where none of them answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from edge.home.graph import Home
from edge.kernel.events import Events
from edge.nlu.reader import Read, Reader, Turn
from edge.workers.asking import Asking, NotAnsweredError
from edge.workers.messages import MOST_TEXT, Digests, Understand, Understood, encoded


class WorkersReader:
    """`here`, whose turns workers read, each within `within_s`.

    home: the one that we know now. A worker that knows another one says so, and reads nothing.
    """

    def __init__(
        self,
        asking: Asking,
        here: Reader,
        home: Callable[[], Home],
        within_s: float,
        events: Events,
    ) -> None:
        self._asking = asking
        self._here = here
        self._home = home
        self._within_s = within_s
        self._events = events
        self._digests = Digests()

    async def read(self, turn: Turn) -> Read:
        if len(turn.text) > MOST_TEXT or not self._asking.workers("understand"):
            return await self._here.read(turn)
        question = Understand.of(turn, self._digests.of(self._home()), datetime.now())
        begin = time.perf_counter()
        try:
            answer = await self._asking.ask("understand", encoded(question), self._within_s)
        except NotAnsweredError as error:
            self._events.emit("read_here", "warning", reason=str(error))
            return await self._here.read(turn)
        assert isinstance(answer, Understood)
        ms = (time.perf_counter() - begin) * 1000
        self._events.emit("workers_read", "debug", worker=answer.worker, ms=ms)
        away = ms - sum(answer.read.ms.values())
        return Read(answer.read.reading, answer.read.tagging, {**answer.read.ms, "workers": away})
