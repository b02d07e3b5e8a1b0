"""`lares doctor audio`: what is printed of a microphone and of files, and the level meter."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from rich.console import Console

import edge.commands.doctor
from edge.cli import main
from edge.commands.meter import Meter
from edge.demo.recordings import recordings
from hal.microphone import Tap
from hal.microphone_portaudio import PortAudioMicrophone
from hal.portaudio import PortAudio
from tests.edge.voice.sounds import frames, loud, read, silence
from tests.hal.fake_sounddevice import Card, FakeSounddevice

KITCHEN_LIGHT = recordings()[0].path
Run = Callable[..., tuple[int, str, str]]
"""Runs `lares doctor audio`: exit code, standard output, standard error."""


@pytest.fixture
def doctor_audio(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        code = main(["doctor", "audio", *map(str, arguments)])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


def test_a_good_file_is_well(doctor_audio: Run) -> None:
    code, out, err = doctor_audio(KITCHEN_LIGHT)
    assert (code, err) == (0, "")
    assert "speech" in out
    assert "error" not in out


def test_a_file_of_zeros_is_an_error_and_so_is_the_exit_code(
    doctor_audio: Run, tmp_path: Path
) -> None:
    soundfile.write(tmp_path / "mute.wav", silence(2), 16_000)
    code, out, _ = doctor_audio("mute.wav")
    assert code == 1
    assert "nothing but zeros" in out


def test_json_holds_levels_and_findings_and_nothing_else(doctor_audio: Run) -> None:
    code, out, _ = doctor_audio(KITCHEN_LIGHT, "--json", "--seconds", "2")
    told = json.loads(out)
    assert code == 0
    assert told["levels"]["seconds"] == 2
    assert told["levels"]["recorded_rate"] == 16_000
    assert {finding["verdict"] for finding in told["findings"]} == {"ok"}


@pytest.mark.parametrize("seconds", ["0", "-1", "601", "nan"])
def test_a_time_that_cannot_be_listened_for_is_bad_input(doctor_audio: Run, seconds: str) -> None:
    code, out, err = doctor_audio(KITCHEN_LIGHT, f"--seconds={seconds}")
    assert (code, out) == (2, "")
    assert err.startswith("lares: Expected more than 0 and at most 600 seconds, found ")


def test_a_file_that_is_not_there_is_bad_input(doctor_audio: Run) -> None:
    code, _, err = doctor_audio("none.wav")
    assert code == 2
    assert err == "lares: The sound file none.wav cannot be opened: No such file or directory.\n"


def test_the_configured_microphone_is_heard_and_its_level_shown(
    doctor_audio: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = FakeSounddevice(Card("HDMI"), Card("USB mic", inputs=2, channels=[1, 2]))
    speech = read(KITCHEN_LIGHT)

    def microphone(wanted: str | int | None, *, tap: Tap) -> PortAudioMicrophone:
        return Heard(wanted, tap=tap, cards=PortAudio(library))

    class Heard(PortAudioMicrophone):
        """Its card hears speech, upside down on the other channel, once it is open."""

        def __enter__(self) -> Heard:
            super().__enter__()
            library.hear(np.stack([speech, -speech], axis=1)[:32_000])
            return self

    monkeypatch.setattr(edge.commands.doctor, "PortAudioMicrophone", microphone)
    (tmp_path / "lares.toml").write_text("[audio]\nmicrophone = 'usb'\n")
    code, out, err = doctor_audio("--seconds", "2")
    assert code == 1
    assert "USB mic, 2.0 s" in out
    assert "cancel each other" in out
    assert err.splitlines() == ["1 s: -120 dB, at most -120 dB", "2 s: -120 dB, at most -120 dB"]


def test_without_a_part_everything_else_is_examined_as_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    main(["doctor", "--json"])
    parts = [finding["part"] for finding in json.loads(capsys.readouterr().out)]
    assert parts[0] == "board"
    assert "speech to text" in parts


def drawn(*, terminal: bool, seconds: float) -> str:
    console = Console(file=io.StringIO(), force_terminal=terminal, width=120)
    with Meter(console, seconds) as meter:
        for frame in frames(loud(seconds)):
            meter.feed(frame)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_terminal_is_shown_a_bar_ten_times_a_second() -> None:
    picture = drawn(terminal=True, seconds=2.0)
    assert picture.count("say something") >= 20
    assert "━━━━━━━━" in picture
    assert "-12 dB" in picture


def test_what_is_no_terminal_is_told_plainly_once_a_second() -> None:
    assert drawn(terminal=False, seconds=2.5).splitlines() == [
        "1 s: -12 dB, at most -12 dB",
        "2 s: -12 dB, at most -12 dB",
    ]
