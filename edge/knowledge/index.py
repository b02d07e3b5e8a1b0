"""The index: documents, their passages and the vectors of these, in one SQLite file.

    documents ─┬→ passages ─┬→ words    (FTS5, stemmed by Porter's rules)
               │            └→ vectors  (float32, of one embedder)

A document is replaced in one transaction, so who is interrupted finds it as it was or as it is.
Each call has a connection of its own and may come from any thread. Vectors are searched by NumPy,
since many Pythons' sqlite3 cannot load extensions; they are read once, and again when they have
changed.
"""

from __future__ import annotations

import json
import math
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edge.knowledge.documents import Document, shown
from edge.knowledge.embedding import Vectors
from edge.knowledge.passages import Passage
from edge.knowledge.ranking import PassageVectors, expression
from edge.types import LaresError
from models.places import data_dir

VERSION = 1
"""Of the tables, and of how documents are cut."""
BUSY_S = 10.0
"""How long another process may write before we give up."""

_TABLES = f"""
CREATE TABLE documents (
    id INTEGER PRIMARY KEY, path TEXT UNIQUE NOT NULL, title TEXT NOT NULL,
    sha256 TEXT NOT NULL, mtime_ns INTEGER NOT NULL, bytes INTEGER NOT NULL
);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    position INTEGER NOT NULL, heading TEXT NOT NULL, page INTEGER, text TEXT NOT NULL
);
CREATE INDEX passages_of_document ON passages (document);
CREATE TABLE vectors (
    passage INTEGER PRIMARY KEY REFERENCES passages ON DELETE CASCADE,
    model TEXT NOT NULL, count INTEGER NOT NULL, vectors BLOB NOT NULL
);
CREATE VIRTUAL TABLE words USING fts5 (
    title, heading, text, tokenize = "porter unicode61 remove_diacritics 2"
);
CREATE TABLE changes (number INTEGER NOT NULL);
INSERT INTO changes VALUES (0);
PRAGMA user_version = {VERSION};
"""


@dataclass(frozen=True, slots=True)
class Known:
    """A document that is in the index."""

    path: Path
    title: str
    sha256: str
    mtime_ns: int
    bytes: int
    passages: int
    """How many it has."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A passage that is in the index, and whose it is."""

    passage: Passage
    path: Path
    title: str


@dataclass(frozen=True, slots=True, eq=False)
class Embedded:
    """Vectors of passages, in the passages' order."""

    model: str
    """The embedder's name."""
    vectors: tuple[Vectors, ...]
    """Of each passage its own vector and those of its sentences, shape (1 + sentences, width)."""


@dataclass(frozen=True, slots=True, eq=False)
class _Matrix:
    """All vectors of one embedder, as they were after so many changes."""

    model: str
    changes: int
    vectors: PassageVectors


def knowledge_file(env: Mapping[str, str], home: Path) -> Path:
    """Where the index is: `knowledge.db` in `data_dir`."""
    return data_dir(env, home) / "knowledge.db"


class Index:
    """The index in a file, which is made when something is first written to it.

    Every method raises LaresError when the file cannot be used as an index.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._matrix: _Matrix | None = None

    def documents(self) -> tuple[Known, ...]:
        """All documents, by path."""
        with self._reading() as db:
            rows = db.execute(
                "SELECT path, title, sha256, mtime_ns, bytes,"
                " (SELECT count(*) FROM passages WHERE document = documents.id)"
                " FROM documents ORDER BY path"
            ).fetchall()
        return tuple(Known(Path(path), *rest) for path, *rest in rows)

    def put(
        self, document: Document, passages: Sequence[Passage], embedded: Embedded | None = None
    ) -> None:
        """Store a document with its passages; what was known of its path before is replaced."""
        with self._writing() as db:
            _forget(db, document.path)
            key = db.execute(
                "INSERT INTO documents (path, title, sha256, mtime_ns, bytes)"
                " VALUES (?, ?, ?, ?, ?)",
                (
                    str(document.path), document.title, document.sha256,
                    document.mtime_ns, document.bytes,
                ),
            ).lastrowid  # fmt: skip
            ids = []
            for one in passages:
                heading = json.dumps(one.heading, ensure_ascii=False)
                identity = db.execute(
                    "INSERT INTO passages (document, position, heading, page, text)"
                    " VALUES (?, ?, ?, ?, ?)",
                    (key, one.position, heading, one.page, one.text),
                ).lastrowid
                ids.append(identity)
                db.execute(
                    "INSERT INTO words (rowid, title, heading, text) VALUES (?, ?, ?, ?)",
                    (identity, document.title, " ".join(one.heading), one.text),
                )
            if embedded is not None:
                _put_vectors(db, ids, embedded)

    def touch(self, path: Path, mtime_ns: int) -> None:
        """Note that a file was written anew with the same content."""
        with self._writing() as db:
            db.execute("UPDATE documents SET mtime_ns = ? WHERE path = ?", (mtime_ns, str(path)))

    def remove(self, paths: Iterable[Path]) -> None:
        """Forget documents."""
        with self._writing() as db:
            for path in paths:
                _forget(db, path)

    def without_vectors(self, model: str) -> tuple[tuple[int, Stored], ...]:
        """The passages, by id, of which this embedder has not made vectors yet."""
        with self._reading() as db:
            rows = db.execute(
                f"{_STORED} LEFT JOIN vectors ON vectors.passage = passages.id"
                " WHERE vectors.model IS NOT ? ORDER BY passages.id",
                (model,),
            ).fetchall()
        return tuple(map(_stored, rows))

    def put_vectors(self, ids: Sequence[int], embedded: Embedded) -> None:
        """Store vectors of passages; those of another embedder are replaced."""
        with self._writing() as db:
            _put_vectors(db, ids, embedded)

    def stored(self, ids: Sequence[int]) -> tuple[tuple[int, Stored], ...]:
        """The passages of these ids, in that order; those that are gone are left out."""
        marks = ", ".join("?" * len(ids))
        with self._reading() as db:
            rows = db.execute(f"{_STORED} WHERE passages.id IN ({marks})", tuple(ids)).fetchall()
        found = dict(map(_stored, rows))
        return tuple((one, found[one]) for one in ids if one in found)

    def by_words(self, words: Sequence[str], count: int) -> tuple[tuple[int, float], ...]:
        """Passages that have any of the words, by BM25: ids and scores, the best first."""
        if not words:
            return ()
        with self._reading() as db:
            rows = db.execute(
                "SELECT rowid, -bm25(words) FROM words WHERE words MATCH ?"
                " ORDER BY bm25(words), rowid LIMIT ?",
                (expression(words), count),
            ).fetchall()
        return tuple((int(row), float(score)) for row, score in rows)

    def coverage(self, words: Sequence[str], ids: Sequence[int]) -> dict[int, float]:
        """How much of the words each of the passages has, 0 to 1, by id.

        A word weighs as much as it is rare among all passages, as in BM25
        (ln(1 + (N - n + ½) / (n + ½)) where n of N have it); one that none has weighs most.
        """
        covered = dict.fromkeys(ids, 0.0)
        total = 0.0
        with self._reading() as db:
            (all_passages,) = db.execute("SELECT count(*) FROM passages").fetchone()
            for word in words:
                rows = db.execute(
                    "SELECT rowid FROM words WHERE words MATCH ?", (expression([word]),)
                ).fetchall()
                having = {int(row) for (row,) in rows}
                rare = (all_passages - len(having) + 0.5) / (len(having) + 0.5)
                weight = math.log(1 + rare)
                total += weight
                for one in having.intersection(covered):
                    covered[one] += weight
        return {one: weight / total if total else 0.0 for one, weight in covered.items()}

    def vectors(self, model: str) -> PassageVectors:
        """All vectors of this embedder."""
        with self._reading() as db:
            (changes,) = db.execute("SELECT number FROM changes").fetchone()
            matrix = self._matrix
            if matrix is not None and (matrix.model, matrix.changes) == (model, changes):
                return matrix.vectors
            rows = db.execute(
                "SELECT passage, count, vectors FROM vectors WHERE model = ? ORDER BY passage",
                (model,),
            ).fetchall()
        counts = np.array([count for _, count, _ in rows], dtype=np.int64)
        try:
            numbers = np.frombuffer(b"".join(blob for *_, blob in rows), dtype="<f4")
            both = numbers.reshape(int(counts.sum()), -1 if rows else 0)
        except ValueError as error:
            raise self._damaged("vectors of several lengths") from error
        ids = np.array([passage for passage, *_ in rows], dtype=np.int64)
        found = PassageVectors(ids, np.cumsum(counts) - counts, both.astype(np.float32, copy=False))
        self._matrix = _Matrix(model, changes, found)
        return found

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._open(":memory:" if not self.path.exists() else None) as db:
            yield db

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction, which is undone when it does not come to its end."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as error:
            raise LaresError(
                f"The knowledge cannot be kept in {shown(self.path)}: {error.strerror}."
            ) from error
        with self._open(None) as db, _transaction(db):
            yield db
            db.execute("UPDATE changes SET number = number + 1")

    @contextmanager
    def _open(self, instead: str | None) -> Iterator[sqlite3.Connection]:
        try:
            place = instead or str(self.path)
            with closing(sqlite3.connect(place, BUSY_S, isolation_level=None)) as db:
                db.execute("PRAGMA foreign_keys = ON")
                self._prepare(db)
                yield db
        except sqlite3.OperationalError as error:
            raise LaresError(
                f"The knowledge in {shown(self.path)} cannot be used now: {error}. Look whether "
                "another lares writes to it, and whether the disk is full or read-only."
            ) from error
        except sqlite3.DatabaseError as error:
            raise self._damaged(str(error)) from error

    def _prepare(self, db: sqlite3.Connection) -> None:
        version, tables = db.execute(
            "SELECT user_version, (SELECT count(*) FROM sqlite_schema) FROM pragma_user_version"
        ).fetchone()
        if version == VERSION:
            return
        if version or tables:
            raise LaresError(
                f"Expected {shown(self.path)} to be an index of version {VERSION}, found version "
                f"{version}: remove the file, and add the documents again."
            )
        with _transaction(db):
            if db.execute("PRAGMA user_version").fetchone() == (0,):  # nobody was faster
                for statement in _TABLES.split(";"):
                    db.execute(statement)

    def _damaged(self, found: str) -> LaresError:
        return LaresError(
            f"The index in {shown(self.path)} is damaged ({found}): remove the file, and add the "
            "documents again."
        )


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


_STORED = (
    "SELECT passages.id, passages.text, passages.heading, passages.page, passages.position,"
    " documents.path, documents.title"
    " FROM passages JOIN documents ON documents.id = passages.document"
)


def _stored(row: tuple[int, str, str, int | None, int, str, str]) -> tuple[int, Stored]:
    identity, text, heading, page, position, path, title = row
    passage = Passage(text, tuple(json.loads(heading)), page, position)
    return identity, Stored(passage, Path(path), title)


def _forget(db: sqlite3.Connection, path: Path) -> None:
    db.execute(
        "DELETE FROM words WHERE rowid IN (SELECT passages.id FROM passages"
        " JOIN documents ON documents.id = passages.document WHERE documents.path = ?)",
        (str(path),),
    )
    db.execute("DELETE FROM documents WHERE path = ?", (str(path),))


def _put_vectors(db: sqlite3.Connection, ids: Sequence[int | None], embedded: Embedded) -> None:
    db.executemany(
        "INSERT OR REPLACE INTO vectors (passage, model, count, vectors) VALUES (?, ?, ?, ?)",
        [
            (identity, embedded.model, len(vectors), vectors.astype("<f4").tobytes())
            for identity, vectors in zip(ids, embedded.vectors, strict=True)
        ],
    )
