from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.voice.vocabulary import NUMBERS, spoken
from edge.voice.wording import asked_state, said_once, tidy, without_repeats, written


@pytest.mark.parametrize(
    ("as_written", "plain"),
    [
        ("Dim the Living Room Lights to 30%.", "dim the living room lights to 30 percent"),
        (" Turn on the light!  ", "turn on the light"),
        ("Set it to 21.5°C, please.", "set it to 21.5 degrees c please"),
        ("21° in the office", "21 degrees in the office"),
        ("70 ° F", "70 degrees f"),
        ("a timer for 1,000,000 seconds", "a timer for 1000000 seconds"),
        ("wake me at 7:30", "wake me at 7:30"),
        ("Set it to -5 degrees", "set it to -5 degrees"),
        ("Turn on Lamp-2", "turn on lamp 2"),
        ("twenty-one degrees", "twenty one degrees"),
        ("What’s open?", "what's open"),
        ("Kids' room - 'now'", "kids room now"),
        ("under_score", "under score"),
        ("Öffne die TÜR", "öffne die tür"),
        ("把灯打开。", "把灯打开"),
        ("... — !?", ""),
        ("", ""),
    ],
)
def test_engines_writing_becomes_plain_words(as_written: str, plain: str) -> None:
    assert tidy(as_written) == plain


@given(st.text())
def test_plain_words_are_lower_case_with_one_space_between_and_stay_as_they_are(text: str) -> None:
    plain = tidy(text)
    assert plain == " ".join(plain.split())
    assert plain == plain.casefold()
    assert tidy(plain) == plain


@pytest.mark.parametrize(
    ("stuttered", "said"),
    [
        ("turn on the light turn on the light", "turn on the light"),
        ("start the vacuum " * 14, "start the vacuum"),
        ("blue " * 100, "blue"),
        ("no no", "no no"),
        ("no no no", "no"),
        ("turn on the the light", "turn on the the light"),
        ("set the lamp to two two percent", "set the lamp to two two percent"),
        ("open open the door the door now", "open open the door now"),
        ("a b a b c a b a b c", "a b c"),
        ("", ""),
        ("stop", "stop"),
    ],
)
def test_what_a_decoder_stutters_is_said_once(stuttered: str, said: str) -> None:
    assert " ".join(without_repeats(stuttered.split())) == said


@given(st.lists(st.sampled_from("abc"), max_size=30))
def test_no_repeated_phrase_is_left_and_nothing_is_made_up(words: list[str]) -> None:
    given_words = list(words)
    kept = without_repeats(words)
    assert words == given_words
    assert set(kept) == set(words)
    rest = iter(words)
    assert all(word in rest for word in kept), "the order changed"
    assert without_repeats(kept) == kept


@pytest.mark.parametrize(
    ("text", "seconds", "kept"),
    [
        ("turn on the kitchen light turn", 4.0, "turn on the kitchen light"),
        ("lock the front door lock the", 4.0, "lock the front door"),
        (
            "switch off the lamp in the bedroom switch off the lamp in the bathroom",
            3.0,
            "switch off the lamp in the bedroom",
        ),
    ],
)
def test_a_command_that_begins_again_too_soon_was_said_once(
    text: str, seconds: float, kept: str
) -> None:
    assert said_once(text.split(), seconds) == kept.split()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("switch off the lamp in the bedroom switch off the lamp in the bathroom", 6.0),
        ("switch off the lamp in the bedroom and switch off the lamp in the bathroom", 3.0),
        ("turn on the kitchen light", 1.0),
        ("turn the light on", 1.0),
        ("", 1.0),
    ],
)
def test_what_is_said_in_its_own_time_or_joined_is_kept(text: str, seconds: float) -> None:
    assert said_once(text.split(), seconds) == text.split()


@pytest.mark.parametrize(
    ("heard", "asked"),
    [
        ("is the front door lock", "is the front door locked"),
        ("are all the blinds close", "are all the blinds closed"),
        ("is lock", "is lock"),
        ("what is the front door lock", "what is the front door lock"),
        ("turn on the lock", "turn on the lock"),
        ("", ""),
    ],
)
def test_a_question_asks_for_a_state_though_its_last_sound_was_not_heard(
    heard: str, asked: str
) -> None:
    assert asked_state(heard.split()) == asked.split()


@pytest.mark.parametrize(
    ("plain", "as_one_writes"),
    [
        ("turn on the kitchen light", "Turn on the kitchen light."),
        ("dim the lamp to thirty percent", "Dim the lamp to 30%."),
        ("set it to twenty one point five degrees", "Set it to 21.5 degrees."),
        ("dim the lamp to a hundred percent", "Dim the lamp to 100%."),
        ("set the volume to one hundred", "Set the volume to 100."),
        ("is the garage door open", "Is the garage door open?"),
        ("what's on", "What's on?"),
        ("how warm is it", "How warm is it?"),
        ("did the washer leak", "Did the washer leak?"),
        ("turn on what is off", "Turn on what is off."),
        ("often", "Often."),
        ("küche", "Küche."),
        ("stop", "Stop."),
    ],
)
def test_plain_words_become_a_written_sentence(plain: str, as_one_writes: str) -> None:
    assert written(plain) == as_one_writes


@pytest.mark.parametrize("number", NUMBERS)
def test_every_number_is_written_in_digits(number: str) -> None:
    value = NUMBERS.index(number)
    assert written(f"set it to {number} degrees") == f"Set it to {value} degrees."
    assert written(f"dim it to {number} percent") == f"Dim it to {value}%."
    assert written(f"set it to {number} point five") == f"Set it to {value}.5."


@given(
    st.lists(
        st.sampled_from(["is", "set", "it", "to", "the", "lamp", "degrees", "what's", *NUMBERS]),
        min_size=1,
    ).map(" ".join)
)
def test_what_is_written_is_said_with_the_same_words(plain: str) -> None:
    assert spoken(written(plain)) == plain
