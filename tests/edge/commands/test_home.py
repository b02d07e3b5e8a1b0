"""`lares home import`: where the token comes from when someone sits before the screen."""

from __future__ import annotations

import asyncio
import getpass
import sys

import pytest

from edge.cli import main
from edge.home_assistant.address import TOKEN_VARIABLE
from tests.edge.home_assistant.conftest import house
from tests.edge.home_assistant.simulated import SECRET, SimulatedHomeAssistant

__all__ = ["house"]


async def test_the_token_is_asked_for_without_showing_it_where_nothing_else_tells_it(
    house: SimulatedHomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(getpass, "getpass", lambda prompt: f" {SECRET} ")
    arguments = ["home", "import", "--from-ha", house.address.url]
    assert await asyncio.to_thread(main, arguments) == 0
    told = capsys.readouterr()
    assert "light.floor_lamp" in told.out
    assert SECRET not in told.out + told.err


async def test_what_is_typed_and_is_no_token_is_refused_without_showing_it(
    house: SimulatedHomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(getpass, "getpass", lambda prompt: "my password")
    arguments = ["home", "import", "--from-ha", house.address.url]
    assert await asyncio.to_thread(main, arguments) == 2
    told = capsys.readouterr()
    assert "what was typed" in told.err
    assert "my password" not in told.out + told.err
    assert house.logins == []
