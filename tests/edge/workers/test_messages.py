"""What hubs and workers say to each other: each message comes out as it went in, and nothing else
comes in."""

from __future__ import annotations

import io
from datetime import datetime

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from edge.home.graph import Area, Entity, Floor, Home
from edge.nlu.context import Context, Spoken
from edge.nlu.interpreter import Reading
from edge.nlu.reader import Read, Turn
from edge.types import (
    SAMPLE_RATE,
    EntityState,
    Hypothesis,
    Intent,
    LaresError,
    Span,
    Tagging,
    Transcript,
    Understanding,
)
from edge.workers.messages import (
    FLAC,
    MOST_SOUND_S,
    MOST_TEXT,
    PCM,
    Busy,
    Digests,
    Failed,
    Heard,
    MessageError,
    Status,
    Taken,
    Topics,
    Understand,
    Understood,
    digest_of,
    encoded,
    new_id,
    reply_of,
    samples_of,
    sound_bytes,
    status_of,
    understand_of,
)

words = st.text(st.characters(codec="utf-8"), max_size=20)
numbers = st.floats(allow_nan=False, allow_infinity=False)
share = st.floats(0, 1)
few = 3
slots = st.dictionaries(
    words, words | st.integers(-(2**53), 2**53) | numbers | st.booleans(), max_size=few
)
intents = st.builds(
    Intent,
    words,
    slots,
    st.lists(words, max_size=few).map(tuple),
    share,
    st.sampled_from(["tagger", "llm", "dialogue", "domain", "need"]),
)
some_intents = st.lists(intents, max_size=few).map(tuple)
taggings = st.builds(
    Tagging, words, words, share,
    st.lists(st.builds(Span, words, st.integers(0, 99), st.integers(0, 99), words), max_size=few)
    .map(tuple),
)  # fmt: skip
some_words = st.lists(words, max_size=few).map(tuple)
spoken = st.lists(st.builds(Spoken, taggings, some_intents, some_words), max_size=2).map(tuple)
contexts = st.builds(Context, spoken, spoken)
meanings = st.builds(Understanding, some_intents, st.none() | words, some_words, st.booleans())
readings = st.builds(
    Reading, meanings, contexts, st.booleans(), some_intents, some_words, st.none() | meanings
)
reads = st.builds(
    Read, readings, st.none() | taggings, st.dictionaries(words, numbers, max_size=few)
)
transcripts = st.builds(
    Transcript, words, words, share,
    st.lists(st.builds(Hypothesis, words, numbers), max_size=few).map(tuple),
)  # fmt: skip
replies = (
    st.builds(Taken, words)
    | st.builds(Busy, words)
    | st.builds(Failed, words, words)
    | st.builds(Heard, words, transcripts, numbers)
    | st.builds(Understood, words, reads)
)
turns = st.builds(Turn, words.filter(bool), contexts, st.none() | words, st.none() | st.datetimes())


@given(replies)
def test_replies_come_out_as_they_went_in(reply: object) -> None:
    assert reply_of(encoded(reply)) == reply  # type: ignore[arg-type]  # one of them


@given(turns)
def test_turns_come_out_as_they_went_in(turn: Turn) -> None:
    now = datetime(2026, 3, 1, 12)
    question = understand_of(encoded(Understand.of(turn, "digest", now)))
    assert question.home == "digest"
    assert question.turn == Turn(turn.text, turn.before, turn.area, turn.now or now)


def test_status_comes_out_as_it_went_in() -> None:
    assert status_of(encoded(Status(("hear",)))) == Status(("hear",))


@given(st.binary(max_size=200))
def test_bytes_that_are_no_message_are_refused_and_nothing_else_happens(garbage: bytes) -> None:
    for read in (reply_of, understand_of, status_of):
        with pytest.raises(MessageError):
            read(garbage)


@pytest.mark.parametrize(
    "payload",
    [
        b'{"text": ""}',
        b'{"text": 5}',
        b'{"area": "kitchen"}',
        b'{"text": "x", "now": "2026-01-01T00:00:00Z"}',
        b'{"text": "x", "before": {"clauses": [{"tagging": null}]}}',
        b'{"text": "x", "more": ' + b"[" * 100_000,
        b'{"text": "' + b"x" * (MOST_TEXT + 1) + b'"}',
        b'{"text": "\xff"}',
    ],
)
def test_questions_that_are_not_as_promised_are_refused(payload: bytes) -> None:
    with pytest.raises(MessageError):
        understand_of(payload)


def test_a_question_needs_nothing_but_its_text_and_may_have_more_than_we_know() -> None:
    assert understand_of(b'{"text": "lights on", "mood": {"a": [1]}}').turn == Turn("lights on")


@pytest.mark.parametrize("seconds", [0.01, 2.5])
def test_sound_comes_out_as_it_went_in(seconds: float) -> None:
    noise = np.random.default_rng(1).integers(-32768, 32767, int(seconds * SAMPLE_RATE), np.int16)
    assert np.array_equal(samples_of(noise.tobytes(), PCM), noise)
    assert np.array_equal(samples_of(sound_bytes(noise), FLAC), noise)


def flac(rate: int, channels: int, seconds: float, format: str = "FLAC") -> bytes:
    file = io.BytesIO()
    soundfile.write(file, np.zeros((int(rate * seconds), channels), np.int16), rate, format=format)
    return file.getvalue()


@pytest.mark.parametrize(
    ("payload", "content_type"),
    [
        (b"\0", PCM),
        (bytes(int(MOST_SOUND_S * SAMPLE_RATE) * 2 + 2), PCM),
        (flac(16_000, 1, 1), "audio/mpeg"),
        (flac(16_000, 1, 1), None),
        (flac(8_000, 1, 1), FLAC),
        (flac(16_000, 2, 1), FLAC),
        (flac(16_000, 1, 1, "WAV"), FLAC),
        (flac(16_000, 1, MOST_SOUND_S + 1), FLAC),
        (b"", FLAC),
        (b"fLaC" + bytes(100), FLAC),
    ],
)
def test_sound_that_is_not_as_promised_is_refused(payload: bytes, content_type: str | None) -> None:
    with pytest.raises(MessageError):
        samples_of(payload, content_type)


def test_an_hour_of_silence_that_fits_into_a_message_is_refused() -> None:
    """FLAC makes little of silence, however long."""
    bomb = flac(16_000, 1, 3600)
    with pytest.raises(MessageError):
        samples_of(bomb, FLAC)


@given(st.binary(max_size=300))
def test_flac_that_was_damaged_is_sound_or_refused(damage: bytes) -> None:
    whole = flac(16_000, 1, 0.2)
    try:
        samples = samples_of(whole[:40] + damage + whole[40 + len(damage) :], FLAC)
    except MessageError:
        return
    assert len(samples) <= MOST_SOUND_S * SAMPLE_RATE


HOME = Home(
    (Floor("ground", "Ground"),),
    (Area("kitchen", "Kitchen", "ground"),),
    (Entity("light.a", "A", "kitchen"), Entity("light.b", "B", None, ("Bee",))),
)


def test_homes_that_differ_only_in_order_and_state_are_the_same() -> None:
    lit = Entity("light.a", "A", "kitchen", state=EntityState("on"))
    other = Home(HOME.floors, HOME.areas, (HOME.entities[1], lit))
    assert digest_of(other) == digest_of(HOME) == Digests().of(HOME)


@pytest.mark.parametrize(
    "other",
    [
        Home(),
        Home(HOME.floors, HOME.areas, HOME.entities[:1]),
        Home(HOME.floors, HOME.areas, (HOME.entities[0], Entity("light.b", "B"))),
        Home(HOME.floors, (Area("kitchen", "Küche", "ground"),), HOME.entities),
        Home((), HOME.areas, HOME.entities),
    ],
)
def test_homes_in_which_words_mean_something_else_differ(other: Home) -> None:
    assert digest_of(other) != digest_of(HOME)


@pytest.mark.parametrize("group", ["", "a/b", "+", "#", "a\0"])
def test_a_group_that_cannot_stand_in_topics_is_refused(group: str) -> None:
    with pytest.raises(LaresError, match=r"workers\.group"):
        Topics(group)


def test_ids_differ_and_can_stand_in_topics() -> None:
    ids = {new_id("Küche/+#") for _ in range(20)}
    assert len(ids) == 20
    assert not set("".join(ids)) & set("/+#ü")
