"""Sound that is not clean, through the real programs: other rates and depths, damaged headers,
noise, music and silence. What can be heard is heard, nothing else acts, and nothing crashes."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from edge.types import SAMPLE_RATE, Samples
from tests.e2e.program import answers, lares, needs_whisper
from tests.e2e.sounds import (
    KITCHEN_LIGHT,
    VACUUM,
    noise,
    samples_of,
    silence,
    without_wake_word,
    write,
)

HEAR = ("hear", "--json", "--engine", "pocketsphinx")
RATES = (8_000, 11_025, 16_000, 22_050, 44_100, 48_000)
KINDS = ("PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW")


def changed(told: dict[str, object]) -> list[str]:
    changes = told["changes"]
    assert isinstance(changes, dict)
    return list(changes)


def command() -> np.ndarray:
    return samples_of(KITCHEN_LIGHT).astype(np.float32) / 32768


def music(seconds: float) -> Samples:
    """Four chords of a plucked string, a bass and a drum, at 120 beats a minute."""
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    beat = time % 0.5
    chance = np.random.default_rng(3)
    sound = 0.5 * np.exp(-beat * 30) * np.sin(2 * np.pi * 55 * np.exp(-beat * 20) * beat)
    sound += 0.15 * np.exp(-((time + 0.25) % 0.5) * 40) * chance.standard_normal(len(time))
    for bar, chord in enumerate(((0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14))):
        playing = (time // 2 % 4 == bar) * np.exp(-(time % 2) * 1.5)
        for note in (chord[0] - 24, *chord):
            hertz = 261.63 * 2 ** (note / 12)
            for harmonic in range(1, 6):
                sound += 0.1 / harmonic * playing * np.sin(2 * np.pi * hertz * harmonic * time)
    return np.rint(sound / np.abs(sound).max() * 16_000).astype(np.int16)


def babble(seconds: float) -> Samples:
    """People who all speak at once, without a pause."""
    voices = [without_wake_word(path) for path in (KITCHEN_LIGHT, VACUUM)]
    length = round(seconds * SAMPLE_RATE)
    talk = sum(
        np.roll(np.resize(voice[2_000 : 2_000 + 17_000], length).astype(int), shift)
        for voice in voices
        for shift in (0, 5_000, 11_000)
    )
    return (np.asarray(talk) // 4).astype(np.int16)


def wav(data: bytes, /, **fields: int) -> bytes:
    """A WAV file of 16-bit sound with these header fields in place of the right ones."""
    right = {"riff": 36 + len(data), "format": 1, "channels": 1, "rate": SAMPLE_RATE}
    header = {**right, "bytes": 2 * SAMPLE_RATE, "align": 2, "bits": 16, "data": len(data)}
    unknown = set(fields) - set(header)
    assert not unknown
    header |= fields
    return (
        b"RIFF"
        + struct.pack("<I", header["riff"])
        + b"WAVEfmt "
        + struct.pack(
            "<IHHIIHH",
            16,
            *(header[name] for name in ("format", "channels", "rate", "bytes", "align", "bits")),
        )
        + b"data"
        + struct.pack("<I", header["data"])
        + data
    )


def test_a_command_is_heard_at_every_rate_depth_and_number_of_channels(tmp_path: Path) -> None:
    sound, files = command(), []
    for rate in RATES:
        files.append(tmp_path / f"{rate}.wav")
        soundfile.write(files[-1], soxr.resample(sound, SAMPLE_RATE, rate), rate)
    for kind in KINDS:
        files.append(tmp_path / f"{kind}.wav")
        soundfile.write(files[-1], sound, SAMPLE_RATE, subtype=kind)
    files.append(tmp_path / "stereo.wav")
    quarter = soxr.resample(sound, SAMPLE_RATE, 48_000) / 4
    soundfile.write(files[-1], np.stack([quarter, 3 * quarter], axis=1), 48_000, subtype="PCM_24")
    files.append(tmp_path / "offset.wav")
    soundfile.write(files[-1], sound * 0.8 + 0.25, SAMPLE_RATE)
    done = lares(*HEAR, *files, folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    for file, told in zip(files, answers(done), strict=True):
        assert changed(told) == ["light.kitchen_light"], file.name
    woke = lares("wake", "--json", *files, folder=tmp_path)
    assert woke.returncode == 0
    for file, told in zip(files, answers(woke), strict=True):
        ((word, at),) = [(wake["word"], wake["time"]) for wake in told["wakes"]]
        assert (word, 1.2 < at < 1.8) == ("okay_nabu", True), file.name


def test_damaged_files_are_told_in_a_line_each_and_what_comes_after_is_heard(
    tmp_path: Path,
) -> None:
    data = samples_of(KITCHEN_LIGHT).astype("<i2").tobytes()
    chance = np.random.default_rng(5)
    whole = wav(data)
    flac = KITCHEN_LIGHT.read_bytes()
    unreadable = {
        "nothing.wav": b"",
        "one byte.wav": b"R",
        "half a header.wav": whole[:30],
        "no sound.wav": whole[:44],
        "zero length.wav": wav(b"", riff=36),
        "no channels.wav": wav(data, channels=0),
        "no rate.wav": wav(data, rate=0),
        "unknown kind.wav": wav(data, format=0x7777),
        "random.wav": chance.bytes(50_000),
        "random behind a header.flac": flac[:42] + chance.bytes(20_000),
        "zeros.wav": bytes(10_000),
        "text.wav": b"turn on the kitchen light\n" * 400,
    }
    for name, content in unreadable.items():
        (tmp_path / name).write_bytes(content)
    for program in (HEAR, ("wake", "--json")):
        done = lares(*program, *unreadable, VACUUM, folder=tmp_path)
        assert done.returncode == 2
        lines = done.stderr.splitlines()
        assert len(lines) == len(unreadable), done.stderr
        for name, line in zip(unreadable, lines, strict=True):
            assert line.startswith(f"lares: {name}"), line
        told = answers(done)
        assert len(told) == 1, "only of the last there is something to tell"
        heard = changed(told[0]) if program == HEAR else [w["word"] for w in told[0]["wakes"]]
        assert heard == (["vacuum.vacuum"] if program == HEAR else ["okay_nabu"])


def test_headers_that_lie_about_the_length_lose_nothing_that_is_there(tmp_path: Path) -> None:
    data = samples_of(KITCHEN_LIGHT).astype("<i2").tobytes()
    lies = {
        "too long.wav": wav(data, riff=36 + 2 * len(data), data=2 * len(data)),
        "unknown.wav": wav(data, riff=0xFFFFFFFF, data=0xFFFFFFFF),
        "riff of zero.wav": wav(data, riff=0),
        "odd.wav": wav(data + b"\1"),
        "junk behind it.wav": wav(data) + b"\0\1\2" * 1_000,
    }
    for name, content in lies.items():
        (tmp_path / name).write_bytes(content)
    done = lares(*HEAR, *lies, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    for name, told in zip(lies, answers(done), strict=True):
        assert changed(told) == ["light.kitchen_light"], name
    assert "too long.wav is cut off" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_is_cut_off_anywhere_crashes_nothing(tmp_path: Path) -> None:
    whole, files = KITCHEN_LIGHT.read_bytes(), []
    for number, length in enumerate(np.linspace(1, len(whole) - 1, 12).astype(int)):
        files.append(tmp_path / f"{number}.flac")
        files[-1].write_bytes(whole[:length])
    done = lares(*HEAR, *files, VACUUM, folder=tmp_path)
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr
    last = answers(done)[-1]
    assert changed(last) == ["vacuum.vacuum"]
    for told in answers(done)[:-1]:
        assert changed(told) in ([], ["light.kitchen_light"])


NOTHINGS: dict[str, Callable[[], Samples]] = {
    "silence": lambda: silence(8),
    "hiss": lambda: noise(8),
    "loud hiss": lambda: (noise(8).astype(int) * 20).clip(-32768, 32767).astype(np.int16),
    "music": lambda: music(8),
    "offset": lambda: np.full(8 * SAMPLE_RATE, 12_000, np.int16),
    "clicks": lambda: np.where(np.arange(8 * SAMPLE_RATE) % 4_000 < 3, 30_000, 0).astype(np.int16),
}


@pytest.mark.parametrize(
    "engine", ["pocketsphinx", pytest.param("whisper", marks=[needs_whisper, pytest.mark.slow])]
)
def test_silence_noise_and_music_do_nothing(engine: str, tmp_path: Path) -> None:
    files = [write(tmp_path / f"{name}.wav", make()) for name, make in NOTHINGS.items()]
    for options in ((), ("--no-wake",)):
        done = lares("hear", "--json", "--engine", engine, *options, *files, folder=tmp_path)
        assert (done.returncode, done.stderr) == (1, "")
        assert len(answers(done)) >= len(files)
        for told in answers(done):
            assert (told["intents"], told["published"], told["changes"]) == ([], [], {}), told
    woke = lares("wake", *files, folder=tmp_path)
    assert woke.returncode == 1
    assert [line.rpartition(": ")[2] for line in woke.stdout.splitlines()] == (
        ["no wake word"] * len(files)
    )


def test_a_command_that_never_ends_is_cut_at_the_limit_and_the_next_one_is_heard(
    tmp_path: Path,
) -> None:
    wake_word = samples_of(KITCHEN_LIGHT)[: round(1.35 * SAMPLE_RATE)]
    # The next wake word follows at once: whoever still captured the babble would swallow it too.
    stuck = [wake_word, babble(20), samples_of(VACUUM)[SAMPLE_RATE // 2 :]]
    file = write(tmp_path / "stuck.wav", *stuck)
    (tmp_path / "lares.toml").write_text("[endpoint]\nlimit_s = 5.0\n")
    done = lares(*HEAR, file, folder=tmp_path)
    *babbled, last = answers(done)
    assert changed(last) == ["vacuum.vacuum"]
    assert [(told["intents"], told["published"]) for told in babbled] == [([], [])] * len(babbled)


def test_the_doctor_says_of_each_of_them_what_is_wrong(tmp_path: Path) -> None:
    telephone = tmp_path / "telephone.wav"
    soundfile.write(telephone, soxr.resample(command(), SAMPLE_RATE, 8_000), 8_000)
    upside_down = tmp_path / "upside down.wav"
    soundfile.write(upside_down, np.stack([command(), -command()], axis=1), SAMPLE_RATE)
    expected = {
        KITCHEN_LIGHT: (0, set()),
        telephone: (0, {"bandwidth"}),
        upside_down: (1, {"channels"}),
        write(tmp_path / "silence.wav", silence(3)): (1, {"silence"}),
    }
    for file, (code, parts) in expected.items():
        done = lares("doctor", "audio", "--json", file, folder=tmp_path)
        findings = json.loads(done.stdout)["findings"]
        assert (done.returncode, done.stderr) == (code, "")
        assert {f["part"] for f in findings if f["verdict"] != "ok"} == parts
    done = lares("doctor", "audio", "none.wav", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("lares: The sound file none.wav cannot be opened")
