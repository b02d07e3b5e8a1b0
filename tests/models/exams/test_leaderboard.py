"""The Home LLM leaderboard's sets: how they are read, and what is right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from edge.types import EntityState, LaresError, Outcome
from models.corpus_open import corpora_folder
from models.exams import leaderboard
from models.exams.conversation import Turn
from tests.models.exams.playing import Scripted, outcome, state

Right = Callable[[Mapping[str, Any], Outcome], bool]


def written(folder: Path, home: str, **files: list[dict[str, Any]]) -> None:
    (folder / home).mkdir(parents=True, exist_ok=True)
    (folder / home / leaderboard.FIXTURES).write_text("entities: []\n")
    for name, tests in files.items():
        (folder / home / f"{name}.yaml").write_text(yaml.safe_dump({"tests": tests}))


@pytest.fixture
def right(tmp_path: Path) -> Right:
    """Whether an outcome is right after the one sentence of a test."""

    def judge(test: Mapping[str, Any], given: Outcome) -> bool:
        written(tmp_path, "home", case=[{"sentences": ["do it"], **test}])
        return leaderboard.suite("x", tmp_path, Scripted([given])).scores["exact"] == 1

    return judge


def test_each_sentence_of_each_home_is_a_case(tmp_path: Path) -> None:
    setup = {"light.a": {"state": "on", "attributes": {"brightness": 5}}, "light.b": {"state": 1}}
    written(tmp_path, "b", one=[{"sentences": ["x", "y"], "setup": setup}], two=[])
    written(tmp_path, "a/deep", three=[{"sentences": ["z"]}])
    found = [case.conversation for case in leaderboard.cases(tmp_path)]
    assert [conversation.turns for conversation in found] == [(Turn(t),) for t in "zxy"]
    assert [conversation.home.parent.name for conversation in found] == ["deep", "b", "b"]
    assert found[1].setup == {
        "light.a": EntityState("on", {"brightness": 5}),
        "light.b": EntityState("1"),
    }


def test_a_folder_without_homes_is_named(tmp_path: Path) -> None:
    with pytest.raises(LaresError, match=f"{leaderboard.FIXTURES}.*{tmp_path.name}"):
        list(leaderboard.cases(tmp_path))


def test_the_expected_state_and_attributes_are_right(right: Right) -> None:
    expected = {"light.a": {"state": "on", "attributes": {"brightness": 128}}}
    test = {"expect_changes": expected}
    assert right(test, outcome(changes={"light.a": state("on", brightness=128, more=1)}))
    assert right(test, outcome(changes={"light.a": state("on", brightness=127)}))
    assert not right(test, outcome(changes={"light.a": state("on", brightness=100)}))
    assert not right(test, outcome(changes={"light.a": state("on")}))
    assert not right(test, outcome(changes={"light.a": state("off", brightness=128)}))
    assert not right(test, outcome())


def test_anything_else_that_changes_is_wrong(right: Right) -> None:
    test = {"expect_changes": {"light.a": {"state": "on"}}}
    both = {"light.a": state("on"), "light.b": state("on")}
    assert not right(test, outcome(changes=both))
    assert not right({}, outcome(changes=both))
    assert right({}, outcome())


def test_only_attributes_may_be_expected(right: Right) -> None:
    test = {"expect_changes": {"climate.a": {"attributes": {"temperature": 21}}}}
    assert right(test, outcome(changes={"climate.a": state("heat", temperature=21)}))


def test_what_is_expected_to_be_null_may_be_anything(right: Right) -> None:
    attributes = {"brightness": None, "rgb_color": None}
    test = {"expect_changes": {"light.a": {"state": "off", "attributes": attributes}}}
    assert right(test, outcome(changes={"light.a": state("off", brightness=3)}))
    assert right(test, outcome(changes={"light.a": state("off")}))


@pytest.mark.parametrize("ignored", [["brightness"], {"attributes": ["brightness"]}])
def test_what_is_to_be_ignored_may_be_anything(right: Right, ignored: Any) -> None:
    attributes = {"brightness": 3, "color_mode": "rgb", "effect": "rain"}
    test = {
        "expect_changes": {"light.a": {"state": "on", "attributes": attributes}},
        "ignore_changes": {"light.a": ignored},
    }
    assert right(test, outcome(changes={"light.a": state("on", effect="rain")}))
    assert not right(test, outcome(changes={"light.a": state("on")}))


def test_what_is_in_its_state_already_need_not_change(right: Right) -> None:
    locked = {"lock.a": {"state": "locked", "attributes": {"battery": 80}}}
    test = {"setup": locked, "expect_changes": locked}
    assert right(test, outcome())
    assert not right(test, outcome(changes={"lock.a": state("unlocked", battery=80)}))
    open_ = {"lock.a": {"state": "unlocked"}}
    assert not right({"setup": open_, "expect_changes": locked}, outcome())


def test_the_share_of_right_sentences_is_told_with_what_was_wrong(tmp_path: Path) -> None:
    expected = {"light.a": {"state": "on"}}
    written(tmp_path, "home", case=[{"sentences": ["x", "y"], "expect_changes": expected}])
    right, wrong = (outcome(changes={"light.a": state(name)}) for name in ("on", "off"))
    converse = Scripted([right], [wrong])
    result = leaderboard.suite("assist-mini", tmp_path, converse)
    assert (result.suite, result.sentences) == ("assist-mini", 2)
    assert result.scores == {"exact": 0.5}
    (miss,) = result.misses
    assert (miss.text, miss.expected) == ("y", "{'light.a': {'state': 'on'}}")
    assert "'off'" in miss.found
    assert converse.acting is True


@pytest.mark.skipif(corpora_folder() is None, reason="no open corpora: LARES_CORPORA is not set")
@pytest.mark.parametrize("name", ["assist-mini", "intents"])
def test_the_leaderboards_own_sets_are_read(name: str) -> None:
    folder = corpora_folder()
    assert folder is not None
    if not (folder / "home-leaderboard" / name).exists():
        pytest.skip("the leaderboard is not among the corpora")
    cases = list(leaderboard.cases(folder / "home-leaderboard" / name))
    assert len(cases) >= 50
    assert all(case.conversation.turns[0].text for case in cases)
