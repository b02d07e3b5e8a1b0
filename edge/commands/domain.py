"""`lares domain train FILE`, and `parse`, `say` and `hear` with `--domain NAME`.

A domain is understood by itself: no home, no devices. What was said comes out as its intent and its
slots; nothing is carried out.
"""

from __future__ import annotations

import json
import os
import sys
import time
from argparse import Namespace
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from edge.app import App
from edge.batch import Request, RequestError, error_response, merged, response
from edge.commands.ending import until_told
from edge.commands.sound import source, tell, tell_if_cut_off
from edge.commands.understood import tell_understood
from edge.config import Config
from edge.domain.automaton import Automaton
from edge.domain.domain import Domain
from edge.domain.store import checked_name, domain_dir, load, names, remove, save
from edge.domain.training import train as train_head
from edge.nlu.tagger import Tagger
from edge.types import LaresError, Outcome, Samples, Transcript
from hal.microphone import MicrophoneError
from hal.microphone_file import FileMicrophone

LONGEST_WHOLE_S = 30.0
"""A recording up to this long is one utterance, when no wake word is expected in it."""


def train(arguments: Namespace) -> int:
    """Make a domain of a file."""
    path: Path = arguments.file
    name = checked_name(arguments.name or path.stem.lower().replace(" ", "_"))
    begin = time.monotonic()
    domain = Domain.read(path)
    automaton = Automaton.of(domain)
    console = Console(highlight=False)
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Reading sentences of the domain", total=None)
        head, figures = train_head(
            domain,
            automaton,
            Tagger(),
            progress=lambda done, of: progress.update(task, completed=done, total=of),
        )
    place = save(_folder(), name, path, head, figures)
    if arguments.json:
        print(json.dumps({"name": name, "folder": str(place), **_figures(name)}))
        return 0
    console.print(
        f"The domain [bold]{name}[/bold] is trained, in {time.monotonic() - begin:.0f} s: "
        f"{len(domain.intents)} intents, {len(domain.slots)} kinds of slots, "
        f"{len(domain.words())} words. It is in {place}."
    )
    console.print(
        f"Of {figures.sentences} sentences put in other words than the file's, "
        f"{figures.right:.1%} are understood wholly; of {figures.talk} that are not for the "
        f"domain, {figures.taken:.1%} are taken for something in it."
    )
    console.print(f'Try it: lares parse --domain {name} "…", lares hear --domain {name} FILE')
    return 0


def list_(arguments: Namespace) -> int:
    """The domains there are; of one that cannot be used, why."""
    found, code = [], 0
    for name in names(_folder()):
        try:
            found.append(_figures(name))
        except LaresError as error:
            tell(error)
            code = 2
    if arguments.json:
        print(json.dumps(found))
        return code
    if not found:
        if not code:
            print("There is no domain yet. Train one with: lares domain train FILE")
        return code
    table = Table("domain", "intents", "words", "right", "taken", box=None, header_style="dim")
    for each in found:
        table.add_row(*(str(value) for value in each.values()))
    Console().print(table)
    return code


def forget(arguments: Namespace) -> int:
    """Remove a domain."""
    remove(_folder(), arguments.name)
    return 0


def answer(arguments: Namespace, requests: list[Request]) -> int:
    """Understand texts or sounds of the domain `arguments.domain`."""
    return until_told(_Answering(arguments).run(requests))


class _Answering:
    """One run of `parse`, `say` or `hear` in a domain."""

    def __init__(self, arguments: Namespace) -> None:
        config = Config.load(arguments.config)
        if arguments.engine:
            config = config.with_value("stt.engine", arguments.engine, "--engine")
        self._arguments = arguments
        self._app = App(config)
        self._ear = self._app.domain(load(_folder(), arguments.domain))

    async def run(self, requests: list[Request]) -> int:
        if self._arguments.batch:
            for line in sys.stdin:
                if line.strip():
                    print(json.dumps(await self._line(line)), flush=True)
            return 0
        code = 0
        for request in requests:
            try:
                async with aclosing(self._outcomes(request)) as outcomes:
                    async for outcome in outcomes:
                        self._show(outcome)
                        code = code if outcome.intents else max(code, 1)
            except MicrophoneError as error:
                tell(error)
                code = 2
        return code

    async def _line(self, line: str) -> dict[str, object]:
        try:
            request = Request.from_line(line)
            if request.home or request.setup or request.area or request.conversation:
                raise RequestError("a domain has no home: expected 'text' or 'file' only")
            outcomes = [outcome async for outcome in self._outcomes(request)]
        except LaresError as error:
            return error_response(error)
        return response(merged(outcomes))

    async def _outcomes(self, request: Request) -> AsyncGenerator[Outcome, None]:
        if request.file is None:
            yield self._ear.understand(Transcript(request.text or "", "text"))
            return
        microphone = source(request.file)
        wake = not getattr(self._arguments, "no_wake", False)
        if not wake and isinstance(microphone, FileMicrophone):
            samples = _whole(microphone)
            if samples is not None:
                tell_if_cut_off(microphone)
                yield self._ear.hear(samples)
                return
        silent = True
        listening = self._ear.listening(microphone, wake=wake)
        async with aclosing(aiter(listening)) as hearing:
            async for heard in hearing:
                silent = False
                ms = {"endpoint": heard.endpoint_ms, "stt": heard.stt_ms}
                yield self._ear.understand(heard.transcript, ms)
        tell_if_cut_off(microphone)
        if silent:
            yield Outcome(Transcript("", "none"))

    def _show(self, outcome: Outcome) -> None:
        if self._arguments.json:
            print(json.dumps(response(outcome)))
            return
        console = Console(highlight=False)
        tell_understood(outcome, console)
        if not outcome.intents:
            console.print("understood nothing of this domain")


def _whole(microphone: FileMicrophone) -> Samples | None:
    """All sound of a file; None when it is longer than one utterance can be."""
    frames = []
    with microphone:
        for frame in microphone:
            if frame.time >= LONGEST_WHOLE_S:
                return None
            frames.append(frame.samples)
    return np.concatenate(frames)


def _figures(name: str) -> dict[str, object]:
    trained = load(_folder(), name)
    return {
        "name": name,
        "intents": len(trained.domain.intents),
        "words": len(trained.domain.words()),
        "right": round(trained.figures.right, 4),
        "taken": round(trained.figures.taken, 4),
    }


def _folder() -> Path:
    return domain_dir(os.environ, Path.home())
