"""Conversations with the assistant: taking back, correcting, asking, and what is forgotten when.

The tagger is the one that ships, the home that of the exams; only the clock is the test's.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from edge.mqtt.broker_loopback import LoopbackBroker
from edge.session import ANSWER_WITHIN_S, SPOKEN_OF_S, TAKEN_BACK_S
from edge.types import EntityState, Message
from tests.edge.talking import became, talking

NOTHING_TO_UNDO = "There is nothing to take back."


@pytest.mark.parametrize(
    ("said", "changed"),
    [
        ("turn on the hall light", ["light.hall"]),
        ("make the floor lamp blue", ["light.floor_lamp"]),
        ("turn on the kettle", ["switch.kettle"]),
        ("close the kitchen blind", ["cover.kitchen_blind"]),
        ("set the study blind to thirty percent", ["cover.study_blind"]),
        ("set the bedroom thermostat to 23 degrees", ["climate.bedroom"]),
        ("turn off the bedroom thermostat", ["climate.bedroom"]),
        ("turn on the study fan", ["fan.study_fan"]),
        ("pause the kitchen radio", ["media_player.kitchen_radio"]),
        ("mute the kitchen radio", ["media_player.kitchen_radio"]),
        ("set the volume of the kitchen radio to 60 percent", ["media_player.kitchen_radio"]),
        ("add milk and eggs to the shopping list", ["todo.shopping"]),
        (
            "turn on the hall light and the desk lamp and close the kitchen blind",
            ["light.hall", "light.desk_lamp", "cover.kitchen_blind"],
        ),
    ],
)
async def test_undo_brings_everything_that_a_turn_changed_back(
    said: str, changed: list[str]
) -> None:
    async with talking() as talk:
        before = {entity: talk.state(entity) for entity in changed}
        done = await talk(said)
        assert sorted(done.changes) == sorted(changed)
        undone = await talk("undo that")
        assert sorted(undone.changes) == sorted(changed)
        for entity, state in before.items():
            now = talk.state(entity)
            assert now.state == state.state
            assert state.attributes.items() <= now.attributes.items()


@pytest.mark.parametrize("words", ["undo", "Undo that, please.", "put it back", "take that back"])
async def test_taking_back_may_be_put_in_many_ways(words: str) -> None:
    async with talking() as talk:
        await talk("turn on the hall light")
        assert became(await talk(words)) == {"light.hall": "off"}


async def test_undo_twice_goes_two_turns_back_and_then_no_further() -> None:
    async with talking() as talk:
        await talk.all("turn on the hall light", "turn on the desk lamp")
        first, second, third = await talk.all("undo", "undo", "undo")
    assert became(first) == {"light.desk_lamp": "off"}
    assert became(second) == {"light.hall": "off"}
    assert (became(third), third.speech) == ({}, NOTHING_TO_UNDO)


async def test_a_turn_that_changed_nothing_is_skipped_by_undo() -> None:
    async with talking() as talk:
        await talk.all("turn on the hall light", "what time is it", "is the kitchen window open")
        assert became(await talk("undo")) == {"light.hall": "off"}


async def test_what_was_agreed_to_can_be_taken_back() -> None:
    async with talking() as talk:
        await talk.all("open the garage door", "yes")
        assert became(await talk("undo")) == {"cover.garage_door": "closed"}


async def test_what_cannot_be_brought_back_is_said() -> None:
    async with talking() as talk:
        await talk("next song")
        assert (await talk("undo")).speech == "I can't take that back."


async def test_long_after_it_was_done_nothing_is_taken_back() -> None:
    async with talking() as talk:
        await talk("turn on the hall light")
        talk.now += TAKEN_BACK_S
        undone = await talk("undo")
    assert (became(undone), undone.speech) == ({}, NOTHING_TO_UNDO)


async def test_to_take_back_a_locked_door_is_asked_about_first() -> None:
    async with talking() as talk:
        await talk("lock the front door")
        asked = await talk("undo")
        assert (asked.asked, asked.speech) == (True, "Shall I unlock the Front Door?")
        assert asked.published == ()
        assert became(await talk("yes")) == {"lock.front_door": "unlocked"}


async def test_to_take_back_what_may_not_be_done_is_refused() -> None:
    refusing = [{"verdict": "refuse", "services": ["lock.unlock"]}]
    async with talking(rules=refusing) as talk:
        await talk("lock the front door")
        refused = await talk("undo")
    assert refused.refused
    assert refused.published == ()


async def test_what_was_taken_back_with_a_yes_is_not_what_is_taken_back_next() -> None:
    async with talking() as talk:
        await talk.all("turn on the hall light", "lock the front door", "undo", "yes")
        assert became(await talk("undo")) == {"light.hall": "off"}


async def test_what_was_not_taken_back_after_all_can_be_still() -> None:
    async with talking() as talk:
        await talk.all("lock the front door", "undo", "no")
        assert (await talk("undo")).speech == "Shall I unlock the Front Door?"


async def test_what_someone_else_does_meanwhile_is_not_taken_back() -> None:
    async with talking(broker=WithSomeoneElse) as talk:
        await talk("turn on the hall light")
        assert talk.state("light.desk_lamp").state == "on"
        assert became(await talk("undo")) == {"light.hall": "off"}


class WithSomeoneElse(LoopbackBroker):
    """When the hall light is switched, someone switches the desk lamp on by hand."""

    async def publish(self, message: Message) -> None:
        if message.topic == "virtual/light/hall/set":
            self.set_states({"light.desk_lamp": EntityState("on")})
        await super().publish(message)


async def test_before_anything_was_done_nothing_is_told() -> None:
    async with talking() as talk:
        assert (await talk("what did you do?")).speech == "I haven't done anything yet."
        assert (await talk("undo")).speech == NOTHING_TO_UNDO


@pytest.mark.parametrize(
    ("turns", "told"),
    [
        (["turn on the hall light"], "Turned on the hall light."),
        (["turn on the hall light", "what did you do"], "Turned on the hall light."),
        (["unlock the front door", "yes"], "Unlocked the front door."),
        (["close the bedroom shutter", "the left one"], "Closed the left bedroom shutter."),
        (["turn on the hall light", "no, the desk lamp"], "Turned on the desk lamp."),
    ],
)
async def test_what_was_done_last_is_told_again(turns: list[str], told: str) -> None:
    async with talking() as talk:
        await talk.all(*turns)
        again = await talk("what did you just do?")
    assert again.speech == told
    assert again.published == ()


@pytest.mark.parametrize(
    ("said", "corrected", "changes"),
    [
        (
            "turn on the hall light",
            "no, the desk lamp",
            {"light.hall": "off", "light.desk_lamp": "on"},
        ),
        (
            "close the left bedroom shutter",
            "no, the right one",
            {"cover.bedroom_left": "open", "cover.bedroom_right": "closed"},
        ),
        (
            "turn on the kitchen lights",
            "not the kitchen, the study",
            {"light.kitchen_ceiling": "off", "light.worktop": "off", "light.desk_lamp": "on"},
        ),
        (
            "turn on the hall light and the desk lamp",
            "no, the floor lamp",
            {"light.hall": "off", "light.desk_lamp": "off", "light.floor_lamp": "on"},
        ),
        (
            "turn on the hall light",
            "no turn on the study fan",
            {"light.hall": "off", "fan.study_fan": "on"},
        ),
        (
            "turn on the hall light",
            "no, turn on the study fan",
            {"light.hall": "off", "fan.study_fan": "on"},
        ),
        (
            "turn on the hall light",
            "actually, turn on the study fan",
            {"light.hall": "off", "fan.study_fan": "on"},
        ),
    ],
)
async def test_a_correction_takes_back_first_what_was_wrong(
    said: str, corrected: str, changes: Mapping[str, str]
) -> None:
    async with talking() as talk:
        await talk(said)
        assert became(await talk(corrected)) == changes


async def test_only_what_differs_in_the_end_has_changed_after_a_correction() -> None:
    async with talking() as talk:
        await talk("set the living room thermostat to 23 degrees")
        warmer = await talk("no, 22")
        assert warmer.changes["climate.living_room"].attributes["temperature"] == 22
        same = await talk("no, 20")
        assert talk.state("climate.living_room").attributes["temperature"] == 20
        assert [*same.changes] == ["climate.living_room"]


async def test_undo_after_a_correction_takes_back_the_correction_alone() -> None:
    async with talking() as talk:
        await talk.all("turn on the kettle", "turn on the hall light", "no, the desk lamp")
        first, second = await talk.all("undo", "undo")
    assert became(first) == {"light.desk_lamp": "off"}
    assert became(second) == {"switch.kettle": "off"}


async def test_what_was_taken_back_is_not_taken_back_by_a_correction_again() -> None:
    async with talking() as talk:
        await talk.all("turn on the kettle", "turn on the hall light", "undo")
        assert became(await talk("no, the desk lamp")) == {"light.desk_lamp": "on"}


async def test_a_correction_that_must_be_asked_about_takes_back_once_it_is_answered() -> None:
    shutters = dict.fromkeys(
        ("cover.bedroom_left", "cover.bedroom_right"),
        EntityState("closed", {"current_position": 0}),
    )
    async with talking(shutters) as talk:
        await talk("turn on the hall light")
        assert (await talk("no, the shutter")).asked
        done = await talk("the left one")
    assert became(done) == {"cover.bedroom_left": "open", "light.hall": "off"}


async def test_a_correction_unlocks_no_door_that_nobody_was_asked_about() -> None:
    async with talking() as talk:
        await talk("lock the front door")
        corrected = await talk("no, the back door")
        assert "lock.front_door" not in corrected.changes
        after = await talk("yes")
    assert corrected.asked or after.published == ()


async def test_a_name_after_a_question_about_the_time_switches_nothing() -> None:
    async with talking({"light.desk_lamp": EntityState("on")}) as talk:
        await talk("what time is it")
        assert became(await talk("no, the desk lamp")) == {}


@pytest.mark.parametrize("other", ["turn on the hall light", "what time is it", "undo"])
@pytest.mark.parametrize(
    ("asking", "answer"),
    [("unlock the front door", "yes"), ("close the bedroom shutter", "the left one")],
)
async def test_a_question_is_dropped_when_something_else_is_said(
    asking: str, answer: str, other: str
) -> None:
    async with talking() as talk:
        assert (await talk(asking)).asked
        await talk(other)
        late = await talk(answer)
    assert not {"lock.front_door", "cover.bedroom_right"} & late.changes.keys()
    if answer == "yes":
        assert late.published == ()


async def test_a_yes_that_comes_late_does_nothing() -> None:
    async with talking() as talk:
        await talk("unlock the front door")
        talk.now += ANSWER_WITHIN_S
        assert (await talk("yes")).published == ()


async def test_it_is_what_was_spoken_of() -> None:
    async with talking() as talk:
        await talk("turn on the hall light")
        talk.now += SPOKEN_OF_S - 1
        assert became(await talk("turn it off")) == {"light.hall": "off"}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("is the front door locked", "is the back door locked"),
        ("is the front door locked", "what about the back door"),
        ("unlock the front door", "is the back door locked"),
    ],
)
async def test_both_are_what_was_spoken_of_in_two_turns(first: str, second: str) -> None:
    async with talking() as talk:
        await talk.all(first, second)
        done = await talk("lock them both")
    assert became(done) == {"lock.front_door": "locked", "lock.back_door": "locked"}


async def test_both_of_one_turn_are_not_those_of_the_turn_before() -> None:
    async with talking() as talk:
        await talk.all("turn on the hall light", "turn on the kettle and the desk lamp")
        done = await talk("turn them both off")
    assert became(done) == {"switch.kettle": "off", "light.desk_lamp": "off"}


async def test_what_was_spoken_of_long_ago_is_none_of_both() -> None:
    async with talking() as talk:
        await talk("is the front door locked")
        talk.now += SPOKEN_OF_S
        await talk("is the back door locked")
        assert became(await talk("lock them both")) == {"lock.back_door": "locked"}


async def test_what_was_spoken_of_long_ago_is_forgotten() -> None:
    async with talking() as talk:
        await talk("turn on the hall light")
        talk.now += SPOKEN_OF_S
        asked = await talk("turn it off")
    assert (asked.asked, asked.speech, asked.published) == (True, "What do you mean?", ())


@pytest.mark.parametrize(
    "said",
    [
        "turn it off",
        "turn them off",
        "is it on",
        "and the bedroom",
        "turn both of them on",
        "lock them both",
        "the other one",
        "no, the other one",
        "what about the other one",
    ],
)
async def test_what_refers_to_nothing_is_asked_about(said: str) -> None:
    async with talking() as talk:
        asked = await talk(said)
    assert (asked.asked, asked.speech, asked.published) == (True, "What do you mean?", ())


@pytest.mark.parametrize("said", ["undo", "turn it off", "and the desk lamp", "no, the desk lamp"])
async def test_a_conversation_knows_nothing_of_another(said: str) -> None:
    async with talking() as talk:
        await talk("turn on the hall light", conversation="kitchen")
        other = await talk(said, conversation="bedroom")
        assert "light.hall" not in other.changes
        assert became(await talk("undo", conversation="kitchen")) == {"light.hall": "off"}


async def test_a_question_is_answered_in_its_own_conversation() -> None:
    async with talking({"lock.front_door": EntityState("locked")}) as talk:
        await talk("unlock the front door", conversation="kitchen")
        assert (await talk("yes", conversation="bedroom")).published == ()
        done = await talk("yes", conversation="kitchen")
    assert became(done) == {"lock.front_door": "unlocked"}
