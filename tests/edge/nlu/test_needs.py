"""Needs told from texts: by a layer trained here, by the one that ships, and by none."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.knowledge.embedding import MODEL_NAME, HashedWords, MiniLm
from edge.nlu.needs import Need, SaidNeeds, TrainedNeeds, is_told
from edge.nlu.wishes import WISHES
from edge.types import LaresError
from models.catalog import Catalog
from models.needs_layer import ARTIFACT, NOTHING, WEIGHTS, Layer, Matrix, features_of, plain
from models.needs_train import Said, sentences, talk_of, train, write

DARK = ("it is dark", "so dark in here", "too dark to read", "dark again", "the stairs are dark")
COLD = ("it is cold", "so cold in here", "i am cold", "cold again", "the hall is cold")
TALK = ("hello there", "what a match", "nice to meet you", "see you on monday", "no idea")
SAID = tuple(
    Said(need, text)
    for need, texts in (("more_light", DARK), ("warmer", COLD), (NOTHING, TALK))
    for text in texts
)
EMBED = HashedWords().embed


def small(least: float = 0.5) -> Layer:
    return train(SAID, EMBED, least=least).layer


def real() -> MiniLm:
    model = Catalog.load().installed(MODEL_NAME)
    if model is None:
        pytest.skip(f"{MODEL_NAME} is not installed")
    return MiniLm(model)


def test_a_trained_layer_tells_what_it_was_trained_on() -> None:
    needs = TrainedNeeds(EMBED, small)
    assert [needs.of(text) for text in TALK] == [None] * len(TALK)
    found = needs.of("It is so DARK in here!")
    assert found is not None
    assert (found.name, found.probability >= 0.5) == ("more_light", True)


def test_what_is_not_sure_enough_is_no_need() -> None:
    assert TrainedNeeds(EMBED, lambda: small(1.0)).of("it is dark") is None


def test_the_same_sentences_give_the_same_layer() -> None:
    assert np.array_equal(small().weights, small().weights)


def test_a_layer_comes_back_from_its_files(tmp_path: Path) -> None:
    trained = train(SAID, EMBED, least=0.4)
    write(trained, tmp_path, "hashed-words")
    loaded = Layer.load(tmp_path)
    assert (loaded.needs, loaded.grams, loaded.least) == (
        trained.layer.needs,
        trained.layer.grams,
        pytest.approx(0.4),
    )
    assert np.array_equal(loaded.weights, trained.layer.weights)


def test_files_that_are_damaged_are_an_error(tmp_path: Path) -> None:
    write(train(SAID, EMBED), tmp_path, "hashed-words")
    (tmp_path / WEIGHTS).write_bytes(b"other")
    with pytest.raises(LaresError, match=WEIGHTS):
        Layer.load(tmp_path)


def test_nothing_is_loaded_or_embedded_for_what_tells_of_others() -> None:
    def never(texts: Sequence[str]) -> Matrix:
        raise AssertionError(texts)

    needs = TrainedNeeds(never, lambda: pytest.fail("loaded"))
    assert needs.of("") is None
    assert needs.of("his car smells of smoke") is None
    assert needs.of("word " * 100) is None


@pytest.mark.parametrize(
    "text",
    [
        "it was freezing at the station yesterday",
        "my brother's flat is so dark",
        "we're going to the beach on saturday maybe",
        "he said it was too loud",
        "i prefer tea to coffee",
        "in our village everybody grows potatoes",
        "she used to live in the dark",
    ],
)
def test_what_tells_of_other_times_people_and_places_is_told(text: str) -> None:
    assert is_told(plain(text))


@pytest.mark.parametrize(
    "text",
    [
        "it's freezing in here",
        "we're off to my sister's till monday",
        "i hate this song",
        "the neighbour is banging on the wall",
        "i'll never get warm",
        "the alarm was ringing i must get up",
    ],
)
def test_what_is_lacked_here_and_now_is_not_told(text: str) -> None:
    assert not is_told(plain(text))


@given(st.text(max_size=80))
def test_any_text_has_features_and_a_need_or_none(text: str) -> None:
    layer = _SMALL
    features = features_of([plain(text)], EMBED, layer.grams)
    assert np.isfinite(features).all()
    found = TrainedNeeds(EMBED, lambda: layer).of(text)
    assert found is None or 0 < found.probability <= 1


_SMALL = small()


def test_said_needs_know_what_they_are_told() -> None:
    needs = SaidNeeds({"it's dark": "more_light"})
    assert needs.of("It's dark.") == Need("more_light", 1.0)
    assert needs.of("it's light") is None


def test_every_need_of_the_sentences_has_a_wish_and_enough_sentences() -> None:
    said = sentences()
    counts = dict.fromkeys((each.need for each in said), 0)
    for each in said:
        counts[each.need] += 1
    assert set(counts) - {NOTHING} == set(WISHES)
    assert counts[NOTHING] >= 400
    few = {need: count for need, count in counts.items() if count < 30}
    assert not few


def test_a_sentence_that_stands_there_twice_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "sentences.txt"
    file.write_text("# a remark\n[warmer]\ni'm cold\n[cooler]\nI'm cold\n")
    with pytest.raises(LaresError, match=r":5: .*said before"):
        sentences(file)
    file.write_text("i'm cold\n")
    with pytest.raises(LaresError, match=r":1: .*above all needs"):
        sentences(file)


def test_talk_of_a_corpus_is_none_of_our_own_sentences() -> None:
    talk = talk_of(["It is dark", "Who won the cup?", "who won the cup"], SAID)
    assert talk == (Said(NOTHING, "who won the cup"),)


def test_the_layer_that_ships_fits_the_embedder_and_the_wishes() -> None:
    layer = Layer.load(ARTIFACT)
    assert set(layer.needs) - {NOTHING} == set(WISHES)
    assert layer.weights.shape == (MiniLm.width + len(layer.grams) + 1, len(layer.needs))


@pytest.mark.parametrize(
    ("text", "need"),
    [
        ("it's awfully stuffy in this room", "fresh_air"),
        ("i'm freezing cold", "warmer"),
        ("the sun is blinding me", "glare"),
        ("i'm going to bed now", "sleep"),
        ("there are crumbs all over the floor", "clean_floor"),
        ("we're going on holiday for two weeks", "leave_long"),
    ],
)
def test_what_ships_tells_plain_needs(text: str, need: str) -> None:
    found = TrainedNeeds(real().embed, Layer.load).of(text)
    assert found is not None
    assert found.name == need


def test_everyday_talk_needs_nothing() -> None:
    needs = TrainedNeeds(real().embed, Layer.load)
    talk = [
        "that was a lovely dinner",
        "what did you do at school today",
        "he said he would come on friday",
        "we should paint this wall green",
        "my grandmother knitted this scarf",
        "can you pass me the salt",
    ]
    assert [needs.of(text) for text in talk] == [None] * len(talk)
