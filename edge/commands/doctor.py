"""`lares doctor`: what works on this machine, and what to do about the rest."""

from __future__ import annotations

import json
from argparse import Namespace
from dataclasses import asdict

from rich.console import Console
from rich.table import Table
from rich.text import Text

from edge.config import Config
from firmware_tools.broker import BrokerAddress
from firmware_tools.doctor import Wanted, examine

STYLES = {"ok": "green", "warning": "yellow", "error": "bold red"}


def doctor(arguments: Namespace) -> int:
    """Examine everything. Exit code 1 when something that Lares needs does not work."""
    config = Config.load(arguments.config)
    mqtt = config.mqtt
    wanted = Wanted(
        broker=BrokerAddress(
            mqtt.host, mqtt.port, mqtt.username, mqtt.password, mqtt.tls, mqtt.ca_file
        ),
        microphone=config.audio.microphone,
        speaker=config.audio.speaker,
        engine=config.stt.engine,
    )
    findings = examine(wanted)
    if arguments.json:
        print(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        table = Table("", "part", "found", "what to do", box=None, header_style="dim")
        for one in findings:
            verdict = Text(one.verdict, style=STYLES[one.verdict])
            table.add_row(verdict, one.part, Text(one.found), Text(one.advice))
        Console().print(table)
    return 1 if any(finding.verdict == "error" for finding in findings) else 0
