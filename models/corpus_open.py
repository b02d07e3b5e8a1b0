"""Sentences of open corpora, brought to Home Assistant's intents and our span labels.

- NLU-Evaluation-Data (`nlu-home`, CC BY 4.0): people's own sentences for a home assistant. What has
  a counterpart among our intents is mapped, with its marked words; sentences whose marks have none
  (a time at which to act, a device without a kind) are left out; all else is out of scope.
- CLINC150 (`clinc150`, CC BY 3.0): 150 everyday intents. Those that a home could answer are left
  out, all others are out of scope.

The folder is the one given, or $LARES_CORPORA, or `shared/corpora` beside the repository.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from edge.types import OUT_OF_SCOPE, LaresError, Span
from models.labels import Example

NLU_HOME = Path("nlu-home/sentences.jsonl")
CLINC150 = Path("clinc150/train.jsonl")
CLINC150_OUT_OF_SCOPE = Path("clinc150/oos_train.jsonl")
BESIDE_REPOSITORY = Path(__file__).parents[2] / "shared" / "corpora"


@dataclass(frozen=True, slots=True)
class _Mapping:
    """How one of NLU-Evaluation-Data's intents becomes one of ours."""

    intent: str
    labels: Mapping[str, str]
    """Entity type to span label; a sentence with any other entity is left out."""
    words: Mapping[str, str] | None = None
    """Label to a pattern of words that carry it where nothing else is marked there."""


_LIGHTS = {"domain": r"lights?|lamps?|lighting"}
_WHOLE_HOME = re.compile(r"(?:the )?(?:whole |entire )?(?:house|home|apartment|flat|everywhere)")
_UP = r"up|increase|raise|louder|higher|brighter|brighten|boost|more|crank"
_DOWN = r"down|decrease|lower|quieter|softer|reduce|dim|dimmer|darker|less"
_PLACE = {"house_place": "area"}
_WHEN = {"time": "", "date": "", "timeofday": ""}
_DIMMED = {**_LIGHTS, "brightness_step": rf"{_DOWN}|too bright"}
_BRIGHTENED = {**_LIGHTS, "brightness_step": _UP}
_PLUGS = {"domain": r"plugs?|sockets?|outlets?"}
_LIST = {"list_name": "name", **_WHEN}
_LIST_ITEM = (
    r"(?<=\badd )(?!to |an? |new |this |it )(?:[\w' ]+?)(?= (?:on)?to (?:my |the "
    r"|our )?[\w' ]*list)"
    r"|(?<=\bput )(?!this |it |the item)(?:[\w' ]+?)(?= (?:in|on(?:to)?) (?:my |the "
    r"|our )?[\w' ]*list)"
)
_LISTED_ITEM = (
    r"(?:(?<=\bremove )|(?<=\bdelete )|(?<=\btake )|(?<=\berase ))"
    r"(?!the |that |this |an? |my |item|list)(?:[\w' ]+?)"
    r"(?= (?:out )?(?:from|off) (?:of )?(?:my |the |our )?[\w' ]*list)"
)

_MAPPED = {
    "iot_hue_lightoff": _Mapping("HassTurnOff", _PLACE, _LIGHTS),
    "iot_hue_lighton": _Mapping("HassTurnOn", _PLACE, _LIGHTS),
    "iot_hue_lightchange": _Mapping("HassLightSet", {**_PLACE, "color_type": "color"}, _LIGHTS),
    "iot_hue_lightdim": _Mapping("HassLightSet", _PLACE, _DIMMED),
    "iot_hue_lightup": _Mapping("HassLightSet", _PLACE, _BRIGHTENED),
    "iot_wemo_on": _Mapping("HassTurnOn", {**_PLACE, "device_type": "name"}, _PLUGS),
    "iot_wemo_off": _Mapping("HassTurnOff", {**_PLACE, "device_type": "name"}, _PLUGS),
    "iot_cleaning": _Mapping("HassVacuumStart", {**_WHEN, "device_type": "name"}),
    "iot_coffee": _Mapping(
        "HassTurnOn",
        {**_WHEN, "device_type": "name", "coffee_type": ""},
        {"name": r"coffee|espresso|cappuccino|latte|brew"},
    ),
    "audio_volume_up": _Mapping(
        "HassSetVolumeRelative", {"device_type": "name"}, {"volume_step": _UP}
    ),
    "audio_volume_down": _Mapping(
        "HassSetVolumeRelative", {"device_type": "name"}, {"volume_step": _DOWN}
    ),
    "audio_volume_mute": _Mapping("HassMediaPlayerMute", {"device_type": "name"}),
    "play_music": _Mapping(
        "HassMediaSearchAndPlay",
        {
            "artist_name": "search_query",
            "song_name": "search_query",
            "music_genre": "search_query",
            "playlist_name": "search_query",
        },
    ),
    "play_radio": _Mapping("HassMediaSearchAndPlay", {**_PLACE, "radio_name": "search_query"}),
    "weather_query": _Mapping(
        "HassGetWeather", {**_WHEN, "weather_descriptor": "", "place_name": "name"}
    ),
    "datetime_query": _Mapping(
        "HassGetCurrentTime",
        {"place_name": "location", "time_zone": "location", "time": "", "timeofday": ""},
    ),
    "lists_createoradd": _Mapping("HassListAddItem", _LIST, {"item": _LIST_ITEM}),
    "lists_remove": _Mapping("HassListRemoveItem", _LIST, {"item": _LISTED_ITEM}),
    "lists_query": _Mapping("HassGetState", _LIST, {"domain": r"lists?"}),
    "general_commandstop": _Mapping("HassNevermind", {}),
}
_DATE_WORDS = re.compile(r"\b(?:day|date|week|month|year|weekday)\b")
"""In a question about time or date, words of a question about the date."""
_ON_SHOPPING_LIST = {
    "HassListAddItem": "HassShoppingListAddItem",
    "HassListRemoveItem": "HassShoppingListCompleteItem",
}
_CLEANED = re.compile(r"\b(?:room|kitchen|bathroom|hall(?:way)?|bedroom|office|lounge)\b")
_LEFT_OUT = frozenset(
    {
        "general_quirky",
        "music_settings",
        "play_audiobook",
        "play_podcasts",
        "recommendation_movies",
    }
)
"""In part a home's, in part not, or marked in a way that does not tell."""

CLINC_HOME = frozenset(
    {
        "alarm",
        "are_you_a_bot",
        "cancel",
        "change_speed",
        "change_volume",
        "date",
        "find_phone",
        "greeting",
        "goodbye",
        "maybe",
        "next_song",
        "no",
        "play_music",
        "reminder",
        "reminder_update",
        "repeat",
        "reset_settings",
        "shopping_list",
        "shopping_list_update",
        "smart_home",
        "sync_device",
        "thank_you",
        "time",
        "timer",
        "timezone",
        "todo_list",
        "todo_list_update",
        "update_playlist",
        "weather",
        "what_can_i_ask_you",
        "what_is_your_name",
        "what_song",
        "who_made_you",
        "yes",
    }
)
"""Intents of CLINC150 that a home could answer: neither in nor out of scope."""


def corpora_folder(given: Path | None = None) -> Path | None:
    """Where the corpora lie, or None when there are none."""
    named = os.environ.get("LARES_CORPORA")
    folder = given or (Path(named) if named else BESIDE_REPOSITORY)
    return folder if folder.is_dir() else None


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON Lines file. Raises LaresError that names file and line."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise LaresError(f"Expected a corpus at {path}, found {error.strerror}.") from error
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
        except ValueError as error:
            raise LaresError(f"{path}:{number}: expected a JSON object, found {error}.") from error
        if not isinstance(row, dict):
            raise LaresError(f"{path}:{number}: expected a JSON object, found {line[:40]!r}.")
        yield row


def nlu_home(folder: Path) -> Iterator[Example]:
    """NLU-Evaluation-Data's sentences under our intents, in the file's order."""
    for row in read_lines(folder / NLU_HOME):
        example = nlu_example(row)
        if example is not None:
            yield example


def clinc150(folder: Path) -> Iterator[Example]:
    """CLINC150's training sentences that no home answers, all of them OUT_OF_SCOPE."""
    for name in (CLINC150, CLINC150_OUT_OF_SCOPE):
        for row in read_lines(folder / name):
            if row["intent"] not in CLINC_HOME:
                yield Example(row["text"], OUT_OF_SCOPE, (), f"clinc150/{row['intent']}")


def nlu_example(row: Mapping[str, Any]) -> Example | None:
    """One of NLU-Evaluation-Data's rows as ours, or None for one that is left out."""
    text, theirs = row["text"], row["intent"]
    source = f"nlu-home/{theirs}"
    if theirs in _LEFT_OUT:
        return None
    if theirs not in _MAPPED:
        return Example(text, OUT_OF_SCOPE, (), source)
    mapping = _refined(_MAPPED[theirs], text, row["entities"])
    found: list[Span] = []
    for entity in row["entities"]:
        start, end, kind = entity["start"], entity["end"], entity["entity"]
        if kind == "house_place" and _WHOLE_HOME.fullmatch(text[start:end].lower()):
            continue
        if kind not in mapping.labels:
            return None
        if mapping.labels[kind]:
            found.append(Span(mapping.labels[kind], start, end, text[start:end]))
    for label, pattern in (mapping.words or {}).items():
        for match in re.finditer(rf"\b(?:{pattern})\b", text.lower()):
            if not any(s.start < match.end() and match.start() < s.end for s in found):
                start, end = match.span()
                found.append(Span(label, start, end, text[start:end]))
    return Example(text, mapping.intent, tuple(sorted(found, key=lambda s: s.start)), source)


def _refined(mapping: _Mapping, text: str, entities: Iterable[Mapping[str, Any]]) -> _Mapping:
    """The mapping of a sentence whose intent the corpus does not tell finely enough.

    Questions about time and date are one intent there, and so are cleaning a room or the home, and
    the shopping list or another one.
    """
    if mapping.intent == "HassGetCurrentTime" and _DATE_WORDS.search(text.lower()):
        dated = {**mapping.labels, "date": "date", "event_name": "date"}
        return replace(mapping, intent="HassGetCurrentDate", labels=dated)
    listed = _ON_SHOPPING_LIST.get(mapping.intent)
    if listed is not None and "shopping list" in text.lower() and _has_item(mapping, text):
        return replace(mapping, intent=listed, labels={**mapping.labels, "list_name": ""})
    if mapping.intent == "HassVacuumStart" and any(e["entity"] == "house_place" for e in entities):
        if _CLEANED.search(text.lower()):
            return replace(
                mapping, intent="HassVacuumCleanArea", labels={**mapping.labels, **_PLACE}
            )
        return replace(mapping, labels={**mapping.labels, "house_place": ""})
    return mapping


def _has_item(mapping: _Mapping, text: str) -> bool:
    return re.search((mapping.words or {})["item"], text.lower()) is not None
