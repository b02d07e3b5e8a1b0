"""What the doctor says of sound cards."""

from __future__ import annotations

import pytest

from firmware_tools.finding import Finding
from firmware_tools.sound import examine_sound
from hal.portaudio import PortAudio
from tests.hal.fake_sounddevice import Card, FakeSounddevice

CARDS = PortAudio(
    FakeSounddevice(
        Card("HDMI", inputs=0, outputs=2),
        Card("ReSpeaker", inputs=4, outputs=0),
        Card("USB headset", inputs=1, outputs=2),
    )
)


def test_the_device_that_would_be_used_is_named() -> None:
    assert examine_sound(CARDS, "input", None) == Finding(
        "microphone", "ok", "1: ReSpeaker, one of 2"
    )
    assert examine_sound(CARDS, "output", "headset") == Finding(
        "speaker", "ok", "2: USB headset, one of 2"
    )
    lonely = PortAudio(FakeSounddevice(Card("ReSpeaker")))
    assert examine_sound(lonely, "input", 0).found == "0: ReSpeaker"


@pytest.mark.parametrize("wanted", ["Webcam", 0, "7"])
def test_a_device_that_is_not_there_is_told_with_those_that_are(wanted: str | int) -> None:
    found = examine_sound(CARDS, "input", wanted)
    assert (found.verdict, found.found) == (
        "error",
        f"{wanted!r} is not one of: 1: ReSpeaker; 2: USB headset",
    )
    assert found.advice == "Set audio.microphone to one of these numbers or names."


def test_a_name_that_fits_two_devices_is_told_with_those_that_are() -> None:
    twins = PortAudio(FakeSounddevice(Card("USB mic A"), Card("USB mic B")))
    found = examine_sound(twins, "input", "usb mic")
    assert found.verdict == "error"
    assert found.found == "'usb mic' is not one of: 0: USB mic A; 1: USB mic B"


def test_no_microphone_is_an_error_and_no_speaker_a_warning() -> None:
    none = PortAudio(FakeSounddevice())
    microphone = examine_sound(none, "input", None)
    assert (microphone.verdict, microphone.found) == ("error", "none")
    assert "arecord -l" in microphone.advice
    speaker = examine_sound(none, "output", None)
    assert (speaker.verdict, speaker.found) == ("warning", "none")
    assert "until then answers are printed" in speaker.advice
