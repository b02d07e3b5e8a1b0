"""The language models that are installed here, and prompts without a home."""

from __future__ import annotations

from pathlib import Path

from edge.llm.model import Piece, Prompt
from models.catalog import Catalog


def installed() -> list[Path]:
    """The files of all language models of the catalogue that are installed."""
    return [file for _, file in Catalog.load().language_models()]


def chat(text: str, told: str = "") -> Prompt:
    """A prompt in which somebody says a text to a model that was told what it is."""
    ours = f"<|im_start|>system\n{told}<|im_end|>\n" if told else ""
    return Prompt(
        (Piece(ours, True),) if ours else (),
        (
            Piece("<|im_start|>user\n", True),
            Piece(text),
            Piece("<|im_end|>\n<|im_start|>assistant\n", True),
        ),
    )
