"""Documents that change while Lares runs are read again: real files, SQLite and scheduler."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from edge.kernel.events import Event, Events
from edge.kernel.scheduler import Priority, Scheduler, Steps
from edge.knowledge.embedding import HashedWords, Vectors
from edge.knowledge.index import Index
from edge.knowledge.knowledge import Knowledge
from edge.knowledge.upkeep import Upkeep
from tests.edge.knowledge.test_knowledge import rewrite

WITHIN_S = 20.0


class Told:
    """The events that were told, in order; each can be waited for."""

    def __init__(self, events: Events) -> None:
        self._queue: asyncio.Queue[Event] = asyncio.Queue()
        events.subscribe(self._queue.put_nowait)

    async def next(self) -> Event:
        return await asyncio.wait_for(self._queue.get(), WITHIN_S)


class Watched:
    """An embedder that tells when it is first asked, and waits until it may go on."""

    name = "hashed-words"

    def __init__(self) -> None:
        self._words = HashedWords()
        self.width = self._words.width
        self.begun, self.may_go_on = threading.Event(), threading.Event()
        self.texts = 0

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.begun.set()
        assert self.may_go_on.wait(WITHIN_S)
        self.texts += 1
        return self._words.embed(texts)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "house"
    folder.mkdir()
    (folder / "bins.md").write_text("# Bins\nThe black bin is emptied on Tuesday.")
    return folder


@pytest.fixture
def knowledge(tmp_path: Path) -> Knowledge:
    return Knowledge(Index(tmp_path / "knowledge.db"), HashedWords())


@pytest.fixture
def scheduler() -> Iterator[Scheduler]:
    with Scheduler() as scheduler:
        yield scheduler


@asynccontextmanager
async def kept(
    knowledge: Knowledge, scheduler: Scheduler, *folders: Path, every_s: float = 0.01
) -> AsyncIterator[Told]:
    events = Events()
    told = Told(events)
    upkeep = Upkeep(knowledge.index, lambda: knowledge, scheduler, events, folders, every_s=every_s)
    task = asyncio.create_task(upkeep.run())
    try:
        yield told
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def with_long_document(folder: Path, tmp_path: Path, embedder: Watched) -> Knowledge:
    """Knowledge of nothing yet, with a document of thirty passages to read."""
    sections = "".join(f"\n## Part {n}\nWords of part {n}.\n" for n in range(30))
    (folder / "long.md").write_text(f"# Long\n{sections}")
    return Knowledge(Index(tmp_path / "knowledge.db"), embedder)


def words_of(knowledge: Knowledge, word: str) -> list[str]:
    return [match.stored.passage.text for match in knowledge.search(word, by="words")]


async def test_a_folder_is_read_at_the_start_and_again_when_a_document_changes_or_goes(
    knowledge: Knowledge, scheduler: Scheduler, folder: Path
) -> None:
    async with kept(knowledge, scheduler, folder) as told:
        first = await told.next()
        assert (first.name, first.fields["added"]) == ("documents_read", 1)
        rewrite(folder / "bins.md", "# Bins\nThe black bin is emptied on Friday.")
        assert (await told.next()).fields["changed"] == 1
        assert words_of(knowledge, "tuesday") == []
        assert len(words_of(knowledge, "friday")) == 1
        (folder / "bins.md").unlink()
        assert (await told.next()).fields["forgotten"] == 1
        assert knowledge.documents() == ()


async def test_a_document_added_by_hand_is_read_again_and_kept_when_it_is_gone(
    knowledge: Knowledge, scheduler: Scheduler, folder: Path, tmp_path: Path
) -> None:
    manual = tmp_path / "manual.txt"
    manual.write_text("Bleed the radiator in autumn.")
    knowledge.add([manual])
    rewrite(manual, "Bleed the radiator in spring.")
    async with kept(knowledge, scheduler) as told:
        assert (await told.next()).fields["changed"] == 1
        manual.unlink()
    async with kept(knowledge, scheduler, folder) as told:
        assert (await told.next()).fields == {"added": 1, "changed": 0, "forgotten": 0}
    assert len(words_of(knowledge, "spring")) == 1


async def test_a_folder_that_is_missing_is_told_once_and_the_others_are_read(
    knowledge: Knowledge, scheduler: Scheduler, folder: Path, tmp_path: Path
) -> None:
    async with kept(knowledge, scheduler, tmp_path / "stick", folder) as told:
        read, missing = await told.next(), await told.next()
        assert (read.name, missing.name) == ("documents_read", "document_not_read")
        assert "stick" in missing.fields["problem"]
        rewrite(folder / "bins.md", "# Bins\nThe black bin is emptied on Friday.")
        assert (await told.next()).name == "documents_read"


async def test_nothing_is_opened_where_there_is_nothing_to_read(
    tmp_path: Path, scheduler: Scheduler
) -> None:
    looked = asyncio.Event()
    loop = asyncio.get_running_loop()

    class Looked(Index):
        @property
        def path(self) -> Path:
            loop.call_soon_threadsafe(looked.set)
            return tmp_path / "none.db"

        @path.setter
        def path(self, _: Path) -> None: ...

    def never() -> Knowledge:
        raise AssertionError("the knowledge was opened")

    upkeep = Upkeep(Looked(tmp_path / "none.db"), never, scheduler, Events(), every_s=0.01)
    task = asyncio.create_task(upkeep.run())
    for _ in range(3):
        await asyncio.wait_for(looked.wait(), WITHIN_S)
        looked.clear()
    assert not task.done()
    task.cancel()


async def test_who_speaks_is_answered_before_the_next_passage_is_read(
    tmp_path: Path, scheduler: Scheduler, folder: Path
) -> None:
    embedder = Watched()
    knowledge = with_long_document(folder, tmp_path, embedder)
    async with kept(knowledge, scheduler, folder, every_s=60.0) as told:
        assert await asyncio.to_thread(embedder.begun.wait, WITHIN_S)

        def answer() -> Steps[int]:
            yield
            return embedder.texts

        answered = scheduler.submit(answer, Priority.INTERACTIVE)
        embedder.may_go_on.set()
        assert await asyncio.to_thread(answered.result, WITHIN_S) <= 2
        assert (await told.next()).fields["added"] == 2
    assert embedder.texts > 20


async def test_who_stops_it_finds_each_document_whole(
    tmp_path: Path, scheduler: Scheduler, folder: Path
) -> None:
    embedder = Watched()
    knowledge = with_long_document(folder, tmp_path, embedder)
    async with kept(knowledge, scheduler, folder):
        assert await asyncio.to_thread(embedder.begun.wait, WITHIN_S)
    embedder.may_go_on.set()
    scheduler.submit(_nothing, Priority.BACKGROUND).result(WITHIN_S)
    assert [one.path.name for one in knowledge.documents() if one.passages == 0] == []
    assert len(knowledge.documents()) < 2
    async with kept(knowledge, scheduler, folder) as told:
        await told.next()
    assert {one.path.name for one in knowledge.documents()} == {"bins.md", "long.md"}


def _nothing() -> Steps[None]:
    yield
