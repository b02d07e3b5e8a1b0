"""A text without what is said besides, and with its words in order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.nlu.tidying import amended, tidied

VOCABULARY = (
    "turn switch on off the lamp radio and , . no sorry wait i mean set to forty 40 percent "
    "would you mind putting while you're at it them it play left right curtain only in kitchen "
    "list : add milk please if you can for me love says before we leave others as bright goes 😀 ’"
)


def words_of(text: str) -> list[str]:
    return text.replace(",", " ").split()


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("would you mind closing the blinds", "please close the blinds"),
        ("could you mind locking the door while you're at it", "please lock the door"),
        ("pls turn on the tv", "please turn on the tv"),
        ("my wife says turn off the tv", "turn off the tv"),
        ("turn off the lamp if you don't mind", "turn off the lamp"),
        ("when you get a chance turn off the heater", "turn off the heater"),
        ("turn on the fan, darling", "turn on the fan"),
        ("turn on the fan for me please", "turn on the fan"),
        ("lock the front door, the one in the hall, now", "lock the front door now"),
        ("turn off the lamp and leave the others alone", "turn off the lamp"),
        ("close the blinds while I'm watching a film", "close the blinds"),
        ("turn the lights on before my wife comes home", "turn the lights on"),
        ("pause the tv for a second", "pause the tv"),
    ],
)
def test_asides_courtesies_and_what_is_meanwhile_are_gone(text: str, plain: str) -> None:
    assert words_of(tidied(text)) == words_of(plain)


@pytest.mark.parametrize(
    ("text", "ordered"),
    [
        ("the back door, lock it", "lock the back door"),
        (
            "turn on the tv and the kettle, switch it off",
            "turn on the tv and switch the kettle off",
        ),
        ("the lamp and the radio, turn them off", "turn the lamp and the radio off"),
        ("Sonos One, play", "resume Sonos One"),
        ("tv, mute", "mute tv"),
        ("open the left and right curtain", "open the left curtain and the right curtain"),
        ("on the shopping list, add milk", "add milk to the shopping list"),
        ("shopping list: add oat milk", "add oat milk to the shopping list"),
        ("turn off the lights, but only in the kitchen", "turn off the lights in the kitchen"),
        ("make the lamp as bright as it goes", "make the lamp to full brightness"),
        ("turn the fan to full blast", "turn the fan to full"),
    ],
)
def test_words_come_in_the_order_of_orders(text: str, ordered: str) -> None:
    assert words_of(tidied(text)) == words_of(ordered)


@pytest.mark.parametrize(
    "text",
    [
        "turn on the desk lamp",
        "what is on while we eat",
        "turn off the light before the end of the hour",
        "add putting green to the list",
        "play jazz in the kitchen",
        "leave the light on",
        "",
    ],
)
def test_a_plain_text_stays_as_it_is(text: str) -> None:
    assert tidied(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "play my love",
        "please play all you need is love",
        "play while my guitar gently weeps",
        "announce i love you dear",
        "broadcast dinner is ready, love",
        "set a timer for a second",
        "can you set the egg timer for a second",
        "set an alarm for 7 before we leave",
        "remind me to call mum before we leave",
    ],
)
def test_nothing_is_taken_off_free_texts_and_times(text: str) -> None:
    assert tidied(text) == text


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("set the volume to thirty sorry forty percent", "set the volume to forty percent"),
        ("dim the lamp to ten no twenty percent", "dim the lamp to twenty percent"),
        ("set a timer for 5 minutes, no wait, 10 minutes", "set a timer for 10 minutes"),
        ("set it to 20, make that 30", "set it to 30"),
        ("turn on the light in the kitchen, no, in the hall", "turn on the light in the hall"),
        ("close the blind, I mean the curtain", "close the curtain"),
        ("turn on the lamp, scratch that, close the blinds", "close the blinds"),
        ("turn on the lamp wait turn off the fan", "turn off the fan"),
        ("turn on the lamp, no, the fan", "turn on the fan"),
        ("turn on the lamp in the kitchen, no, the hall", "turn on the lamp in the hall"),
    ],
)
def test_a_false_start_is_amended(text: str, meant: str) -> None:
    assert amended(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        "turn on the fan",
        "make that one brighter",
        "play sorry by justin bieber",
        "add milk no eggs to the list",
        "open the curtain no 3",
        "turn on the fan wait 50 percent",
        "no",
        "",
    ],
)
def test_what_takes_nothing_back_stays(text: str) -> None:
    assert amended(text) == text


def test_an_aside_and_a_false_start_leave_the_command() -> None:
    text = "would you mind putting the kettle, no, the toaster on while you're at it"
    assert amended(tidied(text)).split() == ["please", "put", "the", "toaster", "on"]


@given(st.text() | st.lists(st.sampled_from(VOCABULARY.split()), max_size=25).map(" ".join))
def test_any_text_is_tidied_and_amended(text: str) -> None:
    assert isinstance(amended(tidied(text)), str)
    assert len(amended(text)) <= len(text)
