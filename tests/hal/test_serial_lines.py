from __future__ import annotations

import itertools
import os
import queue
import threading
import tty
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hal.serial_lines import LineSplitter, Plugged, SerialError, SerialLines, Unplugged

WAIT_S = 10


class Device:
    """A device on a pseudo terminal, which can be pulled out and plugged in under the same name."""

    def __init__(self, port: Path) -> None:
        self.port = port
        self._ends: tuple[int, int] | None = None

    def plug(self) -> None:
        master, slave = os.openpty()
        tty.setraw(slave)
        self._ends = master, slave
        new = self.port.with_suffix(".new")
        new.symlink_to(os.ttyname(slave))
        new.rename(self.port)

    def unplug(self) -> None:
        if self._ends is not None:
            self.port.unlink()
            for end in self._ends:
                os.close(end)
            self._ends = None

    def say(self, data: bytes) -> None:
        assert self._ends is not None
        os.write(self._ends[0], data)

    def heard(self, length: int) -> bytes:
        assert self._ends is not None
        data = b""
        while len(data) < length:
            data += os.read(self._ends[0], length - len(data))
        return data


class Reader:
    """Reads lines in a thread; lines and changes arrive in one queue, in order."""

    def __init__(self, **options: object) -> None:
        self.arrived: queue.Queue[str | Plugged | Unplugged] = queue.Queue()
        self.lines = SerialLines(
            **options,  # type: ignore[arg-type]
            back_off_s=(0.01, 0.05),
            on_change=self.arrived.put,
        )
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        for line in self.lines:
            self.arrived.put(line)

    def next(self) -> str | Plugged | Unplugged:
        return self.arrived.get(timeout=WAIT_S)

    def close(self) -> None:
        self.lines.close()
        self._thread.join(WAIT_S)
        assert not self._thread.is_alive()


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Device]:
    device = Device(tmp_path / "ttyACM0")
    yield device
    device.unplug()


@pytest.fixture
def reader(device: Device) -> Iterator[Reader]:
    device.plug()
    reader = Reader(port=device.port)
    yield reader
    reader.close()


def test_lines_arrive_without_their_ends(device: Device, reader: Reader) -> None:
    assert reader.next() == Plugged(str(device.port))
    device.say(b"motion\r\nbutton 1\nhalf")
    assert [reader.next(), reader.next()] == ["motion", "button 1"]
    device.say(b" a line\n")
    assert reader.next() == "half a line"


def test_a_line_is_sent(device: Device, reader: Reader) -> None:
    reader.next()
    reader.lines.write_line("led on ✓")
    assert device.heard(len("led on ✓\n".encode())) == "led on ✓\n".encode()


def test_what_is_not_one_line_is_not_sent(reader: Reader) -> None:
    reader.next()
    with pytest.raises(SerialError, match="one line"):
        reader.lines.write_line("one\ntwo")


def test_it_survives_unplugging_and_tells_of_it_once(device: Device, reader: Reader) -> None:
    reader.next()
    device.say(b"before\nlost ha")
    assert reader.next() == "before"
    for round_ in range(2):
        device.unplug()
        assert isinstance(reader.next(), Unplugged)
        with pytest.raises(SerialError, match=r"not connected.*Plug it in"):
            reader.lines.write_line("anyone?")
        device.plug()
        assert reader.next() == Plugged(str(device.port))
        device.say(b"after %d\n" % round_)
        assert reader.next() == f"after {round_}"
    assert reader.arrived.empty()


def test_it_waits_for_a_device_that_is_not_there_yet(device: Device) -> None:
    reader = Reader(port=device.port)
    try:
        gone = reader.next()
        assert isinstance(gone, Unplugged)
        assert "ttyACM0" in gone.reason
        device.plug()
        assert isinstance(reader.next(), Plugged)
    finally:
        reader.close()


def test_pauses_grow_to_the_longest_and_begin_anew_after_a_connection(device: Device) -> None:
    pauses: list[float] = []
    changes: list[Plugged | Unplugged] = []

    def wait(closing: threading.Event, pause: float) -> None:
        pauses.append(pause)
        if len(pauses) == 5:
            device.plug()
        if len(pauses) == 7:
            closing.set()

    def on_change(change: Plugged | Unplugged) -> None:
        changes.append(change)
        if isinstance(change, Plugged):
            device.unplug()

    lines = SerialLines(device.port, back_off_s=(1, 6), on_change=on_change, wait=wait)
    assert list(lines) == []
    assert pauses == [1, 2, 4, 6, 6, 1, 2]
    assert [type(change) for change in changes] == [Unplugged, Plugged, Unplugged]


def test_a_device_is_found_by_its_usb_ids_and_serial_number(device: Device) -> None:
    device.plug()
    ports = [
        SimpleNamespace(device="/dev/ttyS0", vid=None, pid=None, serial_number=None),
        SimpleNamespace(device="/dev/ttyACM7", vid=0x303A, pid=0x1001, serial_number="A1"),
        SimpleNamespace(device=str(device.port), vid=0x303A, pid=0x1001, serial_number="B2"),
    ]
    reader = Reader(vid=0x303A, pid=0x1001, serial_number="B2", list_ports=lambda: ports)
    try:
        assert reader.next() == Plugged(str(device.port))
        assert repr(reader.lines) == "<SerialLines USB 303a:1001 B2, open>"
    finally:
        reader.close()


def test_a_device_that_is_not_among_the_ports_is_told_with_what_there_is() -> None:
    ports = [SimpleNamespace(device="/dev/ttyS0", vid=None, pid=None, serial_number=None)]
    reader = Reader(vid=1, pid=2, list_ports=lambda: ports)
    try:
        gone = reader.next()
        assert isinstance(gone, Unplugged)
        assert "USB 0001:0002, found the ports: /dev/ttyS0" in gone.reason
    finally:
        reader.close()


def test_leaving_the_with_ends_the_iteration(device: Device) -> None:
    device.plug()
    connected = threading.Event()
    ended = threading.Event()
    with SerialLines(device.port, on_change=lambda _: connected.set()) as lines:

        def read() -> None:
            for _ in lines:
                pass
            ended.set()

        threading.Thread(target=read, daemon=True).start()
        assert connected.wait(WAIT_S)
    assert ended.wait(WAIT_S)


def test_neither_port_nor_ids_is_a_clear_error() -> None:
    with pytest.raises(SerialError, match="needs a port, or the vid and pid"):
        SerialLines(vid=3)


@given(st.binary(max_size=400), st.lists(st.integers(0, 400), max_size=10))
def test_lines_do_not_depend_on_the_portions_in_which_they_arrive(
    data: bytes, cuts: list[int]
) -> None:
    whole = LineSplitter().feed(data)
    edges = [0, *sorted(cut for cut in cuts if cut <= len(data)), len(data)]
    splitter = LineSplitter()
    parts = [splitter.feed(data[start:end]) for start, end in itertools.pairwise(edges)]
    assert [line for lines in parts for line in lines] == whole
    assert len(whole) == data.count(b"\n")


@given(st.lists(st.text(st.characters(exclude_characters="\n\r", codec="utf-8"), max_size=20)))
def test_what_was_sent_as_lines_arrives_as_these_lines(lines: list[str]) -> None:
    for end in (b"\n", b"\r\n"):
        data = b"".join(line.encode() + end for line in lines)
        assert LineSplitter().feed(data) == lines


@given(st.integers(1, 50), st.lists(st.binary(max_size=200)))
def test_no_line_is_longer_than_the_limit_and_little_is_kept(
    limit: int, portions: list[bytes]
) -> None:
    splitter = LineSplitter(limit)
    for portion in portions:
        assert all(len(line) <= limit for line in splitter.feed(portion))
        assert len(splitter._begun) <= limit + 1


def test_a_line_as_long_as_the_limit_is_whole_with_either_end() -> None:
    for end in (b"\n", b"\r\n"):
        assert LineSplitter(5).feed(b"12345" + end + b"123456" + end) == ["12345", "12345"]


def test_what_is_not_utf_8_is_replaced() -> None:
    assert LineSplitter().feed(b"21 \xb0C\n") == ["21 \ufffdC"]
