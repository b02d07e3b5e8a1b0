from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

import models.wake_speech
from edge.types import SAMPLE_RATE, LaresError
from models.wake_speech import Choir, Espeak, Flite, SimulatedVoices, Synthesiser, Voice, installed

MAKERS: dict[str, type[Synthesiser]] = {
    "espeak-ng": Espeak, "flite": Flite, "whistle": SimulatedVoices,
}  # fmt: skip


@pytest.fixture(params=MAKERS)
def synthesiser(request: pytest.FixtureRequest) -> Synthesiser:
    made = MAKERS[request.param]()
    if not made.voices:
        pytest.skip(f"{request.param} is not installed")
    return made


def test_every_synthesiser_speaks_with_each_of_its_speakers(synthesiser: Synthesiser) -> None:
    speakers = {voice.speaker: voice for voice in synthesiser.voices}
    said = [synthesiser.say("hey lares", voice) for voice in speakers.values()]
    assert all(0.3 < len(wave) / SAMPLE_RATE < 3 for wave in said)
    assert all(0.01 < np.abs(wave).max() <= 1 for wave in said)
    assert len({wave.tobytes() for wave in said}) == len(speakers)


def test_every_synthesiser_speaks_slower_when_asked(synthesiser: Synthesiser) -> None:
    voice = synthesiser.voices[0]
    usual, slow = (
        synthesiser.say("hey lares", voice),
        synthesiser.say("hey lares", voice, speed=0.7),
    )
    assert len(slow) > 1.2 * len(usual)


def test_every_synthesiser_says_the_same_again(synthesiser: Synthesiser) -> None:
    voice = synthesiser.voices[-1]
    np.testing.assert_array_equal(synthesiser.say("hello", voice), synthesiser.say("hello", voice))


def test_every_synthesiser_can_go_to_another_process(synthesiser: Synthesiser) -> None:
    there = pickle.loads(pickle.dumps(synthesiser))
    assert there.voices == synthesiser.voices


def test_no_text_is_taken_for_an_option(synthesiser: Synthesiser) -> None:
    assert len(synthesiser.say("--version", synthesiser.voices[0])) > 0


def test_a_choir_has_the_voices_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    choir = Choir((SimulatedVoices(2), SimulatedVoices(3)))
    assert choir.voices == SimulatedVoices(3).voices
    assert len(choir.say("hey", choir.voices[0])) > 0


def test_no_synthesiser_at_all_is_told_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        LaresError, match="found neither espeak-ng nor flite: apt install espeak-ng"
    ):
        installed()


def test_what_the_program_complains_about_is_told() -> None:
    with pytest.raises(LaresError, match="false should have spoken, but failed: exit code 1"):
        Espeak(program="false").say("hello", Voice("espeak-ng", "en", ""))
    with pytest.raises(LaresError, match=r"Expected speech, found no sound in said\.wav"):
        Espeak(program="true").say("hello", Voice("espeak-ng", "en", ""))


def test_speech_is_cut_to_the_speech() -> None:
    wave = np.concatenate([np.zeros(500), np.ones(300), np.zeros(900)]).astype(np.float32)
    assert len(models.wake_speech.trimmed(wave)) == 300
    assert len(models.wake_speech.trimmed(wave[:0])) == 0
