"""What was told last on a topic is remembered, within bounds."""

from __future__ import annotations

from edge.mqtt.latest import Latest
from edge.types import Message


def test_the_latest_message_of_a_topic_is_known_as_a_retained_one() -> None:
    latest = Latest()
    latest.note(Message("a", "1"))
    latest.note(Message("a", "2"))
    assert latest.get("a") == Message("a", "2", retain=True)
    assert latest.get("b") is None


def test_what_is_too_much_is_not_remembered_and_what_is_forgotten_makes_room() -> None:
    latest = Latest(most_characters=10)
    latest.note(Message("a", "x" * 8))
    latest.note(Message("b", "x" * 8))
    assert latest.get("b") is None
    latest.forget("a")
    latest.note(Message("b", "x" * 8))
    assert latest.get("b") is not None


def test_a_message_that_is_too_long_leaves_no_older_one_behind() -> None:
    latest = Latest(most_characters=10)
    latest.note(Message("a", "short"))
    latest.note(Message("a", "x" * 11))
    assert latest.get("a") is None
