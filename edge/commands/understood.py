"""What `parse`, `say` and `hear` print of an outcome first, in a home as in a domain."""

from __future__ import annotations

from rich.console import Console

from edge.types import Outcome


def tell_understood(outcome: Outcome, console: Console) -> None:
    """What was heard, if it was, and each intent that was understood."""
    if outcome.transcript.engine != "text":
        console.print(f"heard      {outcome.transcript.text!r} by {outcome.transcript.engine}")
    for intent in outcome.intents:
        slots = ", ".join(f"{key}: {value}" for key, value in intent.slots.items())
        console.print(f"understood {intent.name} {{{slots}}} {intent.confidence:.2f}", markup=False)
