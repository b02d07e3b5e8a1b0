"""`lares parse --explain` from outside: for people, as JSON and line by line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.program import answers, lares


def test_people_see_the_stages_and_why_the_rest_was_not_taken(folder: Path) -> None:
    text = "open the front door"
    done = lares("parse", "--explain", text, "--home", "home.yaml", folder=folder)
    assert done.returncode == 1, done.stderr  # as without --explain: it is asked about
    for part in ("said", "tagger", "HassTurnOn", "Front Door", "wrong domain: lock", "asks"):
        assert part in done.stdout


def test_each_clause_stands_in_a_block_of_its_own(folder: Path) -> None:
    text = "lock the front door and turn off everything except the kitchen light"
    done = lares("parse", "--explain", text, "--home", "home.yaml", folder=folder)
    assert "clause 1 of 2" in done.stdout
    assert "clause 2 of 2" in done.stdout
    assert "left out the kitchen light" in done.stdout


def test_json_has_the_explanation_beside_the_outcome(folder: Path) -> None:
    told = ("parse", "turn on the kitchen light", "--home", "home.yaml", "--json")
    (plain,) = answers(lares(*told, folder=folder))
    (explained,) = answers(lares(*told, "--explain", folder=folder))
    explanation = explained.pop("explain")
    assert plain.keys() == explained.keys()
    assert plain["intents"] == explained["intents"]
    assert [i["name"] for i in explanation["intents"]] == ["HassTurnOn"]
    assert explanation["intents"][0]["targets"] == ["light.kitchen"]
    (clause,) = explanation["read"]
    assert len(clause["tagger"]["intents"]) == 3
    assert clause["fate"] == "understood"


def test_a_batch_explains_each_line_and_survives_bad_ones(folder: Path) -> None:
    lines = [{"text": "turn on the lights", "area": "kitchen"}, {"words": 1}, {"text": ""}]
    stdin = "\n".join(map(json.dumps, lines))
    done = lares("parse", "--explain", "--batch", "--home", "home.yaml", stdin=stdin, folder=folder)
    first, bad, empty = answers(done)
    (span,) = first["explain"]["read"][0]["resolver"]["spans"]
    reasons = {each["id"]: each["reason"] for each in span["candidates"]}
    assert reasons == {"light.kitchen": "", "light.hall": "not where it was said"}
    assert bad.keys() == {"error"}
    assert empty["explain"]["intents"] == []


@pytest.mark.parametrize("text", ["", "🎉", "x" * 10_000, "[red]who wrote hamlet[/red] [/]"])
def test_a_text_that_means_nothing_is_explained_and_ends_with_exit_code_1(
    folder: Path, text: str
) -> None:
    done = lares(
        "parse", "--explain", text, "--home", "home.yaml", folder=folder, env={"COLUMNS": "80"}
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert "nothing" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert text[:20] in done.stdout


def test_a_terminal_without_unicode_gets_what_it_can_show(folder: Path) -> None:
    env = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    text = "turn on the 🎉 kitchen light"
    done = lares("parse", "--explain", text, "--home", "home.yaml", folder=folder, env=env)
    assert done.returncode in {0, 1}
    assert done.stderr == ""
    assert done.stdout.isascii()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("parse", "--explain"), "expected a text"),
        (("parse", "--explain", "hello", "--home", "none.yaml"), "none.yaml"),
        (("parse", "--explain", "hello", "--area", "attic"), "there is no area 'attic'"),
        (("say", "--explain", "hello"), "unrecognized arguments: --explain"),
    ],
)
def test_bad_input_is_told_and_ends_with_exit_code_2(
    folder: Path, arguments: tuple[str, ...], message: str
) -> None:
    done = lares(*arguments, folder=folder)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
