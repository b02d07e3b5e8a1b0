"""Real files of all kinds and damages become documents, or say why not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.knowledge.documents import MOST_TEXT_BYTES, found, named, read
from edge.knowledge.pdf import pdf_sections
from edge.knowledge.sections import UnreadableDocument
from edge.types import LaresError
from tests.edge.knowledge.pdfs import write_pdf


def test_markdown_text_and_pdf_are_found_below_a_folder_and_nothing_else(tmp_path: Path) -> None:
    for name in ("b.md", "a.TXT", "sub/c.pdf", "d.docx", ".hidden.md", ".git/e.md", "sub/f.text"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    names = [str(path.relative_to(tmp_path)) for path in found(tmp_path).paths]
    assert names == ["a.TXT", "b.md", "sub/c.pdf", "sub/f.text"]


def test_links_in_a_circle_have_an_end(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("text")
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "self.md").symlink_to("self.md")
    assert [path.name for path in found(tmp_path).paths] == ["a.md", "self.md"]
    with pytest.raises(UnreadableDocument, match=r"self\.md cannot be read"):
        read(tmp_path / "self.md")


@pytest.mark.parametrize(
    ("name", "told"), [("none", "found no"), ("x.docx", r"expected a document \(.markdown, .md")]
)
def test_a_place_without_documents_is_an_error(tmp_path: Path, name: str, told: str) -> None:
    (tmp_path / "x.docx").write_text("x")
    with pytest.raises(LaresError, match=told):
        found(tmp_path / name)


def test_a_markdown_file_is_called_by_its_heading_and_others_by_their_name(tmp_path: Path) -> None:
    (tmp_path / "boiler_x.md").write_text("# The boiler\nhot")
    (tmp_path / "my-bins_2.txt").write_text("full")
    assert read(tmp_path / "boiler_x.md").title == "The boiler"
    assert read(tmp_path / "my-bins_2.txt").title == "my bins 2"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_usual_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("Früh an der Tür – 20 °C.\r\n\r\nSpät.".encode(encoding))
    assert read(path).sections[0].blocks == ("Früh an der Tür – 20 °C.", "Spät.")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\x7fELF\x01\x00\x00 text", "named as text, but holds something else"),
        (b"\x1b[31mred", "named as text, but holds something else"),
        (b"\xff\xfe\x00\xd8", "named as text, but holds something else"),
        (b"ok \x81\x8d", "named as text, but holds something else"),
        (b" \n\n ", "has no text in it"),
        (b"", "has no text in it"),
        (b"a" * (MOST_TEXT_BYTES + 1), "5,000,001 bytes, and a .txt file may have 5,000,000"),
    ],
)
def test_what_is_no_text_is_told(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(content)
    with pytest.raises(UnreadableDocument, match=told):
        read(path)


def test_a_pipe_and_a_gone_file_are_told_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")
    with pytest.raises(UnreadableDocument, match="is no regular file"):
        read(tmp_path / "a.txt")
    with pytest.raises(UnreadableDocument, match="No such file"):
        read(tmp_path / "b.txt")


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is locked for root")
def test_files_and_folders_that_may_not_be_read_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "a.txt").chmod(0)
    with pytest.raises(UnreadableDocument, match="Permission denied"):
        read(tmp_path / "a.txt")
    (tmp_path / "sub").mkdir(mode=0)
    (problem,) = found(tmp_path).problems
    assert problem.endswith("sub cannot be looked into: Permission denied")


def test_a_name_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.txt"))
    path.write_text("x")
    with pytest.raises(UnreadableDocument, match="not UTF-8: rename it"):
        read(found(tmp_path).paths[0])


def test_a_pdf_is_read_page_by_page(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "dryer-manual.pdf", "The lint filter is in the door.", "", "Bye.")
    document = read(path)
    assert document.title == "dryer manual"
    assert [(s.page, s.blocks) for s in document.sections] == [
        (1, ("The lint filter is in the door.",)),
        (3, ("Bye.",)),
    ]


def test_a_pdf_that_cannot_be_read_tells_why(tmp_path: Path) -> None:
    whole = write_pdf(tmp_path / "a.pdf", "text").read_bytes()
    (tmp_path / "half.pdf").write_bytes(whole[:200])
    (tmp_path / "none.pdf").write_bytes(b"hello")
    write_pdf(tmp_path / "scan.pdf", "", "")
    write_pdf(tmp_path / "locked.pdf", "text", password="secret")
    for name, told in (
        ("half", "is no whole PDF"),
        ("none", "is no whole PDF"),
        ("scan", "images without text"),
        ("locked", "locked with a password"),
    ):
        with pytest.raises(UnreadableDocument, match=rf"{name}\.pdf.*{told}"):
            read(tmp_path / f"{name}.pdf")


def test_a_pdf_that_only_forbids_printing_is_read(tmp_path: Path) -> None:
    assert read(write_pdf(tmp_path / "a.pdf", "text", password="")).sections[0].blocks == ("text",)


@given(st.binary(max_size=300))
def test_no_bytes_make_the_pdf_reader_fail_otherwise(content: bytes) -> None:
    for data in (content, b"%PDF-1.7\n" + content):
        with pytest.raises(UnreadableDocument):
            pdf_sections(data, "x.pdf")


def test_names_become_words() -> None:
    assert [named(stem) for stem in ("a_b--c d", "_", "x")] == ["a b c d", "_", "x"]
