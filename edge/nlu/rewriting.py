"""Whole sentences from fragments: what was said before, said of another thing or with another end.

"turn on the kitchen lights" and "and the bedroom" make "turn on the bedroom lights"; "a bit more"
after "set the floor lamp to 50 percent" makes "turn the floor lamp up a bit". The tagger and the
resolver then read such a sentence as they read any other, and `lares parse --explain` shows it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from edge.home.graph import Entity
from edge.nlu.followup import STATES, Fragment
from edge.nlu.kinds import LOCKING
from edge.types import Span, Tagging

_REFERRING = ("name", "area", "floor", "domain", "device_class")
_BEFORE = re.compile(
    r"\s*\b(?:(?:in|on|at|of|for|from|to|inside|with) )?(?:(?:the|my|our|all|all of|every) ?)*$"
)
_NOUN_OF = {
    "light": "lights", "fan": "fan", "switch": "switch", "cover": "blinds", "climate": "thermostat",
    "media_player": "speaker", "lock": "lock", "valve": "valve", "vacuum": "vacuum",
}  # fmt: skip
_COVER_NOUNS = {"garage": "garage door"}
_STATE_VERBS = {
    "on": "turn on {}", "off": "turn off {}", "open": "open {}", "close": "close {}",
    "lock": "lock {}", "unlock": "unlock {}",
}  # fmt: skip
_STATE_THERE = re.compile(
    r"(?:(?:now|then|back|but) )*(?P<state>on|off|open|close|closed|shut|lock|unlock) "
    r"(?P<where>(?:in|on|at) (?:the|my) [\w' ]+|upstairs|downstairs)"
)
_VALUE_SENTENCES = {
    "light": "set {} to {} brightness",
    "cover": "set {} to {}",
    "valve": "set {} to {}",
    "fan": "set {} to {} speed",
    "media_player": "set the volume of {} to {}",
    "climate": "set {} to {} degrees",
}
_STEP_SENTENCES = {
    "light": ("make {} {} brighter", "make {} {} dimmer"),
    "cover": ("open {} {} more", "close {} {} more"),
    "fan": ("turn up {} {}", "turn down {} {}"),
    "media_player": ("turn up the volume of {} {}", "turn down the volume of {} {}"),
    "climate": ("turn {} up {}", "turn {} down {}"),
}
"""Domain → a step up and a step down."""
_MEASURED_SENTENCES = {
    "light": ("increase the brightness of {} {}", "decrease the brightness of {} {}"),
    "cover": ("open {} {}", "close {} {}"),
    "fan": ("increase {} speed {}", "decrease {} speed {}"),
    "media_player": ("increase the volume of {} {}", "decrease the volume of {} {}"),
    "climate": _STEP_SENTENCES["climate"],
}
"""The same for steps of a given size: "by one degree"."""
_PRONOUN = re.compile(
    r"\b(?:(?:all|both) of (?:them|these|those)|both of them|them both|them all|it|them|him|her"
    r"|both(?= (?:off|on|to|up|down)\b|$)|that one|this one|those|these|these ones|the same one"
    r"|that|they)\b",
    re.IGNORECASE,
)
_THERE = re.compile(
    r"\b(?:in|up|down|over) there\b"
    r"|(?<=\w )(?<!is )(?<!are )there(?=(?: (?:too|then|as well|please|also|now))*\W*$)",
    re.IGNORECASE,
)
_WANTED = re.compile(
    r"\b(?:(?:run|running|ran|nearly|almost) )?(?:out of|low on|short of|needs?|lacks?|want|no more"
    r"|last of the) (?:some |more |any |the )*(?P<item>[\w' -]+?)(?: left)?\W*$",
    re.IGNORECASE,
)
_LIST_NEEDS = re.compile(r"(?P<list>(?:the|my|our) [\w' -]*?list) needs?\b", re.IGNORECASE)
_NOTE_IT = re.compile(
    r"\b(?P<verb>add|put|write|note|stick|pop|throw|chuck|jot) "
    r"(?:it|them|that|those|some(?: more)?)\b",
    re.IGNORECASE,
)
_ITS = re.compile(
    r"\b(its|their) (volume|brightness|speed|temperature|colou?r|position)\b", re.IGNORECASE
)
_NO_OBJECT = re.compile(
    r"^(?:it|that|they|this)(?:['’]?s|['’]re| is| are| was)\b|\b(?:time|late|day|date|hot|cold"
    r"|warm|humid) is it\b|\blet it\b|\b(?:hot|cold|warm|humid|loud|bright|dark|late|time)"
    r" it (?:is|was)\b"
    r"|\b(?:loud|bright|dark) is it\b"
    r"|\bis it (?:cold|hot|warm|raining|dark|late|going)\b|\bmake it (?:[\w.]+ )*(?:degrees"
    r"|warmer|cooler|colder|hotter)\b|\bmake sure that\b|\bsee that\b|\bannounce that\b"
    r"|\bthat (?:the|my|dinner|lunch)\b",
    re.IGNORECASE,
)


def the(entity: Entity) -> str:
    """An entity as it is named in a sentence."""
    bare = entity.name.lower()
    return bare if bare.startswith(("the ", "my ")) else f"the {bare}"


def pronoun(text: str) -> re.Match[str] | None:
    """The word that stands for what was spoken of: "turn *it* off"."""
    if _NO_OBJECT.search(text):
        return None
    return _PRONOUN.search(text)


def means_all(word: str) -> bool:
    """Whether a pronoun stands for several."""
    return word.lower() not in {"it", "him", "her", "that one", "this one", "the same one", "that"}


def with_pronoun(text: str, found: re.Match[str], entity: Entity) -> str:
    """The text with the entity's name for the pronoun."""
    sentence = f"{text[: found.start()]}{the(entity)}{text[found.end() :]}"
    return re.sub(
        r"\b(?:back|again)\b\s*(?=(?:on|off|open|up|down)\b)|\s+(?:again|back)(?=[.!?]*$)",
        "",
        sentence,
    )


def with_owner(text: str, owners: Collection[str]) -> str:
    """The text with a name for "her", "his" or "their", where one owner was named before it."""

    def named(match: re.Match[str]) -> str:
        said = re.findall(r"[^\W_]+", text[: match.start()].lower())
        before = [word.removesuffix("s") if word not in owners else word for word in said]
        known = list(dict.fromkeys(word for word in before if word in owners))
        return f"{known[0]}'s " if len(known) == 1 else match.group()

    return re.sub(r"\b(?:her|his|their) (?=\w)", named, text, flags=re.IGNORECASE)


def with_item(text: str, before: str) -> str:
    """An order to note "it", with what was said to be wanted: "we're out of milk, add it …"."""
    wanted = _WANTED.search(before)
    if wanted is None:
        return text
    listed = _LIST_NEEDS.match(before)
    where = f" to {listed.group('list')}" if listed is not None and " list" not in text else ""
    item = wanted.group("item")
    return _NOTE_IT.sub(lambda m: f"{m.group('verb')} {item}{where}", text, count=1)


def with_kind(text: str, spoken: Sequence[Entity]) -> str:
    """The text with the kind of what was spoken of for "one": "the living room one"."""
    noun = _noun(spoken)
    return (
        re.sub(r"(?<=\w )ones?\b(?! (?:percent|degree|minute|hour|second))", noun, text)
        if noun
        else text
    )


def with_place(text: str, last: Tagging, area: str | None) -> str:
    """The text with the place that was spoken of for "in there"; `area` is where the thing is."""
    place = next((s.text for s in last.spans if s.label in {"area", "floor"}), area)
    if place is None:
        return text
    return _THERE.sub(f"in the {place}", text)


def of_its(text: str) -> str:
    """The text with "the volume of it" for "its volume"."""
    return _ITS.sub(r"the \2 of it", text)


def of_another(tagging: Tagging, thing: str, spoken: Sequence[Entity], *, place_only: bool) -> str:
    """The sentence of a tagging, about another thing.

    Another place takes the old one's place, and the kind of thing stays; any other thing takes the
    place of all that told what it was about.
    """
    text = tagging.text
    spans = [s for s in tagging.spans if s.label in _REFERRING and s.text.lower() not in LOCKING]
    places = [s for s in spans if s.label in {"area", "floor"}]
    kinds = [s for s in spans if s.label in {"domain", "device_class"}]
    thing = re.sub(r"^(?:in|on|at|for|to) (?=the |my )", "", thing)
    if place_only:
        bare = re.sub(r"^(?:the|my|in|on|at) ", "", thing)
        if places and len(spans) == len(places) + len(kinds):
            return replaced(text, places, bare)
        noun = _noun(spoken)
        if kinds and not places:
            said = kinds[-1]
            return _joined(text[: said.end], f"in the {bare}", text[said.end :])
        if noun and spans:
            return replaced(text, spans, f"the {bare} {noun}")
    if spans:
        return replaced(text, spans, thing)
    return _joined(text, thing, "")


def in_state(state: str, entity: Entity) -> str:
    """ "off", said of an entity."""
    verb = state
    if entity.domain in {"cover", "valve"}:
        verb = {"on": "open", "off": "close"}.get(state, state)
    return _STATE_VERBS[verb].format(the(entity))


def in_state_there(text: str, spoken: Sequence[Entity]) -> str | None:
    """ "on in the dining room", said of the kind that was spoken of; None for another text."""
    said = _STATE_THERE.fullmatch(text)
    noun = _noun(spoken)
    if said is None or noun is None:
        return None
    verb = _STATE_VERBS[STATES[said.group("state")]]
    if spoken[0].domain in {"cover", "valve"}:
        verb = {"turn on {}": "open {}", "turn off {}": "close {}"}.get(verb, verb)
    return f"{verb.format(f'the {noun}')} {said.group('where')}"


def with_value(value: str, entity: Entity) -> str | None:
    """ "30 percent", said of an entity."""
    sentence = _VALUE_SENTENCES.get(entity.domain)
    if sentence is None:
        return None
    if value.endswith(("degrees", "percent", "%", "°")) or not re.search(r"\w", value):
        sentence = sentence.replace(" degrees", "")
    return sentence.format(the(entity), value)


def in_color(color: str, entity: Entity) -> str | None:
    """A colour, said of a light."""
    return f"make {the(entity)} {color}" if entity.domain == "light" else None


def stepped(fragment: Fragment, direction: int, entity: Entity) -> str | None:
    """A step, said of an entity."""
    domain = {"volume": "media_player", "speed": "fan"}.get(fragment.dimension or "", entity.domain)
    if domain != entity.domain or domain not in _STEP_SENTENCES:
        return None
    measured = fragment.text.startswith("by ")
    up, down = (_MEASURED_SENTENCES if measured else _STEP_SENTENCES)[domain]
    sentence = up if direction > 0 else down
    return " ".join(sentence.format(the(entity), fragment.text).split())


def _noun(spoken: Sequence[Entity]) -> str | None:
    """What the things spoken of are called, as a kind."""
    domains = {entity.domain for entity in spoken}
    if len(domains) != 1:
        return None
    only = domains.pop()
    if only == "cover":
        classes = {entity.device_class for entity in spoken} - {None}
        named = classes.pop() if len(classes) == 1 else None
        return _COVER_NOUNS.get(named or "", named or "blinds")
    return _NOUN_OF.get(only)


def replaced(text: str, spans: Sequence[Span], thing: str) -> str:
    """The text with one thing for the first of some spans, and without the others."""
    result = text
    for span in sorted(spans, key=lambda s: s.start, reverse=True):
        before, after = result[: span.start], result[span.end :]
        if span is spans[0]:
            if re.match(r"(?:the|my|our|both|all)\b", thing):
                before = re.sub(r"\b(?:the|my|our|all|both|every) *$", "", before)
            result = _joined(before, thing, after)
        else:
            result = _joined(_BEFORE.sub("", before), "", after)
    return re.sub(r"\s+(?:and|or)\s*$|\b(and|or) (?=and\b|or\b)", "", result).strip()


def _joined(*parts: str) -> str:
    return " ".join(" ".join(parts).split())
