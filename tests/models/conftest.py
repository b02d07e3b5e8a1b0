"""What tests of fetching need."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.models.lying_server import LyingServer, lying_server


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[LyingServer]:
    """A server on this machine, asked without any proxy."""
    monkeypatch.setenv("no_proxy", "*")
    with lying_server() as running:
        yield running


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """An empty model directory."""
    path = tmp_path / "models"
    path.mkdir()
    return path
