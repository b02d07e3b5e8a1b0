"""Events of the Wyoming protocol: what is sent is read, in whatever pieces it comes, and what is no
event is told and costs no memory."""

from __future__ import annotations

import io
import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from wyoming.event import Event, read_event

from hal.wyoming_events import (
    MOST_DATA,
    MOST_LINE,
    MOST_PAYLOAD,
    EventParser,
    WyomingError,
    address,
    as_bytes,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
EVENTS = st.builds(
    Event,
    st.text(),
    st.dictionaries(st.text(max_size=8), JSON),
    st.none() | st.binary(min_size=1, max_size=200),
)


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[start:end] for start, end in itertools.pairwise(places)]


@given(st.lists(EVENTS, max_size=4), st.lists(st.integers(0, 5_000), max_size=8))
def test_what_was_sent_is_read_in_whatever_pieces_it_comes(
    events: list[Event], cuts: list[int]
) -> None:
    parser = EventParser()
    whole = b"".join(as_bytes(event) for event in events)
    assert [found for piece in pieces(whole, cuts) for found in parser.feed(piece)] == events


@given(EVENTS)
def test_events_are_those_of_the_package(event: Event) -> None:
    assert read_event(io.BytesIO(as_bytes(event))) == event


@given(st.binary(min_size=1, max_size=400), st.lists(st.integers(0, 400), max_size=5))
@example(b'{"type": "t"}\n' * 3, [5])
@example(b"\n", [])
def test_anything_is_events_or_an_error(data: bytes, cuts: list[int]) -> None:
    parser = EventParser()
    try:
        for piece in pieces(data, cuts):
            for event in parser.feed(piece):
                assert isinstance(event.type, str)
                assert isinstance(event.data, dict)
    except WyomingError as error:
        assert "Expected an event of the Wyoming protocol" in str(error)


@pytest.mark.parametrize(
    "data",
    [
        b"{}\n",
        b"[]\n",
        b"\n",
        b'{"type": 5}\n',
        b'{"type": "t", "data": 5}\n',
        b'{"type": "t", "data_length": -1}\n',
        b'{"type": "t", "data_length": true}\n',
        b'{"type": "t", "data_length": 2.5}\n',
        b'{"type": "t", "payload_length": "9"}\n',
        b'{"type": "t", "payload_length": 99999999999}\n',
        b'{"type": "t", "data_length": %d}\n' % (MOST_DATA + 1),
        b'{"type": "t", "payload_length": %d}\n' % (MOST_PAYLOAD + 1),
        b'{"type": "t", "data_length": 2}\n[]',
        b'{"type": "t", "data_length": 2}\n\xff\xfe',
        b"[" * 50_000 + b"\n",
        b'{"type": "t", "data": {"n": ' + b"9" * 5_000 + b"}}\n",
        b"a" * (MOST_LINE + 1),
        b'{"type": "' + b"a" * MOST_LINE + b'"}\n',
    ],
)
def test_lengths_and_data_are_checked(data: bytes) -> None:
    with pytest.raises(WyomingError, match="Expected an event of the Wyoming protocol"):
        list(EventParser().feed(data))


def test_the_events_before_what_is_none_are_given() -> None:
    found = EventParser().feed(as_bytes(Event("ping")) + b"what?\n")
    assert next(found) == Event("ping")
    with pytest.raises(WyomingError, match="what"):
        next(found)


def test_data_may_stand_in_the_line_and_after_it() -> None:
    whole = b'{"type": "t", "data": {"text": "on", "a": 1}, "data_length": 14}\n{"text":"off"}'
    assert list(EventParser().feed(whole)) == [Event("t", {"text": "off", "a": 1})]
    assert list(EventParser().feed(b'{"type": "t"}\n')) == [Event("t")]


def test_an_address_has_a_port_or_the_usual_one() -> None:
    assert address("tcp://192.168.1.20:10701") == ("192.168.1.20", 10_701)
    assert address("tcp://kitchen.local") == ("kitchen.local", 10_700)
    assert address("tcp://[fe80::1]:9/") == ("fe80::1", 9)


@pytest.mark.parametrize(
    "uri", ["tcp://", "tcp://:10700", "http://a:1", "tcp://a:b", "tcp://a:99999", "tcp://a/b", "a"]
)
def test_what_is_no_address_is_told(uri: str) -> None:
    with pytest.raises(WyomingError, match="tcp://HOST:PORT"):
        address(uri)
