"""What the doctor found out about one part: how it is, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["ok", "warning", "error"]
"""Error: a part that Lares needs does not work. Warning: it works less well, or a part is missing
that it can do without."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's report."""

    part: str
    """What was examined: "memory", "microphone", "model whisper-base"."""
    verdict: Verdict
    found: str
    advice: str = ""
    """What to do, in whole sentences. Never empty for a warning or an error."""
