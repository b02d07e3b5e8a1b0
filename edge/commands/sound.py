"""Where `lares hear` and `lares wake` get sound from, and what they say when it is damaged."""

from __future__ import annotations

import sys
from pathlib import Path

from edge.app import standard_input
from hal.microphone import Microphone
from hal.microphone_file import FileMicrophone


def source(path: Path) -> Microphone:
    """The sound of a file; "-" is raw sound on standard input."""
    return standard_input() if str(path) == "-" else FileMicrophone(path)


def tell_if_cut_off(microphone: Microphone) -> None:
    """Say so on standard error when a file that was heard to its end has lost its own."""
    if isinstance(microphone, FileMicrophone) and microphone.truncated:
        told = "is cut off: it ends before its header says. What there is of it was heard."
        print(f"lares: {microphone.name} {told}", file=sys.stderr)


def tell(error: Exception) -> None:
    """Say on standard error why one file cannot be heard; the others still are."""
    print(f"lares: {error}", file=sys.stderr)
