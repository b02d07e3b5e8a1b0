"""The words that this home's commands are made of.

Speech to text hears far better when it knows what is likely: with a prompt of the domain's words,
Whisper base got 97 % of 60 real spoken orders wholly right, against 68 % without. A `Vocabulary` is
the one place where an engine learns the names of the home. It gives them as Whisper's prompt, as
the word and phrase list of Vosk, and as the grammar of PocketSphinx.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")

NUMBERS: tuple[str, ...] = (
    *_ONES,
    *(f"{ten} {one}".removesuffix(" zero") for ten in _TENS for one in _ONES[:10]),
    "one hundred",
)
"""The numbers 0 to 100 as they are said; the place is the value."""

COLORS = (
    "red", "orange", "yellow", "green", "blue", "purple", "pink", "white", "warm white",
    "cool white", "turquoise", "cyan", "magenta", "violet", "lime", "teal", "gold",
)  # fmt: skip

KINDS = (
    "light", "lights", "lamp", "lamps", "switch", "switches", "plug", "plugs", "outlet", "fan",
    "fans", "blind", "blinds", "curtain", "curtains", "shade", "shades", "shutter", "shutters",
    "awning", "door", "doors", "window", "windows", "garage door", "gate", "lock", "locks",
    "thermostat", "heating", "heater", "air conditioning", "tv", "television", "speaker",
    "speakers", "radio", "music", "song", "track", "vacuum", "robot", "valve", "alarm", "scene",
    "sensor", "humidifier", "timer",
)  # fmt: skip
"""What things in any home are called."""

STATES = (
    "on", "off", "open", "closed", "locked", "unlocked", "home", "away", "playing", "paused",
    "running", "cleaning", "docked", "charging", "wet", "dry", "occupied", "clear", "idle",
)  # fmt: skip

COMMANDS = (
    "turn on", "turn off", "switch on", "switch off", "dim", "brighten", "brightness", "color",
    "set", "to", "percent", "degrees", "temperature", "open", "close", "lock", "unlock", "raise",
    "lower", "pause", "play", "resume", "next", "volume", "mute", "start", "stop", "clean",
    "return to base", "timer", "what is", "is", "are", "upstairs", "downstairs", "everywhere",
    "all", "please",
)  # fmt: skip

VERBS = (
    "switch on", "switch off", "raise", "lower", "brighten", "volume", "pause", "play", "next",
    "mute", "start", "stop", "lock", "unlock", "open", "close", "dim", "set", "percent",
    "degrees", "is", "turn on", "turn off",
)  # fmt: skip
"""What commands begin and end with. The last is no command by itself, since an engine says it again
where it hears noise."""


@dataclass(frozen=True, slots=True)
class Grammar:
    """Sentences that are expected."""

    words: tuple[str, ...]
    """Every word, lower-case, each once."""
    arcs: tuple[tuple[int, int, str], ...]
    """The sentences, as an automaton: from a state to a state by a word, or by nothing (empty).
    They begin in state 0."""
    end: int
    """The state in which they end."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a home's owner may say: names as the home writes them, aliases among them."""

    names: tuple[str, ...] = ()
    """Of entities, such as "Kitchen Light" or "Lamp 2"."""
    areas: tuple[str, ...] = ()
    floors: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()
    """Further whole sentences, such as those that a skill of the owner listens for."""
    grammar: Grammar | None = None
    """The usual sentences with these names."""
    closed: bool = False
    """Whether nothing but the grammar can be said, as in a domain of one's own."""

    def prompt(self) -> str:
        """A line of words that Whisper is told came before.

        A list and no sentence: it brings more, and what an engine repeats of a list cannot be taken
        for a command. The verbs come last, nearest to what is heard: with the names last "turn on"
        was heard as "purn on". An engine that must shorten it cuts its beginning.
        """
        listed = [*COLORS, *self.sentences, *self.floors, *self.areas, *self.names, *VERBS]
        return "Commands for the home: " + ", ".join(_once(listed)) + "."

    def phrases(self) -> tuple[str, ...]:
        """Phrases as they are said, lower-case, each once: all that a command is made of."""
        kinds = [f"the {kind}" for kind in KINDS]
        named = [
            f"{article}{name}"
            for name in self.spoken_names()
            for article in ("", "turn on the ", "turn off the ", "set the ")
        ]
        placed = [
            f"{before}{place}"
            for place in (*self.spoken_areas(), *self.spoken_floors())
            for before in ("", "in the ", "the ")
        ]
        words = (*COMMANDS, *NUMBERS, *COLORS, *KINDS, *kinds, *STATES)
        return _once((*words, *named, *placed, *self.spoken_sentences()))

    def spoken_names(self) -> tuple[str, ...]:
        """The names as they are said: "Lamp 2" → "lamp two"."""
        return _spoken(self.names)

    def spoken_areas(self) -> tuple[str, ...]:
        """The areas as they are said."""
        return _spoken(self.areas)

    def spoken_floors(self) -> tuple[str, ...]:
        """The floors as they are said."""
        return _spoken(self.floors)

    def spoken_sentences(self) -> tuple[str, ...]:
        """The further sentences as they are said."""
        return _spoken(self.sentences)


def spoken(text: str) -> str:
    """The words of a written name or sentence: lower-case, numbers spelled, signs dropped.

    "Set it to 21.5°" → "set it to twenty one point five".
    """
    plain = re.sub(r"(?<=\d)\.(\d+)", _fraction, _composed(text))
    words = re.findall(r"\d+|[^\W\d_]+(?:['’][^\W\d_]+)*", plain)
    return " ".join(_spell(word).replace("’", "'") for word in words)


def _fraction(found: re.Match[str]) -> str:
    """ ".05" → " point 0 5"."""
    return " ".join((" point", *found[1]))


def _composed(text: str) -> str:
    """Lower case, an accent and its letter as one character: a file may hold them as two."""
    return unicodedata.normalize("NFC", text.casefold())


def _spell(word: str) -> str:
    if not word.isdecimal():
        return word
    value = int(word)
    return NUMBERS[value] if value <= 100 else " ".join(NUMBERS[int(digit)] for digit in word)


def _spoken(texts: Iterable[str]) -> tuple[str, ...]:
    return _once(spoken(text) for text in texts)


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))
