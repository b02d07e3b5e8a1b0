"""The training data: the same from a seed, labelled as it should be, free of evaluation data."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("hassil", reason="hassil is of the extras dev and train")
pytest.importorskip("home_assistant_intents", reason="it is of the extras dev and train")

import home_assistant_intents

from edge.types import OUT_OF_SCOPE, LaresError
from models import corpus_open
from models.corpus import QUICK, Corpus, build
from models.corpus_noise import noisy
from models.corpus_open import corpora_folder, nlu_example
from models.corpus_templates import (
    Template,
    home_assistant_templates,
    our_grammar,
    our_templates,
    spell,
)
from models.labels import INTENTS, SPAN_LABELS, words

OURS = our_templates()
PACKAGE = home_assistant_intents.get_intents("en")
THEIRS = home_assistant_templates(PACKAGE or {}, our_grammar())


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return build(3, QUICK)


def test_a_seed_gives_the_same_sentences_again(corpus: Corpus) -> None:
    assert build(3, QUICK) == corpus


def test_another_seed_gives_others(corpus: Corpus) -> None:
    assert set(build(4, QUICK).train) != set(corpus.train)


def test_every_intent_can_be_learned(corpus: Corpus) -> None:
    assert set(corpus.counts()) == set(INTENTS)


def test_every_label_can_be_learned_but_the_one_no_sentence_has(corpus: Corpus) -> None:
    taught = {span.label for example in corpus.train for span in example.spans}
    assert set(SPAN_LABELS) - taught == {"response"}


def test_held_out_templates_are_not_trained_on(corpus: Corpus) -> None:
    templates = {e.source for e in corpus.held_out if e.source.startswith("phrasing/")}
    assert templates
    assert not templates & {example.source for example in corpus.train}


def test_no_sentence_comes_twice(corpus: Corpus) -> None:
    seen = [tuple(w.text for w in words(e.text)) for e in (*corpus.train, *corpus.held_out)]
    assert len(seen) == len(set(seen))


@settings(max_examples=300)
@given(st.sampled_from((*OURS, *THEIRS)), st.integers(0, 10**6))
def test_spans_are_the_words_they_mark(template: Template, seed: int) -> None:
    rng = random.Random(seed)
    plain = template.example(rng)
    for example in (plain, noisy(plain, rng)):
        for span in example.spans:
            assert example.text[span.start : span.end] == span.text
            assert span.text == span.text.strip() != ""
            assert span.label in SPAN_LABELS


@settings(max_examples=200)
@given(st.sampled_from(OURS), st.integers(0, 10**6))
def test_noise_changes_neither_intent_nor_labels(template: Template, seed: int) -> None:
    rng = random.Random(seed)
    plain = template.example(rng)
    heard = noisy(plain, rng)
    assert heard.intent == plain.intent
    assert [span.label for span in heard.spans] == [span.label for span in plain.spans]


def labelled(source: str) -> set[tuple[str, str]]:
    """Labels and words of some sentences of the Home Assistant template that reads so."""
    template = next(t for t in THEIRS if t.source.endswith(f": {source}"))
    rng = random.Random(1)
    return {(s.label, s.text) for _ in range(80) for s in template.example(rng).spans}


def test_home_assistants_lights_are_a_domain() -> None:
    found = labelled("<turn> on [(<all>|<the>)] <light> <in> [<the>] {area}")
    assert {("domain", "lights"), ("domain", "lamp")} <= found


def test_home_assistants_verb_of_locks_is_a_domain() -> None:
    assert ("domain", "unlock") in labelled("unlock [<the>] {name}")


def test_a_number_takes_its_unit_along() -> None:
    found = labelled("[<numeric_value_set>] [the] brightness to {brightness}[([ ]%)| percent]")
    assert any(text.endswith(("%", " percent")) for label, text in found if label == "brightness")


def test_numbers_are_spelled_in_english() -> None:
    assert [spell(n) for n in (0, 13, 40, 72, 100, 215, 2700, 10_000)] == [
        *("zero", "thirteen", "forty", "seventy two", "one hundred", "two hundred fifteen"),
        *("two thousand seven hundred", "ten thousand"),
    ]


def test_an_unknown_intent_in_a_phrasing_file_is_a_clear_error(tmp_path: Path) -> None:
    for name in ("words.txt", "times.txt"):
        (tmp_path / name).write_text("")
    (tmp_path / "odd.txt").write_text("[HassDance]\ndance\n")
    with pytest.raises(LaresError, match=r"odd\.txt.*HassDance"):
        our_templates(tmp_path)


def row(text: str, intent: str, **entities: str) -> dict[str, object]:
    marks = [
        {"start": text.index(word), "end": text.index(word) + len(word), "entity": kind}
        for kind, word in entities.items()
    ]
    return {"text": text, "intent": intent, "entities": marks}


def test_peoples_sentences_become_ours() -> None:
    example = nlu_example(row("lights off in the den", "iot_hue_lightoff", house_place="den"))
    assert example is not None
    assert example.intent == "HassTurnOff"
    assert [(s.label, s.text) for s in example.spans] == [("domain", "lights"), ("area", "den")]


def test_what_has_no_counterpart_is_out_of_scope_or_left_out() -> None:
    talk = nlu_example(row("who is the president", "qa_factoid"))
    assert talk is not None and talk.intent == OUT_OF_SCOPE
    assert nlu_example(row("lights off at noon", "iot_hue_lightoff", time="noon")) is None
    assert nlu_example(row("read me a book", "play_audiobook")) is None


@pytest.mark.parametrize(
    ("said", "theirs", "marks", "ours", "spans"),
    [
        ("vacuum at noon", "iot_cleaning", {"time": "noon"}, "HassVacuumStart", []),
        ("make coffee", "iot_coffee", {}, "HassTurnOn", [("name", "coffee")]),
        ("what day is it", "datetime_query", {}, "HassGetCurrentDate", []),
        ("what time is it", "datetime_query", {}, "HassGetCurrentTime", []),
        ("add milk to my list", "lists_createoradd", {}, "HassListAddItem", [("item", "milk")]),
    ],
)
def test_peoples_sentences_keep_the_marks_that_are_slots_of_ours(
    said: str, theirs: str, marks: dict[str, str], ours: str, spans: list[tuple[str, str]]
) -> None:
    example = nlu_example(row(said, theirs, **marks))
    assert example is not None
    assert example.intent == ours
    assert [(span.label, span.text) for span in example.spans] == spans


def test_a_damaged_corpus_names_file_and_line(tmp_path: Path) -> None:
    folder = tmp_path / "nlu-home"
    folder.mkdir()
    good = json.dumps(row("hello", "general_joke"))
    (folder / "sentences.jsonl").write_text(f"{good}\nnot json\n")
    with pytest.raises(LaresError, match=r"sentences\.jsonl:2"):
        list(corpus_open.nlu_home(tmp_path))


def test_the_corpora_are_sought_where_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LARES_CORPORA", str(tmp_path))
    assert corpora_folder() == tmp_path
    monkeypatch.setenv("LARES_CORPORA", str(tmp_path / "nowhere"))
    assert corpora_folder() is None


@pytest.mark.skipif(corpora_folder() is None, reason="no open corpora: LARES_CORPORA is not set")
def test_open_corpora_add_people_and_their_hashes_are_kept() -> None:
    made = build(3, QUICK, corpora_folder())
    sources = {example.source.partition("/")[0] for example in made.train}
    assert {"nlu-home", "clinc150", "phrasing", "home-assistant-intents"} <= sources
    assert len(made.hashes["clinc150/train.jsonl"]) == 64


@pytest.mark.skipif(corpora_folder() is None, reason="no open corpora: LARES_CORPORA is not set")
def test_the_evaluation_sentences_are_no_source() -> None:
    made = build(3, QUICK, corpora_folder())
    read = {*made.hashes}
    assert not [name for name in read if "ha-intents" in name or "leaderboard" in name]
