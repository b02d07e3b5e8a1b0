"""The running tagger: any text, a damaged artefact, and the tagger that ships."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.nlu.tagger import Tagger
from edge.types import OUT_OF_SCOPE, LaresError
from models.artifact import ARTIFACT, HIDDEN
from models.labels import INTENTS, MAX_CHARACTERS, MAX_WORDS, SPAN_LABELS, words

FLOOR_OF_INTENTS = 0.95
FLOOR_OF_EXACT = 0.85
"""A place and a kind side by side may be marked as such or as a name: both are resolved alike."""

# Written for this test, apart from the training phrases: an intent, and a text whose spans are
# marked as [words|label].
SENTENCES = (
    ("HassTurnOn", "would you switch the [desk lamp|name] on"),
    ("HassTurnOn", "[kitchen|area] [lights|domain] on please"),
    ("HassTurnOn", "turn on every [light|domain] in the [living room|area]"),
    ("HassTurnOn", "open the [blinds|device_class] in the [office|area]"),
    ("HassTurnOn", "please [lock|domain] the [front door|name]"),
    ("HassTurnOn", "run the [bedtime|name] [script|domain]"),
    ("HassTurnOff", "turn the [bathroom fan|name] off"),
    ("HassTurnOff", "shut off all [lights|domain] [upstairs|floor]"),
    ("HassTurnOff", "close the [garage door|device_class]"),
    ("HassTurnOff", "[lights|domain] out in the [nursery|area]"),
    ("HassTurnOff", "[unlock|domain] the [back door|name]"),
    ("HassLightSet", "set the [bedroom lamp|name] to [40%|brightness]"),
    ("HassLightSet", "make the [hallway|area] [lights|domain] [blue|color]"),
    ("HassLightSet", "change the [reading light|name] to [warm white|color_temp]"),
    ("HassSetPosition", "set the [bedroom|area] [shades|device_class] to [30 percent|position]"),
    ("HassClimateSetTemperature", "set the [thermostat|name] to [21.5 degrees|temperature]"),
    ("HassClimateGetTemperature", "how warm is it in the [study|area]"),
    ("HassGetState", "is the [front door|name] [locked|state]"),
    ("HassGetState", "are any [windows|device_class] [open|state] in the [bedroom|area]"),
    ("HassGetState", "which [lights|domain] are [on|state]"),
    ("HassSetVolume", "volume to [twenty percent|volume_level]"),
    ("HassMediaPause", "pause the [living room tv|name]"),
    ("HassMediaNext", "skip this song"),
    ("HassMediaSearchAndPlay", "play [miles davis|search_query] in the [kitchen|area]"),
    ("HassVacuumStart", "start the [robot vacuum|name]"),
    ("HassVacuumReturnToBase", "send the [roomba|name] back to its dock"),
    ("HassStartTimer", "set a timer for [ten|minutes] minutes"),
    ("HassStartTimer", "start a [5|minutes] minute [pasta|name] timer"),
    ("HassCancelAllTimers", "cancel all my timers"),
    ("HassTimerStatus", "how much time is left on my timer"),
    ("HassShoppingListAddItem", "add [oat milk|item] to my shopping list"),
    ("HassNevermind", "never mind"),
    ("HassGetWeather", "what's the weather like today"),
    ("HassGetCurrentTime", "what time is it"),
    (OUT_OF_SCOPE, "what is the capital of portugal"),
    (OUT_OF_SCOPE, "transfer fifty dollars to my savings"),
    (OUT_OF_SCOPE, "who wrote hamlet"),
)


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger()


def marked(text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The plain text of a marked one, and its spans as (label, words)."""
    plain, spans = "", []
    for part in text.split("["):
        words, bar, rest = part.partition("|")
        if bar:
            label, _, rest = rest.partition("]")
            spans.append((label, words))
            plain += words + rest
        else:
            plain += part
    return plain, tuple(spans)


def test_the_shipped_tagger_understands_everyday_commands(tagger: Tagger) -> None:
    wrong, inexact = [], []
    for intent, text in SENTENCES:
        plain, spans = marked(text)
        tagging = tagger.tag(plain)
        found = tuple((span.label, span.text) for span in tagging.spans)
        if tagging.intent != intent:
            wrong.append((plain, tagging.intent))
        elif found != spans:
            inexact.append((plain, found))
    right = 1 - len(wrong) / len(SENTENCES)
    exact = right - len(inexact) / len(SENTENCES)
    assert right >= FLOOR_OF_INTENTS, wrong
    assert exact >= FLOOR_OF_EXACT, (wrong, inexact)


@settings(max_examples=150)
@given(st.text(max_size=400))
def test_no_text_raises_and_spans_are_their_text(text: str) -> None:
    tagging = SHARED.tag(text)
    assert tagging.text == text
    assert tagging.intent in INTENTS
    assert 0 <= tagging.confidence <= 1
    for span in tagging.spans:
        assert text[span.start : span.end] == span.text
        assert span.label in SPAN_LABELS


@settings(max_examples=50)
@given(st.text(max_size=200) | st.sampled_from([text for _, text in SENTENCES]))
def test_an_explanation_begins_with_what_is_tagged(text: str) -> None:
    tagging, view = SHARED.tag(text), SHARED.explain(text)
    assert view.intents[0] == (tagging.intent, tagging.confidence)
    assert tuple(span for span, _ in view.spans) == tagging.spans
    chances = [probability for _, probability in view.intents]
    assert chances == sorted(chances, reverse=True)
    assert all(0 <= chance <= 1 for chance in (*chances, *(chance for _, chance in view.spans)))


SHARED = Tagger()


@settings(max_examples=50)
@given(st.text(max_size=200) | st.sampled_from([text for _, text in SENTENCES]))
def test_each_word_that_the_network_reads_has_a_state(text: str) -> None:
    states = SHARED.states(text)
    if states is None:
        assert SHARED.tag(text).confidence == 1.0
        return
    assert states.words == words(text)[: len(states.words)]
    assert states.of_words.shape == (len(states.words), HIDDEN)
    assert states.mean.shape == (HIDDEN,)
    assert states.of_words.dtype == states.mean.dtype == np.float32
    assert np.isfinite(states.of_words).all()


def test_a_word_has_another_state_in_another_sentence_and_the_same_in_the_same() -> None:
    lamp, ship, again = (
        SHARED.states(text)
        for text in ("turn on the light", "the ship is light", "Turn on THE light!")
    )
    assert lamp is not None
    assert ship is not None
    assert again is not None
    assert np.array_equal(lamp.of_words, again.of_words)
    assert not np.allclose(lamp.of_words[-1], ship.of_words[-1], atol=0.1)


@pytest.mark.parametrize("text", ["", "   ", "?!...", "🎉🎉", "\x00\x01", "\ud800"])
def test_a_text_without_words_has_no_states(text: str) -> None:
    assert SHARED.states(text) is None


@pytest.mark.parametrize("text", ["turn on " * 1_250, "灯" * 10_000, "a-" * 5_000])
def test_of_a_very_long_text_the_first_words_have_states(text: str) -> None:
    states = SHARED.states(text)
    assert states is not None
    assert 1 <= len(states.words) <= MAX_WORDS
    assert all(word.end <= MAX_CHARACTERS for word in states.words)


@pytest.mark.parametrize("text", ["", "   ", "?!...", "🎉🎉", "\x00\x01", "\ud800"])
def test_a_text_without_words_is_out_of_scope_for_certain(tagger: Tagger, text: str) -> None:
    tagging = tagger.tag(text)
    assert (tagging.intent, tagging.confidence, tagging.spans) == (OUT_OF_SCOPE, 1.0, ())


@pytest.mark.parametrize(
    "text",
    ["x" * 10_000, "turn on " * 1_250, "灯" * 10_000, "a-" * 5_000, "%" * 10_000, "ﷺ" * 10_000],
)
def test_ten_thousand_characters_are_one_short_run(tagger: Tagger, text: str) -> None:
    tagging = tagger.tag(text)
    assert tagging.text == text
    assert all(span.end <= 1_000 for span in tagging.spans)


def test_case_and_punctuation_do_not_count(tagger: Tagger) -> None:
    plain = tagger.tag("turn on the kitchen lights")
    loud = tagger.tag("TURN ON, the Kitchen lights!!")
    assert (loud.intent, loud.confidence) == (plain.intent, plain.confidence)
    assert [span.text for span in loud.spans] == ["Kitchen", "lights"]


def test_the_runtime_does_without_torch() -> None:
    code = (
        "import sys; from edge.nlu.tagger import Tagger; Tagger().tag('lights on');"
        "sys.exit(any(m in sys.modules for m in ('torch', 'transformers', 'optimum', 'hassil')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ARTIFACT, tmp_path / "tagger"))


@pytest.mark.parametrize("name", ["manifest.json", "model.onnx", "tokenizer.json", "labels.json"])
def test_a_missing_file_is_named(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(LaresError, match=name.replace(".", r"\.")):
        Tagger(copy)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "labels.json"])
def test_a_damaged_file_is_named_and_not_used(copy: Path, name: str) -> None:
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 0xFF
    (copy / name).write_bytes(content)
    with pytest.raises(LaresError, match=r"sha256.*lares train"):
        Tagger(copy)


@pytest.mark.parametrize("content", ["", "[]", '{"files": {}}', '{"files": 3}'])
def test_a_damaged_manifest_is_a_clear_error(copy: Path, content: str) -> None:
    (copy / "manifest.json").write_text(content)
    with pytest.raises(LaresError, match=r"manifest\.json"):
        Tagger(copy)


def test_the_artefact_is_small_enough_to_ship() -> None:
    assert sum(path.stat().st_size for path in ARTIFACT.iterdir()) <= 25_000_000
