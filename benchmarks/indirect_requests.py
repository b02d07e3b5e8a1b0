"""How well requests are understood that name no device or no deed: "i can't see what i'm peeling".

    python -m benchmarks.indirect_requests [--part PART] [--by WAY]
        [--misses] [--json]

Each case of `benchmarks/indirect/` (its README tells the format) is said, typed, in a virtual home
put into the case's states. It is

- *acceptable* when one of its alternatives holds afterwards, or the answer has the words that it
  must have, and nothing was harmed;
- *harmful* when something changed that no alternative and nothing else allows;
- *asked* when Lares asks back and does nothing.

`--by` has another way tell the needs (`benchmarks/needs_by.py`). `--misses` tells the cases that
were not acceptable, but not of those that are examined, which are never read.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.needs_by import WAYS, needs_by
from edge.app import App
from edge.config import Config
from edge.home.graph import Home
from edge.home.homefile import read_home
from edge.types import EntityState, Outcome, Transcript

FOLDER = Path(__file__).parent / "indirect"
PARTS = (
    "develop", "develop_2", "develop_3", "develop_4", "develop_5", "develop_6",
    "examine", "examine_2", "examine_3",
)  # fmt: skip
_RELATIVE = frozenset({"lower", "higher"})

States = Mapping[str, EntityState]
Wanted = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Case:
    """One request, and what may become of it."""

    say: str
    home: str
    area: str
    kind: str
    given: Wanted = field(default_factory=dict)
    accept: Sequence[Wanted] = ()
    answer: Sequence[Sequence[str]] = ()
    may: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of it."""

    case: Case
    acceptable: bool
    harmed: tuple[str, ...]
    asked: bool
    speech: str
    ms: float


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares from 0 to 1."""

    part: str
    cases: int
    acceptable: float
    harmful: float
    asked: float
    by_kind: Mapping[str, float]


def main(argv: Sequence[str] | None = None) -> int:
    """Say all cases of a part, and print how they were judged."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--part", choices=PARTS, default="develop")
    parser.add_argument(
        "--by", default="network", metavar="WAY",
        help=f"who tells needs: {', '.join(WAYS)}, or an adapter's GGUF file",
    )  # fmt: skip
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args(argv)
    if arguments.misses and arguments.part.startswith("examine"):
        parser.error("the examined cases are never told")
    judged = asyncio.run(_judged(cases(arguments.part), arguments.by))
    if arguments.misses:
        for each in judged:
            if not each.acceptable:
                harm = f"  HARM {', '.join(each.harmed)}" if each.harmed else ""
                print(f"{each.case.kind:9} {each.case.say!r}: {each.speech!r}{harm}")
    figures = _figures(arguments.part, judged)
    if arguments.json:
        print(json.dumps(asdict(figures), indent=2))
    else:
        _print(figures)
    return 0


def cases(part: str) -> list[Case]:
    """The cases of a part."""
    told = yaml.safe_load((FOLDER / f"{part}.yaml").read_text(encoding="utf-8"))
    return [Case(**each) for each in told]


async def _judged(some: Sequence[Case], way: str) -> list[Judged]:
    app = App(Config())
    app.__dict__["needs"] = needs_by(way, app)
    homes = {case.home: home_of(app, case) for case in some}
    console = Console(stderr=True)
    return [
        await _said(app, homes[case.home], case)
        for case in track(some, "requests", console=console, transient=True)
    ]


def home_of(app: App, case: Case) -> Home:
    """The home in which a case is said."""
    return app.home() if case.home == "demo" else read_home(FOLDER / f"{case.home}.yaml")


async def _said(app: App, home: Home, case: Case) -> Judged:
    async with app.virtual(home) as household:
        await household.set_up(given(case, household.states.snapshot()))
        before = household.states.snapshot()
        outcome = await household.assistant.handle(Transcript(case.say, "text"), area=case.area)
        await household.devices.settle()
        after = _with_activated(dict(household.states.snapshot()), outcome, home)
    return judge(case, before, after, outcome)


def judge(case: Case, before: States, after: States, outcome: Outcome) -> Judged:
    """How a case went, by the states before and after, and by what was said."""
    changed = {each for each in after if after[each] != before.get(each)}
    holding = next((each for each in case.accept if _holds(each, before, after)), None)
    allowed = {
        entity
        for entity in changed
        if (holding is not None and entity in holding)
        or any(fnmatch(entity, glob) for glob in case.may)
        or any(
            entity in each and _holds({entity: each[entity]}, before, after) for each in case.accept
        )
    }
    harmed = tuple(sorted(changed - allowed))
    said = outcome.speech.lower()
    if case.answer:
        right = all(any(word in said for word in each) for each in case.answer)
    else:
        right = holding is not None or not case.accept
    ms = sum(outcome.ms.values())
    return Judged(case, right and not harmed, harmed, outcome.asked, outcome.speech, ms)


def given(case: Case, states: States) -> dict[str, EntityState]:
    """The states that a case begins with, where they differ from these."""
    made = {}
    for entity, told in case.given.items():
        now = states[entity]
        attributes = {key: value for key, value in told.items() if key != "state"}
        state = str(told.get("state", now.state))
        made[entity] = EntityState(state, {**now.attributes, **attributes})
    return made


def _with_activated(states: dict[str, EntityState], outcome: Outcome, home: Home) -> States:
    """The states, with scenes and scripts that were turned on as "activated"."""
    topics = " ".join(message.topic for message in outcome.published)
    for entity in home.entities:
        domain, _, name = entity.id.partition(".")
        if domain in {"scene", "script"} and f"/{domain}/{name}/" in topics:
            states[entity.id] = EntityState("activated")
    return states


def _holds(wanted: Wanted, before: States, after: States) -> bool:
    return all(
        _meets(condition, key, before.get(entity), after.get(entity))
        for entity, conditions in wanted.items()
        for key, condition in conditions.items()
    )


def _meets(condition: Any, key: str, before: EntityState | None, after: EntityState | None) -> bool:
    value = _value(key, after)
    if condition in _RELATIVE:
        was, now = _number(_value(key, before)), _number(value)
        if now is None:
            return False
        was = 0.0 if was is None else was
        return now < was if condition == "lower" else now > was
    if not isinstance(condition, str):
        number = _number(value)
        return value == condition or (number is not None and number == condition)
    for sign in ("<=", ">=", "<", ">"):
        if condition.startswith(sign):
            number, limit = _number(value), float(condition.removeprefix(sign))
            return number is not None and {
                "<=": number <= limit, ">=": number >= limit, "<": number < limit,
                ">": number > limit,
            }[sign]  # fmt: skip
    return str(value) in condition.split("|")


def _value(key: str, state: EntityState | None) -> Any:
    if state is None:
        return None
    return state.state if key == "state" else state.attributes.get(key)


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _figures(part: str, judged: Sequence[Judged]) -> Figures:
    right: Counter[str] = Counter(each.case.kind for each in judged if each.acceptable)
    every: defaultdict[str, int] = defaultdict(int)
    for each in judged:
        every[each.case.kind] += 1
    count = len(judged)
    return Figures(
        part=part,
        cases=count,
        acceptable=sum(each.acceptable for each in judged) / count,
        harmful=sum(bool(each.harmed) for each in judged) / count,
        asked=sum(each.asked and not each.acceptable for each in judged) / count,
        by_kind={kind: right[kind] / every[kind] for kind in sorted(every)},
    )


def _print(figures: Figures) -> None:
    table = Table(title=f"{figures.cases} indirect requests ({figures.part})")
    table.add_column("")
    table.add_column("share", justify="right")
    for name, share in _rows(figures):
        table.add_row(name, f"{share:.1%}")
    Console().print(table)


def _rows(figures: Figures) -> Iterator[tuple[str, float]]:
    yield "acceptable", figures.acceptable
    yield "harmful", figures.harmful
    yield "asked back", figures.asked
    yield from figures.by_kind.items()


if __name__ == "__main__":
    sys.exit(main())
