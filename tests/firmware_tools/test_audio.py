"""What the doctor says of what a microphone hears."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from edge.demo.recordings import recordings
from edge.types import SAMPLE_RATE, Samples
from firmware_tools.audio import Blocks, Recording, examine_audio, listen
from firmware_tools.finding import Finding
from hal.conversion import from_int16, to_int16
from hal.microphone import FrameCounts
from hal.microphone_file import FileMicrophone
from hal.microphone_simulated import SimulatedMicrophone
from hal.microphone_stdin import StdinMicrophone
from tests.edge.voice.sounds import hum, read, silence, white_noise

SPEECH = read(recordings()[0].path)


def recording(*channels: Samples, **more: object) -> Recording:
    """As a source at 16 kHz gives these channels."""
    block = np.stack([from_int16(channel) for channel in channels], axis=1)
    mono = to_int16(block.mean(axis=1, dtype=np.float32))
    return Recording("test", mono, block, **more)  # type: ignore[arg-type]


def found(heard: Recording) -> dict[str, Finding]:
    return {finding.part: finding for finding in examine_audio(heard)}


def bad(heard: Recording) -> dict[str, str]:
    """The verdicts that are not "ok"; all of them have advice."""
    findings = [finding for finding in examine_audio(heard) if finding.verdict != "ok"]
    assert all(finding.advice for finding in findings)
    return {finding.part: finding.verdict for finding in findings}


SOFT = np.rint(SPEECH * 0.01).astype(np.int16) + white_noise(len(SPEECH) / SAMPLE_RATE, 3)
"""40 dB softer, with the noise of a microphone's own amplifier."""


def ticking(step: float) -> Iterator[float]:
    """A clock that goes on by `step` seconds each time it is read."""
    return itertools.count(0.0, step)


def test_a_good_microphone_is_well_in_every_part() -> None:
    findings = found(recording(SPEECH))
    assert list(findings) == [
        "source",
        "silence",
        "noise floor",
        "speech",
        "clipping",
        "offset",
        "bandwidth",
        "hum",
    ]
    assert {finding.verdict for finding in findings.values()} == {"ok"}
    assert "above the noise" in findings["speech"].found


def test_nothing_but_zeros_is_an_error_and_all_that_is_said() -> None:
    assert bad(recording(silence(3))) == {"silence": "error"}
    assert "muted" in found(recording(silence(3)))["silence"].advice


@pytest.mark.parametrize(
    ("sound", "expected"),
    [
        (SOFT, {"speech": "warning"}),
        (SPEECH + white_noise(len(SPEECH) / SAMPLE_RATE, 1_000), {"noise floor": "warning"}),
        ((SPEECH * 6.0).clip(-32768, 32767).astype(np.int16), {"clipping": "error"}),
        (SPEECH + np.int16(2_000), {"offset": "warning"}),
        (SPEECH + hum(len(SPEECH) / SAMPLE_RATE, 250), {"hum": "warning"}),
        (np.concatenate([SPEECH, silence(9)]), {"silence": "warning"}),
    ],
    ids=["soft", "noisy", "clipped", "off centre", "humming", "gated"],
)
def test_what_is_wrong_with_the_sound_is_told_with_advice(
    sound: Samples, expected: dict[str, str]
) -> None:
    assert expected.items() <= bad(recording(sound)).items()
    assert set(bad(recording(sound))) <= {*expected, "speech"}


def test_silence_where_nobody_spoke_is_no_fault() -> None:
    findings = found(recording(white_noise(3, 20)))
    assert (findings["speech"].verdict, findings["speech"].found) == ("ok", "none heard")
    assert "Say something" in findings["speech"].advice


def test_a_telephone_s_sound_is_told_with_the_rate_at_which_it_was_recorded() -> None:
    telephone = soxr.resample(from_int16(SPEECH), SAMPLE_RATE, 8_000)
    heard = to_int16(soxr.resample(telephone, 8_000, SAMPLE_RATE))
    assert bad(recording(heard)) == {"bandwidth": "warning"}
    told = found(recording(heard))["bandwidth"].found
    assert told == "nothing above 4000 Hz: it was recorded at 8000 Hz"


def test_channels_that_cancel_each_other_are_an_error_even_when_nothing_is_left() -> None:
    assert bad(recording(SPEECH, -SPEECH)) == {"channels": "error"}
    almost = -(SPEECH * 0.9).astype(np.int16)
    assert bad(recording(SPEECH, almost))["channels"] == "error"
    assert "channels" not in bad(recording(SPEECH, SPEECH))


def test_a_channel_without_a_microphone_is_told() -> None:
    assert bad(recording(SPEECH, np.zeros_like(SPEECH))) == {"channels": "warning"}
    assert "silent" in found(recording(SPEECH, np.zeros_like(SPEECH)))["channels"].found


@pytest.mark.parametrize(
    ("rate", "verdict"), [(100, "ok"), (98, "ok"), (50, "error"), (275.6, "error")]
)
def test_frames_that_come_at_another_rate_are_an_error(rate: float, verdict: str) -> None:
    pace = found(recording(SPEECH, frames_a_second=rate))["rate"]
    assert pace.verdict == verdict
    assert f"{rate:.0f} frames a second of 100" in pace.found


def test_lost_sound_and_a_file_that_is_cut_off_are_told() -> None:
    lost = found(recording(SPEECH, counts=FrameCounts(300, overruns=4)))["source"]
    assert (lost.verdict, "4 overruns" in lost.found) == ("warning", True)
    cut = found(recording(SPEECH, truncated=True))["source"]
    assert (cut.verdict, "cut off" in cut.found) == ("warning", True)


def test_a_live_microphone_is_heard_for_as_long_as_was_asked_and_its_pace_is_measured() -> None:
    microphone = SimulatedMicrophone("USB")
    microphone.speak(white_noise(5, 100))
    shown: list[float] = []
    heard = listen(
        microphone,
        2.0,
        Blocks(),
        live=True,
        each=lambda frame: shown.append(frame.time),
        clock=ticking(0.02).__next__,
    )
    assert (heard.name, len(heard.samples), heard.channels.shape) == ("USB", 32_000, (32_000, 1))
    assert len(shown) == 200
    assert heard.frames_a_second == pytest.approx(50, rel=0.01)


def test_what_comes_far_too_fast_or_too_short_is_not_judged_by_its_pace() -> None:
    for seconds, step in ((2.0, 0.0001), (0.5, 0.01)):
        stream = io.BytesIO(white_noise(5, 100).tobytes())
        clock = ticking(step).__next__
        heard = listen(StdinMicrophone(stream), seconds, Blocks(), live=True, clock=clock)
        assert heard.frames_a_second is None


def test_a_file_is_heard_with_its_own_channels_and_rate(tmp_path: Path) -> None:
    stereo = np.stack([SPEECH, -SPEECH], axis=1)
    soundfile.write(tmp_path / "a.wav", stereo, 48_000)
    blocks = Blocks()
    heard = listen(FileMicrophone(tmp_path / "a.wav", tap=blocks), 60, blocks, live=False)
    assert heard.channels.shape == stereo.shape
    assert not heard.samples.any()
    assert bad(heard) == {"channels": "error"}
