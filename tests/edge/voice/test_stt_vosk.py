"""Vosk itself, with a Korean model: "annyeonghaseyo" (hello), "seoul", "gamsahamnida" (thanks).

`korean.flac` was made with eSpeak NG: the three words with 0.9 s of quiet after each.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from edge.types import LaresError, Samples
from edge.voice.stt_vosk import VoskSession, VoskSpeechToText
from edge.voice.vocabulary import Vocabulary
from tests.edge.voice.sounds import read, silence, utterance

WORDS = ("안녕하세요", "서울", "감사합니다")
HOME = Vocabulary(names=(*WORDS, "부엌", "거실", "침실"))

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def spoken() -> Samples:
    return read(Path(__file__).with_name("korean.flac"))


@pytest.fixture
def engine(vosk: VoskSpeechToText) -> VoskSpeechToText:
    vosk.set_vocabulary(HOME)
    return vosk


def test_the_names_of_the_home_are_heard(engine: VoskSpeechToText, spoken: Samples) -> None:
    heard = engine.session().finish(utterance(spoken))
    assert heard.text == " ".join(WORDS)
    assert heard.confidence > 0.8


def test_without_the_names_they_are_not(vosk: VoskSpeechToText, spoken: Samples) -> None:
    vosk.set_vocabulary(Vocabulary(names=WORDS[2:]))
    heard = vosk.session().finish(utterance(spoken)).text.split()
    assert set(heard) <= {WORDS[2]}


def test_words_are_told_while_they_are_spoken_and_kept_over_pauses(
    engine: VoskSpeechToText, spoken: Samples
) -> None:
    session = engine.session()
    partials = [session.partial()]
    for place in range(0, len(spoken), 1_600):
        session.feed(spoken[place : place + 1_600])
        partials.append(session.partial())
    assert partials[0] == ""
    firsts = [partial.split()[0] for partial in partials if partial]
    assert firsts.index(WORDS[0]) < 5
    assert set(firsts[5:]) == {WORDS[0]}, "what came before a pause was lost"
    assert partials[-1] == " ".join(WORDS)
    assert session.finish(utterance(spoken)).text == " ".join(WORDS)


def test_when_no_word_of_the_home_is_in_the_model_nothing_is_heard(
    vosk: VoskSpeechToText, spoken: Samples
) -> None:
    vosk.set_vocabulary(Vocabulary(names=("Kitchen Light",)))
    heard = vosk.session().finish(utterance(spoken))
    assert (heard.text, heard.confidence) == ("", 0.0)


def test_of_names_that_the_model_lacks_nothing_is_printed(
    engine: VoskSpeechToText, spoken: Samples, capfd: pytest.CaptureFixture[str]
) -> None:
    engine.set_vocabulary(Vocabulary(names=(*WORDS, "Zigbee", "서울 Roomba")))
    engine.session().finish(utterance(spoken[:16_000]))
    assert capfd.readouterr() == ("", "")


def test_before_it_knows_a_home_it_hears_any_word(vosk_model: Path, spoken: Samples) -> None:
    heard = VoskSpeechToText(vosk_model).session().finish(utterance(spoken[:16_000]))
    assert len(heard.text.split()) >= 2


@pytest.mark.parametrize("content", [None, "a model"])
def test_a_directory_without_a_model_is_an_error_that_says_how_to_get_it(
    tmp_path: Path, content: str | None
) -> None:
    if content is not None:
        (tmp_path / "am").mkdir()
        (tmp_path / "am" / "final.mdl").write_text(content)
    with pytest.raises(LaresError, match=rf"Vosk model in {tmp_path}, .*fetch vosk-small-en-us"):
        VoskSpeechToText(tmp_path)


class Recognizer:
    """Answers as Vosk does when a model has "[unk]", which the Korean one lacks."""

    def __init__(self, words: str) -> None:
        self._words = words.split()

    def AcceptWaveform(self, data: bytes) -> bool:
        return False

    def PartialResult(self) -> str:
        return json.dumps({"partial": " ".join(self._words)})

    def FinalResult(self) -> str:
        return json.dumps({"result": [{"word": word, "conf": 0.5} for word in self._words]})


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("turn on the lights", "turn on the lights"),
        ("[unk] turn on the lights", "turn on the lights"),
        ("[unk] turn on the [unk]", ""),
        ("[unk] the [unk] [unk]", ""),
        ("[unk]", ""),
    ],
)
def test_what_is_mostly_unknown_is_no_command(words: str, text: str) -> None:
    heard = VoskSession(Recognizer(words)).finish(utterance(silence(1.0)))
    assert (heard.text, heard.confidence) == (text, 0.5 if text else 0.0)


def test_of_unknown_words_nothing_is_told_while_they_are_spoken() -> None:
    assert VoskSession(Recognizer("[unk] turn [unk] on")).partial() == "turn on"
