"""What is wrong with messages, told once: a device that sends nonsense each second fills no log."""

from __future__ import annotations

from collections import Counter

from edge.kernel.events import Events

MOST = 1_000
"""So many different complaints are told; after that only that there are more."""
MOST_OF_A_TOPIC = 10
"""So many are told of one topic, also when it is right again in between."""


class Complaints:
    """What was complained of so far."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._told: set[tuple[str, str]] = set()
        self._counts: Counter[str] = Counter()

    def tell(self, topic: str, kind: str, problem: str) -> None:
        """Say that messages on a topic have a problem, unless that was said of this `kind`."""
        if (topic, kind) in self._told or len(self._told) > MOST:
            return
        if self._counts[topic] >= MOST_OF_A_TOPIC:
            return
        self._told.add((topic, kind))
        self._counts[topic] += 1
        if len(self._told) > MOST:
            self._events.emit("more_device_problems", "warning", told=MOST)
        else:
            self._events.emit("device_problem", "warning", topic=topic, problem=problem)

    def forgive(self, topic: str) -> None:
        """What comes on a topic is right again; the next problem there is news."""
        if self._told:
            self._told = {told for told in self._told if told[0] != topic}
