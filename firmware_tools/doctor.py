"""What works on this machine and what to do about the rest: the examination behind `lares doctor`.

In this order it looks at the board, Python and its packages, the sound cards, the models, speech to
text, and the broker or Home Assistant. Each check stands alone: one that fails in an unforeseen way
is a finding too, and the others go on. Nothing heavy is imported and nothing is changed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec

from edge.types import LaresError
from firmware_tools.board import examine_board
from firmware_tools.broker import BrokerAddress, examine_broker
from firmware_tools.finding import Finding
from firmware_tools.home_assistant import HomeAssistantAddress, examine_home_assistant
from firmware_tools.software import (
    examine_engines,
    examine_models,
    examine_packages,
    examine_python,
)
from firmware_tools.sound import examine_sound
from hal.board import Board, read_board
from hal.portaudio import PortAudio, portaudio
from models.catalog import Catalog

Check = Callable[[], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the configuration wants of the machine."""

    broker: BrokerAddress = field(default_factory=BrokerAddress)
    home_assistant: HomeAssistantAddress | None = None
    """Where devices are reached through it, and not through the broker."""
    microphone: str | int | None = None
    """Number or (part of the) name of the device; None is the system's default."""
    speaker: str | int | None = None
    engine: str = "auto"
    """Speech to text: "auto", or the name of an engine."""


def is_installed(module: str) -> bool:
    """Whether the module can be imported, found out without importing it."""
    return find_spec(module) is not None


@dataclass(frozen=True, slots=True)
class Machine:
    """What is examined: this machine, or one that a test makes up."""

    board: Callable[[], Board] = read_board
    python: tuple[int, int, int] = sys.version_info[:3]
    is_installed: Callable[[str], bool] = is_installed
    cards: Callable[[], PortAudio] = portaudio
    catalog: Callable[[], Catalog] = Catalog.load
    broker: Callable[[BrokerAddress], Finding] = examine_broker
    home_assistant: Callable[[HomeAssistantAddress], Finding] = examine_home_assistant


def examine(wanted: Wanted, machine: Machine | None = None) -> tuple[Finding, ...]:
    """All findings, in the order of the checks. Raises nothing. machine: None is this one."""
    at = machine or Machine()
    checks: dict[str, Check] = {
        "board": lambda: examine_board(at.board()),
        "Python": lambda: [examine_python(at.python)],
        "packages": lambda: examine_packages(at.is_installed),
        "microphone": lambda: [examine_sound(at.cards(), "input", wanted.microphone)],
        "speaker": lambda: [examine_sound(at.cards(), "output", wanted.speaker)],
        "models": lambda: examine_models(at.catalog()),
        "speech to text": lambda: [examine_engines(wanted.engine, at.is_installed, at.catalog)],
        **_through(wanted, at),
    }
    return tuple(finding for part, check in checks.items() for finding in _findings(part, check))


def _through(wanted: Wanted, at: Machine) -> dict[str, Check]:
    """The check of what devices are reached through."""
    if (there := wanted.home_assistant) is not None:
        return {"Home Assistant": lambda: [at.home_assistant(there)]}
    return {"broker": lambda: [at.broker(wanted.broker)]}


def _findings(part: str, check: Check) -> Iterator[Finding]:
    """What the check finds; what it raises becomes an error finding."""
    try:
        yield from check()
    except LaresError as error:
        yield Finding(part, "error", "cannot be examined", str(error))
    except Exception as error:
        found = f"the check itself failed: {error!r}"
        yield Finding(part, "error", found, "Please report this, and what machine it is.")
