"""What is true of every speaker, and what is true of each."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from edge.types import Samples
from hal.portaudio import PortAudio
from hal.speaker import SilentSpeaker, Speaker, SpeakerError
from hal.speaker_file import FileSpeaker
from hal.speaker_portaudio import PortAudioSpeaker
from hal.speaker_simulated import SimulatedSpeaker
from hal.speaker_wyoming import WyomingSpeaker
from hal.wyoming_connection import WyomingConnection
from tests.hal.fake_sounddevice import Card, FakeSounddevice
from tests.hal.simulated_satellite import SimulatedSatellite


def card(*, busy: bool = False) -> Card:
    return Card("USB speaker", inputs=0, outputs=2, rates=[16_000, 22_050], busy=busy)


@pytest.fixture
def satellite() -> Iterator[WyomingSpeaker]:
    """The speaker of a satellite that is connected."""
    with SimulatedSatellite() as satellite:
        connection = WyomingConnection(satellite.uri)
        connection.open(lambda event: None, lambda why: None)
        yield WyomingSpeaker(connection)
        connection.close()


MAKERS: dict[str, Callable[[Path], Speaker]] = {
    "file": lambda folder: FileSpeaker(folder / "said.wav"),
    "portaudio": lambda _: PortAudioSpeaker(cards=PortAudio(FakeSounddevice(card()))),
    "simulated": lambda _: SimulatedSpeaker(),
    "silent": lambda _: SilentSpeaker(),
}


def ramp(length: int, start: int = 1) -> Samples:
    return np.arange(start, start + length).astype(np.int16)


@pytest.fixture(params=[*MAKERS, "wyoming"])
def make(request: pytest.FixtureRequest) -> Callable[[Path], Speaker]:
    if request.param == "wyoming":
        speaker: WyomingSpeaker = request.getfixturevalue("satellite")
        return lambda _: speaker
    return MAKERS[request.param]


class TestEverySpeaker:
    def test_it_plays_sounds_one_after_another(
        self, make: Callable[[Path], Speaker], tmp_path: Path
    ) -> None:
        speaker = make(tmp_path)
        assert isinstance(speaker, Speaker)
        assert speaker.name
        assert repr(speaker).startswith("<")
        for _ in range(2):
            speaker.play(ramp(500), 16_000)

    def test_stopping_when_nothing_plays_does_not_stop_the_next_sound(
        self, make: Callable[[Path], Speaker], tmp_path: Path
    ) -> None:
        speaker = make(tmp_path)
        speaker.stop()
        speaker.play(ramp(500), 16_000)
        if isinstance(speaker, SimulatedSpeaker):
            assert not speaker.played[0].stopped

    def test_an_empty_sound_is_no_trouble(
        self, make: Callable[[Path], Speaker], tmp_path: Path
    ) -> None:
        make(tmp_path).play(np.empty(0, np.int16), 22_050)


def test_a_file_is_whole_after_every_sound(tmp_path: Path) -> None:
    speaker = FileSpeaker(tmp_path / "said.wav")
    speaker.play(ramp(300), 22_050)
    assert soundfile.info(tmp_path / "said.wav").frames == 300
    speaker.play(ramp(200, 301), 22_050)
    samples, rate = soundfile.read(tmp_path / "said.wav", dtype="int16")
    assert rate == 22_050
    assert samples.tolist() == list(range(1, 501))


def test_a_file_keeps_the_rate_of_its_first_sound(tmp_path: Path) -> None:
    speaker = FileSpeaker(tmp_path / "said.wav")
    speaker.play(ramp(160), 16_000)
    speaker.play(np.zeros(48_000, np.int16), 48_000)
    info = soundfile.info(tmp_path / "said.wav")
    assert (info.samplerate, info.frames) == (16_000, 16_160)


def test_a_file_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(SpeakerError, match=r"none/said\.wav.*folder"):
        FileSpeaker(tmp_path / "none" / "said.wav").play(ramp(10), 16_000)


def test_a_card_plays_the_sound_as_it_is() -> None:
    library = FakeSounddevice(card())
    PortAudioSpeaker("usb", cards=PortAudio(library)).play(ramp(1000), 22_050)
    (stream,) = library.streams
    assert np.frombuffer(stream.written, np.int16).tolist() == list(range(1, 1001))
    assert (stream.samplerate, stream.ended) == (22_050, "stopped")
    assert not library.open_streams


def test_a_stereo_card_with_another_rate_gets_the_sound_resampled_on_both_sides() -> None:
    library = FakeSounddevice(
        Card("HDMI", inputs=0, outputs=8, rate=48_000, rates=[48_000], channels=[2])
    )
    PortAudioSpeaker(cards=PortAudio(library)).play(np.full(16_000, 1000, np.int16), 16_000)
    played = np.frombuffer(library.streams[-1].written, np.int16).reshape(-1, 2)
    assert len(played) == 48_000
    np.testing.assert_array_equal(played[:, 0], played[:, 1])
    assert abs(int(played[24_000, 0]) - 1000) <= 2


def test_stopping_ends_the_sound_after_the_piece_at_hand() -> None:
    library = FakeSounddevice(card())
    speaker = PortAudioSpeaker(cards=PortAudio(library))
    library.on_write = lambda stream: speaker.stop() if len(stream.written) > 1_900 else None
    speaker.play(ramp(16_000), 16_000)
    (stream,) = library.streams
    assert len(stream.written) == 3 * 640
    assert stream.ended == "aborted"


def test_a_card_that_is_not_there_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(SpeakerError, match=r"found none.*aplay -l"):
        PortAudioSpeaker(cards=PortAudio(FakeSounddevice(Card("mic")))).play(ramp(9), 16_000)
    with pytest.raises(SpeakerError, match="0: USB speaker"):
        PortAudioSpeaker("sonos", cards=PortAudio(FakeSounddevice(card()))).play(ramp(9), 16_000)
    with pytest.raises(SpeakerError, match="Device unavailable"):
        busy = FakeSounddevice(card(busy=True))
        PortAudioSpeaker(cards=PortAudio(busy)).play(ramp(9), 16_000)


def test_a_card_pulled_out_while_it_plays_is_an_error_and_is_closed() -> None:
    usb = card()
    library = FakeSounddevice(usb)
    speaker = PortAudioSpeaker(cards=PortAudio(library))
    library.on_write = lambda stream: setattr(usb, "plugged", False)
    with pytest.raises(SpeakerError, match="stopped playing"):
        speaker.play(ramp(16_000), 16_000)
    assert len(library.streams) == 1
    assert not library.open_streams


def test_the_simulated_speaker_remembers_what_was_played() -> None:
    speaker = SimulatedSpeaker()
    speaker.play(ramp(3), 22_050)
    (played,) = speaker.played
    assert (played.samples.tolist(), played.rate, played.stopped) == ([1, 2, 3], 22_050, False)


def test_a_held_sound_ends_when_it_is_stopped() -> None:
    speaker = SimulatedSpeaker()
    speaker.hold()
    playing = threading.Thread(target=speaker.play, args=(ramp(3), 16_000))
    playing.start()
    assert speaker.busy.wait(5)
    assert not speaker.played
    speaker.stop()
    playing.join(5)
    assert speaker.played[0].stopped


def test_an_unplugged_simulated_speaker_fails_until_it_is_plugged_in() -> None:
    speaker = SimulatedSpeaker("shelf")
    speaker.unplug()
    with pytest.raises(SpeakerError, match="shelf is unplugged"):
        speaker.play(ramp(3), 16_000)
    speaker.plug()
    speaker.play(ramp(3), 16_000)
    assert len(speaker.played) == 1
