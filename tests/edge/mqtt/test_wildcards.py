"""A message is read on each followed topic that stands for its own."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edge.home.components.wiring import LONGEST_TOPIC
from edge.mqtt.broker import topic_matches
from edge.mqtt.wildcards import Wildcards
from edge.types import Message

LEVELS = st.sampled_from(["a", "b", ""])
TOPICS = st.lists(LEVELS, min_size=1, max_size=4).map("/".join)
FILTERS = st.lists(LEVELS | st.just("+"), min_size=1, max_size=4).map("/".join)


def read_on(wildcards: Wildcards, topic: str) -> list[str]:
    first, *others = wildcards.readings(Message(topic, "1", retain=True))
    assert first.topic == topic
    assert all((reading.payload, reading.retain) == ("1", True) for reading in others)
    return sorted(reading.topic for reading in others)


@given(st.lists(FILTERS, unique=True), st.data())
def test_a_message_is_read_on_those_that_match_and_are_still_followed(
    filters: list[str], data: st.DataObject
) -> None:
    wildcards = Wildcards()
    for name in filters:
        wildcards.add(name)
    dropped = data.draw(st.lists(st.sampled_from(filters), unique=True) if filters else st.just([]))
    for name in dropped:
        wildcards.drop(name)
    topic = data.draw(TOPICS)
    followed = [name for name in filters if "+" in name and name not in dropped]
    assert read_on(wildcards, topic) == sorted(n for n in followed if topic_matches(n, topic))


def test_the_brokers_own_topics_are_nobodys_first_level() -> None:
    wildcards = Wildcards()
    wildcards.add("+/load")
    assert read_on(wildcards, "$SYS/load") == []


def test_the_deepest_topic_is_found() -> None:
    wildcards = Wildcards()
    deepest = "+/" * (LONGEST_TOPIC // 2 - 1) + "x"
    wildcards.add(deepest)
    assert read_on(wildcards, deepest.replace("+", "a")) == [deepest]
