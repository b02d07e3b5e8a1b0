"""What is wrong with messages is told, and fills no log."""

from __future__ import annotations

import pytest

from edge.mqtt.complaints import MOST_OF_A_TOPIC, MOST_TOPICS, Complaints
from tests.edge.mqtt.conftest import Recorder


def test_the_same_problem_of_a_topic_is_told_once(recorder: Recorder) -> None:
    complaints = Complaints(recorder.bus)
    for number in range(9):
        complaints.tell("lamp", "no number", f"payload {number}")
    complaints.tell("lamp", "too large", "payload")
    complaints.tell("fan", "no number", "payload")
    assert [event.fields["topic"] for event in recorder.named("device_problem")] == [
        "lamp",
        "lamp",
        "fan",
    ]


def test_a_problem_that_comes_back_is_told_again_but_not_for_ever(recorder: Recorder) -> None:
    complaints = Complaints(recorder.bus)
    for number in range(1_000):
        complaints.tell("lamp", "no number", f"payload {number}")
        complaints.forgive("lamp")
        assert len(recorder.named("device_problem")) == min(number + 1, MOST_OF_A_TOPIC)


@pytest.mark.parametrize("right_again", [False, True])
def test_of_very_many_topics_only_that_there_are_more_is_told(
    recorder: Recorder, right_again: bool
) -> None:
    complaints = Complaints(recorder.bus)
    for number in range(2 * MOST_TOPICS):
        complaints.tell(f"lamp/{number}", "no number", "payload")
        if right_again:
            complaints.forgive(f"lamp/{number}")
    assert len(recorder.named("device_problem")) == MOST_TOPICS
    assert len(recorder.named("more_device_problems")) == 1


def test_a_topic_known_before_there_were_too_many_is_still_told(recorder: Recorder) -> None:
    complaints = Complaints(recorder.bus)
    for number in range(2 * MOST_TOPICS):
        complaints.tell(f"lamp/{number}", "no number", "payload")
    complaints.forgive("lamp/0")
    complaints.tell("lamp/0", "no number", "payload")
    told = [event.fields["topic"] for event in recorder.named("device_problem")]
    assert told.count("lamp/0") == 2
