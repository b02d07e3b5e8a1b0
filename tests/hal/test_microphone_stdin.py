from __future__ import annotations

import io
import os
import threading
from collections.abc import Iterable
from typing import BinaryIO, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hal.microphone import FrameCounts, MicrophoneError
from hal.microphone_stdin import StdinMicrophone


class Portions(io.RawIOBase):
    """A stream that gives its bytes in these portions, as a pipe may."""

    def __init__(self, portions: Iterable[bytes]) -> None:
        self._portions = list(portions)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while self._portions and not self._portions[0]:
            del self._portions[0]
        if not self._portions:
            return b""
        portion = self._portions[0]
        self._portions[0] = portion[size:]
        return portion[:size]


@given(st.lists(st.binary(max_size=900), min_size=1, max_size=8).filter(any))
def test_portions_of_any_size_become_the_same_sound(portions: list[bytes]) -> None:
    data = b"".join(portions)
    with StdinMicrophone(cast(BinaryIO, Portions(portions))) as microphone:
        frames = list(microphone)
    heard = b"".join(frame.samples.astype("<i2").tobytes() for frame in frames)
    whole = data[: len(data) // 2 * 2]
    assert heard[: len(whole)] == whole
    assert not any(heard[len(whole) :])
    assert microphone.counts == FrameCounts(-(-len(whole) // 320), underruns=len(data) % 2)


def test_frames_come_from_a_real_pipe_as_soon_as_they_are_whole() -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as stream, StdinMicrophone(stream) as microphone:
        frames = iter(microphone)
        sound = np.arange(1, 161, dtype="<i2").tobytes()
        os.write(writing, sound[:100])
        later = threading.Thread(target=os.write, args=(writing, sound[100:]))
        later.start()
        assert next(frames).samples.tolist() == list(range(1, 161))
        later.join()
        os.close(writing)
        assert not list(frames)


def test_what_is_read_while_muted_is_thrown_away() -> None:
    sound = io.BytesIO(np.full(160 * 3, 5, "<i2").tobytes())
    with StdinMicrophone(sound) as microphone:
        frames = iter(microphone)
        assert next(frames).samples.any()
        microphone.muted = True
        microphone.muted = False
        assert not next(frames).samples.any()
        assert next(frames).samples.any()


def test_nothing_at_all_is_a_clear_error() -> None:
    with (
        pytest.raises(MicrophoneError, match=r"16 kHz, mono.*found nothing"),
        StdinMicrophone(io.BytesIO()) as microphone,
    ):
        list(microphone)


def test_a_wav_file_is_a_clear_error() -> None:
    with (
        pytest.raises(MicrophoneError, match="found a WAV file"),
        StdinMicrophone(io.BytesIO(b"RIFF\x24\x7d\0\0WAVEfmt " + bytes(400))) as microphone,
    ):
        list(microphone)


def test_a_terminal_is_a_clear_error() -> None:
    master, slave = os.openpty()
    try:
        with (
            os.fdopen(slave, "rb") as terminal,
            pytest.raises(MicrophoneError, match=r"found a terminal.*arecord"),
            StdinMicrophone(terminal),
        ):
            pass
    finally:
        os.close(master)
