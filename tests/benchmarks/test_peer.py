"""How the benchmark beside a peer counts, and how it has the peer."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from wyoming.event import Event, read_event, write_event

from benchmarks.peer import Clip, in_turn, judged, main
from benchmarks.peer_server import HOST, MODULE, installed, server, transcribe
from edge.types import SAMPLE_RATE, LaresError, Samples, Transcript

ROOT = Path(__file__).parents[2]
SERVER = """\
import argparse
import socket
from benchmarks.peer_server import HOST
from wyoming.asr import Transcript
from wyoming.event import read_event, write_event

parser = argparse.ArgumentParser()
for option in ("--uri", "--model", "--beam-size", "--initial-prompt"):
    parser.add_argument(option, default="none")
told, _ = parser.parse_known_args()
if told.model.endswith("damaged"):
    raise SystemExit("no model in it")
with socket.create_server((HOST, int(told.uri.rpartition(":")[2]))) as listener:
    while True:
        connection, _ = listener.accept()
        with connection, connection.makefile("rwb") as stream:
            while (event := read_event(stream)) is not None:
                if event.type == "audio-stop":
                    text = f"{told.initial_prompt}, beam {told.beam_size}"
                    write_event(Transcript(text).event(), stream)
"""


@dataclass
class Scripted:
    """Hears each sound's first sample, and takes so long."""

    name: str
    seconds: float
    order: list[str] = field(default_factory=list)

    def hear(self, samples: Samples) -> tuple[Transcript, float]:
        self.order.append(self.name)
        return Transcript(str(samples[0]), "text"), self.seconds


def clips(*conditions: str) -> list[Clip]:
    return [Clip(name, np.array([n], np.int16), str(n)) for n, name in enumerate(conditions)]


def test_each_clip_is_heard_by_all_in_turn_first_after_each_has_warmed_up() -> None:
    order: list[str] = []
    heard = [*in_turn([Scripted(name, 0.1, order) for name in "abc"], clips(*"wxyz"))]
    assert order == [*"abc", *"abc", *"bca", *"cab", *"abc"]
    assert [each.hearer for each in heard] == order[3:]
    assert [each.transcript.text for each in heard] == [str(n) for n in range(4) for _ in range(3)]


def test_without_clips_nobody_hears_anything() -> None:
    hearer = Scripted("a", 0.1)
    assert [*in_turn([hearer], [])] == []
    assert hearer.order == []


async def test_the_figures_are_of_each_hearer_by_condition() -> None:
    heard = in_turn([Scripted("a", 0.1), Scripted("b", 0.3)], clips("clean", "clean", "6 dB"))

    async def judge(clip: Clip, transcript: Transcript) -> bool:
        return transcript.text == clip.asked != "1"

    one, other = await judged("orders", heard, judge)
    assert (one.hearer, other.hearer) == ("a", "b")
    assert (one.p50_ms, one.p95_ms, other.p50_ms) == (100.0, 100.0, 300.0)
    assert (one.part, one.clips, one.right) == ("orders", 3, pytest.approx(2 / 3))
    assert one.by_condition == {"clean": 0.5, "6 dB": 1.0}
    assert one.missed == ("clean: 1",)


@pytest.fixture
def peer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An interpreter that has the peer: one that says what it was started with."""
    (tmp_path / MODULE).mkdir()
    (tmp_path / MODULE / "__init__.py").touch()
    (tmp_path / MODULE / "__main__.py").write_text(SERVER)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{ROOT}")
    return Path(sys.executable)


def test_the_server_is_started_as_it_is_told_and_is_gone_afterwards(
    peer: Path, tmp_path: Path
) -> None:
    sound = np.zeros(1_600, np.int16)
    with server(peer, tmp_path, tmp_path, threads=1, beam=3, prompt="lamp, fan") as port:
        assert transcribe(port, sound).text == "lamp, fan, beam 3"
        assert transcribe(port, sound).text == "lamp, fan, beam 3"
    with pytest.raises(LaresError, match="did not answer"):
        transcribe(port, sound)
    with server(peer, tmp_path, tmp_path, threads=1) as port:
        assert transcribe(port, sound).text == "none, beam 0"


def test_a_server_that_does_not_start_says_why(peer: Path, tmp_path: Path) -> None:
    with (
        pytest.raises(LaresError, match="does not start: no model in it"),
        server(peer, tmp_path / "damaged", tmp_path, threads=1),
    ):
        pass


def test_an_environment_that_has_the_peer_is_used_as_it_is(peer: Path, tmp_path: Path) -> None:
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    python = tmp_path / "venv" / "bin" / "python"
    python.symlink_to(peer)
    before = sorted(tmp_path.rglob("*"))
    assert installed(tmp_path / "venv") == python
    assert [path for path in sorted(tmp_path.rglob("*.dist-info")) if path not in before] == []


def test_a_peer_that_cannot_be_installed_ends_with_one_and_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    python = tmp_path / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\necho 'no such package' >&2\nexit 1\n")
    python.chmod(0o755)
    assert main(["--venv", str(tmp_path / "venv")]) == 1
    told = capsys.readouterr().err
    assert told == "peer: wyoming-faster-whisper could not be installed: no such package\n"


@contextmanager
def answering(answer: Callable[[list[Event]], Event | None]) -> Iterator[int]:
    """A server that answers one utterance, given all its events; None: it hangs up."""
    with socket.create_server((HOST, 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection, connection.makefile("rwb") as stream:
                events: list[Event] = []
                while not events or events[-1].type != "audio-stop":
                    event = read_event(stream)
                    assert event is not None
                    events.append(event)
                write_event(Event("info"), stream)
                if (told := answer(events)) is not None:
                    write_event(told, stream)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def test_a_server_is_told_the_language_and_all_of_the_sound_in_its_order() -> None:
    samples = (np.arange(2_500) * 13 % 30_000 - 15_000).astype(np.int16)
    seen: list[Event] = []

    def answer(events: list[Event]) -> Event:
        seen.extend(events)
        return Event("transcript", {"text": " Turn on the light."})

    with answering(answer) as port:
        found = transcribe(port, samples)
    assert found.text == " Turn on the light."
    assert found.seconds > 0
    kinds = [event.type for event in seen]
    assert kinds == ["transcribe", "audio-start", *["audio-chunk"] * 3, "audio-stop"]
    assert seen[0].data["language"] == "en"
    assert seen[1].data == {"rate": SAMPLE_RATE, "width": 2, "channels": 1, "timestamp": 0}
    heard = np.frombuffer(b"".join(event.payload or b"" for event in seen), "<i2")
    np.testing.assert_array_equal(heard, samples)


def test_a_server_that_hangs_up_is_told() -> None:
    with (
        answering(lambda _: None) as port,
        pytest.raises(LaresError, match="hung up without a transcript"),
    ):
        transcribe(port, np.zeros(100, np.int16))


def test_a_server_that_is_not_there_is_told() -> None:
    with socket.create_server((HOST, 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(LaresError, match=f"on port {port} did not answer"):
        transcribe(port, np.zeros(100, np.int16))
