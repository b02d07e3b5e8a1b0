"""Several things in one clause."""

from __future__ import annotations

import pytest

from edge.nlu.grouping import groups_of, is_joined, one_name_each
from edge.nlu.heard import Heard
from tests.edge.nlu.homes import tagging


def heard(marked: str) -> Heard:
    return Heard.of(tagging(marked, "HassTurnOn"))


def told(parts: list[Heard]) -> list[list[str]]:
    return [[span.text for span in part.spans] for part in parts]


def test_each_of_several_kinds_goes_with_its_own_place() -> None:
    text = (
        "close the [kitchen](area) [blind](domain) and the [study](area) [blind](domain) by [5](x)"
    )
    assert told(groups_of(heard(text))) == [["kitchen", "blind", "5"], ["study", "blind", "5"]]


@pytest.mark.parametrize(
    "marked",
    [
        "close the [blind](domain)",
        "close the [kitchen](area) and [study](area) [blinds](domain)",
        "close the [blind](domain) and the [door](domain) in the [study](area)",
    ],
)
def test_what_shares_its_place_or_its_kind_is_one_group(marked: str) -> None:
    assert groups_of(heard(marked)) == []


def test_a_question_about_two_names_is_two_questions() -> None:
    text = "are the [fan](name) and the [lamp](name) [on](state)"
    assert told(one_name_each(heard(text))) == [["fan", "on"], ["lamp", "on"]]


@pytest.mark.parametrize(
    ("marked", "joined"),
    [
        ("the [fan](name) and the [lights](domain)", True),
        ("all [lights](domain), the [fan](name)", True),
        ("the [fan](name) by the [lights](domain)", False),
    ],
)
def test_only_and_and_commas_join(marked: str, *, joined: bool) -> None:
    text = heard(marked)
    (name,), (kind,) = text.labelled("name"), text.labelled("domain")
    assert is_joined(text.text, kind, [name]) is joined
