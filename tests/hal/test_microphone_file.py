from __future__ import annotations

import subprocess
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile

from edge.types import Samples
from hal.microphone import FrameCounts, MicrophoneError
from hal.microphone_file import FileMicrophone


def heard(path: Path, tail_s: float = 0.0) -> Samples:
    with FileMicrophone(path, tail_s=tail_s) as microphone:
        return np.concatenate([frame.samples for frame in microphone])


def tone(rate: int, seconds: float = 1.0, hertz: float = 440.0) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(rate * seconds)) / rate)


def pitch(samples: Samples) -> float:
    """The loudest frequency, in Hz."""
    spectrum = np.abs(np.fft.rfft(samples.astype(np.float64)))
    return float(spectrum.argmax() * 16_000 / len(samples))


@pytest.mark.parametrize(
    ("name", "subtype"),
    [
        ("a.wav", "PCM_U8"),
        ("a.wav", "PCM_24"),
        ("a.wav", "FLOAT"),
        ("a.wav", "ULAW"),
        ("a.flac", "PCM_16"),
        ("a.ogg", "VORBIS"),
        ("a.ogg", "OPUS"),
        ("a.aiff", "PCM_16"),
    ],
)
def test_formats_and_depths_are_heard(tmp_path: Path, name: str, subtype: str) -> None:
    soundfile.write(tmp_path / name, tone(48_000), 48_000, subtype=subtype)
    samples = heard(tmp_path / name)
    assert abs(len(samples) - 16_000) < 1600
    assert pitch(samples[:16_000]) == pytest.approx(440, abs=2)
    loudness = np.sqrt(np.mean(samples[4_000:12_000].astype(float) ** 2))
    assert loudness == pytest.approx(16_384 / np.sqrt(2), rel=0.05)


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 96_000])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_any_rate_and_channels_become_16_khz_mono(tmp_path: Path, rate: int, channels: int) -> None:
    sound = np.repeat(tone(rate)[:, None], channels, axis=1)
    soundfile.write(tmp_path / "a.wav", sound, rate)
    samples = heard(tmp_path / "a.wav")
    assert len(samples) == 16_000
    assert pitch(samples) == pytest.approx(440, abs=1)


def test_stereo_is_mixed(tmp_path: Path) -> None:
    both = np.stack([tone(44_100, hertz=300), tone(44_100, hertz=900)], axis=1)
    soundfile.write(tmp_path / "a.wav", both, 44_100)
    spectrum = np.abs(np.fft.rfft(heard(tmp_path / "a.wav").astype(np.float64)))
    assert set(np.argsort(spectrum)[-2:]) == {300, 900}


def test_a_tail_of_silence_follows(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", tone(16_000, 0.105), 16_000)
    samples = heard(tmp_path / "a.wav", tail_s=0.5)
    assert len(samples) == 9_760
    assert samples[1_600:1_680].any()
    assert not samples[1_680:].any()


def test_it_can_be_heard_again(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", tone(44_100), 44_100)
    microphone = FileMicrophone(tmp_path / "a.wav")
    runs = []
    for _ in range(2):
        with microphone:
            runs.append(np.concatenate([frame.samples for frame in microphone]))
    np.testing.assert_array_equal(runs[0], runs[1])
    assert microphone.counts == FrameCounts(frames=100)


def test_paced_frames_come_when_a_microphone_would_have_them(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", tone(16_000, 0.05), 16_000)
    now = 100.0

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    arrived = []
    with FileMicrophone(tmp_path / "a.wav", paced=True, clock=lambda: now, sleep=sleep) as mic:
        for frame in mic:
            arrived.append(now)
            if frame.time == 0.01:
                now += 0.02
    np.testing.assert_allclose(arrived, [100.01, 100.02, 100.04, 100.04, 100.05])


def test_a_paced_frame_is_silent_when_muted_while_it_was_waited_for(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", tone(16_000, 0.02), 16_000)

    def mute(seconds: float) -> None:
        microphone.muted = True

    microphone = FileMicrophone(tmp_path / "a.wav", paced=True, sleep=mute)
    with microphone:
        assert not any(frame.samples.any() for frame in microphone)


def test_a_long_file_is_not_held_in_memory(tmp_path: Path) -> None:
    quiet = np.zeros((44_100 * 60, 2), np.int16)
    soundfile.write(tmp_path / "minute.wav", quiet, 44_100)
    tracemalloc.start()
    try:
        with FileMicrophone(tmp_path / "minute.wav") as microphone:
            frames = sum(1 for _ in microphone)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert frames == 6_000
    assert peak < quiet.nbytes / 10


@pytest.mark.parametrize("name", ["a.wav", "a.aiff", "a.flac"])
def test_a_truncated_file_gives_what_there_is_and_says_so(tmp_path: Path, name: str) -> None:
    noise = np.random.default_rng(1).integers(-9_000, 9_000, 64_000).astype(np.int16)
    path = tmp_path / name
    soundfile.write(path, noise, 16_000)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with FileMicrophone(path) as microphone:
        samples = np.concatenate([frame.samples for frame in microphone])
    assert 16_000 < len(samples) <= 32_160
    np.testing.assert_array_equal(samples[:16_000], noise[:16_000])
    assert microphone.truncated
    assert microphone.counts == FrameCounts(len(samples) // 160, underruns=1)


def test_a_whole_file_is_not_called_truncated(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", tone(16_000), 16_000)
    with FileMicrophone(tmp_path / "a.wav") as microphone:
        assert sum(1 for _ in microphone) == 100
    assert not microphone.truncated
    assert microphone.counts.underruns == 0


def test_a_header_written_to_a_pipe_promises_nothing(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", tone(16_000), 16_000)
    data = bytearray((tmp_path / "a.wav").read_bytes())
    data[4:8] = data[40:44] = b"\xff\xff\xff\x7f"
    (tmp_path / "a.wav").write_bytes(data)
    with FileMicrophone(tmp_path / "a.wav") as microphone:
        assert sum(1 for _ in microphone) == 100
    assert not microphone.truncated


@pytest.mark.parametrize("length", [0, 1, 12, 20, 44])
def test_a_wav_without_any_sound_is_a_clear_error(tmp_path: Path, length: int) -> None:
    soundfile.write(tmp_path / "a.wav", tone(16_000), 16_000)
    (tmp_path / "a.wav").write_bytes((tmp_path / "a.wav").read_bytes()[:length])
    with pytest.raises(MicrophoneError, match=r"a\.wav (is empty|is not a sound|holds no sound)"):
        heard(tmp_path / "a.wav")


def test_what_is_no_sound_file_is_an_error_that_names_the_formats(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("turn on the kitchen light\n" * 100)
    with pytest.raises(MicrophoneError, match=r"a\.wav.*WAV, FLAC, OGG"):
        heard(tmp_path / "a.wav")


def test_an_mp3_is_an_error_that_says_how_to_convert_it(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.mp3", tone(48_000), 48_000)
    with pytest.raises(MicrophoneError, match=r"MP3.*expected WAV.*ffmpeg -i"):
        heard(tmp_path / "a.mp3")


def test_a_missing_file_and_a_folder_are_errors_that_name_them(tmp_path: Path) -> None:
    with pytest.raises(MicrophoneError, match=r"none\.wav cannot be opened: No such file"):
        heard(tmp_path / "none.wav")
    with pytest.raises(MicrophoneError, match="cannot be opened: Is a directory"):
        heard(tmp_path)


def test_ten_minutes_of_another_program_s_sound_are_heard(tmp_path: Path) -> None:
    path = tmp_path / "sox.wav"
    command = f"sox -n -r 8000 -c 1 -b 8 {path} synth 600 brownnoise"
    if subprocess.run(command.split(), check=False, capture_output=True).returncode:
        pytest.skip("sox is not installed")
    with FileMicrophone(path) as microphone:
        assert sum(1 for _ in microphone) == 60_000


def test_a_tap_is_shown_the_file_s_own_samples(tmp_path: Path) -> None:
    both = np.stack([tone(44_100, hertz=300), tone(44_100, hertz=900)], axis=1)
    soundfile.write(tmp_path / "a.wav", both, 44_100, subtype="FLOAT")
    shown: list[np.ndarray] = []
    with FileMicrophone(tmp_path / "a.wav", tap=shown.append) as microphone:
        assert sum(1 for _ in microphone) == 100
    np.testing.assert_array_equal(np.concatenate(shown), both.astype(np.float32))
