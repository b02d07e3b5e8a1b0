"""What is small talk, what is a question about the world, and what no model is asked about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.home.graph import Area, Entity, Home
from edge.nlu.talk import asks, talk_of
from tests.edge.nlu.homes import HOME

WORDS = st.lists(
    st.sampled_from(
        ["tell me", "a", "joke", "how", "are", "you", "the", "moon", "front", "door", "?", "hey",
         "what's", "your", "name", "happy", "why", "is", ",", "good morning", "lares", "'", "İ"]
    )
).map(" ".join)  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "tell me a joke",
        "Tell me another funny story, please",
        "can you tell us a bedtime story",
        "could you please say something nice",
        "Lares, sing me a lullaby",
        "make up a poem",
        "give me a compliment",
        "how are you",
        "How are you doing today?",
        "how do you do",
        "hey Lares, how are you",
        "who are you",
        "who made you?",
        "what's your name",
        "what is your favourite colour",
        "do you like music",
        "do you know any riddles",
        "do you think you are clever",
        "what can you do",
        "how old are you",
        "hello",
        "Good morning, Lares!",
        "I'm bored",
        "cheer me up",
        "let's talk a bit",
        "happy birthday to you",
    ],
)
def test_small_talk_is_found(text: str) -> None:
    assert talk_of(text, HOME) == "small_talk"


@pytest.mark.parametrize(
    "text",
    [
        "how high is the moon",
        "What is the capital of France?",
        "who wrote Hamlet",
        "tell me who wrote Hamlet",
        "do you know how far it is to the sun",
        "when did the war end",
        "how do you make pancakes",
        "how do you spell rhythm",
        "why is the sky blue",
        "is a tomato a fruit",
        "aren't whales fish",
    ],
)
def test_a_question_about_the_world_is_found(text: str) -> None:
    assert talk_of(text, HOME) == "fact"


@pytest.mark.parametrize(
    "text",
    [
        "turn on the light",
        "hello, turn on the light",
        "set a timer for ten minutes",
        "play some music",
        "tell the kids that dinner is ready",
        "could you make it warmer",
        "it is so dark",
        "good night",
    ],
)
def test_orders_and_wishes_are_neither(text: str) -> None:
    assert talk_of(text, HOME) is None


@pytest.mark.parametrize(
    "text",
    [
        "how warm is it in here",
        "what time is it now",
        "who is at home",
        "where is my phone",
        "are we out of milk",
        "what's the temperature upstairs",
        "what's the weather",
        "what is the weather in Rome",
        "will it rain today",
        "why is it so cold in our house",
    ],
)
def test_questions_about_this_home_and_this_day_are_neither(text: str) -> None:
    assert talk_of(text, HOME) is None


@pytest.mark.parametrize(
    "text",
    [
        "is the front door locked",
        "what about the Desk Lamp?",
        "how many lamps are in the lounge",
        "when does the espresso machine stop",
        "where is Ada",
        "why is the Coffee Machine on",
        "do you think the front door is locked",
        "do you know if the garage door is open",
        "what do you think of the kitchen radio",
    ],
)
def test_what_names_something_of_the_home_is_neither(text: str) -> None:
    assert talk_of(text, HOME) is None


def test_what_a_model_may_think_of_the_home_is_not_asked() -> None:
    assert talk_of("do you think the lights are on", HOME) != "small_talk"


@pytest.mark.parametrize("text", ["", " ", "?", "...", "\n"])
def test_nothing_is_neither(text: str) -> None:
    assert talk_of(text, HOME) is None


def test_whose_names_count_depends_on_the_home() -> None:
    home = Home(
        areas=(Area("moon", "Moon Room", aliases=("the moon",)),),
        entities=(Entity("light.mars", "Mars"),),
    )
    for text in ("how high is the moon", "how far is Mars"):
        assert talk_of(text, HOME) == "fact"
        assert talk_of(text, home) is None


@pytest.mark.parametrize(
    "text",
    ["is it on", "why is the light on", "isn't it warm", "Lares, what is this", "hey, whose is it"],
)
def test_a_question_asks(text: str) -> None:
    assert asks(text)


@pytest.mark.parametrize(
    "text",
    ["turn it on", "why don't you turn on the light", "why not open it", "don't turn it off", ""],
)
def test_an_order_asks_nothing(text: str) -> None:
    assert not asks(text)


@given(st.text() | WORDS, st.text(min_size=1))
def test_any_text_in_any_home_is_of_some_kind_or_none(text: str, name: str) -> None:
    home = Home(areas=(Area("a", name),), entities=(Entity("light.a", name),))
    for each in (home, HOME):
        assert talk_of(text, each) in ("small_talk", "fact", None)
