"""`lares models`: which model files there are, which language model is right for this board,
fetching them, and comparing them with their hashes."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Column, Table

from hal.board import Board, read_board
from models.catalog import Catalog
from models.entry import ModelEntry
from models.fetch import fetch as fetch_model
from models.suggesting import Judged
from models.suggesting import suggest as suggest_model


def list_(arguments: Namespace) -> int:
    """Print every model of the catalogue, and whether it is installed."""
    catalog = Catalog.load()
    entries = [(entry, catalog.installed(entry.name)) for entry in catalog.entries.values()]
    if arguments.json:
        print(json.dumps([_row(entry, place) for entry, place in entries], indent=2))
        return 0
    heads = ("role", "licence", "MB", "memory MB", "installed", "what it is")
    table = Table(Column("model", no_wrap=True), *heads, box=None)
    for entry, place in entries:
        size = f"{entry.bytes / 1e6:.0f}" if entry.bytes else ""
        installed = "[green]yes[/green]" if place else "no"
        memory = str(entry.memory_mb or "")
        told = (entry.name, entry.role, entry.licence, size, memory, installed, entry.description)
        table.add_row(*told)
    Console().print(table)
    return 0


def _row(entry: ModelEntry, place: Path | None) -> dict[str, str | int | None]:
    return {
        "name": entry.name,
        "role": entry.role,
        "licence": entry.licence,
        "bytes": entry.bytes,
        "memory_mb": entry.memory_mb,
        "installed": str(place) if place else None,
        "description": entry.description,
    }


def suggest(arguments: Namespace) -> int:
    """Print all language models, which of them fit this board, and the one that is right for it.
    Exit code 1 where none fits."""
    catalog, board = Catalog.load(), read_board()
    installed = frozenset(name for name in catalog.entries if catalog.installed(name))
    found = suggest_model(
        catalog.entries.values(),
        cores=board.cores,
        memory_bytes=board.memory_bytes,
        disk_free_bytes=board.disk_free_bytes,
        installed=installed,
    )
    chosen = found.chosen
    if arguments.json:
        told = {
            "board": board.model,
            "cores": board.cores,
            "memory_bytes": board.memory_bytes,
            "disk_free_bytes": board.disk_free_bytes,
            "suggested": chosen.name if chosen else None,
            "models": [_judgement(judged) for judged in found.judged],
        }
        print(json.dumps(told, indent=2))
        return 0 if chosen else 1
    print(f"{_told_of(board)}\n")
    table = Table("", "model", "MB", "memory MB", "licence", "fits", box=None)
    for judged in found.judged:
        entry, misfit = judged.entry, judged.misfit
        mark = "[green]→[/green]" if entry is chosen else ""
        size = f"{entry.bytes / 1e6:.0f}" if entry.bytes else ""
        memory = str(entry.memory_mb or "")
        fits = f"no: {misfit}" if misfit else "[green]yes[/green]"
        table.add_row(mark, entry.name, size, memory, entry.licence, fits)
    Console().print(table)
    if chosen is None:
        print("\nNone fits this board. Lares understands commands without one.")
    elif chosen.name in installed:
        print(f"\n{chosen.name} is installed.")
    else:
        print(f"\nlares models fetch {chosen.name}")
    return 0 if chosen else 1


def _told_of(board: Board) -> str:
    """A board, on one line."""
    memory, free = (
        f"{size / 1e6:,.0f} MB" if size is not None else "an unknown amount"
        for size in (board.memory_bytes, board.disk_free_bytes)
    )
    cores = "1 core" if board.cores == 1 else f"{board.cores} cores"
    return f"{board.model}: {cores}, {memory} of memory, {free} free on disk"


def _judgement(judged: Judged) -> dict[str, str | int | None]:
    entry = judged.entry
    return {
        "name": entry.name,
        "bytes": entry.bytes,
        "memory_mb": entry.memory_mb,
        "licence": entry.licence,
        "fits": judged.misfit is None,
        "misfit": judged.misfit,
    }


def fetch(arguments: Namespace) -> int:
    """Install models, each checked against its hash before it is used."""
    catalog = Catalog.load()
    entries = [catalog.entry(name) for name in arguments.names]
    for entry in entries:
        with _Bar(entry.name) as bar:
            folder = fetch_model(
                entry,
                catalog.directory,
                bar,
                sources=arguments.sources,
                trust_unknown=arguments.trust_unknown,
            )
        print(f"{entry.name} is installed in {folder}")
    return 0


def verify(arguments: Namespace) -> int:
    """Compare installed models with their hashes. Exit code 1 when a file differs."""
    catalog = Catalog.load()
    wrong = 0
    for name in arguments.names or list(catalog.entries):
        if catalog.installed(name) is None and not arguments.names:
            continue
        problems = catalog.verify(name)
        wrong += len(problems)
        for problem in problems:
            print(f"{name}: {problem}")
        if not problems:
            print(f"{name}: all files are as they must be")
    return 1 if wrong else 0


class _Bar:
    """Draws how fetching goes on; on standard error, so that output stays for programs."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        self._task: TaskID | None = None

    def __enter__(self) -> _Bar:
        self._progress.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._progress.stop()

    def begin(self, source: str, total: int | None) -> None:
        if self._task is not None:
            self._progress.remove_task(self._task)
        self._progress.console.print(f"{self._name} from {source} …", style="dim")
        self._task = self._progress.add_task(self._name, total=total)

    def received(self, count: int) -> None:
        if self._task is not None:
            self._progress.update(self._task, completed=count)

    def failed(self, source: str, reason: str) -> None:
        self._progress.console.print(f"{source}: {reason}", style="yellow")
