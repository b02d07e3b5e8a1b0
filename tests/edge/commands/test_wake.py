"""`lares wake train`: what it says and leaves behind."""

from __future__ import annotations

from pathlib import Path

import pytest

import edge.commands.wake
from edge.cli import main
from models.wake_examples import Amounts
from models.wake_speech import SimulatedVoices
from models.wake_word import WakeWordModel

FEW = Amounts(wanted=9, near=6, hours=0.0, measured=2, measured_hours=0.0)


@pytest.fixture
def whistling(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine whose only synthesiser whistles. Returns its data directory."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("LARES_CORPORA", str(tmp_path))
    monkeypatch.setattr(edge.commands.wake, "installed", lambda: (SimulatedVoices(),))
    monkeypatch.setattr(Amounts, "quick", lambda: FEW)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data" / "lares" / "wake"


@pytest.mark.slow
def test_a_new_word_lies_where_lares_looks_for_it(
    whistling: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["wake", "train", "Hey Lares", "--quick"]) == 0
    told = capsys.readouterr().out
    assert "missed in quiet" in told
    assert 'To wake by it: [wake] words = ["hey_lares"]' in told
    assert WakeWordModel.load(whistling / "hey_lares.npz").phrase == "hey lares"
    Path("lares.toml").write_text('[wake]\nwords = ["hey_lares"]\n', encoding="utf-8")
    recording = Path(edge.__path__[0]) / "demo" / "8-vacuum.flac"
    assert main(["wake", str(recording)]) in (0, 1)


@pytest.mark.parametrize("place", [(), ("--config", "lares.toml"), ("--config=lares.toml",)])
def test_a_phrase_that_will_not_do_is_told(
    place: tuple[str, ...], whistling: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("lares.toml").touch()
    assert main([*place, "wake", "train", "hi"]) == 2
    assert "Expected a wake word of 4 to 40 English letters" in capsys.readouterr().err


def test_noise_that_cannot_be_heard_or_is_too_short_is_told(
    whistling: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["wake", "train", "hey lares", "--noise", "none.wav"]) == 2
    assert "none.wav cannot be opened" in capsys.readouterr().err


def test_without_a_synthesiser_it_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["wake", "train", "hey lares"]) == 2
    assert "apt install espeak-ng flite" in capsys.readouterr().err


def test_a_file_of_the_name_train_is_still_a_file(
    whistling: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["wake", "./train"]) == 2
    assert "train cannot be opened" in capsys.readouterr().err
