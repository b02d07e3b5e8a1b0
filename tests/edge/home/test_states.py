"""Live states: set, looked at, compared with a snapshot, listened to."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from edge.home.states import States
from edge.types import EntityState

ON, OFF = EntityState("on"), EntityState("off")


def test_states_start_as_given_and_unknown_ones_are_none() -> None:
    states = States({"light.a": ON})
    assert states.get("light.a") == ON
    assert states.get("light.b") is None


def test_changes_since_a_snapshot_are_the_differing_states_in_full() -> None:
    states = States({"light.a": OFF, "light.b": OFF, "light.c": OFF})
    before = states.snapshot()
    states.set("light.a", ON)
    states.set("light.b", ON)
    states.set("light.b", OFF)
    states.set("light.d", ON)
    assert states.changes_since(before) == {"light.a": ON, "light.d": ON}
    assert before["light.a"] == OFF


def test_a_changed_attribute_is_a_change() -> None:
    states = States({"light.a": EntityState("on", {"brightness": 1})})
    before = states.snapshot()
    states.set("light.a", EntityState("on", {"brightness": 2}))
    assert states.changes_since(before) == {"light.a": EntityState("on", {"brightness": 2})}


def test_a_removed_entity_is_forgotten() -> None:
    states = States({"light.a": ON})
    states.remove("light.a")
    states.remove("light.a")
    assert states.get("light.a") is None


def test_listeners_hear_changes_only_until_they_unsubscribe() -> None:
    states, heard = States({"light.a": OFF}), []
    unsubscribe = states.subscribe(lambda entity_id, state: heard.append((entity_id, state)))
    states.set("light.a", OFF)
    states.set("light.a", ON)
    unsubscribe()
    unsubscribe()
    states.set("light.a", OFF)
    assert heard == [("light.a", ON)]


def test_many_threads_lose_no_state() -> None:
    states = States()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: states.set(f"sensor.s{n}", EntityState(str(n))), range(500)))
    assert len(states.snapshot()) == 500
