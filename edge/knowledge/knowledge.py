"""What the house's documents know: `Knowledge` adds them, keeps them up to date, and asks them.

    add:  files → Document → passages → vectors → Index, in small steps that a scheduler may take
    ask:  question → by words (FTS5) and by meaning (vectors) → fused → Quotation, or None

Adding is incremental: a file is read when its size or time has changed, and stored when its content
has. A document that is gone, or cannot be read any more, is forgotten when its folder is added
again. Passages that another embedder has made vectors of, or none, get new ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from edge.kernel.scheduler import Steps, completed
from edge.knowledge.answering import Match, Quotation, quotation, shares
from edge.knowledge.documents import Document, absolute, found, read, shown
from edge.knowledge.embedding import Embedder, Vectors
from edge.knowledge.index import Embedded, Index, Known
from edge.knowledge.passages import Passage, passages, sentences
from edge.knowledge.ranking import Similarities, content_words, fused
from edge.knowledge.sections import UnreadableDocument
from edge.types import LaresError

Ranking = Literal["words", "meaning", "both"]
BEST = 3
"""Passages that are looked at for an answer, and that each ranking gives to be fused: the tail of a
ranking by words, which share only "water" with the question, would outvote the other's first."""
_TRIES = 5
"""How often a search begins anew because documents are replaced under it."""
_BATCH = 16
"""Passages whose new vectors are stored at once."""


class Progress(Protocol):
    """Is told how adding goes on."""

    def __call__(self, done: float, of: int, what: str) -> None:
        """`done` of so many documents, or of passages that need new vectors; `what` is at hand."""


@dataclass(slots=True)
class Added:
    """What came of adding."""

    added: list[Path] = field(default_factory=list)
    changed: list[Path] = field(default_factory=list)
    unchanged: list[Path] = field(default_factory=list)
    removed: list[Path] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """Of each file that could not be read: which, and why."""
    passages: int = 0
    """How many were stored."""
    embedded_anew: int = 0
    """Passages of unchanged documents that got vectors of this embedder."""


@dataclass(frozen=True, slots=True)
class _Search:
    matches: tuple[Match, ...]
    similar: Similarities | None


class Knowledge:
    """The documents in an index, found by words and, with an embedder, by meaning."""

    def __init__(self, index: Index, embedder: Embedder | None = None) -> None:
        self.index = index
        self.embedder = embedder

    def documents(self) -> tuple[Known, ...]:
        """All documents, by path."""
        return self.index.documents()

    def without_meaning(self) -> int:
        """Passages that are found by their words only, until documents are added with this
        embedder; without one: none."""
        return 0 if self.embedder is None else len(self.index.without_vectors(self.embedder.name))

    def add(self, places: Sequence[Path], progress: Progress | None = None) -> Added:
        """Read documents, or all those in folders; forget what is gone from them.

        A document that cannot be read is a problem of the result, and forgotten where it was known.
        Raises LaresError when a place is not there; nothing was changed then.
        """
        return completed(self.adding(places, progress))

    def adding(self, places: Sequence[Path], progress: Progress | None = None) -> Steps[Added]:
        """As `add`, in steps of a document or of a passage that gets its vectors. Whoever stops
        between two finds each document as it was or as it is."""
        tell = progress or _silent
        added = Added()
        finds = [found(place) for place in places]
        known = {one.path: one for one in self.documents()}
        paths = tuple(dict.fromkeys(path for one in finds for path in one.paths))
        added.problems += [problem for one in finds for problem in one.problems]
        for number, path in enumerate(paths):
            tell(number, len(paths), _name(path))
            yield
            try:
                yield from self._add(
                    path, known.get(path), added, _Part(tell, number, len(paths), _name(path))
                )
            except UnreadableDocument as error:
                added.problems.append(str(error))
                if path in known:
                    added.removed.append(path)
        unseen = [place for one in finds for place in one.unseen]
        gone = below([*known], [absolute(place) for place in places])
        added.removed += [
            path for path in gone if path not in paths and path not in below([path], unseen)
        ]
        if added.removed:
            self.index.remove(added.removed)
        tell(len(paths), len(paths), "")
        added.embedded_anew = yield from self._embed_rest(tell)
        return added

    def remove(self, place: Path) -> tuple[Path, ...]:
        """Forget a document, or all of a folder, whether or not it is still there.

        Raises LaresError when none is known there.
        """
        known = [one.path for one in self.documents()]
        gone = below(known, [absolute(place)])
        if not gone:
            raise LaresError(
                f"no document is known at {shown(absolute(place))}; lares knowledge list tells "
                "which are"
            )
        self.index.remove(gone)
        return gone

    def search(
        self, question: str, count: int = BEST, *, by: Ranking = "both"
    ) -> tuple[Match, ...]:
        """The passages that have most to do with a question, the best first.

        Raises LaresError when meaning alone is asked for, and there is no embedder.
        """
        return self._search(question, count, by).matches

    def ask(self, question: str) -> Quotation | None:
        """What the documents say to a question; None when they do not, as far as can be told."""
        search = self._search(question, BEST, "both")
        return quotation(search.matches, search.similar)

    def _search(self, question: str, count: int, by: Ranking) -> _Search:
        if self.embedder is None and by == "meaning":
            raise LaresError("searching by meaning needs an embedder, and none is installed")
        words = content_words(question)
        vector = None
        if self.embedder is not None and by != "words":
            vector = self.embedder.embed([question])[0]
        for _ in range(_TRIES):
            search = self._search_once(words, vector, count, by)
            if search is not None:
                return search
        return _Search((), None)

    def _search_once(
        self, words: Sequence[str], vector: Vectors | None, count: int, by: Ranking
    ) -> _Search | None:
        """None when a passage that was found has been replaced meanwhile."""
        similar = None
        if self.embedder is not None and vector is not None:
            similar = self.index.vectors(self.embedder.name).similar(vector)
        rankings = [] if similar is None else [similar.best(count)]
        if by != "meaning":
            rankings.append([identity for identity, _ in self.index.by_words(words, count)])
        scores = dict(fused(rankings)[:count])
        coverage = self.index.coverage(words, [*scores])
        found_again = self.index.stored([*scores])
        if len(found_again) < len(scores):
            return None
        matches = []
        for identity, stored in found_again:
            by_meaning = None if similar is None else similar.of(identity)
            similarity, likeness = by_meaning or (
                None,
                shares(sentences(stored.passage.text), words),
            )
            matches.append(
                Match(stored, scores[identity], coverage[identity], similarity, likeness)
            )
        return _Search(tuple(matches), similar)

    def _add(self, path: Path, known: Known | None, added: Added, part: _Part) -> Steps[None]:
        if known is not None and _looks_unchanged(path, known):
            added.unchanged.append(path)
            return
        document = read(path)
        if known is not None and document.sha256 == known.sha256:
            self.index.touch(path, document.mtime_ns)
            added.unchanged.append(path)
            return
        cut = passages(document)
        embedded = yield from self._embedded(document, cut, part)
        self.index.put(document, cut, embedded)
        (added.added if known is None else added.changed).append(path)
        added.passages += len(cut)

    def _embedded(
        self, document: Document, cut: Sequence[Passage], part: _Part
    ) -> Steps[Embedded | None]:
        if self.embedder is None:
            return None
        vectors = []
        for number, passage in enumerate(cut):
            part.tell(number / len(cut))
            yield
            vectors.append(_vectors(self.embedder, document.title, passage))
        return Embedded(self.embedder.name, tuple(vectors))

    def _embed_rest(self, tell: Progress) -> Steps[int]:
        """Make vectors of the passages that have none of this embedder. Returns how many."""
        if self.embedder is None:
            return 0
        rest = self.index.without_vectors(self.embedder.name)
        for begin in range(0, len(rest), _BATCH):
            some = rest[begin : begin + _BATCH]
            vectors = []
            for number, (_, stored) in enumerate(some, start=begin):
                tell(number, len(rest), "vectors")
                yield
                vectors.append(_vectors(self.embedder, stored.title, stored.passage))
            self.index.put_vectors(
                [identity for identity, _ in some], Embedded(self.embedder.name, tuple(vectors))
            )
        return len(rest)


@dataclass(frozen=True, slots=True)
class _Part:
    """One document's part of the progress."""

    progress: Progress
    done: int
    of: int
    what: str

    def tell(self, share: float) -> None:
        self.progress(self.done + share, self.of, self.what)


def _vectors(embedder: Embedder, title: str, passage: Passage) -> Vectors:
    """Of a passage, behind the names of its document and section, and of each of its sentences."""
    names = ". ".join(dict.fromkeys((title, *passage.heading)))
    return embedder.embed([f"{names}. {passage.text}", *sentences(passage.text)])


def _looks_unchanged(path: Path, known: Known) -> bool:
    try:
        status = path.stat()
    except OSError:
        return False
    return (status.st_mtime_ns, status.st_size) == (known.mtime_ns, known.bytes)


def below(paths: Sequence[Path], places: Sequence[Path]) -> tuple[Path, ...]:
    """Those of the paths that are one of the places, or in one."""
    return tuple(path for path in paths if any(place in (path, *path.parents) for place in places))


def _name(path: Path) -> str:
    return shown(Path(path.name))


def _silent(done: float, of: int, what: str) -> None: ...
