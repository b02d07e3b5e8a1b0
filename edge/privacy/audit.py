"""The audit log: one JSON line for each action, done or not.

    {"time": "2026-03-01T07:30:00+00:00", "entity": "lock.front", "service": "lock.unlock",
     "data": {}, "verdict": "ask", "rule": "unlocking is asked about first", "result": "asked"}

The words that led to an action are kept only where the owner wants it. The file is only ever
appended to, can be read by its owner alone, and is renamed to `<name>.1` when it grows too large;
the log before that goes. A file that cannot be written is an error at the start, not at the first
action.
"""

from __future__ import annotations

import json
import os
import stat
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from edge.types import Action, LaresError

LIMIT_BYTES = 5_000_000
"""The size from which a log is put aside."""
_MODE = 0o600


class AuditError(LaresError):
    """The audit log cannot be written."""


def _now() -> datetime:
    return datetime.now().astimezone()


class Audit:
    """Writes the audit log; several threads may use it.

    `path` None keeps nothing (for tests and trials). `clock` tells the time with its zone.
    Raises AuditError when the file, or the folder for it, cannot be made or written.
    """

    def __init__(
        self,
        path: Path | str | None,
        clock: Callable[[], datetime] = _now,
        *,
        keep_words: bool = False,
        limit_bytes: int = LIMIT_BYTES,
    ) -> None:
        self._path = Path(path) if path is not None else None
        self._clock = clock
        self._keep_words = keep_words
        self._limit = limit_bytes
        self._lock = threading.Lock()
        self._file: int | None = self._open(self._path) if self._path is not None else None

    def __enter__(self) -> Audit:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write(self, action: Action, *, verdict: str, rule: str, result: str, words: str) -> None:
        """Write what became of an action. Raises AuditError when the line cannot be written.

        `verdict` and `rule` are the policy's, `result` is what happened ("confirmed", "not
        confirmed", "asked", "not done"), `words` what was said.
        """
        line: dict[str, Any] = {
            "time": self._clock().isoformat(timespec="seconds"),
            "entity": action.entity_id,
            "service": action.service,
            "data": dict(action.data),
            "verdict": verdict,
            "rule": rule,
            "result": result,
        }
        if self._keep_words:
            line["words"] = words
        with self._lock:
            self._append(json.dumps(line, ensure_ascii=False, default=str) + "\n")

    def close(self) -> None:
        """Close the file; nothing can be written after that."""
        with self._lock:
            if self._file is not None:
                os.close(self._file)
            self._file = self._path = None

    def _append(self, line: str) -> None:
        """Append a line in one write, so that lines of several writers never mix."""
        if self._file is None or self._path is None:
            return
        content = line.encode()
        try:
            if os.fstat(self._file).st_size + len(content) > self._limit:
                self._rotate(self._path)
            written = os.write(self._file, content)
            if written < len(content):
                raise OSError(f"only {written} of {len(content)} bytes were written")
        except OSError as error:
            raise self._problem(self._path, error) from error

    def _rotate(self, path: Path) -> None:
        """Put the log aside; an empty one stays, however small the limit."""
        assert self._file is not None
        if os.fstat(self._file).st_size == 0:
            return
        path.replace(path.with_name(f"{path.name}.1"))
        os.close(self._file)
        self._file = self._open(path)

    def _open(self, path: Path) -> int:
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, _MODE)
            if stat.S_ISREG(os.fstat(file).st_mode):
                os.fchmod(file, _MODE)
        except OSError as error:
            raise self._problem(path, error) from error
        return file

    @staticmethod
    def _problem(path: Path, error: OSError) -> AuditError:
        reason = error.strerror or str(error)
        return AuditError(
            f"{path}: expected a file to append the audit log to, but {reason.lower()}. Set "
            "privacy.audit_file to a place that can be written, or free some space."
        )
