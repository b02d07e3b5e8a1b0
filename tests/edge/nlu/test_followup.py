"""What a few words mean after something else was said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.nlu.followup import Fragment, fragment_of

VOCABULARY = (
    "no sorry not but the and what about too instead again other one off on open all way up down "
    "a bit more much brighter louder enough so thirty percent degrees red warm white make it back "
    "to both would be better just only , . ! i meant another turn lamp"
)


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("and the attic", Fragment("thing", "the attic", adds=True)),
        ("what about the cellar", Fragment("thing", "the cellar", adds=True)),
        ("the cellar too", Fragment("thing", "the cellar", adds=True)),
        ("no, the attic", Fragment("thing", "the attic", corrects=True)),
        ("the study instead", Fragment("thing", "the study", corrects=True)),
        ("wrong room, the study", Fragment("thing", "the study", corrects=True)),
        ("not the desk lamp, the floor lamp", Fragment("thing", "the floor lamp", corrects=True)),
        ("and the cellar lights off", Fragment("said", "the cellar lights off", adds=True)),
        ("no, lock the gate", Fragment("sentence", "lock the gate", corrects=True)),
        ("again", Fragment("again", "again")),
        ("once more", Fragment("again", "once more")),
        ("the other one", Fragment("other", "the other one")),
        ("off", Fragment("state", "off")),
        ("and off again", Fragment("state", "off")),
        ("all the way up", Fragment("state", "open")),
        ("thirty percent", Fragment("value", "thirty percent")),
        ("both to ten percent", Fragment("value", "ten percent")),
        ("make it red", Fragment("color", "red", every=False)),
        ("warm white", Fragment("color", "warm white")),
        ("blue would be nicer", Fragment("color", "blue", corrects=True)),
    ],
)
def test_a_fragment_is_told_by_its_words(text: str, fragment: Fragment) -> None:
    assert fragment_of(text) == fragment


@pytest.mark.parametrize(
    ("text", "amount", "direction", "dimension"),
    [
        ("a bit more", "a bit", 0, None),
        ("less", "", -1, None),
        ("much brighter", "much", 1, "brightness"),
        ("slightly quieter", "slightly", -1, "volume"),
        ("too loud", "", -1, "volume"),
        ("it's too cold", "", 1, "temperature"),
        ("not so loud", "", -1, "volume"),
        ("not bright enough", "", 1, "brightness"),
        ("two degrees warmer", "by two degrees", 1, "temperature"),
    ],
)
def test_a_step_has_a_direction(
    text: str, amount: str, direction: int, dimension: str | None
) -> None:
    found = fragment_of(text)
    assert found is not None
    assert (found.kind, found.text) == ("step", amount)
    assert (found.direction, found.dimension) == (direction, dimension)


@pytest.mark.parametrize("text", ["turn on the fan", "", "!!!", "is the door locked"])
def test_a_full_sentence_and_nothing_are_no_fragments(text: str) -> None:
    assert fragment_of(text) is None


@given(st.text() | st.lists(st.sampled_from(VOCABULARY.split()), max_size=20).map(" ".join))
def test_no_text_raises(text: str) -> None:
    found = fragment_of(text)
    assert found is None or found.direction in {-1, 0, 1}
