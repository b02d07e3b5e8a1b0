"""What is true of a whole examination."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from firmware_tools.broker import BrokerAddress
from firmware_tools.doctor import Machine, Wanted, examine, is_installed
from firmware_tools.finding import Finding
from firmware_tools.software import ABILITIES
from hal.board import Board
from hal.portaudio import PortAudio, SoundCardError
from models.catalog import Catalog
from tests.hal.fake_sounddevice import Card, FakeSounddevice

CARDS = PortAudio(FakeSounddevice(Card("ReSpeaker", inputs=4, outputs=2)))
ABILITY_PARTS = {"core packages", *(ability.name for ability in ABILITIES)}


def accepts(address: BrokerAddress) -> Finding:
    return Finding("broker", "ok", f"{address} accepts us")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """One on which all is well."""
    return Machine(
        board=lambda: Board("Test board", "aarch64", 4, 2**32, 2**31, 2**34, 40.0, ()),
        python=(3, 11, 2),
        is_installed=lambda module: True,
        cards=lambda: CARDS,
        catalog=lambda: Catalog({}, tmp_path),
        broker=accepts,
    )


def verdicts(findings: tuple[Finding, ...]) -> dict[str, str]:
    return {finding.part: finding.verdict for finding in findings}


def test_a_machine_on_which_all_is_well(machine: Machine) -> None:
    engine = Wanted(engine="pocketsphinx")
    findings = examine(engine, machine)
    assert {*verdicts(findings).values()} == {"ok"}
    parts = list(verdicts(findings))
    assert parts[0] == "board"
    assert parts[-4:] == ["microphone", "speaker", "speech to text", "broker"]


def test_what_the_configuration_wants_is_what_is_examined(machine: Machine) -> None:
    wanted = Wanted(
        broker=BrokerAddress("broker.home", 8883),
        microphone="headset",
        speaker="respeaker",
        engine="pocketsphinx",
    )
    found = {finding.part: finding for finding in examine(wanted, machine)}
    assert "'headset' is not one of" in found["microphone"].found
    assert found["speaker"].found == "0: ReSpeaker"
    assert found["speech to text"].found == "pocketsphinx"
    assert found["broker"].found == "broker.home:8883 accepts us"


def test_a_check_that_cannot_be_done_says_why_and_the_others_go_on(machine: Machine) -> None:
    def no_library() -> PortAudio:
        raise SoundCardError("Sound cards need the PortAudio library: apt install libportaudio2.")

    wanted = Wanted(engine="pocketsphinx")
    findings = examine(wanted, replace(machine, cards=no_library))
    bad = [finding for finding in findings if finding.verdict != "ok"]
    advice = "Sound cards need the PortAudio library: apt install libportaudio2."
    assert bad == [
        Finding("microphone", "error", "cannot be examined", advice),
        Finding("speaker", "error", "cannot be examined", advice),
    ]
    assert findings[-1].part == "broker"


@pytest.mark.parametrize(
    ("outside", "failing", "unseen"),
    [
        ("board", {"board"}, {"memory", "disk", "temperature", "power"}),
        ("is_installed", {"packages", "speech to text"}, ABILITY_PARTS),
        ("cards", {"microphone", "speaker"}, set()),
        ("catalog", {"models"}, set()),
        ("broker", {"broker"}, set()),
    ],
)
def test_a_check_with_a_fault_of_its_own_is_an_error_and_the_others_go_on(
    machine: Machine, outside: str, failing: set[str], unseen: set[str]
) -> None:
    def fails(*_: object) -> object:
        raise RuntimeError("a fault")

    wanted = Wanted(engine="pocketsphinx")
    well = {f for f in examine(wanted, machine) if f.part not in failing | unseen}
    findings = set(examine(wanted, replace(machine, **{outside: fails})))
    faults = findings - well
    assert well < findings
    assert {fault.part for fault in faults} == failing
    assert {fault.verdict for fault in faults} == {"error"}
    assert {fault.found for fault in faults} == {"the check itself failed: RuntimeError('a fault')"}
    assert all("report" in fault.advice for fault in faults)


def test_an_installed_module_is_found_without_being_imported() -> None:
    assert is_installed("this")
    assert "this" not in sys.modules
    assert not is_installed("no_such_module_anywhere")


def test_this_machine_can_be_examined_and_whatever_is_wrong_has_advice() -> None:
    findings = examine(Wanted(broker=BrokerAddress("127.0.0.1", 1)))
    found = verdicts(findings)
    assert {"board", "Python", "core packages", "microphone", "speaker", "broker"} <= set(found)
    assert found["core packages"] == "ok"
    assert found["broker"] == "error"
    assert all(bool(f.advice) for f in findings if f.verdict != "ok")
