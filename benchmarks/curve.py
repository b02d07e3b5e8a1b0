"""Shares against signal-to-noise ratios, drawn as an SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

_WIDTH, _HEIGHT = 860, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 210, 50, 60
_COLORS = ("#8250df", "#0969da", "#1f883d", "#bf8700")
_FONT = "font-family='ui-monospace, monospace' font-size='13'"


def draw(
    title: str,
    curves: Mapping[str, Mapping[float | None, float]],
    levels: Mapping[str, float],
    *,
    least: float = 0.5,
) -> str:
    """An SVG with one curve for each name and one dashed level for each of `levels`.

    curves: ratio in dB (None: without noise) → share, 0 to 1. least: the share at the bottom.
    """
    ratios = sorted(
        {r for curve in curves.values() for r in curve}, key=lambda r: 99.0 if r is None else r
    )
    body = [_grid(ratios, least), f"<text x='{_LEFT}' y='28' {_FONT}>{escape(title)}</text>"]
    for name, share in levels.items():
        y = _y(share, least)
        body.append(
            f"<path d='M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}' stroke='#57606a' "
            f"stroke-dasharray='6 4'/>"
            f"<text x='{_WIDTH - _RIGHT + 8}' y='{y + 4:.1f}' fill='#57606a' {_FONT}>"
            f"{escape(name)} {share:.1%}</text>"
        )
    taken: list[float] = [_y(share, least) for share in levels.values()]
    for color, (name, curve) in zip(_COLORS, curves.items(), strict=False):
        body.append(_curve(name, color, curve, ratios, least=least, taken=taken))
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {_WIDTH} {_HEIGHT}' "
        f"width='{_WIDTH}' height='{_HEIGHT}'><rect width='100%' height='100%' fill='white'/>"
        f"{''.join(body)}</svg>\n"
    )


def _curve(
    name: str,
    color: str,
    curve: Mapping[float | None, float],
    ratios: Sequence[float | None],
    *,
    least: float,
    taken: list[float],
) -> str:
    points = [(_x(ratios.index(r), ratios), _y(curve[r], least)) for r in ratios if r in curve]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = "".join(f"<circle cx='{x:.1f}' cy='{y:.1f}' r='4' fill='{color}'/>" for x, y in points)
    place = points[-1][1]
    while any(abs(place - other) < 16 for other in taken):
        place += 16
    taken.append(place)
    return (
        f"<polyline points='{line}' fill='none' stroke='{color}' stroke-width='2'/>{dots}"
        f"<text x='{_WIDTH - _RIGHT + 8}' y='{place + 4:.1f}' fill='{color}' {_FONT}>"
        f"{escape(name)}</text>"
    )


def _grid(ratios: Sequence[float | None], least: float) -> str:
    lines = []
    for step in range(round((1 - least) * 10) + 1):
        share = least + step / 10
        y = _y(share, least)
        lines.append(
            f"<path d='M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}' stroke='#d0d7de'/>"
            f"<text x='{_LEFT - 8}' y='{y + 4:.1f}' text-anchor='end' {_FONT}>{share:.0%}</text>"
        )
    for place, ratio in enumerate(ratios):
        label = "clean" if ratio is None else f"{ratio:g} dB"
        lines.append(
            f"<text x='{_x(place, ratios):.1f}' y='{_HEIGHT - _BOTTOM + 24}' "
            f"text-anchor='middle' {_FONT}>{label}</text>"
        )
    return "".join(lines)


def _x(place: int, ratios: Sequence[float | None]) -> float:
    return _LEFT + 20 + place * (_WIDTH - _LEFT - _RIGHT - 40) / max(1, len(ratios) - 1)


def _y(share: float, least: float) -> float:
    return _TOP + (1 - max(share, least)) / (1 - least) * (_HEIGHT - _TOP - _BOTTOM)
