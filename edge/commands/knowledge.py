"""`lares knowledge`: the house's own documents. Add them, list them, forget them, ask them."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from edge.app import App
from edge.config import Config
from edge.knowledge.documents import shown
from edge.knowledge.embedding import MODEL_NAME
from edge.knowledge.knowledge import Added, Knowledge
from edge.knowledge.knowledge import Progress as Tell
from edge.types import LaresError


def add(arguments: Namespace) -> int:
    """Read documents, or all in folders. Exit code 1 when some could not be read."""
    knowledge = _knowledge(arguments)
    with _bar() as tell:
        added = knowledge.add(arguments.paths, tell)
    for problem in added.problems:
        print(f"lares: {problem}", file=sys.stderr)
    if arguments.json:
        print(json.dumps(_as_json(added)))
    else:
        print(_summary(added, len(knowledge.documents())))
    _tell_without_model(knowledge)
    return 1 if added.problems else 0


def list_(arguments: Namespace) -> int:
    """The documents that are known."""
    knowledge = _knowledge(arguments)
    known = knowledge.documents()
    if arguments.json:
        print(json.dumps([{**asdict(one), "path": str(one.path)} for one in known], indent=2))
        return 0
    if not known:
        print(_NONE_YET)
        return 0
    table = Table("document", "passages", "kB", "file", box=None, header_style="dim")
    for one in known:
        size = f"{one.bytes / 1000:.0f}"
        table.add_row(one.title, str(one.passages), size, str(one.path))
    Console(markup=False).print(table)
    _tell_without_model(knowledge)
    return 0


def remove(arguments: Namespace) -> int:
    """Forget a document, or those of a folder. The files stay where they are."""
    gone = _knowledge(arguments).remove(arguments.path)
    for path in gone:
        print(f"forgotten: {path}")
    return 0


def ask(arguments: Namespace) -> int:
    """Quote what the documents say to a question. Exit code 1 when they say nothing."""
    knowledge = _knowledge(arguments)
    if not arguments.question.strip():
        raise LaresError('expected a question, such as: lares knowledge ask "How do I bleed …?"')
    if not knowledge.documents():
        raise LaresError(_NONE_YET)
    _tell_without_model(knowledge)
    answer = knowledge.ask(arguments.question)
    if arguments.json:
        content = None if answer is None else {**asdict(answer), "path": str(answer.path)}
        speech = "I don't know." if answer is None else answer.speech
        print(json.dumps({"question": arguments.question, "answer": content, "speech": speech}))
        return 0 if answer else 1
    console = Console(highlight=False, markup=False)
    if answer is None:
        console.print("I don't know.")
        return 1
    place = " › ".join(answer.heading[1:]) or (f"page {answer.page}" if answer.page else "")
    console.print(answer.speech)
    console.print(f"{answer.path}{', ' if place else ''}{place}", style="dim")
    return 0


@contextmanager
def _bar() -> Iterator[Tell | None]:
    """Draws how adding goes on, where someone looks at standard error."""
    console = Console(stderr=True)
    if not console.is_interactive:
        yield None
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as progress:
        task = progress.add_task("Reading", total=None)

        def tell(done: float, of: int, what: str) -> None:
            progress.update(task, completed=done, total=of, description=f"Reading {what}")

        yield tell


_NONE_YET = "No documents are known yet. Add some with: lares knowledge add FOLDER"


def _knowledge(arguments: Namespace) -> Knowledge:
    return App(Config.load(arguments.config)).models.knowledge


def _tell_without_model(knowledge: Knowledge) -> None:
    """Say where documents are found by their words only."""
    told = None
    if knowledge.embedder is None:
        told = (
            "documents are found by their words only, not by what they mean, until there is a "
            f"model for that: lares models fetch {MODEL_NAME}"
        )
    elif waiting := knowledge.without_meaning():
        told = (
            f"{waiting} passages are found by their words only, until their documents are added "
            "again"
        )
    if told:
        print(f"lares: {told}", file=sys.stderr)


def _summary(added: Added, known: int) -> str:
    counts = {
        "added": len(added.added),
        "changed": len(added.changed),
        "unchanged": len(added.unchanged),
        "forgotten": len(added.removed),
        "not readable": len(added.problems),
    }
    told = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    documents = "1 document is" if known == 1 else f"{known} documents are"
    return f"{told or 'no documents there'}; {documents} known."


def _as_json(added: Added) -> dict[str, object]:
    def texts(paths: list[Path]) -> list[str]:
        return [shown(path) for path in paths]

    return {
        "added": texts(added.added),
        "changed": texts(added.changed),
        "unchanged": texts(added.unchanged),
        "removed": texts(added.removed),
        "problems": added.problems,
        "passages": added.passages,
        "embedded_anew": added.embedded_anew,
    }
