"""How good the tagger is, on sentences that it was not trained on: `lares eval`.

- ha-intents-en: Home Assistant's own English tests and their home; intents, and exact intents with
  slots as they come out of the resolver. Its templates, which are trained on, give some of these
  very sentences ("never mind"); "exact_unseen" leaves them out.
- slurp: people's sentences (SLURP's development split): those about a home (lights, plugs,
  cleaning, coffee, volume, time, weather, lists) by intent, and how much of the rest is acted on.
- clinc150: everyday talk that no home answers (validation split); out of scope.
- held-out: templates and sentences kept out of training; intent, spans, calibration.

"Exact" asks for the intent and for every slot, with canonical values. This module knows neither the
running tagger nor the resolver: both are passed in as functions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from edge.types import OUT_OF_SCOPE, Intent, LaresError, SlotValue, Span, Tagging, Understanding
from models.artifact import sha256
from models.corpus_open import CLINC_HOME, corpora_folder, read_lines
from models.labels import Example, said
from models.scores import Miss, SuiteResult

Tag = Callable[[str], Tagging]
"""Tags one text: `edge.nlu.tagger.Tagger.tag`."""
Resolve = Callable[[Tagging, str | None], Understanding]
"""Resolves a tagging in one home, for a speaker in an area (its id, or None)."""
ResolverOf = Callable[[Path], Resolve]
"""Makes a resolver for the home in a YAML file."""

HA_INTENTS = Path("ha-intents-en/sentences.jsonl")
HA_HOME = Path("ha-intents-en/home.yaml")
SLURP = Path("slurp/devel.jsonl")
CLINC150 = (Path("clinc150/val.jsonl"), Path("clinc150/oos_val.jsonl"))
SUITES = ("ha-intents-en", "slurp", "clinc150", "held-out")
_VOLUME = frozenset({"HassSetVolumeRelative", "HassSetVolume"})
_OFF, _LIGHT = frozenset({"HassTurnOff"}), frozenset({"HassLightSet"})
HOME_SLURP: Mapping[str, frozenset[str]] = {
    "iot_hue_lightoff": _OFF,
    "hue_lightoff": _OFF,
    "iot_hue_lighton": frozenset({"HassTurnOn"}),
    "iot_hue_lightchange": _LIGHT,
    "iot_hue_lightdim": _LIGHT,
    "iot_hue_lightup": _LIGHT,
    "hue_lightup": _LIGHT,
    "iot_wemo_on": frozenset({"HassTurnOn"}),
    "iot_wemo_off": _OFF,
    "iot_coffee": frozenset({"HassTurnOn"}),
    "iot_cleaning": frozenset({"HassVacuumStart", "HassVacuumCleanArea"}),
    "audio_volume_up": _VOLUME,
    "audio_volume_down": _VOLUME,
    "audio_volume_mute": frozenset({"HassMediaPlayerMute"}),
    "datetime_query": frozenset({"HassGetCurrentTime", "HassGetCurrentDate"}),
    "weather_query": frozenset({"HassGetWeather"}),
    "lists_createoradd": frozenset({"HassListAddItem", "HassShoppingListAddItem"}),
    "lists_remove": frozenset(
        {"HassListRemoveItem", "HassListCompleteItem", "HassShoppingListCompleteItem"}
    ),
    "lists_query": frozenset({"HassGetState"}),
}
"""SLURP's intents about a home → ours that are right."""
SLURP_IN_DOUBT = frozenset(
    {
        "play_music", "play_radio", "play_podcasts", "play_audiobook", "music_query",
        "music_settings", "recommendation_movies", "general_greet", "alarm_set", "alarm_query",
        "alarm_remove", "datetime_convert",
    }
)  # fmt: skip
"""Intents that a home may answer: neither about it nor out of scope."""
_MARK = re.compile(r"\[(\w+) : ([^\]]+)\]")


def run(
    suites: Sequence[str],
    tag: Tag,
    *,
    resolver_of: ResolverOf | None = None,
    held_out: Sequence[Example] = (),
    trained_on: Sequence[Example] = (),
    corpora: Path | None = None,
    confidence: float = 0.0,
) -> tuple[SuiteResult, ...]:
    """The results of the suites, in their order.

    `resolver_of` is needed for the exact score of "ha-intents-en", `held_out` (which
    `models.corpus.build` makes) for "held-out", `trained_on` to know which sentences the tagger has
    seen; what is tagged with less than `confidence` is taken for out of scope. Raises LaresError
    for an unknown suite and where the corpora are missing.
    """
    unknown = [suite for suite in suites if suite not in SUITES]
    if unknown:
        raise LaresError(f"Expected suites of {', '.join(SUITES)}, found {', '.join(unknown)}.")
    results = []
    for suite in suites:
        if suite == "held-out":
            results.append(held_out_suite(held_out, tag))
            continue
        folder = corpora_folder(corpora)
        if folder is None:
            raise LaresError(
                f"Expected the corpora for the suite {suite}, found none. "
                "Set LARES_CORPORA to their folder."
            )
        if suite == "ha-intents-en":
            results.append(ha_intents_suite(folder, tag, resolver_of, trained_on))
        elif suite == "slurp":
            results.append(slurp_suite(folder, tag, trained_on, confidence))
        else:
            results.append(clinc150_suite(folder, tag, confidence))
    return tuple(results)


def held_out_suite(examples: Sequence[Example], tag: Tag) -> SuiteResult:
    """Intent, exact spans, micro F1 of spans, and expected calibration error."""
    if not examples:
        raise LaresError("Expected held-out examples, found none. Build them with models.corpus.")
    taggings = [tag(example.text) for example in examples]
    pairs = list(zip(examples, taggings, strict=True))
    right = np.array([e.intent == t.intent for e, t in pairs])
    exact = [e.intent == t.intent and e.spans == t.spans for e, t in pairs]
    shared = sum(len(set(e.spans) & set(t.spans)) for e, t in pairs)
    total = sum(len(e.spans) + len(t.spans) for e, t in pairs)
    scores = {
        "intent": float(right.mean()),
        "exact_spans": float(np.mean(exact)),
        "spans_f1": 2 * shared / total if total else 1.0,
        "calibration_error": calibration_error(np.array([t.confidence for t in taggings]), right),
    }
    misses = tuple(
        Miss(e.text, _spelled(e.intent, e.spans), _spelled(t.intent, t.spans))
        for (e, t), ok in zip(pairs, exact, strict=True)
        if not ok
    )
    return SuiteResult("held-out", len(examples), scores, {}, misses)


def ha_intents_suite(
    folder: Path, tag: Tag, resolver_of: ResolverOf | None, trained_on: Sequence[Example] = ()
) -> SuiteResult:
    """The tagger's intent; with a resolver, also intent and slots as they come out of it.

    Where it is known what was trained on, "seen" is the share of sentences that are in it word for
    word, and "exact_unseen" the exact score of the others.
    """
    seen = {said(example.text) for example in trained_on}
    rows = list(read_lines(folder / HA_INTENTS))
    data = {str(name): sha256(folder / name) for name in (HA_INTENTS, HA_HOME)}
    resolve = resolver_of(folder / HA_HOME) if resolver_of is not None else None
    tagged = [tag(row["text"]) for row in rows]
    scores = {
        "tagger_intent": _share(t.intent == r["intent"] for t, r in zip(tagged, rows, strict=True))
    }
    misses = []
    if resolve is not None:
        intents = exact = unseen = exact_unseen = 0
        for row, tagging in zip(rows, tagged, strict=True):
            meant = resolve(tagging, row["area"])
            found = meant.intents[0] if len(meant.intents) == 1 else None
            same_intent = found is not None and found.name == row["intent"]
            same = found is not None and same_intent and same_slots(row["slots"], found.slots)
            intents += same_intent
            exact += same
            if said(row["text"]) not in seen:
                unseen += 1
                exact_unseen += same
            if not same:
                expected = f"{row['intent']} {json.dumps(row['slots'])}"
                misses.append(Miss(row["text"], expected, _resolved(meant, tagging)))
        scores |= {"intent": intents / len(rows), "exact": exact / len(rows)}
        if seen and unseen:
            scores |= {"seen": 1 - unseen / len(rows), "exact_unseen": exact_unseen / unseen}
    return SuiteResult("ha-intents-en", len(rows), scores, data, tuple(misses))


def slurp_suite(
    folder: Path, tag: Tag, trained_on: Sequence[Example] = (), confidence: float = 0.0
) -> SuiteResult:
    """Intents of SLURP's home sentences, and how much of the rest is taken for a command.

    "seen" is the share of the home sentences that are in the training data word for word, and
    "intent_unseen" the score of the others.
    """
    rows = [(row, slurp_row(row)["text"]) for row in read_lines(folder / SLURP)]
    seen = {said(example.text) for example in trained_on}
    home = [(row["intent"], text, tag(text)) for row, text in rows if row["intent"] in HOME_SLURP]
    right = [tagging.intent in HOME_SLURP[theirs] for theirs, _, tagging in home]
    new = [ok for (_, text, _), ok in zip(home, right, strict=True) if said(text) not in seen]
    others = [
        (text, tag(text))
        for row, text in rows
        if row["intent"] not in HOME_SLURP and row["intent"] not in SLURP_IN_DOUBT
    ]
    acted = [(text, found) for text, found in others if _is_acted_on(found, confidence)]
    scores = {"intent": _share(right), "acted_on_others": len(acted) / max(1, len(others))}
    if seen and new:
        scores |= {"seen": 1 - len(new) / len(home), "intent_unseen": _share(new)}
    misses = (
        *(
            Miss(text, "|".join(sorted(HOME_SLURP[theirs])), found.intent)
            for (theirs, text, found), ok in zip(home, right, strict=True)
            if not ok
        ),
        *(Miss(text, OUT_OF_SCOPE, found.intent) for text, found in acted),
    )
    return SuiteResult("slurp", len(rows), scores, {str(SLURP): sha256(folder / SLURP)}, misses)


def clinc150_suite(folder: Path, tag: Tag, confidence: float = 0.0) -> SuiteResult:
    """How much of everyday talk is taken for a command."""
    data = {str(name): sha256(folder / name) for name in CLINC150}
    texts = [
        row["text"]
        for name in CLINC150
        for row in read_lines(folder / name)
        if row["intent"] not in CLINC_HOME
    ]
    found = [(text, tag(text)) for text in texts]
    misses = tuple(
        Miss(text, OUT_OF_SCOPE, tagging.intent)
        for text, tagging in found
        if _is_acted_on(tagging, confidence)
    )
    return SuiteResult("clinc150", len(found), {"acted_on": len(misses) / len(found)}, data, misses)


def _is_acted_on(tagging: Tagging, confidence: float) -> bool:
    """Whether something would be done, or said beyond small talk."""
    idle = {OUT_OF_SCOPE, "HassNevermind", "HassRespond"}
    return tagging.intent not in idle and tagging.confidence >= confidence


def slurp_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of SLURP, annotated "turn on the [device_type : tv]", in NLU-Evaluation-Data's form."""
    text, entities, at = "", [], 0
    annotation = row["annotation"]
    for mark in _MARK.finditer(annotation):
        text += annotation[at : mark.start()]
        marked = mark.group(2).strip()
        end = len(text) + len(marked)
        entities.append({"start": len(text), "end": end, "entity": mark.group(1)})
        text += marked
        at = mark.end()
    return {"text": text + annotation[at:], "intent": row["intent"], "entities": entities}


def same_slots(expected: Mapping[str, Any], found: Mapping[str, SlotValue]) -> bool:
    """Whether two intents have the same slots: numbers by value, all else as text without case.

    Where a list of values is expected, any of them is right.
    """
    if expected.keys() != found.keys():
        return False
    return all(
        _plain(found[name]) in [_plain(v) for v in (value if isinstance(value, list) else [value])]
        for name, value in expected.items()
    )


def calibration_error(confidence: NDArray[Any], right: NDArray[np.bool_]) -> float:
    """Expected calibration error: |confidence - share of right ones|, averaged over ten bins.

    Shapes (n,) each. Guo et al. 2017, equation 3.
    """
    bins = np.minimum((confidence * 10).astype(int), 9)
    return float(
        sum(
            abs(confidence[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean()
            for b in np.unique(bins)
        )
    )


FLOORS: Mapping[str, tuple[str, float]] = {
    "ha-intents-en": ("exact", 0.97),
    "slurp": ("intent", 0.92),
    "clinc150": ("acted_on", 0.02),
    "assist-mini": ("exact", 0.97),
    "households": ("exact", 0.90),
    "new-homes": ("exact", 0.93),
    "several": ("exact", 0.90),
    "dialogue": ("exact", 0.90),
}
"""Suite → the score that must be reached, or for "acted_on" not exceeded."""


def table(results: Iterable[SuiteResult]) -> Table:
    """The results for a terminal."""
    shown = Table("suite", "sentences", "scores", "floor", title="Understanding")
    for result in results:
        name, floor = FLOORS.get(result.suite, ("", 0.0))
        found = result.scores.get(name)
        sign = "≤" if name == "acted_on" else "≥"
        reached = found is not None and (found <= floor if sign == "≤" else found >= floor)
        mark = "" if not name else f"{name} {sign} {floor:.0%} {'✓' if reached else '✗'}"
        shown.add_row(result.suite, f"{result.sentences:,}", result.told(), mark)
    return shown


def as_json(results: Iterable[SuiteResult]) -> str:
    """The results, misses included, as a JSON list."""
    return json.dumps([asdict(result) for result in results], indent=1, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return value
    try:
        return float(value)
    except ValueError:
        return " ".join(str(value).lower().split())


def _share(values: Iterable[bool]) -> float:
    return float(np.mean(list(values)))


def _spelled(intent: str, spans: Iterable[Span]) -> str:
    return f"{intent} " + " ".join(f"[{span.text}|{span.label}]" for span in spans)


def _resolved(meant: Understanding, tagging: Tagging) -> str:
    def one(intent: Intent) -> str:
        return f"{intent.name} {json.dumps(dict(intent.slots))}"

    said = "; ".join(map(one, meant.intents)) or "nothing"
    question = f" asks {meant.question!r}" if meant.question else ""
    return f"{said}{question}, of {_spelled(tagging.intent, tagging.spans)}"
