"""How loud it is now: a level meter that is drawn in the terminal while a microphone is heard.

Ten times a second it shows the level of the last tenth as a bar, with a mark at the loudest so far.
Where the output is no terminal, one plain line a second tells the same.
"""

from __future__ import annotations

import numpy as np
from rich.console import Console
from rich.live import Live
from rich.text import Text

from edge.types import FRAME_SAMPLES, SAMPLE_RATE, AudioFrame
from hal.conversion import from_int16
from hal.levels import SILENCE_DB, level

LOWEST_DB = -70.0
"""Where the bar begins; it ends at full scale."""
WIDTH = 50
LOUD_DB, QUIET_DB = -6.0, -45.0
"""Louder is red, softer is dim."""
_TENTH = SAMPLE_RATE // 10 // FRAME_SAMPLES


class Meter:
    """Draws on a console while it is entered as a context. seconds: how long it will listen."""

    def __init__(self, console: Console, seconds: float) -> None:
        self._console = console
        self._seconds = seconds
        self._live = Live(console=console, auto_refresh=False, transient=True)
        self._frames: list[AudioFrame] = []
        self._heard = 0
        self._loudest = SILENCE_DB

    def __enter__(self) -> Meter:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._live.stop()

    def feed(self, frame: AudioFrame) -> None:
        """Show the next frame."""
        self._frames.append(frame)
        self._heard += 1
        if len(self._frames) < _TENTH:
            return
        now = level(from_int16(np.concatenate([frame.samples for frame in self._frames])))
        self._frames = []
        self._loudest = max(self._loudest, now)
        if self._console.is_terminal:
            self._live.update(self._picture(now), refresh=True)
        elif self._heard % (10 * _TENTH) == 0:
            told = f"{self._time:.0f} s: {now:.0f} dB, at most {self._loudest:.0f} dB"
            self._console.print(Text(told))

    @property
    def _time(self) -> float:
        return self._heard * FRAME_SAMPLES / SAMPLE_RATE

    def _picture(self, now: float) -> Text:
        place, mark = _place(now), _place(self._loudest)
        style = "red" if now > LOUD_DB else "dim" if now < QUIET_DB else "green"
        bar = Text("━" * place, style=style)
        bar.append(" " * max(0, mark - place))
        bar.append("╸" if mark > place else "", style="bold")
        bar.append(" " * (WIDTH + 1 - len(bar)))
        left = max(0.0, self._seconds - self._time)
        return bar.append(f" {now:4.0f} dB, {left:.0f} s left: say something", style="none")


def _place(decibels: float) -> int:
    """How long the bar of a level is, in characters."""
    return round(WIDTH * min(1.0, max(0.0, 1 - decibels / LOWEST_DB)))
