"""`lares parse --explain`: the explanation of a text, drawn for a terminal.

Each clause becomes a block of rows, one a stage, as the demo's timeline draws them. All that comes
from the home or the speaker is shown as it is: never as rich's markup, and without control
characters. The words tell all; colour only helps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from rich.console import Console, Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from edge.app import App, Household
from edge.nlu.explain import explain
from edge.nlu.explained import (
    CandidateView,
    ClauseView,
    Explanation,
    Fate,
    NeedView,
    SpanView,
    Verdict,
)
from edge.nlu.interpreter import Interpreter
from edge.nlu.resolver import Resolver
from edge.nlu.tagger import TaggerView
from edge.types import Intent

STAGE_WIDTH = 12
BAR_WIDTH = 20
BARS_FROM = 70
"""Columns of a terminal that has room for bars."""
REASON_WIDTH = 22
"""What the reasons get at least; names are cut short for it."""
LONGEST = 400
"""Characters of a text that are shown."""
_BLOCKS = 8
"""Clauses that are drawn."""
_TARGETS = 6
"""Targets of an intent that are named."""

_FATES: dict[Fate, str] = {
    "understood": "",
    "asked": "what must be asked about",
    "nothing": "nothing: it is left alone",
    "aside": "nothing to be done",
    "unread": "not read: the reading ended before it",
}
_STYLES: dict[Verdict, str] = {"meant": "green", "asked": "yellow", "left out": "magenta"}


def explained(app: App, household: Household, text: str, area: str | None) -> Explanation:
    """How the assistant of a household understands a text that is said in an area."""
    least = app.config.nlu.confidence
    resolver = Resolver(household.home, least)
    tagger, needs = app.models.tagger, app.models.needs
    interpreter = Interpreter(resolver, tagger.tag, household.states, area, needs=needs)
    return explain(text, interpreter, tagger.explain, least)


def joined(explanations: Sequence[Explanation]) -> Explanation:
    """The explanations of several utterances as one; there must be one at least."""
    first = explanations[0]
    if len(explanations) == 1:
        return first
    return replace(
        first,
        text=" ".join(each.text for each in explanations).strip(),
        clauses=tuple(clause for each in explanations for clause in each.clauses),
        whole=any(each.whole for each in explanations),
        read=tuple(view for each in explanations for view in each.read),
        intents=tuple(intent for each in explanations for intent in each.intents),
        question=explanations[-1].question,
        names={k: v for each in explanations for k, v in each.names.items()},
        needs=tuple(view for each in explanations for view in each.needs),
    )


def draw(explanation: Explanation, console: Console) -> None:
    """Print an explanation; it fits in 80 columns and more."""
    for row in _rows(explanation, console):
        console.print(row)


def _rows(explanation: Explanation, console: Console) -> Iterator[RenderableType]:
    views = explanation.read
    if explanation.whole:
        yield _heading(f"{len(explanation.clauses)} clauses, read as one")
        yield _row("taken apart", _lines(explanation.clauses))
        yield _row("but", "one of them means nothing, so the text is read as one")
    for number, view in enumerate(views[:_BLOCKS], start=1):
        yield _heading("one clause" if len(views) == 1 else f"clause {number} of {len(views)}")
        yield from _clause(view, explanation, console)
    if len(views) > _BLOCKS:
        yield _heading(f"and {len(views) - _BLOCKS} more clauses")
    if explanation.needs:
        yield _heading("what is lacked")
        for need in explanation.needs:
            yield _row("said", Text(_shown(need.said), style="bold"))
            yield _row("lacks", _lack(need))
    if len(views) != 1 or explanation.needs:
        yield _heading("in the end")
        yield from _meaning(explanation)


def _lack(view: NeedView) -> Text:
    if view.need is None:
        return Text("nothing that is likely", style="dim")
    sure = "" if view.is_sure else ": likely, not sure, so it is asked"
    return Text(f"{view.need} {view.probability:.2f}{sure}", style="bold green")


def _heading(title: str) -> Rule:
    return Rule(Text(title, style="bold magenta"), align="left", style="dim")


def _clause(view: ClauseView, whole: Explanation, console: Console) -> Iterator[RenderableType]:
    yield _row("said", Text(_shown(view.said) or "nothing", style="bold"))
    if view.left_out is not None:
        yield _row("left out", _shown(view.left_out))
    if view.time:
        told = ", ".join(f"{name} {value}" for name, value in view.time.items())
        yield _row("time", _shown(told))
    if view.sentence is not None and (view.rewritten or view.left_out or view.time):
        yield _row("read as", _shown(view.sentence))
    if view.tagger is not None:
        yield _row("tagger", _tagger(view.tagger, console))
    if view.least is not None:
        yield _row("", Text(f"less than the least confidence ({view.least:.2f})", style="yellow"))
    if view.taken is not None:
        yield _row("taken as", f"{view.taken}, by what the home has or what was said before")
    for span in view.spans:
        yield _row(span.span.label.replace("_", " "), _span(span, console))
    if view.places:
        yield _row("places", _shown(", ".join(view.places)))
    if view.kinds:
        yield _row("kinds", _shown(", ".join(view.kinds)))
    if view.intents and view.question is None and view.fate == "understood":
        yield _row("means", _intents(view.intents, whole))
    if view.question is not None and view.fate == "asked":
        yield _row("asks", Text(_shown(view.question), style="bold yellow"))
    elif view.fate != "understood":
        yield _row("means", Text(_FATES[view.fate], style="yellow"))


def _tagger(view: TaggerView, console: Console) -> RenderableType:
    intents = Table.grid(padding=(0, 2))
    stroke = "=" if console.options.ascii_only else "━"
    width = BAR_WIDTH if console.width >= BARS_FROM else 0
    for name, probability in view.intents:
        bar = Text(stroke * round(width * probability), style="cyan")
        intents.add_row(f"{probability:.3f}", Text(name), bar)
    spans = Table.grid(padding=(0, 2))
    for span, probability in view.spans:
        spans.add_row(f"{probability:.3f}", Text(span.label, style="dim"), Text(_shown(span.text)))
    return Group(intents, spans) if view.spans else intents


def _span(view: SpanView, console: Console) -> RenderableType:
    title = Text(_shown(view.span.text), style="bold")
    if view.note:
        title.append(f"  {_shown(view.note)}", style="not bold dim")
    if view.also:
        also = ", ".join(_shown(text) for text in view.also)
        title.append(f"  also sought: {also}", style="not bold dim")
    if not view.candidates:
        nothing = [] if view.note else [Text("is like nothing in this home", style="yellow")]
        return Group(title, *nothing)
    more = [Text(f"and {view.more} more", style="dim")] if view.more else []
    return Group(title, _candidates(view.candidates, console), *more)


def _candidates(candidates: Sequence[CandidateView], console: Console) -> Table:
    scored = any(candidate.score is not None for candidate in candidates)
    left = console.width - STAGE_WIDTH - 1 - (6 if scored else 0) - 4
    place = min(max((Text(_shown(c.place)).cell_len for c in candidates), default=0), left // 4)
    name = min(
        max(Text(_shown(c.name)).cell_len for c in candidates),
        max(8, left - place - REASON_WIDTH),
    )
    table = Table.grid(padding=(0, 2))
    if scored:
        table.add_column(width=4)
    table.add_column(width=name, no_wrap=True, overflow="ellipsis")
    table.add_column(width=place, no_wrap=True, overflow="ellipsis", style="dim")
    table.add_column(overflow="fold")
    for each in candidates:
        style = _STYLES.get(each.verdict, "dim")
        score = [] if not scored else [Text("" if each.score is None else f"{each.score:.2f}")]
        reason = Text(each.reason or each.verdict, style=style)
        table.add_row(*score, Text(_shown(each.name)), Text(_shown(each.place)), reason)
    return table


def _meaning(explanation: Explanation) -> Iterator[RenderableType]:
    if explanation.question is not None:
        yield _row("asks", Text(_shown(explanation.question), style="bold yellow"))
    elif explanation.intents:
        yield _row("means", _intents(explanation.intents, explanation))
    else:
        at = next((at for at, view in enumerate(explanation.read, 1) if view.fate == "nothing"), 0)
        since = f": clause {at} means nothing, and half an order is none" if at else ""
        yield _row("means", Text(f"nothing{since}", style="bold yellow"))


def _intents(intents: Iterable[Intent], whole: Explanation) -> Text:
    lines = []
    for intent in intents:
        slots = ", ".join(f"{key}: {value}" for key, value in intent.slots.items())
        line = Text(_shown(f"{intent.name} {{{slots}}}"), style="bold")
        names = [_shown(whole.names.get(target, target)) for target in intent.targets[:_TARGETS]]
        names += [f"{more} more"] if (more := len(intent.targets) - _TARGETS) > 0 else []
        if names:
            line.append(f"\n{', '.join(names)}", style="not bold green")
        lines.append(line)
    return Text("\n").join(lines)


def _lines(texts: Iterable[str]) -> Text:
    return Text("\n").join(Text(_shown(text)) for text in texts)


def _row(stage: str, what: str | RenderableType) -> Table:
    row = Table.grid(padding=(0, 1))
    row.add_column(width=STAGE_WIDTH, justify="right", style="dim")
    row.add_column(overflow="fold")
    row.add_row(Text(stage), Text(what) if isinstance(what, str) else what)
    return row


def _shown(text: str) -> str:
    """A text without control characters, and not endlessly long."""
    cut = text if len(text) <= LONGEST else f"{text[:LONGEST]} … ({len(text)} characters)"
    return "".join(c if c.isprintable() else " " if c.isspace() else "\ufffd" for c in cut)
