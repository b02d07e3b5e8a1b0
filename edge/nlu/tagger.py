"""The tagger at work: a text in, one intent and the words that fill its slots out.

The artefact in `models/artifacts/tagger` is verified against its manifest, then run by ONNX Runtime
on one thread; a short sentence takes a few milliseconds. Neither torch nor transformers is needed.
Training and export are in `models/`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.types import OUT_OF_SCOPE, Span, Tagging
from models.artifact import ARTIFACT, LABELS, MODEL, REMEDY, STATES, TOKENIZER, verify
from models.labels import OUTSIDE, Labels, Word, spans, words
from models.linear import softmax
from models.onnx_text import load_text_model

_MAX_PIECES = 128
"""The network's longest input, in word pieces."""


@dataclass(frozen=True, slots=True)
class TaggerView:
    """What the tagger thinks of a text, with what it holds for less likely."""

    intents: tuple[tuple[str, float], ...]
    """The likeliest first, each with its calibrated probability."""
    spans: tuple[tuple[Span, float], ...] = ()
    """Each with the mean probability of the tags of its words."""


@dataclass(frozen=True, slots=True, eq=False)
class States:
    """What the encoder makes of a text, for heads other than the tagger's own."""

    words: tuple[Word, ...]
    """The text's words that the network reads: of a very long text the first ones."""
    of_words: NDArray[np.float32]
    """The last hidden state at each word's first piece, shape (words, 384)."""
    mean: NDArray[np.float32]
    """The mean over all pieces, shape (384,)."""


@dataclass(frozen=True, slots=True, eq=False)
class _Scored:
    """What the network says of a text that has words."""

    words: tuple[Word, ...]
    begins: dict[int, int]
    """Word → its first piece; words beyond the network's longest input have none."""
    intents: Any
    """Calibrated probabilities, shape (intents,)."""
    tags: Any
    """Logits, shape (pieces, tags)."""


class Tagger:
    """Tags texts with a trained artefact.

    Raises LaresError when the folder lacks a file or holds one that is not the manifest's.
    """

    def __init__(self, path: Path | None = None) -> None:
        folder = path or ARTIFACT
        verify(folder)
        self._labels = Labels.load(folder / LABELS)
        self._session, self._tokenizer = load_text_model(
            folder / MODEL, folder / TOKENIZER, what="a tagger", remedy=REMEDY
        )
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def tag(self, text: str) -> Tagging:
        """The text's intent and spans. A text without words is out of scope, for certain.

        Of a very long text the first 64 words count. No text raises an error.
        """
        scored = self._scored(text)
        if scored is None:
            return Tagging(text, OUT_OF_SCOPE, 1.0)
        best = int(scored.intents.argmax())
        confidence = float(scored.intents[best])
        return Tagging(text, self._labels.intents[best], confidence, self._spans(text, scored))

    def explain(self, text: str, count: int = 3) -> TaggerView:
        """What `tag` chose from: the `count` likeliest intents, and its spans with probabilities.

        The first intent and the spans are those of `tag`.
        """
        scored = self._scored(text)
        if scored is None:
            return TaggerView(((OUT_OF_SCOPE, 1.0),))
        order = (-scored.intents).argsort(kind="stable")[:count]
        chances = softmax(scored.tags).max(-1)
        found = []
        for span in self._spans(text, scored):
            inside = [
                float(chances[scored.begins[at]])
                for at, word in enumerate(scored.words)
                if at in scored.begins and span.start <= word.start < span.end
            ]
            found.append((span, sum(inside) / len(inside)))
        return TaggerView(
            tuple((self._labels.intents[at], float(scored.intents[at])) for at in order),
            tuple(found),
        )

    def states(self, text: str) -> States | None:
        """What the encoder makes of a text; None for a text without words."""
        text_words = words(text)
        ids, begins = self._pieces(text_words)
        if not begins:
            return None
        (states,) = self._session.run([STATES], {"input_ids": ids})
        of_words = states[0, [*begins.values()]]
        return States(tuple(text_words[at] for at in begins), of_words, states[0].mean(0))

    def _pieces(self, text_words: Sequence[Word]) -> tuple[NDArray[np.int64], dict[int, int]]:
        """The network's input, shape (1, pieces), and each word's first piece."""
        encoding = self._tokenizer.encode([word.text for word in text_words], is_pretokenized=True)
        begins: dict[int, int] = {}
        for place, word in enumerate(encoding.word_ids[:_MAX_PIECES]):
            if word is not None:
                begins.setdefault(word, place)
        return np.array([encoding.ids[:_MAX_PIECES]], dtype=np.int64), begins

    def _scored(self, text: str) -> _Scored | None:
        """The network's answer; None for a text without words."""
        text_words = words(text)
        ids, begins = self._pieces(text_words)
        if not begins:
            return None
        intents, tags = self._session.run(["intent", "tags"], {"input_ids": ids})
        return _Scored(text_words, begins, softmax(intents[0] / self._labels.temperature), tags[0])

    def _spans(self, text: str, scored: _Scored) -> tuple[Span, ...]:
        choices = scored.tags.argmax(-1)
        word_tags = [
            self._labels.tags[choices[scored.begins[at]]] if at in scored.begins else OUTSIDE
            for at in range(len(scored.words))
        ]
        return spans(text, scored.words, word_tags)
