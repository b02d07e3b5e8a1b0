"""Real PDF files for tests."""

from __future__ import annotations

from pathlib import Path

from fpdf import FPDF
from fpdf.enums import AccessPermission


def write_pdf(path: Path, *pages: str, password: str | None = None) -> Path:
    """A PDF with a page for each text; with a password it opens only with that."""
    pdf = FPDF()
    pdf.set_font("Helvetica", size=11)
    for text in pages:
        pdf.add_page()
        if text:
            pdf.multi_cell(0, 6, text)
        else:
            pdf.rect(20, 20, 100, 100)
    if password is not None:
        pdf.set_encryption("owner", password, permissions=AccessPermission.none())
    pdf.output(str(path))
    return path
