"""The tagger as it ships against its other forms and against a grammar, on the same sentences.

    python -m benchmarks.tagger [--training runs/tagger] [--rounds 5] [--json] [--out FILE]

- *int8*: the artefact that ships, by ONNX Runtime; *fp32*: the same before quantisation;
  *pytorch*: the network that was trained. The latter two need the training's folder.
- *hassil*: Home Assistant's own sentences, matched with the home's names, areas and floors.

The sentences are Home Assistant's English tests where the corpora are there (LARES_CORPORA), else a
few of our own. Each engine tags them one by one on one thread; "intent" is the share of right
intents, "exact" the share that has all slots right too, after the resolver. Of hassil only the
intent is judged, since Home Assistant adds slots after it. It matches the templates that Home
Assistant's package ships; some of the tests are of templates that the package has no more, and
those it cannot know. What is not installed is left out, with the reason.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from edge.home.graph import Home
from edge.home.states import States
from edge.nlu.resolver import Resolver
from edge.nlu.tagger import Tagger
from edge.types import OUT_OF_SCOPE, Intent, LaresError, Tagging, Understanding
from models.artifact import ARTIFACT, LABELS, MODEL, TOKENIZER, write_manifest
from models.corpus_open import corpora_folder, read_lines
from models.evaluate import HA_HOME, HA_INTENTS, same_slots

RUNS = Path("runs/tagger")
OWN_SENTENCES = (
    ("turn on the kitchen lights", "HassTurnOn"),
    ("set the bedroom lamp to fifty percent", "HassLightSet"),
    ("is the front door locked", "HassGetState"),
    ("close the blinds in the living room", "HassTurnOff"),
    ("set a timer for ten minutes", "HassStartTimer"),
    ("what is the capital of france", OUT_OF_SCOPE),
)
Understand = Callable[[str, str | None], Intent | None]
"""Reads a sentence said in an area (its name, or None); None where nothing is understood."""


@dataclass(frozen=True, slots=True)
class Question:
    """A sentence with the answer that is right for it."""

    text: str
    intent: str
    slots: Mapping[str, Any] | None
    """None: only the intent is known."""
    area: str | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """One engine on all sentences. Milliseconds for one sentence, without the resolver."""

    engine: str
    p50_ms: float
    p95_ms: float
    megabytes: float
    intent: float
    exact: float | None


def main(argv: Sequence[str] | None = None) -> int:
    """Measure what is installed; print a table or JSON."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--training", type=Path, default=RUNS, help="what `lares train` left")
    parser.add_argument("--rounds", type=int, default=5, help="times each sentence is timed")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--out", type=Path, help="also write the JSON here")
    arguments = parser.parse_args(argv)
    questions, home = _questions()
    figures: list[Figures] = []
    absent: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for name, make in _engines(arguments.training, Path(scratch), home).items():
            try:
                engine = make()
            except (ImportError, LaresError) as error:
                absent[name] = str(error)
                continue
            figures.append(_measured(name, engine, questions, arguments.rounds))
    content = {
        "sentences": len(questions),
        "engines": [asdict(one) for one in figures],
        "absent": absent,
    }
    told = json.dumps(content, indent=2)
    if arguments.out:
        arguments.out.write_text(told + "\n", encoding="utf-8")
    if arguments.json:
        print(told)
    else:
        _print(figures, absent, len(questions))
    return 0


@dataclass(frozen=True, slots=True)
class Engine:
    """Something that understands sentences."""

    tag: Callable[[str], object]
    """What is timed."""
    understand: Understand
    """What is scored."""
    size: int
    """Bytes of its model on disk; 0 for none."""
    fills_all_slots: bool = True


def _questions() -> tuple[list[Question], Home | None]:
    corpora = corpora_folder()
    if corpora is None or not (corpora / HA_INTENTS).exists():
        return [Question(text, intent, None) for text, intent in OWN_SENTENCES], None
    rows = read_lines(corpora / HA_INTENTS)
    questions = [Question(r["text"], r["intent"], r["slots"], r["area"]) for r in rows]
    return questions, Home.from_yaml(corpora / HA_HOME)


def _engines(training: Path, scratch: Path, home: Home | None) -> dict[str, Callable[[], Engine]]:
    return {
        "int8": lambda: _onnx(ARTIFACT, home),
        "fp32": lambda: _onnx(_fp32_artifact(training, scratch / "fp32"), home),
        "pytorch": lambda: _pytorch(training, home),
        "hassil": lambda: _hassil(home),
    }


def _onnx(folder: Path, home: Home | None) -> Engine:
    tag = Tagger(folder).tag
    return Engine(tag, _resolved(tag, home), (folder / MODEL).stat().st_size)


def _fp32_artifact(training: Path, folder: Path) -> Path:
    """The artefact with the fp32 model that training kept, in place of the int8 one."""
    model = training / "fp32.onnx"
    if not model.exists():
        raise LaresError(f"no {model}: `lares train` keeps it there")
    folder.mkdir()
    shutil.copyfile(model, folder / MODEL)
    for name in (TOKENIZER, LABELS):
        shutil.copyfile(ARTIFACT / name, folder / name)
    write_manifest(folder)
    return folder


def _pytorch(training: Path, home: Home | None) -> Engine:
    import torch  # noqa: PLC0415 (measured only where it is installed)

    from models.export import load_network  # noqa: PLC0415
    from models.labels import Labels, spans, words  # noqa: PLC0415
    from models.network import pieces_of, read_tokenizer  # noqa: PLC0415

    torch.set_num_threads(1)
    net = load_network(training)
    tokenizer = read_tokenizer(training / TOKENIZER)
    labels = Labels.load(training / LABELS)

    def tag(text: str) -> Tagging:
        text_words = words(text)
        ids, begins = pieces_of(tokenizer, [word.text for word in text_words])
        if not begins:
            return Tagging(text, OUT_OF_SCOPE, 1.0)
        with torch.inference_mode():
            intents, tags = net(torch.tensor([ids]))
        chances = torch.softmax(intents[0] / labels.temperature, -1)
        best = int(chances.argmax())
        choices = tags[0].argmax(-1).tolist()
        word_tags = [labels.tags[choices[place]] for place in begins]
        found = spans(text, text_words[: len(begins)], word_tags)
        return Tagging(text, labels.intents[best], float(chances[best]), found)

    size = (training / "weights.safetensors").stat().st_size
    return Engine(tag, _resolved(tag, home), size)


def _hassil(home: Home | None) -> Engine:
    import home_assistant_intents  # noqa: PLC0415 (measured only where it is installed)
    from hassil.intents import Intents, SlotList, TextSlotList  # noqa: PLC0415
    from hassil.recognize import recognize_best  # noqa: PLC0415

    package = home_assistant_intents.get_intents("en")
    if package is None:
        raise LaresError("home-assistant-intents has no English sentences")
    intents = Intents.from_dict(package)
    known = home or Home()
    lists: dict[str, SlotList] = {
        "name": TextSlotList.from_tuples(
            ((said, e.name, {"domain": e.domain}) for e in known.entities for said in _said(e)),
            allow_template=False,
        ),
        "area": TextSlotList.from_tuples(
            ((said, a.name) for a in known.areas for said in _said(a)), allow_template=False
        ),
        "floor": TextSlotList.from_tuples(
            ((said, f.name) for f in known.floors for said in _said(f)), allow_template=False
        ),
    }

    def recognised(text: str, area: str | None = None) -> Any:
        context = {"area": area} if area else None
        return recognize_best(
            text, intents, lists, intent_context=context, language="en", best_slot_name="name"
        )

    def understand(text: str, area: str | None) -> Intent | None:
        result = recognised(text, area)
        if result is None:
            return None
        slots = {name: entity.value for name, entity in result.entities.items()}
        return Intent(result.intent.name, slots)

    return Engine(recognised, understand, 0, fills_all_slots=False)


def _said(named: Any) -> Iterable[str]:
    return (named.name, *named.aliases)


def _resolved(tag: Callable[[str], Tagging], home: Home | None) -> Understand:
    """Tags and resolves; without a home the tagger's intent is all there is."""
    if home is None:
        return lambda text, area: Intent(tag(text).intent)
    resolver = Resolver(home)
    states = States({entity.id: entity.state for entity in home.entities})

    def understand(text: str, area: str | None) -> Intent | None:
        meant: Understanding = resolver.resolve(tag(text), states, area)
        return meant.intents[0] if len(meant.intents) == 1 else None

    return understand


def _measured(name: str, engine: Engine, questions: Sequence[Question], rounds: int) -> Figures:
    times = []
    engine.tag(questions[0].text)
    for _ in range(rounds):
        for question in questions:
            begin = time.perf_counter()
            engine.tag(question.text)
            times.append((time.perf_counter() - begin) * 1000)
    intents, exact = [], []
    for question in questions:
        found = engine.understand(question.text, question.area)
        found_intent = found.name if found is not None else OUT_OF_SCOPE
        intents.append(found_intent == question.intent)
        if question.slots is not None and engine.fills_all_slots:
            same = found is not None and same_slots(question.slots, found.slots)
            exact.append(intents[-1] and same)
    return Figures(
        name,
        round(float(np.quantile(times, 0.5)), 2),
        round(float(np.quantile(times, 0.95)), 2),
        round(engine.size / 1e6, 1),
        round(float(np.mean(intents)), 4),
        round(float(np.mean(exact)), 4) if exact else None,
    )


def _print(figures: Sequence[Figures], absent: Mapping[str, str], sentences: int) -> None:
    table = Table(title=f"Tagging {sentences} sentences, one thread")
    table.add_column("engine")
    for column in ("p50, ms", "p95, ms", "model, MB", "intent", "exact"):
        table.add_column(column, justify="right")
    for one in figures:
        table.add_row(
            one.engine,
            f"{one.p50_ms:.2f}",
            f"{one.p95_ms:.2f}",
            f"{one.megabytes:.1f}" if one.megabytes else "–",
            f"{one.intent:.1%}",
            f"{one.exact:.1%}" if one.exact is not None else "–",
        )
    console = Console()
    console.print(table)
    for engine, reason in absent.items():
        console.print(f"{engine}: not measured, {reason}", style="dim")


if __name__ == "__main__":
    sys.exit(main())
