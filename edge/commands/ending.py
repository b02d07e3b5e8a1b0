"""How a command that runs for a while ends: by itself, by Control-C, or by SIGTERM.

The last two cancel the main task, so that whatever it has started (a broker, devices, connections)
is ended too, and the broker is told that we go. What ends with the program (the voice's process)
ends before SIGTERM is let through.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import signal
import sys
from collections.abc import Coroutine
from typing import Any

RESTARTS = 75
"""What a main task returns that wants the program to be started again. (BSD's EX_TEMPFAIL: a
supervisor that sees it instead would start it again, too.)"""


def start_again() -> None:
    """Become this program anew, with the same command line; returns never. The process stays the
    same, so whoever watches over it sees none end."""
    atexit._run_exitfuncs()  # what ends with the program (the voice's process) ends now
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


def until_told(main: Coroutine[Any, Any, int]) -> int:
    """Run `main` to its exit code. After SIGTERM this process is terminated, as its last deed."""
    told = False

    def interrupt(signal_number: int, frame: object) -> None:
        nonlocal told
        told = True
        signal.raise_signal(signal.SIGINT)

    def terminate() -> None:
        if told:
            sys.stdout.flush()
            signal.raise_signal(signal.SIGTERM)

    atexit.register(terminate)  # the first to be registered is the last to be called
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        with asyncio.Runner() as runner:
            return runner.run(main)
    finally:
        signal.signal(signal.SIGTERM, before)
