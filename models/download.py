"""Downloads one file over HTTP, and goes on where it stopped.

What has come is kept in a file whose name ends in `.part`. A download that breaks off is taken up
again there, at once and in the next run, by asking for the rest (RFC 9110, section 14). A server
that does not give the rest sends everything, and the file is begun anew. The file gets its real
name when all of it is there; whether it is the right file, its hash must tell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from edge.types import LaresError

ANSWER_TIMEOUT_S = 5.0
"""How long a server may take to answer, and may be silent in between."""
BREAKS_ALLOWED = 3
"""How often in a row a download may break off without having brought anything."""
_BLOCK = 1 << 16
_RANGE = re.compile(r"bytes (?:(\d+)-\d+|\*)/(\d+)")

Received = Callable[[int], None]
"""Is told how many bytes there are by now."""


class DownloadError(LaresError):
    """The address did not give the file."""


class _Broken(Exception):
    """The connection ended, or was silent for too long, before all was there."""


def download(
    url: str,
    target: Path,
    received: Received,
    *,
    limit: int | None = None,
    timeout_s: float = ANSWER_TIMEOUT_S,
) -> bool:
    """Download `url` to `target`. True when it went on from what an earlier call had left.

    limit: a file of more bytes is refused. timeout_s: how long the server may be silent.
    Raises DownloadError when it cannot be had from there, and OSError when it cannot be written.
    """
    part = target.with_name(target.name + ".part")
    went_on = _size(part) > 0
    begun, breaks = False, 0
    while True:
        before = _size(part)
        try:
            _attempt(url, part, received, limit, timeout_s)
            break
        except _Broken as error:
            came = _size(part) > before
            begun, breaks = begun or came, 0 if came else breaks + 1
            if not begun or breaks > BREAKS_ALLOWED:
                raise DownloadError(str(error)) from error
    part.replace(target)
    return went_on


@dataclass(frozen=True, slots=True)
class _Answer:
    """A server's answer: where its bytes begin in the file, and how many the whole file has."""

    start: int
    total: int | None
    blocks: Iterator[bytes]


def _attempt(url: str, part: Path, received: Received, limit: int | None, timeout_s: float) -> None:
    """Ask for what is missing and add it to `part`. Raises _Broken when more is missing still."""
    answer = _ask(url, _size(part), timeout_s)
    with part.open("r+b" if answer.start else "wb") as file:
        file.seek(answer.start)
        received(answer.start)
        for block in answer.blocks:
            if limit is not None and file.tell() + len(block) > limit:
                raise DownloadError(f"expected {limit:,} bytes, found more")
            file.write(block)
            received(file.tell())
        size = file.tell()
    if answer.total is not None and size < answer.total:
        raise _Broken(f"broke off at byte {size:,} of {answer.total:,}")


def _ask(url: str, start: int, timeout_s: float) -> _Answer:
    headers = {"User-Agent": "lares"} | ({"Range": f"bytes={start}-"} if start else {})
    try:
        response = urlopen(Request(url, headers=headers), timeout=timeout_s)
    except HTTPError as error:
        error.close()
        if error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            return _nothing_beyond(start, error, url, timeout_s)
        raise DownloadError(f"the server answered {error.code} {error.reason}") from error
    except (OSError, HTTPException) as error:
        raise _Broken(f"no answer ({_reason(error)})") from error
    except ValueError as error:
        raise DownloadError(f"the address, or one it leads to, is none ({error})") from error
    blocks = _blocks(response)
    if response.status != HTTPStatus.PARTIAL_CONTENT:
        return _Answer(0, response.length, blocks)
    given = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
    if given is None or given[1] != str(start):
        response.close()
        raise DownloadError(f"expected the bytes from {start:,} on, found others")
    return _Answer(start, int(given[2]), blocks)


def _nothing_beyond(start: int, error: HTTPError, url: str, timeout_s: float) -> _Answer:
    """The server has no more than `start` bytes: all are here, or they are of another file."""
    given = _RANGE.fullmatch(error.headers.get("Content-Range", ""))
    if given is not None and int(given[2]) == start:
        return _Answer(start, start, iter(()))
    return _ask(url, 0, timeout_s)


def _blocks(response: HTTPResponse) -> Iterator[bytes]:
    with response:
        while True:
            try:
                block = response.read1(_BLOCK)
            except (OSError, HTTPException) as error:
                raise _Broken(f"broke off ({_reason(error)})") from error
            if not block:
                return
            yield block


def _reason(error: Exception) -> str:
    inner = getattr(error, "reason", error)
    return str(inner) or type(inner).__name__


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
