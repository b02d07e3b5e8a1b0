"""`lares train`, `lares eval` and `lares bench`: make the tagger, judge it, and measure the
whole."""

from __future__ import annotations

import importlib
import importlib.util
from argparse import Namespace

from edge.types import LaresError

BENCHMARKS = ("pipeline", "tagger")


def bench(arguments: Namespace) -> int:
    """Run one of the benchmarks, which are in the source checkout and not in the package."""
    if arguments.name not in BENCHMARKS:
        raise LaresError(f"there is no benchmark {arguments.name!r}; there are {BENCHMARKS}")
    if importlib.util.find_spec(f"benchmarks.{arguments.name}") is None:
        raise LaresError("the benchmarks are in the source checkout; run this in its folder")
    module = importlib.import_module(f"benchmarks.{arguments.name}")
    return int(module.main(arguments.rest))
