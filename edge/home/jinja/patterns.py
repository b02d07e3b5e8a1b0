"""Regular expressions in templates, only those whose work can be told beforehand.

Python's `re` tries alternatives one after the other, and some patterns make it try for years:
`(a+)+$` on thirty letters. So a pattern is read first. Each place where it can go two ways
multiplies the ways that there are through it: `?` by two, `|` by its branches, `{2,5}` by four, `*`
and `+` by the length of the text. All of them, from each place where a match may begin, are paid
for from the budget, and are refused beyond `MOST_WORK`; and so are a repeated group that can itself
go several ways, look-around, and reference to a group.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import inf

from edge.home.jinja.limits import LONGEST_TEXT, Budget, TemplateFailed

LONGEST_PATTERN = 500
MOST_WORK = 1_000_000
"""About a twentieth of a second of `re`: ways through the pattern times its signs."""
WORK_A_STEP = 100
_TOKEN = re.compile(
    r"""(?P<escape>\\.)|(?P<class>\[\^?\]?(?:\\.|[^\]\\])*\])
    |(?P<open>\((?:\?(?::|P<\w+>))?)|(?P<close>\))|(?P<or>\|)
    |(?P<repeat>(?:[*+?]|\{(?P<low>\d*)(?P<comma>,?)(?P<high>\d*)\})[?+]?)|(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_FLAGS = re.compile(r"\(\?[aims]+\)")


@dataclass(slots=True)
class _Group:
    """What was read of a group: how many ways there are in it."""

    fixed: float = 1.0
    """Ways apart from repetitions without end."""
    endless: int = 0
    """Repetitions without end, each with as many ways as the text has characters."""
    branches: int = 1
    last: tuple[float, int] = (1.0, 0)
    """The ways of what was read last, which a repetition would repeat."""


def search(budget: Budget, pattern: str, text: str, ignore_case: bool, at_start: bool) -> bool:
    """Whether a text matches. Raises `TemplateFailed`."""
    compiled = _compiled(budget, pattern, text, ignore_case, at_start)
    return bool(compiled.match(text) if at_start else compiled.search(text))


def find_all(
    budget: Budget, pattern: str, text: str, ignore_case: bool
) -> list[str | tuple[str, ...]]:
    """All matches, as `re.findall` gives them. Raises `TemplateFailed`."""
    return _compiled(budget, pattern, text, ignore_case).findall(text)


def replace(budget: Budget, pattern: str, text: str, by: str, ignore_case: bool) -> str:
    """The text with all matches replaced. Raises `TemplateFailed`."""
    return "".join(_replaced(_compiled(budget, pattern, text, ignore_case), text, by))


def _replaced(compiled: re.Pattern[str], text: str, by: str) -> Iterator[str]:
    end = made = 0
    for match in compiled.finditer(text):
        yield text[end : match.start()]
        new = match.expand(by)
        made += len(new)
        if made > LONGEST_TEXT:
            raise TemplateFailed("what is replaced becomes too long")
        yield new
        end = match.end()
    yield text[end:]


def _compiled(
    budget: Budget, pattern: str, text: str, ignore_case: bool, at_start: bool = False
) -> re.Pattern[str]:
    ways, endless, anchored = _ways(pattern)
    starts = 0 if anchored or at_start else 1
    work = ways * float(len(text) + 1) ** (endless + starts) * len(pattern)
    if work > MOST_WORK:
        raise TemplateFailed(
            f"the pattern {pattern[:60]!r} can be tried in too many ways on {len(text)} characters"
        )
    budget.spend(1 + int(work) // WORK_A_STEP)
    try:
        with warnings.catch_warnings(action="ignore", category=FutureWarning):
            return re.compile(pattern, re.IGNORECASE if ignore_case else 0)
    except (OverflowError, RecursionError, re.error) as error:
        raise TemplateFailed(f"the pattern {pattern[:60]!r}: {error}") from error


@lru_cache(maxsize=256)
def _ways(pattern: str) -> tuple[float, int, bool]:
    """How many ways there are through a pattern: those that are counted, the repetitions without
    end, and whether it can match at one place only. Raises `TemplateFailed`."""
    if len(pattern) > LONGEST_PATTERN:
        raise TemplateFailed(f"a pattern is longer than {LONGEST_PATTERN} characters")
    groups = [_Group()]
    start = flags.end() if (flags := _FLAGS.match(pattern)) else 0
    for token in _TOKEN.finditer(pattern, start):
        group = groups[-1]
        if token["open"]:
            if pattern[token.end() : token.end() + 1] == "?" and token["open"] == "(":
                raise TemplateFailed(f"the pattern {pattern[:60]!r} looks around")
            groups.append(_Group())
        elif token["close"] and len(groups) > 1:
            inner = groups.pop()
            _passes(groups[-1], inner.fixed * inner.branches, inner.endless)
        elif token["or"]:
            group.branches += 1
        elif token["repeat"]:
            _repeats(group, token, pattern)
        else:
            if token["escape"] and token["escape"][1].isdigit():
                raise TemplateFailed(f"the pattern {pattern[:60]!r} refers to a group")
            group.last = (1.0, 0)
    whole = groups[0]
    anchored = pattern.startswith("^", start) and whole.branches == 1
    return min(whole.fixed * whole.branches, 1e12), min(whole.endless, 20), anchored


def _passes(group: _Group, fixed: float, endless: int) -> None:
    group.fixed = min(group.fixed * fixed, 1e12)
    group.endless += endless
    group.last = (fixed, endless)


def _repeats(group: _Group, token: re.Match[str], pattern: str) -> None:
    low, high = _bounds(token)
    if high <= 1:
        _passes(group, 2.0, 0)
    elif group.last != (1.0, 0):
        raise TemplateFailed(
            f"the pattern {pattern[:60]!r} repeats something that can match in several ways"
        )
    elif high == inf:
        _passes(group, 1.0, 1)
    else:
        _passes(group, high - low + 1, 0)


def _bounds(token: re.Match[str]) -> tuple[float, float]:
    if (sign := token["repeat"][0]) != "{":
        return {"*": (0, inf), "+": (1, inf), "?": (0, 1)}[sign]
    low = float(token["low"] or 0)
    if not token["comma"]:
        return low, low
    return low, float(token["high"] or inf)
