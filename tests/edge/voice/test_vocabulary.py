from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.voice.vocabulary import COMMANDS, KINDS, NUMBERS, Vocabulary, spoken

HOME = Vocabulary(
    names=("Kitchen Light", "Lamp 2", "kitchen light"),
    areas=("Kitchen", "Living Room"),
    floors=("Ground Floor",),
    sentences=("Good night!",),
)


def test_the_numbers_stand_at_their_values() -> None:
    assert len(NUMBERS) == 101
    assert [NUMBERS[n] for n in (0, 11, 20, 21, 99, 100)] == [
        *("zero", "eleven", "twenty", "twenty one", "ninety nine", "one hundred")
    ]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Kitchen Light", "kitchen light"),
        ("Lamp 2", "lamp two"),
        ("Hallway2", "hallway two"),
        ("LED-Strip #21", "led strip twenty one"),
        ("Sensor 100", "sensor one hundred"),
        ("Channel 2024", "channel two zero two four"),
        ("Agent 007", "agent seven"),
        ("21.5 degrees", "twenty one point five degrees"),
        ("2.4 GHz Plug", "two point four ghz plug"),
        ("Hall. 2. Lamp", "hall two lamp"),
        ("Kid’s Room", "kid's room"),
        ("Kids' Room", "kids room"),
        ("  two_words\tand\nmore ", "two words and more"),
        ("Küche", "küche"),
        (unicodedata.normalize("NFD", "Küche"), "küche"),
        ("L'Été", "l'été"),
        ("灯", "灯"),
        ("٢ Lamps", "two lamps"),
        ('[x] <y> {z} (w) | = ; * + / \\ " $', "x y z w"),
        ("💡", ""),
        ("", ""),
    ],
)
def test_a_written_name_becomes_the_words_that_are_said(written: str, said: str) -> None:
    assert spoken(written) == said


@given(st.text())
def test_of_any_name_only_lower_case_words_are_left(name: str) -> None:
    words = spoken(name)
    assert words == " ".join(words.split())
    assert not any(character in words for character in '()[]<>{}|=;*+/\\"$#-_.,')
    assert not any(character.isdecimal() for character in words)
    assert spoken(words) == words


def test_names_are_said_once_in_the_order_of_the_home() -> None:
    assert HOME.spoken_names() == ("kitchen light", "lamp two")
    assert HOME.spoken_areas() == ("kitchen", "living room")
    assert HOME.spoken_floors() == ("ground floor",)
    assert HOME.spoken_sentences() == ("good night",)


def test_a_name_of_signs_alone_is_not_said() -> None:
    assert Vocabulary(names=("💡", "???"), sentences=("!",)).spoken_names() == ()
    assert "" not in Vocabulary(names=("💡",), areas=("-",), sentences=("!",)).phrases()


def test_the_prompt_is_one_line_of_names_as_they_are_written_and_then_the_verbs() -> None:
    prompt = HOME.prompt()
    assert prompt.startswith("Commands for the home: red, ")
    assert (
        "Good night!, Ground Floor, Kitchen, Living Room, Kitchen Light, Lamp 2, kitchen light, "
        "switch on, " in prompt
    )
    assert prompt.endswith("turn on, turn off.")
    assert "\n" not in prompt


def test_phrases_are_all_that_a_command_is_made_of_each_once() -> None:
    phrases = HOME.phrases()
    assert len(phrases) == len(set(phrases))
    assert {*COMMANDS, *NUMBERS, *KINDS, "the lights"} <= set(phrases)
    assert {"lamp two", "turn off the lamp two", "in the living room", "good night"} <= set(phrases)
    assert all(phrase == spoken(phrase) for phrase in phrases)


def test_a_home_without_names_still_has_commands() -> None:
    assert set(Vocabulary().phrases()) >= set(COMMANDS)
    assert Vocabulary().prompt().endswith("turn on, turn off.")
