"""New homes: names that no training sentence has, in homes that nobody has written down.

1. `homes(seed)` (models.exams.invented) invents thirty homes.
2. `sentences(home, seed)` says something about one of them, by patterns written for this exam and
   kept apart from those of training; half of it as speech to text writes: lower case, no
   punctuation, numbers in words. A pattern is used only where its meaning is beyond dispute, such
   as "the light in the Orangery" where there is one.
3. `suite` plays them. A sentence is right when it is understood as one intent with the right name,
   exactly the right entities and exactly the right values.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from models.exams.conversation import Conversation, Converse, Turn
from models.exams.invented import STYLES, Home, Part, content, flat, homes
from models.exams.meaning import Meant, answered, found, merged, same, told
from models.scores import Miss, SuiteResult

__all__ = ["Home", "Sentence", "homes", "sentences", "suite"]

SENTENCES = 25
"""Of each home."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is said, in which area (its id), and what is meant."""

    text: str
    area: str | None
    meant: Meant


@dataclass(frozen=True, slots=True)
class _Choice:
    """What a pattern can be about: entities, and the place by which they are meant."""

    entities: tuple[Part, ...]
    area: Part | None = None
    floor: Part | None = None


def suite(converse: Converse, seed: int = 1) -> SuiteResult:
    """The shares of sentences with the right intent, and of those that are right in all."""
    with TemporaryDirectory(prefix="lares-new-homes-") as folder:
        rows: list[tuple[Path, Sentence]] = []
        for index, home in enumerate(homes(seed)):
            path = Path(folder) / f"{index}.yaml"
            path.write_text(yaml.safe_dump(home, allow_unicode=True), encoding="utf-8")
            rows += [(path, sentence) for sentence in sentences(home, seed)]
        conversations = [Conversation(path, (Turn(each.text, each.area),)) for path, each in rows]
        intents = 0
        misses = []
        played = converse(conversations, False)
        for (_, sentence), outcomes in zip(rows, played, strict=True):
            given = merged(found(intent) for intent in outcomes[0].intents)
            intents += [each.intent for each in given] == [sentence.meant.intent]
            if outcomes[0].asked or not same([sentence.meant], given):
                said = f"[{sentence.area}] {sentence.text}" if sentence.area else sentence.text
                wanted = told([sentence.meant])
                misses.append(Miss(said, wanted, answered(given, outcomes[0])))
    scores = {"intent": intents / len(rows), "exact": 1 - len(misses) / len(rows)}
    return SuiteResult("new-homes", len(rows), scores, {}, tuple(misses))


def sentences(home: Home, seed: int) -> list[Sentence]:
    """Some 25 sentences about a home, each of another pattern; the same for the same seed."""
    rng = random.Random(f"sentences {seed} {[entity['id'] for entity in home['entities']]}")
    patterns = content()["patterns"]
    said = (_sentence(pattern, home, rng) for pattern in rng.sample(patterns, len(patterns)))
    result: dict[str, Sentence] = {}
    for sentence in said:
        if sentence is not None:
            result.setdefault(sentence.text.casefold(), sentence)
        if len(result) == SENTENCES:
            break
    return list(result.values())


def _sentence(pattern: Mapping[str, Any], home: Home, rng: random.Random) -> Sentence | None:
    """A sentence of a pattern; None where the home has nothing that it can be about."""
    choices = list(_choices(pattern, home))
    if not choices:
        return None
    choice = rng.choice(choices)
    values = dict(pattern.get("set", {}))
    heard = rng.random() < 0.5
    fields = _fields(choice, rng)
    if slot := pattern.get("value"):
        written, spoken, values[slot] = rng.choice(content()["values"][slot])
        fields["value"] = spoken if heard else written
    text = rng.choice(pattern["say"]).format(**fields)
    text = _as_heard(text) if heard else text[0].upper() + text[1:]
    area = None
    where = pattern.get("where", "name")
    if where == "here" and choice.area is not None:
        area = choice.area["id"]
    elif where in {"name", "area"} and rng.random() < 0.5:
        area = rng.choice(home["areas"])["id"]
    entities = frozenset(entity["id"] for entity in choice.entities)
    return Sentence(text, area, Meant(pattern["intent"], entities, tuple(sorted(values.items()))))


def _choices(pattern: Mapping[str, Any], home: Home) -> Iterator[_Choice]:
    domain, _, device_class = pattern["of"].partition("/")
    entities = [entity for entity in home["entities"] if _domain(entity) == domain]
    for choice in _groups(pattern, home, entities):
        each_fits = all(_fits(pattern, entity) for entity in choice.entities)
        if each_fits and device_class in {"", choice.entities[0].get("device_class")}:
            yield choice


def _groups(pattern: Mapping[str, Any], home: Home, entities: list[Part]) -> Iterator[_Choice]:
    """Entities of one domain that can be meant together."""
    areas = {area["id"]: area for area in home["areas"]}
    where = pattern.get("where", "name")
    if where == "name":
        yield from (_Choice((entity,), areas.get(entity.get("area", ""))) for entity in entities)
        return
    places: list[_Choice] = [_Choice(tuple(entities))]
    if where in {"area", "here"}:
        places = [
            _Choice(tuple(e for e in entities if e.get("area") == area["id"]), area)
            for area in home["areas"]
        ]
    elif where == "floor":
        places = [
            _Choice(
                tuple(e for e in entities if areas[e["area"]]["floor"] == floor["id"]), None, floor
            )
            for floor in home["floors"]
        ]
    for place in places:
        kinds: dict[str, list[Part]] = {}
        for entity in place.entities:
            kinds.setdefault(_kind(entity), []).append(entity)
        for alike in kinds.values():
            counts = {"one": len(alike) == 1, "many": len(alike) > 1, "any": True}
            counts["alone"] = len(place.entities) == 1
            if counts[pattern["count"]]:
                yield _Choice(tuple(alike), place.area, place.floor)


def _fits(pattern: Mapping[str, Any], entity: Part) -> bool:
    """Whether an entity can do what a pattern says, and is called and is as it needs to be."""
    modes = set(entity.get("attributes", {}).get("supported_color_modes", ()))
    able = {"brightness": modes != {"onoff"}, "color": "rgb" in modes}
    able["color_temp"] = "color_temp" in modes
    return (
        able.get(pattern.get("can", ""), True)
        and pattern.get("named", "") in ("", entity["name"].split()[-1])
        and _style(entity) in pattern.get("style", STYLES)
        and pattern.get("state", "") in ("", entity["state"])
    )


def _fields(choice: _Choice, rng: random.Random) -> dict[str, str]:
    """What the fields of a pattern stand for."""
    entity = choice.entities[0]
    name = _one_name(entity, rng)
    fields = {"name": entity["name"], "it": _the(name, rng)}
    if nouns := content()["kinds"].get(_kind(entity)):
        fields["kind"] = nouns[len(choice.entities) > 1]
    if choice.area is not None:
        area = _one_name(choice.area, rng)
        fields["area"] = _the(area, rng)
        fields["the_area"] = area if _owned(area) else f"the {area}"
    if choice.floor is not None:
        fields["floor"] = _the(choice.floor["name"], rng)
    return fields


def _the(name: str, rng: random.Random) -> str:
    """A name in a sentence: "the Scullery", "Narnia", "Stube" or "the Stube"."""
    if name in content()["areas"]["called"] or _owned(name):
        return name
    if name in _article_free():
        return rng.choice((name, name, f"the {name}"))
    return f"the {name}"


def _one_name(part: Part, rng: random.Random) -> str:
    name: str = rng.choice([part["name"], *part.get("aliases", ())])
    return name


def _owned(name: str) -> bool:
    """Whether it begins with somebody's name: "Matilda's Room"."""
    return name.partition("'s ")[0] in flat(content()["people"]) and "'s " in name


def _as_heard(text: str) -> str:
    """As speech to text writes it."""
    return " ".join(re.sub(r"[.,?!-]", " ", text.lower()).split())


def _style(entity: Part) -> str:
    styles: Mapping[str, Any] = content()["devices"].get(_full_kind(entity), {})
    listed = [s for s in ("called", "things") if entity["name"] in flat(styles.get(s, ()))]
    return listed[0] if listed else "after_area"


def _domain(entity: Part) -> str:
    return str(entity["id"].partition(".")[0])


def _full_kind(entity: Part) -> str:
    device_class = entity.get("device_class")
    return f"{_domain(entity)}/{device_class}" if device_class else _domain(entity)


def _kind(entity: Part) -> str:
    return str(entity.get("device_class") or _domain(entity))


@cache
def _article_free() -> frozenset[str]:
    """Names that people say with or without an article: brands, and words of other languages."""
    foreign = {key: names for key, names in content()["areas"].items() if key != "things"}
    called = [styles.get("called", ()) for styles in content()["devices"].values()]
    return frozenset(flat([foreign, content()["floors"]["foreign"], called]))
