"""A Wyoming satellite for tests, which does what rhasspy/wyoming-satellite does.

    listens="us"      it sends all that it hears, once it may run (AlwaysStreamingSatellite)
    listens="itself"  it sends what follows its own wake word, until it is told a transcript or an
                      error (WakeStreamingSatellite)
    listens="voice"   it sends what may be speech, and a moment before it (VadStreamingSatellite)

What happens in its room is told in words of the physical world. It serves one connection at a time,
with the package's own reading and writing of events.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Literal, Self

import numpy as np
from wyoming.asr import Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event, read_event, write_event
from wyoming.info import Attribution, Describe, Info, Satellite
from wyoming.ping import Ping, Pong
from wyoming.pipeline import PipelineStage, RunPipeline
from wyoming.satellite import PauseSatellite, RunSatellite
from wyoming.snd import Played
from wyoming.wake import Detection

from edge.types import SAMPLE_RATE, Samples

WAIT_S = 30.0
CHUNK = 1024


class SimulatedSatellite:
    """At this port of this machine (0: a free one), from `with` to its end.

    pings: it knows ping, as newer ones do. says_played: it tells when it has played something.
    """

    def __init__(
        self,
        listens: Literal["us", "itself", "voice"] = "us",
        *,
        pings: bool = True,
        says_played: bool = True,
        name: str = "simulated",
        port: int = 0,
    ) -> None:
        self._listens = listens
        self._pings = pings
        self._says_played = says_played
        self._name = name
        self._news = threading.Condition()
        self._sending = threading.Lock()
        self._connection: socket.socket | None = None
        self._streaming = False
        self._playing: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", port))
        self._ended = False
        self.port: int = self._listener.getsockname()[1]
        self.uri = f"tcp://127.0.0.1:{self.port}"
        self.told: list[Event] = []
        """All that it was sent, but for sound."""
        self.played: list[Samples] = []
        """The sounds that it played, oldest first."""
        self.connections = 0

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._ended = True
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.hang_up()
        self._thread.join(WAIT_S)

    @property
    def kinds(self) -> list[str]:
        """The types of what it was told."""
        return [event.type for event in self.told]

    def until(self, condition: Callable[[], object]) -> None:
        """Wait for what must happen."""
        with self._news:
            assert self._news.wait_for(condition, WAIT_S), f"told only {self.kinds}"

    def until_told(self, kind: str, times: int = 1) -> Event:
        """Wait for an event of this type, and give it."""
        self.until(lambda: self.kinds.count(kind) >= times)
        return [event for event in self.told if event.type == kind][times - 1]

    def until_heard(self) -> None:
        """Wait until what is spoken is sent."""
        self.until(lambda: self._streaming)

    def speak(self, samples: Samples, *, paced: bool = False) -> None:
        """Make this sound in its room. paced: in real time."""
        began = time.monotonic()
        for start in range(0, len(samples), CHUNK):
            if paced:
                due = began + start / SAMPLE_RATE
                time.sleep(max(0.0, due - time.monotonic()))
            if self._streaming:
                payload = samples[start : start + CHUNK].astype("<i2").tobytes()
                self.send(AudioChunk(SAMPLE_RATE, 2, 1, payload).event())

    def hears_its_word(self, word: str | None, *, old: bool = False) -> None:
        """Somebody says its own wake word. old: it does not tell which, as version 1.0.0."""
        if not old:
            self.send(Detection(name=word).event())
        self._ask(PipelineStage.ASR)

    def hears_voice(self, before: Samples) -> None:
        """Something may be speech; `before` is what it heard before that."""
        self._ask(PipelineStage.WAKE)
        self.send(AudioChunk(SAMPLE_RATE, 2, 1, before.astype("<i2").tobytes()).event())

    def falls_silent(self) -> None:
        """It was no wake word, or the speech is over by its own judgement."""
        self._streaming = False
        self.send(AudioStop().event())

    def freeze(self) -> None:
        """Let nothing come from it any more, without hanging up."""
        self._pings = self._streaming = False

    def send(self, event: Event) -> None:
        connection = self._connection
        if connection is not None:
            with self._sending, contextlib.suppress(OSError), connection.makefile("wb") as stream:
                write_event(event, stream)

    def send_raw(self, data: bytes) -> None:
        """Send what is no event."""
        assert self._connection is not None
        self._connection.sendall(data)

    def hang_up(self) -> None:
        """Cut the connection."""
        if self._connection is not None:
            with contextlib.suppress(OSError):
                self._connection.shutdown(socket.SHUT_RDWR)

    def _ask(self, stage: PipelineStage) -> None:
        always = self._listens == "us"
        self.send(RunPipeline(stage, PipelineStage.TTS, restart_on_end=always).event())
        with self._news:
            self._streaming = True
            self._news.notify_all()

    def _serve(self) -> None:
        while not self._ended:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as stream:
                self.connections += 1
                self._connection = connection
                with contextlib.suppress(OSError):
                    while (event := read_event(stream)) is not None:
                        self._take(event)
                self._connection = None
                self._streaming = False
            with self._news:
                self._news.notify_all()

    def _take(self, event: Event) -> None:
        if AudioChunk.is_type(event.type):
            self._playing.append(event.payload or b"")
            return
        if Describe.is_type(event.type):
            whose = Attribution("", "")
            satellite = Satellite(self._name, whose, True, None, None)
            self.send(Info(satellite=satellite).event())
        elif Ping.is_type(event.type) and self._pings:
            self.send(Pong(text=event.data.get("text")).event())
        elif RunSatellite.is_type(event.type):
            self._streaming = False
            if self._listens == "us":
                self._ask(PipelineStage.WAKE)
        elif PauseSatellite.is_type(event.type):
            self._streaming = False
        elif Transcript.is_type(event.type) or Error.is_type(event.type):
            self._streaming = self._streaming and self._listens == "us"
        elif AudioStart.is_type(event.type):
            self._playing = []
        elif AudioStop.is_type(event.type):
            self.played.append(np.frombuffer(b"".join(self._playing), "<i2"))
            if self._says_played:
                self.send(Played().event())
        with self._news:
            self.told.append(event)
            self._news.notify_all()
