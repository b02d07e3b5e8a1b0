"""The adapters that ship, by the language model that each is for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from models.artifact import verify

ARTIFACTS = Path(__file__).parent / "artifacts"
ADAPTER = "adapter.gguf"
TALK = "talk"
"""What small talk is taught by (`models.llm_train`)."""
_OF = {"smollm2-135m": (TALK,)}
"""Models of the catalogue, and their adapters."""


def adapters_of(model: str, folder: Path = ARTIFACTS) -> Mapping[str, Path]:
    """The files of a model's adapters by their names; none for a model that has none.

    Raises LaresError where one is not that of its manifest.
    """
    names = _OF.get(model, ())
    for name in names:
        verify(folder / name, (ADAPTER,))
    return {name: folder / name / ADAPTER for name in names}
