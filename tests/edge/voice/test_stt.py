"""What all engines keep to, and which one is chosen."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from edge.domain.home import with_grammar
from edge.types import LaresError, Utterance
from edge.voice.stt import SpeechToText, choose, what_is_missing
from edge.voice.stt_pocketsphinx import PocketSphinxSpeechToText
from edge.voice.stt_vosk import VoskSpeechToText
from edge.voice.stt_whisper import WhisperSpeechToText
from edge.voice.vocabulary import Vocabulary
from edge.voice.wording import tidy
from tests.edge.voice.sounds import silence, utterance, white_noise

ENGINES = ["pocketsphinx", "whisper", pytest.param("vosk", marks=pytest.mark.timeout(600))]
ODD = Vocabulary(
    names=("Kid's [Lamp] | <it>;", "灯", "Küche 2", "x" * 40, "💡", '"quoted\\', "-5°", ""),
    areas=("Küche", "?"),
    sentences=("¡Hola!", "..."),
)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, home: Vocabulary) -> SpeechToText:
    made: SpeechToText = request.getfixturevalue(request.param)
    made.set_vocabulary(home)
    return made


@pytest.fixture
def command(commands: dict[str, Utterance]) -> Utterance:
    return commands["start the vacuum"]


def test_an_utterance_becomes_a_transcript_in_plain_words(
    engine: SpeechToText, command: Utterance
) -> None:
    heard = engine.session().finish(command)
    assert heard.engine == engine.name
    assert heard.text == tidy(heard.text)
    assert 0.0 <= heard.confidence <= 1.0
    assert engine.session().finish(command).text == heard.text


def test_it_is_all_the_same_how_much_was_fed_before_the_end(
    engine: SpeechToText, command: Utterance
) -> None:
    whole = engine.session().finish(command)
    for fed in (len(command.samples) // 2, len(command.samples)):
        session = engine.session()
        for place in range(0, fed, 512):
            session.feed(command.samples[place : min(fed, place + 512)])
        assert session.finish(command).text == whole.text


def test_it_may_be_asked_at_any_time_what_it_has_heard(
    engine: SpeechToText, command: Utterance
) -> None:
    session = engine.session()
    partials = [session.partial()]
    for place in range(0, len(command.samples), 1_600):
        session.feed(command.samples[place : place + 1_600])
        partials.append(session.partial())
    session.finish(command)
    assert partials[0] == ""
    assert all(partial == tidy(partial) for partial in partials)


def test_an_engine_tells_how_probable_each_text_is_or_cannot_tell_at_all(
    engine: SpeechToText, command: Utterance
) -> None:
    session = engine.session()
    session.finish(command)
    texts = ("start the vacuum", "stop the vacuum", "set the thermostat to twenty one", "灯")
    likely = session.log_probabilities(texts)
    assert len(likely) in {0, len(texts)}
    assert all(value <= 0 for pieces in likely for value in pieces)
    assert [*session.log_probabilities(())] == []


@pytest.mark.parametrize("samples", [0, 1, 100, 1_599, 3_000])
def test_in_next_to_no_sound_nothing_is_heard(engine: SpeechToText, samples: int) -> None:
    click = np.full(samples, 3_000, np.int16)
    assert engine.session().finish(utterance(click)).text == ""


def test_in_silence_nothing_is_heard(engine: SpeechToText) -> None:
    heard = engine.session().finish(utterance(silence(2.0)))
    assert (heard.text, heard.confidence) == ("", 0.0)


def test_the_loudest_sound_there_is_is_no_trouble(engine: SpeechToText) -> None:
    clipped = np.tile(np.array([32767, -32768], np.int16).repeat(40), 200)
    assert engine.session().finish(utterance(clipped)).text == ""


def test_an_abandoned_utterance_leaves_nothing_in_the_next(
    engine: SpeechToText, command: Utterance
) -> None:
    heard = engine.session().finish(command)
    engine.session().feed(command.samples)
    assert engine.session().finish(command).text == heard.text


def test_after_loud_noise_a_command_is_heard_as_before(
    engine: SpeechToText, command: Utterance
) -> None:
    heard = engine.session().finish(command)
    engine.session().finish(utterance(white_noise(3.0, 12_000)))
    assert engine.session().finish(command).text == heard.text


def test_odd_names_are_no_trouble(engine: SpeechToText, command: Utterance) -> None:
    engine.set_vocabulary(ODD)
    heard = engine.session().finish(command)
    if engine.name != "vosk":  # the test's model is Korean
        assert heard.text == "start the vacuum"


def test_of_the_installed_engines_the_best_is_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A directory counts as a model, so an empty one shows which engine was taken."""
    nowhere = tmp_path / "none"
    with pytest.raises(LaresError, match="Expected a Vosk model"):
        choose(vosk_model=tmp_path, whisper_model=tmp_path)
    with pytest.raises(LaresError, match="Expected a Whisper model"):
        choose(vosk_model=nowhere, whisper_model=tmp_path)
    monkeypatch.setitem(sys.modules, "vosk", None)
    with pytest.raises(LaresError, match="Expected a Whisper model"):
        choose(vosk_model=tmp_path, whisper_model=tmp_path)
    assert choose(vosk_model=tmp_path, whisper_model=nowhere).name == "pocketsphinx"


def test_whisper_is_chosen_with_its_model(whisper_model: Path) -> None:
    assert choose(whisper_model=whisper_model, threads=1).name == "whisper"


def test_the_engine_that_is_named_is_taken_and_knows_the_home(
    commands: dict[str, Utterance],
) -> None:
    lair = with_grammar(Vocabulary(names=("bedroom lamp",)))
    engine = choose("pocketsphinx", vocabulary=lair)
    heard = engine.session().finish(commands["make the bedroom lamp blue"])
    assert heard.text == "make the bedroom lamp blue"


def test_an_unknown_engine_is_an_error_that_lists_those_there_are() -> None:
    with pytest.raises(LaresError) as caught:
        choose("deepspeech")
    assert str(caught.value) == (
        "Expected the speech-to-text engine to be one of auto, vosk, whisper, pocketsphinx; "
        "found 'deepspeech'."
    )


@pytest.mark.parametrize(("engine", "model"), [("vosk", "small-en-us"), ("whisper", "base")])
def test_a_missing_model_is_an_error_that_says_how_to_fetch_it(engine: str, model: str) -> None:
    with pytest.raises(LaresError, match=f"{engine}: its model .* lares models fetch {engine}-"):
        choose(engine)
    reason = what_is_missing(engine, None)
    assert reason == f"its model is missing, fetch it with: lares models fetch {engine}-{model}"


@pytest.mark.parametrize("engine", ["vosk", "whisper"])
def test_a_model_that_is_not_where_it_should_be_is_an_error_that_names_the_place(
    engine: str, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    for place in (tmp_path / "none", tmp_path / "file"):
        with pytest.raises(LaresError, match=f"the directory {place}, which is not there"):
            choose(engine, vosk_model=place, whisper_model=place)


def test_when_no_engine_is_installed_the_reason_of_each_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pocketsphinx", None)
    monkeypatch.setitem(sys.modules, "vosk", None)
    with pytest.raises(LaresError) as caught:
        choose()
    assert str(caught.value) == (
        "No speech-to-text engine is installed. "
        "vosk: the Python module vosk is missing, install lares[vosk]. "
        "whisper: its model is missing, fetch it with: lares models fetch whisper-base. "
        "pocketsphinx: the Python module pocketsphinx is missing, install lares[voice]."
    )


def test_an_engine_with_all_it_needs_lacks_nothing(tmp_path: Path) -> None:
    assert what_is_missing("pocketsphinx", None) is None
    assert what_is_missing("vosk", tmp_path) is None


@pytest.mark.parametrize(
    ("module", "make", "message"),
    [
        (
            "pocketsphinx",
            lambda _: PocketSphinxSpeechToText(),
            r"PocketSphinx needs .* install lares\[voice\]",
        ),
        ("vosk", VoskSpeechToText, r"Vosk needs .* install lares\[vosk\]"),
        ("ctranslate2", WhisperSpeechToText, r"Whisper needs .* install lares\[whisper\]"),
    ],
)
def test_without_its_package_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    module: str,
    make: Callable[[Path], SpeechToText],
    message: str,
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(LaresError, match=message):
        make(tmp_path)
