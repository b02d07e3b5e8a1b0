"""The catalogue that ships, and whether models are installed as they must be."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path

import pytest

from edge.types import LaresError
from models.catalog import MANIFEST_NAME, RECORD_NAME, Catalog, model_dir
from models.entry import ArchiveSource, ModelEntry, ModelFile, PackageSource

FILES = {"model.bin": b"weights", "in/config.json": b"{}"}
HASHES = {name: hashlib.sha256(data).hexdigest() for name, data in FILES.items()}
LISTED = ModelEntry(
    name="listed",
    role="stt",
    licence="MIT",
    description="Its files are in the catalogue",
    files=tuple(ModelFile(name, HASHES[name], len(data)) for name, data in FILES.items()),
)
ARCHIVED = ModelEntry(
    name="archived",
    role="stt",
    licence="MIT",
    description="Its files are in an archive",
    sources=(ArchiveSource("http://example.org/a.zip", "a"),),
)


def put(folder: Path, list_name: str | None = None) -> Path:
    """Write the model's files, and the list of them under this name."""
    for name, data in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    if list_name:
        (folder / list_name).write_text(json.dumps({"files": HASHES}))
    return folder


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    shipped = ModelEntry("shipped", "tagger", "MIT", "Part of Lares", shipped=tmp_path / "ours")
    entries = {entry.name: entry for entry in (LISTED, ARCHIVED, shipped)}
    return Catalog(entries, tmp_path / "models")


def put_each(catalog: Catalog) -> None:
    for name, list_name in (
        ("listed", None),
        ("archived", RECORD_NAME),
        ("shipped", MANIFEST_NAME),
    ):
        put(catalog.folder(name), list_name)


EACH = pytest.mark.parametrize("name", ["listed", "archived", "shipped"])


@EACH
def test_a_model_whose_files_are_right_is_installed(catalog: Catalog, name: str) -> None:
    put_each(catalog)
    assert catalog.installed(name) == catalog.folder(name)
    assert catalog.verify(name) == ()


@EACH
def test_a_model_that_is_not_there_is_not_installed(catalog: Catalog, name: str) -> None:
    assert catalog.installed(name) is None
    assert catalog.verify(name)


@EACH
def test_a_changed_file_is_noticed(catalog: Catalog, name: str) -> None:
    put_each(catalog)
    damaged = catalog.folder(name) / "model.bin"
    damaged.write_bytes(b"weightz")
    (problem,) = catalog.verify(name)
    found = hashlib.sha256(b"weightz").hexdigest()
    assert str(problem) == f"{damaged}: expected sha256 {HASHES['model.bin']}, found {found}"


@EACH
def test_a_missing_file_is_noticed(catalog: Catalog, name: str) -> None:
    put_each(catalog)
    missing = catalog.folder(name) / "in" / "config.json"
    missing.unlink()
    assert catalog.installed(name) is None
    assert list(map(str, catalog.verify(name))) == [f"{missing}: expected a file, found none"]


def test_a_file_of_another_size_is_noticed_without_reading_it(catalog: Catalog) -> None:
    folder = put(catalog.folder("listed"))
    (folder / "model.bin").write_bytes(b"longer weights")
    assert catalog.installed("listed") is None
    (problem,) = catalog.verify("listed")
    assert str(problem) == f"{folder / 'model.bin'}: expected 7 bytes, found 14"


def test_a_folder_in_a_files_place_is_no_file(catalog: Catalog) -> None:
    folder = put(catalog.folder("listed"))
    (folder / "model.bin").unlink()
    (folder / "model.bin").mkdir()
    assert catalog.installed("listed") is None
    assert len(catalog.verify("listed")) == 1


def test_a_file_that_the_system_cannot_look_at_is_a_problem(tmp_path: Path) -> None:
    entry = ModelEntry("m", "stt", "MIT", "m", (ModelFile("x" * 300, HASHES["model.bin"]),))
    catalog = Catalog({"m": entry}, tmp_path)
    catalog.folder("m").mkdir()
    assert catalog.installed("m") is None
    (problem,) = catalog.verify("m")
    assert problem.expected == "a file that can be read"
    assert problem.found == "File name too long"


def test_a_shipped_model_without_its_manifest_is_told(catalog: Catalog) -> None:
    folder = put(catalog.folder("shipped"))
    (problem,) = catalog.verify("shipped")
    expected = "expected the list of the model's files, found none"
    assert str(problem) == f"{folder / 'manifest.json'}: {expected}"


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"files": 5}', '{"files": {}}', "\xff"])
@pytest.mark.parametrize(
    ("name", "list_name"), [("shipped", MANIFEST_NAME), ("archived", RECORD_NAME)]
)
def test_a_list_of_files_that_cannot_be_read_is_told(
    catalog: Catalog, name: str, list_name: str, content: str
) -> None:
    path = put(catalog.folder(name)) / list_name
    path.write_text(content, encoding="latin-1")
    assert catalog.installed(name) is None
    (problem,) = catalog.verify(name)
    assert problem.path == path
    assert problem.found == "no such list"


def test_a_name_that_is_not_in_the_catalogue_is_told_with_those_that_are(catalog: Catalog) -> None:
    expected = r"expected the name of a model \(listed, archived, shipped\), found 'lsited'"
    for ask in (catalog.entry, catalog.folder, catalog.installed, catalog.verify):
        with pytest.raises(LaresError, match=expected):
            ask("lsited")


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({}, "/home/ada/.local/share/lares/models"),
        ({"XDG_DATA_HOME": "/data"}, "/data/lares/models"),
        ({"XDG_DATA_HOME": ""}, "/home/ada/.local/share/lares/models"),
        ({"XDG_DATA_HOME": "relative"}, "/home/ada/.local/share/lares/models"),
        ({"LARES_MODELS": "/m", "XDG_DATA_HOME": "/data"}, "/m"),
        ({"LARES_MODELS": ""}, "/home/ada/.local/share/lares/models"),
    ],
)
def test_where_models_are_installed(env: dict[str, str], expected: str) -> None:
    assert model_dir(env, Path("/home/ada")) == Path(expected)


def test_the_directory_is_taken_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LARES_MODELS", str(tmp_path))
    assert Catalog.load().directory == tmp_path
    assert Catalog.load(directory=tmp_path / "other").directory == tmp_path / "other"


def test_the_catalogue_that_ships_has_a_model_for_each_part() -> None:
    entries = Catalog.load().entries
    roles = {name: entry.role for name, entry in entries.items()}
    assert roles == {
        "tagger": "tagger",
        "whisper-base": "stt",
        "vosk-small-en-us": "stt",
        "piper-joe": "voice",
        "minilm-l6": "encoder",
        "minilm-l6-int8": "encoder",
        "smollm2-135m": "llm",
        "qwen2.5-0.5b": "llm",
        "qwen2.5-1.5b": "llm",
        "llama-3.2-1b": "llm",
        "llama-3.2-3b": "llm",
        "gemma-3-1b": "llm",
        "qwen3-4b": "llm",
    }


@pytest.mark.parametrize("name", ["whisper-base", "piper-joe", "minilm-l6", "smollm2-135m"])
def test_models_that_setting_up_needs_are_in_the_package_registry(name: str) -> None:
    sources = Catalog.load().entry(name).sources
    assert isinstance(sources[-1], PackageSource)
    assert not isinstance(sources[0], PackageSource), "the official address comes first"


@pytest.mark.parametrize(
    ("name", "layers", "heads", "width"),
    [
        ("smollm2-135m", 30, 3, 64),
        ("qwen2.5-0.5b", 24, 2, 64),
        ("qwen2.5-1.5b", 28, 2, 128),
        ("llama-3.2-1b", 16, 8, 64),
        ("llama-3.2-3b", 28, 8, 128),
        ("gemma-3-1b", 26, 1, 256),
        ("qwen3-4b", 36, 8, 128),
    ],
)
def test_a_language_models_memory_is_that_of_its_file_and_four_sequences(
    name: str, layers: int, heads: int, width: int
) -> None:
    entry = Catalog.load().entry(name)
    assert entry.bytes is not None
    a_token = layers * 2 * heads * width * 2
    needed = entry.bytes + 4 * 2048 * a_token + (64 << 20)
    assert entry.memory_mb == math.ceil(needed / 50e6) * 50


def test_every_language_model_tells_its_memory_and_its_sizes() -> None:
    models = [entry for entry in Catalog.load().entries.values() if entry.role == "llm"]
    assert all(entry.memory_mb and entry.bytes for entry in models)


def test_the_tagger_that_ships_is_as_its_manifest_says() -> None:
    catalog = Catalog.load()
    assert catalog.verify("tagger") == ()
    assert catalog.installed("tagger") == catalog.entry("tagger").shipped


LARGE, SMALL = "large-model", "small-model"


@pytest.fixture
def talkers(tmp_path: Path) -> Catalog:
    """A catalogue of two language models and one that is none; nothing is installed."""
    entries = {
        name: ModelEntry(name, role, "MIT", "m", (ModelFile(f"{name}.gguf", "0" * 64, size),))
        for name, role, size in ((SMALL, "llm", 10), (LARGE, "llm", 2000), ("ear", "stt", 9000))
    }
    return Catalog(entries, tmp_path)


def put_model(catalog: Catalog, name: str) -> Path:
    """Install a model whose file is as long as the catalogue says."""
    (file,) = catalog.entry(name).files
    path = catalog.folder(name) / file.path
    path.parent.mkdir(parents=True)
    path.write_bytes(bytes(file.bytes or 0))
    return path


@pytest.mark.parametrize("installed", [(), (SMALL, LARGE)])
def test_no_language_model_is_used_where_none_is_wanted(
    talkers: Catalog, installed: tuple[str, ...]
) -> None:
    for name in installed:
        put_model(talkers, name)
    assert talkers.language_model("none") is None


def test_without_an_installed_language_model_there_is_none(talkers: Catalog) -> None:
    put_model(talkers, "ear")
    assert talkers.language_model() is None
    assert talkers.language_model("auto") is None


def test_the_largest_language_model_that_is_installed_is_used(talkers: Catalog) -> None:
    small = put_model(talkers, SMALL)
    assert talkers.language_model() == (SMALL, small)
    large = put_model(talkers, LARGE)
    put_model(talkers, "ear")
    assert talkers.language_model() == (LARGE, large)


def test_a_language_model_that_is_not_whole_is_not_used(talkers: Catalog) -> None:
    small, large = put_model(talkers, SMALL), put_model(talkers, LARGE)
    large.write_bytes(bytes(1999))
    assert talkers.language_model() == (SMALL, small)


def test_the_language_model_that_is_named_is_used(talkers: Catalog) -> None:
    small = put_model(talkers, SMALL)
    put_model(talkers, LARGE)
    assert talkers.language_model(SMALL) == (SMALL, small)


def test_a_named_language_model_that_is_not_installed_is_told_with_what_to_do(
    talkers: Catalog,
) -> None:
    put_model(talkers, SMALL)
    expected = f"llm.model is '{LARGE}', which is not installed: lares models fetch {LARGE}"
    with pytest.raises(LaresError, match=expected):
        talkers.language_model(LARGE)


@pytest.mark.parametrize("name", ["ear", "", "smal-model"])
def test_a_name_of_no_language_model_is_told_with_those_that_are(
    talkers: Catalog, name: str
) -> None:
    put_model(talkers, SMALL)
    known = f"expected llm.model to be one of auto, none, {SMALL}, {LARGE}, found '{name}'"
    with pytest.raises(LaresError, match=known):
        talkers.language_model(name)
