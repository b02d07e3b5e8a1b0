"""What one client may be served, over one connection.

A connection has one `Service` of each kind that is offered. The server gives it the events that it
`takes`, in their order and one after the other, and the sound that follows what it took last, when
it hears any. A service keeps what it needs of this one client; engines are shared, and whatever
computes runs in a thread (`Aside`), so that the event loop never waits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from wyoming.event import Event

from edge.types import LaresError

T = TypeVar("T")
MOST_LETTERS = 5_000
"""Of a text that a client may send."""


class Aside(Protocol):
    """Runs work in a thread, and waits for it without holding anything up."""

    async def __call__(self, work: Callable[[], T]) -> T: ...


class Send(Protocol):
    """Sends events to the client, those that belong together at once: many a client hangs up as
    soon as it has what it wanted."""

    async def __call__(self, *events: Event) -> None: ...


class BadEventError(LaresError):
    """A client sent what cannot be served; its connection is closed."""


class Service(Protocol):
    """One kind of service, for one client."""

    @property
    def takes(self) -> frozenset[str]:
        """Types of the events with which a client asks for it."""

    @property
    def hears(self) -> bool:
        """Whether the sound that follows is for it: `audio-start`, `audio-chunk`, `audio-stop`."""

    async def take(self, event: Event, send: Send) -> None:
        """The next event. Raises BadEventError; LaresError when it was right, but cannot be
        done."""

    async def close(self) -> None:
        """The client is gone."""


def text_of(event: Event, key: str = "text") -> str:
    """A text of an event. Raises BadEventError when it is none, or too long."""
    text = event.data.get(key)
    if not isinstance(text, str):
        raise BadEventError(f"expected {event.type} with {key}, found {str(text)[:40]!r}")
    if len(text) > MOST_LETTERS:
        raise BadEventError(
            f"expected {event.type} with at most {MOST_LETTERS} letters, found {len(text)}"
        )
    return text
