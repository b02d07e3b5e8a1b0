"""How one spoken command went by, as a picture: sound, words, silence, decoding, tagging, message.

`benchmarks.pipeline --timeline` measures the courses; here they are drawn as an SVG, one lane an
engine, on one axis of milliseconds from the true end of speech.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

STAGES = ("silence", "stt", "tagger", "resolver", "skill", "publish")
"""What comes after the speech, in order."""

_COLORS = {
    "silence": "#d0d7de",
    "stt": "#8250df",
    "tagger": "#0969da",
    "resolver": "#1f883d",
    "skill": "#bf8700",
    "publish": "#cf222e",
}
_NAMES = {"stt": "decode", "publish": "publish"}
_LEFT, _RIGHT, _WIDTH = 110, 190, 1000
_LASTS_MS = 60
"""Words that are gone sooner are not drawn."""
_TOP, _LANE, _BAR = 70, 190, 26
_FONT = "font-family='ui-monospace, monospace' font-size='13'"


@dataclass(frozen=True, slots=True)
class Stage:
    """A stretch of work or waiting; milliseconds from the true end of speech."""

    name: str
    begin_ms: float
    end_ms: float


@dataclass(frozen=True, slots=True)
class Partial:
    """Words that were told while the person spoke, and when; milliseconds as above."""

    at_ms: float
    text: str


@dataclass(frozen=True, slots=True)
class Course:
    """One command heard with one engine."""

    engine: str
    text: str
    levels: tuple[float, ...]
    """Loudness of each 10 ms of the recording, 0 to 1."""
    levels_from_ms: float
    """When the first of them was."""
    partials: tuple[Partial, ...]
    stages: tuple[Stage, ...]
    patient_ms: float
    """The silence that the endpoint would have waited for."""

    @property
    def published_ms(self) -> float:
        """From the end of speech to the message."""
        return self.stages[-1].end_ms


def draw(courses: Sequence[Course]) -> str:
    """The courses of one command, as an SVG."""
    begin = min(c.levels_from_ms for c in courses)
    end = max(max(c.published_ms, c.patient_ms) for c in courses) + 100
    axis = _Axis(begin, end)
    height = _TOP + _LANE * len(courses) + 50
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {_WIDTH} {height}' {_FONT}>",
        f"<rect width='{_WIDTH}' height='{height}' fill='white'/>",
        _text(_LEFT, 24, f"“{courses[0].text}”", "font-weight='bold'"),
        *_legend(),
    ]
    for number, course in enumerate(courses):
        parts += _lane(course, axis, _TOP + number * _LANE)
    parts += [*_scale(axis, _TOP + _LANE * len(courses)), "</svg>", ""]
    return "\n".join(parts)


@dataclass(frozen=True, slots=True)
class _Axis:
    begin_ms: float
    end_ms: float

    def x(self, ms: float) -> float:
        """Pixels from the left."""
        share = (ms - self.begin_ms) / (self.end_ms - self.begin_ms)
        return round(_LEFT + share * (_WIDTH - _LEFT - _RIGHT), 1)


def _legend() -> Iterator[str]:
    x = _LEFT
    for name in STAGES:
        shown = _NAMES.get(name, name)
        yield f"<rect x='{x}' y='36' width='12' height='12' fill='{_COLORS[name]}'/>"
        yield _text(x + 18, 47, shown)
        x += 34 + 8 * len(shown)


def _lane(course: Course, axis: _Axis, top: float) -> Iterator[str]:
    yield _text(10, top + 40, course.engine, "font-weight='bold'")
    middle = top + 35
    points = [
        (axis.x(course.levels_from_ms + 10 * place), 30 * level)
        for place, level in enumerate(course.levels)
    ]
    up = " ".join(f"{x},{middle - h:.1f}" for x, h in points)
    down = " ".join(f"{x},{middle + h:.1f}" for x, h in reversed(points))
    yield f"<polygon points='{up} {down}' fill='#57606a'/>"
    yield from _partials(course.partials, axis, top)
    bar = top + 132
    for stage in course.stages:
        x, width = axis.x(stage.begin_ms), axis.x(stage.end_ms) - axis.x(stage.begin_ms)
        yield (
            f"<rect x='{x}' y='{bar}' width='{max(width, 1.0):.1f}' height='{_BAR}' "
            f"fill='{_COLORS[stage.name]}'><title>{_NAMES.get(stage.name, stage.name)} "
            f"{stage.end_ms - stage.begin_ms:.0f} ms</title></rect>"
        )
    published = axis.x(course.published_ms)
    yield _text(published + 8, bar + 18, f"published after {course.published_ms:.0f} ms")
    patient = axis.x(course.patient_ms)
    yield (
        f"<line x1='{patient}' y1='{bar - 6}' x2='{patient}' y2='{bar + _BAR + 6}' "
        "stroke='#57606a' stroke-dasharray='3 3'/>"
    )
    yield _text(patient, bar - 10, "endpoint of an open phrase", "text-anchor='middle'")


def _partials(partials: Sequence[Partial], axis: _Axis, top: float) -> Iterator[str]:
    """The last two words of each partial that lasted, in the first row that is free there."""
    ends = [0.0, 0.0, 0.0]
    for place, partial in enumerate(partials):
        later = partials[place + 1 : place + 2]
        if later and later[0].at_ms - partial.at_ms < _LASTS_MS:
            continue
        x = axis.x(partial.at_ms)
        row = next((row for row, end in enumerate(ends) if end < x), len(ends) - 1)
        shown = " ".join(partial.text.split()[-2:])
        ends[row] = x + 7 * len(shown) + 6
        y = top + 84 + 15 * row
        yield f"<line x1='{x}' y1='{top + 68}' x2='{x}' y2='{y - 4}' stroke='#8c959f'/>"
        yield _text(x + 3, y, shown, "font-size='11' fill='#57606a'")


def _scale(axis: _Axis, top: float) -> Iterator[str]:
    zero = axis.x(0)
    yield f"<line x1='{zero}' y1='{_TOP - 5}' x2='{zero}' y2='{top}' stroke='#57606a'/>"
    first = math.ceil(axis.begin_ms / 500) * 500
    for ms in range(first, round(axis.end_ms), 500):
        x = axis.x(ms)
        yield f"<line x1='{x}' y1='{top}' x2='{x}' y2='{top + 6}' stroke='#57606a'/>"
        yield _text(x, top + 22, f"{ms}", "text-anchor='middle'")
    yield _text(zero, top + 40, "ms from the end of speech", "text-anchor='middle'")


def _text(x: float, y: float, text: str, more: str = "") -> str:
    return f"<text x='{x:.1f}' y='{y:.1f}' {more}>{escape(text)}</text>"
