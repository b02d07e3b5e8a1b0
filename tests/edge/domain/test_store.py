"""Trained domains in real folders: kept, read, replaced, forgotten, and every kind of damage."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from edge.domain.domain import Domain
from edge.domain.head import DomainHead
from edge.domain.store import checked_name, domain_dir, load, names, remove, save
from edge.domain.training import Figures
from edge.types import LaresError
from tests.edge.domain.house import HOUSE


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "house.yaml"
    path.write_text(HOUSE, encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Not there yet."""
    return tmp_path / "data" / "domains"


@pytest.fixture
def kept(folder: Path, source: Path, head: DomainHead, figures: Figures) -> Path:
    return save(folder, "house", source, head, figures)


def test_domains_are_in_the_users_data_directory() -> None:
    home = Path("/home/ann")
    default = home / ".local" / "share" / "lares" / "domains"
    assert domain_dir({}, home) == default
    assert domain_dir({"XDG_DATA_HOME": "relative"}, home) == default
    assert domain_dir({"XDG_DATA_HOME": "/data"}, home) == Path("/data/lares/domains")


def test_a_domain_that_was_kept_is_there(
    kept: Path, folder: Path, source: Path, head: DomainHead, figures: Figures
) -> None:
    assert names(folder) == ("house",)
    assert sorted(path.name for path in kept.iterdir()) == [
        "domain.yaml", "head.npz", "manifest.json",
    ]  # fmt: skip
    assert [path.name for path in folder.iterdir()] == ["house"], "nothing is left beside it"
    trained = load(folder, "house")
    assert (trained.name, trained.domain) == ("house", Domain.read(source))
    assert trained.figures == figures
    assert trained.head.to_bytes() == head.to_bytes()
    assert set(trained.automaton.finals.values()) == set(trained.domain.intents)


def test_a_domain_of_the_same_name_is_replaced(
    kept: Path, folder: Path, source: Path, head: DomainHead, figures: Figures
) -> None:
    source.write_text("expressions: {stop: [stop]}")
    assert save(folder, "house", source, head, figures) == kept
    assert [*load(folder, "house").domain.intents] == ["stop"]
    assert [path.name for path in folder.iterdir()] == ["house"]


def test_there_is_none_before_one_is_trained(folder: Path) -> None:
    assert names(folder) == ()
    with pytest.raises(LaresError, match=r"no domain 'house'; known: none\. Train one with: lares"):
        load(folder, "house")


def test_a_domain_that_is_not_there_is_told_with_those_that_are(kept: Path, folder: Path) -> None:
    for do in (load, remove):
        with pytest.raises(LaresError, match="no domain 'coffee'; known: house"):
            do(folder, "coffee")


def test_a_domain_that_was_forgotten_is_gone(kept: Path, folder: Path) -> None:
    remove(folder, "house")
    assert not kept.exists()
    assert names(folder) == ()


@pytest.mark.parametrize(
    "name",
    ["../x", "..", ".", "", "/etc", "a/b", "A", "é", "-a", "a b", "a\n", "a" * 65, "a\x00", ".git"],
)
def test_a_name_that_is_no_folders_is_refused(
    kept: Path, folder: Path, trained: tuple[DomainHead, Figures], name: str
) -> None:
    for refused in (
        lambda: checked_name(name),
        lambda: load(folder, name),
        lambda: save(folder, name, kept / "domain.yaml", *trained),
        lambda: remove(folder, name),
    ):
        with pytest.raises(LaresError):
            refused()
    assert names(folder) == ("house",)


@pytest.mark.parametrize("name", ["a", "7", "coffee-machine_2", "a" * 64])
def test_other_names_are_good(name: str) -> None:
    assert checked_name(name) == name


@pytest.mark.parametrize("file", ["domain.yaml", "head.npz"])
def test_a_file_that_was_changed_is_not_used(kept: Path, folder: Path, file: str) -> None:
    content = bytearray((kept / file).read_bytes())
    content[len(content) // 2] ^= 1
    (kept / file).write_bytes(content)
    with pytest.raises(LaresError, match=rf"{file} is not what was trained: train it again with"):
        load(folder, "house")


@pytest.mark.parametrize("file", ["domain.yaml", "head.npz", "manifest.json"])
def test_a_file_that_is_missing_is_told_with_the_remedy(
    kept: Path, folder: Path, file: str
) -> None:
    (kept / file).unlink()
    remedy = rf"train it again with: lares domain train {kept}/domain\.yaml --name house"
    with pytest.raises(LaresError, match=rf"'house' is damaged .*{file}.*{remedy}"):
        load(folder, "house")


@pytest.mark.parametrize(
    "change",
    [
        {"files": None}, {"files": 3}, {"files": ["head.npz"]}, {"tagger": None},
        {"figures": None}, {"figures": {}}, {"figures": {"right": "good"}}, {"figures": [1]},
    ],
)  # fmt: skip
def test_a_manifest_that_says_something_else_is_told(
    kept: Path, folder: Path, change: dict[str, object]
) -> None:
    manifest = json.loads((kept / "manifest.json").read_text()) | change
    manifest = {key: value for key, value in manifest.items() if value is not None}
    (kept / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(LaresError, match="'house' is damaged"):
        load(folder, "house")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"3", b"\xff", b"[" * 100_000])
def test_a_manifest_that_is_none_is_told(kept: Path, folder: Path, content: bytes) -> None:
    (kept / "manifest.json").write_bytes(content)
    with pytest.raises(LaresError, match="'house' is damaged"):
        load(folder, "house")


def test_the_head_of_another_tagger_is_not_used(kept: Path, folder: Path) -> None:
    manifest = json.loads((kept / "manifest.json").read_text())
    (kept / "manifest.json").write_text(json.dumps(manifest | {"tagger": "0" * 64}))
    with pytest.raises(LaresError, match="trained for another tagger: train it again with: lares"):
        load(folder, "house")


def test_a_place_that_cannot_be_written_is_told(
    tmp_path: Path, source: Path, head: DomainHead, figures: Figures
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LaresError, match=r"cannot be kept in .*/file/house"):
        save(tmp_path / "file", "house", source, head, figures)


def test_a_source_that_is_gone_by_then_is_told_and_the_old_domain_stays(
    kept: Path, folder: Path, source: Path, head: DomainHead, figures: Figures
) -> None:
    source.unlink()
    with pytest.raises(LaresError, match="cannot be kept in"):
        save(folder, "house", source, head, figures)
    assert load(folder, "house").name == "house"
