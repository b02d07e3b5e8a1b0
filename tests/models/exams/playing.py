"""A `Converse` for tests of exams: it gives the outcomes it was told, and keeps what was asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from edge.types import EntityState, Intent, Outcome, SlotValue, Transcript
from models.exams.conversation import Conversation


class Scripted:
    """Gives each conversation the next outcomes of its script, whatever is said."""

    def __init__(self, *script: Sequence[Outcome]) -> None:
        self._script = iter(script)
        self.played: list[Conversation] = []
        self.acting: bool | None = None

    def __call__(
        self, conversations: Iterable[Conversation], acting: bool
    ) -> Iterator[Sequence[Outcome]]:
        self.acting = acting
        for conversation in conversations:
            self.played.append(conversation)
            yield next(self._script)


def outcome(
    *intents: Intent,
    changes: Mapping[str, EntityState] | None = None,
    speech: str = "",
    asked: bool = False,
) -> Outcome:
    """An outcome, short to write."""
    return Outcome(
        Transcript("", "text"), intents=intents, changes=changes or {}, speech=speech, asked=asked
    )


def intent(called: str, *targets: str, **slots: SlotValue) -> Intent:
    """An intent, short to write."""
    return Intent(called, slots, targets)


def state(name: str, **attributes: Any) -> EntityState:
    """A state, short to write."""
    return EntityState(name, attributes)
