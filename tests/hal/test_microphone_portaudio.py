from __future__ import annotations

import itertools
import sys
import threading

import numpy as np
import pytest

import hal.portaudio
from edge.types import AudioFrame, Samples
from hal.microphone import FrameCounts, Microphone, MicrophoneError
from hal.microphone_portaudio import PortAudioMicrophone
from hal.portaudio import PortAudio, SoundCardError
from tests.hal.fake_sounddevice import Card, FakeSounddevice


def fives(frames: int) -> Samples:
    return np.full(frames * 160, 5, np.int16)


def some(microphone: Microphone, frames: int) -> Samples:
    return np.concatenate([f.samples for f in itertools.islice(microphone, frames)])


def test_a_stereo_card_at_44_1_khz_is_mixed_and_resampled() -> None:
    library = FakeSounddevice(Card("hw", inputs=2, rate=44_100, rates=[44_100], channels=[2]))
    tone = 8_000 * np.sin(2 * np.pi * 440 * np.arange(44_100) / 44_100)
    with PortAudioMicrophone(cards=PortAudio(library)) as microphone:
        library.hear(np.stack([tone, tone], axis=1))
        spectrum = np.abs(np.fft.rfft(some(microphone, 95).astype(float)))
    assert spectrum.argmax() / 0.95 == pytest.approx(440, abs=1)
    assert (library.streams[-1].samplerate, library.streams[-1].channels) == (44_100, 2)


def test_an_array_that_only_opens_with_all_channels_is_opened_so() -> None:
    library = FakeSounddevice(Card("ReSpeaker", inputs=6, channels=[6]))
    with PortAudioMicrophone(cards=PortAudio(library)) as microphone:
        library.hear(np.full((320, 6), 7, np.int16))
        assert some(microphone, 2).tolist() == [7] * 320


def test_a_card_is_chosen_by_number_or_by_part_of_its_name() -> None:
    library = FakeSounddevice(
        Card("HDMI", inputs=0, outputs=2), Card("USB PnP Sound: Audio"), Card("Webcam C270")
    )
    for wanted in (2, "2", "c270", "Webcam C270"):
        with PortAudioMicrophone(wanted, cards=PortAudio(library)) as microphone:
            assert microphone.name == "Webcam C270"
            assert "open" in repr(microphone)


def test_without_a_wish_it_is_the_system_s_default() -> None:
    library = FakeSounddevice(Card("USB"), Card("Webcam"))
    library.default.device = [1, -1]
    with PortAudioMicrophone(cards=PortAudio(library)) as microphone:
        assert microphone.name == "Webcam"


def test_an_unknown_or_ambiguous_name_is_an_error_that_names_the_devices() -> None:
    cards = PortAudio(FakeSounddevice(Card("USB one"), Card("USB two"), Card("HDMI", inputs=0)))
    with (
        pytest.raises(MicrophoneError, match=r"'blue', found none\. There are: 0: USB one; 1: USB"),
        PortAudioMicrophone("blue", cards=cards),
    ):
        pass
    with (
        pytest.raises(MicrophoneError, match=r"'usb', found 2"),
        PortAudioMicrophone("usb", cards=cards),
    ):
        pass


def test_a_machine_without_a_microphone_is_an_error_that_says_what_to_do() -> None:
    cards = PortAudio(FakeSounddevice(Card("HDMI", inputs=0, outputs=2)))
    with (
        pytest.raises(MicrophoneError, match=r"found none.*arecord -l"),
        PortAudioMicrophone(cards=cards),
    ):
        pass


def test_a_busy_card_is_an_error_that_says_what_was_tried() -> None:
    library = FakeSounddevice(Card("USB", rate=48_000, busy=True))
    with (
        pytest.raises(MicrophoneError, match=r"16000 Hz × 1: Device unavailable.*48000 Hz.*fuser"),
        PortAudioMicrophone(cards=PortAudio(library)),
    ):
        pass
    assert not library.open_streams


def test_sound_that_was_not_fetched_in_time_is_counted_and_time_jumps_over_it() -> None:
    library = FakeSounddevice(Card("USB"))
    with PortAudioMicrophone(cards=PortAudio(library), buffer_s=0.05) as microphone:
        library.hear(fives(8))
        frames = iter(microphone)
        before = [next(frames).time for _ in range(5)]
        library.hear(fives(1))
        after = next(frames).time
    np.testing.assert_allclose([*before, after], [0, 0.01, 0.02, 0.03, 0.04, 0.08])
    assert microphone.counts == FrameCounts(frames=6, overruns=3)


def test_losses_that_the_driver_reports_are_counted() -> None:
    library = FakeSounddevice(Card("USB"))
    with PortAudioMicrophone(cards=PortAudio(library)) as microphone:
        library.hear(fives(1), overflow=True)
        library.hear(fives(2), underflow=True)
        some(microphone, 3)
        assert microphone.counts == FrameCounts(frames=3, overruns=1, underruns=2)


def test_sound_taken_in_while_muted_never_leaves_not_even_later() -> None:
    library = FakeSounddevice(Card("USB"))
    with PortAudioMicrophone(cards=PortAudio(library)) as microphone:
        library.hear(fives(2))
        microphone.muted = True
        library.hear(fives(2))
        microphone.muted = False
        library.hear(fives(2))
        heard = some(microphone, 6).reshape(6, 160).any(axis=1)
    assert heard.tolist() == [True, True, False, False, False, True]


def test_a_card_that_stops_calling_is_unplugged() -> None:
    library = FakeSounddevice(Card("USB"))
    with PortAudioMicrophone(cards=PortAudio(library), silent_s=0.02) as microphone:
        library.hear(fives(3))
        frames: list[AudioFrame] = []
        with pytest.raises(MicrophoneError, match="USB is unplugged"):
            frames.extend(microphone)
    assert microphone.counts.frames == 3


def test_a_stream_that_ends_is_unplugged_at_once() -> None:
    library = FakeSounddevice(Card("USB"))
    with PortAudioMicrophone(cards=PortAudio(library), start_s=60) as microphone:
        threading.Timer(0.05, library.streams[-1].close).start()
        with pytest.raises(MicrophoneError, match="USB is unplugged"):
            next(iter(microphone))


def test_a_card_that_comes_back_under_another_number_can_be_opened_again() -> None:
    usb, webcam = Card("USB"), Card("Webcam")
    library = FakeSounddevice(usb, webcam)
    cards = PortAudio(library)
    with PortAudioMicrophone("Webcam", cards=cards):
        pass
    usb.plugged = webcam.plugged = False
    with pytest.raises(MicrophoneError), PortAudioMicrophone("Webcam", cards=cards):
        pass
    webcam.plugged = True
    with PortAudioMicrophone("Webcam", cards=cards) as microphone:
        library.hear(fives(1))
        assert some(microphone, 1).all()


def test_looking_again_leaves_open_streams_alone() -> None:
    library = FakeSounddevice(Card("USB"))
    cards = PortAudio(library)
    with PortAudioMicrophone(cards=cards):
        cards.look_again()
        with pytest.raises(MicrophoneError), PortAudioMicrophone("other", cards=cards):
            pass
    assert not library.open_streams


def test_the_stream_is_closed_when_reading_fails() -> None:
    library = FakeSounddevice(Card("USB"))
    with (
        pytest.raises(RuntimeError),
        PortAudioMicrophone(cards=PortAudio(library)) as microphone,
    ):
        library.hear(fives(1))
        for _ in microphone:
            raise RuntimeError
    assert not library.open_streams


def test_the_real_library_on_this_machine_opens_a_card_or_says_that_there_is_none() -> None:
    pytest.importorskip("sounddevice", exc_type=ImportError)
    try:
        with PortAudioMicrophone(silent_s=1.0) as microphone:
            assert some(microphone, 3).shape == (480,)
    except MicrophoneError as error:
        assert "sound card" in str(error) or "cannot be opened" in str(error)


@pytest.mark.parametrize(
    ("problem", "advice"),
    [
        (OSError("PortAudio library not found"), "apt install libportaudio2"),
        (None, r"pip install lares\[voice\]"),
    ],
)
def test_a_missing_library_is_an_error_that_says_what_to_install(
    problem: OSError | None, advice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Finder:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "sounddevice":
                raise problem or ImportError(name)

    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Finder(), *sys.meta_path])
    hal.portaudio.portaudio.cache_clear()
    with pytest.raises(SoundCardError, match=advice):
        hal.portaudio.portaudio()
    with pytest.raises(MicrophoneError, match=advice), PortAudioMicrophone():
        pass


def test_a_tap_is_shown_both_channels_of_a_card_that_has_them() -> None:
    library = FakeSounddevice(Card("USB", inputs=2, channels=[1, 2]))
    shown: list[np.ndarray] = []
    with PortAudioMicrophone(cards=PortAudio(library), tap=shown.append) as microphone:
        library.hear(np.tile(np.array([400, -200], np.int16), (320, 1)))
        assert some(microphone, 2).tolist() == [100] * 320
    assert np.concatenate(shown).tolist() == [[400 / 32768, -200 / 32768]] * 320


def test_a_tap_of_a_card_with_one_channel_is_shown_that() -> None:
    library = FakeSounddevice(Card("USB"))
    shown: list[np.ndarray] = []
    with PortAudioMicrophone(cards=PortAudio(library), tap=shown.append) as microphone:
        library.hear(fives(1))
        assert some(microphone, 1).tolist() == [5] * 160
    assert shown[0].shape == (160, 1)
