"""`lares config`: each setting, its value, and where the value comes from."""

from __future__ import annotations

from argparse import Namespace

from rich.console import Console
from rich.table import Table
from rich.text import Text

from edge.config import Config


def config(arguments: Namespace) -> int:
    """Print the whole configuration; what was set is bright, defaults are dim."""
    table = Table("setting", "value", "from", box=None, header_style="dim")
    for name, value, origin in Config.load(arguments.config).values():
        style = "dim" if origin == "default" else ""
        table.add_row(name, Text(repr(value)), Text(origin), style=style)
    Console().print(table)
    return 0
