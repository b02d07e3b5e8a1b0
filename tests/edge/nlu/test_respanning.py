"""Spans that agree with the names of the home."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.nlu.finding import Lexicon
from edge.nlu.respanning import respanned
from edge.nlu.slots import TEXT_LABELS
from edge.types import Span, Tagging
from tests.edge.nlu.homes import HOME, entity, tagging

LEXICON = Lexicon(
    replace(
        HOME,
        entities=(
            *HOME.entities,
            entity("media_player.move", "Sonos Move", "bedroom"),
            entity("light.bedside_two", "Bedside Lamp Two", "bedroom"),
        ),
    )
)
WORDS = (
    "turn on the desk lamp bedside two sonos move rover out kitchen ceiling living room lounge "
    "upstairs light half red bump Espresso machine's 2 İ 😀 , ."
)
LABELS = (
    "name", "area", "floor", "domain", "device_class", "state", "color", "position",
    *TEXT_LABELS,
)  # fmt: skip


@st.composite
def taggings(draw: st.DrawFn) -> Tagging:
    """Any text with any spans, which may overlap but lie inside it."""
    text = draw(st.text(max_size=40) | st.lists(st.sampled_from(WORDS.split())).map(" ".join))
    ends = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(sorted)
    pairs = draw(st.lists(ends, max_size=4))
    spans = (Span(draw(st.sampled_from(LABELS)), a, b, text[a:b]) for a, b in pairs if a < b)
    return Tagging(text, "HassTurnOn", 0.9, tuple(sorted(spans, key=lambda s: (s.start, s.end))))


@pytest.mark.parametrize(
    ("marked", "whole"),
    [
        ("turn on Sonos [Move](name)", "turn on [Sonos Move](name)"),
        ("turn on the [sonos](name) [move](domain)", "turn on the [sonos move](name)"),
        ("switch the [bedside lamp](name) [two](area) off",
         "switch the [bedside lamp two](name) off"),
        ("turn on the [ceiling](name) fan", "turn on the [ceiling fan](name)"),
        ("dim the [kitchen](area) [ceiling](name)", "dim the [kitchen ceiling](name)"),
        ("start the [espresso](domain) [machine](name)", "start the [espresso machine](name)"),
        ("close the [living](name) [room](domain) [curtains](device_class)",
         "close the [living](name) [room](domain) [curtains](device_class)"),
        ("close the [living](name) [room](area) curtains",
         "close the [living room](area) curtains"),
    ],
)  # fmt: skip
def test_a_name_that_was_cut_in_two_is_marked_as_a_whole(marked: str, whole: str) -> None:
    assert respanned(tagging(marked, "HassTurnOn"), LEXICON) == tagging(whole, "HassTurnOn")


@pytest.mark.parametrize(
    ("marked", "bare"),
    [
        ("send [Rover out](name) to clean", "send [Rover](name) out to clean"),
        ("set [Rover to](name) [clean](state)", "set [Rover](name) to [clean](state)"),
        ("turn [the desk lamp](name) on", "turn the [desk lamp](name) on"),
        ("[bump](name) the [desk lamp](name) up", "bump the [desk lamp](name) up"),
        ("do [switch](domain) off every [light](domain)", "do switch off every [light](domain)"),
        ("the [switch](domain) off", "the [switch](domain) off"),
        ("[back](name) down by [ten](brightness_step)", "back down by [ten](brightness_step)"),
    ],
)
def test_a_verb_and_small_words_are_no_part_of_a_name(marked: str, bare: str) -> None:
    assert respanned(tagging(marked, "HassTurnOn"), LEXICON) == tagging(bare, "HassTurnOn")


def test_a_value_that_began_within_a_name_keeps_the_rest() -> None:
    said = tagging("dim the [bedside](name) [lamp two to 20](brightness)", "HassLightSet")
    spans = [(s.label, s.text.strip()) for s in respanned(said, LEXICON).spans]
    assert spans == [("name", "bedside lamp two"), ("brightness", "to 20")]


@pytest.mark.parametrize(
    "marked",
    [
        "add [desk lamp](item) to the [groceries](name)",
        "announce that [the desk lamp is broken](message)",
        "play [sonos move](search_query)",
        "turn on the [kitchen](area) [light](domain)",
        "turn on the [garage](area) [lights](domain)",
        "turn on the desk lamp",
        "turn on the [desk lamp](name)",
        "turn on the [lights](domain) [upstairs](floor)",
        "",
    ],
)
def test_free_text_and_words_that_mean_the_same_either_way_are_left_alone(marked: str) -> None:
    said = tagging(marked, "HassTurnOn")
    assert respanned(said, LEXICON) == said


def test_nothing_but_the_spans_is_changed() -> None:
    said = tagging("turn on Sonos [Move](name)", "HassTurnOff", 0.4)
    known = respanned(said, LEXICON)
    assert (known.text, known.intent, known.confidence) == (said.text, "HassTurnOff", 0.4)


@given(taggings())
def test_any_spans_become_spans_of_the_text(said: Tagging) -> None:
    for span in respanned(said, LEXICON).spans:
        assert 0 <= span.start < span.end <= len(said.text)
        assert span.text == said.text[span.start : span.end]


@given(taggings())
def test_spans_that_did_not_overlap_still_do_not(said: Tagging) -> None:
    apart = []
    for span in said.spans:
        if not apart or apart[-1].end <= span.start:
            apart.append(span)
    spans = respanned(replace(said, spans=tuple(apart)), LEXICON).spans
    assert all(one.end <= other.start for one, other in pairwise(spans))
