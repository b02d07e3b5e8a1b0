"""The suites: what counts as right, and what a missing corpus or an unknown suite says."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from edge.types import OUT_OF_SCOPE, Intent, LaresError, Span, Tagging, Understanding
from models.evaluate import (
    FLOORS,
    HOME_SLURP,
    SLURP_IN_DOUBT,
    as_json,
    calibration_error,
    run,
    same_slots,
    slurp_row,
    table,
)
from models.labels import INTENTS, Example
from models.scores import SuiteResult

LIGHTS = "kitchen lights on"
AREA = Span("area", 0, 7, "kitchen")


def tag(text: str) -> Tagging:
    """Takes everything about lights for a command with the right area, and the rest for talk."""
    if "light" in text:
        return Tagging(text, "HassTurnOn", 0.9, (AREA,))
    return Tagging(text, OUT_OF_SCOPE, 0.8)


def resolve(tagging: Tagging, area: str | None) -> Understanding:
    if tagging.intent == OUT_OF_SCOPE:
        return Understanding()
    where = {"area": area} if area else {}
    return Understanding((Intent(tagging.intent, {"domain": "light", **where}),))


def written(folder: Path, name: str, rows: list[dict[str, object]]) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.fixture
def corpora(tmp_path: Path) -> Path:
    slots = {"domain": "light"}
    written(
        tmp_path,
        "ha-intents-en/sentences.jsonl",
        [
            {"text": LIGHTS, "intent": "HassTurnOn", "slots": slots, "area": None},
            {"text": LIGHTS, "intent": "HassTurnOn", "slots": slots, "area": "Attic"},
            {"text": "lights", "intent": "HassTurnOff", "slots": slots, "area": None},
            {"text": "blinds", "intent": "HassTurnOn", "slots": slots, "area": None},
        ],
    )
    (tmp_path / "ha-intents-en" / "home.yaml").write_text("areas: []\n")
    written(
        tmp_path,
        "slurp/devel.jsonl",
        [
            {
                "intent": "iot_hue_lighton",
                "annotation": "lights on in the [house_place : attic]",
            },
            {"intent": "qa_factoid", "annotation": "who is [person : ada]"},
            {"intent": "qa_factoid", "annotation": "what is a light year"},
            {"intent": "iot_coffee", "annotation": "make coffee"},
        ],
    )
    talk: dict[str, object] = {"text": "i lost my card", "intent": "report_lost_card"}
    written(tmp_path, "clinc150/val.jsonl", [talk, {"text": "play abba", "intent": "play_music"}])
    written(tmp_path, "clinc150/oos_val.jsonl", [{"text": "what is light", "intent": "oos"}])
    return tmp_path


def test_exact_asks_for_intent_and_all_slots(corpora: Path) -> None:
    (result,) = run(["ha-intents-en"], tag, resolver_of=lambda _: resolve, corpora=corpora)
    assert result.sentences == 4
    assert result.scores == {"tagger_intent": 0.5, "intent": 0.5, "exact": 0.25}
    assert [miss.text for miss in result.misses] == [LIGHTS, "lights", "blinds"]


def test_sentences_that_were_trained_on_are_told_apart(corpora: Path) -> None:
    trained_on = [Example("Blinds!", "HassTurnOn")]
    (result,) = run(
        ["ha-intents-en"], tag, resolver_of=lambda _: resolve, trained_on=trained_on,
        corpora=corpora,
    )  # fmt: skip
    assert result.scores["exact"] == 0.25
    assert result.scores["seen"] == 0.25
    assert result.scores["exact_unseen"] == pytest.approx(1 / 3)


def test_without_a_resolver_only_the_taggers_intent_counts(corpora: Path) -> None:
    (result,) = run(["ha-intents-en"], tag, corpora=corpora)
    assert result.scores == {"tagger_intent": 0.5}


def test_slurp_judges_what_is_about_a_home_and_how_much_else_is_acted_on(corpora: Path) -> None:
    (result,) = run(["slurp"], tag, corpora=corpora)
    assert result.sentences == 4
    assert result.scores == {"intent": 0.5, "acted_on_others": 0.5}
    assert [(miss.text, miss.expected, miss.found) for miss in result.misses] == [
        ("make coffee", "HassTurnOn", OUT_OF_SCOPE),
        ("what is a light year", OUT_OF_SCOPE, "HassTurnOn"),
    ]


def test_slurps_sentences_that_were_trained_on_are_told_apart(corpora: Path) -> None:
    trained_on = [Example("Make coffee!", "HassTurnOn"), Example("who is ada", OUT_OF_SCOPE)]
    (result,) = run(["slurp"], tag, trained_on=trained_on, corpora=corpora)
    assert result.scores["seen"] == 0.5
    assert result.scores["intent_unseen"] == 1.0


@pytest.mark.parametrize("intent", sorted(SLURP_IN_DOUBT))
def test_what_a_home_may_answer_counts_neither_way(tmp_path: Path, intent: str) -> None:
    rows: list[dict[str, object]] = [
        {"intent": intent, "annotation": "play lights"},
        {"intent": "iot_hue_lighton", "annotation": "lights on"},
    ]
    written(tmp_path, "slurp/devel.jsonl", rows)
    (result,) = run(["slurp"], tag, corpora=tmp_path)
    assert result.scores == {"intent": 1.0, "acted_on_others": 0.0}


def test_no_intent_of_slurp_is_both_about_a_home_and_in_doubt() -> None:
    assert HOME_SLURP.keys().isdisjoint(SLURP_IN_DOUBT)


def test_every_intent_that_is_right_is_one_of_ours() -> None:
    assert {ours for right in HOME_SLURP.values() for ours in right} <= set(INTENTS)


def test_clinc_counts_what_is_acted_on_and_leaves_out_what_a_home_could_answer(
    corpora: Path,
) -> None:
    (result,) = run(["clinc150"], tag, corpora=corpora)
    assert result.sentences == 2
    assert result.scores == {"acted_on": 0.5}
    assert [miss.text for miss in result.misses] == ["what is light"]


@pytest.mark.parametrize("suite", ["slurp", "clinc150"])
def test_what_the_tagger_is_unsure_of_is_not_acted_on(corpora: Path, suite: str) -> None:
    (result,) = run([suite], tag, corpora=corpora, confidence=0.95)
    assert 0.0 in result.scores.values()
    assert all(miss.expected != OUT_OF_SCOPE for miss in result.misses)


@pytest.mark.parametrize("intent", ["HassNevermind", "HassRespond", OUT_OF_SCOPE])
def test_small_talk_that_does_nothing_is_not_acting(corpora: Path, intent: str) -> None:
    (result,) = run(["clinc150"], lambda text: Tagging(text, intent, 1.0), corpora=corpora)
    assert result.scores == {"acted_on": 0.0}


def test_results_become_json_with_hashes_and_misses(corpora: Path) -> None:
    told = json.loads(as_json(run(["clinc150"], tag, corpora=corpora)))
    assert told[0]["misses"][0]["found"] == "HassTurnOn"
    assert len(told[0]["data"]["clinc150/val.jsonl"]) == 64


def test_held_out_counts_spans() -> None:
    examples = [
        Example(LIGHTS, "HassTurnOn", (AREA,)),
        Example("light in the attic", "HassTurnOn", (Span("area", 13, 18, "attic"),)),
    ]
    (result,) = run(["held-out"], tag, held_out=examples)
    assert result.scores["intent"] == 1.0
    assert result.scores["exact_spans"] == result.scores["spans_f1"] == 0.5
    assert result.scores["calibration_error"] == pytest.approx(0.1)


def test_an_unknown_suite_names_the_known_ones(corpora: Path) -> None:
    with pytest.raises(LaresError, match=r"ha-intents-en.*found dance"):
        run(["dance"], tag, corpora=corpora)


def test_missing_corpora_say_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(LaresError, match="LARES_CORPORA"):
        run(["slurp"], tag, corpora=tmp_path / "nowhere")


def test_slots_are_the_same_by_value() -> None:
    assert same_slots(
        {"brightness": 50, "area": "Kitchen"}, {"brightness": 50.0, "area": "kitchen"}
    )
    assert same_slots({"name": ["pizza ", "pizza"]}, {"name": "pizza"})
    assert not same_slots({"brightness": 50}, {"brightness": 5})
    assert not same_slots({"area": "kitchen"}, {"area": "kitchen", "domain": "light"})
    assert not same_slots({"area": "kitchen"}, {})


def test_a_slurp_annotation_gives_text_and_places() -> None:
    row = slurp_row({"intent": "x", "annotation": "dim the [house_place : hall] now"})
    assert row["text"] == "dim the hall now"
    assert row["entities"] == [{"start": 8, "end": 12, "entity": "house_place"}]


def test_perfect_confidence_has_no_calibration_error() -> None:
    right = np.array([True, True, True, False])
    assert calibration_error(np.array([0.75] * 4), right) == 0.0
    assert calibration_error(np.array([1.0] * 4), right) == 0.25


def shown(suite: str, **scores: float) -> str:
    """The line of a suite in the table, with single blanks."""
    console = Console(width=200, file=StringIO(), record=True)
    console.print(table([SuiteResult(suite, 1_234, scores)]))
    (line,) = (line for line in console.export_text().splitlines() if suite in line)
    return " ".join(line.replace("│", " ").split())


@pytest.mark.parametrize("suite", FLOORS)
def test_a_suite_shows_whether_it_reaches_its_floor(suite: str) -> None:
    name, floor = FLOORS[suite]
    better, worse = (0.0, 1.0) if name == "acted_on" else (1.0, 0.0)
    for value, mark in ((floor, "✓"), (better, "✓"), (worse, "✗")):
        assert shown(suite, **{name: value}).endswith(mark)


def test_little_that_is_acted_on_is_good_and_much_that_is_exact_is_good() -> None:
    assert "acted_on ≤ 2% ✗" in shown("clinc150", acted_on=0.03)
    assert "exact ≥ 97% ✓" in shown("ha-intents-en", exact=0.99)


def test_a_suite_without_a_floor_or_a_score_is_told_as_it_is() -> None:
    assert shown("held-out", intent=0.5) == "held-out 1,234 intent 50.0%"
    assert shown("slurp").endswith("✗")
