"""What is wrong with messages, told once: a device that sends nonsense each second fills no log."""

from __future__ import annotations

from collections import Counter

from edge.kernel.events import Events

MOST_TOPICS = 1_000
"""Of so many topics something is told; after that only that there are more."""
MOST_OF_A_TOPIC = 10
"""So many problems are told of one topic, also when it is right again in between."""


class Complaints:
    """What was complained of so far."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._kinds: dict[str, set[str]] = {}
        self._counts: Counter[str] = Counter()
        self._said_more = False

    def tell(self, topic: str, kind: str, problem: str) -> None:
        """Say that messages on a topic have a problem, unless that was said of this `kind`."""
        if kind in self._kinds.get(topic, ()) or self._counts[topic] >= MOST_OF_A_TOPIC:
            return
        if topic not in self._counts and len(self._counts) >= MOST_TOPICS:
            self._say_more()
            return
        self._kinds.setdefault(topic, set()).add(kind)
        self._counts[topic] += 1
        self._events.emit("device_problem", "warning", topic=topic, problem=problem)

    def forgive(self, topic: str) -> None:
        """What comes on a topic is right again; the next problem there is news."""
        self._kinds.pop(topic, None)

    def _say_more(self) -> None:
        if not self._said_more:
            self._said_more = True
            self._events.emit("more_device_problems", "warning", told=MOST_TOPICS)
