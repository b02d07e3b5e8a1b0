from __future__ import annotations

import pocketsphinx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.voice.pronounce import Lookup, pronounce
from edge.voice.stt_pocketsphinx import _PHONES

PHONES = frozenset(_PHONES)
SMALL = {"bed": "B EH D", "lamp": "L AE M P", "cafe": "K AH F EY", "the": "DH AH"}


@pytest.fixture(scope="module")
def dictionary() -> Lookup:
    """The dictionary of the real engine."""
    lookup: Lookup = pocketsphinx.Decoder(lm=None, loglevel="FATAL").lookup_word
    return lookup


def test_the_dictionary_comes_first(dictionary: Lookup) -> None:
    assert pronounce("kitchen", dictionary) == "K IH CH AH N"


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("bedlamp", "B EH D L AE M P"),
        ("café", "K AH F EY"),
        ("dvd", "D IY V IY D IY"),
        ("tv", "T IY V IY"),
        ("zigbee", "Z IH G B IY"),
        ("roomba", "R UW M B AH"),
        ("wifi", "W IH F IY"),
        ("phone", "F OW N"),
        ("plane", "P L EY N"),
        ("candle", "K AE N D AH L"),
        ("nice", "N AY S"),
        ("garage", "G AA R EY JH"),
        ("zimmer", "Z IH M ER"),
        ("küche", "K AH CH IY"),
        ("x", "EH K S"),
    ],
)
def test_words_without_a_dictionary_are_spelled_out(word: str, phones: str) -> None:
    assert pronounce(word, SMALL.get) == phones


@pytest.mark.parametrize("word", ["灯", "кухня", "", "½", "'"])
def test_a_word_without_a_latin_letter_has_no_sounds(word: str) -> None:
    assert pronounce(word, SMALL.get) is None


@given(st.text(max_size=20))
def test_any_word_gets_sounds_of_the_engine_or_none(word: str) -> None:
    phones = pronounce(word, SMALL.get)
    assert phones is None or (phones and set(phones.split(" ")) <= PHONES)


@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=20))
def test_any_latin_word_gets_sounds(word: str) -> None:
    phones = pronounce(word, {}.get)
    assert phones is not None
    assert set(phones.split(" ")) <= PHONES


def test_most_words_of_a_home_sound_nearly_as_the_dictionary_says(dictionary: Lookup) -> None:
    """Rules alone, compared with the dictionary by consonants, which carry the words."""
    vowels = {phone for phone in PHONES if phone[0] in "AEIOU"} | {"W", "Y", "R"}
    homely = (
        "kitchen", "bedroom", "lamp", "light", "attic", "garden", "window", "door", "switch", "fan",
        "curtain", "blind", "heater", "sofa", "desk", "floor", "hall", "garage", "office", "candle",
        "shelf", "mirror", "shutter", "plug", "speaker", "radio", "monitor", "printer", "lantern",
    )  # fmt: skip
    right = 0
    for word in homely:
        known, ruled = dictionary(word), pronounce(word, {}.get)
        assert known is not None
        assert ruled is not None
        skeletons = [[p for p in text.split() if p not in vowels] for text in (known, ruled)]
        right += skeletons[0] == skeletons[1]
    assert right >= 0.8 * len(homely)
