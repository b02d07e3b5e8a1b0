"""Whether questions find their source in the house's documents, and whether it is known what is not
in them.

    lares bench knowledge [--half development] [--misses] [--json]

1. The demo's handbook is added to an index of its own, which is timed.
2. Each answerable question of `knowledge_questions.yaml` searches it, by words (FTS5), by meaning
   (MiniLM) and by both: is the first passage of the right source, is one of the first three, and
   does one of these hold the very words that answer? Six sources are few: three passages drawn by
   chance are of the right one about every second time, the right passage is one of about forty.
3. All questions are asked. Of the answerable ones an answer is right when it quotes those words; of
   the unanswerable ones every answer is wrong.

The half "development" is what thresholds were measured on. Figures to be believed are those of
"examination".
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import yaml
from rich.console import Console
from rich.table import Table

from edge.demo.handbook import HANDBOOK
from edge.knowledge.answering import Match
from edge.knowledge.embedding import MODEL_NAME, MiniLm
from edge.knowledge.index import Index
from edge.knowledge.knowledge import BEST, Knowledge, Ranking
from edge.types import LaresError
from models.catalog import Catalog

QUESTIONS = Path(__file__).with_name("knowledge_questions.yaml")
Half = Literal["development", "examination"]
FLOOR = 0.9
"""Share of questions whose source is to be among the first three passages."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question to the handbook."""

    ask: str
    source: str
    """Name of the file that answers it."""
    says: str
    """What it says there, word for word."""


@dataclass(frozen=True, slots=True)
class Questions:
    """Half of the questions."""

    answerable: tuple[Question, ...]
    unanswerable: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """How well one ranking finds, in shares of the answerable questions."""

    ranking: Ranking
    questions: int
    source_first: float
    source_in_three: float
    passage_in_three: float
    ms: float
    """Median of a search."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is answered."""

    ranking: Ranking
    answerable: int
    right: float
    """Share of the answerable questions whose answer quotes what answers them."""
    right_source: float
    """Share of them whose answer is of the right source."""
    silent: float
    """Share of them to which nothing is said."""
    unanswerable: int
    invented: float
    """Share of the unanswerable questions to which something is said."""
    ms: float
    """Median of a question."""


def main(argv: Sequence[str] | None = None) -> int:
    """Measure; print tables or JSON. Exit code 1 when FLOOR is missed, or 0."""
    parser = argparse.ArgumentParser(
        prog="lares bench knowledge", description=__doc__.split("\n", maxsplit=1)[0]
    )
    parser.add_argument("--half", choices=get_args(Half), default="examination")
    parser.add_argument("--misses", action="store_true", help="each question that went wrong")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args(argv)
    asked = questions(arguments.half)
    model = Catalog.load().installed(MODEL_NAME)
    if model is None:
        raise LaresError(f"expected the embedder: lares models fetch {MODEL_NAME}")
    console = Console(stderr=arguments.json)
    with tempfile.TemporaryDirectory() as folder:
        index = Index(Path(folder, "knowledge.db"))
        knowledge = Knowledge(index, MiniLm(model))
        begin = time.perf_counter()
        passages = knowledge.add([HANDBOOK]).passages
        rate = passages / (time.perf_counter() - begin)
        finds = [searched(knowledge, asked, ranking) for ranking in get_args(Ranking)]
        tells = [answered(knowledge, asked, "both"), answered(Knowledge(index), asked, "words")]
        if arguments.misses:
            _print_misses(knowledge, asked, console)
    fused = next(one for one in finds if one.ranking == "both")
    reached = fused.source_in_three >= FLOOR
    if arguments.json:
        content: dict[str, Any] = {
            "half": arguments.half,
            "passages": passages,
            "passages_a_second": round(rate, 1),
            "searches": [asdict(one) for one in finds],
            "answers": [asdict(one) for one in tells],
            "floor_reached": reached,
        }
        print(json.dumps(content, indent=2))
        return 0 if reached else 1
    _print(console, arguments.half, finds, tells)
    console.print(f"{passages} passages, {rate:.0f} a second when they are added.")
    console.print(f"Right source in three ≥ {FLOOR:.0%}: {'reached' if reached else 'missed'}")
    return 0 if reached else 1


def questions(half: Half) -> Questions:
    """The questions of one half."""
    data = yaml.safe_load(QUESTIONS.read_text(encoding="utf-8"))[half]
    return Questions(
        tuple(Question(**one) for one in data["answerable"]), tuple(data["unanswerable"])
    )


def searched(knowledge: Knowledge, asked: Questions, ranking: Ranking) -> Found:
    """How well one ranking finds the answerable questions' sources."""
    first = in_three = passage = 0
    times = []
    for question in asked.answerable:
        begin = time.perf_counter()
        matches = knowledge.search(question.ask, BEST, by=ranking)
        times.append(time.perf_counter() - begin)
        sources = [match.stored.path.name for match in matches]
        first += sources[:1] == [question.source]
        in_three += question.source in sources
        passage += any(_holds(match, question) for match in matches)
    count = len(asked.answerable)
    return Found(
        ranking,
        count,
        source_first=round(first / count, 4),
        source_in_three=round(in_three / count, 4),
        passage_in_three=round(passage / count, 4),
        ms=round(statistics.median(times) * 1000, 2),
    )


def answered(knowledge: Knowledge, asked: Questions, ranking: Ranking) -> Told:
    """What is said to all questions; `ranking` is only the name of it."""
    right = source = silent = 0
    times = []
    for question in asked.answerable:
        begin = time.perf_counter()
        answer = knowledge.ask(question.ask)
        times.append(time.perf_counter() - begin)
        if answer is None:
            silent += 1
            continue
        right += question.says in answer.text
        source += answer.path.name == question.source
    invented = sum(knowledge.ask(ask) is not None for ask in asked.unanswerable)
    count, others = len(asked.answerable), len(asked.unanswerable)
    return Told(
        ranking,
        answerable=count,
        right=round(right / count, 4),
        right_source=round(source / count, 4),
        silent=round(silent / count, 4),
        unanswerable=others,
        invented=round(invented / others, 4),
        ms=round(statistics.median(times) * 1000, 2),
    )


def _holds(match: Match, question: Question) -> bool:
    return question.says in match.stored.passage.text


def _print(console: Console, half: str, finds: Sequence[Found], tells: Sequence[Told]) -> None:
    names = {"words": "words (FTS5)", "meaning": "meaning (MiniLM)", "both": "both, fused"}
    table = Table(
        "search", "questions", "source first", "in three", "passage in three", "ms",
        title=f"Questions to the handbook, {half}",
    )  # fmt: skip
    for one in finds:
        shares = (one.source_first, one.source_in_three, one.passage_in_three)
        row = (names[one.ranking], str(one.questions), *map(_percent, shares), f"{one.ms:.1f}")
        table.add_row(*row)
    console.print(table)
    table = Table(
        "answers", "answerable", "right words", "right source", "“I don't know”",
        "unanswerable", "answered", "ms",
    )  # fmt: skip
    for told in tells:
        shares = (told.right, told.right_source, told.silent)
        table.add_row(
            names[told.ranking], str(told.answerable), *map(_percent, shares),
            str(told.unanswerable), _percent(told.invented), f"{told.ms:.1f}",
        )  # fmt: skip
    console.print(table)


def _print_misses(knowledge: Knowledge, asked: Questions, console: Console) -> None:
    for question in asked.answerable:
        answer = knowledge.ask(question.ask)
        if answer is None or question.says not in answer.text:
            said = "nothing" if answer is None else f"{answer.text} ({answer.score})"
            console.print(
                f"{question.ask}\n  wanted: {question.says}\n  said: {said}", markup=False
            )
    for ask in asked.unanswerable:
        answer = knowledge.ask(ask)
        if answer is not None:
            console.print(f"{ask}\n  said: {answer.text} ({answer.score})", markup=False)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


if __name__ == "__main__":
    sys.exit(main())
