"""`lares home`: show a home, check a home file, or write one from what devices announce or Home
Assistant knows."""

from __future__ import annotations

import asyncio
import getpass
import os
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.tree import Tree

from edge.app import App
from edge.config import Config
from edge.home.graph import Entity, Home
from edge.home.homefile_writing import home_text, write_home
from edge.home_assistant.address import TOKEN_VARIABLE, Address, Token
from edge.home_assistant.reading import read_home
from edge.home_assistant.storage import read_storage
from edge.types import LaresError


def show(arguments: Namespace) -> int:
    """Print floors, areas and entities as a tree: of a home file, or of what is there now."""
    app = App(Config.load(arguments.config))
    if arguments.live and arguments.file:
        raise LaresError("expected either a home file or --live, found both")
    home = asyncio.run(_there_now(app)) if arguments.live else app.home(arguments.file)
    Console().print(_tree(home))
    return 0


def check(arguments: Namespace) -> int:
    """Read a home file and name what is legal but odd. Exit code 1 when there is any."""
    app = App(Config.load(arguments.config))
    home = app.home(arguments.file)
    oddities = list(_oddities(home))
    for oddity in oddities:
        print(f"odd: {oddity}")
    counts = f"{len(home.floors)} floors, {len(home.areas)} areas, {len(home.entities)} entities"
    print(f"{counts}: {'all right' if not oddities else f'{len(oddities)} oddities'}")
    return 1 if oddities else 0


def import_(arguments: Namespace) -> int:
    """Write what devices announce, or Home Assistant knows, as a home file. Never overwrites
    one."""
    if arguments.file is not None and arguments.file.exists():
        raise LaresError(f"{arguments.file} is there already; name a file that is not")
    home = _imported(arguments)
    if arguments.file is None:
        sys.stdout.write(home_text(home))
        return 0
    write_home(home, arguments.file)
    print(f"{arguments.file}: {len(home.entities)} entities")
    return 0


def _imported(arguments: Namespace) -> Home:
    if arguments.from_ha is not None and arguments.from_storage is not None:
        raise LaresError("expected one of --from-ha and --from-storage, found both")
    config = Config.load(arguments.config)
    if arguments.from_storage is not None:
        stored = read_storage(arguments.from_storage, config.mqtt.node)
        for sentence in stored.missing:
            print(f"missing: {sentence}", file=sys.stderr)
        return stored.home
    if arguments.from_ha is not None:
        return _from_home_assistant(config, arguments.from_ha, arguments.token_file)
    for key in ("host", "port"):
        if getattr(arguments, key) is not None:
            config = config.with_value(f"mqtt.{key}", getattr(arguments, key), f"--{key}")
    return asyncio.run(_announced(App(config)))


def _from_home_assistant(config: Config, url: str, token_file: Path | None) -> Home:
    """The home of a running Home Assistant; what it does not tell is named."""
    there = config.home_assistant
    address = Address.of(url, there.ca_file, verify=there.verify)
    home, denied = asyncio.run(read_home(address, _token(token_file), config.mqtt.node))
    for command, reason in denied.items():
        print(f"missing: {command} was not answered ({reason})", file=sys.stderr)
    return home


def _token(file: Path | None) -> Token:
    """The token of a file or the environment; without either, the one that someone types."""
    asked = file is None and not os.environ.get(TOKEN_VARIABLE) and sys.stdin.isatty()
    if asked:
        return Token.of(getpass.getpass("Long-lived access token: "), "what was typed")
    return Token.find({} if file is not None else os.environ, file)


async def _announced(app: App) -> Home:
    async with app.live() as household:
        return household.home


async def _there_now(app: App) -> Home:
    """The real home, each entity in the state in which it is."""
    async with app.live() as household:
        states = household.states.snapshot()
        home = household.home
        return home.with_entities(
            replace(entity, state=states.get(entity.id, entity.state)) for entity in home.entities
        )


def _tree(home: Home) -> Tree:
    root = Tree(f"[bold]home[/bold], {len(home.entities)} entities")
    floors = {floor.id: root.add(f"[bold]{floor.name}[/bold]") for floor in home.floors}
    areas = {
        area.id: floors.get(area.floor or "", root).add(f"[cyan]{area.name}[/cyan]")
        for area in home.areas
    }
    for entity in home.entities:
        areas.get(entity.area or "", root).add(_leaf(entity))
    return root


def _leaf(entity: Entity) -> str:
    aliases = f" ({', '.join(entity.aliases)})" if entity.aliases else ""
    return f"{entity.name}{aliases} [dim]{entity.id} {entity.state.state}[/dim]"


def _oddities(home: Home) -> Iterator[str]:
    names = Counter(entity.name.casefold() for entity in home.entities)
    for name, count in names.items():
        if count > 1:
            yield f"{count} entities are called {name!r}; Lares will have to ask which one is meant"
    areas = {name.casefold() for area in home.areas for name in (area.name, *area.aliases)}
    for entity in home.entities:
        if entity.name.casefold() in areas:
            yield f"{entity.id} has the name of an area: {entity.name!r}"
        if entity.area is None:
            yield f"{entity.id} is in no area, so only its name finds it"
