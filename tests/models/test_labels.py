"""Words, tags and spans, and the file that keeps a tagger's labels."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.types import LaresError, Span
from models.labels import INTENTS, MAX_WORDS, SPAN_LABELS, TAGS, Labels, spans, tags, words


def test_words_keep_what_numbers_need() -> None:
    text = "Set it to 21.5°, that's 50% of half-an-hour at 7:30!"
    assert [word.text for word in words(text)] == [
        *("set", "it", "to", "21.5", "°", "that", "'s", "50", "%", "of"),
        *("half", "an", "hour", "at", "7:30"),
    ]


@given(st.text(max_size=300))
def test_a_word_is_its_place_in_the_text(text: str) -> None:
    for word in words(text):
        assert text[word.start : word.end].lower() == word.text


@given(st.text(alphabet="ab c%'-.1", max_size=60), st.data())
def test_any_tags_make_spans_that_are_their_text(text: str, data: st.DataObject) -> None:
    found = words(text)
    chosen = data.draw(st.lists(st.sampled_from(TAGS), min_size=len(found), max_size=len(found)))
    made = spans(text, found, chosen)
    for span in made:
        assert text[span.start : span.end] == span.text
        assert span.label in SPAN_LABELS
    assert list(made) == sorted(made, key=lambda span: span.start)


@given(st.text(alphabet="ab c%'-.1", max_size=60), st.data())
def test_spans_survive_the_way_to_tags_and_back(text: str, data: st.DataObject) -> None:
    found = words(text)
    chosen = data.draw(st.lists(st.sampled_from(TAGS), min_size=len(found), max_size=len(found)))
    made = spans(text, found, chosen)
    assert spans(text, found, tags(found, made)) == made


def test_two_spans_of_one_label_stay_two() -> None:
    text = "turn it up ten percent"
    made = (Span("volume_step", 8, 10, "up"), Span("volume_step", 11, 22, "ten percent"))
    assert tags(words(text), made) == (
        *("O", "O", "B-volume_step", "B-volume_step"),
        "I-volume_step",
    )


def test_a_continuation_of_nothing_begins_a_span() -> None:
    text = "kitchen lights"
    assert spans(text, words(text), ["I-area", "I-domain"]) == (
        Span("area", 0, 7, "kitchen"),
        Span("domain", 8, 14, "lights"),
    )


def test_a_text_is_read_up_to_its_limit() -> None:
    assert len(words("so " * 10_000)) == MAX_WORDS


def test_labels_come_back_from_their_file(tmp_path: Path) -> None:
    labels = Labels(temperature=1.25)
    labels.save(tmp_path / "labels.json")
    assert Labels.load(tmp_path / "labels.json") == labels
    assert labels.intents == INTENTS


@pytest.mark.parametrize(
    "content", ["", "{}", '{"intents": [], "tags": [], "temperature": 1}', '{"intents": 3}']
)
def test_a_damaged_labels_file_is_a_clear_error(tmp_path: Path, content: str) -> None:
    path = tmp_path / "labels.json"
    path.write_text(content)
    with pytest.raises(LaresError, match=r"Expected .*labels\.json"):
        Labels.load(path)
