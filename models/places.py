"""Where Lares keeps what it fetched or trained, on this user's account."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def data_dir(env: Mapping[str, str], home: Path) -> Path:
    """`lares` in the user's data directory: $XDG_DATA_HOME, by default ~/.local/share.

    The XDG Base Directory Specification says that a relative path there is to be ignored.
    """
    data = Path(env.get("XDG_DATA_HOME", ""))
    return (data if data.is_absolute() else home / ".local" / "share") / "lares"
