"""The embedder of the catalogue, where it is installed."""

from __future__ import annotations

import pytest

from edge.knowledge.embedding import MODEL_NAME, MiniLm
from models.catalog import Catalog


def minilm() -> MiniLm:
    """Skips the test where the model is not installed."""
    folder = Catalog.load().installed(MODEL_NAME)
    if folder is None:
        pytest.skip(f"the embedder is not installed: lares models fetch {MODEL_NAME}")
    return MiniLm(folder)
