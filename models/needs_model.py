"""The model that tells needs from texts, as training writes it and as Lares runs it.

An artefact is a folder with `model.onnx` (int8, one text of any length → the probability of each
need, of talk and of orders; and for each piece, that a clause begins there), `tokenizer.json`,
`needs.json`, a card and a manifest of hashes, as the tagger's is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
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
PROBABILITIES, BEGINNINGS = "probabilities", "beginnings"
"""The model's outputs."""
NOTHING, ORDER = "nothing", "order"
"""The classes of talk, which asks for nothing, and of what says itself what is to be done."""
LEAST, SURE = 0.6, 0.8
"""Probabilities from which a need is asked about, and acted on."""
BEGINS = 0.5
"""Probability from which a clause begins at a word."""
LONGEST = 64
"""Pieces of a text that are read."""
_REMEDY = "Restore the files, or train again with `lares train needs`."


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """What the model makes of a plain text. Probabilities from 0 to 1."""

    chances: NDArray[np.float32]
    """Of each need, shape (needs,)."""
    begins: NDArray[np.float32]
    """That a clause begins at each word, shape (words,)."""

    @classmethod
    def of(cls, text: str, encoded: Any, chances: NDArray[Any], begins: NDArray[Any]) -> Read:
        """From what a network gives for the pieces of an encoded text: chances of shape (needs,),
        begins of shape (pieces,). No clause begins where nothing was read."""
        first = first_pieces(text, encoded.offsets[:LONGEST])
        of_words = [0.0 if at is None else begins[at] for at in first]
        return cls(chances, np.array(of_words, np.float32))


@dataclass(frozen=True, slots=True, eq=False)
class NeedsModel:
    """The trained model."""

    needs: tuple[str, ...]
    session: Any
    tokenizer: Any

    def read(self, text: str) -> Read:
        """What a text tells that is `plain`."""
        encoded = self.tokenizer.encode(text)
        ids = np.array([encoded.ids[:LONGEST]], np.int64)
        outputs = [PROBABILITIES, BEGINNINGS]
        chances, begins = self.session.run(outputs, {"input_ids": ids})
        return Read.of(text, encoded, chances[0], begins[0])

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


def first_pieces(text: str, offsets: Sequence[tuple[int, int]]) -> list[int | None]:
    """The first piece of each word of a plain text; None of those beyond the last piece."""
    begun = {begin: at for at, (begin, end) in enumerate(offsets) if end > begin}
    return [begun.get(word.start()) for word in re.finditer(r"\S+", text)]


def plain(text: str) -> str:
    """A text as it is compared: small letters, straight apostrophes, no punctuation."""
    lower = text.lower().replace("’", "'")
    return " ".join(re.findall(r"[\w']+", lower))
