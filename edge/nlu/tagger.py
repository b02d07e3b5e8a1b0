"""The tagger at work: a text in, one intent and the words that fill its slots out.

The artefact in `models/artifacts/tagger` is verified against its manifest, then run by ONNX Runtime
on one thread; a short sentence takes a few milliseconds. Neither torch nor transformers is needed.
Training and export are in `models/`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from edge.types import OUT_OF_SCOPE, LaresError, Tagging
from models.artifact import ARTIFACT, LABELS, MODEL, REMEDY, TOKENIZER, verify
from models.labels import OUTSIDE, Labels, spans, words

_MAX_PIECES = 128
"""The network's longest input, in word pieces."""


class Tagger:
    """Tags texts with a trained artefact.

    Raises LaresError when the folder lacks a file or holds one that is not the manifest's.
    """

    def __init__(self, path: Path | None = None) -> None:
        folder = path or ARTIFACT
        verify(folder)
        import onnxruntime  # noqa: PLC0415 (slow to import, and needed only where texts are tagged)
        from tokenizers import Tokenizer  # noqa: PLC0415

        self._labels = Labels.load(folder / LABELS)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
            self._session: Any = onnxruntime.InferenceSession(
                str(folder / MODEL), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # both libraries raise kinds of their own
            raise LaresError(
                f"Expected a tagger that loads in {folder}, found: {error}. {REMEDY}"
            ) from error
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def tag(self, text: str) -> Tagging:
        """The text's intent and spans. A text without words is out of scope, for certain.

        Of a very long text the first 64 words count. No text raises an error.
        """
        text_words = words(text)
        encoding = self._tokenizer.encode([word.text for word in text_words], is_pretokenized=True)
        ids = encoding.ids[:_MAX_PIECES]
        begins: dict[int, int] = {}
        for place, word in enumerate(encoding.word_ids[:_MAX_PIECES]):
            if word is not None:
                begins.setdefault(word, place)
        if not begins:
            return Tagging(text, OUT_OF_SCOPE, 1.0)
        intents, tags = self._session.run(None, {"input_ids": np.array([ids], dtype=np.int64)})
        chances = _softmax(intents[0] / self._labels.temperature)
        best = int(chances.argmax())
        choices = tags[0].argmax(-1)
        word_tags = [
            self._labels.tags[choices[begins[at]]] if at in begins else OUTSIDE
            for at in range(len(text_words))
        ]
        return Tagging(
            text,
            self._labels.intents[best],
            float(chances[best]),
            spans(text, text_words, word_tags),
        )


def _softmax(logits: Any) -> Any:
    raised = np.exp(logits - logits.max())
    return raised / raised.sum()
