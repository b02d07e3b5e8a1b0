"""What can be wrong between Lares and Home Assistant, in words that say what to do."""

from __future__ import annotations

from edge.types import LaresError


class HomeAssistantError(LaresError):
    """Home Assistant is not reached, or does not do what it was asked."""

    def __init__(self, message: str, *, hopeless: bool = False) -> None:
        """`hopeless`: waiting does not heal it, the owner must act."""
        super().__init__(message)
        self.hopeless = hopeless


class CommandError(HomeAssistantError):
    """Home Assistant answered a command with an error. `code` is its word for it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
