"""A tagger small enough to train in a test: one random layer, and sentences of two intents."""

from __future__ import annotations

from typing import Any

from edge.types import OUT_OF_SCOPE, Span
from models.corpus import Corpus
from models.labels import Example, words

ROOMS = ("kitchen", "hall", "attic", "office", "cellar", "garage")
TALK = ("who wrote this song", "tell me a story", "how old is the moon", "where do birds sleep")


def corpus() -> Corpus:
    """Lights switched on in rooms, and talk; the same sentences to train on and held out."""
    examples = []
    for room in ROOMS:
        text = f"turn on the {room} lights"
        at = text.index(room)
        area = Span("area", at, at + len(room), room)
        domain = Span("domain", len(text) - 6, len(text), "lights")
        examples.append(Example(text, "HassTurnOn", (area, domain), "test"))
    examples += [Example(text, OUT_OF_SCOPE, (), "test") for text in TALK]
    return Corpus(tuple(examples * 8), tuple(examples), {"test": "0" * 64})


def tokenizer() -> dict[str, Any]:
    """A tokenizer.json in BERT's manner that knows the words of the corpus and all letters."""
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    known = {word.text for example in corpus().train for word in words(example.text)}
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *letters, *(f"##{c}" for c in letters)]
    pieces += sorted(known)
    ids = {piece: number for number, piece in enumerate(pieces)}
    special = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
    marks = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}

    def ends(kind: str) -> dict[str, Any]:
        return {"SpecialToken": {"id": kind, "type_id": 0}}

    return {
        "version": "1.0",
        "truncation": {
            "direction": "Right",
            "max_length": 128,
            "strategy": "LongestFirst",
            "stride": 0,
        },
        "padding": None,
        "added_tokens": [
            {"id": ids[name], "content": name, "special": True, **marks} for name in special
        ],
        "normalizer": {
            "type": "BertNormalizer",
            "clean_text": True,
            "handle_chinese_chars": True,
            "strip_accents": None,
            "lowercase": True,
        },
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [ends("[CLS]"), {"Sequence": {"id": "A", "type_id": 0}}, ends("[SEP]")],
            "pair": [
                ends("[CLS]"),
                {"Sequence": {"id": "A", "type_id": 0}},
                {"Sequence": {"id": "B", "type_id": 0}},
            ],
            "special_tokens": {
                name: {"id": name, "ids": [ids[name]], "tokens": [name]}
                for name in ("[CLS]", "[SEP]")
            },
        },
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {
            "type": "WordPiece",
            "unk_token": "[UNK]",
            "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100,
            "vocab": ids,
        },
    }


def encoder_config() -> dict[str, Any]:
    """The fields of a BertConfig with one narrow layer."""
    return {
        "vocab_size": len(tokenizer()["model"]["vocab"]),
        "hidden_size": 32,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 64,
        "max_position_embeddings": 512,
        "type_vocab_size": 2,
    }
