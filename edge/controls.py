"""The owner's switches: what of Lares is changed while it runs, and stays so after a restart.

    change(muted=True) ── each listener does it ── it is written down ── `settings` tells it

A listener that cannot do what is asked raises LaresError: then it and those before it are told the
old settings again, and nothing has changed. What was chosen is kept in a small file; a file that
cannot be read is told to the log and replaced by the next change. A wake word that was chosen gives
way when another one is configured afterwards.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from edge.kernel.events import Events
from edge.types import LaresError


@dataclass(frozen=True, slots=True)
class Settings:
    """How the switches stand."""

    muted: bool = False
    """No microphone hears anything."""
    volume: float = 1.0
    """How loudly Lares speaks, 0 to 1."""
    wake_words: tuple[str, ...] = ()
    """Ids of the words that open the microphone."""
    language_model: bool = True
    """Whether the language model is asked."""

    def __post_init__(self) -> None:
        if not 0 <= self.volume <= 1:
            raise LaresError(f"Expected a volume from 0 to 1, found {self.volume}.")


Listener = Callable[[Settings], None]


class Controls:
    """The settings of now. May be used from any thread.

    configured: how they stand without any choice of the owner's. path: where choices are kept;
    None keeps nothing.
    """

    def __init__(
        self,
        configured: Settings | None = None,
        path: Path | None = None,
        events: Events | None = None,
    ) -> None:
        self._configured = configured or Settings()
        self._path = path
        self._events = events or Events()
        self._lock = threading.RLock()
        self._listeners: tuple[Listener, ...] = ()
        self._settings = self._kept()

    @property
    def settings(self) -> Settings:
        return self._settings

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Tell `listener` the settings, now and after each change; what is returned ends that.

        Raises what it raises now.
        """
        with self._lock:
            listener(self._settings)
            self._listeners = (*self._listeners, listener)

        def unsubscribe() -> None:
            with self._lock:
                self._listeners = tuple(one for one in self._listeners if one is not listener)

        return unsubscribe

    def change(self, **changes: Any) -> Settings:
        """Set fields of the settings. Raises LaresError when that cannot be done; then all is as
        before."""
        with self._lock:
            before, after = self._settings, replace(self._settings, **changes)
            if after == before:
                return after
            told: list[Listener] = []
            try:
                for listener in self._listeners:
                    told.append(listener)
                    listener(after)
            except LaresError:
                for listener in told:
                    with contextlib.suppress(LaresError):
                        listener(before)
                raise
            self._settings = after
            self._keep(after)
            return after

    def _keep(self, settings: Settings) -> None:
        if self._path is None:
            return
        kept: dict[str, Any] = {
            "muted": settings.muted,
            "volume": settings.volume,
            "language_model": settings.language_model,
        }
        if settings.wake_words != self._configured.wake_words:
            kept["wake_words"] = {
                "chosen": settings.wake_words,
                "instead_of": self._configured.wake_words,
            }
        try:
            _write(self._path, json.dumps(kept))
        except OSError as error:
            self._events.emit("settings_not_kept", "warning", error=str(error))

    def _kept(self) -> Settings:
        """The configured settings with the owner's choices. Whatever of these is no good counts as
        not chosen."""
        configured = self._configured
        if self._path is None:
            return configured
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
            if not isinstance(kept, dict):
                raise ValueError(f"expected a JSON object, found {type(kept).__name__}")
        except FileNotFoundError:
            return configured
        except (OSError, ValueError, RecursionError) as error:
            self._events.emit(
                "settings_not_read", "warning", file=str(self._path), error=str(error)
            )
            return configured
        return replace(
            configured,
            muted=_boolean(kept.get("muted"), configured.muted),
            volume=_share(kept.get("volume"), configured.volume),
            language_model=_boolean(kept.get("language_model"), configured.language_model),
            wake_words=_words(kept.get("wake_words"), configured.wake_words),
        )


def _write(path: Path, text: str) -> None:
    """Replace a file by a whole new one, which is on the disk when this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _boolean(kept: object, configured: bool) -> bool:
    return kept if isinstance(kept, bool) else configured


def _share(kept: object, configured: float) -> float:
    is_number = isinstance(kept, int | float) and not isinstance(kept, bool)
    return float(kept) if is_number and 0 <= kept <= 1 else configured  # type: ignore[operator,arg-type]  # a number


def _words(kept: object, configured: tuple[str, ...]) -> tuple[str, ...]:
    if not isinstance(kept, Mapping) or kept.get("instead_of") != list(configured):
        return configured
    chosen = kept.get("chosen")
    if not isinstance(chosen, list) or not chosen or not all(isinstance(w, str) for w in chosen):
        return configured
    return tuple(chosen)
