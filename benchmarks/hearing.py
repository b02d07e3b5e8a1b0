"""How well speech is heard: real orders in kitchen noise, home commands in synthetic voices, and
talk that is no command.

    python -m benchmarks.hearing [--part NAME …] [--engine NAME …] [--every N] [--json]
                                 [--commands FILE] [--picture FILE] [--misses]

- *orders*: `benchmarks.orders`, on the corpus `spoken-orders` (LARES_CORPORA names another place);
- *home*: `benchmarks.spoken_home`, in at least six voices; `--commands` names other sentences, such
  as home_commands_unseen.txt;
- *talk*: everyday sentences in the same voices that lead to nothing when typed, and, in the domain
  of the orders, all of them: the share that is taken for a command.

`--every 4` takes every fourth clip and sentence. `benchmarks.pipeline` measures the time from the
end of speech to the message, `benchmarks.wake` the wake words, `benchmarks.peer` another server.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.curve import draw
from benchmarks.mixing import read
from benchmarks.orders import RATIOS, Heard, hear, orders, spoken_orders, transcribe
from benchmarks.spoken_home import COMMANDS, TALK, lines, spoken, typed
from benchmarks.voices import Say, voices
from edge.app import App
from edge.config import Config
from edge.domain.automaton import Automaton
from edge.domain.domain import Domain
from edge.domain.interpreter import DomainInterpreter
from edge.types import LaresError
from edge.voice.vocabulary import Vocabulary

PARTS = ("orders", "home", "talk")
ENGINES = ("whisper", "pocketsphinx")
RHINO = 0.976
"""Rhino's share of orders understood, averaged over café and kitchen noise at 6 to 24 dB, as its
makers' public benchmark states it. Its 619 clips hold ours."""
_TALK_EVERY = 3


@dataclass(frozen=True, slots=True)
class Figures:
    """What one engine reached; shares from 0 to 1."""

    engine: str
    orders: dict[str, float] = field(default_factory=dict)
    """Right ones, by ratio ("6 dB" … "24 dB", "clean")."""
    orders_mean: float | None = None
    """Over the ratios with noise."""
    orders_s: float | None = None
    """What hearing and understanding one takes, median."""
    home: dict[str, float] = field(default_factory=dict)
    """Right actions, by voice."""
    home_all: float | None = None
    talk_home: float | None = None
    """Share of other sentences by which a home's state changes."""
    talk_home_sentences: int = 0
    talk_domain: float | None = None
    """Share of other sentences that are taken for an order."""
    talk_domain_sentences: int = 0


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print a table, or JSON. Exit code 2 when a corpus or an engine is missing."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--part", action="append", choices=PARTS)
    parser.add_argument("--engine", action="append", choices=ENGINES)
    parser.add_argument("--every", type=int, default=1, metavar="N")
    parser.add_argument("--commands", type=Path, default=COMMANDS, metavar="FILE")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--misses", action="store_true", help="tell each that went wrong")
    parser.add_argument("--picture", type=Path, help="draw the orders' curves here, as an SVG")
    arguments = parser.parse_args(argv)
    console = Console(stderr=True)
    try:
        figures = [
            asyncio.run(_Run(engine, arguments, console).figures())
            for engine in arguments.engine or ENGINES
        ]
    except LaresError as error:
        print(f"hearing: {error}", file=sys.stderr)
        return 2
    if arguments.picture:
        curves = {f.engine: {_ratio(name): s for name, s in f.orders.items()} for f in figures}
        title = "Spoken orders wholly understood, in kitchen noise"
        arguments.picture.write_text(draw(title, curves, {"Rhino's mean": RHINO}), "utf-8")
    if arguments.json:
        print(json.dumps([asdict(each) for each in figures], indent=2))
    else:
        _print(figures)
    return 0


@dataclass(slots=True)
class _Run:
    """The measuring of one engine."""

    engine: str
    arguments: argparse.Namespace
    console: Console

    async def figures(self) -> Figures:
        parts = self.arguments.part or PARTS
        app = App(Config().with_value("stt.engine", self.engine, "--engine"))
        figures = Figures(self.engine)
        with self.console.status("") as status:
            for part in parts:
                status.update(f"{self.engine}: {part} …")
                match part:
                    case "orders":
                        figures = self._orders(app, figures)
                    case "home":
                        figures = await self._home(app, figures)
                    case _:
                        figures = await self._talk(app, figures)
        return figures

    def _orders(self, app: App, figures: Figures) -> Figures:
        folder = spoken_orders()
        automaton = Automaton.of(Domain.read(folder / "domain.yaml"))
        stt = app.ears.stt_of(Vocabulary(grammar=automaton.grammar(), closed=True))
        clips = orders(folder, self.arguments.every)
        noise = read(folder / "kitchen-noise.flac")
        heard: defaultdict[float | None, list[Heard]] = defaultdict(list)
        for each in hear(stt, DomainInterpreter(automaton), clips, noise):
            heard[each.snr_db].append(each)
            if not each.right:
                self._miss(f"{_label(each.snr_db)} {each.name}: {each.text!r} {each.understood}")
        shares = {_label(r): statistics.mean(h.right for h in heard[r]) for r in RATIOS}
        return replace(
            figures,
            orders=shares,
            orders_mean=statistics.mean(shares[_label(r)] for r in RATIOS if r is not None),
            orders_s=statistics.median(h.seconds for each in heard.values() for h in each),
        )

    async def _home(self, app: App, figures: Figures) -> Figures:
        sentences = lines(self.arguments.commands, self.arguments.every)
        wanted = await typed(app, app.home(), sentences)
        said = [each async for each in spoken(app, _voices(), wanted)]
        for each in said:
            if not each.right:
                self._miss(f"{each.voice}: {each.sentence!r} as {each.heard!r}: {each.speech}")
        right, all_ = Counter(s.voice for s in said if s.right), Counter(s.voice for s in said)
        return replace(
            figures,
            home={voice: right[voice] / all_[voice] for voice in all_},
            home_all=sum(right.values()) / len(said),
        )

    async def _talk(self, app: App, figures: Figures) -> Figures:
        effects = await typed(app, app.home(), lines(TALK, _TALK_EVERY * self.arguments.every))
        nothing = {text: effect for text, effect in effects.items() if not effect["changes"]}
        said = [each async for each in spoken(app, _voices(), nothing)]
        for each in said:
            if each.acted:
                self._miss(f"{each.voice}: {each.sentence!r} as {each.heard!r}: {each.speech}")
        return replace(
            figures,
            talk_home=statistics.mean(each.acted for each in said),
            talk_home_sentences=len(said),
            talk_domain=self._taken_for_orders(app, [*effects]),
            talk_domain_sentences=len(effects) * len(_voices()),
        )

    def _taken_for_orders(self, app: App, sentences: Sequence[str]) -> float:
        automaton = Automaton.of(Domain.read(spoken_orders() / "domain.yaml"))
        stt = app.ears.stt_of(Vocabulary(grammar=automaton.grammar(), closed=True))
        understand = DomainInterpreter(automaton).understand
        taken = []
        for voice, say in _voices().items():
            for sentence in sentences:
                transcript = transcribe(stt, say(sentence))
                intent = understand(transcript)
                taken.append(intent is not None)
                if intent is not None:
                    self._miss(f"{voice}: {sentence!r} as {transcript.text!r}: {intent.slots}")
        return statistics.mean(taken)

    def _miss(self, text: str) -> None:
        if self.arguments.misses:
            self.console.print(text, markup=False, highlight=False)


def _voices() -> Mapping[str, Say]:
    found = voices()
    if not found:
        raise LaresError("expected a voice: install flite or espeak-ng, or run `make speech`")
    return found


def _label(snr_db: float | None) -> str:
    return "clean" if snr_db is None else f"{snr_db:g} dB"


def _ratio(label: str) -> float | None:
    return None if label == "clean" else float(label.removesuffix(" dB"))


def _print(figures: Sequence[Figures]) -> None:
    table = Table("", *(each.engine for each in figures), box=None, header_style="dim")
    labels = [_label(ratio) for ratio in RATIOS]
    if any(each.orders for each in figures):
        for label in labels:
            table.add_row(f"orders, {label}", *(_share(f.orders.get(label)) for f in figures))
        table.add_row("orders, mean of 6 … 24 dB", *(_share(f.orders_mean) for f in figures))
        seconds = (f"{f.orders_s * 1000:.0f} ms" if f.orders_s else "" for f in figures)
        table.add_row("an order, median", *seconds)
    for voice in dict.fromkeys(voice for each in figures for voice in each.home):
        table.add_row(f"home, {voice}", *(_share(f.home.get(voice)) for f in figures))
    for name, attribute in (
        ("home, all voices", "home_all"),
        ("other talk, acted on", "talk_home"),
        ("other talk, taken for an order", "talk_domain"),
    ):
        if any(getattr(each, attribute) is not None for each in figures):
            table.add_row(name, *(_share(getattr(each, attribute)) for each in figures))
    talk = max((each.talk_home_sentences, each.talk_domain_sentences) for each in figures)
    if any(talk):
        table.caption = f"other talk: {talk[0]} sentences in the home, {talk[1]} in the domain"
    Console().print(table)


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"


if __name__ == "__main__":
    sys.exit(main())
