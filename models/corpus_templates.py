"""Labelled sentences from templates: Home Assistant's own, and ours in `models/phrasing`.

Home Assistant's sentences (package `home-assistant-intents`, CC BY 4.0) mark the slots that a
speaker fills, but not the words that imply one: in "turn on [the] <light> in {area}" the slot
`domain: light` belongs to the whole block. So after a walk through such a template, words that tell
the domain get their label, a number takes its unit along, and names grow by the "light" said with
them, as `models.labels` defines. Our phrasing files mark all of that themselves.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hassil.expression import Expression

from edge.types import LaresError, Span
from models.labels import INTENTS, SPAN_LABELS, Example
from models.templates import Grammar, Numbers, parse, read_sections, sentence

PHRASING = Path(__file__).parent / "phrasing"
_WORDS = "words.txt"
_RULES = "times.txt"

_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")

_DOMAIN_WORDS = {
    "light": r"lights?|lighting|lamps?",
    "fan": r"fans?",
    "switch": r"switch(?:es)?",
    "lock": r"locks?|unlock",
    "person": r"anyone|anybody|someone|somebody|everyone|everybody|who|people|persons",
    "scene": r"scene",
    "script": r"script",
    "button": r"button",
    "lawn_mower": r"mower",
}
_SAID_WITH_NAME = ("light", "lawn_mower")
"""Domains whose word after a name belongs to the name."""
_LOCKABLE = r"(?:garage )?doors?|windows?|gates?|shutters?"
_NAME_LIST = {"input_boolean": "switch", "input_button": "button", "todo": "todo"}
_WILDCARDS = {"shopping_list_item": "item", "todo_list_item": "item"}
_RANGES = {
    "temperature": "temperature",
    "color_temperature": "kelvin",
    "timer_seconds": "count",
    "timer_minutes": "count",
    "timer_hours": "count",
}
_UNIT = re.compile(r"\s?(?:%|percent|per cent|degrees?(?: celsius| fahrenheit)?|°|kelvin|k)(?!\w)")
_FRACTION_UNIT = re.compile(r"(?: an?)? (?:hours?|minutes?)(?!\w)")
_WITH_UNIT = {"brightness", "position", "volume_level", "temperature", "percentage", "color_temp"}


@dataclass(frozen=True, slots=True)
class Template:
    """One sentence template of an intent, and what its sentences need to be labelled."""

    intent: str
    source: str
    expression: Expression
    grammar: Grammar
    domains: tuple[str, ...] = ()
    """Home Assistant's block is about these domains; their words are to be labelled."""
    ours: bool = True

    def example(self, rng: random.Random) -> Example:
        """One of the template's sentences."""
        text, found = sentence(self.grammar.walk(self.expression, rng))
        if not self.ours:
            found = _complete(self, text, found)
        unknown = {span.label for span in found}.difference(SPAN_LABELS)
        if unknown:
            raise LaresError(f"Expected labels of models.labels, found {unknown} in {self.source}.")
        return Example(text, self.intent, found, self.source)


def spell(number: int) -> str:
    """A whole number from 0 to 99,999 in English words."""
    if number < 20:
        return _ONES[number]
    if number < 100:
        ones = f" {_ONES[number % 10]}" if number % 10 else ""
        return _TENS[number // 10 - 2] + ones
    size, name = (1000, "thousand") if number >= 1000 else (100, "hundred")
    rest = f" {spell(number % size)}" if number % size else ""
    return f"{spell(number // size)} {name}{rest}"


def numbers() -> dict[str, Numbers]:
    """Sayers of numbers, by the range's name in the templates; half of them say digits."""

    def either(choices: Sequence[int]) -> Numbers:
        def say(rng: random.Random) -> str:
            number = rng.choice(choices)
            return str(number) if rng.random() < 0.5 else spell(number)

        return say

    degrees = (*range(5, 31), *range(15, 26), *range(50, 91, 2))
    kelvin = range(1000, 10_001, 100)
    return {
        "hundred": either(range(101)),
        "tens": either(range(10, 101, 5)),
        "number": either(range(200)),
        "temperature": either(degrees),
        "kelvin": either(kelvin),
        "count": either((*range(1, 61), *range(1, 11), 15, 20, 30, 45, 90)),
        "whole": lambda rng: str(rng.choice(degrees)),
        "kelvins": lambda rng: str(rng.choice(kelvin)),
        "spelled": lambda rng: spell(rng.choice(degrees)),
    }


def our_grammar(folder: Path = PHRASING) -> Grammar:
    """The lists of words.txt and the rules of times.txt."""
    lists = {
        name: [parse(value) for line in lines for value in line.split(", ")]
        for name, lines in read_sections(folder / _WORDS).items()
    }
    rules = {
        name: parse("(" + "|".join(lines) + ")")
        for name, lines in read_sections(folder / _RULES).items()
    }
    return Grammar(lists, numbers(), rules)


def our_templates(folder: Path = PHRASING) -> tuple[Template, ...]:
    """Every line of the phrasing files. Raises LaresError for an unknown intent."""
    grammar = our_grammar(folder)
    result = []
    for path in sorted(folder.glob("*.txt")):
        if path.name in {_WORDS, _RULES}:
            continue
        for intent, lines in read_sections(path).items():
            if intent not in INTENTS:
                raise LaresError(f"Expected an intent of models.labels in {path}, found {intent}.")
            for line in lines:
                source = f"phrasing/{path.name}: {line}"
                result.append(Template(intent, source, parse(line), grammar))
    return tuple(result)


def home_assistant_templates(package: Mapping[str, Any], ours: Grammar) -> tuple[Template, ...]:
    """The templates of `home_assistant_intents.get_intents("en")`.

    Lists that Home Assistant leaves open (names, areas, free text) are filled from ours.
    """
    lists = dict(ours.lists)
    says = {name: say for name, say in ours.numbers.items() if name not in lists}
    for name, content in package["lists"].items():
        if "values" in content:
            lists[name] = [parse(value["in"]) for value in content["values"]]
        elif "range" in content:
            lists.pop(name, None)
            says[name] = ours.numbers[_RANGES.get(name, "hundred")]
        else:
            lists[name] = ours.lists[_WILDCARDS.get(name, name)]
    rules = {name: parse(body) for name, body in package["expansion_rules"].items()}
    result = []
    for intent, content in package["intents"].items():
        if intent not in INTENTS:
            continue
        for block in content["data"]:
            domains = _domains(block)
            named = {**lists, "name": _names(lists, domains)}
            grammar = Grammar(named, says, rules)
            for line in block["sentences"]:
                source = f"home-assistant-intents/{intent}: {line}"
                result.append(Template(intent, source, parse(line), grammar, domains, ours=False))
    return tuple(result)


def _domains(block: Mapping[str, Any]) -> tuple[str, ...]:
    told = block.get("slots", {}).get("domain") or block.get("requires_context", {}).get("domain")
    if told is None:
        return ()
    return (told,) if isinstance(told, str) else tuple(told)


def _names(lists: Mapping[str, Sequence[Expression]], domains: Iterable[str]) -> list[Expression]:
    """Names of entities of these domains, or of any that is switched on and off."""
    wanted = [f"{_NAME_LIST.get(domain, domain)}_name" for domain in domains]
    known = [name for name in wanted if name in lists] or ["light_name", "switch_name"]
    return [value for name in known for value in lists[name]]


def _complete(template: Template, text: str, found: Sequence[Span]) -> tuple[Span, ...]:
    """Labels what a block of Home Assistant's implies, and brings the spans to our conventions."""
    intent = template.intent
    result = [_grown(_renamed(intent, span), text) for span in found]
    has_name = any(span.label == "name" for span in result)
    for domain in _SAID_WITH_NAME:
        if has_name and domain in template.domains:
            result = [_with_noun(span, text, _DOMAIN_WORDS[domain]) for span in result]
    single = template.domains if len(template.domains) == 1 or not has_name else ()
    for domain in single:
        if domain in _DOMAIN_WORDS and not (has_name and domain == "light"):
            result += _mark(text, result, "domain", _DOMAIN_WORDS[domain])
    if intent == "HassFanSetSpeed" and not has_name:
        result += _mark(text, result, "domain", _DOMAIN_WORDS["fan"])
    if intent.startswith("HassLawnMower") and not has_name:
        result += _mark(text, result, "domain", _DOMAIN_WORDS["lawn_mower"])
    if "lock" in single and intent == "HassGetState":
        result += _mark(text, result, "device_class", _LOCKABLE)
    if intent == "HassSetVolumeRelative":
        result += _mark(text, result, "volume_step", r"up|down|increase|decrease")
    result += _mark(text, result, "area", r"here")
    return tuple(sorted(result, key=lambda span: span.start))


def _renamed(intent: str, span: Span) -> Span:
    if intent == "HassLightSet" and span.label == "temperature":
        return replace(span, label="color_temp")
    if span.label == "area" and span.text.startswith("in "):
        return replace(span, start=span.start + 3, text=span.text[3:])
    return span


def _grown(span: Span, text: str) -> Span:
    """A number with the unit that follows it, "half" with its "an hour"."""
    if span.label in _WITH_UNIT or span.label.endswith("_step"):
        unit = _UNIT.match(text, span.end)
    elif span.text in {"half", "1/2"}:
        unit = _FRACTION_UNIT.match(text, span.end)
    else:
        unit = None
    end = unit.end() if unit else span.end
    return replace(span, end=end, text=text[span.start : end])


def _with_noun(span: Span, text: str, nouns: str) -> Span:
    if span.label != "name":
        return span
    noun = re.compile(rf" (?:{nouns})(?!\w)").match(text, span.end)
    end = noun.end() if noun else span.end
    return replace(span, end=end, text=text[span.start : end])


def _mark(text: str, taken: Sequence[Span], label: str, pattern: str) -> list[Span]:
    """Spans for the words of a pattern that no span holds yet."""
    return [
        Span(label, match.start(), match.end(), match.group())
        for match in re.finditer(rf"\b(?:{pattern})\b", text)
        if not any(span.start < match.end() and match.start() < span.end for span in taken)
    ]
