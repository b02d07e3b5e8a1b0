"""What the tagger can say: its intents, its span labels, and how a text is cut into words.

Training and the running tagger share this module, so both see a text in the same way:

1. `words(text)` cuts it into words, each with its place in the text. Case and punctuation do not
   count; "%", "°" and decimal points do. "20-minute" is two words, "what's" is "what" and "'s".
2. Each word gets one tag: "O", or "B-label" where a span begins and "I-label" where it goes on.
3. `spans(text, words, tags)` turns tags back into spans of the original text.

How the labels of docs/design.md are used for words in doubt, in all training data:

- A word for a kind of device is `domain` ("lights", "fans", "switches", "locks", "script",
  "scene"), and so is the verb in "lock the doors"; "who" and "anyone" are the domain
  person. A word for a kind of cover or sensor is `device_class` ("blinds", "doors", "windows",
  "battery", "motion", "humidity"). A word that tells a state is `state`, also where it alone tells
  the device class ("wet", "cold", "charging"). A noun said with a name belongs to it:
  "[desk light]". "thermostat" is a `name`, "garage door" a `device_class` and a name.
- "here" and "this room" are `area`. "floor" after a floor's name is no part of it, and "everywhere"
  is nothing.
- A number takes its unit along ("[fifty percent]", "[21 degrees]"), but not in a time, where the
  label is the unit: "[five] minutes". What is no number of its own takes it there too: "[an hour]"
  (hours), "[half an hour]" (minutes), "[two] and a [half hours]" or
  "[an hour] and a [half]" (hours, minutes).
- A step is told by its direction, its amount, or two spans: "turn it [up] by [ten percent]",
  "[dim] it [a bit]". A direction towards a given value is no span: "up to [ten percent]".
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edge.types import OUT_OF_SCOPE, LaresError, Span

INTENTS = (
    OUT_OF_SCOPE,
    "ClimateSetHvacMode",
    "HassBroadcast",
    "HassCancelAllTimers",
    "HassCancelTimer",
    "HassClimateGetTemperature",
    "HassClimateSetFanMode",
    "HassClimateSetTemperature",
    "HassDecreaseTimer",
    "HassFanSetSpeed",
    "HassGetCurrentDate",
    "HassGetCurrentTime",
    "HassGetState",
    "HassGetWeather",
    "HassHumidifierMode",
    "HassHumidifierSetpoint",
    "HassIncreaseTimer",
    "HassLawnMowerDock",
    "HassLawnMowerStartMowing",
    "HassLightSet",
    "HassListAddItem",
    "HassListCompleteItem",
    "HassListRemoveItem",
    "HassMediaNext",
    "HassMediaPause",
    "HassMediaPlayerMute",
    "HassMediaPlayerUnmute",
    "HassMediaPrevious",
    "HassMediaSearchAndPlay",
    "HassMediaUnpause",
    "HassNevermind",
    "HassPauseTimer",
    "HassRespond",
    "HassSetPosition",
    "HassSetVolume",
    "HassSetVolumeRelative",
    "HassShoppingListAddItem",
    "HassShoppingListCompleteItem",
    "HassStartTimer",
    "HassStopMoving",
    "HassTimerStatus",
    "HassToggle",
    "HassTurnOff",
    "HassTurnOn",
    "HassUnpauseTimer",
    "HassVacuumCleanArea",
    "HassVacuumReturnToBase",
    "HassVacuumStart",
    "VacuumPause",
)
"""Those of Home Assistant's English sentences, HassToggle, HassStopMoving, those of its
humidifiers, OUT_OF_SCOPE, and of our own those for which Home Assistant has only a service."""

SPAN_LABELS = (
    "name",
    "area",
    "floor",
    "domain",
    "device_class",
    "state",
    "brightness",
    "position",
    "volume_level",
    "temperature",
    "percentage",
    "color",
    "color_temp",
    "brightness_step",
    "volume_step",
    "temperature_step",
    "position_step",
    "percentage_step",
    "color_temp_step",
    "attribute",
    "location",
    "date",
    "hours",
    "minutes",
    "seconds",
    "start_hours",
    "start_minutes",
    "start_seconds",
    "search_query",
    "media_class",
    "item",
    "message",
    "response",
    "conversation_command",
    "fan_mode",
    "humidity",
    "mode",
    "hvac_mode",
)
"""The span labels of docs/design.md, and the modes of thermostats and humidifiers ("auto", "low").
"""

OUTSIDE = "O"
TAGS = (OUTSIDE, *(f"{mark}-{label}" for label in SPAN_LABELS for mark in "BI"))
MAX_WORDS = 64
"""A text is read up to its 64th word; no command for a home is longer."""
MAX_CHARACTERS = 1_000
"""A text is read up to its 1,000th character."""

_WORD = re.compile(
    r"\d+/\d+"  # 1/2
    r"|\d+(?:[.,:]\d+)*"  # 21.5, 7:30
    r"|['’][^\W\d_]+(?=\W|$)"  # the 's of what's
    r"|[^\W\d_]+"
    r"|[%°+&]"
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word, in lower case, and its place: `text[start:end]` is the word as written."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Example:
    """A text with the tagging that is right for it, for training or evaluation."""

    text: str
    intent: str
    spans: tuple[Span, ...] = ()
    source: str = ""
    """Where it comes from: a template or a corpus, as "phrasing/lights.txt: turn on {area}"."""


@dataclass(frozen=True, slots=True)
class Labels:
    """What a trained tagger's outputs mean. Kept as `labels.json` beside the model."""

    intents: tuple[str, ...] = INTENTS
    """In the order of the model's intent outputs."""
    tags: tuple[str, ...] = TAGS
    """In the order of the model's tag outputs."""
    temperature: float = 1.0
    """Divides the intent outputs before the softmax, which makes a confidence what it says."""

    def save(self, path: Path) -> None:
        content = {
            "intents": list(self.intents),
            "tags": list(self.tags),
            "temperature": self.temperature,
        }
        path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Labels:
        """Raises LaresError when the file is missing or is not what `save` writes."""
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            labels = cls(
                tuple(str(intent) for intent in content["intents"]),
                tuple(str(tag) for tag in content["tags"]),
                float(content["temperature"]),
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise LaresError(
                f"Expected the tagger's labels in {path}, found {error!r}. "
                "Restore the file or train again with `lares train`."
            ) from error
        if not (labels.intents and labels.tags and labels.temperature > 0):
            raise LaresError(
                f"Expected intents, tags and a temperature above 0 in {path}. "
                "Restore the file or train again with `lares train`."
            )
        return labels


def words(text: str) -> tuple[Word, ...]:
    """The words of the first MAX_CHARACTERS characters, MAX_WORDS at most."""
    found = (
        Word(match.group().lower(), match.start(), match.end())
        for match in _WORD.finditer(text[:MAX_CHARACTERS])
    )
    return tuple(word for word, _ in zip(found, range(MAX_WORDS), strict=False))


def said(text: str) -> tuple[str, ...]:
    """The words of a text as the tagger sees them, without their places."""
    return tuple(word.text for word in words(text))


def tags(text_words: Sequence[Word], text_spans: Sequence[Span]) -> tuple[str, ...]:
    """One tag for each word: a word belongs to the span that holds its first character."""
    result = []
    for word in text_words:
        span = next((s for s in text_spans if s.start <= word.start < s.end), None)
        if span is None:
            result.append(OUTSIDE)
        else:
            first = not any(span.start <= w.start < word.start for w in text_words)
            result.append(f"{'B' if first else 'I'}-{span.label}")
    return tuple(result)


def spans(text: str, text_words: Sequence[Word], word_tags: Sequence[str]) -> tuple[Span, ...]:
    """The spans that the tags mark. An "I-" that continues nothing begins a span of its own."""
    result: list[Span] = []
    previous = OUTSIDE
    for word, tag in zip(text_words, word_tags, strict=True):
        mark, _, label = tag.partition("-")
        if mark == "I" and previous.partition("-")[2] == label:
            start = result.pop().start
            result.append(Span(label, start, word.end, text[start : word.end]))
        elif label:
            result.append(Span(label, word.start, word.end, text[word.start : word.end]))
        previous = tag
    return tuple(result)
