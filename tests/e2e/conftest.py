"""What the end-to-end tests share: a real broker, and a folder with a home and its settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.edge.mqtt.conftest import BrokerSwitch, certificates, mosquitto, passwords, switch

__all__ = ["certificates", "mosquitto", "passwords", "switch"]


SMALL_HOME = """
areas:
  - {id: kitchen, name: Kitchen}
  - {id: hall, name: Hall}
entities:
  - {id: light.kitchen, name: Kitchen Light, area: kitchen, state: "off"}
  - {id: light.hall, name: Hall Light, area: hall, state: "on"}
  - {id: lock.front, name: Front Door, area: hall, state: locked}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a small home in `home.yaml`."""
    (tmp_path / "home.yaml").write_text(SMALL_HOME)
    return tmp_path


@pytest.fixture
def live(tmp_path: Path, switch: BrokerSwitch) -> Path:
    """A folder with a `lares.toml` that names the broker `switch`, started or not."""
    return configured(tmp_path, switch)


def configured(folder: Path, switch: BrokerSwitch, *mqtt: str) -> Path:
    """`folder`, with a `lares.toml` that names the broker and has these further lines for it.

    Answers are printed, also where Piper is installed: there is no sound card to speak through.
    """
    lines = ["[mqtt]", 'host = "127.0.0.1"', f"port = {switch.port}", *mqtt]
    lines += ["[audio]", 'speech = "text"']
    lines += ["[privacy]", 'audit_file = "audit.jsonl"', "keep_words = true"]
    (folder / "lares.toml").write_text("\n".join(lines) + "\n")
    return folder
