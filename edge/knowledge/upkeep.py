"""Documents that change while Lares runs are read again, as work in the background.

The folders of the configuration are looked through at the start and every hour, and so are the
documents that `lares knowledge add` made known and that are still there. Whoever speaks meanwhile
is heard and answered first; the reading pauses between two passages.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from edge.kernel.events import Events
from edge.kernel.scheduler import Priority, Scheduler, Steps
from edge.knowledge.documents import absolute, shown
from edge.knowledge.index import Index
from edge.knowledge.knowledge import Added, Knowledge, below
from edge.types import LaresError

EVERY_S = 3600.0
OWNER = "knowledge"
"""Of the jobs."""


class Upkeep:
    """Keeps what an index knows as its documents are.

    knowledge: makes what reads them; it is first asked when there is something to read.
    """

    def __init__(
        self,
        index: Index,
        knowledge: Callable[[], Knowledge],
        scheduler: Scheduler,
        events: Events,
        folders: Sequence[Path] = (),
        *,
        every_s: float = EVERY_S,
    ) -> None:
        self._index = index
        self._knowledge = knowledge
        self._scheduler = scheduler
        self._events = events
        self._folders = folders
        self._every_s = every_s
        self._problems: tuple[str, ...] = ()

    async def run(self) -> None:
        """Read what has changed, again and again until cancelled. What goes wrong is told to the
        log, once, and tried again."""
        while True:
            try:
                job = self._scheduler.submit(self._reading, Priority.BACKGROUND, owner=OWNER)
                self._tell(await asyncio.wrap_future(job.future))
            except LaresError as error:
                self._tell(Added(problems=[str(error)]))
            await asyncio.sleep(self._every_s)

    def _reading(self) -> Steps[Added]:
        missing = [folder for folder in self._folders if not folder.is_dir()]
        places = [folder for folder in self._folders if folder not in missing]
        if self._index.path.is_file():
            known = [one.path for one in self._index.documents()]
            theirs = below(known, [absolute(folder) for folder in self._folders])
            places += [path for path in known if path not in theirs]
        places = [place for place in places if place.exists()]
        added = (yield from self._knowledge().adding(places)) if places else Added()
        added.problems += [
            f"expected a folder of documents, found no {shown(folder)}" for folder in missing
        ]
        return added

    def _tell(self, added: Added) -> None:
        if added.added or added.changed or added.removed:
            self._events.emit(
                "documents_read",
                added=len(added.added),
                changed=len(added.changed),
                forgotten=len(added.removed),
            )
        for problem in added.problems:
            if problem not in self._problems:
                self._events.emit("document_not_read", "warning", problem=problem)
        self._problems = tuple(added.problems)
