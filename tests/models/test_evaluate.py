"""The suites: what counts as right, and what a missing corpus or an unknown suite says."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from edge.types import OUT_OF_SCOPE, Intent, LaresError, Span, Tagging, Understanding
from models.evaluate import as_json, calibration_error, run, same_slots, slurp_row
from models.labels import Example

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
    talk = {"text": "i lost my card", "intent": "report_lost_card"}
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


def test_slurp_counts_what_maps_to_ours_apart_from_the_rest(corpora: Path) -> None:
    (result,) = run(["slurp"], tag, corpora=corpora)
    assert result.sentences == 3
    assert result.scores == {"intent": 1.0, "out_of_scope": 0.5}


def test_clinc_leaves_out_what_a_home_could_answer(corpora: Path) -> None:
    (result,) = run(["clinc150"], tag, corpora=corpora)
    assert result.sentences == 2
    assert result.scores == {"out_of_scope": 0.5}


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
