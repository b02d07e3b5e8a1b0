"""What a training tells of itself: scores, a report of each intent and span label, two pictures.

1. The network has judged the held-out sentences; `answers` puts that beside what is right, with the
   confidence that the tagger will have, after the temperature.
2. `temperature` finds the one that makes confidences honest (Guo et al. 2017, "On Calibration of
   Modern Neural Networks").
3. `scores` is a training in five figures, `in_words` the report: precision, recall and F1 of each
   intent (scikit-learn) and of each span label (seqeval).
4. `write` leaves report.txt, confusion.png (what was said, and what it was taken for) and
   reliability.png (how often the tagger is right when it says that it is 90 % sure).

matplotlib is imported where the pictures are drawn, and needs no display; torch is not needed here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from seqeval.metrics import classification_report as report_of_spans
from seqeval.metrics import f1_score
from sklearn.metrics import classification_report as report_of_intents

from models.evaluate import calibration_error
from models.labels import OUTSIDE, Example, Labels, tags, words
from models.linear import softmax

REPORT, CONFUSION, RELIABILITY = "report.txt", "confusion.png", "reliability.png"
BINS = 10
"""Of the reliability diagram, as of `models.evaluate.calibration_error`."""
_RIGHT, _WRONG, _INK, _FAINT = "#2f6f9f", "#d9722e", "#2b2b2b", "#b8b8b8"
_SMALLEST = 6.5
"""Points: the smallest text in a picture."""


@dataclass(frozen=True, slots=True)
class Scores:
    """How well the tagger does on examples with known answers; shares from 0 to 1."""

    intent: float
    """Sentences with the right intent."""
    exact: float
    """Sentences with the right intent and exactly the right spans."""
    spans: float
    """seqeval's micro F1 over spans."""
    calibration: float
    """Expected calibration error of the intent's confidence, over ten bins."""
    count: int

    def told(self) -> str:
        """The main scores in a line."""
        return f"intent {self.intent:.1%}, exact {self.exact:.1%}, spans F1 {self.spans:.1%}"


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What a network said about examples, in their order."""

    logits: NDArray[np.float32]
    """Of the intents, shape (examples, intents)."""
    tags: Sequence[Sequence[str]]
    """Word by word."""


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What is right beside what was found, example by example."""

    intents: Sequence[str]
    """All that there are; the arrays hold their places."""
    wanted: NDArray[np.int_]
    found: NDArray[np.int_]
    confidence: NDArray[np.float64]
    """Of the found intents, from 0 to 1."""
    wanted_tags: Sequence[Sequence[str]]
    found_tags: Sequence[Sequence[str]]
    temperature: float


def answers(judged: Judged, examples: Sequence[Example], labels: Labels) -> Answers:
    """What the network said of the examples, at the labels' temperature."""
    chances = softmax(judged.logits.astype(np.float64) / labels.temperature)
    return Answers(
        labels.intents,
        _places(examples, labels),
        chances.argmax(-1),
        chances.max(-1),
        [list(tags(words(example.text), example.spans)) for example in examples],
        judged.tags,
        labels.temperature,
    )


def temperature(judged: Judged, examples: Sequence[Example], labels: Labels) -> float:
    """The temperature with the least negative log-likelihood of the right intents."""
    wanted = _places(examples, labels)
    logits = judged.logits.astype(np.float64)
    candidates = np.geomspace(0.2, 5.0, 200)
    losses = [
        -np.log(softmax(logits / t)[np.arange(len(wanted)), wanted] + 1e-12).mean()
        for t in candidates
    ]
    return float(candidates[int(np.argmin(losses))])


def scores(told: Answers) -> Scores:
    """The answers in five figures."""
    right = told.wanted == told.found
    same_tags = [list(a) == list(b) for a, b in zip(told.wanted_tags, told.found_tags, strict=True)]
    return Scores(
        float(right.mean()),
        float((right & np.array(same_tags)).mean()),
        float(f1_score(told.wanted_tags, told.found_tags, zero_division=0)),
        calibration_error(told.confidence, right),
        len(right),
    )


def in_words(told: Answers) -> str:
    """Precision, recall, F1 and count of each intent, then of each span label."""
    of_intents = report_of_intents(
        [told.intents[place] for place in told.wanted],
        [told.intents[place] for place in told.found],
        digits=3,
        zero_division=0,
    )
    of_spans = "none"  # of which seqeval has no report
    if any(tag != OUTSIDE for each in (*told.wanted_tags, *told.found_tags) for tag in each):
        of_spans = report_of_spans(told.wanted_tags, told.found_tags, digits=3, zero_division=0)
    return f"Intents\n\n{str(of_intents).rstrip()}\n\nSpans\n\n{str(of_spans).rstrip()}\n"


def write(folder: Path, told: Answers) -> None:
    """Leaves report.txt, confusion.png and reliability.png in the folder."""
    (folder / REPORT).write_text(in_words(told), encoding="utf-8")
    names, counts = confusion(told)
    confusion_picture(names, counts).savefig(folder / CONFUSION)
    reliability_picture(told).savefig(folder / RELIABILITY)


def confusion(told: Answers) -> tuple[tuple[str, ...], NDArray[np.int_]]:
    """The intents that were said or found, in their order, and how often which was taken for which.

    The counts have a row for what was said and a column for what it was taken for.
    """
    met = np.union1d(told.wanted, told.found)
    counts = np.zeros((len(met), len(met)), dtype=np.int_)
    np.add.at(counts, (np.searchsorted(met, told.wanted), np.searchsorted(met, told.found)), 1)
    return tuple(told.intents[place] for place in met), counts


def confusion_picture(names: Sequence[str], counts: NDArray[np.int_]) -> Any:
    """A square of shares, each row 100 %: what is right in blue, what is confused in orange.

    A figure of matplotlib, as large as its labels need.
    """
    said = counts.sum(axis=1)
    shares = counts / np.maximum(said, 1)[:, None]
    size = len(names)
    cell = float(np.clip(9.0 / size, 0.27, 0.7))  # inches
    left, right, bottom, top = 2.5, 0.3, 2.1, 1.0
    figure = _figure(max(left + size * cell + right, 8.0), bottom + size * cell + top)
    width, height = figure.get_size_inches()
    axes = figure.add_axes(
        (left / width, bottom / height, size * cell / width, size * cell / height)
    )
    on_diagonal = np.eye(size, dtype=bool)
    for shown, colours, most in ((on_diagonal, _blues(), 1.0), (~on_diagonal, _oranges(), 0.5)):
        axes.imshow(
            np.ma.masked_where(~shown | (counts == 0), shares),
            cmap=colours, vmin=0, vmax=most, aspect="auto",
        )  # fmt: skip
    for row, column in zip(*np.nonzero(shares >= 0.005), strict=True):
        share = shares[row, column]
        dark = share > (0.55 if row == column else 0.28)
        axes.text(
            column, row, f"{share:.0%}".rstrip("%"), ha="center", va="center",
            fontsize=_SMALLEST, color="white" if dark else _INK,
        )  # fmt: skip
    plain = [name.removeprefix("Hass") for name in names]
    axes.set_xticks(range(size), plain, rotation=90, fontsize=8)
    rows = [f"{name}  {count:,}" for name, count in zip(plain, said, strict=True)]
    axes.set_yticks(range(size), rows, fontsize=8)
    axes.set_xticks(np.arange(-0.5, size), minor=True)
    axes.set_yticks(np.arange(-0.5, size), minor=True)
    axes.grid(which="minor", color="#ececec", linewidth=0.5)
    axes.tick_params(which="both", length=0)
    axes.set_xlabel("taken for", labelpad=8)
    axes.set_ylabel("said, and how often", labelpad=8)
    for spine in axes.spines.values():
        spine.set_color(_FAINT)
    right_ones = int(np.trace(counts))
    _title(
        figure, left if size > 10 else 0.4, top,
        f"Intents: {right_ones / max(1, said.sum()):.1%} right",
        f"{said.sum():,} held-out sentences. Percent of each row: right in blue, confused in "
        "orange, no number below 0.5.",
    )  # fmt: skip
    return figure


def reliability_picture(told: Answers) -> Any:
    """A reliability diagram of ten bins, and below it how many sentences are in each.

    A figure of matplotlib.
    """
    right = told.wanted == told.found
    bins = np.minimum((told.confidence * BINS).astype(int), BINS - 1)
    count = np.bincount(bins, minlength=BINS)
    met = np.flatnonzero(count)
    share = np.bincount(bins, weights=right, minlength=BINS)[met] / count[met]
    sure = np.bincount(bins, weights=told.confidence, minlength=BINS)[met] / count[met]
    middle, wide = (met + 0.5) / BINS, 0.92 / BINS
    figure = _figure(6.4, 7.2)
    above = figure.add_axes((0.125, 0.325, 0.84, 0.555))
    below = figure.add_axes((0.125, 0.085, 0.84, 0.205), sharex=above)

    above.plot((0, 1), (0, 1), color=_FAINT, linestyle=(0, (4, 3)), zorder=1)
    bars = above.bar(middle, share, wide, color=_RIGHT, alpha=0.85, zorder=2)
    low, high = _wilson(share, count[met])
    chance = above.errorbar(
        middle, share, (share - low, high - share), fmt="none", ecolor=_INK, elinewidth=0.9,
        capsize=2.5, zorder=3,
    )  # fmt: skip
    (dots,) = above.plot(
        sure, sure, "o", color=_WRONG, markeredgecolor="white", markersize=7, zorder=4
    )
    above.set_ylabel("share that is right")
    above.set_ylim(0, 1.03)
    above.legend(
        (bars, chance, dots),
        ("share that is right", "its 95 % interval", "mean confidence: where the bar should end"),
        loc="upper left", frameon=False, fontsize=8.5,
    )  # fmt: skip

    below.bar(middle, count[met], wide, color=_FAINT)
    for place, number in zip(middle, count[met], strict=True):
        below.annotate(
            f"{number:,}", (place, number), (0, 2), textcoords="offset points", ha="center",
            fontsize=8,
        )  # fmt: skip
    below.set_ylim(0, count.max() * 1.18)
    below.set_ylabel("sentences")
    below.set_xlabel("confidence of the intent")
    below.set_xlim(0, 1)
    below.set_xticks(np.linspace(0, 1, BINS + 1))
    above.tick_params(labelbottom=False)
    above.set_yticks(np.linspace(0, 1, 6))
    for axes in (above, below):
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["left", "bottom"]].set_color(_FAINT)
        axes.tick_params(color=_FAINT, labelcolor=_INK)
        axes.grid(axis="y", color="#ececec", linewidth=0.7, zorder=0)
        axes.set_axisbelow(True)
    _title(
        figure, 0.8, 0.86,
        f"Reliability: ECE {calibration_error(told.confidence, right):.1%}",
        f"{len(right):,} held-out sentences in ten bins, temperature {told.temperature:.2f}.",
    )  # fmt: skip
    return figure


def _figure(width: float, height: float) -> Any:
    """An empty figure of so many inches that draws into a file, whatever display there is."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 (of the extra train)
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(width, height), dpi=150, facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def _title(figure: Any, left: float, top: float, title: str, below: str) -> None:
    """A title with a line below it, in the uppermost `top` inches, `left` inches from the left."""
    width, height = figure.get_size_inches()
    x, y = left / width, 1 - top / height
    figure.text(x, y + 0.46 / height, title, fontsize=14, fontweight="bold", color=_INK)
    figure.text(x, y + 0.18 / height, below, fontsize=9, color="#555555")


def _blues() -> Any:
    return _colours("#e4eef5", "#8fb9d6", _RIGHT)


def _oranges() -> Any:
    return _colours("#fdf0e6", "#f2b183", _WRONG)


def _colours(*stops: str) -> Any:
    from matplotlib.colors import LinearSegmentedColormap  # noqa: PLC0415 (of the extra train)

    return LinearSegmentedColormap.from_list("", stops)


def _wilson(share: NDArray[Any], count: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """The interval in which 95 % of such shares truly are (Wilson 1927)."""
    z = 1.96
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * np.sqrt(share * (1 - share) / count + (z / (2 * count)) ** 2)
    # Rounding may put a bound a hair inside a share of 0 or 1.
    return np.minimum(middle - half, share), np.maximum(middle + half, share)


def _places(examples: Sequence[Example], labels: Labels) -> NDArray[np.int_]:
    return np.array([labels.intents.index(example.intent) for example in examples])
