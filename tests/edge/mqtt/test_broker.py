"""Topic filters match by the rules of MQTT 4.7."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.mqtt.broker import topic_matches


@pytest.mark.parametrize(
    ("topic_filter", "topic", "matches"),
    [
        ("a/b", "a/b", True),
        ("a/b", "a/b/c", False),
        ("a/b/c", "a/b", False),
        ("a/+", "a/b", True),
        ("a/+", "a/b/c", False),
        ("+/+/c", "a/b/c", True),
        ("a/#", "a/b/c", True),
        ("a/#", "a", True),
        ("a/set/#", "a/settle", False),
        ("#", "a/b", True),
        ("#", "$SYS/uptime", False),
        ("+/uptime", "$SYS/uptime", False),
        ("$SYS/#", "$SYS/uptime", True),
        ("a/+", "a/", True),
    ],
)
def test_a_filter_matches(topic_filter: str, topic: str, matches: bool) -> None:
    assert topic_matches(topic_filter, topic) is matches


LEVELS = st.lists(st.text("abc", min_size=1, max_size=3), min_size=1, max_size=5)


@given(LEVELS, st.data())
def test_a_topic_matches_itself_with_any_level_replaced(
    levels: list[str], data: st.DataObject
) -> None:
    topic = "/".join(levels)
    index = data.draw(st.integers(0, len(levels) - 1))
    assert topic_matches(topic, topic)
    assert topic_matches("/".join([*levels[:index], "+", *levels[index + 1 :]]), topic)
    assert topic_matches("/".join([*levels[:index], "#"]), topic)
