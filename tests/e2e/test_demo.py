"""`lares demo` as people start it: eight recordings are heard, understood, carried out, and told;
nothing is left behind."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from edge.demo.mosquitto import find_mosquitto
from tests.e2e.program import Running, answers, lares, needs_whisper, processes_of, running

BROKERLESS = """
import importlib.util, sys
import edge.demo.mosquitto as mosquitto
mosquitto.find_mosquitto = lambda: None
if sys.argv.pop(1) == "none":
    mosquitto.importlib.util.find_spec = lambda name, found=importlib.util.find_spec: (
        None if name == "amqtt" else found(name)
    )
from edge.cli import main
sys.exit(main())
"""
"""The program on a machine without Mosquitto; "none": without amqtt too."""

INTENTS = (
    "HassTurnOn",
    "HassLightSet",
    "HassLightSet",
    "HassClimateSetTemperature",
    "HassTurnOn",
    "HassTurnOn",
    "HassGetState",
    "HassVacuumStart",
)
"""Of the recordings, in order."""
STATES: dict[str, tuple[str, dict[str, Any]]] = {
    "light.kitchen_light": ("on", {}),
    "light.living_room_light": ("on", {"brightness": 76}),
    "light.floor_lamp": ("on", {"brightness": 76}),
    "light.bedroom_lamp": ("on", {"rgb_color": [0, 0, 255]}),
    "climate.office_thermostat": ("heat", {"temperature": 21}),
    "cover.bedroom_blinds": ("open", {"current_position": 100}),
    "lock.front_door": ("locked", {}),
    "vacuum.vacuum": ("cleaning", {}),
}
"""What the home has come to at the end, as far as it differs from the beginning."""

needs_mosquitto = pytest.mark.skipif(find_mosquitto() is None, reason="Mosquitto is not installed")


@needs_mosquitto
@pytest.mark.parametrize("engine", ["pocketsphinx", pytest.param("whisper", marks=needs_whisper)])
def test_all_eight_recordings_are_heard_understood_published_and_confirmed(
    engine: str, tmp_path: Path
) -> None:
    done = lares("demo", "--fast", "--json", "--engine", engine, folder=tmp_path)
    told = answers(done)
    assert done.returncode == 0, done.stderr
    assert "8 of 8 commands were carried out." in done.stderr
    assert [tuple(i["name"] for i in one["intents"]) for one in told] == [(n,) for n in INTENTS]
    assert [one["speech"] for one in told if not one["speech"]] == []
    assert told[6]["speech"].lower().startswith("no"), "the answer to “is the garage door open”"
    assert [bool(one["published"]) for one in told] == [True] * 6 + [False, True]
    assert [one["failed"] for one in told] == [[]] * 8
    changes = {entity: state for one in told for entity, state in one["changes"].items()}
    assert changes.keys() == STATES.keys()
    for entity, (state, attributes) in STATES.items():
        assert changes[entity]["state"] == state
        assert changes[entity]["attributes"].items() >= attributes.items()
    for one in told:
        assert {"endpoint", "stt", "tagger", "resolver", "skill"} <= one["ms"].keys()


@needs_mosquitto
def test_people_are_shown_the_timeline_and_what_changed(tmp_path: Path) -> None:
    done = lares("demo", "--fast", "--engine", "pocketsphinx", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    shown = done.stdout
    assert "mosquitto as broker, 30 virtual devices on 3 floors" in shown
    assert shown.count("“okay nabu”") == 8
    for stage in ("heard", "understood", "published", "confirmed", "says"):
        assert f"{stage} " in shown
    changed = shown[shown.index("What changed in the home") : shown.index("Milliseconds")]
    for row in (
        ("Kitchen Light", "Kitchen", "off", "on"),
        ("Bedroom Lamp", "Bedroom", "off", "rgb_color [0, 0, 255]"),
        ("Office Thermostat", "Office", "temperature 18", "temperature 21"),
        ("Front Door", "Hall", "unlocked", "locked"),
        ("Vacuum", "Hall", "docked", "cleaning"),
    ):
        assert any(all(part in line for part in row) for line in changed.splitlines()), row
    assert "Garage Door" not in changed
    assert shown.rstrip().endswith("8 of 8 commands were carried out.")


@needs_mosquitto
@pytest.mark.parametrize(("how", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM)])
async def test_it_ends_when_it_is_told_and_leaves_no_process_and_no_file(
    tmp_path: Path, how: signal.Signals, code: int
) -> None:
    arguments = ("demo", "--json", "--engine", "pocketsphinx")
    async with running(*arguments, folder=tmp_path, env={"TMPDIR": str(tmp_path)}) as program:
        await program.line("confirmed")
        assert any("mosquitto" in one for one in processes_of(program.process.pid))
        assert await program.ends(how) == code
        assert processes_of(program.process.pid) == []
    assert_nothing_is_left(program, tmp_path)


@needs_mosquitto
async def test_it_can_be_ended_while_it_still_starts(tmp_path: Path) -> None:
    arguments = ("demo", "--json", "--engine", "pocketsphinx")
    env = {"TMPDIR": str(tmp_path), "FORCE_COLOR": "1"}  # or it shows no status
    async with running(*arguments, folder=tmp_path, env=env) as program:
        await program.stderr.readuntil(b"Starting")
        assert await program.ends(signal.SIGINT) == 130
        assert processes_of(program.process.pid) == []
    assert_nothing_is_left(program, tmp_path)


def assert_nothing_is_left(program: Running, folder: Path) -> None:
    assert "Traceback" not in "\n".join(program.said)
    assert list(folder.glob("lares-*")) == []


async def test_without_mosquitto_amqtt_takes_its_place(tmp_path: Path) -> None:
    pytest.importorskip("amqtt")
    command = ("-c", BROKERLESS, "amqtt", "demo", "--json", "--engine", "pocketsphinx")
    async with running(*command, folder=tmp_path, program=sys.executable) as program:
        await program.line("amqtt as broker")
        await program.line("light.kitchen_light on")
        assert await program.ends(signal.SIGINT) == 130
        assert processes_of(program.process.pid) == []


def test_without_any_broker_it_is_told_what_to_install(tmp_path: Path) -> None:
    command = ("-c", BROKERLESS, "none", "demo", "--fast", "--engine", "pocketsphinx")
    done = lares(*command, folder=tmp_path, program=sys.executable)
    assert done.returncode == 2
    assert "sudo apt install mosquitto, or pip install amqtt" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_engine_that_does_not_exist_is_told_with_those_that_do(tmp_path: Path) -> None:
    done = lares("demo", "--fast", "--engine", "parrot", folder=tmp_path)
    assert done.returncode == 2
    assert "auto, vosk, whisper, pocketsphinx; found 'parrot'" in done.stderr
