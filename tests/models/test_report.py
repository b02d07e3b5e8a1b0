"""What a training tells of itself: figures by hand, and pictures that can be read."""

from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("seqeval", reason="seqeval is not installed: it is of the extra train")
pytest.importorskip("matplotlib", reason="matplotlib is not installed: it is of the extra train")

from matplotlib.text import Text

from edge.types import OUT_OF_SCOPE
from models import report
from models.labels import INTENTS, Example, Labels
from models.report import Answers, Judged
from tests.models import tiny_tagger

LABELS = Labels()


def judged(*intents: str, sure: float = 5.0) -> Judged:
    """A network that says these intents, and tags no word of three."""
    logits = np.zeros((len(intents), len(INTENTS)), dtype=np.float32)
    for row, intent in enumerate(intents):
        logits[row, INTENTS.index(intent)] = sure
    return Judged(logits, [["O", "O", "O"]] * len(intents))


def examples(*intents: str) -> list[Example]:
    return [Example("one two three", intent) for intent in intents]


def answers(said: list[str], found: list[str]) -> Answers:
    return report.answers(judged(*found), examples(*said), LABELS)


def everything_once() -> Answers:
    """Each intent said a few times, and some of each taken for the next one."""
    rng = np.random.default_rng(7)
    wanted = np.repeat(np.arange(len(INTENTS)), 20)
    found = np.where(rng.random(len(wanted)) < 0.85, wanted, (wanted + 1) % len(INTENTS))
    told = answers([INTENTS[0]], [INTENTS[0]])
    tags = [["O"]] * len(wanted)
    return dataclasses.replace(
        told, wanted=wanted, found=found, confidence=rng.uniform(0.05, 1.0, len(wanted)),
        wanted_tags=tags, found_tags=tags,
    )  # fmt: skip


def texts(figure: object) -> list[Text]:
    found: list[Text] = figure.findobj(Text)  # type: ignore[attr-defined]
    return [text for text in found if text.get_text() and text.get_visible()]


def test_scores_count_intents_and_whole_sentences() -> None:
    said, found = ["HassTurnOn", "HassTurnOff"], ["HassTurnOn", "HassTurnOn"]
    scores = report.scores(answers(said, found))
    assert (scores.intent, scores.exact, scores.count) == (0.5, 0.5, 2)


def test_a_wrong_tag_makes_a_sentence_wrong_that_has_the_right_intent() -> None:
    told = report.answers(judged("HassTurnOn"), tiny_tagger.corpus().held_out[:1], LABELS)
    told = dataclasses.replace(told, found_tags=[["O"] * 5])
    scores = report.scores(told)
    assert (scores.intent, scores.exact, scores.spans) == (1.0, 0.0, 0.0)


def test_the_temperature_makes_an_overconfident_network_humble() -> None:
    said = ["HassTurnOn"] * 7 + ["HassTurnOff"] * 3
    boasting = judged(*["HassTurnOn"] * 10, sure=12.0)
    found = report.temperature(boasting, examples(*said), LABELS)
    told = report.answers(boasting, examples(*said), Labels(temperature=found))
    assert found > 1.5
    assert told.confidence.mean() == pytest.approx(0.7, abs=0.15)


def test_the_report_tells_of_intents_and_of_span_labels() -> None:
    corpus = tiny_tagger.corpus().held_out
    told = report.answers(judged(*(e.intent for e in corpus)), corpus, LABELS)
    told = dataclasses.replace(told, found_tags=told.wanted_tags)
    words = report.in_words(told)
    before, after = words.split("Spans")
    assert "HassTurnOn" in before and OUT_OF_SCOPE in before
    assert "area" in after and "domain" in after


def test_confusion_has_a_row_for_what_was_said() -> None:
    said = ["HassTurnOn", "HassTurnOn", "HassTurnOff"]
    names, counts = report.confusion(answers(said, ["HassTurnOn", "HassToggle", "HassTurnOff"]))
    assert names == ("HassToggle", "HassTurnOff", "HassTurnOn")
    assert counts.tolist() == [[0, 0, 0], [0, 1, 0], [1, 0, 1]]


def test_all_intents_are_readable_in_the_picture_of_confusions() -> None:
    told = everything_once()
    figure = report.confusion_picture(*report.confusion(told))
    figure.canvas.draw()
    shown = texts(figure)
    assert {"TurnOn", "ListAddItem", OUT_OF_SCOPE} <= {text.get_text() for text in shown}
    assert min(text.get_fontsize() for text in shown) >= 6
    rows = [label.get_window_extent() for label in figure.axes[0].get_yticklabels()]
    assert len(rows) == len(INTENTS)
    ordered = sorted(rows, key=lambda box: box.y0)
    assert all(low.y1 <= high.y0 for low, high in itertools.pairwise(ordered))


@pytest.mark.parametrize("kinds", [1, 2, 10, len(INTENTS)])
def test_nothing_in_the_picture_of_confusions_is_cut_off(kinds: int) -> None:
    counts = np.eye(kinds, dtype=np.int_) * 1_234
    figure = report.confusion_picture(INTENTS[:kinds], counts)
    figure.canvas.draw()
    width, height = figure.get_size_inches() * figure.dpi
    for text in texts(figure):
        box = text.get_window_extent()
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height, text


def test_the_title_of_the_reliability_diagram_tells_the_calibration_error() -> None:
    told = everything_once()
    figure = report.reliability_picture(told)
    error = report.scores(told).calibration
    assert any(f"ECE {error:.1%}" in text.get_text() for text in texts(figure))
    assert min(text.get_fontsize() for text in texts(figure)) >= 6


def test_the_reliability_diagram_counts_each_sentence_once() -> None:
    told = everything_once()
    below = report.reliability_picture(told).axes[1]
    assert sum(bar.get_height() for bar in below.patches) == len(told.wanted)
    assert len(below.patches) == report.BINS


def test_one_answer_is_enough_for_all_reports(tmp_path: Path) -> None:
    report.write(tmp_path, answers(["HassTurnOn"], ["HassTurnOff"]))
    assert {path.name for path in tmp_path.iterdir()} == {
        "report.txt",
        "confusion.png",
        "reliability.png",
    }
    assert (tmp_path / "confusion.png").read_bytes().startswith(b"\x89PNG")
