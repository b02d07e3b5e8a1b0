"""Who came and went is told, and a device that flaps is not told each time."""

from __future__ import annotations

import pytest

from edge.mqtt import comings as module
from edge.mqtt.comings import Comings
from tests.edge.mqtt.conftest import Recorder


async def test_those_that_came_and_went_are_told_together(recorder: Recorder) -> None:
    comings = Comings(recorder.bus)
    comings.note((), ("light.b", "light.a"))
    comings.note((), ("light.c",))
    comings.note(("light.d", "light.e"), ("light.e",))
    joined = await recorder.wait_for("devices_joined")
    gone = await recorder.wait_for("devices_gone")
    assert joined.fields["entities"] == ["light.a", "light.b", "light.c"]
    assert gone.fields["entities"] == ["light.d"]
    comings.end()


async def test_what_comes_and_goes_meanwhile_is_not_told(recorder: Recorder) -> None:
    comings = Comings(recorder.bus)
    for number in range(1_000):
        comings.note((), (f"light.{number}",))
        comings.note((f"light.{number}", "light.here"), ("light.here",))
        comings.note(("light.here",), ())
        comings.note((), ("light.here",))
    comings.note((), ("light.last",))
    joined = await recorder.wait_for("devices_joined")
    assert joined.fields["entities"] == ["light.last"]
    assert recorder.named("devices_gone") == []
    comings.end()


async def test_what_changes_later_is_told_later(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAUSE_S", 0.01)
    comings = Comings(recorder.bus)
    comings.note((), ("light.a",))
    await recorder.wait_for("devices_joined")
    comings.note(("light.a",), ())
    gone = await recorder.wait_for("devices_gone")
    assert gone.fields["entities"] == ["light.a"]
    comings.end()
