"""The index in a real SQLite file."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import numpy as np
import pytest

from edge.knowledge.documents import Document
from edge.knowledge.index import Embedded, Index, knowledge_file
from edge.knowledge.passages import Passage
from edge.types import LaresError


def document(name: str, sha256: str = "0") -> Document:
    return Document(Path("/docs", name), name, sha256, 1, 2, ())


def passages(*texts: str) -> tuple[Passage, ...]:
    return tuple(Passage(text, ("A", "B"), None, at) for at, text in enumerate(texts))


def embedded(*rows: list[float], model: str = "m") -> Embedded:
    return Embedded(model, tuple(np.array([row, row], dtype=np.float32) for row in rows))


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return Index(tmp_path / "data" / "knowledge.db")


def test_nothing_is_written_by_looking(index: Index) -> None:
    assert index.documents() == ()
    assert index.by_words(["boiler"], 3) == ()
    assert index.vectors("m").ids.shape == (0,)
    assert not index.path.parent.exists()


def test_a_document_is_stored_and_found_by_words_in_any_form(index: Index) -> None:
    index.put(document("a"), passages("The boiler drips.", "Cats sleep."))
    ((identity, score),) = index.by_words(["drip", "dripping"], 3)
    assert score > 0
    ((_, stored),) = index.stored([identity])
    assert stored.passage == Passage("The boiler drips.", ("A", "B"), None, 0)
    assert (stored.path, stored.title) == (Path("/docs/a"), "a")
    (known,) = index.documents()
    assert (known.path, known.passages, known.mtime_ns, known.bytes) == (Path("/docs/a"), 2, 1, 2)


def test_only_this_user_can_read_the_file(index: Index) -> None:
    index.put(document("a"), passages("x"))
    assert stat.S_IMODE(index.path.stat().st_mode) == 0o600


def test_a_document_that_is_put_again_is_replaced(index: Index) -> None:
    index.put(document("a"), passages("old words"), embedded([1.0, 0.0]))
    index.put(document("b"), passages("other words"), embedded([0.0, 1.0]))
    index.put(document("a", "1"), passages("new words"), embedded([0.6, 0.8]))
    assert [known.sha256 for known in index.documents()] == ["1", "0"]
    assert index.by_words(["old"], 3) == ()
    assert len(index.by_words(["words"], 3)) == 2
    assert len(index.vectors("m").ids) == 2


def test_what_is_removed_leaves_nothing_behind(index: Index) -> None:
    index.put(document("a"), passages("secret"), embedded([1.0, 0.0]))
    index.remove([Path("/docs/a"), Path("/docs/never")])
    assert index.documents() == index.by_words(["secret"], 3) == ()
    with sqlite3.connect(index.path) as db:
        for table in ("passages", "vectors", "words"):
            assert db.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_vectors_that_were_read_are_read_again_when_another_process_changed_them(
    index: Index,
) -> None:
    index.put(document("a"), passages("x"), embedded([1.0, 0.0]))
    assert len(index.vectors("m").ids) == 1
    assert index.vectors("m") is index.vectors("m")
    Index(index.path).put(document("b"), passages("y"), embedded([0.0, 1.0]))
    assert len(index.vectors("m").ids) == 2


def test_vectors_of_another_embedder_do_not_count_and_are_replaced(index: Index) -> None:
    index.put(document("a"), passages("x", "y"), embedded([1.0, 0.0], [0.0, 1.0], model="old"))
    assert len(index.vectors("new").ids) == 0
    waiting = index.without_vectors("new")
    assert [stored.passage.text for _, stored in waiting] == ["x", "y"]
    index.put_vectors([waiting[0][0]], embedded([0.6, 0.8], model="new"))
    assert [stored.passage.text for _, stored in index.without_vectors("new")] == ["y"]
    assert len(index.vectors("old").ids) == len(index.vectors("new").ids) == 1


def test_what_cannot_be_stored_whole_is_not_stored_at_all(index: Index) -> None:
    index.put(document("a"), passages("old"), embedded([1.0, 0.0]))
    with pytest.raises(ValueError, match="shorter"):
        index.put(document("a", "1"), passages("new", "newer"), embedded([1.0, 0.0]))
    (known,) = index.documents()
    assert (known.sha256, known.passages) == ("0", 1)
    assert len(index.by_words(["old"], 3)) == 1


def test_rare_words_weigh_more(index: Index) -> None:
    index.put(document("a"), passages("water here", "water there", "water and flue", "gas"))
    ids = [identity for identity, _ in index.by_words(["water"], 5)]
    covered = index.coverage(["water", "flue"], ids)
    flue = index.by_words(["flue"], 1)[0][0]
    assert covered[flue] == pytest.approx(1.0)
    assert all(share < 0.4 for identity, share in covered.items() if identity != flue)
    assert set(index.coverage([], ids).values()) == {0.0}


@pytest.mark.parametrize(
    "content", [b"no database at all" * 100, b"SQLite format 3\0" + b"x" * 500]
)
def test_a_damaged_file_tells_what_to_do(index: Index, content: bytes) -> None:
    index.path.parent.mkdir()
    index.path.write_bytes(content)
    with pytest.raises(
        LaresError, match=r"damaged .*: remove the file, and add the documents again"
    ):
        index.documents()


def test_an_index_of_another_version_tells_what_to_do(index: Index) -> None:
    index.put(document("a"), passages("x"))
    with sqlite3.connect(index.path) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(LaresError, match="found version 99: remove the file"):
        index.documents()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LaresError, match="cannot be kept in"):
        Index(tmp_path / "file" / "knowledge.db").put(document("a"), ())


def test_it_is_kept_with_the_users_data() -> None:
    assert knowledge_file({}, Path("/h")) == Path("/h/.local/share/lares/knowledge.db")
    assert knowledge_file({"XDG_DATA_HOME": "/d"}, Path("/h")) == Path("/d/lares/knowledge.db")
