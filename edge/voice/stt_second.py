"""A second opinion: another engine is asked when the first one hears no usual sentence.

Engines hear differently. Whisper writes what English makes likely ("race for living room blinds"),
PocketSphinx can hear nothing but the home's usual sentences ("raise the living room blinds"). So

- what Whisper hears and is a usual sentence, is taken as it is, and nobody else is asked;
- else PocketSphinx is asked. Where what it hears sounds like the same words, Whisper misheard, and
  the usual sentence was said. A word of Whisper's that it would have to leave out ("… tomorrow")
  shows that something else was said;
- else it is not believed: forced into its sentences, any talk becomes one of them.

PocketSphinx is the cheap one: it hears along while the person speaks, on a part of a core, and has
its answer some 20 ms after the end, when Whisper has only begun. So asking it costs no time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Protocol

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

from edge.types import Hypothesis, Samples, Transcript, Utterance
from edge.voice.pronounce import pronounce
from edge.voice.stt import Session, SpeechToText
from edge.voice.vocabulary import Vocabulary, spoken

SAME = 80.0
"""How alike two texts are (in percent of their letters) that are the same words misheard."""
SURE = 0.6
"""How certain, 0 to 1, a text is at least that two engines heard."""
_LIKE_IN_PART = 0.4
"""How alike at least each part must be that the two texts do not share, 0 to 1."""
_ASKING = frozenset(
    {
        "did", "does", "do", "was", "were", "has", "have", "who", "when", "where", "why", "which",
        "not", "don't", "never", "no", "if", "except", "without", "unless", "until",
    }
)  # fmt: skip
_INSIDE = _ASKING | {"but"}
_BEGINNING = _ASKING | frozenset(
    {
        "it's", "it", "i", "i'm", "i'd", "i'll", "we", "we're", "there", "there's", "that",
        "that's", "this", "they", "you", "he", "she", "tell", "remind", "ask", "say", "add", "put",
        "call", "find", "get", "give", "show", "let", "how", "what", "what's",
    }
)  # fmt: skip
_SMALL = frozenset({"a", "an", "the", "to", "of", "in", "on", "and", "at", "for", "please"})


class Usual(Protocol):
    """Knows what is usually said."""

    def knows(self, text: str) -> bool:
        """Whether a text is a usual sentence."""

    def has_word(self, word: str) -> bool:
        """Whether a lower-case word is in one."""


class SecondOpinion:
    """`first`, and `second` where what that one heard is not `usual`."""

    def __init__(self, first: SpeechToText, second: SpeechToText, usual: Usual) -> None:
        self._first = first
        self._second = second
        self._usual = usual

    @property
    def name(self) -> str:
        return self._first.name

    def set_vocabulary(self, vocabulary: Vocabulary) -> None:
        self._first.set_vocabulary(vocabulary)
        self._second.set_vocabulary(vocabulary)

    def session(self) -> Session:
        return _SecondSession(self._first.session(), self._second.session(), self._usual)


class _SecondSession:
    """A session of each engine, the first one's judged by the second's at its end."""

    def __init__(self, first: Session, second: Session, usual: Usual) -> None:
        self._first = first
        self._second = second
        self._usual = usual

    def feed(self, samples: Samples) -> None:
        self._first.feed(samples)
        self._second.feed(samples)

    def partial(self) -> str:
        return self._first.partial()

    def finish(self, utterance: Utterance) -> Transcript:
        transcript = self._first.finish(utterance)
        if not transcript.hypotheses or self._usual.knows(transcript.text):
            return transcript
        return judged(transcript, self._second.finish(utterance).text, self._usual)


def judged(transcript: Transcript, other: str, usual: Usual) -> Transcript:
    """A transcript, or what it must have been when another engine heard `other`.

    A transcript without text, but with hypotheses, is what its engine was not certain of: two
    engines that hear the same are certain.
    """
    own = transcript.hypotheses
    heard = spoken(transcript.text or own[0].text)
    if fuzz.ratio(heard, other) < SAME or not same_words_misheard(heard, other, usual):
        return transcript
    return replace(
        transcript,
        text=other,
        hypotheses=(Hypothesis(other, own[0].score), *own),
        confidence=max(transcript.confidence, SURE),
    )


def same_words_misheard(heard: str, meant: str, usual: Usual) -> bool:
    """Whether one text can be a mishearing of the other.

    Each part in which they differ sounds somewhat alike and has a word that is not usual ("off" is
    never a mishearing of "on"), or is but small words. A word that asks or denies is kept, and so
    is one that begins what is no order.
    """
    first, second = heard.split(), meant.split()
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            continue
        one, other = first[a:b], second[c:d]
        if _SMALL.issuperset((*one, *other)):
            continue
        if not (one and other) or all(map(usual.has_word, one)):
            return False
        trusted = _BEGINNING if a == 0 else _INSIDE
        if not trusted.isdisjoint(one):
            return False
        if _likeness(one, other) < _LIKE_IN_PART:
            return False
    return True


def _likeness(one: Sequence[str], other: Sequence[str]) -> float:
    """In sound or in spelling, whichever is greater."""
    sound = Indel.normalized_similarity(_phones(one), _phones(other))
    return max(sound, Indel.normalized_similarity("".join(one), "".join(other)))


def _phones(words: Iterable[str]) -> list[str]:
    """How words sound, by the rules of English spelling."""
    return [phone for word in words for phone in (pronounce(word, lambda _: None) or "").split()]
