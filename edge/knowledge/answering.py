"""Whether what was found answers a question, and what of it is quoted.

    matches → the most similar → its best sentence → certain enough? → Quotation, or None

An answer is never made, only quoted, with the name of its source. How certain it is that a sentence
answers is its cosine similarity to the question, and by how much it stands out: a question about a
thing that documents speak of, but not of that side of it, is like many sentences and like none
especially. THRESHOLD was measured on the development half of the questions in
benchmarks/knowledge_questions.yaml: the lowest at which no more than three of its 37 unanswerable
questions were answered, most of which are about things that the documents speak of. It keeps
Lares silent to some questions that could be answered, since a wrong answer is worse than none. The
other half has only ever judged it.

Without an embedder a passage answers when it has nearly all the question's words.

What a document says is data. A quotation is spoken or shown; nothing acts on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edge.knowledge.index import Stored
from edge.knowledge.passages import blocks
from edge.knowledge.ranking import Similarities, content_words

THRESHOLD = 0.6
"""Certainty from which a sentence is quoted."""
STANDING_OUT = 0.5
"""How much it counts by how much the best sentence is more similar than usual ones, which are the
best sentences of the passages that are most similar but for the first three."""
_USUAL_FIRST, _USUAL_LAST = 4, 6
_USUAL = 0.31
"""What is taken for usual where there are too few passages to tell; the mean of the development
half."""
COVERAGE_THRESHOLD = 0.9
"""Share of the question's words that a passage must have where there is no embedder."""
MOST_WORDS = 50
"""Of a quotation; a single sentence may be longer."""
MOST_NEIGHBOURS = 2
"""Sentences that are quoted with the one that answers."""

_KINDS = (
    "book", "booklet", "calendar", "card", "guide", "handbook", "instructions", "list", "log",
    "manual", "note", "notes", "plan", "rules", "schedule", "sheet", "timetable",
)  # fmt: skip
"""What a document's name ends in that is spoken as "the …"."""


@dataclass(frozen=True, slots=True)
class Match:
    """A passage that was found."""

    stored: Stored
    score: float
    """Of the ranking by which it was found; to be compared within one search only."""
    coverage: float
    """Share of the question's words that it has, 0 to 1, rare words weighing more."""
    similarity: float | None
    """By meaning, -1 to 1; None where it has no vectors."""
    sentences: tuple[float, ...]
    """How much each of its sentences is like the question: by meaning, or where it has no vectors
    by the share of the question's words."""


@dataclass(frozen=True, slots=True)
class Quotation:
    """What a document says to a question, in its own words."""

    text: str
    """A sentence, or a few that belong together."""
    title: str
    """The document's name."""
    path: Path
    heading: tuple[str, ...]
    page: int | None
    score: float
    """How certain it is that this answers; THRESHOLD or COVERAGE_THRESHOLD and more."""

    @property
    def speech(self) -> str:
        """What is said: "Keep it shut, says the boiler manual."."""
        bare = self.text.rstrip().rstrip(".,;:")
        comma = "" if bare.endswith(("!", "?", "…")) else ","
        return f"{bare}{comma} says {spoken_name(self.title)}."


def quotation(matches: Sequence[Match], similar: Similarities | None) -> Quotation | None:
    """The sentence that answers the question for which `matches` were found, the best first; None
    when it is not certain enough that one does. similar: of the question; None without an embedder.
    """
    similar_ones = [one for one in matches if one.similarity is not None]
    if similar is not None and similar_ones:
        best = max(similar_ones, key=lambda one: one.similarity or -1.0)
        score, threshold = certainty(max(best.sentences), similar), THRESHOLD
    elif matches:
        best = max(matches, key=lambda one: one.coverage)
        score, threshold = best.coverage, COVERAGE_THRESHOLD
    else:
        return None
    if score < threshold:
        return None
    stored, passage = best.stored, best.stored.passage
    text = quoted(blocks(passage.text), best.sentences)
    return Quotation(
        text, stored.title, stored.path, passage.heading, passage.page, round(score, 4)
    )


def certainty(similarity: float, similar: Similarities) -> float:
    """How certain it is that a sentence answers: its similarity, and by how much it stands out."""
    usual = similar.usual(_USUAL_FIRST, _USUAL_LAST)
    return similarity + STANDING_OUT * (similarity - (_USUAL if usual is None else usual))


def quoted(parts: Sequence[Sequence[str]], likeness: Sequence[float]) -> str:
    """Of blocks of sentences the sentence that is most like the question, and its neighbours in its
    block as long as they are within MOST_NEIGHBOURS and MOST_WORDS, those first that are more like
    it. likeness: of all sentences, in their order."""
    best = max(range(len(likeness)), key=lambda at: likeness[at])
    first = 0
    for block in parts:
        if best < first + len(block):
            break
        first += len(block)
    begin, end = best - first, best - first + 1
    while end - begin <= MOST_NEIGHBOURS:
        wider = [
            (likeness[first + added], left, right)
            for added, left, right in ((begin - 1, begin - 1, end), (end, begin, end + 1))
            if 0 <= added < len(block) and _words(block[left:right]) <= MOST_WORDS
        ]
        if not wider:
            break
        _, begin, end = max(wider)
    return " ".join(block[begin:end])


def shares(parts: Sequence[str], question: Sequence[str]) -> tuple[float, ...]:
    """The share of a question's words that each sentence has; the beginning of a word will do."""
    wanted = {word[:5] for word in question}
    return tuple(
        len(wanted & {word[:5] for word in content_words(part)}) / max(1, len(wanted))
        for part in parts
    )


def spoken_name(title: str) -> str:
    """What a document is called in a sentence: "the boiler manual", "the document 'Bins'"."""
    words = title.split()
    if not words or words[-1].lower() not in _KINDS:
        return f"the document '{title}'"
    if words[0].lower() in ("the", "our", "a", "an"):
        words = words[1:]
    if words[0][1:].islower():
        words[0] = words[0].lower()
    return f"the {' '.join(words)}"


def _words(parts: Sequence[str]) -> int:
    return sum(len(part.split()) for part in parts)
