"""What is wrong with messages is told, and fills no log."""

from __future__ import annotations

from edge.mqtt.complaints import MOST, MOST_OF_A_TOPIC, Complaints
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


def test_of_very_many_problems_only_that_there_are_more_is_told(recorder: Recorder) -> None:
    complaints = Complaints(recorder.bus)
    for number in range(2 * MOST):
        complaints.tell(f"lamp/{number}", "no number", "payload")
    assert len(recorder.named("device_problem")) == MOST
    assert len(recorder.named("more_device_problems")) == 1
