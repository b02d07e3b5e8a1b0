"""A wake word detector whose words may be exchanged while it listens."""

from __future__ import annotations

import threading
from collections.abc import Callable

from edge.types import AudioFrame
from edge.voice.wake import Wake, WakeDetector


class FollowingWakeDetector:
    """Hears the words that it was last told to. make: a detector of these words."""

    def __init__(
        self, words: tuple[str, ...], make: Callable[[tuple[str, ...]], WakeDetector]
    ) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._detector = make(words)
        self._wanted = words

    @property
    def words(self) -> tuple[str, ...]:
        return self._detector.words

    def follow(self, words: tuple[str, ...]) -> None:
        """Hear these words from now on; from any thread. Raises LaresError where that cannot be
        done; then the words stay."""
        with self._lock:
            if words != self._wanted:
                self._detector = self._make(words)
                self._wanted = words

    def feed(self, frame: AudioFrame) -> Wake | None:
        return self._detector.feed(frame)

    def reset(self) -> None:
        self._detector.reset()
