"""Times in templates, by Home Assistant's functions for them. `now` is passed in."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from edge.home.jinja.limits import TemplateFailed, Undefined

_NO_DEFAULT = object()
_FORMAT = re.compile(r"%(?:-?[a-zA-Z]|:z|%)")


def timestamp(value: Any, default: Any = _NO_DEFAULT) -> Any:
    """Seconds since 1970 of a time, or of one as text. Raises `TemplateFailed`."""
    made = moment(value, default)
    return made.timestamp() if isinstance(made, datetime) else made


def moment(value: Any, default: Any = _NO_DEFAULT) -> Any:
    """A time from text or from seconds since 1970; one without a zone is local."""
    try:
        if isinstance(value, datetime):
            return value if value.tzinfo else value.astimezone()
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC)
        if isinstance(value, str) and re.fullmatch(r"\s*-?\d+(?:\.\d+)?\s*", value):
            return datetime.fromtimestamp(float(value), UTC)
        read = datetime.fromisoformat(_text(value))
        return read if read.tzinfo else read.astimezone()
    except (ValueError, OverflowError, OSError, TypeError) as error:
        if default is not _NO_DEFAULT:
            return default
        raise TemplateFailed(f"expected a time, found {str(value)[:60]!r}") from error


def custom(
    value: Any, style: str = "%Y-%m-%d %H:%M:%S", local: bool = True, default: Any = _NO_DEFAULT
) -> Any:
    """Seconds since 1970 as text in a format of strftime. Raises `TemplateFailed`."""
    try:
        utc = datetime.fromtimestamp(float(value), UTC)
        return written(utc.astimezone() if local else utc, style)
    except (ValueError, OverflowError, OSError, TypeError) as error:
        if default is not _NO_DEFAULT:
            return default
        raise TemplateFailed(f"expected seconds since 1970, found {str(value)[:60]!r}") from error


def iso(value: Any, *, local: bool) -> str:
    """Seconds since 1970 as ISO 8601, as `timestamp_local` and `timestamp_utc` write it."""
    try:
        utc = datetime.fromtimestamp(float(value), UTC)
        return (utc.astimezone() if local else utc).isoformat()
    except (ValueError, OverflowError, OSError, TypeError) as error:
        raise TemplateFailed(f"expected seconds since 1970, found {str(value)[:60]!r}") from error


def parsed(value: Any, style: str, default: Any = _NO_DEFAULT) -> Any:
    """A time from text in a format of strptime. Raises `TemplateFailed`."""
    try:
        return datetime.strptime(_text(value), _known(style))
    except (ValueError, TypeError, OverflowError, re.error) as error:
        if default is not _NO_DEFAULT:
            return default
        raise TemplateFailed(
            f"expected a time like {style[:40]!r}, found {str(value)[:60]!r}"
        ) from error


def written(value: datetime, style: str) -> str:
    """A time in a format of strftime, whose letters have no widths."""
    return value.strftime(_known(style))


def _known(style: str) -> str:
    if len(style) > 100 or "%" in _FORMAT.sub("", style):
        raise TemplateFailed(f"the time format {style[:60]!r} is not supported")
    return style


def _text(value: Any) -> str:
    if isinstance(value, Undefined) or not isinstance(value, str) or len(value) > 100:
        raise ValueError("no time")
    return value.strip()


def span(**parts: Any) -> timedelta:
    """`timedelta(seconds=…)`. Raises `TemplateFailed`."""
    return timedelta(**{name: float(value) for name, value in parts.items()})
