from __future__ import annotations

import pytest

from edge.domain.builtin import TYPES
from edge.voice.vocabulary import spoken


@pytest.mark.parametrize(
    ("kind", "count", "value", "way"),
    [
        ("pv.SingleDigitInteger", 10, "7", "seven"),
        ("pv.TwoDigitInteger", 100, "42", "forty two"),
        ("pv.SingleDigitOrdinal", 10, "3rd", "third"),
        ("pv.TwoDigitOrdinal", 100, "12th", "twelfth"),
        ("pv.TwoDigitOrdinal", 100, "21st", "twenty first"),
        ("pv.TwoDigitOrdinal", 100, "90th", "ninetieth"),
        ("pv.Percent", 101, "30%", "thirty percent"),
        ("pv.Percent", 101, "100%", "a hundred percent"),
        ("pv.Alphabetic", 26, "B", "b"),
    ],
)
def test_a_type_has_its_values_with_the_ways_to_say_them(
    kind: str, count: int, value: str, way: str
) -> None:
    assert len(TYPES[kind]) == count
    assert way in TYPES[kind][value]


@pytest.mark.parametrize("kind", TYPES)
def test_no_two_values_of_a_type_are_said_alike(kind: str) -> None:
    ways = [way for said in TYPES[kind].values() for way in said]
    assert len(ways) == len(set(ways))
    assert all(way == spoken(way) for way in ways)


def test_ordinals_end_as_they_are_written() -> None:
    written = TYPES["pv.TwoDigitOrdinal"]
    assert {"1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "22nd", "93rd"} <= set(written)
