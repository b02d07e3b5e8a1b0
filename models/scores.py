"""What a suite of sentences says of the part that was judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Miss:
    """A sentence that came out wrong."""

    text: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """The scores of one suite."""

    suite: str
    sentences: int
    scores: Mapping[str, float]
    """Shares from 0 to 1, by name: "intent", "exact", "spans_f1", "calibration_error" …"""
    data: Mapping[str, str] = field(default_factory=dict)
    """The sha256 of each file of the suite."""
    misses: tuple[Miss, ...] = ()

    def told(self) -> str:
        """The scores in a line, such as "intent 97.7 %, exact 91.0 %"."""
        return ", ".join(f"{name} {value:.1%}" for name, value in self.scores.items())
