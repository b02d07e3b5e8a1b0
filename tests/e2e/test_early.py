"""Commands heard in real time: carried out before their silence has run out, and nothing lost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edge.app import App
from edge.config import Config
from edge.listening import Heard
from edge.types import SAMPLE_RATE, Outcome
from hal.microphone_file import FileMicrophone
from tests.e2e.program import answers, lares, needs_whisper
from tests.e2e.sounds import (
    KITCHEN_LIGHT,
    VACUUM,
    noise,
    samples_of,
    silence,
    without_wake_word,
    write,
)

ENGINES = ["pocketsphinx", pytest.param("whisper", marks=needs_whisper)]
PATIENT_MS = 1000 * Config().endpoint.patient_s
TURN_ON_THE_S = 2.17
"""Where in the recording of the kitchen light "turn on the" has been said."""


async def heard_live(path: Path, engine: str) -> list[tuple[Heard, Outcome]]:
    """What was heard as it was spoken, and what became of it."""
    app = App(Config().with_value("stt.engine", engine, "test"))
    app.ears.stt(app.home())
    app.models.tagger.tag("warm up")
    given = []
    async with app.virtual(app.home()) as household:
        microphone = FileMicrophone(path, paced=True, tail_s=0.5)
        async for heard in app.listening(microphone, household):
            given.append((heard, await household.assistant.handle(heard.transcript)))
    return given


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_whole_command_is_carried_out_before_its_silence_has_run_out(engine: str) -> None:
    ((heard, outcome),) = await heard_live(KITCHEN_LIGHT, engine)
    assert list(outcome.changes) == ["light.kitchen_light"]
    assert heard.endpoint_ms < PATIENT_MS / 2


@needs_whisper
async def test_what_is_said_after_a_pause_is_carried_out_as_well_and_nothing_twice(
    tmp_path: Path,
) -> None:
    light = samples_of(KITCHEN_LIGHT)
    end = np.flatnonzero(np.abs(light.astype(np.int32)) > 327)[-1]
    pause = noise(0.1) // 100
    path = write(tmp_path / "both.wav", light[:end], pause, without_wake_word(VACUUM))
    given = await heard_live(path, "whisper")
    published = [message for _, outcome in given for message in outcome.published]
    changes = [change for _, outcome in given for change in outcome.changes]
    assert changes == ["light.kitchen_light", "vacuum.vacuum"]
    assert len(published) == 2


@pytest.mark.parametrize("engine", ENGINES)
def test_a_finished_command_ends_sooner_than_an_open_phrase(engine: str, tmp_path: Path) -> None:
    light = samples_of(KITCHEN_LIGHT)
    phrase = write(tmp_path / "open.wav", light[: round(TURN_ON_THE_S * SAMPLE_RATE)], silence(1.5))
    done = lares("hear", "--json", "--engine", engine, KITCHEN_LIGHT, phrase, folder=tmp_path)
    whole, open_phrase = answers(done)
    assert list(whole["changes"]) == ["light.kitchen_light"]
    assert open_phrase["changes"] == {}
    assert whole["ms"]["endpoint"] < PATIENT_MS / 2
    assert open_phrase["ms"]["endpoint"] == pytest.approx(PATIENT_MS, abs=40)
