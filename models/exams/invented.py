"""Invented homes: floors, rooms and devices with names that no training sentence has.

The names are in new_homes.yaml: rooms in ten languages, and devices called by their brand, by what
they are, or by the room they are in. They are dealt like cards, so that homes share few of them,
and no name in a home stands within another, but for those that begin with their area's.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Any

import yaml

from edge.types import LaresError

FILE = Path(__file__).with_name("new_homes.yaml")
HOMES = 30
STYLES = ("called", "things", "after_area")
"""How a device can be named; new_homes.yaml says what they are."""

Part = dict[str, Any]
"""A floor, an area or an entity of a home file."""
Home = dict[str, list[Part]]
"""A home file's content: floors, areas, entities."""

_IN_AREAS = {
    "switch": 0.5,
    "cover/blind": 0.4,
    "cover/curtain": 0.3,
    "cover/shutter": 0.2,
    "cover/awning": 0.1,
    "cover/gate": 0.1,
    "media_player/speaker": 0.4,
    "media_player/tv": 0.2,
    "fan": 0.35,
    "lock": 0.3,
    "binary_sensor/window": 0.4,
    "binary_sensor/door": 0.15,
    "binary_sensor/motion": 0.2,
    "sensor/humidity": 0.3,
}
"""What an area has besides lights and, perhaps, heating or a thermometer: how likely."""
_IN_HOME = {"vacuum": 2, "scene": 4, "script": 3, "todo": 3, "person": 3}
"""What there is outside the areas: at most how many."""


def homes(seed: int) -> list[Home]:
    """Thirty homes of 20 to 80 entities; the same for the same seed."""
    rng = random.Random(f"homes {seed}")
    names = _Names(rng)
    return [_Builder(names, rng).home() for _ in range(HOMES)]


@cache
def content() -> Mapping[str, Any]:
    """What new_homes.yaml holds."""
    read: Mapping[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return read


def flat(names: Any) -> list[str]:
    """The names in lists of lists, or in those of a mapping."""
    if isinstance(names, str):
        return [names]
    inner: Iterable[Any] = names.values() if isinstance(names, Mapping) else names
    return [name for each in inner for name in flat(each)]


class _Names:
    """The file's names, in random order; one comes again only when all of its list have come."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._left: dict[str, list[str]] = {}
        self._lists = {key: flat(content()[key]) for key in ("areas", "floors", "people")}
        for kind, styles in content()["devices"].items():
            self._lists |= {f"{kind} {style}": flat(names) for style, names in styles.items()}

    def draw(self, key: str, taken: Iterable[str]) -> str | None:
        """The next name that cannot be mistaken for one that is taken; None where all can."""
        left = self._left.setdefault(key, [])
        for _ in range(2):
            for at, name in enumerate(left):
                if not any(_within(name, other) or _within(other, name) for other in taken):
                    return left.pop(at)
            left += self._rng.sample(self._lists[key], len(self._lists[key]))
        return None


class _Builder:
    """One home in the making."""

    def __init__(self, names: _Names, rng: random.Random) -> None:
        self._names = names
        self._rng = rng
        self._taken: list[str] = []
        self._entities: list[Part] = []
        self._light_styles = cycle(rng.sample(STYLES, len(STYLES)))

    def home(self) -> Home:
        rng = self._rng
        floors = [_part(self._new("floors")) for _ in range(rng.randint(1, 3))]
        areas = [self._area(floors[i % len(floors)]["id"]) for i in range(rng.randint(3, 10))]
        for area in areas:
            kinds = ["light"] * rng.randint(1, 3)
            kinds += [kind for kind, likely in _IN_AREAS.items() if rng.random() < likely]
            kinds += rng.choice((["climate"], ["climate"], ["sensor/temperature"], [], []))
            for kind in kinds:
                self._add(kind, area)
        for kind, most in _IN_HOME.items():
            for _ in range(rng.randint(1, most)):
                self._add(kind, None)
        return {"floors": floors, "areas": areas, "entities": self._entities}

    def _area(self, floor: str) -> Part:
        owned = self._rng.random() < 0.1
        area = _part(f"{self._new('people')}'s Room" if owned else self._new("areas"), floor=floor)
        if self._rng.random() < 0.15:
            area["aliases"] = [self._new("areas")]
        return area

    def _add(self, kind: str, area: Part | None) -> None:
        domain, _, device_class = kind.partition("/")
        state, attributes = _state(domain, self._rng)
        entity = _part(self._name(kind, area), domain, state=state, attributes=attributes)
        if area is not None:
            entity["area"] = area["id"]
        if device_class:
            entity["device_class"] = device_class
        if domain in {"light", "switch"} and self._rng.random() < 0.1:
            entity["aliases"] = [self._new(f"{kind} things")]
        self._entities.append(entity)

    def _name(self, kind: str, area: Part | None) -> str:
        """A name in a style that the kind has; lights have all styles in turn."""
        if kind == "person":
            return self._new("people")
        styles: Mapping[str, Any] = content()["devices"][kind]
        order = self._rng.sample([*styles], len(styles))
        if kind == "light":
            order.insert(0, next(self._light_styles))
        for style in order:
            if style != "after_area":
                name = self._names.draw(f"{kind} {style}", self._taken)
            elif area is not None:
                named = {f"{area['name']} {noun}" for noun in styles[style]} - {*self._taken}
                name = self._rng.choice(sorted(named)) if named else None
            if name is not None:
                self._taken.append(name)
                return name
        raise LaresError(f"Expected enough names for each {kind} of a home in {FILE}. Add some.")

    def _new(self, key: str) -> str:
        name = self._names.draw(key, self._taken)
        if name is None:
            raise LaresError(f"Expected enough {key} for a home in {FILE}. Add some.")
        self._taken.append(name)
        return name


def _part(name: str, domain: str = "", **more: Any) -> Part:
    slug = re.sub(r"\W+", "_", name.casefold()).strip("_")
    return {"id": f"{domain}.{slug}" if domain else slug, "name": name, **more}


def _within(one: str, other: str) -> bool:
    """Whether the words of one name stand in the other."""
    first, second = (re.sub(r"\W+", " ", name.casefold()).strip() for name in (one, other))
    return f" {first} " in f" {second} "


def _state(domain: str, rng: random.Random) -> tuple[str, dict[str, Any]]:
    """A state and attributes as a device of this domain has them."""
    level = rng.choice((0, 20, 40, 100))
    if domain == "light":
        modes = rng.choice(
            (["onoff"], ["brightness"], ["color_temp", "rgb"], ["color_temp", "rgb"])
        )
        attributes: dict[str, Any] = {"supported_color_modes": list(modes)}
        if modes != ["onoff"]:
            attributes["brightness"] = 128
        if "color_temp" in modes:
            attributes["color_temp_kelvin"] = 3000
        return rng.choice(("on", "off")), attributes
    if domain == "climate":
        return "heat", {"temperature": 20, "current_temperature": 19, "min_temp": 7, "max_temp": 30}
    if domain == "media_player":
        return rng.choice(("playing", "paused")), {"volume_level": 0.3, "is_volume_muted": False}
    states: Mapping[str, tuple[tuple[str, ...], dict[str, Any]]] = {
        "cover": (("open" if level else "closed",), {"current_position": level}),
        "fan": (("on" if level else "off",), {"percentage": level}),
        "lock": (("locked", "unlocked"), {}),
        "vacuum": (("docked",), {}),
        "scene": (("scening",), {}),
        "script": (("off",), {}),
        "todo": (("0",), {"todo_items": []}),
        "person": (("home", "not_home"), {}),
        "sensor": (("17", "21", "58"), {}),
    }
    choices, attributes = states.get(domain, (("on", "off"), {}))
    return rng.choice(choices), attributes
