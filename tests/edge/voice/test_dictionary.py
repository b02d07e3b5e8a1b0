from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.types import LaresError
from edge.voice.dictionary import PronouncingDictionary

WORDS = st.text("abc'", min_size=1, max_size=4).filter(lambda word: word[0] != "'")


@pytest.fixture(scope="module")
def english() -> PronouncingDictionary:
    """The dictionary of PocketSphinx's model."""
    sphinx = pytest.importorskip("pocketsphinx")
    return PronouncingDictionary(Path(sphinx.get_model_path("en-us/cmudict-en-us.dict")))


@pytest.mark.parametrize(
    ("word", "phones"),
    [("hall", "HH AO L"), ("whole", "HH OW L"), ("thermostat", "TH ER M AH S T AE T"), ("a", "AH")],
)
def test_english_words_have_their_phones(
    english: PronouncingDictionary, word: str, phones: str
) -> None:
    assert english(word) == phones


@pytest.mark.parametrize("word", ["", "zigbeee", "灯", "hall(2)x", "zzzzz", " ", "\n"])
def test_what_is_no_word_of_it_has_none(english: PronouncingDictionary, word: str) -> None:
    assert english(word) is None


@given(words=st.dictionaries(WORDS, st.integers(1, 3), min_size=1), asked=WORDS)
def test_every_word_is_found_whatever_its_place_and_how_often_it_stands_there(
    tmp_path_factory: pytest.TempPathFactory, words: dict[str, int], asked: str
) -> None:
    file = tmp_path_factory.mktemp("words") / "words.dict"
    lines = [
        f"{word}{'' if way == 1 else f'({way})'} W {word.upper()}{way}"
        for word, ways in sorted(words.items())
        for way in range(1, ways + 1)
    ]
    file.write_text("\n".join(lines))
    dictionary = PronouncingDictionary(file)
    for word in words:
        assert dictionary(word) == f"W {word.upper()}1"
    if asked not in words:
        assert dictionary(asked) is None


@pytest.mark.parametrize("content", [None, b""])
def test_a_file_that_cannot_be_read_is_an_error_that_says_what_to_do(
    tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "words.dict"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(LaresError, match="install PocketSphinx again"):
        PronouncingDictionary(file)
