"""`lares doctor`: what works on this machine, and what to do about the rest. `lares doctor audio`
says the same of what the microphone, or a file, sounds like."""

from __future__ import annotations

import json
import os
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from edge.commands.meter import Meter
from edge.commands.sound import source
from edge.config import Config
from edge.home_assistant.address import Token
from edge.types import LaresError
from firmware_tools.audio import Blocks, Recording, examine_audio, listen
from firmware_tools.broker import BrokerAddress
from firmware_tools.doctor import Wanted, examine
from firmware_tools.finding import Finding
from firmware_tools.home_assistant import HomeAssistantAddress
from hal.levels import measure
from hal.microphone import Microphone
from hal.microphone_file import FileMicrophone
from hal.microphone_portaudio import PortAudioMicrophone

LIVE_S, FILE_S = 3.0, 60.0
"""How long a microphone is listened to, and how much of a file, when nobody says so."""
STYLES = {"ok": "green", "warning": "yellow", "error": "bold red"}


def doctor(arguments: Namespace) -> int:
    """Examine everything. Exit code 1 when something that Lares needs does not work."""
    config = Config.load(arguments.config)
    mqtt = config.mqtt
    wanted = Wanted(
        broker=BrokerAddress(
            mqtt.host, mqtt.port, mqtt.username, mqtt.password, mqtt.tls, mqtt.ca_file
        ),
        home_assistant=_home_assistant(config),
        microphone=config.audio.microphone,
        speaker=config.audio.speaker,
        engine=config.stt.engine,
    )
    findings = examine(wanted)
    if arguments.json:
        print(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        _print(findings)
    return _code(findings)


def _home_assistant(config: Config) -> HomeAssistantAddress | None:
    """Where Home Assistant is, when devices are reached through it."""
    if config.home.devices != "home_assistant":
        return None
    there = config.home_assistant
    return HomeAssistantAddress(
        there.url,
        lambda: Token.find(os.environ, there.token_file, there.token).secret,
        there.ca_file,
        there.verify,
    )


def audio(arguments: Namespace) -> int:
    """Listen, and judge what was heard. Exit code 1 when nothing can be understood like that."""
    seconds = arguments.seconds
    if seconds is not None and not 0 < seconds <= 600:
        raise LaresError(f"Expected more than 0 and at most 600 seconds, found {seconds:g}.")
    recording = _recorded(arguments)
    levels = measure(recording.samples)
    findings = examine_audio(recording, levels)
    if arguments.json:
        rate = recording.frames_a_second
        told = {"source": recording.name, "levels": asdict(levels), "frames_a_second": rate}
        print(json.dumps({**told, "findings": [asdict(f) for f in findings]}, indent=2))
    else:
        _print(findings)
    return _code(findings)


def _recorded(arguments: Namespace) -> Recording:
    wanted = Config.load(arguments.config).audio.microphone
    path = "-" if arguments.file is None and wanted == "-" else arguments.file
    blocks = Blocks()
    microphone: Microphone
    if path is None:
        microphone, seconds = PortAudioMicrophone(wanted, tap=blocks), LIVE_S
    elif path == "-":
        microphone, seconds = source(Path(path)), LIVE_S
    else:
        microphone, seconds = FileMicrophone(path, tap=blocks), FILE_S
    seconds = arguments.seconds or seconds
    if isinstance(microphone, FileMicrophone):
        return listen(microphone, seconds, blocks, live=False)
    with Meter(Console(stderr=True), seconds) as meter:
        return listen(microphone, seconds, blocks, live=True, each=meter.feed)


def _print(findings: Sequence[Finding]) -> None:
    table = Table("", "part", "found", "what to do", box=None, header_style="dim")
    for one in findings:
        verdict = Text(one.verdict, style=STYLES[one.verdict])
        table.add_row(verdict, one.part, Text(one.found), Text(one.advice))
    Console().print(table)


def _code(findings: Sequence[Finding]) -> int:
    return 1 if any(finding.verdict == "error" for finding in findings) else 0
