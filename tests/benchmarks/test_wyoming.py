"""The Wyoming protocol: what is written is read again, and what is no event is told."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.wyoming import HOST, Event, read, transcribe, write
from edge.types import SAMPLE_RATE, LaresError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
EVENTS = st.builds(
    Event, st.text(min_size=1), st.dictionaries(st.text(max_size=8), JSON), st.binary()
)


@given(st.lists(EVENTS, max_size=3))
def test_events_are_read_as_they_were_written_and_then_nothing(events: list[Event]) -> None:
    stream = BytesIO()
    for event in events:
        write(event, stream)
    stream.seek(0)
    assert [read(stream) for _ in events] == events
    assert read(stream) is None


def test_data_may_stand_in_the_line_or_after_it() -> None:
    whole = b'{"type": "t", "data": {"text": "on", "a": 1}, "data_length": 14}\n{"text":"off"}'
    assert read(BytesIO(whole)) == Event("t", {"text": "off", "a": 1})
    assert read(BytesIO(b'{"type": "t"}\n')) == Event("t")


@given(st.binary(min_size=1))
def test_what_is_no_event_is_an_error(data: bytes) -> None:
    try:
        event = read(BytesIO(data))
    except LaresError as error:
        assert "Expected an event of the Wyoming protocol" in str(error)
    else:
        assert event is not None


@pytest.mark.parametrize(
    "data",
    [
        b"{}\n",
        b"[]\n",
        b'{"type": "t", "data": 5}\n',
        b'{"type": "t", "data_length": -1}\n',
        b'{"type": "t", "payload_length": 99999999999}\n',
        b'{"type": "t", "payload_length": 5}\nabc',
        b'{"type": "t", "data_length": 2}\n[]x',
        b"[" * 100_000,
    ],
)
def test_lengths_and_data_are_checked(data: bytes) -> None:
    with pytest.raises(LaresError, match="Expected an event of the Wyoming protocol"):
        read(BytesIO(data))


@contextmanager
def answering(answer: Callable[[list[Event]], Event | None]) -> Iterator[int]:
    """A server that answers one utterance, given all its events; None: it hangs up."""
    with socket.create_server((HOST, 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection, connection.makefile("rwb") as stream:
                events: list[Event] = []
                while not events or events[-1].type != "audio-stop":
                    event = read(stream)
                    assert event is not None
                    events.append(event)
                write(Event("info"), stream)
                if (told := answer(events)) is not None:
                    write(told, stream)

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
    assert seen[1].data == {"rate": SAMPLE_RATE, "width": 2, "channels": 1}
    heard = np.frombuffer(b"".join(event.payload for event in seen), "<i2")
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
