"""A picture of the demo in a terminal, for the README.

    python -m benchmarks.picture docs/demo.svg

Runs `lares demo` and draws what it printed, as it printed it, as an SVG.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

WIDTH = 112
"""Characters a line."""
_FETCHED_FONT = re.compile(r"@font-face\s*\{[^}]*\}")
"""A font that the picture would fetch from elsewhere; any fixed one does."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the demo and draw it. The exit code is the demo's."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("file", type=Path, help="the SVG file to write")
    arguments = parser.parse_args(argv)
    colours = {"FORCE_COLOR": "1", "TTY_INTERACTIVE": "0", "COLUMNS": str(WIDTH)}
    done = subprocess.run(
        [Path(sys.executable).with_name("lares"), "demo"],
        env={**os.environ, **colours},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    console = Console(record=True, width=WIDTH, file=io.StringIO())
    console.print(Text("$ make demo", style="bold green"))
    console.print(Text.from_ansi(done.stdout), end="")
    drawn = console.export_svg(title="lares demo")
    arguments.file.write_text(_FETCHED_FONT.sub("", drawn), encoding="utf-8")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
