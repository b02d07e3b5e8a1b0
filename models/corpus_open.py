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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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
    needed: str | None = None
    """A sentence without this label is left out."""
    words: Mapping[str, str] | None = None
    """Label to a pattern of words that carry it besides."""


_LIGHTS = {"domain": r"lights?|lamps?|lighting"}
_WHOLE_HOME = re.compile(r"(?:the )?(?:whole |entire )?(?:house|home|apartment|flat|everywhere)")
_UP = r"up|increase|raise|louder|higher|brighter|brighten|boost|more|crank"
_DOWN = r"down|decrease|lower|quieter|softer|reduce|dim|dimmer|darker|less"
_PLACE = {"house_place": "area"}

_MAPPED = {
    "iot_hue_lightoff": _Mapping("HassTurnOff", _PLACE, "domain", _LIGHTS),
    "iot_hue_lighton": _Mapping("HassTurnOn", _PLACE, "domain", _LIGHTS),
    "iot_hue_lightchange": _Mapping(
        "HassLightSet", {**_PLACE, "color_type": "color"}, "color", _LIGHTS
    ),
    "iot_hue_lightdim": _Mapping(
        "HassLightSet", _PLACE, "brightness_step", {**_LIGHTS, "brightness_step": _DOWN}
    ),
    "iot_hue_lightup": _Mapping(
        "HassLightSet", _PLACE, "brightness_step", {**_LIGHTS, "brightness_step": _UP}
    ),
    "iot_wemo_on": _Mapping("HassTurnOn", {**_PLACE, "device_type": "name"}, "name"),
    "iot_wemo_off": _Mapping("HassTurnOff", {**_PLACE, "device_type": "name"}, "name"),
    "iot_cleaning": _Mapping("HassVacuumStart", {"device_type": "name"}),
    "audio_volume_up": _Mapping("HassSetVolumeRelative", {}, "volume_step", {"volume_step": _UP}),
    "audio_volume_down": _Mapping(
        "HassSetVolumeRelative", {}, "volume_step", {"volume_step": _DOWN}
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
        "search_query",
    ),
    "play_radio": _Mapping(
        "HassMediaSearchAndPlay", {**_PLACE, "radio_name": "search_query"}, "search_query"
    ),
    "weather_query": _Mapping(
        "HassGetWeather",
        {"date": "", "timeofday": "", "weather_descriptor": "", "time": "", "place_name": "name"},
    ),
    "general_commandstop": _Mapping("HassNevermind", {}),
}
_LEFT_OUT = frozenset(
    {
        "datetime_query",
        "general_quirky",
        "iot_coffee",
        "lists_createoradd",
        "lists_remove",
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
    mapping = _MAPPED[theirs]
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
    if mapping.needed and not any(span.label == mapping.needed for span in found):
        return None
    return Example(text, mapping.intent, tuple(sorted(found, key=lambda s: s.start)), source)
