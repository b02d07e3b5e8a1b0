"""`lares domain`, and `parse`, `say` and `hear` with `--domain`: real files, tagger and engine."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

import edge.commands.domain
import edge.ears
from edge.cli import main
from edge.demo.recordings import recordings
from edge.domain.training import train
from tests.edge.domain.house import HOUSE, MEANINGS

Run = Callable[..., tuple[int, str, str]]
"""Runs `lares` with arguments: exit code, standard output, standard error."""
RECORDINGS = {recording.text: str(recording.path) for recording in recordings()}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's data directory with a trained domain of the name "house"."""
    folder = tmp_path_factory.mktemp("data")
    source = folder / "House.yaml"
    source.write_text(HOUSE, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(folder))
        patch.setattr(edge.commands.domain, "train_head", partial(train, count=60))
        assert main(["domain", "train", str(source), "--json"]) == 0
    return folder


@pytest.fixture
def lares(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """In an empty folder, without a configuration and without domains."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(edge.commands.domain, "train_head", partial(train, count=20))

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main([*arguments])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


@pytest.fixture
def in_house(lares: Run, data: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The same with the domain "house"."""
    monkeypatch.setenv("XDG_DATA_HOME", str(data))
    return lares


def test_a_domain_is_trained_listed_and_forgotten(lares: Run, tmp_path: Path) -> None:
    (tmp_path / "My Tea.yaml").write_text("expressions: {brew: ['[make, brew] (me) tea']}")
    code, out, _ = lares("domain", "train", "My Tea.yaml")
    assert code == 0
    assert "The domain my_tea is trained" in out
    assert "1 intents, 0 kinds of slots, 4 words" in out
    code, out, _ = lares("domain", "list")
    assert (code, out.split()[5:8]) == (0, ["my_tea", "1", "4"])
    code, out, _ = lares("domain", "list", "--json")
    (listed,) = json.loads(out)
    assert {*listed} == {"name", "intents", "words", "right", "taken"}
    assert lares("domain", "forget", "my_tea") == (0, "", "")
    assert lares("domain", "list") == (
        0, "There is no domain yet. Train one with: lares domain train FILE\n", "",
    )  # fmt: skip


def test_training_tells_as_json_what_came_of_it(lares: Run, tmp_path: Path) -> None:
    (tmp_path / "tea.yaml").write_text("expressions: {brew: [make tea]}")
    code, out, _ = lares("domain", "train", "tea.yaml", "--name", "drinks", "--json")
    told = json.loads(out)
    assert code == 0
    assert (told["name"], told["intents"], told["words"]) == ("drinks", 1, 2)
    assert Path(told["folder"]) == tmp_path / "data" / "lares" / "domains" / "drinks"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"- a", "tea.yaml: expected the file to be a mapping, found ['a']"),
        (b"expressions: {a: ['[b']}", "tea.yaml: the expression '[b': expected ']'"),
        (b"expressions: {a: ['@b']}", "there is no macro 'b'"),
        (b"expressions: {a: ['$b:c']}", "a slot of the type 'b', which is not among the slots"),
        (b"expressions: {a: [b]}\nslots: {c: }", "expected slot 'c' to have values"),
        (b"expressions: {a: ['" + b"[" * 1_000 + b"']}", "options in options"),
        (b"\xff\xfe", "cannot be read as UTF-8 text"),
        (b"#" * 3_000_000, "larger than 2000000 bytes"),
        (None, "No such file or directory"),
    ],
)
def test_a_file_that_cannot_be_used_is_bad_input(
    lares: Run, tmp_path: Path, content: bytes | None, told: str
) -> None:
    if content is not None:
        (tmp_path / "tea.yaml").write_bytes(content)
    code, out, err = lares("domain", "train", "tea.yaml")
    assert (code, out) == (2, "")
    assert err.startswith("lares: ")
    assert told in err
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("name", ["../x", "/tmp/x", "Tea", ".x"])
def test_a_name_that_is_no_folders_is_bad_input(lares: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / "tea.yaml").write_text("expressions: {brew: [make tea]}")
    code, _, err = lares("domain", "train", "tea.yaml", "--name", name)
    assert code == 2
    assert f"found '{name}': choose one with --name" in err
    for command in (("parse", "make tea", "--domain", name), ("domain", "forget", name)):
        code, out, err = lares(*command)
        assert (code, out) == (2, "")
        assert err.startswith("lares: ")


def test_a_domain_that_is_not_there_is_bad_input(in_house: Run) -> None:
    code, _, err = in_house("parse", "make tea", "--domain", "tea")
    assert code == 2
    assert err.startswith("lares: There is no domain 'tea'; known: house. Train one with")


def test_a_domain_that_cannot_be_used_does_not_hide_the_others(lares: Run, tmp_path: Path) -> None:
    (tmp_path / "tea.yaml").write_text("expressions: {brew: [make tea]}")
    for name in ("good", "bad"):
        lares("domain", "train", "tea.yaml", "--name", name)
    head = tmp_path / "data" / "lares" / "domains" / "bad" / "head.npz"
    head.write_bytes(head.read_bytes()[:-1])
    code, out, err = lares("domain", "list", "--json")
    assert code == 2
    assert [each["name"] for each in json.loads(out)] == ["good"]
    assert "bad/head.npz is not what was trained: train it again with" in err


def test_a_text_comes_out_as_its_intent_and_slots(in_house: Run) -> None:
    code, out, err = in_house("parse", "Lock the front door!", "--domain", "house")
    assert (code, out, err) == (0, "understood lock {door: front} 1.00\n", "")
    code, out, _ = in_house("say", "dim the kitchen lights to 20%", "--domain", "house", "--json")
    assert code == 0
    (intent,) = json.loads(out)["intents"]
    assert intent == {
        "name": "dim", "slots": {"room": "kitchen", "level": "20%"}, "confidence": 1.0,
        "source": "domain",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["what a day", "", "?!", "灯", "lock " * 20_000])
def test_another_text_is_nothing_of_the_domain(in_house: Run, text: str) -> None:
    code, out, _ = in_house("parse", text, "--domain", "house")
    assert (code, out) == (1, "understood nothing of this domain\n")


def test_a_text_needs_no_speech_to_text(in_house: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*arguments: object, **named: object) -> None:
        raise AssertionError("an engine was made")

    monkeypatch.setattr(edge.ears, "choose", none)
    assert in_house("parse", "lock the front door", "--domain", "house")[0] == 0


@pytest.mark.parametrize("option", [["--area", "kitchen"], ["--home", "home.yaml"], ["--explain"]])
def test_what_belongs_to_a_home_is_refused(in_house: Run, option: list[str]) -> None:
    code, _, err = in_house("parse", "lock the front door", "--domain", "house", *option)
    assert code == 2
    assert err == f"lares: a domain has no home: leave {option[0]} out, or --domain\n"


def test_lines_are_answered_each_in_its_place(
    in_house: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        '{"text": "lock the back door"}',
        "",
        '{"text": "what a day"}',
        '{"text": "lock the back door", "area": "kitchen"}',
        "nonsense",
        '{"file": "none.flac"}',
        '{"text": "open the curtains in the office"}',
    ]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines)))
    code, out, _ = in_house("parse", "--batch", "--domain", "house")
    told = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [[intent["name"] for intent in line.get("intents", ())] for line in told] == [
        ["lock"], [], [], [], [], ["cover"],
    ]  # fmt: skip
    assert "a domain has no home" in told[2]["error"]
    assert "expected a JSON object" in told[3]["error"]
    assert "none.flac cannot be opened" in told[4]["error"]


def test_recordings_are_heard_after_the_wake_word(in_house: Run) -> None:
    texts = ["lock the front door", "start the vacuum"]
    files = [RECORDINGS[text] for text in texts]
    code, out, err = in_house(
        "hear", *files, "--domain", "house", "--engine", "pocketsphinx", "--json"
    )
    assert (code, err) == (1, ""), "one of them is nothing of the domain"
    heard = [json.loads(line)["intents"] for line in out.splitlines()]
    assert [[(i["name"], i["slots"]) for i in intents] for intents in heard] == [
        [MEANINGS[texts[0]]], [],
    ]  # fmt: skip


def test_without_a_wake_word_a_recording_is_one_utterance(in_house: Run, tmp_path: Path) -> None:
    """Spoken in one breath with the wake word, which is no word of the domain."""
    source = tmp_path / "house.yaml"
    source.write_text(
        HOUSE.replace('"lock the $door', '"okay nabu (uh) lock the $door'), encoding="utf-8"
    )
    in_house("domain", "train", str(source), "--name", "called")
    code, out, _ = in_house(
        "hear", RECORDINGS["lock the front door"], "--no-wake", "--domain", "called",
        "--engine", "pocketsphinx",
    )  # fmt: skip
    assert code == 0
    assert "understood lock {door: front}" in out


def test_a_file_that_cannot_be_heard_is_told_and_the_others_are_heard(in_house: Run) -> None:
    code, out, err = in_house(
        "hear", "none.flac", RECORDINGS["lock the front door"], "--domain", "house",
        "--engine", "pocketsphinx",
    )  # fmt: skip
    assert code == 2
    assert err == "lares: The sound file none.flac cannot be opened: No such file or directory.\n"
    assert "understood lock {door: front}" in out
