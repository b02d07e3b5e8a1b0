"""Installing models that come as a zip file, with a hash that is known or not."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path

import pytest

from models.catalog import RECORD_NAME, Catalog
from models.entry import ArchiveSource, ModelEntry
from models.fetch import FetchError, Silent, fetch
from tests.models.lying_server import LyingServer, Reply
from tests.models.zip_files import zip_of

CONTENT = random.Random(13).randbytes(50_000)
FILES = {"model.bin": CONTENT, "in/config.json": b"{}"}
ARCHIVE = zip_of({f"top/{path}": data for path, data in FILES.items()} | {"other/x": b"x"})


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def archived(url: str, sha256: str | None = None, size: int | None = None) -> ModelEntry:
    source = ArchiveSource(url, "top", sha256, size)
    return ModelEntry("zipped", "stt", "MIT", "Comes as an archive", (), (source,))


def get(model: ModelEntry, directory: Path, trust_unknown: bool = False) -> Path:
    return fetch(model, directory, Silent(), trust_unknown=trust_unknown)


def assert_nothing_installed(directory: Path) -> None:
    assert [path.name for path in directory.iterdir()] in ([], [".fetch"])


def test_an_archive_of_known_hash_is_unpacked_and_its_files_are_recorded(
    server: LyingServer, directory: Path
) -> None:
    url = server.give("/v.zip", Reply(ARCHIVE))
    model = archived(url, sha256(ARCHIVE), len(ARCHIVE))
    folder = get(model, directory)
    record = json.loads((folder / RECORD_NAME).read_text())
    assert record == {
        "source": url,
        "files": {path: sha256(data) for path, data in FILES.items()},
    }
    unpacked = {path: (folder / path).read_bytes() for path in FILES}
    assert unpacked == FILES
    assert {path.name for path in folder.iterdir()} == {"model.bin", "in", RECORD_NAME}


def test_an_archive_of_another_hash_is_never_unpacked(server: LyingServer, directory: Path) -> None:
    url = server.give("/v.zip", Reply(ARCHIVE))
    with pytest.raises(FetchError, match=f"expected sha256 {'0' * 64}, found {sha256(ARCHIVE)}"):
        get(archived(url, "0" * 64), directory)
    assert_nothing_installed(directory)


def test_an_archive_of_unknown_hash_is_not_even_fetched_unless_the_user_says_so(
    server: LyingServer, directory: Path
) -> None:
    model = archived(server.give("/v.zip", Reply(ARCHIVE)))
    with pytest.raises(FetchError, match="add --trust-unknown"):
        get(model, directory)
    assert server.requests == []
    folder = get(model, directory, trust_unknown=True)
    catalog = Catalog({model.name: model}, directory)
    assert catalog.installed("zipped") == folder
    assert catalog.verify("zipped") == ()


def test_trusted_once_an_archives_files_are_watched_from_then_on(
    server: LyingServer, directory: Path
) -> None:
    model = archived(server.give("/v.zip", Reply(ARCHIVE)))
    folder = get(model, directory, trust_unknown=True)
    (folder / "model.bin").write_bytes(CONTENT[::-1])
    (problem,) = Catalog({model.name: model}, directory).verify("zipped")
    assert problem.expected == f"sha256 {sha256(CONTENT)}"


def test_an_archive_without_the_models_folder_is_refused_and_not_kept(
    server: LyingServer, directory: Path
) -> None:
    model = archived(server.give("/v.zip", Reply(zip_of({"else/a": b"a"}))))
    with pytest.raises(FetchError, match="expected files in the folder 'top' of the zip file"):
        get(model, directory, trust_unknown=True)
    assert_nothing_installed(directory)
    server.give("/v.zip", Reply(ARCHIVE))
    get(model, directory, trust_unknown=True)
