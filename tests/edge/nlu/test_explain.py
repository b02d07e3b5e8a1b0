"""Explanations: they agree with what is understood, and tell why the rest was not taken."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from io import StringIO
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from edge.app import App, Household
from edge.commands.explain import draw
from edge.config import Config
from edge.home.graph import Area, Home
from edge.home.states import States
from edge.nlu.context import Context
from edge.nlu.explain import explain
from edge.nlu.explained import CandidateView, ClauseView, Explanation, NeedView, as_data
from edge.nlu.interpreter import Interpreter
from edge.nlu.needs import SaidNeeds
from edge.nlu.resolver import Resolver
from edge.nlu.tagger import Tagger, TaggerView
from edge.types import OUT_OF_SCOPE, Intent, Outcome, Transcript
from tests.edge.nlu.homes import HOME, entity, tagging

LEAST = 0.5
NOW = datetime(2026, 11, 25, 12)
EXAMS = Home.from_yaml(Path("models/exams/home.yaml"))
TAGGER = Tagger()

SENTENCES = (
    "turn on the floor lamp",
    "turn off the kitchen radio",
    "turn off all the lights upstairs",
    "turn off everything in the kitchen except the kettle",
    "turn off all the lights but leave the night light on",
    "lock the front door and tell me the time",
    "unlock the garage",
    "open the front door",
    "close the left shutter",
    "close the bedroom shutters and the kitchen blind",
    "set the floor lamp to forty percent and the bedside lamp to ten",
    "turn on the floor lamp and make it blue",
    "turn on the kitchen radio and set it to twenty percent",
    "in the bedroom close the shutters and turn on the fan",
    "is the bedroom window open and what's the temperature outside",
    "is the washing machine running",
    "which lights are on",
    "how bright is the hall light",
    "who is at home",
    "add milk and eggs to the shopping list and turn on the kettle",
    "what is on my chores list",
    "set a timer for ten minutes and turn off the radio",
    "start a pasta timer for 8 minutes",
    "pause the music",
    "skip this song",
    "dim the nursery light to twenty percent",
    "turn on the fan",
    "turn off the lamp",
    "turn up the heating",
    "set the study thermostat to 20 degrees",
    "turn on the flux capacitor",
    "turn on the bedside lamp in the kitchen",
    "turn it off",
    "and the kitchen",
    "movie night",
    "i'm off to bed, turn off the lights upstairs",
    "turn off the kettle but what is the meaning of life",
    "what is the capital of france",
    "don't turn off the desk lamp",
    "turn on the christmas tree for ten minutes",
    "send rosie home and start the lawn mower",
    "vacuum the living room",
)
PLACES = (None, "bedroom")


def explained(
    text: str, area: str | None = None, home: Home = EXAMS, before: Context | None = None
) -> Explanation:
    interpreter = interpreter_of(home, area)
    return explain(text, interpreter, TAGGER.explain, LEAST, before)


def interpreter_of(home: Home = EXAMS, area: str | None = None) -> Interpreter:
    states = States(home.initial_states())
    return Interpreter(Resolver(home, LEAST), TAGGER.tag, states, area, NOW)


def clause(text: str, area: str | None = None, home: Home = EXAMS) -> ClauseView:
    """The explanation of a text that is one clause."""
    (view,) = explained(text, area, home).read
    return view


def marked(text: str, intent: str) -> ClauseView:
    """The explanation of one clause that a tagger marks in just this way."""
    tagged = tagging(text, intent)
    seen = TaggerView(((intent, 0.99),), tuple((span, 0.9) for span in tagged.spans))
    interpreter = replace(interpreter_of(), tag=lambda _: tagged)
    (view,) = explain(tagged.text, interpreter, lambda _: seen, LEAST).read
    return view


def candidates(view: ClauseView) -> dict[str, CandidateView]:
    return {each.id: each for span in view.spans for each in span.candidates}


def drawn(explanation: Explanation, width: int) -> str:
    """As it stands in a terminal so many columns wide, without colour."""
    file = StringIO()
    draw(explanation, Console(file=file, width=width, highlight=False, color_system=None))
    return file.getvalue()


@pytest.fixture(scope="module")
def parsed() -> Iterator[dict[tuple[str, str | None], Outcome]]:
    """What the assistant says of every sentence in every place."""
    app = App(Config())

    def parse(household: Household, text: str, area: str | None) -> Outcome:
        return household.assistant.parse(Transcript(text, "text"), area=area)

    async def all_of_them() -> dict[tuple[str, str | None], Outcome]:
        async with app.virtual(EXAMS) as household:
            return {(t, a): parse(household, t, a) for t in SENTENCES for a in PLACES}

    yield asyncio.run(all_of_them())


def meant(intents: tuple[Intent, ...]) -> list[tuple[str, dict[str, object], tuple[str, ...]]]:
    return [(intent.name, dict(intent.slots), intent.targets) for intent in intents]


@pytest.mark.parametrize("area", PLACES)
@pytest.mark.parametrize("text", SENTENCES)
def test_an_explanation_agrees_with_what_parse_says(
    text: str, area: str | None, parsed: dict[tuple[str, str | None], Outcome]
) -> None:
    told, outcome = explained(text, area), parsed[text, area]
    assert meant(told.intents) == meant(outcome.intents)
    assert (told.question or "") == outcome.speech


@pytest.mark.parametrize("area", PLACES)
@pytest.mark.parametrize("text", SENTENCES)
def test_each_clause_tells_of_its_targets_and_of_nothing_else_that_it_is_meant(
    text: str, area: str | None
) -> None:
    told = explained(text, area)
    areas = {each.id for each in EXAMS.areas} | {each.id for each in EXAMS.floors}
    for view in told.read:
        targets = {target for intent in view.intents for target in intent.targets}
        shown = {i for i, each in candidates(view).items() if each.verdict == "meant"} - areas
        assert shown <= targets
        for each in candidates(view).values():
            assert bool(each.reason) == (each.verdict != "meant")
    if told.question is None and told.intents:
        understood = [view.intents for view in told.read if view.fate == "understood"]
        assert [i for intents in understood for i in intents] == list(told.intents)


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("text", SENTENCES)
def test_an_explanation_fits_the_terminal(text: str, width: int) -> None:
    lines = drawn(explained(text), width).splitlines()
    assert max(map(cell_len, lines)) <= width
    assert all(line.strip() for line in lines)


def test_the_tagger_tells_its_three_likeliest_intents_and_its_spans() -> None:
    text = "turn on the floor lamp"
    view, tagging = TAGGER.explain(text), TAGGER.tag(text)
    chances = [probability for _, probability in view.intents]
    assert len(chances) == 3
    assert chances == sorted(chances, reverse=True)
    assert sum(chances) <= 1.0001
    assert view.intents[0] == (tagging.intent, tagging.confidence)
    assert tuple(span for span, _ in view.spans) == tagging.spans
    assert all(0 < probability <= 1 for _, probability in view.spans)


def test_what_is_too_uncertain_is_told_and_goes_no_further() -> None:
    told = explain("lights on", interpreter_of(), TAGGER.explain, least=0.999)
    assert told.read[0].least == 0.999
    assert told.read[0].spans == ()
    assert "less than the least confidence (1.00)" in drawn(told, 80)


def test_a_namesake_in_another_place_is_told_so() -> None:
    view = clause("turn on the bedside lamp in the kitchen")
    found = candidates(view)["light.bedside_lamp"]
    assert (found.verdict, found.reason) == ("another place", "not in the Kitchen")
    assert found.score == 1.0
    assert view.fate == "asked"


def test_what_the_intent_cannot_be_about_is_told_so() -> None:
    found = candidates(clause("open the front door"))["lock.front_door"]
    assert (found.verdict, found.reason) == ("wrong domain", "wrong domain: lock")


def test_what_cannot_be_in_the_state_asked_for_is_told_so() -> None:
    found = candidates(clause("is the washing machine running"))
    assert found["binary_sensor.washer"].verdict == "meant"
    assert found["sensor.washer_power"].reason == "sensor: never running"


def test_a_name_that_is_not_like_enough_is_told_with_its_score() -> None:
    home = Home(entities=(entity("light.a", "Floor Lamp"), entity("light.b", "Flower Lamp Two")))
    found = candidates(clause("turn on the floor lamp", home=home))
    assert found["light.a"].verdict == "meant"
    assert found["light.b"].verdict == "unlike"
    assert found["light.b"].score is not None and found["light.b"].score < 0.7


def test_a_name_less_likely_than_the_best_is_told_by_how_much() -> None:
    home = Home(entities=(entity("light.a", "Floor Lamp"), entity("light.b", "Big Floor Lamp")))
    found = candidates(clause("turn on the floor lamp", home=home))["light.b"]
    assert found.verdict == "less likely"
    assert found.reason == f"{1.0 - (found.score or 0):.2f} less than the best"


def test_equally_good_ones_are_asked_about() -> None:
    view = clause("turn on the fan")
    asked = [each for each in candidates(view).values() if each.verdict == "asked"]
    assert [each.reason for each in asked] == ["one of 3 equally good"] * 3
    assert view.question is not None and "Which fan" in view.question


def test_what_is_left_out_stands_first() -> None:
    view = clause("turn off all the lights but leave the night light on")
    assert view.left_out == "the night light"
    assert view.spans[0].candidates[0].verdict == "left out"
    assert view.spans[0].more > 0


def test_those_elsewhere_give_way_to_those_near_the_speaker() -> None:
    found = candidates(clause("turn on the lights", "bedroom"))
    assert found["light.bedside_lamp"].verdict == "meant"
    assert found["light.worktop"].reason == "not where it was said"


def test_things_that_no_span_marks_are_told_too() -> None:
    view = marked("turn [up](temperature_step) the heating", "HassClimateSetTemperature")
    assert [span.span.label for span in view.spans] == ["unmarked"]
    assert set(candidates(view)) == {"climate.living_room", "climate.bedroom", "climate.nursery"}


def test_a_pronoun_is_told_made_whole() -> None:
    first, second = explained("turn on the floor lamp and make it blue").read
    assert not first.rewritten
    assert second.rewritten
    assert second.sentence == "make the floor lamp blue"


def test_a_fragment_is_told_made_whole_by_what_was_said_before() -> None:
    before = interpreter_of().read("turn on the kitchen lights", Context()).context
    (view,) = explained("and the bedroom", before=before).read
    assert view.rewritten
    assert "bedroom" in (view.sentence or "") and "turn on" in (view.sentence or "")


def test_a_time_is_told_as_slots() -> None:
    view = clause("turn on the christmas tree for ten minutes")
    assert view.time == {"duration": 600}
    assert (view.sentence, view.rewritten) == ("turn on the christmas tree", False)


def test_clauses_after_a_question_are_unread() -> None:
    told = explained("turn on the kettle and turn on the fan and lock the back door")
    assert [view.fate for view in told.read] == ["understood", "asked", "unread"]


def test_a_clause_that_means_nothing_is_named_when_nothing_is_done() -> None:
    told = explained("turn off the kettle and what is the capital of france")
    assert [view.fate for view in told.read] == ["understood", "asked"]
    assert "so I did nothing" in drawn(told, 120)


def test_an_intent_that_the_home_knows_better_is_told() -> None:
    view = marked("how warm is it outside", "HassGetWeather")
    assert view.tagger is not None and view.tagger.intents[0][0] == "HassGetWeather"
    assert view.taken == "HassClimateGetTemperature"


def test_names_are_drawn_as_they_are_written() -> None:
    name = "[red]Lamp[/red] :smile: \x1b[31m\n[link=x]"
    home = Home(areas=(Area("a", "[bold]Den"),), entities=(entity("light.x", name, "a"),))
    picture = drawn(explained("turn on the lights", home=home), 120)
    assert "[red]Lamp[/red] :smile: \ufffd[31m [link=x]" in picture
    assert "[bold]Den" in picture
    assert "\x1b" not in picture


def test_an_explanation_is_json() -> None:
    for text in SENTENCES:
        data = json.loads(json.dumps(as_data(explained(text))))
        assert data["text"] == text
        assert {"clauses", "whole", "read", "intents", "question"} <= data.keys()


@pytest.mark.parametrize("text", ["", "   ", "?!", "🎉🎉", "\x00\x1b[", "\ud800", "灯"])
def test_a_text_without_words_means_nothing(text: str) -> None:
    told = explained(text)
    assert told.intents == ()
    assert told.read[-1].tagger is not None
    assert told.read[-1].tagger.intents[0][0] == OUT_OF_SCOPE
    assert "\x1b" not in drawn(told, 80)


@pytest.mark.parametrize(
    "text",
    [
        "x" * 10_000,
        "🎉" * 10_000,
        "turn on " * 1_250,
        "turn on the light and " * 450,
        "the kitchen lamp " * 600,
    ],
)
def test_ten_thousand_characters_are_explained_in_a_few_lines_and_soon(text: str) -> None:
    begin = time.perf_counter()
    picture = drawn(explained(text), 80)
    assert time.perf_counter() - begin < 20
    assert len(picture.splitlines()) < 300


def test_an_empty_home_is_like_nothing() -> None:
    told = explained("turn on the floor lamp in the kitchen", home=Home())
    assert candidates(told.read[0]) == {}
    assert told.question is not None


def test_a_name_that_is_said_twice_in_the_home_names_both() -> None:
    found = candidates(clause("is the front door locked", home=HOME))
    assert found["lock.front"].verdict == "meant"
    assert "binary_sensor.front" in found


def test_what_was_asked_for_a_need_is_told_with_how_sure_it_is() -> None:
    text = "i can't see what i'm peeling"
    interpreter = replace(
        interpreter_of(area="kitchen"), needs=SaidNeeds({text: "more_light"}, 0.7)
    )
    found = explain(text, interpreter, TAGGER.explain, LEAST)
    assert found.needs == (NeedView(text, "more_light", 0.7, is_sure=False),)
    assert as_data(found)["needs"][0]["need"] == "more_light"
    assert "more_light 0.70: likely, not sure" in drawn(found, 120)
