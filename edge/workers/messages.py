"""What hubs and workers say to each other over the broker; any MQTT 5 client may ask, too.

A *question* is published at QoS 1 on `lares/<group>/questions/hear` or `…/questions/understand`.
Workers share a subscription (`$share/lares/lares/<group>/questions/hear`), so the broker hands it
to one of them. Beside its bytes it has these properties of MQTT 5:

- response topic: below `lares/<group>/answers/`, where the answers are wanted;
- correlation data: 1 to 64 bytes that no other question has; asked again, it is the same question;
- message expiry: seconds after which nobody wants an answer;
- content type: for hearing `audio/flac`, or `audio/pcm` (16-bit little-endian), both 16 kHz mono
  and at most `MOST_SOUND_S` long; for understanding `application/json`.

To understand is JSON: `{"text": "and the bedroom", "area": "kitchen"}`. Further fields, all of
which may be left out: `before` (what was spoken of, as the `context` of the answer before), `now`
(local time, ISO 8601), and `home` (`digest_of` the home that the asker knows).

On the response topic come *replies*, with the question's correlation data. Each is a JSON object
whose `state` tells what it is:

- `taken` {worker}: it is being worked on; repeated while it is, left out where the answer comes at
  once;
- `busy` {worker}: not now, ask again;
- `failed` {worker, reason}: this cannot be answered, or not by this worker;
- `heard` {worker, transcript, ms} and `understood` {worker, read}: the answer.

A worker that is there keeps `{"does": ["hear", "understand"]}` on `lares/<group>/workers/<id>`,
and says so again every `STATUS_EVERY_S`; when it goes or dies, nothing is kept there.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import secrets
import socket
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal, TypeAlias, TypeVar

import msgspec
import numpy as np
import soundfile

from edge.home.graph import Home
from edge.nlu.context import Context
from edge.nlu.reader import Read, Turn
from edge.types import SAMPLE_RATE, LaresError, Samples, Transcript

Kind = Literal["hear", "understand"]

FLAC, PCM, JSON = "audio/flac", "audio/pcm", "application/json"
MOST_SOUND_S = 30.0
MOST_TEXT = 2_000
"""Characters of a text to understand."""
MOST_BYTES = int(MOST_SOUND_S * SAMPLE_RATE * 2) + 10_000
"""Of any message."""
MOST_CORRELATION = 64
STATUS_EVERY_S, STATUS_LASTS_S = 20.0, 60.0
"""How often a worker says that it is there, and how long that counts: of one that died together
with the broker, no last will is told."""
_NO_NAME = re.compile(r"[^a-z0-9]+")


class MessageError(LaresError):
    """What came is no question, or no reply."""


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of one group of hubs and workers."""

    group: str

    def __post_init__(self) -> None:
        if not self.group or set(self.group) & set("/+#\0"):
            raise LaresError(
                f"Expected workers.group to be a word without '/', '+' and '#', "
                f"found {self.group!r}."
            )

    def work(self, kind: Kind) -> str:
        """Where questions are put."""
        return f"lares/{self.group}/questions/{kind}"

    def shared(self, kind: Kind) -> str:
        """What workers subscribe to."""
        return f"$share/lares/{self.work(kind)}"

    @property
    def answers(self) -> str:
        """What each response topic begins with."""
        return f"lares/{self.group}/answers/"

    def answers_to(self, hub: str) -> str:
        return self.answers + hub

    @property
    def workers(self) -> str:
        """What each worker's status topic begins with."""
        return f"lares/{self.group}/workers/"

    def status(self, worker: str) -> str:
        return self.workers + worker


@dataclass(frozen=True, slots=True)
class Understand:
    """A question for the meaning of a text."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=MOST_TEXT)]
    area: str | None = None
    before: Context = field(default_factory=Context)
    now: Annotated[datetime, msgspec.Meta(tz=False)] | None = None
    home: str | None = None

    @classmethod
    def of(cls, turn: Turn, home: str, now: datetime) -> Understand:
        """A turn, read in a home (`digest_of` it) at this local time."""
        return cls(turn.text, turn.area, turn.before, turn.now or now, home)

    @property
    def turn(self) -> Turn:
        return Turn(self.text, self.before, self.area, self.now)


class Taken(msgspec.Struct, frozen=True, tag_field="state", tag="taken"):
    """A worker is at it."""

    worker: str


class Busy(msgspec.Struct, frozen=True, tag_field="state", tag="busy"):
    """A worker has its hands full."""

    worker: str


class Failed(msgspec.Struct, frozen=True, tag_field="state", tag="failed"):
    """A worker cannot answer this."""

    worker: str
    reason: str


class Heard(msgspec.Struct, frozen=True, tag_field="state", tag="heard"):
    """The words of an utterance."""

    worker: str
    transcript: Transcript
    ms: float


class Understood(msgspec.Struct, frozen=True, tag_field="state", tag="understood"):
    """What a text means."""

    worker: str
    read: Read


Answer: TypeAlias = Heard | Understood
Reply: TypeAlias = Taken | Busy | Failed | Heard | Understood


class Status(msgspec.Struct, frozen=True):
    """What a worker that is there does."""

    does: tuple[Kind, ...]


T = TypeVar("T")
_encoder = msgspec.json.Encoder()
_of_understand = msgspec.json.Decoder(Understand)
_of_status = msgspec.json.Decoder(Status)
_of_reply: msgspec.json.Decoder[Reply] = msgspec.json.Decoder(
    Taken | Busy | Failed | Heard | Understood
)


def encoded(message: Understand | Reply | Status) -> bytes:
    """A message as JSON."""
    return _encoder.encode(message)


def understand_of(payload: bytes) -> Understand:
    """A question. Raises MessageError for what is none."""
    return _decoded(payload, _of_understand)


def reply_of(payload: bytes) -> Reply:
    """A reply. Raises MessageError for what is none."""
    return _decoded(payload, _of_reply)


def status_of(payload: bytes) -> Status:
    """What a worker does. Raises MessageError for what tells nothing of it."""
    return _decoded(payload, _of_status)


def _decoded(payload: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    if len(payload) > MOST_BYTES:
        raise MessageError(f"Expected at most {MOST_BYTES} bytes, found {len(payload)}.")
    try:
        return decoder.decode(payload)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise MessageError(f"Expected a message as edge.workers.messages tells: {error}") from error


def sound_bytes(samples: Samples) -> bytes:
    """Sound as FLAC: lossless, half as large, in two milliseconds."""
    file = io.BytesIO()
    soundfile.write(file, samples, SAMPLE_RATE, format="FLAC", subtype="PCM_16")
    return file.getvalue()


def samples_of(payload: bytes, content_type: str | None) -> Samples:
    """The sound of a question. Raises MessageError for what is none, or too long."""
    most = int(MOST_SOUND_S * SAMPLE_RATE)
    if content_type == PCM:
        if len(payload) % 2 or len(payload) > 2 * most:
            raise MessageError(f"Expected 16-bit samples of {MOST_SOUND_S:g} s at most.")
        return np.frombuffer(payload, "<i2").astype(np.int16)
    if content_type != FLAC:
        raise MessageError(f"Expected sound as {FLAC} or {PCM}, found {content_type!r}.")
    try:
        with soundfile.SoundFile(io.BytesIO(payload)) as file:
            if (file.samplerate, file.channels) != (SAMPLE_RATE, 1) or file.format != "FLAC":
                raise MessageError(
                    f"Expected FLAC of {SAMPLE_RATE} Hz in one channel, found {file.format} of "
                    f"{file.samplerate} Hz in {file.channels}."
                )
            samples: Samples = file.read(most + 1, dtype="int16")
    except (soundfile.SoundFileError, TypeError, ValueError) as error:
        raise MessageError(f"Expected sound as FLAC: {error}") from error
    if len(samples) > most:
        raise MessageError(f"Expected sound of {MOST_SOUND_S:g} s at most.")
    return samples


def digest_of(home: Home) -> str:
    """What tells homes apart that mean different things by the same words."""
    parts = sorted(repr((e.id, e.name, e.area, e.aliases, e.device_class)) for e in home.entities)
    parts += sorted(map(repr, (*home.areas, *home.floors)))
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=8).hexdigest()


class Digests:
    """The digest of a home that stays the same for long."""

    def __init__(self) -> None:
        self._latest: tuple[Home, str] | None = None

    def of(self, home: Home) -> str:
        if self._latest is None or self._latest[0] is not home:
            self._latest = (home, digest_of(home))
        return self._latest[1]


def new_id(name: str | None = None) -> str:
    """A name for a hub or worker that no other has, for topics: by default after this machine."""
    plain = _NO_NAME.sub("-", (name or socket.gethostname()).lower()).strip("-")[:40]
    return f"{plain or 'lares'}-{os.getpid()}-{secrets.token_hex(3)}"
