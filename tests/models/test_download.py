"""Downloading one file from a server that is honest, breaks off, or lies."""

from __future__ import annotations

import random
import socket
from pathlib import Path

import pytest

from models.download import BREAKS_ALLOWED, DownloadError, download
from tests.models.lying_server import LyingServer, Reply

CONTENT = random.Random(7).randbytes(300_001)
PATIENCE_S = 0.3


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "file"


def part_of(target: Path) -> Path:
    return target.with_name("file.part")


def get(url: str, target: Path, limit: int | None = None) -> list[int]:
    """Download; returns what was told of how it went on."""
    told: list[int] = []
    download(url, target, told.append, limit=limit, timeout_s=PATIENCE_S)
    return told


def test_an_honest_file_comes_whole_and_its_progress_is_told(
    server: LyingServer, target: Path
) -> None:
    told = get(server.give("/f", Reply(CONTENT)), target)
    assert target.read_bytes() == CONTENT
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0, len(CONTENT))
    assert not part_of(target).exists()


def test_a_connection_that_drops_is_taken_up_where_it_dropped(
    server: LyingServer, target: Path
) -> None:
    url = server.give("/f", Reply(CONTENT, cut=100_000), Reply(CONTENT, cut=50_000), Reply(CONTENT))
    get(url, target)
    assert target.read_bytes() == CONTENT
    ranges = [asked for _, asked in server.requests]
    assert ranges == [None, "bytes=100000-", "bytes=150000-"]


def test_a_connection_that_falls_silent_is_taken_up_too(server: LyingServer, target: Path) -> None:
    get(server.give("/f", Reply(CONTENT, silent=100_000), Reply(CONTENT)), target)
    assert target.read_bytes() == CONTENT
    assert server.requests[1] == ("/f", "bytes=100000-")


def test_what_an_earlier_run_left_is_not_asked_for_again(server: LyingServer, target: Path) -> None:
    part_of(target).write_bytes(CONTENT[:200_000])
    told: list[int] = []
    assert download(server.give("/f", Reply(CONTENT)), target, told.append)
    assert target.read_bytes() == CONTENT
    assert server.requests == [("/f", "bytes=200000-")]
    assert told[0] == 200_000


def test_a_server_without_ranges_sends_all_and_nothing_is_doubled(
    server: LyingServer, target: Path
) -> None:
    url = server.give("/f", Reply(CONTENT, cut=100_000), Reply(CONTENT, ranges=False))
    told = get(url, target)
    assert target.read_bytes() == CONTENT
    assert told.count(0) == 2, "that it began anew was not told"


def test_an_earlier_run_that_had_everything_but_the_name_is_finished(
    server: LyingServer, target: Path
) -> None:
    part_of(target).write_bytes(CONTENT)
    get(server.give("/f", Reply(CONTENT)), target)
    assert target.read_bytes() == CONTENT


def test_what_is_left_of_a_longer_file_is_thrown_away(server: LyingServer, target: Path) -> None:
    part_of(target).write_bytes(CONTENT + b"more")
    get(server.give("/f", Reply(CONTENT)), target)
    assert target.read_bytes() == CONTENT
    assert server.requests[-1] == ("/f", None)


def test_a_file_of_unknown_length_comes_whole(server: LyingServer, target: Path) -> None:
    get(server.give("/f", Reply(CONTENT, length="")), target)
    assert target.read_bytes() == CONTENT


def test_a_length_that_is_no_number_does_no_harm(server: LyingServer, target: Path) -> None:
    get(server.give("/f", Reply(CONTENT, length="many")), target)
    assert target.read_bytes() == CONTENT


def test_a_body_that_always_ends_too_soon_is_given_up(server: LyingServer, target: Path) -> None:
    short = Reply(CONTENT[:1000], length=str(len(CONTENT)), ranges=False)
    url = server.give("/f", short, Reply(CONTENT, cut=0))
    with pytest.raises(DownloadError, match=r"broke off at byte 1,000 of 300,001"):
        get(url, target)
    assert len(server.requests) == 2 + BREAKS_ALLOWED
    assert not target.exists()


def test_more_than_is_wanted_is_refused(server: LyingServer, target: Path) -> None:
    with pytest.raises(DownloadError, match=r"expected 1,000 bytes, found more"):
        get(server.give("/f", Reply(CONTENT)), target, limit=1000)
    assert not target.exists()


def test_other_bytes_than_those_asked_for_are_refused(server: LyingServer, target: Path) -> None:
    part_of(target).write_bytes(CONTENT[:1000])
    with pytest.raises(DownloadError, match=r"expected the bytes from 1,000 on, found others"):
        get(server.give("/f", Reply(CONTENT, range_shift=7)), target)
    assert part_of(target).read_bytes() == CONTENT[:1000]


@pytest.mark.parametrize("status", [404, 403, 500, 503])
def test_a_refusal_is_told_with_its_number(server: LyingServer, target: Path, status: int) -> None:
    with pytest.raises(DownloadError, match=f"the server answered {status}"):
        get(server.give("/f", Reply(status=status)), target)
    assert len(server.requests) == 1


def test_a_server_that_never_answers_is_asked_once(server: LyingServer, target: Path) -> None:
    with pytest.raises(DownloadError, match="no answer"):
        get(server.give("/f", Reply(silent=-1)), target)
    assert len(server.requests) == 1


def test_a_port_where_nobody_listens_is_no_answer(target: Path) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        with pytest.raises(DownloadError, match="no answer"):
            get(f"http://127.0.0.1:{bound.getsockname()[1]}/f", target)


def test_an_address_that_is_none_is_told(target: Path) -> None:
    with pytest.raises(DownloadError, match="is none"):
        get("http://[not-an-address/f", target)
