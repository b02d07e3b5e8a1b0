"""What the timeline draws of events."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from edge.kernel.events import Events
from edge.timeline import Timeline


def drawn(*emitted: tuple[str, str, dict[str, object]]) -> str:
    output = StringIO()
    events = Events()
    with Timeline(events, Console(file=output, width=200)):
        for name, level, fields in emitted:
            events.emit(name, level, **fields)  # type: ignore[arg-type]  # one of the levels
    return output.getvalue()


def test_a_warning_without_a_drawing_of_its_own_does_not_pass_unseen() -> None:
    told = drawn(("device_problem", "warning", {"topic": "lamp/state", "problem": "no JSON"}))
    assert told == "device problem: topic lamp/state, problem no JSON\n"


def test_what_is_only_information_and_has_no_drawing_is_not_shown() -> None:
    assert drawn(("something", "info", {"a": 1}), ("another", "debug", {})) == ""


def test_devices_that_join_and_go_are_told() -> None:
    told = drawn(
        ("devices_joined", "info", {"entities": ["light.a", "light.b"]}),
        ("devices_gone", "info", {"entities": ["light.a"]}),
    )
    assert told == "joined: light.a, light.b\ngone: light.a\n"
