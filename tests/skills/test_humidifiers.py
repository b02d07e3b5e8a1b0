"""Humidifiers and dehumidifiers: target humidity and modes."""

from __future__ import annotations

from typing import Any

import pytest

from edge.home.graph import Entity
from edge.types import Action, Answer, EntityState, SlotValue
from tests.edge.nlu.homes import entity
from tests.skills.asked import answer, house_of

SET, MODE = "HassHumidifierSetpoint", "HassHumidifierMode"
MIST, DRYER = "humidifier.mist", "humidifier.dryer"


def mist(state: str = "on", **attributes: Any) -> Entity:
    return entity(MIST, "Mist Maker", "bedroom", state=state, **attributes)


def dryer(state: str = "on", **attributes: Any) -> Entity:
    return entity(DRYER, "Dehumidifier", "bedroom", "dehumidifier", state=state, **attributes)


def test_the_target_humidity_is_set_in_percent() -> None:
    data = {"humidity": 45}
    action = Action("humidifier.set_humidity", MIST, data, EntityState("", data))
    assert answer(SET, [MIST], house_of(mist()), humidity=45) == Answer(
        (action,), "Set the mist maker to 45%."
    )


@pytest.mark.parametrize(
    ("name", "slots", "service"),
    [(SET, {"humidity": 45}, "set_humidity"), (MODE, {"mode": "sleep"}, "set_mode")],
)
def test_one_that_is_off_is_turned_on_first(
    name: str, slots: dict[str, SlotValue], service: str
) -> None:
    off = answer(name, [MIST], house_of(mist("off", available_modes=["sleep"])), **slots)
    on = Action("humidifier.turn_on", MIST, expect=EntityState("on"))
    assert off.actions[0] == on
    assert [action.service for action in off.actions[1:]] == [f"humidifier.{service}"]
    running = answer(name, [MIST], house_of(mist("on", available_modes=["sleep"])), **slots)
    assert running.actions == off.actions[1:]


@pytest.mark.parametrize(
    ("now", "step", "wanted"), [(40, 10, 50), (40, -5, 35), (40.5, 10, 50), (30, 50, 80)]
)
def test_a_step_starts_from_the_target_now(now: float, step: int, wanted: int) -> None:
    house = house_of(mist(humidity=now, min_humidity=30, max_humidity=80))
    assert answer(SET, [MIST], house, humidity_step=step).actions[0].data == {"humidity": wanted}


@pytest.mark.parametrize("slots", [{"humidity_step": 10}, {}])
def test_a_step_without_a_start_and_no_value_at_all_are_told(slots: dict[str, SlotValue]) -> None:
    assert answer(SET, [MIST], house_of(mist()), **slots) == Answer(
        speech="I don't know how humid the mist maker shall make it."
    )


@pytest.mark.parametrize(
    ("humidity", "limit"), [(29, "above 30%"), (81, "below 80%"), (30, None), (80, None)]
)
def test_it_keeps_within_its_limits(humidity: int, limit: str | None) -> None:
    house = house_of(mist(min_humidity=30, max_humidity=80))
    said = answer(SET, [MIST], house, humidity=humidity)
    assert bool(said.actions) is (limit is None)
    assert limit is None or said.speech == f"The mist maker only goes {limit}."


@pytest.mark.parametrize("said", ["sleep", "Sleep", "SLEEP"])
def test_a_mode_is_set_as_the_device_writes_it(said: str) -> None:
    house = house_of(mist(available_modes=["Auto", "Sleep"]))
    data = {"mode": "Sleep"}
    action = Action("humidifier.set_mode", MIST, data, EntityState("", data))
    assert answer(MODE, [MIST], house, mode=said) == Answer(
        (action,), "Set the mist maker to Sleep."
    )


@pytest.mark.parametrize(
    ("modes", "slots", "speech"),
    [
        (["auto", "sleep"], {"mode": "turbo"}, "has no mode turbo, only auto and sleep."),
        (["auto"], {}, "has no such mode, only auto."),
        ([], {"mode": "turbo"}, "has no mode turbo."),
    ],
)
def test_a_mode_that_is_not_there_is_said_with_those_that_are(
    modes: list[str], slots: dict[str, SlotValue], speech: str
) -> None:
    house = house_of(mist(available_modes=modes))
    assert answer(MODE, [MIST], house, **slots) == Answer(speech=f"The mist maker {speech}")


def test_of_several_all_are_set_and_only_those_that_have_the_mode() -> None:
    house = house_of(mist(available_modes=["auto"]), dryer(available_modes=["sleep"]))
    both = answer(SET, [MIST, DRYER], house, humidity=50, area="Bedroom")
    assert [action.entity_id for action in both.actions] == [MIST, DRYER]
    assert both.speech == "Set 2 humidifiers in the bedroom to 50%."
    one = answer(MODE, [MIST, DRYER], house, mode="sleep")
    assert [action.entity_id for action in one.actions] == [DRYER]
    assert one.speech == "Set the dehumidifier to sleep."


@pytest.mark.parametrize(("step", "wanted", "way"), [(10, [50, 65], "up"), (-10, [30, 45], "down")])
def test_of_several_that_step_each_from_where_it_is_no_number_is_told(
    step: int, wanted: list[int], way: str
) -> None:
    house = house_of(mist(humidity=40), dryer(humidity=55))
    both = answer(SET, [MIST, DRYER], house, humidity_step=step, area="Bedroom")
    assert [action.data["humidity"] for action in both.actions] == wanted
    assert both.speech == f"Turned 2 humidifiers in the bedroom {way}."
    one = answer(SET, [MIST], house, humidity_step=step)
    assert one.speech == f"Set the mist maker to {wanted[0]}%."


def test_only_humidifiers_are_meant() -> None:
    house = house_of(entity("fan.a", "Fan"))
    assert answer(SET, ["fan.a"], house, humidity=50) == Answer(
        speech="I don't know which device you mean."
    )
