"""Why a microphone is muted: by the switch on its board, by its owner from afar, or by both.

While any of these holds, the microphone is muted; so nobody can unmute from afar what somebody
muted by hand.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from edge.controls import Controls
from hal.gpio import Mutable


class Mute:
    """One of the reasons for which a microphone may be muted."""

    def __init__(self, settle: Callable[[], None]) -> None:
        self._muted = False
        self._settle = settle

    @property
    def muted(self) -> bool:
        """Whether this is a reason now. May be set from any thread."""
        return self._muted

    @muted.setter
    def muted(self, muted: bool) -> None:
        self._muted = muted
        self._settle()


@contextmanager
def muted_by(controls: Controls, microphone: Mutable) -> Iterator[Mutable]:
    """Mute a microphone as its owner says, until the block ends. What is given mutes it too, for a
    switch."""
    lock = threading.Lock()

    def settle() -> None:
        with lock:
            microphone.muted = any(reason.muted for reason in reasons)

    reasons: list[Mute] = []
    owner, switch = Mute(settle), Mute(settle)
    reasons += (owner, switch)
    unsubscribe = controls.subscribe(lambda settings: setattr(owner, "muted", settings.muted))
    try:
        yield switch
    finally:
        unsubscribe()
