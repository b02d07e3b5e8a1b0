"""The model that tells needs from texts, as training writes it and as Lares runs it.

An artefact is a folder with `model.onnx` (int8, one text of any length → the probability of each
need, of talk and of orders), `tokenizer.json`, `needs.json`, a card and a manifest of hashes, as
the tagger's is.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.types import LaresError
from models.artifact import MODEL, TOKENIZER, verify
from models.onnx_text import load_text_model

ARTIFACT = Path(__file__).parent / "artifacts" / "needs"
"""The artefact that ships."""
NEEDS = "needs.json"
PROBABILITIES = "probabilities"
"""The model's output."""
NOTHING, ORDER = "nothing", "order"
"""The classes of talk, which asks for nothing, and of what says itself what is to be done."""
LEAST, SURE = 0.6, 0.9
"""Probabilities from which a need is asked about, and acted on."""
LONGEST = 64
"""Pieces of a text that are read."""
_REMEDY = "Restore the files, or train again with `lares train needs`."


@dataclass(frozen=True, slots=True, eq=False)
class NeedsModel:
    """The trained model."""

    needs: tuple[str, ...]
    session: Any
    tokenizer: Any

    def chances(self, text: str) -> NDArray[np.float32]:
        """The probability of each need, shape (needs,)."""
        ids = np.array([self.tokenizer.encode(text).ids[:LONGEST]], np.int64)
        found: NDArray[np.float32] = self.session.run([PROBABILITIES], {"input_ids": ids})[0][0]
        return found

    @classmethod
    def load(cls, folder: Path | None = None, *, threads: int = 1) -> NeedsModel:
        """The model of an artefact. Raises LaresError where it is not that of its manifest."""
        folder = folder or ARTIFACT
        verify(folder, (MODEL, TOKENIZER, NEEDS))
        try:
            told = json.loads((folder / NEEDS).read_text(encoding="utf-8"))
            needs = tuple(map(str, told["needs"]))
        except (ValueError, KeyError, TypeError) as error:
            raise LaresError(
                f"Expected the needs in {folder / NEEDS}, found {error!r}. {_REMEDY}"
            ) from error
        session, tokenizer = load_text_model(
            folder / MODEL, folder / TOKENIZER, what="a model of needs", remedy=_REMEDY,
            threads=threads,
        )  # fmt: skip
        return cls(needs, session, tokenizer)


def plain(text: str) -> str:
    """A text as it is compared: small letters, straight apostrophes, no punctuation."""
    lower = text.lower().replace("’", "'")
    return " ".join(re.findall(r"[\w']+", lower))
