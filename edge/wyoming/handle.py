"""Commands in words, from a client: understood only, or carried out.

    recognize    →                     intent, or not-recognized
    transcript   →                     handled, or not-handled

`recognize` changes nothing in the home. `transcript` is how Home Assistant hands a conversation
over; it goes the same way as what is spoken, through the same privacy policy, and what comes back
is what Lares would say. Where a question is asked ("shall I?"), the next transcript of the same
conversation answers it. Where carrying out is not offered, a transcript is only understood.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from wyoming.asr import Transcript
from wyoming.event import Event
from wyoming.handle import Handled, NotHandled
from wyoming.intent import Entity, Intent, IntentsStart, IntentsStop, NotRecognized, Recognize

from edge.types import Outcome
from edge.wyoming.service import Aside, Send, text_of

RECOGNIZE = Recognize("").event().type
TRANSCRIPT = Transcript("").event().type
MOST_CONVERSATIONS = 32
"""So many are remembered, those that were spoken in last."""

Understand = Callable[[str], Outcome]
"""What a text means; nothing is done."""
Act = Callable[[str, str], Awaitable[Outcome]]
"""Carry out a text of a conversation."""


class Recognizing:
    """Understands, and does nothing."""

    hears = False

    def __init__(
        self,
        understand: Understand,
        aside: Aside,
        *,
        takes: frozenset[str] = frozenset({RECOGNIZE}),
    ) -> None:
        self.takes = takes
        self._understand = understand
        self._aside = aside

    async def take(self, event: Event, send: Send) -> None:
        text, context = text_of(event), _context(event)
        outcome = await self._aside(lambda: self._understand(text))
        await send(*_intents(outcome, context))

    async def close(self) -> None:
        """It keeps nothing."""


class Handling:
    """Understands and acts. name: that of the connection, whose turns belong together when the
    client does not say which do."""

    takes = frozenset({TRANSCRIPT})
    hears = False

    def __init__(self, act: Act, conversations: Conversations, name: str) -> None:
        self._act = act
        self._conversations = conversations
        self._name = name

    async def take(self, event: Event, send: Send) -> None:
        text, context = text_of(event), _context(event)
        named = (context or {}).get("conversation_id")
        conversation = f"wyoming {named[:80]}" if isinstance(named, str) else self._name
        self._conversations.speak(conversation)
        outcome = await self._act(text, conversation)
        done = not (outcome.unanswered or outcome.refused or outcome.failed)
        kind = Handled if done else NotHandled
        await send(kind(outcome.speech, context=context).event())

    async def close(self) -> None:
        self._conversations.end(self._name)


class Conversations:
    """Which conversations are remembered. forget: called for each that no longer is, with all that
    was asked and spoken of in it."""

    def __init__(self, forget: Callable[[str], None]) -> None:
        self._forget = forget
        self._latest: OrderedDict[str, None] = OrderedDict()

    def speak(self, name: str) -> None:
        """There is a turn in this conversation."""
        self._latest[name] = None
        self._latest.move_to_end(name)
        while len(self._latest) > MOST_CONVERSATIONS:
            self.end(next(iter(self._latest)))

    def end(self, name: str) -> None:
        """Nothing more comes in this conversation."""
        if name in self._latest:
            del self._latest[name]
            self._forget(name)


def _context(event: Event) -> dict[str, Any] | None:
    context = event.data.get("context")
    return context if isinstance(context, dict) else None


def _intents(outcome: Outcome, context: dict[str, Any] | None) -> Iterator[Event]:
    if not outcome.intents:
        yield NotRecognized(outcome.speech or None, context=context).event()
        return
    several = len(outcome.intents) > 1
    if several:
        yield IntentsStart(context=context).event()
    for intent in outcome.intents:
        entities = [Entity(name, value) for name, value in intent.slots.items()]
        yield Intent(intent.name, entities, context=context).event()
    if several:
        yield IntentsStop(context=context).event()
