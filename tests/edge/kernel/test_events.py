"""The event bus: everyone hears everything, and no onlooker can stop the show."""

from edge.kernel.events import Event, Events


def test_subscribers_get_events_with_name_time_and_fields() -> None:
    events = Events(clock=lambda: 7.0)
    heard: list[Event] = []
    events.subscribe(heard.append)
    events.emit("wake", word="okay_nabu")
    assert heard == [Event("wake", 7.0, {"word": "okay_nabu"})]


def test_after_unsubscribing_nothing_more_is_heard() -> None:
    events = Events()
    heard: list[Event] = []
    events.subscribe(heard.append)()
    events.emit("wake")
    assert heard == []


def test_a_subscriber_that_fails_is_dropped_and_reported_to_the_others() -> None:
    events = Events()
    heard: list[Event] = []

    def broken(event: Event) -> None:
        raise RuntimeError("no screen")

    events.subscribe(broken)
    events.subscribe(heard.append)
    events.emit("wake")
    events.emit("heard")
    assert [e.name for e in heard] == ["subscriber_failed", "wake", "heard"]
    assert "no screen" in heard[0].fields["error"]
