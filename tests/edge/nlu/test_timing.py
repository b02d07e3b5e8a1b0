"""When and for how long, taken off a command."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.nlu.timing import cut

NOON = datetime(2026, 11, 25, 12)
VOCABULARY = (
    "turn off the fan at by on seven 7 pm am o'clock for ten minutes half an hour tomorrow tonight "
    "friday when once if until is done i leave sunset noon midnight , . in morning 99999999 days İ"
)


@pytest.mark.parametrize(
    ("text", "main", "slots"),
    [
        ("turn off the heater at seven", "turn off the heater", {"at": "2026-11-25T19:00"}),
        ("turn on the kettle tomorrow at 7 am", "turn on the kettle", {"at": "2026-11-26T07:00"}),
        ("close the valve at midnight", "close the valve", {"at": "2026-11-26T00:00"}),
        ("turn on the fan for ten minutes", "turn on the fan", {"duration": 600}),
        ("Turn off the radio for half an hour.", "Turn off the radio", {"duration": 1800}),
        ("for ten minutes turn on the fan", "turn on the fan", {"duration": 600}),
        ("switch on the porch light at 6 pm for two hours", "switch on the porch light",
         {"at": "2026-11-25T18:00", "duration": 7200}),
        ("when the wash is done, turn off the iron", "turn off the iron",
         {"when": "when the wash is done"}),
        ("lock the door as soon as i leave", "lock the door", {"when": "as soon as i leave"}),
        ("mute the tv until the news is over", "mute the tv", {"when": "until the news is over"}),
    ],
)  # fmt: skip
def test_a_time_is_cut_off(text: str, main: str, slots: dict[str, object]) -> None:
    timed = cut(text, NOON)
    assert (timed.text, timed.slots) == (main, slots)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "turn on the fan",
        "turn on the light for Anna",
        "turn off the fan in ten minutes",
        "turn off the lamp when",
        "for ten minutes",
        "at 7 pm",
    ],
)
def test_a_text_without_a_command_and_a_time_stays(text: str) -> None:
    timed = cut(text, NOON)
    assert (timed.text, timed.slots) == (text, {})


@given(st.text() | st.lists(st.sampled_from(VOCABULARY.split()), max_size=20).map(" ".join))
def test_no_text_raises(text: str) -> None:
    timed = cut(text, NOON)
    assert timed.slots.keys() <= {"at", "duration", "when"}
    assert timed.slots or timed.text == text
