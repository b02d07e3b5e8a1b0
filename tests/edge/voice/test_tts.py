"""Speaking, with a program that speaks Piper's protocol, and with Piper where it is installed."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from edge.types import LaresError
from edge.voice import tts
from edge.voice.tts import PiperProcess, Printed, Sound, TextToSpeech
from models.catalog import Catalog

FAKE = """
    import sys, time, wave
    from pathlib import Path

    folder = Path(sys.argv[sys.argv.index("--output-dir") + 1])
    log = Path(__file__).with_suffix(".log")
    with log.open("a") as file:
        print("started", *sys.argv[1:], file=file)

    def write(content: bytes, number: int) -> None:
        path = folder / f"{number}.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(22050)
            file.writeframes(content)
        print(f"INFO:piper:Wrote {path}", file=sys.stderr, flush=True)

    for number, line in enumerate(sys.stdin):
        line = line.strip()
        with log.open("a") as file:
            print("line", line, file=file)
        match line.split()[0]:
            case "die":
                sys.exit("Cannot speak of that")
            case "once" if log.read_text().count("line once") == 1:
                sys.exit("A bad start")
            case "hang":
                time.sleep(600)
            case "lie":
                print("Wrote nothing at all", file=sys.stderr, flush=True)
            case "garble":
                (folder / "0.wav").write_bytes(b"RIFF and so on")
                print("Wrote 0.wav", file=sys.stderr, flush=True)
            case "chatter":
                print("\\udcff loading \\n" * 5_000, file=sys.stderr, flush=True)
                write(b"\\1\\0" * 2205, number)
            case _:
                write(b"\\1\\0" * 220 * len(line), number)
                if line == "goodbye":
                    sys.exit(0)
"""


@pytest.fixture
def voice(tmp_path: Path) -> Path:
    for name in ("voice.onnx", "voice.onnx.json"):
        (tmp_path / name).touch()
    return tmp_path / "voice.onnx"


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program that behaves as it is told by what it should say."""
    path = tmp_path / "piper.py"
    path.write_text(textwrap.dedent(FAKE))
    return path


@pytest.fixture
def piper(program: Path, voice: Path) -> Iterator[PiperProcess]:
    speaker = PiperProcess(voice, program=(sys.executable, str(program)))
    yield speaker
    speaker.close()


def log_of(program: Path) -> list[str]:
    return program.with_suffix(".log").read_text().splitlines()


def starts(program: Path) -> int:
    return sum(line.startswith("started") for line in log_of(program))


def sound_of(speaker: TextToSpeech, text: str) -> Sound:
    sound = speaker.say(text)
    assert sound is not None
    return sound


@pytest.fixture(params=["printed", "fake piper", "piper"])
def speaker(
    request: pytest.FixtureRequest, voice: Path, program: Path
) -> Iterator[tuple[TextToSpeech, bool]]:
    """Each maker, and whether it is to be heard."""
    made: TextToSpeech = Printed()
    if request.param == "fake piper":
        made = PiperProcess(voice, program=(sys.executable, str(program)))
    if request.param == "piper":
        made = PiperProcess(real_voice())
    yield made, request.param != "printed"
    made.close()


def real_voice() -> Path:
    if not (Path(sys.executable).with_name("piper").is_file() or shutil.which("piper")):
        pytest.skip("Piper is not installed: lares[speech]")
    folder = Catalog.load().installed("piper-joe")
    if folder is None:
        pytest.skip("the voice is not installed: lares models fetch piper-joe")
    return folder


def test_every_speaker_says_text_as_sound_or_not_at_all(speaker: tuple[TextToSpeech, bool]) -> None:
    made, is_heard = speaker
    sound = made.say("The kitchen light is on.")
    assert (sound is not None) == is_heard
    if sound is not None:
        assert sound.samples.dtype == np.int16
        assert sound.samples.ndim == 1
        assert sound.rate == 22_050
        assert 0.2 < len(sound.samples) / sound.rate < 5
        assert sound.samples.any()


@pytest.mark.parametrize("text", ["", "  \n ", "...", "—!?"])
def test_every_speaker_is_silent_when_there_is_nothing_to_say(
    speaker: tuple[TextToSpeech, bool], text: str
) -> None:
    assert speaker[0].say(text) is None


def test_every_speaker_speaks_again_after_it_was_closed(speaker: tuple[TextToSpeech, bool]) -> None:
    made, is_heard = speaker
    made.close()
    made.close()
    assert (made.say("Good night.") is not None) == is_heard
    made.close()
    assert (made.say("Good morning.") is not None) == is_heard


def test_a_longer_text_sounds_longer(speaker: tuple[TextToSpeech, bool]) -> None:
    made, is_heard = speaker
    if not is_heard:
        assert made.say("One. " * 20) is None
        return
    short, long = sound_of(made, "One."), sound_of(made, "One, two, three, four, five, six, seven.")
    assert len(long.samples) > 2 * len(short.samples)


def test_one_process_says_all(piper: PiperProcess, program: Path) -> None:
    for number in range(20):
        assert len(sound_of(piper, "x" * (number + 1)).samples) == 220 * (number + 1)
    assert starts(program) == 1


def test_it_is_started_with_the_voice_and_the_options(program: Path, voice: Path) -> None:
    options = ("--length-scale", "1.1")
    speaker = PiperProcess(
        voice.parent, program=(sys.executable, str(program)), options=options, timeout_s=30
    )
    try:
        sound_of(speaker, "hello")
    finally:
        speaker.close()
    assert log_of(program)[0].startswith(
        f"started --model {voice} --length-scale 1.1 --output-dir /"
    )


def test_it_is_not_started_before_there_is_something_to_say(
    piper: PiperProcess, program: Path
) -> None:
    assert piper.say("...") is None
    assert not program.with_suffix(".log").exists()


def test_a_text_of_several_lines_is_one_line(piper: PiperProcess, program: Path) -> None:
    sound_of(piper, "  The light\nis\t on.\r\n")
    assert log_of(program)[1:] == ["line The light is on."]


def test_other_alphabets_arrive_whole(piper: PiperProcess, program: Path) -> None:
    sound_of(piper, "Küche, 灯, Кухня")
    assert log_of(program)[1:] == ["line Küche, 灯, Кухня"]


def test_nothing_said_is_left_behind(
    piper: PiperProcess, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tts, "_MEMORY", tmp_path)
    sound_of(piper, "a secret")
    (folder,) = tmp_path.glob("lares-piper-*")
    assert list(folder.iterdir()) == []
    piper.close()
    assert not folder.exists()


def test_a_process_that_dies_while_speaking_is_replaced(piper: PiperProcess, program: Path) -> None:
    sound_of(piper, "hello")
    sound_of(piper, "once upon a time")
    assert starts(program) == 2


def test_a_process_that_died_since_the_last_text_is_replaced(
    piper: PiperProcess, program: Path
) -> None:
    sound_of(piper, "goodbye")
    assert piper._running is not None
    piper._running._process.wait()
    sound_of(piper, "hello")
    assert starts(program) == 2


def test_a_program_that_dies_again_is_an_error_with_its_last_words(
    piper: PiperProcess, program: Path
) -> None:
    with pytest.raises(
        LaresError, match=r"'die now' but failed twice.*Cannot speak of that.*by ha"
    ):
        piper.say("die now")
    assert starts(program) == 2
    sound_of(piper, "hello")


def test_a_program_that_hangs_is_an_error_and_the_next_text_is_spoken(
    program: Path, voice: Path
) -> None:
    seconds = iter([0.0, 0.0, 0.0, 1e9])
    command = (sys.executable, str(program))
    piper = PiperProcess(voice, program=command, clock=lambda: next(seconds, 0.0))
    sound_of(piper, "hello")
    assert piper._running is not None
    hanging = piper._running._process
    with pytest.raises(LaresError, match="did not finish speaking 'hang on' in time: choose a sma"):
        piper.say("hang on")
    assert hanging.poll() is not None, "the process lives on"
    sound_of(piper, "hello")
    piper.close()


@pytest.mark.parametrize("garbage", ["lie to me", "garble it"])
def test_a_program_that_answers_garbage_is_an_error_and_is_replaced(
    piper: PiperProcess, program: Path, garbage: str
) -> None:
    with pytest.raises(LaresError, match=f"'{garbage}'.*by hand"):
        piper.say(garbage)
    sound_of(piper, "hello")


def test_a_program_that_talks_much_meanwhile_is_heard_out(piper: PiperProcess) -> None:
    assert len(sound_of(piper, "chatter").samples) == 2205


def test_a_program_that_cannot_be_started_is_an_error(voice: Path) -> None:
    with pytest.raises(LaresError, match=r"cannot be started as /no/piper: .*No such file"):
        PiperProcess(voice, program=("/no/piper",)).say("hello")


def test_a_missing_program_is_an_error_that_says_what_to_install(
    voice: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LaresError, match=r"neither beside this Python nor on PATH: install lares"):
        PiperProcess(voice)


@pytest.mark.parametrize("where", ["beside", "path"])
def test_the_program_is_found_beside_python_and_on_path(
    voice: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, where: str
) -> None:
    script = tmp_path / where / "piper"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\necho no voice today >&2\n")
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "beside" / "python"))
    monkeypatch.setenv("PATH", str(tmp_path / "path"), prepend=":")
    with pytest.raises(LaresError, match=f"no voice today.*by hand: {script} --model"):
        PiperProcess(voice).say("hello")


@pytest.mark.parametrize("name", ["voice.onnx", "voice.onnx.json"])
def test_a_missing_voice_file_is_an_error_that_names_it(voice: Path, name: str) -> None:
    (voice.parent / name).unlink()
    with pytest.raises(LaresError, match=rf"Piper voice file .*{name}, which is not there"):
        PiperProcess(voice, program=("piper",))
