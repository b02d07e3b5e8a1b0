"""How fast a sentence is understood, by size of the home.

    lares bench understanding [--sizes N …] [--json] [--picture FILE]

1. For each size a home is made up: floors, areas, and entities of all domains with everyday names,
   always the same for a seed. The sentences are those of the exams, a dozen patterns filled with
   names of that home (right, misheard and unknown ones), and a few nasty texts.
2. Each home is measured in a process of its own, pinned to one core where the system can do that.
   It imports what `lares parse` imports, and understands with the tagger that ships. Each round
   begins with an assistant that has read nothing yet.
3. Times are of the processor: what the clock on the wall tells where nothing else runs. A
   sentence's time is the median of its rounds. Memory is the peak resident size above that of a
   bare interpreter; the home is handed over, so that no parser of a home file is in it.
"""

from __future__ import annotations

import argparse
import importlib
import json
import math
import os
import random
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from itertools import count, cycle, islice
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from rich.console import Console
from rich.table import Table

from edge.app import App
from edge.assistant import Assistant
from edge.config import Config
from edge.home.graph import Home
from edge.home.virtual import VirtualHome
from edge.mqtt.broker_loopback import LoopbackBroker
from edge.mqtt.devices import MqttDevices
from edge.nlu.resolver import Resolver
from edge.nlu.tagger import Tagger
from edge.privacy.audit import Audit
from edge.types import LaresError, Tagging, Transcript
from skills import ALL

SIZES = (10, 30, 100, 500, 1000, 3000, 10_000)
SENTENCES, ROUNDS = 300, 3
FLOOR_SIZE = 500
FLOORS = {"p50_ms": 5.0, "p95_ms": 12.0, "worst_ms": 100.0, "memory_mb": 120.0}
"""What is wanted at most in a home of FLOOR_SIZE entities."""
CLAUSES = "A sentence of several commands is tagged clause by clause: each clause costs."
_EXAMS = Path(__file__).parents[1] / "models" / "exams"
_COLUMNS = (
    ("entities", "entities"),
    ("median", "p50_ms"),
    ("95 %", "p95_ms"),
    ("worst", "worst_ms"),
    ("tagging", "tagging_p50_ms"),
    ("build", "build_ms"),
    ("MB", "memory_mb"),
)
_LEGEND = """ms of one core: a sentence's median, 95 % and worst, the median of its
tagging, and making the resolver, once. MB: the peak above the interpreter's."""
_STATUS = Path("/proc/self/status")
_ERROR = f"{LaresError.__module__}.{LaresError.__qualname__}: "


@dataclass(frozen=True, slots=True)
class Figures:
    """What understanding costs in a home of one size. Times in milliseconds."""

    entities: int
    sentences: int
    p50_ms: float
    p95_ms: float
    worst_ms: float
    worst_text: str
    tagging_p50_ms: float
    """The tagger's part of a sentence."""
    build_ms: float
    """Making the resolver, once for a home."""
    memory_mb: float | None
    """None where the system does not tell it."""


def main(argv: Sequence[str] | None = None) -> int:
    """Measure each size; print a table or JSON, and draw the growth where asked to."""
    parser = argparse.ArgumentParser(
        prog="lares bench understanding", description=__doc__.split("\n", maxsplit=1)[0]
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="N")
    parser.add_argument("--sentences", type=int, default=SENTENCES, help="about so many")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="times each sentence is read")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="draw the growth (matplotlib)")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    if arguments.inside:
        print(json.dumps(asdict(_measure(**json.load(sys.stdin)))))
        return 0
    if min(*arguments.sizes, arguments.sentences, arguments.rounds, 1) < 1:
        raise LaresError("expected sizes, sentences and rounds of at least 1")
    figures = []
    for size in sorted(set(arguments.sizes)):
        home = made_up_home(size, arguments.seed)
        said = sentences(home, arguments.sentences, arguments.seed)
        figures.append(_measured_apart(home, said, arguments.rounds))
    content = {"figures": [asdict(f) for f in figures], "floors": reached(figures), "note": CLAUSES}
    if arguments.json:
        print(json.dumps(content, indent=2))
    else:
        _print(figures)
    if arguments.picture:
        _draw(figures, arguments.picture)
    return 0


def reached(figures: Sequence[Figures]) -> dict[str, bool]:
    """Which of FLOORS are reached; empty where a home of FLOOR_SIZE was not measured."""
    judged = next((one for one in figures if one.entities == FLOOR_SIZE), None)
    if judged is None:
        return {}
    values = {name: getattr(judged, name) for name in FLOORS}
    return {name: value <= FLOORS[name] for name, value in values.items() if value is not None}


# ---- The homes

_ROOMS = (
    "Kitchen", "Living Room", "Bedroom", "Bathroom", "Hall", "Study", "Garage", "Garden",
    "Dining Room", "Nursery", "Laundry Room", "Pantry", "Attic", "Cellar", "Playroom", "Gym",
    "Library", "Workshop", "Terrace", "Balcony", "Sauna", "Music Room", "Wardrobe", "Porch",
    "Conservatory", "Guest Room", "Shed", "Utility Room", "Cinema", "Landing", "Driveway", "Den",
)  # fmt: skip
_WINGS = ("", "North", "South", "East", "West", "Old", "Upper", "Lower", "Annex", "Tower", "Mill")
_FLOORS = (
    ("Ground Floor", "Downstairs"), ("First Floor", "Upstairs"), ("Basement",), ("Second Floor",),
    ("Attic Floor",), ("Third Floor",), ("Fourth Floor",), ("Fifth Floor",), ("Garden Level",),
)  # fmt: skip
_AREAS_A_FLOOR, _ENTITIES_AN_AREA = 6, 9
_WHICH = (
    "Left", "Right", "Corner", "Big", "Little", "Old", "New", "Oak", "Brass", "Copper", "Green",
    "Blue", "Anna's", "Ben's", "Maya's", "Oscar's", "Reading", "Window", "Table", "Shelf", "Wine",
    "Fjord", "Tolomeo", "Himalaya", "Bamboo", "Arcade", "Piano", "Aquarium", "Bar", "Cat",
)  # fmt: skip
_THINGS = {
    "light": (24, "Ceiling Light, Floor Lamp, Lamp, Spotlights, Pendant, Light Strip"),
    "sensor": (18, "Temperature|temperature, Humidity|humidity, Power|power, Battery|battery"),
    "switch": (12, "Kettle, Coffee Maker, Printer, Plug, Heater, Pump, Charger"),
    "binary_sensor": (11, "Window|window, Motion|motion, Door|door, Smoke Detector|smoke"),
    "cover": (8, "Blind|blind, Curtains|curtain, Shutter|shutter, Garage Door|garage"),
    "media_player": (6, "TV|tv, Speaker|speaker, Radio, Stereo|receiver"),
    "climate": (5, "Thermostat, Radiator, Air Conditioner"),
    "fan": (3, "Fan, Ceiling Fan, Extractor"),
    "lock": (2, "Door Lock, Front Door, Gate Lock"),
    "scene": (2, "Movie Night, Dinner, Good Night, Party Time, Sunrise"),
    "script": (1, "Leave Home, Bedtime, Water Plants"),
    "automation": (2, "Night Mode, Holiday Lights, Morning Blinds"),
    "button": (2, "Doorbell, Restart Router, Identify"),
    "camera": (1, "Camera, Doorbell Camera"),
    "vacuum": (1, "Rosie, Dusty, Robot Vacuum"),
    "lawn_mower": (1, "Shaun, Lawn Mower"),
    "valve": (1, "Tap, Sprinkler, Water Valve"),
    "humidifier": (1, "Humidifier, Dehumidifier"),
    "siren": (1, "Siren"),
    "todo": (1, "Shopping List, Chores, Packing List"),
    "person": (1, "Matilda, Theodore, Beatrix, Otto, Saoirse, Yusuf"),
    "weather": (1, "Forecast, Weather Station"),
}
"""Of each domain: how common it is, and its things, some with a device class."""
_NOWHERE = frozenset({"scene", "script", "automation", "todo", "person", "weather"})


def made_up_home(size: int, seed: int) -> dict[str, Any]:
    """A home of `size` entities, in the form of a home file; every domain is there from 22 on."""
    chance = random.Random(f"{size} {seed}")
    areas = _made_up_areas(max(2, round(size / _ENTITIES_AN_AREA)))
    floors = [
        {"id": _slug(name), "name": name, "aliases": aliases}
        for name, *aliases in _FLOORS[: math.ceil(len(areas) / _AREAS_A_FLOOR)]
    ]
    for place, area in enumerate(areas):
        area["floor"] = floors[place // _AREAS_A_FLOOR % len(floors)]["id"]
    weights = [weight for weight, _ in _THINGS.values()]
    more = chance.choices([*_THINGS], weights, k=max(0, size - len(_THINGS)))
    entities = []
    ids: Counter[str] = Counter()
    for domain in (*_THINGS, *more)[:size]:
        entity = _made_up_entity(domain, chance.choice(areas), chance)
        identifier = f"{domain}.{_slug(entity['name'])}"
        ids[identifier] += 1
        entities.append({"id": f"{identifier}__{ids[identifier]}", **entity})
    return {"floors": floors, "areas": areas, "entities": entities}


def _made_up_areas(number: int) -> list[dict[str, Any]]:
    """ "Kitchen", …, "North Kitchen", …, "Kitchen 2", …."""
    names = (
        " ".join(filter(None, (wing, room, str(again) if again > 1 else "")))
        for again in count(1)
        for wing in _WINGS
        for room in _ROOMS
    )
    return [{"id": _slug(name), "name": name} for name in islice(names, number)]


def _made_up_entity(domain: str, area: Mapping[str, Any], chance: random.Random) -> dict[str, Any]:
    """Named after its area, by a name of its own, or just as what it is; some have an alias."""
    thing, _, device_class = chance.choice(_THINGS[domain][1].split(", ")).partition("|")
    own = f"{chance.choice(_WHICH)} {thing}"
    longer = f"{chance.choice(_WHICH)} {own}"
    entity: dict[str, Any] = {"name": chance.choice((own, longer))}
    if domain not in _NOWHERE:
        entity["area"] = area["id"]
        names = (f"{area['name']} {thing}", own, longer, thing)
        entity["name"] = chance.choices(names, (5, 2, 2, 1))[0]
    if chance.random() < 0.15:
        entity["aliases"] = [f"{chance.choice(_WHICH)} {chance.choice(_WHICH)} {thing}"]
    if device_class:
        entity["device_class"] = device_class
    if domain == "light":
        entity["attributes"] = {"supported_color_modes": ["rgb"], "brightness": 128}
    return entity


def _slug(name: str) -> str:
    return "".join(c if c.isalnum() else "_" for c in name.lower())


# ---- The sentences

_PATTERNS = (
    "turn on the {light}", "switch the {switch} off", "set the {light} to forty percent",
    "is the {binary_sensor} open", "what is the {sensor}", "turn off all the lights in the {area}",
    "close the {cover}", "how warm is it in the {area}", "make the {light} blue",
    "turn on the {fan} and lock the {lock}", "turn off everything on the {floor}",
    "set the {climate} to 21 degrees in the {area}", "pause the {media_player}",
    "open the {cover} in the {area} and switch on the {light} and the {switch}",
)  # fmt: skip
_UNKNOWN = (
    "flux capacitor", "orangery sconce", "Vindkast", "popcorn machine", "left nostril", "Narnia",
    "carburettor lamp", "wishing well", "sputnik chandelier", "the thing over there",
)  # fmt: skip
_NASTY = (
    "💡🔥 turn on the 💡 lamp 🙏🏽👩‍👩‍👧",
    "включи свет на кухне",
    "打开客厅的灯",
    "أطفئ أضواء المطبخ",
    "t̷u̵r̶n̸ ̷o̴n̵ ̶t̷h̵e̸ ̷l̵a̷m̸p̶",
    "?!… — ‘’“”\t\n",
    "turn on the " + "lamp" * 122,
)


def sentences(home: Mapping[str, Any], number: int, seed: int) -> list[tuple[str, str | None]]:
    """About `number` sentences to say in a home, each with the id of the speaker's area or None.

    Half are of the exams, half of the patterns, in which three names in five are right, one is
    misheard and one unknown; then come nasty texts, two of them of 500 characters.
    """
    chance = random.Random(seed)
    exams = _said_in_exams()
    texts = chance.sample(exams, min(number // 2, len(exams)))
    patterns = islice(cycle(_PATTERNS), number - len(texts))
    texts += [_filled(pattern, home, chance) for pattern in patterns]
    names = [entity["name"] for entity in home["entities"]]
    heard = " and ".join(chance.choices(names, k=100))
    texts += [*_NASTY, f"turn on the {heard}"[:500], ", ".join(texts)[:500]]
    areas = [area["id"] for area in home["areas"]]
    return [(text, chance.choice(areas) if chance.random() < 0.5 else None) for text in texts]


@cache
def _said_in_exams() -> tuple[str, ...]:
    """All that is said in the exams whose sentences are written by hand."""
    files = (_EXAMS / name for name in ("several.yaml", "dialogue.yaml"))
    items = [item for file in files for item in yaml.safe_load(file.read_text("utf-8"))]
    return tuple(turn["say"] for item in items for turn in item.get("turns", [item]))


def _filled(pattern: str, home: Mapping[str, Any], chance: random.Random) -> str:
    """A pattern with a name in each of its slots, the same for the same slot."""
    slots = [part.partition("}")[0] for part in pattern.split("{")[1:]]
    return pattern.format_map({slot: _name(slot, home, chance) for slot in slots})


def _name(of: str, home: Mapping[str, Any], chance: random.Random) -> str:
    """A name of an area, a floor or an entity of a domain; misheard or unknown now and then."""
    section = f"{of}s" if of in {"area", "floor"} else "entities"
    named = [
        each for each in home[section] if section != "entities" or each["id"].startswith(f"{of}.")
    ]
    said = chance.choice(named)["name"].lower() if named else of.replace("_", " ")
    names = (said, _misheard(said, chance), chance.choice(_UNKNOWN))
    return chance.choices(names, (3, 1, 1))[0]


def _misheard(name: str, chance: random.Random) -> str:
    """A name with one or two letters taken for others, as speech to text might."""
    letters = list(name)
    for _ in range(chance.choice((1, 1, 2))):
        letters[chance.randrange(len(letters))] = chance.choice("aeioutdsnr ")
    return "".join(letters).strip() or name


# ---- Measuring


class _Metered:
    """A tagger that adds up the processor time it takes."""

    def __init__(self, tagger: Tagger) -> None:
        self._tagger = tagger
        self.spent_s = 0.0

    def tag(self, text: str) -> Tagging:
        begin = time.process_time()
        try:
            return self._tagger.tag(text)
        finally:
            self.spent_s += time.process_time() - begin


def _measured_apart(
    home: Mapping[str, Any], said: Sequence[tuple[str, str | None]], rounds: int
) -> Figures:
    """The figures, from a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.understanding", "--inside"],
        input=json.dumps({"home": home, "said": said, "rounds": rounds}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        problem = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise LaresError(problem.removeprefix(_ERROR))
    return Figures(**json.loads(done.stdout.splitlines()[-1]))


def _measure(
    home: Mapping[str, Any], said: Sequence[tuple[str, str | None]], rounds: int
) -> Figures:
    """Read every sentence `rounds` times in a home; all in this process."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    importlib.import_module("edge.commands.understand")  # what `lares parse` imports
    app = App(Config())
    tagger = _Metered(app.models.tagger)
    graph = Home.from_data(home, "the home made up")
    devices = MqttDevices(LoopbackBroker(VirtualHome(Home())), graph)
    times: list[list[float]] = [[] for _ in said]
    tagging: list[list[float]] = [[] for _ in said]
    builds = []
    for _ in range(rounds):
        begin = time.process_time()
        Resolver(graph)
        builds.append((time.process_time() - begin) * 1000)
        assistant = Assistant(
            tagger=tagger,
            devices=devices,
            skills=ALL,
            policy=app.policy,
            audit=Audit(None),
            events=app.events,
            confidence=app.config.nlu.confidence,
            confirm_s=0.0,
        )
        assistant.parse(Transcript("warm up", "text"))
        for place, (text, area) in enumerate(said):
            tagger.spent_s = 0.0
            begin = time.process_time()
            assistant.parse(Transcript(text, "text"), area=area)
            times[place].append((time.process_time() - begin) * 1000)
            tagging[place].append(tagger.spent_s * 1000)
    each = [statistics.median(one) for one in times]
    worst = max(range(len(said)), key=each.__getitem__)
    return Figures(
        entities=len(graph.entities),
        sentences=len(said),
        p50_ms=round(float(np.quantile(each, 0.5)), 2),
        p95_ms=round(float(np.quantile(each, 0.95)), 2),
        worst_ms=round(each[worst], 2),
        worst_text=said[worst][0],
        tagging_p50_ms=round(statistics.median(map(statistics.median, tagging)), 2),
        build_ms=round(statistics.median(builds), 1),
        memory_mb=_peak_mb(),
    )


def _peak_mb() -> float | None:
    """The peak resident size of this process above that of a bare interpreter's, if it is told.

    From /proc, whose peak begins with the program; what getrusage tells begins with the parent's.
    """
    if not _STATUS.exists():
        return None
    bare = subprocess.run(
        [sys.executable, "-c", f"print(open({str(_STATUS)!r}).read())"],
        capture_output=True,
        text=True,
        check=True,
    )
    peaks = [
        next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))
        for status in (_STATUS.read_text(), bare.stdout)
    ]
    return round((peaks[0] - peaks[1]) / 1024, 1)


# ---- Telling


def _print(figures: Sequence[Figures]) -> None:
    table = Table(title=f"Understanding {figures[0].sentences} sentences, one thread")
    for column, _ in _COLUMNS:
        table.add_column(column, justify="right")
    for one in figures:
        told = (getattr(one, name) for _, name in _COLUMNS)
        table.add_row(*("–" if value is None else f"{value:,}" for value in told))
    console = Console(highlight=False)
    console.print(table)
    console.print(_LEGEND, style="dim")
    for name, well in reached(figures).items():
        value = next(getattr(one, name) for one in figures if one.entities == FLOOR_SIZE)
        mark = "[green]reached[/]" if well else "[red]missed[/]"
        label = next(label for label, of in _COLUMNS if of == name)
        unit = "MB" if name == "memory_mb" else f"ms {label}"
        console.print(f"{FLOOR_SIZE} entities: {value} of at most {FLOORS[name]:g} {unit}: {mark}")
    worst = max(figures, key=lambda one: one.worst_ms)
    console.print(
        f"The slowest: {worst.worst_text[:60]!r} ({len(worst.worst_text)} characters)",
        markup=False,
        style="dim",
    )
    console.print(CLAUSES, style="dim")


def _draw(figures: Sequence[Figures], file: Path) -> None:
    """Median and 95 % over the entities, both axes logarithmic."""
    try:
        importlib.import_module("matplotlib").use("Agg")
        plots = importlib.import_module("matplotlib.pyplot")
    except ModuleNotFoundError:
        print("no picture is drawn: matplotlib is not installed", file=sys.stderr)
        return
    figure, axes = plots.subplots(figsize=(7, 4.5))
    sizes = [one.entities for one in figures]
    axes.loglog(sizes, [one.p95_ms for one in figures], "o-", label="95 %")
    axes.loglog(sizes, [one.p50_ms for one in figures], "o-", label="median")
    axes.loglog(sizes, [one.tagging_p50_ms for one in figures], ":", label="of it tagging")
    axes.set(xlabel="entities in the home", ylabel="ms a sentence", title="Understanding")
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_formatter("{x:g}")
    axes.grid(visible=True, which="both", alpha=0.3)
    axes.legend()
    try:
        figure.savefig(file, bbox_inches="tight")
    except (OSError, ValueError) as error:
        raise LaresError(f"the picture cannot be drawn as {file}: {error}") from error


if __name__ == "__main__":
    sys.exit(main())
