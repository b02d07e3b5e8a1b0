"""Taking back: a virtual device is changed as Lares changes it, and comes back to how it was.

The calls go through discovery and MQTT as everywhere; a device that ignores one, or does something
else, fails the test.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.home.graph import Entity, Home
from edge.home.virtual import VirtualHome
from edge.mqtt.broker_loopback import LoopbackBroker
from edge.mqtt.devices import MqttDevices
from edge.types import Action, EntityState
from skills.restoring import restoring

Call = tuple[str, Mapping[str, Any]]
"""A service without its domain, and its data."""


def taken_back(start: Entity, calls: Sequence[Call]) -> tuple[EntityState, EntityState]:
    """The states of a device before some calls, and after they were taken back."""

    async def play() -> tuple[EntityState, EntityState]:
        home = Home(entities=(start,))
        async with (
            LoopbackBroker(VirtualHome(home)) as broker,
            MqttDevices(broker, home) as devices,
        ):
            await devices.settle()
            before = devices.states.get(start.id)
            await devices.act([Action(f"{start.domain}.{c}", start.id, d) for c, d in calls])
            now = devices.states.get(start.id)
            assert before is not None and now is not None
            acted = await devices.act(restoring(start, before, now), timeout_s=0.2)
            assert not acted.failed, acted.reasons
            after = devices.states.get(start.id)
            assert after is not None
            return before, after

    return asyncio.run(play())


def thing(entity_id: str, state: str, **attributes: Any) -> Entity:
    return Entity(entity_id, "Thing", state=EntityState(state, attributes))


def called(service: str, **data: Any) -> Call:
    return service, data


@pytest.mark.parametrize(
    ("entity_id", "state", "service", "changed"),
    [
        ("switch.a", "off", "turn_on", "on"),
        ("switch.a", "on", "turn_off", "off"),
        ("light.a", "off", "turn_on", "on"),
        ("light.a", "on", "turn_off", "off"),
        ("input_boolean.a", "off", "turn_on", "on"),
        ("humidifier.a", "on", "turn_off", "off"),
        ("siren.a", "off", "turn_on", "on"),
        ("automation.a", "on", "turn_off", "off"),
        ("group.a", "on", "turn_off", "off"),
        ("remote.a", "on", "turn_off", "off"),
        ("lock.a", "locked", "unlock", "unlocked"),
        ("lock.a", "unlocked", "lock", "locked"),
        ("cover.a", "closed", "open_cover", "open"),
        ("cover.a", "open", "close_cover", "closed"),
        ("valve.a", "closed", "open_valve", "open"),
        ("valve.a", "open", "close_valve", "closed"),
        ("vacuum.a", "cleaning", "return_to_base", "returning"),
        ("vacuum.a", "paused", "start", "cleaning"),
        ("lawn_mower.a", "docked", "start_mowing", "mowing"),
        ("lawn_mower.a", "mowing", "dock", "docked"),
        ("lawn_mower.a", "paused", "start_mowing", "mowing"),
        ("media_player.a", "playing", "media_pause", "paused"),
        ("media_player.a", "paused", "media_play", "playing"),
        ("media_player.a", "off", "turn_on", "on"),
        ("media_player.a", "idle", "turn_off", "off"),
        ("media_player.a", "on", "turn_off", "off"),
        ("climate.a", "heat", "turn_off", "off"),
        ("climate.a", "off", "turn_on", "heat_cool"),
        ("fan.a", "off", "turn_on", "on"),
        ("fan.a", "on", "turn_off", "off"),
    ],
)
def test_every_domain_comes_back_to_the_state_before(
    entity_id: str, state: str, service: str, changed: str
) -> None:
    before, after = taken_back(thing(entity_id, state), [called(service)])
    assert after.state == before.state == state
    assert changed != state


def test_a_docked_vacuum_is_sent_home_again() -> None:
    _, after = taken_back(thing("vacuum.a", "docked"), [called("start")])
    assert after.state == "returning"


@pytest.mark.parametrize(
    ("entity_id", "before", "now"),
    [
        ("scene.a", "scening", "2026-11-25"),
        ("button.a", "unknown", "2026-11-25"),
        ("sensor.a", "20", "21"),
        ("light.a", "unavailable", "on"),
        ("switch.a", "unknown", "on"),
        ("cover.a", "opening", "open"),
        ("lock.a", "jammed", "locked"),
        ("media_player.a", "buffering", "playing"),
        ("vacuum.a", "error", "cleaning"),
    ],
)
def test_what_cannot_be_brought_back_is_left_alone(entity_id: str, before: str, now: str) -> None:
    assert restoring(thing(entity_id, before), EntityState(before), EntityState(now)) == ()


def test_a_list_that_does_not_tell_its_items_is_left_alone() -> None:
    assert restoring(thing("todo.a", "1"), EntityState("1"), EntityState("2")) == ()


RGB = st.lists(st.integers(0, 255), min_size=3, max_size=3)
KELVIN = st.integers(2000, 6500)
BRIGHTNESS = st.integers(1, 255)


def lights(state: str, modes: list[str], mode: str) -> st.SearchStrategy[Entity]:
    """Lights in a colour mode, with what belongs to it."""
    told: dict[str, st.SearchStrategy[Any]] = {}
    if mode != "onoff":
        told["brightness"] = BRIGHTNESS
    if mode in COLOUR_OF:
        told[COLOUR_OF[mode]] = KELVIN if mode == "color_temp" else RGB
    fixed = {"supported_color_modes": modes, "color_mode": mode}
    return st.fixed_dictionaries(told).map(lambda drawn: thing("light.a", state, **fixed, **drawn))


COLOUR_OF = {
    "color_temp": "color_temp_kelvin", "rgb": "rgb_color", "rgbw": "rgb_color",
    "rgbww": "rgb_color",
}  # fmt: skip
LIGHT_CALLS = st.one_of(
    st.just(called("turn_off")),
    st.builds(lambda bright: called("turn_on", brightness=bright), BRIGHTNESS),
    st.builds(lambda rgb: called("turn_on", rgb_color=rgb), RGB),
    st.builds(lambda kelvin: called("turn_on", color_temp_kelvin=kelvin), KELVIN),
)


@pytest.mark.parametrize(
    ("modes", "mode"),
    [
        (["onoff"], "onoff"),
        (["brightness"], "brightness"),
        (["color_temp"], "color_temp"),
        (["rgb"], "rgb"),
        (["color_temp", "rgb"], "color_temp"),
        (["color_temp", "rgb"], "rgb"),
        (["rgbw"], "rgbw"),
        (["color_temp", "rgbww"], "rgbww"),
    ],
)
@given(st.data())
def test_a_light_shines_as_before(modes: list[str], mode: str, data: st.DataObject) -> None:
    light = data.draw(lights("on", modes, mode))
    before, after = taken_back(light, data.draw(st.lists(LIGHT_CALLS, min_size=1, max_size=3)))
    for name in ("color_mode", "brightness", COLOUR_OF.get(mode, "brightness")):
        assert after.attributes.get(name) == before.attributes.get(name), name


@given(lights("off", ["color_temp", "rgb"], "rgb"), st.lists(LIGHT_CALLS, min_size=1, max_size=3))
def test_a_light_that_was_off_is_off(light: Entity, calls: list[Call]) -> None:
    _, after = taken_back(light, calls)
    assert after.state == "off"


@st.composite
def covers(draw: st.DrawFn) -> Entity:
    domain = draw(st.sampled_from(["cover", "valve"]))
    position = draw(st.integers(0, 100))
    state = "open" if position else "closed"
    if draw(st.booleans()):
        return thing(f"{domain}.a", state, current_position=position)
    return thing(f"{domain}.a", state, supported_features=["OPEN", "CLOSE"])


@given(covers(), st.lists(st.sampled_from(["open", "close", 0, 1, 30, 99, 100]), min_size=1))
def test_a_cover_goes_back_to_where_it_was(cover: Entity, moves: list[str | int]) -> None:
    positioned = "current_position" in cover.state.attributes
    calls = [
        called(f"{move}_{cover.domain}")
        if isinstance(move, str)
        else called(f"set_{cover.domain}_position", position=move)
        for move in moves
        if isinstance(move, str) or positioned
    ]
    before, after = taken_back(cover, calls)
    assert after == before


PLAYER_CALLS = st.one_of(
    st.sampled_from(
        [called(name) for name in ("media_play", "media_pause", "turn_on", "turn_off")]
    ),
    st.builds(lambda level: called("volume_set", volume_level=level / 100), st.integers(0, 100)),
    st.builds(lambda muted: called("volume_mute", is_volume_muted=muted), st.booleans()),
)
PLAYERS = st.builds(
    lambda state, volume: thing(
        "media_player.a", state, volume_level=volume / 100, is_volume_muted=False
    ),
    st.sampled_from(["playing", "paused", "idle", "on", "off"]),
    st.integers(0, 100),
)


@given(PLAYERS, PLAYER_CALLS)
def test_a_media_player_is_as_loud_as_before_and_plays_or_not(player: Entity, call: Call) -> None:
    before, after = taken_back(player, [call])
    assert after == before


def test_a_media_player_that_was_set_and_muted_at_once_is_as_loud_as_before() -> None:
    player = thing("media_player.a", "playing", volume_level=0.3, is_volume_muted=False)
    calls = [called("volume_set", volume_level=0.6), called("volume_mute", is_volume_muted=True)]
    before, after = taken_back(player, calls)
    assert after == before


def test_a_muted_media_player_is_muted_again() -> None:
    player = thing("media_player.a", "playing", volume_level=0, is_volume_muted=True)
    before, after = taken_back(player, [called("volume_mute", is_volume_muted=False)])
    assert after == before


THERMOSTATS = st.builds(
    lambda mode, degrees: thing("climate.a", mode, temperature=degrees, min_temp=7, max_temp=30),
    st.sampled_from(["off", "heat", "cool", "heat_cool", "auto"]),
    st.integers(14, 60).map(lambda half: half / 2),
)
CLIMATE_CALLS = st.one_of(
    st.sampled_from([called("turn_off"), called("turn_on")]),
    st.builds(
        lambda mode: called("set_hvac_mode", hvac_mode=mode), st.sampled_from(["off", "cool"])
    ),
    st.builds(lambda degrees: called("set_temperature", temperature=degrees), st.integers(7, 30)),
)


@given(THERMOSTATS, st.lists(CLIMATE_CALLS, min_size=1, max_size=3))
def test_a_thermostat_heats_as_before(thermostat: Entity, calls: list[Call]) -> None:
    before, after = taken_back(thermostat, calls)
    assert after == before


def test_a_thermostat_gets_its_fan_mode_back() -> None:
    thermostat = thing("climate.a", "cool", fan_mode="auto", fan_modes=["auto", "low"])
    before, after = taken_back(thermostat, [called("set_fan_mode", fan_mode="low")])
    assert after == before


FANS = st.integers(0, 100).map(
    lambda percent: thing("fan.a", "on" if percent else "off", percentage=percent)
)
FAN_CALLS = st.one_of(
    st.sampled_from([called("turn_on"), called("turn_off")]),
    st.builds(lambda percent: called("set_percentage", percentage=percent), st.integers(0, 100)),
)


@given(FANS, st.lists(FAN_CALLS, min_size=1, max_size=3))
def test_a_fan_turns_as_fast_as_before(fan: Entity, calls: list[Call]) -> None:
    before, after = taken_back(fan, calls)
    assert after == before


def test_a_fan_with_one_speed_is_switched() -> None:
    fan = thing("fan.a", "on", supported_features=["TURN_ON", "TURN_OFF"])
    before, after = taken_back(fan, [called("turn_off")])
    assert after == before


OPEN, DONE = "needs_action", "completed"


def items_of(state: EntityState) -> list[tuple[str, str]]:
    return sorted((item["summary"], item["status"]) for item in state.attributes["todo_items"])


@st.composite
def changed_lists(draw: st.DrawFn) -> tuple[Entity, list[Call]]:
    """A list, and calls that add to it, or check off or remove what is open on it."""
    names = ["milk", "eggs", "bread", "salt", "tea"]
    there = draw(st.dictionaries(st.sampled_from(names), st.sampled_from([OPEN, DONE])))
    new = [name for name in names if name not in there]
    still_open = [name for name, status in there.items() if status == OPEN]
    calls = [
        *(called("add_item", item=name) for name in draw(some_of(new))),
        *(
            called("remove_item", item=name)
            if draw(st.booleans())
            else called("update_item", item=name, status=DONE)
            for name in draw(some_of(still_open))
        ),
    ]
    items = [{"summary": name, "status": status} for name, status in there.items()]
    return thing("todo.a", str(len(still_open)), todo_items=items), calls


def some_of(names: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(names), unique=True) if names else st.just([])


@given(changed_lists())
def test_a_list_has_what_it_had_before(changed: tuple[Entity, list[Call]]) -> None:
    before, after = taken_back(*changed)
    assert after.state == before.state
    assert items_of(after) == items_of(before)


def test_a_list_without_a_number_has_what_it_had_before() -> None:
    items = [{"summary": "eggs", "status": OPEN}, {"summary": "tea", "status": OPEN}]
    chores = thing("todo.a", "unknown", todo_items=items)
    before, after = taken_back(chores, [called("add_item", item="milk")])
    assert items_of(after) == items_of(before)
