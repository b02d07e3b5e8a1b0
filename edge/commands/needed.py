"""Modules whose packages are extras, imported where a command needs them."""

from __future__ import annotations

import importlib
from types import ModuleType

from edge.types import LaresError


def needed(purpose: str, *modules: str) -> list[ModuleType]:
    """The modules. Raises LaresError that says how to install what they lack."""
    try:
        return [importlib.import_module(module) for module in modules]
    except ModuleNotFoundError as error:
        raise LaresError(
            f"{purpose} needs {error.name}, which is not installed: make setup-train"
        ) from error
