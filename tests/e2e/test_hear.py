"""`lares hear` and `lares wake`: sound files of every kind, damaged ones among them, and what is
wrong in the files beside them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from edge.demo.recordings import recordings
from tests.e2e.program import LARES, answers, lares, needs_whisper, running
from tests.e2e.sounds import (
    KITCHEN_LIGHT,
    VACUUM,
    noise,
    raw,
    samples_of,
    silence,
    without_wake_word,
    write,
    write_cut_off,
    write_stereo,
)

CELLAR = """
areas: [{id: cellar, name: Cellar}]
entities: [{id: light.cellar, name: Cellar Light, area: cellar, state: 'off'}]
"""
HEAR = ("hear", "--json", "--engine", "pocketsphinx")


def changed(told: dict[str, object]) -> list[str]:
    changes = told["changes"]
    assert isinstance(changes, dict)
    return list(changes)


def test_several_files_are_heard_one_after_the_other(tmp_path: Path) -> None:
    done = lares(*HEAR, KITCHEN_LIGHT, VACUUM, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert [changed(told) for told in answers(done)] == [["light.kitchen_light"], ["vacuum.vacuum"]]


def test_a_file_that_cannot_be_heard_is_told_and_the_others_are_heard(tmp_path: Path) -> None:
    (tmp_path / "letter.wav").write_text("Dear sound card,")
    (tmp_path / "empty.wav").touch()
    write(tmp_path / "header.wav", silence(0))
    bad = ("none.wav", "letter.wav", "empty.wav", "header.wav", ".")
    done = lares(*HEAR, KITCHEN_LIGHT, *bad, VACUUM, folder=tmp_path)
    assert done.returncode == 2
    assert [changed(told) for told in answers(done)] == [["light.kitchen_light"], ["vacuum.vacuum"]]
    errors = done.stderr.splitlines()
    assert len(errors) == len(bad)
    for line, told in zip(
        errors,
        (
            "The sound file none.wav cannot be opened: No such file or directory.",
            "letter.wav is not a sound file that can be read: expected WAV, FLAC",
            "empty.wav is empty",
            "header.wav holds no sound",
            "The sound file . cannot be opened: Is a directory.",
        ),
        strict=True,
    ):
        assert line.startswith(f"lares: {told}")


def test_silence_is_nothing_for_us_with_exit_code_1(tmp_path: Path) -> None:
    quiet = write(tmp_path / "quiet.wav", silence(2))
    done = lares(*HEAR, quiet, folder=tmp_path)
    (told,) = answers(done)
    assert (told["text"], told["intents"], told["published"]) == ("", [], [])
    assert done.returncode == 1
    assert done.stderr == ""


def test_a_command_without_the_wake_word_is_left_alone_unless_none_is_expected(
    tmp_path: Path,
) -> None:
    command = write(tmp_path / "command.wav", without_wake_word(VACUUM))
    (told,) = answers(lares(*HEAR, command, folder=tmp_path))
    assert told["intents"] == []
    (told,) = answers(lares(*HEAR, command, "--no-wake", folder=tmp_path))
    assert changed(told) == ["vacuum.vacuum"]


def test_something_that_the_home_does_not_have_changes_nothing_and_is_told(tmp_path: Path) -> None:
    (tmp_path / "home.yaml").write_text(CELLAR)
    (told,) = answers(
        lares("say", "turn on the kitchen light", "--home", "home.yaml", "--json", folder=tmp_path)
    )
    assert (told["changes"], told["published"]) == ({}, [])
    assert "kitchen" in told["speech"].lower()


@needs_whisper
def test_what_is_heard_of_a_thing_that_the_home_does_not_have_changes_nothing_and_is_told(
    tmp_path: Path,
) -> None:
    (tmp_path / "home.yaml").write_text(CELLAR)
    hear = ("hear", "--json", "--engine", "whisper", "--home", "home.yaml", KITCHEN_LIGHT)
    (told,) = answers(lares(*hear, folder=tmp_path))
    assert (told["changes"], told["published"]) == ({}, [])
    assert "kitchen" in told["speech"].lower()


def test_a_file_that_is_cut_off_is_heard_as_far_as_it_goes_and_that_is_told(tmp_path: Path) -> None:
    cut = write_cut_off(tmp_path / "cut.wav", samples_of(KITCHEN_LIGHT), lost_s=0.9)
    done = lares(*HEAR, cut, VACUUM, folder=tmp_path)
    assert [changed(told) for told in answers(done)] == [["light.kitchen_light"], ["vacuum.vacuum"]]
    assert done.returncode == 0
    assert done.stderr == (
        f"lares: {cut} is cut off: it ends before its header says. What there is of it was heard.\n"
    )


def test_stereo_at_44100_hz_is_heard_as_well(tmp_path: Path) -> None:
    stereo = write_stereo(tmp_path / "stereo.wav", samples_of(KITCHEN_LIGHT), 44_100)
    done = lares(*HEAR, stereo, folder=tmp_path)
    assert [changed(told) for told in answers(done)] == [["light.kitchen_light"]], done.stderr


def test_raw_sound_on_standard_input_is_heard(tmp_path: Path) -> None:
    sound = raw(samples_of(KITCHEN_LIGHT), samples_of(VACUUM))
    done = lares(*HEAR, "-", stdin=sound, folder=tmp_path)
    assert [changed(told) for told in answers(done)] == [["light.kitchen_light"], ["vacuum.vacuum"]]
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("stdin", "message"),
    [(b"", "found nothing before its end"), (b"RIFF\0\0\0\0WAVEfmt ", "found a WAV file")],
)
def test_what_is_no_raw_sound_on_standard_input_is_told(
    stdin: bytes, message: str, tmp_path: Path
) -> None:
    done = lares(*HEAR, "-", VACUUM, stdin=stdin, folder=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert [changed(told) for told in answers(done)] == [["vacuum.vacuum"]]


async def test_each_command_on_standard_input_is_answered_at_once_and_an_interrupt_ends_it(
    tmp_path: Path,
) -> None:
    async with running(*HEAR, "-", folder=tmp_path) as program:
        program.stdin.write(raw(samples_of(KITCHEN_LIGHT)))
        told = json.loads(await program.stdout.readline())
        assert changed(told) == ["light.kitchen_light"]
        assert await program.ends(signal.SIGINT) == 130
    assert program.said == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("minutes", "options"),
    [(10, ()), (3, ("--no-wake",))],  # each sound goes to more of the program without a wake word
    ids=["wake word", "no wake word"],
)
def test_minutes_of_noise_are_no_command_and_take_neither_long_nor_much_memory(
    minutes: int, options: tuple[str, ...], tmp_path: Path
) -> None:
    command = without_wake_word(VACUUM) if options else samples_of(VACUUM)
    noisy = write(tmp_path / "noise.flac", noise(60 * minutes), silence(1), command)
    usage = tmp_path / "usage"
    begin = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, usage, LARES, *HEAR, *options, noisy],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
        timeout=115,
    )
    assert time.monotonic() - begin < 60 * minutes / 6, "six times as fast as it comes"
    assert int(usage.read_text()) < 400_000, "kilobytes, most of them models"
    last = json.loads(done.stdout.splitlines()[-1])
    assert [i["name"] for i in last["intents"]] == ["HassVacuumStart"], "what came after is heard"
    for other in map(json.loads, done.stdout.splitlines()[:-1]):
        assert (other["intents"], other["published"]) == ([], [])


MEASURED = """
import pathlib, resource, subprocess, sys
done = subprocess.run(sys.argv[2:])
used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
pathlib.Path(sys.argv[1]).write_text(str(used))
sys.exit(done.returncode)
"""


def test_a_batch_of_files_answers_bad_lines_in_their_place(tmp_path: Path) -> None:
    cut = write_cut_off(tmp_path / "cut.wav", samples_of(KITCHEN_LIGHT), lost_s=0.9)
    both = write(tmp_path / "both.wav", samples_of(KITCHEN_LIGHT), samples_of(VACUUM))
    lines: list[tuple[object, str | list[str]]] = [
        ({"file": str(KITCHEN_LIGHT)}, ["light.kitchen_light"]),
        ({"file": "none.wav"}, "none.wav cannot be opened: No such file or directory"),
        ("{", "expected a JSON object, found '{'"),
        ([1], "expected a JSON object, found list"),
        ({"file": "-"}, "standard input holds these lines"),
        ({"file": 7}, "'file' must be text, found 7"),
        ({"file": "a.wav", "text": "b"}, "expected either 'text' or 'file'"),
        ({"sound": "a.wav"}, "unknown key 'sound'; allowed: text, file, area"),
        ({"file": str(cut)}, ["light.kitchen_light"]),
        ({"file": str(VACUUM), "home": "none.yaml"}, "none.yaml"),
        ({"text": "start the vacuum"}, ["vacuum.vacuum"]),
        ({"file": str(both)}, ["light.kitchen_light", "vacuum.vacuum"]),
    ]
    stdin = "\n".join(one if isinstance(one, str) else json.dumps(one) for one, _ in lines)
    done = lares(*HEAR, "--batch", stdin=stdin, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    for told, (line, expected) in zip(answers(done), lines, strict=True):
        if isinstance(expected, str):
            assert told.keys() == {"error"}, line
            assert expected in told["error"]
        else:
            assert changed(told) == expected, line
    assert f"lares: {cut} is cut off" in done.stderr


def test_a_batch_that_is_not_utf_8_has_an_error_in_the_place_of_that_line(tmp_path: Path) -> None:
    stdin = b'{"text": "caf\xe9"}\n{"text": "start the vacuum"}\n'
    done = lares("say", "--batch", stdin=stdin, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert changed(answers(done)[1]) == ["vacuum.vacuum"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[mqtt\nport = 1", "lares.toml: not valid TOML: Expected ']'"),
        ("[stt]\nengine = 'parrot'", "lares.toml:2: stt.engine must be one of 'auto', 'vosk', "),
        ("[radio]", "lares.toml:1: there is no section [radio]; allowed: audio, wake, endpoint"),
        ("\n[wake]\nword = 'x'", "lares.toml:3: [wake] has no key 'word'; allowed: words"),
        ("[endpoint]\nsilence_s = 'long'", "lares.toml:2: endpoint.silence_s must be a number"),
        ("[endpoint]\nsilence_s = -1", "silence_s must be more than 0 seconds, but is -1"),
        ("[wake]\nwords = ['hey_bob']", "hey_bob"),
    ],
)
def test_a_wrong_configuration_is_told_with_file_line_and_what_is_allowed(
    text: str, message: str, tmp_path: Path
) -> None:
    (tmp_path / "lares.toml").write_text(text)
    done = lares("hear", VACUUM, folder=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_home_file_is_told_with_file_line_and_what_is_allowed(tmp_path: Path) -> None:
    wrong = {
        "areas:\n  - {id: [\n": r"home0\.yaml, line \d+: ",
        "areas: [{id: a, name: A},\n {id: a, name: B}]": r'line 2: the id "a" is taken already',
        "\nentities: [{id: lamp, name: A}]": r'line 2: expected an id like "light\.desk_lamp"',
        "areas: [{id: a, name: A}]\nentities: [{id: light.a, name: A, area: b}]": (
            r'line 2: there is no area "b"\. Known are: a\.'
        ),
        "entities:\n - {id: light.a, name: A, aliasses: [B]}": (
            r'line 2: .*"aliasses", did you mean "aliases"\? Allowed are id, name, area'
        ),
        "[lamp]": r"home5\.yaml: expected the keys floors, areas and entities, found",
    }
    lines = []
    for number, text in enumerate(wrong):
        (tmp_path / f"home{number}.yaml").write_text(text)
        lines.append({"text": "start the vacuum", "home": f"home{number}.yaml"})
    lines.append({"text": "start the vacuum"})
    stdin = "\n".join(json.dumps(line) for line in lines)
    *errors, last = answers(lares("say", "--batch", stdin=stdin, folder=tmp_path))
    for number, (told, message) in enumerate(zip(errors, wrong.values(), strict=True)):
        assert f"home{number}.yaml" in told["error"]
        assert re.search(message, told["error"]), told["error"]
    assert changed(last) == ["vacuum.vacuum"]


def test_wake_tells_when_each_recording_says_it(tmp_path: Path) -> None:
    files = [recording.path for recording in recordings()]
    done = lares("wake", "--json", *files, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    told = answers(done)
    assert [one["file"] for one in told] == [str(path) for path in files]
    for one in told:
        ((word, at),) = [(wake["word"], wake["time"]) for wake in one["wakes"]]
        assert word == "okay_nabu"
        assert 0.9 < at < 1.6, "it is spoken from 0.5 to about 1.2 s"


def test_wake_tells_each_of_several_and_none_where_there_is_none(tmp_path: Path) -> None:
    first, second = samples_of(KITCHEN_LIGHT), samples_of(VACUUM)
    both = write(tmp_path / "both.wav", first, second)
    quiet = write(tmp_path / "quiet.wav", np.concatenate([silence(1), noise(1)]))
    done = lares("wake", both, "none.wav", quiet, folder=tmp_path)
    assert done.returncode == 2
    assert "none.wav cannot be opened" in done.stderr
    one, other = done.stdout.splitlines()
    times = [float(at) for at in re.findall(r"okay_nabu at ([\d.]+) s", one)]
    assert len(times) == 2
    assert times[1] - times[0] == pytest.approx(len(first) / 16_000, abs=0.1)
    assert other == f"{quiet}: no wake word"
    assert lares("wake", quiet, folder=tmp_path).returncode == 1


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_goes_away_is_no_error(unbuffered: str, tmp_path: Path) -> None:
    with subprocess.Popen(
        [LARES, *HEAR, KITCHEN_LIGHT, VACUUM],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
    ) as program:
        assert program.stdout and program.stderr
        program.stdout.close()
        assert program.stderr.read() == b""
        assert program.wait(100) == 0
