"""A real HTTP server that answers as it is told to: honestly, or with one of the lies and failures
that a download must survive.

Each path has replies, given in order; the last is given again and again. `requests` tells what was
asked. A server that is silent is silent until the test ends.
"""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True)
class Reply:
    """What one request is answered with. By default an honest one, which knows ranges."""

    content: bytes = b""
    """Of the whole file."""
    status: int = 200
    ranges: bool = True
    """False: everything is sent, whatever was asked for."""
    range_shift: int = 0
    """How far the bytes lie from those that were asked for."""
    length: str | None = None
    """What is said of the length; empty: nothing; None: the truth."""
    cut: int | None = None
    """The connection ends after so many bytes of the body."""
    silent: int | None = None
    """The server is silent after so many bytes of the body; -1: even before its answer."""


@dataclass(frozen=True, slots=True)
class LyingServer:
    """The server, as a test sees it."""

    root: str
    """Its address, without a slash at the end."""
    replies: dict[str, list[Reply]] = field(default_factory=lambda: defaultdict(list))
    requests: list[tuple[str, str | None]] = field(default_factory=list)
    """Path and Range header of each."""
    over: threading.Event = field(default_factory=threading.Event)

    def give(self, path: str, *replies: Reply) -> str:
        """Answer requests for `path` so from now on. Returns its address."""
        self.replies[path] = list(replies)
        return self.root + path

    def next_reply(self, path: str) -> Reply:
        waiting = self.replies[path]
        if not waiting:
            return Reply(status=404)
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]


@contextmanager
def lying_server() -> Iterator[LyingServer]:
    """Runs on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range")
            server.requests.append((self.path, asked))
            _answer(self, server.next_reply(self.path), asked, server.over)

        def log_message(self, format: str, *args: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server = LyingServer(f"http://127.0.0.1:{http.server_port}")
    thread = threading.Thread(target=http.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        http.shutdown()
        thread.join()
        http.server_close()


def _answer(
    handler: BaseHTTPRequestHandler, reply: Reply, asked: str | None, over: threading.Event
) -> None:
    if reply.silent == -1:
        over.wait()
        return
    total = len(reply.content)
    start = _start(asked) if reply.ranges and reply.status == 200 else 0
    status = reply.status
    if start:
        status = 206 if start < total else 416
        start += reply.range_shift
    body = reply.content[start:]
    handler.send_response(status)
    if status == 206:
        handler.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
    elif status == 416:
        handler.send_header("Content-Range", f"bytes */{total}")
    length = str(len(body)) if reply.length is None else reply.length
    if length:
        handler.send_header("Content-Length", length)
    handler.end_headers()
    stop = reply.cut if reply.cut is not None else reply.silent
    handler.wfile.write(body if stop is None else body[:stop])
    if reply.silent is not None:
        handler.wfile.flush()
        over.wait()


def _start(asked: str | None) -> int:
    given = re.fullmatch(r"bytes=(\d+)-", asked or "")
    return int(given[1]) if given else 0
