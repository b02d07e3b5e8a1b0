from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from edge.types import FRAME_SAMPLES, SAMPLE_RATE, AudioFrame, LaresError, Samples
from edge.voice.wake import Wake, find_wakes
from edge.voice.wake_choice import choose
from models.wake_examples import EXTRA_WINDOWS, Amounts, divided, in_a_room, planned, spoken
from models.wake_phrases import Phrases
from models.wake_rooms import as_samples
from models.wake_speech import SimulatedVoices, Voice
from models.wake_train import THRESHOLDS, Figures, Judged, Settings, threshold_of, train_word
from models.wake_word import WakeWordModel

FEW = Amounts(wanted=36, near=24, hours=0.0, measured=4, measured_hours=0.0)
PHRASES = Phrases("abc", ("abc",), ("ab", "bc"), ("hello there", "good morning", "how are you"))
QUIET = Console(quiet=True)


@pytest.fixture(scope="module")
def whistled() -> tuple[WakeWordModel, Figures]:
    """A word of tones, which are soon learned."""
    pytest.importorskip("pyopen_wakeword")
    return train_word(
        "gazelle", SimulatedVoices(), QUIET, amounts=FEW, settings=Settings(epochs=25),
        corpora=Path("nowhere"),
    )  # fmt: skip


def frames(samples: Samples) -> list[AudioFrame]:
    whole = samples[: len(samples) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
    return [AudioFrame(one, n * FRAME_SAMPLES / SAMPLE_RATE) for n, one in enumerate(whole)]


def heard(texts: str, word: WakeWordModel, folder: Path) -> list[Wake]:
    """What wakes when a voice whistles each of the texts, with two seconds in between."""
    voices = SimulatedVoices()
    pause = np.zeros(2 * SAMPLE_RATE, dtype=np.float32)
    pieces = [p for text in texts.split() for p in (pause, voices.say(text, voices.voices[1]))]
    word.save(folder)
    detector = choose((word.word,), folder=folder)
    return list(find_wakes(frames(as_samples(np.concatenate([*pieces, pause]), 0.3)), detector))


@pytest.mark.slow
def test_a_trained_word_wakes_where_it_is_said_and_nowhere_else(
    whistled: tuple[WakeWordModel, Figures], tmp_path: Path
) -> None:
    word, _ = whistled
    (wake,) = heard("dinner gazelle window", word, tmp_path)
    assert wake.word == "gazelle"
    assert wake.time == pytest.approx(2 + 0.36 + 2 + 0.42, abs=0.45)
    assert wake.late_s <= 0.2


@pytest.mark.slow
def test_what_it_was_made_of_and_what_was_measured_is_in_its_file(
    whistled: tuple[WakeWordModel, Figures], tmp_path: Path
) -> None:
    word, figures = whistled
    told = WakeWordModel.load(word.save(tmp_path)).told
    assert told["figures"]["missed_clean"] == figures.missed_clean
    assert told["figures"]["words"] == 4
    assert not set(told["voices"]["whistle"]) & set(told["measured_voices"]["whistle"])
    assert len(told["data"]["texts sha256"]) == 64
    assert word.threshold in THRESHOLDS


def test_figures_are_told_with_how_many_they_are_of() -> None:
    told = Figures(0.02, 0.1, 50, 0.06, 100, 1.5, 0.5, {"flite": 0.3}).told()
    assert "missed in quiet 2.0%, with noise at 10 dB 10.0% (of 50 each; " in told
    assert "in quiet by synthesiser: flite 30.0%" in told
    assert "1.5 times an hour (in 0.50 h)" in told


def test_who_is_measured_with_was_never_heard_in_training() -> None:
    voices = [Voice("a", f"{s}-{n}", s) for s in "pqrstuvw" for n in range(3)]
    training, measuring = divided(voices, random.Random(1))
    assert len(training) + len(measuring) == len(voices)
    assert not {v.speaker for v in training} & {v.speaker for v in measuring}
    assert len({v.speaker for v in measuring}) == 2


def test_too_few_speakers_are_told_with_what_to_install() -> None:
    with pytest.raises(LaresError, match="at least 3 speakers, found 2: install another"):
        divided(SimulatedVoices(2).voices, random.Random(1))


def test_a_seed_always_plans_the_same() -> None:
    voices = SimulatedVoices().voices
    one, other = (planned(PHRASES, voices, FEW, random.Random(5)) for _ in range(2))
    assert one == other
    assert planned(PHRASES, voices, FEW, random.Random(6)) != one


def test_sentences_to_measure_with_are_others_than_those_to_train_with() -> None:
    plans = planned(PHRASES, SimulatedVoices().voices, FEW, random.Random(5))
    said = {t for p in plans if p.kind == "other" and p.purpose == "train" for t in p.texts}
    later = {t for p in plans if p.kind == "other" and p.purpose != "train" for t in p.texts}
    assert said
    assert later
    assert not said & later


def test_every_example_of_a_word_has_the_same_windows() -> None:
    pytest.importorskip("pyopen_wakeword")
    plans = [
        plan
        for plan in planned(PHRASES, SimulatedVoices().voices, FEW, random.Random(5))
        if plan.kind != "other"
    ][:5]
    examples = spoken(plans, SimulatedVoices(), QUIET, processes=1)
    assert [example.plan for example in examples] == plans
    assert {example.rows.shape for example in examples} == {(1 + EXTRA_WINDOWS, 1536)}


def test_the_users_own_noise_is_in_some_examples() -> None:
    wave = np.zeros(SAMPLE_RATE, dtype=np.float32)
    wave[5_000:6_000] = 0.5
    own = np.tile(np.float32([1.0, -1.0]), 500)
    alternating = 0
    for seed in range(40):
        sound = in_a_room(wave, "noisy", np.random.default_rng(seed), own)[8_000:].astype(float)
        alternating += bool(np.all(sound[:-1] * sound[1:] < 0))
    assert 5 < alternating < 30


def test_the_threshold_is_the_lowest_at_which_other_speech_wakes_seldom_enough() -> None:
    """Twenty half minutes may wake once, by six an hour."""
    calm = [Judged("other", np.full(300, 0.1, np.float32))] * 18
    once, twice = np.full(300, 0.1, np.float32), np.full(300, 0.1, np.float32)
    once[100] = 0.94
    twice[[50, 200]] = 0.72
    assert threshold_of([*calm, calm[0], Judged("other", once)]) == THRESHOLDS[0]
    assert threshold_of([*calm, Judged("other", once), Judged("other", twice)]) == 0.8
    assert threshold_of([Judged("other", once)] * 3) == 0.95
    assert threshold_of([Judged("other", np.ones(300, np.float32))]) == THRESHOLDS[-1]
    assert threshold_of([Judged("near", np.ones(300, np.float32)), *calm]) == THRESHOLDS[0]
