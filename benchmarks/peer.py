"""Lares beside a peer, the Whisper server that is made for Home Assistant: the same clips, the same
model, the same machine.

    python -m benchmarks.peer [--clips N] [--venv DIR] [--beam N] [--threads N] [--json]

The peer is `wyoming-faster-whisper`, installed from PyPI into a virtual environment of its own. It
runs as it is installed, and once more with the words of the home or of the domain as its prompt,
which is what it does with the names that Home Assistant tells it. All use the files of
`whisper-base` in 8-bit integers and as many threads as Lares.

- *home*: the demo's commands and `home_commands.txt`, in the synthetic voices of this machine; the
  text that was heard goes to the same assistant, and is right when it does what the typed sentence
  does (`benchmarks.spoken_home`);
- *orders*: real spoken orders, clean and with a kitchen 12 and 6 dB softer, understood by the same
  interpreter (`benchmarks.orders`).

Each clip is heard by one after the other, in turn first, so that whatever else the machine does
burdens all alike. The *latency* runs from the last of the sound to the transcript.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.mixing import mix, read
from benchmarks.orders import orders, spoken_orders
from benchmarks.peer_server import installed, server, transcribe, version
from benchmarks.spoken_home import COMMANDS, alike, effect, lines, typed
from benchmarks.voices import voices
from edge.app import App
from edge.config import Config
from edge.demo.recordings import recordings
from edge.domain.automaton import Automaton
from edge.domain.domain import Domain
from edge.domain.interpreter import DomainInterpreter
from edge.ears import vocabulary_of
from edge.types import SAMPLE_RATE, LaresError, Samples, Transcript, Utterance
from edge.voice.stt import SpeechToText
from edge.voice.vocabulary import Vocabulary

RATIOS: tuple[float | None, ...] = (None, 12.0, 6.0)
SEED = 5
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """A sound, and what is right."""

    condition: str
    """A voice, or a ratio of speech to noise."""
    samples: Samples
    asked: Any
    """The effect of the typed sentence, or an order's intent and slots."""


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """What one hearer made of a clip."""

    hearer: str
    clip: Clip
    transcript: Transcript
    seconds: float
    """From the last of the sound to the transcript."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What one hearer reached in one part; times in milliseconds, shares from 0 to 1."""

    part: str
    hearer: str
    clips: int
    p50_ms: float
    p95_ms: float
    right: float
    by_condition: Mapping[str, float]
    """The share that was right, in each condition."""
    missed: tuple[str, ...]
    """What was heard in the clips that went wrong."""


Judge = Callable[[Clip, Transcript], Awaitable[bool]]
"""Whether what was heard leads to what was asked for."""


class Hearer(Protocol):
    """Writes an utterance down."""

    @property
    def name(self) -> str: ...

    def hear(self, samples: Samples) -> tuple[Transcript, float]:
        """The transcript, and the seconds from the last of the sound to it."""


@dataclass(frozen=True, slots=True)
class Own:
    """Our own speech to text."""

    stt: SpeechToText
    name: str = "lares"

    def hear(self, samples: Samples) -> tuple[Transcript, float]:
        session = self.stt.session()
        session.feed(samples)
        end = len(samples) / SAMPLE_RATE
        begin = time.perf_counter()
        transcript = session.finish(Utterance(samples, 0.0, end, "source"))
        return transcript, time.perf_counter() - begin


@dataclass(frozen=True, slots=True)
class Peer:
    """A server that speaks the Wyoming protocol on a port of this machine."""

    port: int
    name: str

    def hear(self, samples: Samples) -> tuple[Transcript, float]:
        answer = transcribe(self.port, samples)
        return Transcript(answer.text.strip(), "whisper"), answer.seconds


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print a table, or JSON. Exit code 1 when the peer cannot be had."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--clips", type=int, default=24, metavar="N", help="of each part")
    parser.add_argument("--venv", type=Path, help="where the peer is, or is to be installed")
    parser.add_argument("--beam", type=int, default=0, help="of the peer; 0: as it chooses")
    parser.add_argument("--threads", type=int, default=Config().stt.threads)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args(argv)
    try:
        with tempfile.TemporaryDirectory(prefix="lares-peer-") as scratch:
            python = installed(arguments.venv or Path(scratch) / "venv")
            figures = asyncio.run(_measured(arguments, python, Path(scratch)))
            told = version(python)
    except LaresError as error:
        print(f"peer: {error}", file=sys.stderr)
        return 1
    if arguments.json:
        print(json.dumps({"peer": told, "figures": [asdict(f) for f in figures]}, indent=2))
    else:
        _print(told, figures)
    return 0


async def _measured(arguments: argparse.Namespace, python: Path, scratch: Path) -> list[Figures]:
    config = Config().with_value("stt.engine", "whisper", "--engine")
    app = App(config.with_value("stt.threads", arguments.threads, "--threads"))
    model = app.models.catalog.installed("whisper-base")
    if model is None:
        raise LaresError("expected the model whisper-base: lares models fetch whisper-base")
    folder = spoken_orders()
    how = {"threads": arguments.threads, "beam": arguments.beam}
    run = partial(server, python, model, scratch, **how)
    with run() as port:
        beside = _Beside(app, Peer(port, "peer"), run, arguments.clips)
        return [*await beside.home(), *await beside.orders(folder)]


@dataclass(frozen=True, slots=True)
class _Beside:
    """Lares, the peer as it is, and how it is started with a prompt."""

    app: App
    plain: Peer
    run: Callable[..., contextlib.AbstractContextManager[int]]
    clips: int

    async def home(self) -> list[Figures]:
        home = self.app.home()
        clips = await home_clips(self.app, self.clips)

        async def does_it(clip: Clip, heard: Transcript) -> bool:
            return alike(await effect(self.app, home, heard), clip.asked)

        async with self.app.virtual(home) as household:
            own = Own(self.app.hearing(household.devices))
            with self._hearers(own, vocabulary_of(home).prompt()) as hearers:
                return await judged("home", in_turn(hearers, clips), does_it)

    async def orders(self, folder: Path) -> list[Figures]:
        domain = Domain.read(folder / "domain.yaml")
        automaton = Automaton.of(domain)
        understand = DomainInterpreter(automaton).understand
        clips = order_clips(folder, self.clips)

        async def is_it(clip: Clip, heard: Transcript) -> bool:
            intent = understand(heard)
            return intent is not None and (intent.name, dict(intent.slots)) == clip.asked

        own = Own(self.app.ears.stt_of(Vocabulary(grammar=automaton.grammar(), closed=True)))
        with self._hearers(own, _prompt(domain)) as hearers:
            return await judged("orders", in_turn(hearers, clips), is_it)

    @contextlib.contextmanager
    def _hearers(self, own: Own, prompt: str) -> Iterator[tuple[Hearer, ...]]:
        with self.run(prompt=prompt) as port:
            yield own, self.plain, Peer(port, "peer, prompted")


async def home_clips(app: App, count: int) -> list[Clip]:
    """So many of the sentences, evenly taken from all, one voice after the other."""
    found = voices()
    if not found:
        raise LaresError("expected a voice: install flite or espeak-ng, or run `make speech`")
    sentences = dict.fromkeys((*(one.text for one in recordings()), *lines(COMMANDS)))
    taken = _evenly([*sentences], count)
    effects = await typed(app, app.home(), taken)
    return [
        Clip(voice, say(text), effects[text])
        for text, (voice, say) in zip(taken, cycle(found.items()), strict=False)
    ]


def order_clips(folder: Path, count: int) -> list[Clip]:
    """About so many clips: the same orders, evenly taken from all, at each ratio."""
    noise = read(folder / "kitchen-noise.flac")
    taken = _evenly(orders(folder), max(1, count // len(RATIOS)))
    clips = []
    for snr_db in RATIOS:
        rng = np.random.default_rng(SEED)
        condition = "clean" if snr_db is None else f"{snr_db:g} dB"
        for order in taken:
            sound = mix(order.samples, noise, snr_db, rng)
            clips.append(Clip(condition, sound, (order.intent, order.slots)))
    return clips


def in_turn(hearers: Sequence[Hearer], clips: Sequence[Clip]) -> Iterator[Heard]:
    """What each hearer hears in each clip, another one first each time.

    Before that each hears the first clip once, which does not count: models warm up.
    """
    for hearer in hearers if clips else ():
        hearer.hear(clips[0].samples)
    for number, clip in enumerate(clips):
        first = number % len(hearers)
        for hearer in (*hearers[first:], *hearers[:first]):
            transcript, seconds = hearer.hear(clip.samples)
            yield Heard(hearer.name, clip, transcript, seconds)


async def judged(part: str, heard: Iterable[Heard], judge: Judge) -> list[Figures]:
    """The figures of each hearer, in the order in which they were heard first."""
    found: dict[str, list[tuple[Heard, bool]]] = {}
    for each in heard:
        right = await judge(each.clip, each.transcript)
        found.setdefault(each.hearer, []).append((each, right))
    return [_figures(part, hearer, results) for hearer, results in found.items()]


def _figures(part: str, hearer: str, results: Sequence[tuple[Heard, bool]]) -> Figures:
    seconds = [heard.seconds for heard, _ in results]
    conditions: defaultdict[str, list[bool]] = defaultdict(list)
    for heard, right in results:
        conditions[heard.clip.condition].append(right)
    return Figures(
        part=part,
        hearer=hearer,
        clips=len(results),
        p50_ms=round(1000 * float(np.quantile(seconds, 0.5)), 1),
        p95_ms=round(1000 * float(np.quantile(seconds, 0.95)), 1),
        right=statistics.mean(right for _, right in results),
        by_condition={name: statistics.mean(rights) for name, rights in conditions.items()},
        missed=tuple(
            f"{heard.clip.condition}: {heard.transcript.text}"
            for heard, right in results
            if not right
        ),
    )


def _prompt(domain: Domain) -> str:
    """Every way in which a value of the domain is said."""
    ways = (way for values in domain.slots.values() for said in values.values() for way in said)
    return ", ".join(dict.fromkeys(ways)) + "."


def _evenly(items: Sequence[_T], count: int) -> list[_T]:
    places = np.linspace(0, len(items) - 1, min(count, len(items))).astype(int)
    return [items[place] for place in places]


def _print(peer: str, figures: Sequence[Figures]) -> None:
    table = Table("", "", "clips", "median", "95 %", "right", "", title=f"Beside {peer}")
    for column in table.columns[2:6]:
        column.justify = "right"
    for one in figures:
        conditions = (f"{name} {share:.0%}" for name, share in one.by_condition.items())
        table.add_row(
            one.part,
            one.hearer,
            str(one.clips),
            f"{one.p50_ms:.0f} ms",
            f"{one.p95_ms:.0f} ms",
            f"{one.right:.1%}",
            ", ".join(conditions) if one.part == "orders" else "",
        )
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
