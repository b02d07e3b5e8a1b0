"""Taggings whose intent the home knows better than the tagger, which does not know the home."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from edge.home.graph import Entity, Home
from edge.nlu.finding import Lexicon
from edge.nlu.heard import WHERE, Heard
from edge.nlu.kinds import INTENT_OF_VERB, NARROW_NOUNS
from edge.nlu.matching import ENOUGH, EXACT
from edge.nlu.numbers import find_number_in, words
from edge.nlu.request import VALUE_OF
from edge.nlu.slots import lacks_value
from edge.types import OUT_OF_SCOPE, Span, Tagging

_INTENT_OF_STATE = {
    **dict.fromkeys(("on", "open", "opened", "locked"), "HassTurnOn"),
    **dict.fromkeys(("off", "closed", "shut", "unlocked"), "HassTurnOff"),
}
_ORDERED = re.compile(rf"\b({'|'.join(_INTENT_OF_STATE)})[, ]*(?:please)?\W*$")
"""What a text ends with that orders a state: "all lights off", "patio door locked"."""
_ASKED = re.compile(
    r"(?:(?:hey|ok|okay|so|and|um|well|please|now) )*(?:is|are|was|were|isn['’]?t|aren['’]?t|any"
    r"|which|what|who|how|where|did|do|does"
    r"|has|have|can|could|would|will|tell|check|see|know|i |we |there|the .* (?:is|are))\b"
)
_LOUDNESS = re.compile(r"\b(?:softer|quieter|louder|too (?:loud|quiet))\b")
_PLAYS = re.compile(r"\b(?:play|put|start|hear|listen|song|track|something|some)\b")
_TURNS_ON = re.compile(r"\b(?:turn|switch|power|put)\b.*\bon\b")
_WARMTH = re.compile(r"\b(?:temperature|temp|warm|cold|hot|chilly|degrees)\b")
_OUTSIDE = re.compile(r"\boutside\b")
_QUESTION = re.compile(
    r"(?:(?:so|and|hey|please|tell me) )*"
    r"(?:what|how|is|are|was|did|does|do|why|which|should|will)\b"
)
_HUMID = re.compile(r"\b(?:de)?humid(?:ity|ifiers?)\b")
_STEPPED = re.compile(r" ?(?:%|percent)? (?:more|less|higher|lower|up|down|drier)\b")
_MODE = re.compile(
    r"\b(?:in|into|to|on) (?:the |its )?(?P<mode>[a-z]+(?:[ -]only)?)(?: mode)?\W*$|"
    r"\b(?P<named>[a-z]+) mode\b"
)
_PAUSES = re.compile(r"(?:(?:please|can you|could you|and|then|now|just) )*(?:pause|halt)\b")
_SENDS_OUT = re.compile(r"^(?!.*\b(?:back|home|dock|base)\b).*\b(?:send|let)\b.*\bout\b")
_WANTS_LIGHT = re.compile(
    r"\b(?:need|want|like|have|get) (?:some|more|(?:a (?:bit|little)(?: more)?(?: of)?)) lights?\b"
    r"(?!.*\boff\b)"
)
_SWITCHES = re.compile(
    r"\b(?:turn|switch|power|cut|knock|flick|flip|pop|stick|whack|chuck)\b.*\b(on|off)\b"
)
_SHARES = re.compile(r"(?:please )?(?:halve|double) the (?:brightness|light)\b")
_MOVES = re.compile(r"\b(?:extend|retract)\b")
_NAME_AND_END = re.compile(
    r"(?:(?:please|now|okay|ok|set|put|turn|switch|the|my) )*"
    r"(?P<name>[a-z][\w'’-]*(?: [\w'’-]+){0,3}?)(?: (?:speed|volume|brightness))? "
    r"(?:(?:up |down |back )?(?:to|at) "
    r"(?P<value>[\w-]+(?: [\w-]+)?(?: ?%)?(?: (?:degrees?|percent|kelvin))?)|(?P<state>on|off))"
    r"(?: (?:please|now))*\W*$"
)
"""A name with what shall become of it, and no more."""
_KILLS = re.compile(
    r"(?:(?:please|now|just|right) )*(?:kill|lose|douse|ditch|cut|knock)(?: off)? "
    r"(?:(?:the|my|that|those|all the) )?(?P<name>[a-z][\w'’-]*(?: [\w'’-]+){0,3}?)(?: off| out)?"
    r"(?: (?:please|now))*\W*$"
)
"""Loose words for turning something off."""
_ONLY_SET = re.compile(
    r"\s*(?:(?:please|now) )*(?:set|change|adjust) (?:the |my )?"
    r"(?:(?:volume|brightness|temperature|speed|position) (?:of|on) (?:the |my )?)?"
    r"(?P<name>[a-z][\w'’-]*(?: [\w'’-]+){0,3})[ .!]*"
)
"""A thing to set, without what to."""
_UNLIT = re.compile(r"(?:pitch[ -])?(?:black|dark)")
_KELVIN = 1000
"""From here on, a number that is said of a light is its colour temperature."""
_DOUBTFUL = 0.7
"""Below this confidence a verb in the text is believed before the tagger."""


Rule = Callable[[Tagging, Heard, Lexicon], Tagging | None]


def reconsidered(tagging: Tagging, lexicon: Lexicon) -> Tagging:
    """A tagging whose intent the home knows better: that of the first rule that knows one.

    Where lower case changes a text's length, its places are not known, and it stays as it is.
    """
    heard = Heard.of(tagging)
    if len(heard.text) != len(tagging.text):
        return tagging
    rules = _OF_NOTHING if tagging.intent == OUT_OF_SCOPE else _RULES
    return next((known for rule in rules if (known := rule(tagging, heard, lexicon))), tagging)


def _of_a_player(tagging: Tagging, heard: Heard, lexicon: Lexicon) -> Tagging | None:
    """ "turn on the kitchen radio" plays no music of that name where there is such a device."""
    if tagging.intent != "HassMediaSearchAndPlay":
        return None
    if _TURNS_ON.search(heard.text):
        queries = heard.labelled("search_query")
        if not queries:
            return replace(tagging, intent="HassTurnOn")
        if _names_players(queries[0].text, lexicon):
            named = tuple(
                Span("name", s.start, s.end, s.text) if s.label == "search_query" else s
                for s in tagging.spans
            )
            return replace(tagging, intent="HassTurnOn", spans=named)
    played = heard.labelled("name")
    bare = not heard.labelled("search_query", "media_class")
    return replace(tagging, intent="HassMediaUnpause") if bare and played else None


def _of_loudness(tagging: Tagging, heard: Heard, _: Lexicon) -> Tagging | None:
    """ "the jazz should be softer" plays nothing."""
    if tagging.intent != "HassMediaSearchAndPlay" or not _LOUDNESS.search(heard.text):
        return None
    if _PLAYS.search(heard.text):
        return None
    kept = tuple(s for s in tagging.spans if s.label not in {"search_query", "media_class"})
    return _made(tagging, "HassSetVolumeRelative", kept)


def _of_a_state(tagging: Tagging, heard: Heard, _: Lexicon) -> Tagging | None:
    """ "all lights off" orders what it seems to tell."""
    ordered = _ORDERED.search(heard.text) if tagging.intent == "HassGetState" else None
    if ordered is None or _ASKED.match(heard.text) or "?" in heard.text:
        return None
    spans = tuple(s for s in tagging.spans if s.label != "state")
    return replace(tagging, intent=_INTENT_OF_STATE[ordered.group(1)], spans=spans)


def _of_outside(tagging: Tagging, heard: Heard, lexicon: Lexicon) -> Tagging | None:
    """ "how warm is it outside" asks a thermometer where there is one."""
    if tagging.intent != "HassGetWeather" or not _WARMTH.search(heard.text):
        return None
    if not _OUTSIDE.search(heard.text) or not _has_outside_thermometers(lexicon.home):
        return None
    kept = tuple(s for s in tagging.spans if s.label not in {"area", "name"})
    at = heard.text.rfind("out")
    where = Span("name", at, at + len("outside"), tagging.text[at : at + 7])
    return replace(tagging, intent="HassClimateGetTemperature", spans=(*kept, where))


def _of_humidity(tagging: Tagging, heard: Heard, lexicon: Lexicon) -> Tagging | None:
    """ "set the humidifier to 50 percent", "put the Levoit in sleep mode"."""
    if tagging.intent not in _SETS_A_VALUE or _QUESTION.match(heard.text):
        return None
    if not _HUMID.search(heard.text) and not _names_a(heard, lexicon, "humidifier"):
        return None
    about = tuple(s for s in _about(tagging) if not _HUMID.fullmatch(s.text))
    value = _value_span(heard, about)
    if value is not None:
        stepped = _STEPPED.match(heard.text, value.end) is not None
        stepped = stepped or heard.text[: value.start].rstrip().endswith(" by")
        label = "humidity_step" if stepped else "humidity"
        return _made(tagging, "HassHumidifierSetpoint", (*about, replace(value, label=label)))
    mode = _MODE.search(heard.text)
    if mode is None:
        return None
    return _made(tagging, "HassHumidifierMode", (*about, _span("mode", mode)))


def _of_a_pause(tagging: Tagging, heard: Heard, lexicon: Lexicon) -> Tagging | None:
    """ "pause Rosie", where Rosie is a vacuum."""
    if not _PAUSES.match(heard.text) or "timer" in heard.words:
        return None
    cleans = any(n.kind.domain in _MACHINES for n in lexicon.scan(heard.text).nouns)
    if not cleans and not _names_a(heard, lexicon, *_MACHINES):
        return None
    return _made(tagging, "VacuumPause", _about(tagging))


def _of_going_out(tagging: Tagging, heard: Heard, lexicon: Lexicon) -> Tagging | None:
    """ "send the hoover out" does not call it back."""
    if tagging.intent != "HassVacuumReturnToBase" or not _SENDS_OUT.search(heard.text):
        return None
    return replace(tagging, intent="HassVacuumStart")


def _of_wanted_light(tagging: Tagging, heard: Heard, _: Lexicon) -> Tagging | None:
    """ "I need some light out there" wants it on."""
    if tagging.intent != "HassTurnOff" or not _WANTS_LIGHT.search(heard.text):
        return None
    return replace(tagging, intent="HassTurnOn")


def _of_no_room(tagging: Tagging, heard: Heard, lexicon: Lexicon) -> Tagging | None:
    """ "send Rosie out to clean" names no room."""
    if tagging.intent != "HassVacuumCleanArea" or heard.labelled("area", "floor"):
        return None
    if lexicon.scan(heard.text).places or not _names_a(heard, lexicon, "vacuum"):
        return None
    return replace(tagging, intent="HassVacuumStart")


def _of_the_dark(tagging: Tagging, heard: Heard, _: Lexicon) -> Tagging | None:
    """ "it's pitch black in the bathroom" asks for no black light."""
    colors = heard.labelled("color")
    if tagging.intent != "HassLightSet" or len(colors) != 1:
        return None
    if not _UNLIT.fullmatch(colors[0].text.lower()) or heard.verb is not None:
        return None
    kept = tuple(s for s in tagging.spans if s.label != "color")
    return replace(tagging, intent="HassTurnOn", spans=kept)


def _of_a_share(tagging: Tagging, heard: Heard, _: Lexicon) -> Tagging | None:
    """ "halve the brightness of the lamps"."""
    if _SHARES.match(heard.text) is None:
        return None
    return _made(tagging, "HassLightSet", _about(tagging))


def _of_an_awning(tagging: Tagging, heard: Heard, lexicon: Lexicon) -> Tagging | None:
    """ "extend the awning", "retract the Markilux"."""
    if tagging.intent not in _OF_COVERS:
        return None
    moves = _MOVES.search(heard.text)
    covers = moves is not None and (
        any(n.kind.cover for n in lexicon.scan(heard.text).nouns)
        or _names_a(heard, lexicon, "cover")
    )
    if moves is None or not covers or any(c.isdigit() for c in heard.text):
        return None
    intent = "HassTurnOn" if moves.group() == "extend" else "HassTurnOff"
    return _made(tagging, intent, _about(tagging))


def _of_shutting(tagging: Tagging, heard: Heard, _: Lexicon) -> Tagging | None:
    """ "shut the blinds, would you, I've got to sleep till four" sets no position."""
    if tagging.intent != "HassSetPosition" or heard.verb not in ("open", "close"):
        return None
    intent = INTENT_OF_VERB[heard.verb]
    return _made(tagging, intent, _about(tagging)) if lacks_value(tagging) else None


def _of_a_bare_name(tagging: Tagging, heard: Heard, lexicon: Lexicon) -> Tagging | None:
    """ "Hive down to 16", "Everhot on please": what is done to a name that no tagger knows."""
    if tagging.intent != OUT_OF_SCOPE and tagging.confidence >= _DOUBTFUL:
        return None
    said = _NAME_AND_END.match(heard.text)
    least = EXACT if tagging.intent == OUT_OF_SCOPE else ENOUGH
    entity = _likest(said.group("name"), lexicon, least) if said is not None else None
    if said is None or entity is None:
        return None
    name = Span("name", said.start("name"), said.end("name"), said.group("name"))
    if said.group("state") is not None:
        return _made(tagging, _INTENT_OF_STATE[said.group("state")], (name,))
    set_to = VALUE_OF.get(entity.domain)
    number = find_number_in(words(said.group("value")))
    if set_to is None or number is None:
        return None
    if entity.domain == "light" and number.value >= _KELVIN:
        set_to = (set_to[0], "color_temp")
    value = Span(set_to[1], said.start("value"), said.end("value"), said.group("value"))
    return _made(tagging, set_to[0], (name, value))


def _of_killing(tagging: Tagging, heard: Heard, lexicon: Lexicon) -> Tagging | None:
    """ "kill the radio", "cut the telly off"."""
    if tagging.intent != OUT_OF_SCOPE and tagging.confidence >= _DOUBTFUL:
        return None
    said = _KILLS.match(heard.text)
    if said is None:
        return None
    entity = _likest(said.group("name"), lexicon, EXACT)
    if entity is None and lexicon.noun(said.group("name")) is None:
        return None
    label = "domain" if entity is None else "name"
    about = Span(label, said.start("name"), said.end("name"), said.group("name"))
    return _made(tagging, "HassTurnOff", (about,))


def _of_no_value(tagging: Tagging, heard: Heard, lexicon: Lexicon) -> Tagging | None:
    """ "set the bedroom thermostat", whose value may come in the next sentence."""
    if tagging.intent != OUT_OF_SCOPE and tagging.confidence >= _DOUBTFUL:
        return None
    said = _ONLY_SET.fullmatch(heard.text)
    least = ENOUGH if said is not None and " " in said.group("name") else EXACT
    entity = _likest(said.group("name"), lexicon, least) if said is not None else None
    if said is None or entity is None or entity.domain not in VALUE_OF:
        return None
    name = Span("name", said.start("name"), said.end("name"), said.group("name"))
    return _made(tagging, VALUE_OF[entity.domain][0], (name,))


def _likest(name: str, lexicon: Lexicon, least: float) -> Entity | None:
    """The one entity whose name a text is like, by a score of `least` or more."""
    named = lexicon.called(name)
    if len(named) == 1:
        return named[0]
    if lexicon.noun(name) is not None:
        return None
    found = [entity for entity, score in lexicon.ranked(name) if score >= least]
    return found[0] if len(found) == 1 else None


def _of_a_verb(tagging: Tagging, heard: Heard, _: Lexicon) -> Tagging | None:
    """ "turn on …" turns on where the tagger is not sure what else it does."""
    switched = _SWITCHES.search(heard.text)
    if switched is None or tagging.confidence >= _DOUBTFUL or _QUESTION.match(heard.text):
        return None
    if len(_about(tagging)) < len(tagging.spans):
        return None
    return replace(tagging, intent=_INTENT_OF_STATE[switched.group(1)])


_MACHINES = ("vacuum", "lawn_mower")
_OF_COVERS = frozenset({"HassSetPosition", "HassTurnOn", "HassTurnOff", "HassStopMoving"})
_SETS_A_VALUE = frozenset(
    {
        "HassLightSet", "HassSetVolume", "HassSetVolumeRelative", "HassSetPosition",
        "HassFanSetSpeed", "HassClimateSetTemperature", "HassClimateSetFanMode",
        "ClimateSetHvacMode", "HassHumidifierSetpoint", "HassHumidifierMode",
    }
)  # fmt: skip
"""Intents of a value or a mode, which the tagger may take one for another."""
_OF_NOTHING: tuple[Rule, ...] = (_of_a_bare_name, _of_killing, _of_no_value)
"""Rules for what the tagger takes for no order."""
_RULES: tuple[Rule, ...] = (
    _of_a_bare_name,
    _of_killing,
    _of_no_value,
    _of_a_player,
    _of_loudness,
    _of_a_state,
    _of_outside,
    _of_humidity,
    _of_a_pause,
    _of_going_out,
    _of_no_room,
    _of_wanted_light,
    _of_the_dark,
    _of_a_share,
    _of_an_awning,
    _of_shutting,
    _of_a_verb,
)
"""Each gives the tagging as the home knows it, or None where it knows no better."""


def _about(tagging: Tagging) -> tuple[Span, ...]:
    """The spans that say what a text is about."""
    return tuple(span for span in tagging.spans if span.label in WHERE)


def _made(tagging: Tagging, intent: str, spans: tuple[Span, ...]) -> Tagging:
    """A tagging by a rule, which is sure."""
    in_order = tuple(sorted(spans, key=lambda span: span.start))
    return Tagging(tagging.text, intent, 1.0, in_order)


def _span(label: str, match: re.Match[str]) -> Span:
    group = next(name for name, text in match.groupdict().items() if text is not None)
    return Span(label, match.start(group), match.end(group), match.group(group))


def _value_span(heard: Heard, about: tuple[Span, ...]) -> Span | None:
    """The number in a text, outside what it is about."""
    free = list(re.finditer(r"[a-z]+(?:-[a-z]+)*|\d+", heard.text))
    free = [m for m in free if not any(s.start < m.end() and m.start() < s.end for s in about)]
    for count in (3, 2, 1):
        for at in range(len(free) - count + 1):
            start, end = free[at].start(), free[at + count - 1].end()
            text = heard.text[start:end]
            number = find_number_in(words(text))
            if number is not None and number.first == 0 and number.after == len(words(text)):
                return Span("humidity", start, end, text)
    return None


def _names_a(heard: Heard, lexicon: Lexicon, *domains: str) -> bool:
    """Whether a text names an entity of some domains."""
    if lexicon.scan(heard.text, lambda entity: entity.domain in domains).entities:
        return True
    said = [span.text for span in heard.labelled("name")]
    said += [rest for text in said for _, rest in lexicon.split_place(text)]
    likest = (lexicon.ranked(text)[:1] for text in said)
    return any(e.domain in domains and score >= ENOUGH for best in likest for e, score in best)


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
