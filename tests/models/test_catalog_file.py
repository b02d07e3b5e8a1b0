"""Reading a catalogue: what is right becomes entries; what is wrong is told with its place."""

from __future__ import annotations

import copy
import datetime
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.catalog_file import CatalogError, read_entries
from models.entry import (
    ArchiveSource,
    ModelEntry,
    ModelFile,
    Package,
    PackageSource,
    UrlSource,
)

SHA_A, SHA_B = "a" * 64, "b" * 64
GOOD: dict[str, Any] = {
    "small": {
        "role": "stt",
        "licence": "MIT",
        "description": "Hears",
        "files": [
            {"path": "model.bin", "bytes": 10, "sha256": SHA_A},
            {"path": "in/config.json", "bytes": 0, "sha256": SHA_B},
        ],
        "sources": [
            {"url": "https://example.org/{path}"},
            {
                "packages": [{"name": "small-model", "version": "1.0", "bytes": 30}],
                "take": {"model.bin": ["m/a", "m/b"], "in/config.json": ["m/c.zip!c"]},
            },
        ],
    },
    "zipped": {
        "role": "voice",
        "licence": "CC0-1.0",
        "description": "Speaks",
        "sources": [
            {"archive": "http://example.org/v.zip", "folder": "v", "sha256": SHA_A, "bytes": 5}
        ],
    },
    "ours": {"role": "tagger", "licence": "MIT", "description": "Tags", "shipped": "artifacts/t"},
    "talks": {
        "role": "llm",
        "licence": "MIT",
        "description": "Talks",
        "shipped": "artifacts/l",
        "memory_mb": 400,
    },
}

Place = tuple[str | int, ...]


def toml(value: Any) -> str:
    """A value as TOML writes it in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, datetime.date):
        return value.isoformat()
    return json.dumps(value)


def read(folder: Path, catalogue: dict[str, Any]) -> dict[str, ModelEntry]:
    path = folder / "catalog.toml"
    lines = [f"{json.dumps(name)} = {toml(value)}\n" for name, value in catalogue.items()]
    path.write_text("".join(lines), encoding="utf-8")
    return read_entries(path)


def complaint(folder: Path, catalogue: dict[str, Any]) -> str:
    """What is said of a wrong catalogue, without the file's name."""
    with pytest.raises(CatalogError) as caught:
        read(folder, catalogue)
    file, _, rest = str(caught.value).partition(": ")
    assert file == str(folder / "catalog.toml")
    return rest


def places(value: Any, place: Place = ()) -> Iterator[Place]:
    """The way to each value in a catalogue, tables and lists among them."""
    if place:
        yield place
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*place, key))
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            yield from places(inner, (*place, n))


def at(catalogue: dict[str, Any], place: Place) -> Any:
    value: Any = catalogue
    for step in place:
        value = value[step]
    return value


def changed(place: Place, value: object) -> dict[str, Any]:
    catalogue = copy.deepcopy(GOOD)
    at(catalogue, place[:-1])[place[-1]] = value
    return catalogue


def named(place: Place) -> str:
    """A place as an error names it: entries of a list are counted from one."""
    return ".".join(str(step + 1 if isinstance(step, int) else step) for step in place)


PLACES = tuple(places(GOOD))
TABLES = tuple(p for p in PLACES if isinstance(at(GOOD, p), dict) and p[-1] != "take")
OPTIONAL = {"folder", "sha256", "bytes"}
"""What an archive may do without."""
NEEDED = tuple(
    p
    for p in PLACES
    if len(p) > 1
    and isinstance(p[-1], str)
    and not (p[:2] == ("zipped", "sources") and p[-1] in OPTIONAL)
    and p[-1] != "memory_mb"
)
WRONG_VALUES: tuple[object, ...] = (True, -1, 1.5, datetime.date(2026, 1, 2), " ", [7], {"x": 1})


def test_a_right_catalogue_is_read_whole_and_in_its_order(tmp_path: Path) -> None:
    entries = read(tmp_path, GOOD)
    files = (ModelFile("model.bin", SHA_A, 10), ModelFile("in/config.json", SHA_B, 0))
    take = {"model.bin": ("m/a", "m/b"), "in/config.json": ("m/c.zip!c",)}
    sources = (
        UrlSource("https://example.org/{path}"),
        PackageSource((Package("small-model", "1.0", 30),), take),
    )
    zipped = ArchiveSource("http://example.org/v.zip", "v", SHA_A, 5)
    talks = tmp_path / "artifacts" / "l"
    assert list(entries.items()) == [
        ("small", ModelEntry("small", "stt", "MIT", "Hears", files, sources)),
        ("zipped", ModelEntry("zipped", "voice", "CC0-1.0", "Speaks", (), (zipped,))),
        (
            "ours",
            ModelEntry("ours", "tagger", "MIT", "Tags", shipped=tmp_path / "artifacts" / "t"),
        ),
        ("talks", ModelEntry("talks", "llm", "MIT", "Talks", shipped=talks, memory_mb=400)),
    ]
    assert [entry.bytes for entry in entries.values()] == [10, 5, None, None]


@pytest.mark.parametrize("place", PLACES, ids=named)
@pytest.mark.parametrize("wrong", WRONG_VALUES, ids=repr)
def test_a_value_of_another_kind_is_told_with_its_place(
    tmp_path: Path, place: Place, wrong: object
) -> None:
    said = complaint(tmp_path, changed(place, wrong))
    told = place[:-1] if place[-3:-2] == ("take",) else place
    assert said.startswith(named(told))
    assert ": expected " in said
    assert ", found " in said


@pytest.mark.parametrize("place", NEEDED, ids=named)
def test_a_key_that_is_missing_is_told(tmp_path: Path, place: Place) -> None:
    catalogue = copy.deepcopy(GOOD)
    del at(catalogue, place[:-1])[place[-1]]
    assert complaint(tmp_path, catalogue).startswith(str(place[0]))


@pytest.mark.parametrize("place", TABLES, ids=named)
def test_a_key_that_is_not_known_is_told_with_what_is_allowed(tmp_path: Path, place: Place) -> None:
    said = complaint(tmp_path, changed((*place, "colour"), "red"))
    assert said.startswith(f"{named(place)}.colour: expected only ")
    assert said.endswith("found 'red'")


@pytest.mark.parametrize(
    ("place", "wrong", "said"),
    [
        (("small", "role"), "cook", "small.role: expected one of stt, tagger, wake, voice, llm"),
        (("small", "licence"), "", "small.licence: expected a text, found ''"),
        (("talks", "memory_mb"), "much", "talks.memory_mb: expected a number of megabytes, found"),
        (
            ("small", "memory_mb"),
            400,
            "small.memory_mb: expected it only where role is llm, found 400",
        ),
        (("small", "files"), [], "small.sources.1.url: expected files beside the sources"),
        (("small", "sources"), [], "small: expected either sources or shipped"),
        (("small", "shipped"), "here", "small: expected either sources or shipped"),
        (
            ("small", "files", 0, "sha256"),
            "A" * 64,
            "small.files.1.sha256: expected 64 hexadecimal digits, letters small, found 'AAA",
        ),
        (
            ("small", "files", 1, "path"),
            "model.bin",
            "small.files.2.path: expected each file once, found 'model.bin'",
        ),
        (
            ("small", "sources", 0, "url"),
            "https://example.org/one",
            "small.sources.1.url: expected {path} in the address",
        ),
        (
            ("small", "sources", 0, "url"),
            "ftp://example.org/{path}",
            "small.sources.1.url: expected an address that starts with http:// or https://",
        ),
        (
            ("small", "sources", 0, "archive"),
            "http://example.org/a.zip",
            "small.sources.1: expected one of url, archive, packages, found ['archive', 'url']",
        ),
        (
            ("small", "sources", 1, "take"),
            {"model.bin": ["m"]},
            "small.sources.2.take: expected the files model.bin, in/config.json, found",
        ),
        (
            ("small", "sources", 1, "packages"),
            [],
            "small.sources.2.packages: expected at least one package, found 'none'",
        ),
        (
            ("small", "sources", 1, "packages", 0, "name"),
            "--index-url=x",
            "small.sources.2.packages.1.name: expected the name of a package",
        ),
    ],
    ids=lambda value: named(value) if isinstance(value, tuple) else None,
)
def test_what_is_wrong_is_told(tmp_path: Path, place: Place, wrong: object, said: str) -> None:
    assert complaint(tmp_path, changed(place, wrong)).startswith(said)


@pytest.mark.parametrize("name", ["", "Big", "../up", "a/b", ".hidden", "a b"])
def test_a_name_that_is_no_folder_is_told(tmp_path: Path, name: str) -> None:
    said = complaint(tmp_path, {name: GOOD["small"]})
    assert "a name of small letters, digits, '.' and '-'" in said


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("catalogue")


@given(path=st.text(st.sampled_from("a./\\~ \n\0é"), max_size=8))
def test_no_path_leads_out_of_the_models_folder(folder: Path, path: str) -> None:
    catalogue = {"ours": {**GOOD["ours"], "shipped": path}}
    try:
        shipped = read(folder, catalogue)["ours"].shipped
    except CatalogError as error:
        assert "ours.shipped: expected" in str(error)
    else:
        assert shipped is not None
        assert folder.resolve() in shipped.resolve().parents


@given(content=st.binary(max_size=40) | st.text(max_size=40).map(str.encode))
def test_whatever_is_in_the_file_is_read_or_told(folder: Path, content: bytes) -> None:
    path = folder / "any.toml"
    path.write_bytes(content)
    try:
        assert read_entries(path) == {}
    except CatalogError as error:
        assert str(error).startswith(f"{path}: ")


@given(cut=st.integers(0, 400), added=st.text(st.sampled_from('[]{}"=,.#\n0a'), max_size=3))
def test_damage_to_lares_own_catalogue_is_read_or_told(folder: Path, cut: int, added: str) -> None:
    lines = [f"{json.dumps(name)} = {toml(value)}\n" for name, value in GOOD.items()]
    text = "".join(lines)
    path = folder / "damaged.toml"
    path.write_text(text[:cut] + added + text[cut + 1 :], encoding="utf-8")
    try:
        assert read_entries(path)
    except CatalogError as error:
        assert str(error).startswith(f"{path}: ")


def test_a_catalogue_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"none\.toml: expected a catalogue in TOML, found: .*"):
        read_entries(tmp_path / "none.toml")
