"""Clauses in one breath, made of sentences that stand alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from models.needs_joined import JOINTS, KINDS, MOST_WORDS, Joined, joined
from models.needs_model import NOTHING, ORDER

SENTENCES = {
    ORDER: ("telly off", "turn on the fan"),
    NOTHING: ("who won the cup",),
    "warmer": ("it's perishing",),
    "more_light": ("i can't see a thing", "so dark"),
    "sleep": ("good night all",),
}


def test_a_clause_begins_with_what_joins_it_to_the_one_before() -> None:
    breath = Joined(("telly off", "and it's perishing", "i can't see"))
    assert breath.text == "telly off and it's perishing i can't see"
    assert breath.begins == {2, 5}
    assert Joined(("telly off",)).begins == frozenset()


@given(st.integers(0, 50))
def test_they_are_made_of_different_sentences_in_the_kinds_that_are_wanted(seed: int) -> None:
    whole = {text: what for what, texts in SENTENCES.items() for text in texts}
    for breath in joined(SENTENCES, 20, seed):
        kinds = []
        assert len(breath.text.split()) <= MOST_WORDS
        for at, clause in enumerate(breath.clauses):
            text = next(text for text in whole if clause.endswith(text))
            assert clause[: -len(text)].strip() in JOINTS
            assert at or clause == text
            kinds.append(whole[text])
        told = tuple(kind if kind in (ORDER, NOTHING) else "need" for kind in kinds)
        assert told in KINDS
        needs = [kind for kind in kinds if kind not in (ORDER, NOTHING)]
        assert len({*needs}) == len(needs)


def test_the_same_seed_makes_the_same() -> None:
    assert joined(SENTENCES, 30, 1) == joined(SENTENCES, 30, 1) != joined(SENTENCES, 30, 2)
