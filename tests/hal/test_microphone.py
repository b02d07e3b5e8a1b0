"""What every microphone does, and what each does besides."""

import io
import threading
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge.types import FRAME_SAMPLES, SAMPLE_RATE, AudioFrame
from hal.microphone import Framer, Microphone, MicrophoneError
from hal.microphone_file import FileMicrophone
from hal.microphone_portaudio import QUEUE_BLOCKS, PortAudioMicrophone
from hal.microphone_simulated import SimulatedMicrophone
from hal.microphone_stdin import StdinMicrophone


def tone(seconds: float, rate: int = SAMPLE_RATE) -> NDArray[np.int16]:
    wave = np.sin(2 * np.pi * 440 * np.arange(round(seconds * rate)) / rate)
    return (wave * 10_000).astype(np.int16)


class PortAudioError(Exception):
    pass


class SoundCard:
    """Stands for the sounddevice module, with cards that a test plugs in and plays into."""

    PortAudioError = PortAudioError

    def __init__(self, *names: str, rate: int = SAMPLE_RATE, busy: bool = False) -> None:
        self.devices = [
            {"name": n, "index": i, "max_input_channels": 1, "default_samplerate": float(rate)}
            for i, n in enumerate(names)
        ]
        self.rate = rate
        self.busy = busy
        self.default = SimpleNamespace(device=(0, 0))
        self.started = threading.Event()

    def query_devices(self) -> list[dict[str, Any]]:
        return self.devices

    def check_input_settings(self, *, samplerate: int, **_: object) -> None:
        if samplerate != self.rate:
            raise PortAudioError("Invalid sample rate")

    def InputStream(self, *, callback: Any, blocksize: int, **_: object) -> Any:
        if self.busy:
            raise PortAudioError("Device unavailable")
        self.callback, self.blocksize = callback, blocksize
        return SimpleNamespace(start=self.started.set, close=lambda: None)

    def play(self, samples: NDArray[np.int16], *, overflow: bool = False) -> None:
        status = SimpleNamespace(input_overflow=overflow, input_underflow=False)
        for start in range(0, len(samples), self.blocksize):
            block = samples[start : start + self.blocksize]
            self.callback(block.reshape(-1, 1), len(block), None, status)


def simulated(samples: NDArray[np.int16], folder: Path) -> Microphone:
    microphone = SimulatedMicrophone()
    microphone.speak(samples)
    microphone.end()
    return microphone


def from_file(samples: NDArray[np.int16], folder: Path) -> Microphone:
    soundfile.write(folder / "sound.flac", samples, SAMPLE_RATE, subtype="PCM_16")
    return FileMicrophone(folder / "sound.flac")


def from_stream(samples: NDArray[np.int16], folder: Path) -> Microphone:
    return StdinMicrophone(io.BytesIO(samples.astype("<i2").tobytes()))


MAKERS = (simulated, from_file, from_stream)


@pytest.mark.parametrize("make", MAKERS)
class TestEveryMicrophone:
    Make = Callable[[NDArray[np.int16], Path], Microphone]

    def test_gives_frames_of_ten_milliseconds_with_their_time(
        self, make: Make, tmp_path: Path
    ) -> None:
        samples = tone(0.25)
        with make(samples, tmp_path) as microphone:
            frames = list(microphone)
        assert [f.samples.shape for f in frames] == [(FRAME_SAMPLES,)] * 25
        assert [round(f.time, 2) for f in frames] == [round(i / 100, 2) for i in range(25)]
        assert np.array_equal(np.concatenate([f.samples for f in frames]), samples)

    def test_fills_the_last_frame_up_with_silence(self, make: Make, tmp_path: Path) -> None:
        with make(tone(0.015), tmp_path) as microphone:
            frames = list(microphone)
        assert len(frames) == 2
        assert not frames[1].samples[80:].any()

    def test_counts_the_frames_that_it_gave(self, make: Make, tmp_path: Path) -> None:
        with make(tone(0.1), tmp_path) as microphone:
            list(microphone)
        assert (microphone.counts.frames, microphone.counts.overruns) == (10, 0)

    def test_gives_only_silence_while_muted(self, make: Make, tmp_path: Path) -> None:
        with make(tone(0.1), tmp_path) as microphone:
            microphone.muted = True
            frames = list(microphone)
        assert len(frames) == 10
        assert not any(f.samples.any() for f in frames)


@given(st.lists(st.integers(0, 700), max_size=20))
def test_however_sound_arrives_no_sample_is_lost_or_moved(pieces: list[int]) -> None:
    samples = np.arange(sum(pieces), dtype=np.int16)
    framer = Framer()
    frames: list[AudioFrame] = []
    for piece in np.split(samples, np.cumsum(pieces)):
        frames += framer.frames(piece, muted=False)
    frames += framer.last_frame(muted=False)
    joined = np.concatenate([np.zeros(0, np.int16), *(f.samples for f in frames)])
    assert np.array_equal(joined[: len(samples)], samples)
    assert len(joined) - len(samples) < FRAME_SAMPLES


class TestFiles:
    @pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000])
    @pytest.mark.parametrize("channels", [1, 2])
    @pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT"])
    def test_any_rate_depth_and_number_of_channels_becomes_mono_at_16_khz(
        self, tmp_path: Path, rate: int, channels: int, subtype: str
    ) -> None:
        sound = np.repeat(tone(1.0, rate)[:, None] / 32768, channels, axis=1)
        soundfile.write(tmp_path / "a.wav", sound, rate, subtype=subtype)
        with FileMicrophone(tmp_path / "a.wav") as microphone:
            heard = np.concatenate([f.samples for f in microphone])
        assert abs(len(heard) - SAMPLE_RATE) <= FRAME_SAMPLES
        middle = heard[4000:12_000].astype(float)
        loudest = np.argmax(np.abs(np.fft.rfft(middle))) * SAMPLE_RATE / len(middle)
        assert loudest == pytest.approx(440, abs=3)
        assert np.abs(middle).max() == pytest.approx(10_000, rel=0.05)

    def test_a_truncated_wav_gives_what_there_is_and_counts_it(self, tmp_path: Path) -> None:
        path = tmp_path / "torn.wav"
        soundfile.write(path, tone(1.0), SAMPLE_RATE, subtype="PCM_16")
        path.write_bytes(path.read_bytes()[: 44 + 16_000])
        with FileMicrophone(path) as microphone:
            assert len(list(microphone)) == 50
        assert microphone.counts.underruns == 1

    def test_a_truncated_flac_gives_what_there_is_and_counts_it(self, tmp_path: Path) -> None:
        path = tmp_path / "torn.flac"
        soundfile.write(path, tone(3.0), SAMPLE_RATE, subtype="PCM_16")
        data = path.read_bytes()
        path.write_bytes(data[: len(data) // 2])
        with FileMicrophone(path) as microphone:
            assert 0 < len(list(microphone)) < 300
        assert microphone.counts.underruns == 1

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (None, "there is no such file; expected WAV, FLAC or OGG"),
            (b"", "is empty"),
            (b"hello, this is a letter", "no sound file that can be read"),
        ],
    )
    def test_what_is_no_sound_is_named(
        self, tmp_path: Path, content: bytes | None, message: str
    ) -> None:
        path = tmp_path / "x.wav"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(MicrophoneError, match=message), FileMicrophone(path):
            pass

    def test_a_wav_without_samples_is_an_error(self, tmp_path: Path) -> None:
        path = tmp_path / "none.wav"
        soundfile.write(path, np.zeros(0, np.int16), SAMPLE_RATE)
        with FileMicrophone(path) as microphone, pytest.raises(MicrophoneError, match="no sound"):
            list(microphone)

    def test_a_paced_file_waits_until_each_frame_is_due(self, tmp_path: Path) -> None:
        soundfile.write(tmp_path / "a.wav", tone(0.05), SAMPLE_RATE)
        now = [100.0]

        def sleep(seconds: float) -> None:
            now[0] += seconds

        path = tmp_path / "a.wav"
        with FileMicrophone(path, paced=True, clock=lambda: now[0], sleep=sleep) as microphone:
            times = [now[0] - frame.time for frame in microphone]
        assert times == pytest.approx([100.0] * 5)


class TestStreams:
    def test_a_torn_sample_at_the_end_is_counted_and_dropped(self) -> None:
        with StdinMicrophone(io.BytesIO(tone(0.01).tobytes() + b"\x01")) as microphone:
            assert len(list(microphone)) == 1
        assert microphone.counts.underruns == 1

    @given(st.lists(st.binary(max_size=400), max_size=10))
    def test_any_bytes_in_any_pieces_are_heard_in_order(self, pieces: list[bytes]) -> None:
        waiting = [p for p in pieces if p]

        class Pipe(io.RawIOBase):
            def read(self, size: int = -1) -> bytes:
                return waiting.pop(0) if waiting else b""

        whole = b"".join(pieces)
        with StdinMicrophone(Pipe()) as microphone:  # type: ignore[arg-type]
            heard = b"".join(f.samples.tobytes() for f in microphone)
        even = len(whole) // 2 * 2
        assert heard[:even] == whole[:even]


class TestSoundCards:
    def listen(self, card: SoundCard, frames: int, device: str | int | None = None) -> Any:
        microphone = PortAudioMicrophone(device, sounddevice=card)
        with microphone:
            card.play(tone(frames / 100, card.rate))
            found = list(islice(microphone, frames - 5))
        return microphone, found

    def test_what_the_card_captures_comes_out_as_frames(self) -> None:
        microphone, frames = self.listen(SoundCard("USB Mic"), 10)
        assert microphone.name == "USB Mic"
        heard = np.concatenate([f.samples for f in frames])
        assert np.array_equal(heard, tone(0.1)[: len(heard)])

    def test_a_card_that_cannot_do_16_khz_is_resampled(self) -> None:
        _, frames = self.listen(SoundCard("HDA", rate=48_000), 100)
        heard = np.concatenate([f.samples for f in frames])[4000:12_000].astype(float)
        loudest = np.argmax(np.abs(np.fft.rfft(heard))) * SAMPLE_RATE / len(heard)
        assert loudest == pytest.approx(440, abs=3)

    def test_a_part_of_the_name_is_enough(self) -> None:
        microphone, _ = self.listen(SoundCard("HDA Intel", "ReSpeaker 4 Mic"), 10, "respeaker")
        assert microphone.name == "ReSpeaker 4 Mic"

    def test_lost_sound_is_counted(self) -> None:
        card = SoundCard("USB Mic")
        with PortAudioMicrophone(sounddevice=card) as microphone:
            card.play(tone(0.01), overflow=True)
            card.play(np.zeros(FRAME_SAMPLES * (QUEUE_BLOCKS + 4), dtype=np.int16))
        assert microphone.counts.overruns == 1 + 5

    def test_nothing_captured_while_muted_is_kept(self) -> None:
        card = SoundCard("USB Mic")
        with PortAudioMicrophone(sounddevice=card) as microphone:
            microphone.muted = True
            card.play(tone(0.05))
            microphone.muted = False
            frames = list(islice(microphone, 5))
        assert not any(f.samples.any() for f in frames)

    @pytest.mark.parametrize(
        ("card", "device", "message"),
        [
            (SoundCard(), None, "no microphone was found"),
            (SoundCard("HDA"), "usb", "there is no microphone 'usb'; found: 0 'HDA'"),
            (SoundCard("USB A", "USB B"), "usb", "more than one .*; found: 0 'USB A', 1 'USB B'"),
            (SoundCard("HDA", busy=True), None, "HDA cannot be opened .*; found: 0 'HDA'"),
        ],
    )
    def test_a_missing_card_is_an_error_that_names_those_found(
        self, card: SoundCard, device: str | None, message: str
    ) -> None:
        microphone = PortAudioMicrophone(device, sounddevice=card)
        with pytest.raises(MicrophoneError, match=message), microphone:
            pass

    def test_a_card_that_falls_silent_is_reported_as_unplugged(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("hal.microphone_portaudio.SILENT_S", 0.01)
        with (
            PortAudioMicrophone(sounddevice=SoundCard("USB Mic")) as microphone,
            pytest.raises(MicrophoneError, match="USB Mic gives no sound any more"),
        ):
            next(iter(microphone))

    def test_the_real_library_says_what_is_missing_on_a_machine_without_a_card(self) -> None:
        sounddevice = pytest.importorskip("sounddevice", exc_type=(ImportError, OSError))
        if any(d["max_input_channels"] > 0 for d in sounddevice.query_devices()):
            pytest.skip("this machine has a microphone")
        with pytest.raises(MicrophoneError, match="no microphone was found"), PortAudioMicrophone():
            pass


def test_an_unplugged_microphone_raises_in_mid_stream() -> None:
    microphone = SimulatedMicrophone("USB Mic")
    microphone.silence(0.02)
    microphone.overrun(3)
    microphone.unplug()
    frames = []
    with pytest.raises(MicrophoneError, match="USB Mic was unplugged"), microphone:
        frames.extend(microphone)
    assert microphone.counts.overruns == 3
    assert not microphone.is_open
