"""Several commands in one breath, commands for another time, and names that are commands.

The tagger is the one that ships, the home that of the exams.
"""

from __future__ import annotations

import pytest

from edge.assistant import LATER, NOT_UNDERSTOOD
from tests.edge.talking import became, talking


async def test_of_several_commands_all_are_done_and_told() -> None:
    async with talking() as talk:
        done = await talk("turn on the hall light and lock the front door")
    assert became(done) == {"light.hall": "on", "lock.front_door": "locked"}
    assert done.speech == "Turned on the hall light. Locked the front door."


async def test_of_several_commands_none_is_done_before_one_is_agreed_to() -> None:
    async with talking() as talk:
        asked = await talk("turn on the hall light and open the garage door")
        assert (asked.asked, asked.speech) == (True, "Shall I open the Garage Door?")
        assert asked.published == ()
        done = await talk("yes")
    assert became(done) == {"light.hall": "on", "cover.garage_door": "open"}


async def test_of_several_commands_none_is_done_after_a_no() -> None:
    async with talking() as talk:
        refused = (await talk.all("turn on the hall light and unlock the front door", "no"))[1]
        assert refused.published == ()
        assert talk.state("light.hall").state == "off"


@pytest.mark.parametrize(
    "said",
    [
        "turn on the hall light and tell me a joke",
        "who is the president and turn on the hall light",
        "lock the front door and frobnicate the banana",
        "turn on the hall light and the quux",
    ],
)
async def test_of_several_commands_none_is_done_where_one_is_not_understood(said: str) -> None:
    async with talking() as talk:
        outcome = await talk(said)
    assert outcome.published == ()
    assert outcome.asked or outcome.speech == NOT_UNDERSTOOD


async def test_of_several_commands_none_is_done_before_a_question_is_answered_and_then_all() -> (
    None
):
    async with talking() as talk:
        asked = await talk("turn on the hall light and close the bedroom shutter")
        assert asked.asked
        assert asked.published == ()
        done = await talk("the left one")
    assert became(done) == {"light.hall": "on", "cover.bedroom_left": "closed"}


@pytest.mark.parametrize(
    ("said", "slot"),
    [
        ("turn on the hall light at seven", "at"),
        ("turn on the hall light at 8 pm", "at"),
        ("unlock the back door at noon", "at"),
        ("turn on the hall light for ten minutes", "duration"),
        ("turn on the hall light when the washing machine is done", "when"),
        ("turn off the lights in the kitchen until sunset", "when"),
    ],
)
async def test_when_and_for_how_long_is_understood_and_not_acted_on(said: str, slot: str) -> None:
    async with talking() as talk:
        outcome = await talk(said)
    assert [slot in intent.slots for intent in outcome.intents] == [True]
    assert outcome.published == ()
    assert outcome.speech == LATER


@pytest.mark.parametrize(
    "said",
    [
        "turn on the hall light tomorrow",
        "turn on the hall light tomorrow at 8 pm",
        "if the bedroom window is open turn off the bedroom thermostat",
        "if the bedroom window is open, turn off the bedroom thermostat",
        "when the washing machine is done, turn on the hall light",
        "every morning turn on the hall light",
        "turn off the kitchen radio at sunset",
    ],
)
async def test_what_is_to_be_done_another_time_is_never_done_now(said: str) -> None:
    async with talking() as talk:
        assert (await talk(said)).published == ()


@pytest.mark.parametrize(
    ("said", "entity"),
    [
        ("movie night", "scene.movie_night"),
        ("Good night.", "scene.good_night"),
        ("dinner", "scene.dinner"),
        ("leave home", "script.leave_home"),
    ],
)
async def test_a_scene_or_script_runs_when_only_its_name_is_said(said: str, entity: str) -> None:
    async with talking() as talk:
        outcome = await talk(said)
    assert [(i.name, i.targets) for i in outcome.intents] == [("HassTurnOn", (entity,))]
    assert len(outcome.published) == 1
