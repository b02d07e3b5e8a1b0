"""From spans to slot values that need no home: numbers, colours, steps, durations and free text.

Each label has its parser. A slot that its intent cannot do without (the brightness of a light, the
position of a blind) is sought in the words outside all spans where the tagger marked none.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from rapidfuzz import fuzz, process

from edge.home.colors import COLORS, color_rgb
from edge.nlu.dates import parse_date
from edge.nlu.durations import SECONDS, parse_duration
from edge.nlu.heard import Heard
from edge.nlu.numbers import Number, parse_number
from edge.nlu.values import (
    StepSizes,
    parse_degrees,
    parse_kelvin,
    parse_percent,
    parse_share,
    parse_step,
)
from edge.types import SlotValue, Span, Tagging

STEPS = {
    "brightness_step": StepSizes(small=10, usual=20, large=40, percent=True),
    "volume_step": StepSizes(small=5, usual=10, large=25, percent=True),
    "temperature_step": StepSizes(small=0.5, usual=1, large=3, percent=False),
    "position_step": StepSizes(small=10, usual=20, large=40, percent=True),
    "percentage_step": StepSizes(small=10, usual=20, large=40, percent=True),
    "humidity_step": StepSizes(small=5, usual=10, large=20, percent=True),
    "color_temp_step": StepSizes(small=300, usual=500, large=1000, percent=False),
}
"""How far relative words go: percent of brightness, volume, position and speed, degrees of
temperature, kelvin of colour temperature."""
_ABSOLUTE = {
    "brightness_step": "brightness",
    "volume_step": "volume_level",
    "temperature_step": "temperature",
    "position_step": "position",
    "percentage_step": "percentage",
    "humidity_step": "humidity",
    "color_temp_step": "color_temp_kelvin",
}
"""The slot that counts before a step, where both were heard."""

_PERCENT_LABELS = ("brightness", "position", "volume_level", "percentage")
TEXT_LABELS = (
    "search_query", "item", "message", "response", "conversation_command", "fan_mode", "mode",
    "location", "date",
)  # fmt: skip
"""Labels of free text, in which nothing of the home is sought."""
_OWN = {
    "HassLightSet": ("brightness", "brightness_step"),
    "HassSetPosition": ("position", "position_step"),
    "HassFanSetSpeed": ("percentage", "percentage_step"),
    "HassSetVolume": ("volume_level", "volume_step"),
    "HassSetVolumeRelative": ("volume_level", "volume_step"),
    "HassClimateSetTemperature": ("temperature", "temperature_step"),
}
"""Intent → the labels of its value and of its step."""
_ALSO_OWN = {"HassLightSet": ("color_temp_step",)}
_RELABELLED = frozenset({*_ABSOLUTE, *_ABSOLUTE.values()} - {"color_temp_kelvin"})
_FURTHER = re.compile(r"\b(?:another|a further|an extra|an additional) ")
"""Before a value it makes a step of it: "another 30 percent"."""
_COMPARED = re.compile(
    r" ?(?:%|percent|degrees?)? (?:lower|higher|less|more|brighter|darker|dimmer|louder|quieter"
    r"|further|warmer|cooler|faster|slower)\b(?! than)"
)
"""After a value it makes a step of it: "20 percent lower"."""
HVAC_MODES = {
    **dict.fromkeys(("heat", "heating"), "heat"),
    **dict.fromkeys(("cool", "cooling"), "cool"),
    **dict.fromkeys(("auto", "automatic"), "auto"),
    **dict.fromkeys(("dry", "drying"), "dry"),
    **dict.fromkeys(("fan only", "fan-only"), "fan_only"),
}
"""Modes of a thermostat as people say them → as Home Assistant writes them."""
_UNITS = {"hours": "hour", "minutes": "minute", "seconds": "second"}
_MEDIA_CLASSES = {
    "song": "track", "songs": "track", "track": "track", "tune": "track", "album": "album",
    "artist": "artist", "band": "artist", "playlist": "playlist", "podcast": "podcast",
    "movie": "movie", "film": "movie", "show": "tv_show", "tv show": "tv_show",
    "series": "tv_show",
}  # fmt: skip
_TIME = re.compile(r"\b(?:till?|until|since|before|after)\s+\S+")
"""A time, which is no value: "I've got to sleep till four"."""
_COMPARATIVES = frozenset({"warmer", "hotter", "cooler", "colder"})
"""With these a temperature is a step: "two degrees warmer"."""
_SHARES = {"halve": 0.5, "double": 2, "treble": 3, "triple": 3}
"""Verbs that say a share of what is there now."""
_COLOR_ALIKE = 80
"""Least likeness (0 to 100) of a misheard colour to a name."""


def values_of(intent: str, heard: Heard, today: dt.date | None = None) -> dict[str, SlotValue]:
    """The slots of a heard text that need no home, by Home Assistant's slot names.

    A date is in ISO form, with a year that follows from `today` (the date now), or else as said.
    """
    slots: dict[str, SlotValue] = {}
    heard = _owned(intent, heard)
    compared = not _COMPARATIVES.isdisjoint(heard.words)
    for span in heard.spans:
        if span.label == "color":
            slots.update(_color(span.text))
        elif span.label in _READ and not (compared and span.label == "temperature"):
            name, read = _READ[span.label]
            _put(slots, name, read(span.text))
        elif span.label == "message":
            _put(slots, span.label, heard.text_from(span))
        elif span.label in TEXT_LABELS:
            _put(slots, span.label, _text(span, today or dt.date.today()))
    for label in STEPS:
        stepped = (label, "temperature") if compared and label == "temperature_step" else (label,)
        said = " ".join(span.text for span in heard.labelled(*stepped))
        share = parse_share(said) if label == "brightness_step" else None
        if share is not None:
            slots["brightness_share"] = share
            continue
        _put(slots, label, _signed_step(label, said, heard))
        if _ABSOLUTE[label] in slots:
            slots.pop(label, None)
    slots.update(_durations(heard))
    if intent in _NEEDED and not _NEEDED_SLOTS[intent] & slots.keys():
        slots.update(_NEEDED[intent](heard))
    return slots


def lacks_value(tagging: Tagging) -> bool:
    """Whether a tagged text has not the value that its intent cannot do without."""
    needed = _NEEDED_SLOTS.get(tagging.intent)
    return needed is not None and needed.isdisjoint(values_of(tagging.intent, Heard.of(tagging)))


def _owned(intent: str, heard: Heard) -> Heard:
    """What was heard, with each value under a label that its intent has.

    A thermostat that is turned "down [a bit]" is no fan, whatever the tagger says of these words.
    """
    own = _OWN.get(intent)
    if own is None:
        return heard
    stepped = {match.end() for match in _FURTHER.finditer(heard.text)}
    stepped |= {s.start for s in heard.spans if _COMPARED.match(heard.text, s.end)}
    if stepped:
        spans = tuple(
            replace(s, label=own[1]) if s.label == own[0] and s.start in stepped else s
            for s in heard.spans
        )
        heard = Heard(heard.text, spans)
    spans = tuple(
        replace(span, label=own[span.label.endswith("_step")])
        if span.label in _RELABELLED and span.label not in (*own, *_ALSO_OWN.get(intent, ()))
        else span
        for span in heard.spans
    )
    return Heard(heard.text, spans)


def _put(slots: dict[str, SlotValue], name: str, value: SlotValue | None) -> None:
    if value is not None:
        slots.setdefault(name, value)


def _media_class(text: str) -> str:
    said = " ".join(text.lower().split())
    return _MEDIA_CLASSES.get(said, said.replace(" ", "_"))


def _hvac_mode(text: str) -> str | None:
    return HVAC_MODES.get(text.lower())


_READ: Mapping[str, tuple[str, Callable[[str], SlotValue | None]]] = {
    **{label: (label, parse_percent) for label in (*_PERCENT_LABELS, "humidity")},
    "temperature": ("temperature", parse_degrees),
    "color_temp": ("color_temp_kelvin", parse_kelvin),
    "media_class": ("media_class", _media_class),
    "hvac_mode": ("hvac_mode", _hvac_mode),
}
"""Label → its slot, and what reads its words."""


def _text(span: Span, today: dt.date) -> str:
    """A span of free text as it was said; a date in ISO form where it can be read."""
    date = parse_date(span.text, today) if span.label == "date" else None
    return date.isoformat() if date is not None else span.text.strip()


def _color(text: str) -> Mapping[str, SlotValue]:
    """The colour of a span: a known name, a colour temperature, the likest name, or as said."""
    said = " ".join(text.lower().split())
    if color_rgb(said) is not None:
        return {"color": said}
    kelvin = parse_kelvin(said)
    if kelvin is not None:
        return {"color_temp_kelvin": kelvin}
    known = next((word for word in reversed(said.split()) if word in COLORS), None)
    if known is not None:
        return {"color": known}
    like = process.extractOne(
        said.replace(" ", ""), COLORS.keys(), scorer=fuzz.ratio, score_cutoff=_COLOR_ALIKE
    )
    return {"color": like[0] if like is not None else said}


def _signed_step(label: str, text: str, heard: Heard) -> Number | None:
    size = parse_step(text, STEPS[label])
    if size is None:
        return None
    size = int(size) if size == int(size) else size
    return -size if _way(label, heard) < 0 else size


def _way(label: str, heard: Heard) -> int:
    """Which way a step goes: covers as the verb says, warmer light to fewer kelvin."""
    if label == "position_step" and heard.verb in {"open", "close"}:
        return 1 if heard.verb == "open" else -1
    return -heard.direction if label == "color_temp_step" else heard.direction


def _durations(heard: Heard) -> Mapping[str, SlotValue]:
    """`hours`, `minutes`, `seconds`, and those with `start_`.

    "two and a half" hours are 2 hours and 30 minutes.
    """
    slots: dict[str, SlotValue] = {}
    for prefix in ("", "start_"):
        total: dict[str, int] = {}
        for label, unit in _UNITS.items():
            for span in heard.labelled(prefix + label):
                for part, count in _parts(span.text, unit).items():
                    total[part] = total.get(part, 0) + count
        slots.update({prefix + name: total[name] for name in _UNITS if total.get(name)})
    return slots


def _parts(text: str, unit: str) -> Mapping[str, int]:
    """The counts of a span of one unit: its own, and of smaller ones where it is not whole.

    A fraction alone is one of the next larger unit, as in "an hour and a half" whose minutes are
    "half".
    """
    seconds = parse_duration(text)
    if seconds is None:
        bare = text.lower().strip()
        count = 1 if bare in {"a", "an", unit} else parse_number(bare)
        if count is None or count < 0:
            return {}
        larger = 0 < count < 1 and unit != "hour"
        seconds = round(count * SECONDS[unit] * (60 if larger else 1))
    own = [label for label, name in _UNITS.items() if SECONDS[name] <= SECONDS[unit]]
    counts = {}
    for label in own:
        counts[label], seconds = divmod(seconds, SECONDS[_UNITS[label]])
    return counts


def _light(heard: Heard) -> Mapping[str, SlotValue]:
    """Brightness, colour or a step for a light, from words outside the spans."""
    share = next((_SHARES[word] for word in heard.words if word in _SHARES), None)
    if share is not None:
        return {"brightness_share": share}
    said = heard.residual
    kelvin = parse_kelvin(said) if "white" in said or "kelvin" in said else None
    if kelvin is not None:
        return {"color_temp_kelvin": kelvin}
    color = next((word for word in said.split() if word in COLORS), None)
    if color is not None:
        return {"color": color}
    return _percent("brightness")(heard) or _step("brightness_step")(heard)


def _percent(name: str) -> Callable[[Heard], Mapping[str, SlotValue]]:
    def read(heard: Heard) -> Mapping[str, SlotValue]:
        value = parse_percent(_TIME.sub("", heard.residual))
        return {name: value} if value is not None else {}

    return read


def _percent_or_step(name: str, step: str) -> Callable[[Heard], Mapping[str, SlotValue]]:
    def read(heard: Heard) -> Mapping[str, SlotValue]:
        return _percent(name)(heard) or _step(step)(heard)

    return read


def _step(name: str) -> Callable[[Heard], Mapping[str, SlotValue]]:
    def read(heard: Heard) -> Mapping[str, SlotValue]:
        size = _signed_step(name, heard.residual, heard) if heard.direction else None
        return {name: size} if size is not None else {}

    return read


def _temperature(heard: Heard) -> Mapping[str, SlotValue]:
    value = parse_degrees(_TIME.sub("", heard.residual))
    return {"temperature": value} if value is not None else _step("temperature_step")(heard)


_NEEDED: Mapping[str, Callable[[Heard], Mapping[str, SlotValue]]] = {
    "HassLightSet": _light,
    "HassSetPosition": _percent_or_step("position", "position_step"),
    "HassFanSetSpeed": _percent_or_step("percentage", "percentage_step"),
    "HassSetVolume": _percent("volume_level"),
    "HassSetVolumeRelative": _step("volume_step"),
    "HassClimateSetTemperature": _temperature,
}
"""How an intent's value is sought where no span gives it."""
_NEEDED_SLOTS: Mapping[str, frozenset[str]] = {
    "HassLightSet": frozenset(
        {
            "brightness",
            "color",
            "color_temp_kelvin",
            "brightness_step",
            "brightness_share",
            "color_temp_step",
        }
    ),
    "HassSetPosition": frozenset({"position", "position_step"}),
    "HassFanSetSpeed": frozenset({"percentage", "percentage_step"}),
    "HassSetVolume": frozenset({"volume_level"}),
    "HassSetVolumeRelative": frozenset({"volume_step"}),
    "HassClimateSetTemperature": frozenset({"temperature", "temperature_step"}),
}
