"""Models that are in memory, within a budget: what is asked for is loaded, what is not missed goes.

    whisper = residents.add("whisper-base", 210 << 20, load, release)
    with whisper.in_use() as model: …

When a model does not fit, others leave: first those that have not been used for long, that are soon
loaded again, and that are large. That is GreedyDual-Size (P. Cao and S. Irani, "Cost-Aware WWW
Proxy Caching Algorithms", 1997): each use gives a model the credit `age + seconds to load / bytes`,
who has least leaves, and `age` becomes what it had. What is in use never leaves.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from edge.types import LaresError

T = TypeVar("T")


class NoRoomError(LaresError):
    """A model does not fit beside those that are in use."""


@dataclass(eq=False, slots=True)
class Resident(Generic[T]):
    """A model that may be in memory."""

    name: str
    bytes: int
    """What it needs."""
    load: Callable[[], T]
    release: Callable[[T], None]
    residents: Residents
    model: T | None = None
    users: int = 0
    credit: float = 0.0
    used: int = 0
    """How many uses of any model came before its last one."""
    load_s: float = 1.0
    """How long it took to load, the last time."""
    loading: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def in_use(self) -> Iterator[T]:
        """The model, loaded; it stays at least until the end.

        Raises NoRoomError, and what loading raises.
        """
        model = self.residents._taken(self)
        try:
            yield model
        finally:
            self.residents._left(self)


class Residents:
    """All models of one process.

    budget_bytes: what they may take together. clock: seconds, may be replaced in tests.
    """

    def __init__(self, budget_bytes: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.budget_bytes = budget_bytes
        self._clock = clock
        self._all: dict[str, Resident[Any]] = {}
        self._age = 0.0
        self._uses = itertools.count()
        self._lock = threading.Lock()

    def add(
        self, name: str, size_bytes: int, load: Callable[[], T], release: Callable[[T], None]
    ) -> Resident[T]:
        """A model that can be loaded. It is not, before somebody uses it."""
        resident = Resident(name, size_bytes, load, release, self)
        with self._lock:
            if name in self._all:
                raise LaresError(f"expected one model called {name!r}, found another one.")
            self._all[name] = resident
        return resident

    @property
    def loaded(self) -> Mapping[str, int]:
        """The models that are in memory, and the bytes of each."""
        with self._lock:
            return MappingProxyType(self._loaded())

    def trim(self, most_bytes: int = 0) -> tuple[str, ...]:
        """Release what is not in use until no more than `most_bytes` are taken, as where the system
        has little memory left. Returns who left."""
        gone: list[Resident[Any]] = []
        with self._lock:
            while sum(self._loaded().values()) > most_bytes:
                leaving = self._least()
                if leaving is None:
                    break
                gone.append(leaving)
                self._release(leaving)
        return tuple(each.name for each in gone)

    def _taken(self, resident: Resident[T]) -> T:
        with resident.loading:
            with self._lock:
                resident.users += 1
                if resident.model is None:
                    try:
                        self._make_room(resident)
                    except NoRoomError:
                        resident.users -= 1
                        raise
            try:
                model = resident.model
                if model is None:
                    begin = self._clock()
                    model = resident.load()
                    resident.load_s = self._clock() - begin
            except BaseException:
                with self._lock:
                    resident.users -= 1
                raise
            with self._lock:
                resident.model = model
                resident.used = next(self._uses)
                resident.credit = self._age + resident.load_s / max(1, resident.bytes)
        return model

    def _left(self, resident: Resident[Any]) -> None:
        with self._lock:
            resident.users -= 1

    def _make_room(self, resident: Resident[Any]) -> None:
        """Have others leave until one fits. One that is being loaded counts as being there."""
        while True:
            taken = sum(
                each.bytes
                for each in self._all.values()
                if each is not resident and (each.model is not None or each.users)
            )
            if taken + resident.bytes <= self.budget_bytes:
                return
            leaving = self._least()
            if leaving is None:
                raise NoRoomError(
                    f"{resident.name} needs {_mb(resident.bytes)}, and of the "
                    f"{_mb(self.budget_bytes)} that models may take {_mb(taken)} are in use: choose"
                    " a smaller model, or allow more with resources.memory_mb."
                )
            self._release(leaving)

    def _least(self) -> Resident[Any] | None:
        idle = [each for each in self._all.values() if each.model is not None and not each.users]
        return min(idle, key=lambda each: (each.credit, each.used), default=None)

    def _release(self, resident: Resident[Any]) -> None:
        model, resident.model = resident.model, None
        self._age = max(self._age, resident.credit)
        resident.release(model)

    def _loaded(self) -> dict[str, int]:
        return {each.name: each.bytes for each in self._all.values() if each.model is not None}


def _mb(size: int) -> str:
    return f"{size >> 20:,} MB"
