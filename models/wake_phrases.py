"""What is said to teach a wake word: the phrase, what is nearly it, and what is something else.

Near misses are made of the phrase itself: its words alone, in parts and with others. Its longest
word, which tells it from other speech, is also replaced by words that are spelled alike, and by
itself with one consonant changed ("hey lares" → "hey tares"); a changed vowel may sound the same,
so vowels stay. Of short words that would make the same phrase in another mouth ("they lares"). The
other words are those of our own sentence templates, and of NLU-Evaluation-Data where the corpora
are at hand.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from edge.types import LaresError
from models.corpus_open import NLU_HOME, corpora_folder, read_lines
from models.wake_word import word_of

PHRASING = Path(__file__).parent / "phrasing"
_CONSONANTS = "bdfghklmnprstvwz"
_COMMANDS = (
    "turn on the light", "what time is it", "set a timer for ten minutes", "play some music",
    "open the blinds", "is the door locked", "make it warmer", "good night", "stop", "next song",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Phrases:
    """Texts to say."""

    wanted: str
    """The wake word, such as "hey lares"."""
    said_as: tuple[str, ...]
    """How it is written for the synthesisers, such as "hey lairs"; any of these must wake."""
    near: tuple[str, ...]
    """What sounds like it and must not wake."""
    other: tuple[str, ...]
    """Sentences of all kinds."""
    commands: tuple[str, ...] = _COMMANDS
    """What may be said right after it."""


def phrases_of(
    phrase: str,
    rng: random.Random,
    *,
    said_as: Sequence[str] = (),
    corpora: Path | None = None,
) -> Phrases:
    """Texts for a wake word. said_as: spellings that make synthesisers say it as people do; the
    phrase itself when there is none. corpora: their folder, if not the usual one.

    Raises LaresError when the phrase has no letters, or is too short to be told from other speech.
    """
    words = word_of(phrase).split("_")
    letters = sum(map(len, words))
    if not 4 <= letters <= 40 or not all(word.isascii() and word.isalpha() for word in words):
        raise LaresError(
            f"Expected a wake word of 4 to 40 English letters, such as 'hey lares', found "
            f"{phrase!r}: choose two or three syllables at least, and write numbers as words."
        )
    vocabulary = sorted(_vocabulary() - set(words))
    near = dict.fromkeys(_near(words, vocabulary, rng))
    wanted = " ".join(words)
    spellings = tuple(" ".join(word_of(text).split("_")) for text in said_as) or (wanted,)
    for text in (wanted, *spellings):
        near.pop(text, None)
    other = [s for s in _sentences(vocabulary, rng, corpora) if wanted not in s]
    return Phrases(wanted, spellings, tuple(near), tuple(other))


def _near(words: Sequence[str], vocabulary: Sequence[str], rng: random.Random) -> list[str]:
    longest = max(words, key=len)
    alike = _alike(longest, vocabulary)
    found = [*words] if len(words) > 1 else []
    found += [" ".join(words[:n]) for n in range(1, len(words))]
    found += [" ".join(words[n:]) for n in range(1, len(words))]
    for place, word in enumerate(words):
        around = [*words[:place], "{}", *words[place + 1 :]]
        whole = " ".join(around)
        found += [whole.format(other) for other in rng.sample(vocabulary, 12)]
        if word == longest:
            found += [whole.format(other) for other in (*alike, *_changed(word, rng))]
            found += [whole.format(word[: len(word) // 2]), *alike]
    return [*found, " ".join(words[::-1])]


def _alike(word: str, vocabulary: Sequence[str]) -> list[str]:
    """The 16 words that are spelled most like it."""
    scored = process.extract(
        word, vocabulary, scorer=DamerauLevenshtein.normalized_distance, limit=16
    )
    return [text for text, _, _ in scored]


def _changed(word: str, rng: random.Random) -> list[str]:
    """The word with one consonant changed, at most twelve such."""
    places = [place for place, letter in enumerate(word) if letter in _CONSONANTS]
    changed = [
        word[:place] + letter + word[place + 1 :]
        for place in places
        for letter in _CONSONANTS
        if letter != word[place]
    ]
    return rng.sample(changed, min(12, len(changed)))


def _vocabulary() -> set[str]:
    text = " ".join(path.read_text(encoding="utf-8") for path in sorted(PHRASING.glob("*.txt")))
    return set(re.findall(r"(?<![\w'])[a-z]{2,11}(?![\w'])", text))


def _sentences(vocabulary: Sequence[str], rng: random.Random, corpora: Path | None) -> list[str]:
    found = [" ".join(rng.sample(vocabulary, rng.randint(3, 9))) for _ in range(1500)]
    folder = corpora_folder(corpora)
    if folder is not None and (folder / NLU_HOME).is_file():
        found += [str(row["text"]).lower() for row in read_lines(folder / NLU_HOME)]
    rng.shuffle(found)
    return found
