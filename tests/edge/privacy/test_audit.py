"""What the audit log keeps."""

from __future__ import annotations

import json
import stat
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from edge.privacy.audit import Audit, AuditError
from edge.types import Action

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ACTION = Action("light.turn_on", "light.desk", {"brightness": 128})


def write(audit: Audit, action: Action = ACTION) -> None:
    audit.write(action, verdict="allow", rule="default", result="confirmed", words="lights on")


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_each_action_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "state" / "audit.jsonl"
    with Audit(path, lambda: NOON) as audit:
        write(audit)
        write(audit, Action("lock.lock", "lock.front"))
        assert lines(path) == [
            {
                "time": "2026-03-01T12:00:00+00:00",
                "entity": "light.desk",
                "service": "light.turn_on",
                "data": {"brightness": 128},
                "verdict": "allow",
                "rule": "default",
                "result": "confirmed",
            },
            {
                "time": "2026-03-01T12:00:00+00:00",
                "entity": "lock.front",
                "service": "lock.lock",
                "data": {},
                "verdict": "allow",
                "rule": "default",
                "result": "confirmed",
            },
        ]


def test_words_are_kept_only_when_asked_for(tmp_path: Path) -> None:
    with Audit(tmp_path / "a") as quiet, Audit(tmp_path / "b", keep_words=True) as wordy:
        write(quiet)
        write(wordy)
    assert "lights on" not in (tmp_path / "a").read_text()
    assert lines(tmp_path / "b")[0]["words"] == "lights on"


def test_the_log_is_appended_to_and_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    path.write_text('{"old": true}\n')
    path.chmod(0o644)
    with Audit(path) as audit:
        write(audit)
    assert lines(path)[0] == {"old": True}
    assert len(lines(path)) == 2
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_log_that_grows_too_large_is_put_aside(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    with Audit(path, lambda: NOON, limit_bytes=500) as audit:
        for _ in range(7):
            write(audit)
    aside = tmp_path / "audit.jsonl.1"
    assert lines(path)
    assert lines(aside)
    assert path.stat().st_size <= 500
    assert stat.S_IMODE(aside.stat().st_mode) == 0o600


def test_lines_of_several_threads_do_not_mix(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    with Audit(path) as audit:
        threads = [
            threading.Thread(target=lambda: [write(audit) for _ in range(50)]) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(lines(path)) == 200


def test_a_log_that_cannot_be_written_is_an_error_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(AuditError, match="expected a file to append the audit log to"):
        Audit(tmp_path / "file" / "audit.jsonl")
    with pytest.raises(AuditError, match=r"privacy\.audit_file"):
        Audit(tmp_path)


def test_without_a_path_nothing_is_kept(tmp_path: Path) -> None:
    with Audit(None) as audit:
        write(audit)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_told() -> None:
    with (
        Audit("/dev/full", limit_bytes=10**9) as audit,
        pytest.raises(AuditError, match="no space left"),
    ):
        write(audit)
