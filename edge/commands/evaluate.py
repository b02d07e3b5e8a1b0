"""`lares eval`: how well sentences are understood, and what is done, suite by suite.

The tagger's suites ask for intents and slots (`models.evaluate`); the exams talk to the whole
assistant, on virtual devices in homes of their own (`models.exams`).
"""

from __future__ import annotations

import asyncio
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from rich.console import Console

from edge.app import App
from edge.commands.needed import needed
from edge.config import Config
from edge.home.graph import Home
from edge.home.states import States
from edge.nlu.resolver import Resolver
from edge.types import LaresError, Outcome, Tagging, Transcript, Understanding
from models.corpus_open import corpora_folder
from models.evaluate import SUITES, Resolve, as_json, run, table
from models.exams import dialogue, leaderboard, new_homes, several
from models.exams.conversation import Conversation, Converse
from models.labels import Example
from models.scores import SuiteResult

SEED = 7
_WITH_CORPUS = frozenset({"held-out", "ha-intents-en", "slurp"})
"""Suites for which it must be known what the tagger was trained on."""
_LEADERBOARD = {
    "assist-mini": Path("home-leaderboard/assist-mini"),
    "intents": Path("home-leaderboard/intents"),
}
_EXAMS: Mapping[str, Callable[[Converse], SuiteResult]] = {
    "several": several.suite,
    "dialogue": dialogue.suite,
    "new-homes": new_homes.suite,
}
_HOUSEHOLDS = "households"
ALL_SUITES = (*SUITES, *_LEADERBOARD, _HOUSEHOLDS, *_EXAMS)


def evaluate(arguments: Namespace) -> int:
    """Judge the shipped tagger and the assistant on the suites, all at hand by default."""
    place = corpora_folder(None)
    unknown = [suite for suite in arguments.suites if suite not in ALL_SUITES]
    if unknown:
        raise LaresError(f"expected suites of {', '.join(ALL_SUITES)}, found {unknown[0]}")
    suites = arguments.suites or (ALL_SUITES if place else ("held-out", _HOUSEHOLDS, *_EXAMS))
    console = Console()
    app = App(Config.load(arguments.config))
    results: list[SuiteResult] = []
    with console.status("", spinner="dots") as status:
        held_out, trained_on = _corpus(place) if _WITH_CORPUS.intersection(suites) else ((), ())
        for suite in suites:
            status.update(f"{suite} …")
            if suite in SUITES:
                results += run(
                    (suite,),
                    app.models.tagger.tag,
                    resolver_of=resolver_of,
                    held_out=held_out,
                    trained_on=trained_on,
                    confidence=app.config.nlu.confidence,
                )
            else:
                results.append(_exam(suite, app, place))
    if arguments.json:
        print(as_json(results))
        return 0
    console.print(table(results))
    if arguments.misses:
        for result in results:
            for miss in result.misses:
                console.print(f"{result.suite}: {miss.text!r}", style="bold", markup=False)
                console.print(f"  expected {miss.expected}\n  found    {miss.found}", markup=False)
    return 0


def _exam(suite: str, app: App, place: Path | None) -> SuiteResult:
    if suite in _EXAMS:
        return _EXAMS[suite](_converse(app, agreed=False))
    if suite == _HOUSEHOLDS:
        return leaderboard.suite(suite, leaderboard.HOUSEHOLDS, _converse(app, agreed=True))
    if place is None:
        raise LaresError(
            f"expected the corpora for the suite {suite}, found none: set LARES_CORPORA"
        )
    return leaderboard.suite(suite, place / _LEADERBOARD[suite], _converse(app, agreed=True))


def _converse(app: App, *, agreed: bool) -> Converse:
    """Plays conversations with the assistant, on virtual devices.

    `agreed` answers "shall I?" with yes.
    """

    async def play(conversation: Conversation, acting: bool) -> list[Outcome]:
        async with app.virtual(app.home(conversation.home)) as household:
            await household.set_up(conversation.setup)
            assistant = household.assistant
            outcomes = []
            for turn in conversation.turns:
                transcript = Transcript(turn.text, "text")
                outcomes.append(
                    await assistant.handle(transcript, area=turn.area, agreed=agreed)
                    if acting
                    else assistant.parse(transcript, area=turn.area)
                )
            return outcomes

    def converse(
        conversations: Iterable[Conversation], acting: bool
    ) -> Iterator[Sequence[Outcome]]:
        with asyncio.Runner() as runner:
            for conversation in conversations:
                yield runner.run(play(conversation, acting))

    return converse


def _corpus(place: Path | None) -> tuple[Sequence[Example], Sequence[Example]]:
    """What was held out and what was trained on, made anew."""
    (corpora,) = needed("judging", "models.corpus")
    corpus = corpora.build(SEED, corpora=place)
    return corpus.held_out, corpus.train


def resolver_of(home_file: Path) -> Resolve:
    """A resolver for the home in a file, whose devices are in their first states."""
    home = Home.from_yaml(home_file)
    resolver, states = Resolver(home), States(home.initial_states())

    def resolve(tagging: Tagging, area: str | None) -> Understanding:
        return resolver.resolve(tagging, states, area)

    return resolve
