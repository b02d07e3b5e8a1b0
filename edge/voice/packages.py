"""Packages that not every installation has.

The core installs small; wake words, engines and voices are extras, and each is imported only by the
part that is asked to use it. A missing one is an error that names the extra to install.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from edge.types import LaresError


def is_installed(module: str) -> bool:
    """Whether the module can be imported, found out without importing it."""
    return find_spec(module) is not None


def load(module: str, *, purpose: str, extra: str) -> Any:
    """The module. Raises LaresError, naming the extra that brings it, when it is not installed."""
    try:
        return import_module(module)
    except ImportError as error:
        raise LaresError(
            f"{purpose} needs the Python module {module}, which cannot be imported ({error}): "
            f"install lares[{extra}]."
        ) from error
