"""What happens to a sentence between a mouth and the tagger.

People say please, hesitate, leave out articles; speech to text writes "lites" for "lights"; typists
swap letters. `noisy` does some of this to an example, at random, and keeps its spans right. Case
and punctuation need no noise: the tagger does not see them.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from edge.types import OUT_OF_SCOPE, Span
from models.labels import Example, tags, words

_Tagged = tuple[str, str]
"""A word and its tag."""

_QUESTIONS = frozenset(
    {
        "HassClimateGetTemperature",
        "HassGetCurrentDate",
        "HassGetCurrentTime",
        "HassGetState",
        "HassGetWeather",
        "HassTimerStatus",
    }
)
_REMARKS = frozenset({OUT_OF_SCOPE, "HassNevermind", "HassRespond"})
_OPEN_ENDED = frozenset({"HassBroadcast", "HassMediaSearchAndPlay", "HassStartTimer"})
"""Intents whose free text may stand last: "please" after it could be part of it."""

_WAKE = ("okay nabu", "hey jarvis", "hey mycroft", "alexa", "ok google", "hey lares", "computer")
_FILLERS = ("um", "uh", "er", "well", "so", "okay", "hey", "oh", "right", "hmm", "and", "ah")
_ASKING = (
    "please",
    "can you",
    "could you",
    "would you",
    "could you please",
    "can you please",
    "will you",
    "i want you to",
    "i'd like you to",
    "i would like to",
    "i want to",
    "go ahead and",
    "would you mind to",
    "please go and",
    "now",
    "just",
    "let's",
)
_QUESTIONING = (
    "tell me",
    "can you tell me",
    "please tell me",
    "do you know",
    "could you check",
    "i want to know",
    "hey",
)
_AFTER = (
    "please",
    "thanks",
    "thank you",
    "for me",
    "now",
    "right now",
    "would you",
    "will you",
    "if you can",
    "immediately",
)
_ARTICLES = frozenset({"the", "a", "an", "my", "our"})
_HEARD_AS = {
    "lights": ("lites", "light", "lice"),
    "light": ("lite", "late", "lights"),
    "off": ("of", "of the"),
    "on": ("an", "own", "in"),
    "the": ("a", "de", "that"),
    "to": ("two", "too", "the"),
    "for": ("four", "fore"),
    "set": ("said", "sit", "sat"),
    "turn": ("turned", "turning", "term"),
    "close": ("clothes", "closed"),
    "open": ("opened", "opening"),
    "dim": ("dam", "them"),
    "play": ("played", "plays"),
    "pause": ("paws", "pores"),
    "mute": ("moot", "muted"),
    "blinds": ("blind", "blines"),
    "volume": ("volumes", "value"),
    "are": ("our", "or", "are the"),
    "is": ("his", "as"),
    "all": ("old", "oh"),
    "in": ("and", "on", "an"),
    "what": ("watt", "what's"),
    "by": ("buy", "bye"),
    "which": ("witch",),
    "there": ("their", "they're"),
    "add": ("at", "ad"),
    "start": ("started", "stat"),
    "kitchen": ("kitchens", "chicken"),
    "heat": ("heated", "eat"),
    "fan": ("van", "fans"),
    "lock": ("luck", "log"),
}


def noisy(example: Example, rng: random.Random) -> Example:
    """The example as it might arrive. About four in ten come through unchanged."""
    if rng.random() < 0.3:
        return example
    found = words(example.text)
    text_tags = tags(found, example.spans)
    said = [(word.text, tag) for word, tag in zip(found, text_tags, strict=True)]
    if not said:
        return example
    said = [
        heard
        for pair in said
        if not (pair[0] in _ARTICLES and pair[1] == "O" and rng.random() < 0.12)
        for heard in _heard(pair, rng)
    ]
    said = _framed(said or [(found[0].text, text_tags[0])], example.intent, rng)
    if rng.random() < 0.05:
        at = rng.randrange(len(said) + 1)
        if at == len(said) or not said[at][1].startswith("I-"):
            said.insert(at, (rng.choice(_FILLERS), "O"))
    return _told(said, example)


def _heard(pair: _Tagged, rng: random.Random) -> list[_Tagged]:
    word, tag = pair
    if tag == "O" and word in _HEARD_AS and rng.random() < 0.02:
        return [(heard, "O") for heard in rng.choice(_HEARD_AS[word]).split()]
    if len(word) > 4 and word.isalpha() and rng.random() < 0.01:
        at = rng.randrange(1, len(word) - 2)
        return [(word[:at] + word[at + 1] + word[at] + word[at + 2 :], tag)]
    return [pair]


def _framed(said: list[_Tagged], intent: str, rng: random.Random) -> list[_Tagged]:
    """The words with what is said before and after them."""
    before: list[str] = []
    if rng.random() < 0.06:
        before.append(rng.choice(_WAKE))
    if rng.random() < 0.08:
        before.append(rng.choice(_FILLERS))
    if intent not in _REMARKS and rng.random() < 0.25:
        before.append(rng.choice(_QUESTIONING if intent in _QUESTIONS else _ASKING))
    after: list[str] = []
    if intent not in _REMARKS | _OPEN_ENDED and rng.random() < 0.15:
        after.append(rng.choice(_AFTER[:3] if intent in _QUESTIONS else _AFTER))
    return [*_untagged(before), *said, *_untagged(after)]


def _untagged(phrases: Sequence[str]) -> list[_Tagged]:
    return [(word, "O") for phrase in phrases for word in phrase.split()]


def _told(said: Sequence[_Tagged], example: Example) -> Example:
    """The example's sentence, made anew of words and tags."""
    text = ""
    marks: list[tuple[str, int, int]] = []
    for word, tag in said:
        glued = word.startswith(("'", "’")) or word in "%°"
        start = len(text) + (1 if text and not glued else 0)
        text = text.ljust(start) + word
        mark, _, label = tag.partition("-")
        if mark == "I" and marks:
            marks[-1] = (label, marks[-1][1], len(text))
        elif label:
            marks.append((label, start, len(text)))
    found = tuple(Span(label, start, end, text[start:end]) for label, start, end in marks)
    return Example(text, example.intent, found, example.source)
