"""Taggings whose intent the home knows better than the tagger, which does not know the home."""

from __future__ import annotations

import re
from dataclasses import replace

from edge.home.graph import Entity, Home
from edge.nlu.finding import Lexicon
from edge.nlu.heard import Heard
from edge.nlu.kinds import NARROW_NOUNS
from edge.types import Span, Tagging

_INTENT_OF_STATE = {
    **dict.fromkeys(("on", "open", "opened", "locked"), "HassTurnOn"),
    **dict.fromkeys(("off", "closed", "shut", "unlocked"), "HassTurnOff"),
}
_ORDERED = re.compile(rf"\b({'|'.join(_INTENT_OF_STATE)})(?: please)?\W*$")
"""What a text ends with that orders a state: "all lights off", "patio door locked"."""
_ASKED = re.compile(
    r"(?:(?:hey|ok|okay|so|and|um|well|please|now) )*(?:is|are|was|were|isn['’]?t|aren['’]?t|any"
    r"|which|what|who|how|where|did|do|does"
    r"|has|have|can|could|would|will|tell|check|see|know|i |we |there|the .* (?:is|are))\b"
)
_TURNS_ON = re.compile(r"\b(?:turn|switch|power|put)\b.*\bon\b")
_WARMTH = re.compile(r"\b(?:temperature|temp|warm|cold|hot|chilly|degrees)\b")
_OUTSIDE = re.compile(r"\boutside\b")


def reconsidered(tagging: Tagging, lexicon: Lexicon) -> Tagging:
    """A tagging whose intent the home knows better.

    "turn on the kitchen radio" plays no music of that name where there is such a device, and
    "how warm is it outside" asks a thermometer.
    """
    heard = Heard.of(tagging)
    if tagging.intent == "HassMediaSearchAndPlay" and _TURNS_ON.search(heard.text):
        queries = heard.labelled("search_query")
        if not queries:
            return replace(tagging, intent="HassTurnOn")
        if _names_players(queries[0].text, lexicon):
            named = tuple(
                Span("name", s.start, s.end, s.text) if s.label == "search_query" else s
                for s in tagging.spans
            )
            return replace(tagging, intent="HassTurnOn", spans=named)
    ordered = _ORDERED.search(heard.text) if tagging.intent == "HassGetState" else None
    if ordered is not None and not _ASKED.match(heard.text) and "?" not in heard.text:
        intent = _INTENT_OF_STATE[ordered.group(1)]
        spans = tuple(s for s in tagging.spans if s.label != "state")
        return replace(tagging, intent=intent, spans=spans)
    if tagging.intent == "HassGetWeather" and _WARMTH.search(heard.text):
        outside = [s for s in heard.spans if s.label in {"area", "name"}]
        if _OUTSIDE.search(heard.text) and _has_outside_thermometers(lexicon.home):
            kept = tuple(s for s in tagging.spans if s not in outside)
            at = heard.text.rfind("out")
            where = Span("name", at, at + len("outside"), tagging.text[at : at + 7])
            return replace(tagging, intent="HassClimateGetTemperature", spans=(*kept, where))
    return tagging


def _names_players(text: str, lexicon: Lexicon) -> bool:
    """Whether a text names a media player, or a kind of them, and nothing else."""
    scan = lexicon.scan(text, lambda entity: entity.domain == "media_player")
    of_players = any(noun.text in NARROW_NOUNS for noun in scan.nouns)
    return not scan.rest and (bool(scan.entities) or of_players)


def _has_outside_thermometers(home: Home) -> bool:
    return any(
        e.domain == "sensor" and e.device_class == "temperature" and _is_outside(e, home)
        for e in home.entities
    )


def _is_outside(entity: Entity, home: Home) -> bool:
    area = home.area_of(entity)
    names = (entity.name, *((area.name, *area.aliases) if area else ()))
    return any(re.search(r"\bout(?:side|doors?)\b", name.lower()) for name in names)
