"""Language models of GGUF files, run by llama.cpp.

One model serves many requests at once, in turns of a step each (`edge.kernel.scheduler`):

- what a request has been read and written is its *sequence* in the model's memory (keys and values
  of each token, llama.cpp's KV cache). There are a few seats for sequences; who must give up its
  seat to another is written to memory, and reads it back when it goes on. Each sequence has a
  memory of its own, so that what is written does not depend on who else was there;
- what prompts begin with, the prefix and the home, has a seat for itself and is copied from there
  to each request. Of the next one only what follows the first difference is read. The prefix is
  kept in a file between starts;
- a step can be interrupted in the middle. It leaves nothing behind and is taken again.
"""

from __future__ import annotations

import codecs
import ctypes
import hashlib
import itertools
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from edge.kernel.cores import Cores
from edge.kernel.scheduler import Steps
from edge.llm.model import Ending, Piece, Prompt, Told, Writing, Written
from edge.llm.signs import signed, signs_of
from edge.types import LaresError
from edge.voice.packages import load
from models.artifact import sha256
from models.gguf import Gguf

SEATS = 3
"""Sequences that are in memory at once, beside the prefix."""
CONTEXT = 2048
"""Tokens of a sequence: prompt and answer."""
TOKENS_A_STEP = 64
"""Of a prompt; on two cores SmolLM2 reads so many in a fifth of a second."""
_FIRST_SEAT = SEATS
MOST_THREADS = 4
"""More than four do not make small models faster."""
_TOKENS_A_LOOK = 16
"""After so many it is asked anew how many cores compute."""
_ABORTED = 2
"""What llama.cpp's `llama_decode` gives when it was interrupted."""
_BESIDES_BYTES = 64 << 20
"""What llama.cpp needs beside weights and sequences, about."""


class LlamaError(LaresError):
    """llama.cpp cannot do what it is asked."""


@dataclass(eq=False, slots=True)
class _Sequence:
    """One request's place in the model's memory."""

    adapter: str
    """What is laid on the model while it is read and written."""
    used: int = 0
    """When it last computed."""
    seat: int | None = None
    tokens: int = 0
    """How many are in memory."""
    kept: bytes = b""
    """Its memory, while it has no seat."""


@dataclass(eq=False, slots=True)
class _Sampler:
    """Chooses tokens: the likeliest that the grammar allows, or one of the likely ones."""

    grammar: Any = None
    chance: Any = None
    parts: list[Any] = field(default_factory=list)


class LlamaLanguageModel:
    """The model of one GGUF file.

    adapters: LoRA adapters in GGUF, by the name that `Writing.adapter` has: each is laid on the
    model for the answers that name it.
    keep: a folder for read prefixes; None: they are read anew at each start.
    threads: how many cores compute, asked now and then; None: all, up to four, that nobody else
    uses. available_bytes: the memory that it may take; None: as much as it needs.

    Raises LaresError when llama-cpp-python is missing, or the file is missing, foreign, damaged, or
    needs more memory than there is.
    """

    def __init__(
        self,
        path: Path,
        *,
        name: str = "",
        adapters: Mapping[str, Path] | None = None,
        keep: Path | None = None,
        threads: Callable[[], int] | None = None,
        available_bytes: int | None = None,
        context: int = CONTEXT,
    ) -> None:
        self.name = name or path.stem
        told = Gguf.read(path)
        self._signs = signs_of(told.values)
        needed = needed_bytes(told, context)
        if available_bytes is not None and needed > available_bytes:
            raise LlamaError(
                f"{path.name} needs {needed >> 20:,} MB of memory, and {available_bytes >> 20:,} MB"
                " are free: choose a smaller model with `lares models suggest`."
            )
        self._llama = load("llama_cpp", purpose="The language model", extra="llm")
        _be_silent(self._llama)
        self._context_tokens = context
        self._keep = keep
        self._model = self._loaded(path)
        self._vocabulary = self._llama.llama_model_get_vocab(self._model)
        self._threads = threads or Cores(min(MOST_THREADS, os.cpu_count() or 1))
        self._context = self._made_context(context)
        files = dict(adapters or {})
        self._adapters = {called: self._adapter_of(file) for called, file in files.items()}
        self._digests = {called: sha256(file) for called, file in files.items()}
        self._laid_on = ""
        """The adapter that is laid on the model now."""
        self._words = int(self._llama.llama_vocab_n_tokens(self._vocabulary))
        self._memory = self._llama.llama_get_memory(self._context)
        self._identity = f"{path.stat().st_size}:{self.name}:{context}"
        self._seated: dict[int, _Sequence] = {}
        self._begun: tuple[str, tuple[int, ...]] = ("", ())
        """What is in the beginning's seat: tokens, as the model with this adapter read them."""
        self._clock = itertools.count(1)
        self._interrupted = ctypes.create_string_buffer(2)
        self._watch = _watching(self._llama)
        self._llama.llama_set_abort_callback(
            self._context, self._watch, ctypes.cast(self._interrupted, ctypes.c_void_p)
        )
        self._open = True

    def write(self, prompt: Prompt, writing: Writing, told: Told | None = None) -> Steps[Written]:
        prefix = self._tokens(prompt.prefix, is_first=True)
        beginning = [*prefix, *self._tokens(prompt.home, is_first=not prefix)]
        whole = [*beginning, *self._tokens(prompt.request, is_first=not beginning)]
        room = self._context_tokens - len(whole)
        if room < 1 or not whole:
            raise LlamaError(
                f"expected a request of fewer than {self._context_tokens} tokens with what the "
                f"model is told of the home, found {len(whole)}: ask for something shorter."
            )
        if writing.adapter and writing.adapter not in self._adapters:
            raise LlamaError(f"{self.name}: expected an adapter, found none: {writing.adapter!r}.")
        sequence = _Sequence(writing.adapter)
        most = min(writing.most_tokens, room)
        text = codecs.getincrementaldecoder("utf-8")("replace")
        written, tokens, chances = "", 0, 0.0
        ending: Ending = "length"
        self._suit_threads()
        with self._sampling(writing) as sampler, self._sequence(sequence):
            usable = tuple(beginning[: len(whole) - 1])
            kept = yield from self._begin(sequence, usable, len(prefix))
            token, chance = None, 0.0
            for at in range(sequence.tokens, len(whole), TOKENS_A_STEP):
                some = whole[at : at + TOKENS_A_STEP]
                token, chance = yield from self._next(sequence, some, sampler)
                yield
            while tokens < most and token is not None:
                chances += chance
                if self._llama.llama_vocab_is_eog(self._vocabulary, token):
                    ending = "end"
                    break
                tokens += 1
                piece = text.decode(self._bytes(token))
                written += piece
                if told is not None and piece:
                    told(piece)
                if tokens % _TOKENS_A_LOOK == 0:
                    self._suit_threads()
                if tokens < most:
                    self._accept(sampler, token)
                    token, chance = yield from self._next(sequence, [token], sampler)
                    yield
        return Written(written, tokens, len(whole), kept, ending, chances)

    def interrupt(self) -> None:
        """Have the step that is being taken end now, to be taken again; from any thread."""
        self._interrupted[0] = b"\1"

    def close(self) -> None:
        if self._open:
            self._open = False
            self._llama.llama_free(self._context)
            for adapter in self._adapters.values():
                self._llama.llama_adapter_lora_free(adapter)
            self._llama.llama_model_free(self._model)

    def _loaded(self, path: Path) -> Any:
        self._llama.llama_backend_init()
        settings = self._llama.llama_model_default_params()
        model = self._llama.llama_model_load_from_file(os.fsencode(path), settings)
        if not model:
            raise LlamaError(
                f"{path}: llama.cpp cannot load this model: it may be of a newer kind than "
                "llama-cpp-python knows. Fetch the model that `lares models list` names."
            )
        return model

    def _made_context(self, tokens: int) -> Any:
        settings = self._llama.llama_context_default_params()
        settings.n_ctx = tokens * (SEATS + 1)
        settings.n_batch = settings.n_ubatch = TOKENS_A_STEP
        settings.n_seq_max = SEATS + 1
        settings.kv_unified = False
        settings.n_threads = settings.n_threads_batch = self._threads()
        settings.no_perf = True
        context = self._llama.llama_init_from_model(self._model, settings)
        if not context:
            self._llama.llama_model_free(self._model)
            raise LlamaError(
                f"{self.name}: expected memory for {tokens} tokens, found too little: choose a "
                "smaller model, or end other programs."
            )
        return context

    def _suit_threads(self) -> None:
        threads = self._threads()
        self._llama.llama_set_n_threads(self._context, threads, threads)

    def _adapter_of(self, path: Path) -> Any:
        Gguf.read(path)
        adapter = self._llama.llama_adapter_lora_init(self._model, os.fsencode(path))
        if not adapter:
            raise LlamaError(f"{path}: expected an adapter made for {self.name}.")
        return adapter

    def _lay_on(self, name: str) -> None:
        if name == self._laid_on:
            return
        some = [self._adapters[name]] if name else []
        adapters = (self._llama.llama_adapter_lora_p_ctypes * len(some))(*some)
        scales = (ctypes.c_float * len(some))(*(1.0 for _ in some))
        self._llama.llama_set_adapters_lora(self._context, adapters, len(some), scales)
        self._laid_on = name

    def _begin(self, sequence: _Sequence, tokens: tuple[int, ...], prefix: int) -> Steps[int]:
        """Give a sequence what its prompt begins with, of which so many are the prefix. Returns how
        many of these tokens were not read for it; where another one takes the seat meanwhile, it
        gets none."""
        if not tokens:
            return 0
        adapter = sequence.adapter
        prefix = min(prefix, len(tokens))
        kept = _whole_steps(self._shared(adapter, tokens), prefix, len(tokens))
        if kept < prefix and self._recalled(adapter, tokens[:prefix]):
            kept = prefix
        kept = self._cut_to(kept, adapter)
        while (read := len(self._begun[1])) < len(tokens):
            end = prefix if read < prefix else len(tokens)
            some = tokens[read : min(read + TOKENS_A_STEP, end)]
            while not self._read(some, read, _FIRST_SEAT, adapter):
                yield
                if self._begun != (adapter, tokens[:read]):
                    return 0
            self._begun = (adapter, tokens[: read + len(some)])
            if read + len(some) == prefix:
                self._remember(adapter, tokens[:prefix])
            yield
            if self._begun != (adapter, tokens[: read + len(some)]):
                return 0
        seat = self._seat(sequence)
        self._llama.llama_memory_seq_cp(self._memory, _FIRST_SEAT, seat, 0, -1)
        sequence.tokens = len(tokens)
        return kept

    def _shared(self, adapter: str, tokens: tuple[int, ...]) -> int:
        """How many of these tokens are in the beginning's seat."""
        read_by, read = self._begun
        if read_by != adapter:
            return 0
        pairs = zip(read, tokens, strict=False)
        return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))

    def _cut_to(self, count: int, adapter: str) -> int:
        """Leave so many tokens in the beginning's seat. Returns how many are left: none where the
        model's memory cannot be cut."""
        if count and not self._llama.llama_memory_seq_rm(self._memory, _FIRST_SEAT, count, -1):
            count = 0
        if not count:
            self._forget_beginning()
        self._begun = (adapter, self._begun[1][:count])
        return count

    def _forget_beginning(self) -> None:
        self._begun = ("", ())
        self._llama.llama_memory_seq_rm(self._memory, _FIRST_SEAT, 0, -1)

    def _kept_file(self, adapter: str, tokens: tuple[int, ...]) -> Path | None:
        if self._keep is None:
            return None
        told = f"{self._identity}:{self._digests.get(adapter, '')}:{','.join(map(str, tokens))}"
        return self._keep / f"{hashlib.sha256(told.encode()).hexdigest()[:32]}.kv"

    def _recalled(self, adapter: str, tokens: tuple[int, ...]) -> bool:
        """Whether the prefix was kept in a file, and is in its seat now."""
        file = self._kept_file(adapter, tokens)
        if file is None or not file.is_file():
            return False
        self._forget_beginning()
        found = (ctypes.c_int32 * len(tokens))()
        count = ctypes.c_size_t(0)
        read = self._llama.llama_state_seq_load_file(
            self._context, os.fsencode(file), _FIRST_SEAT, found, len(tokens), ctypes.byref(count)
        )
        if not read or tuple(found[: count.value]) != tokens:
            self._forget_beginning()
            file.unlink(missing_ok=True)
            return False
        self._begun = (adapter, tokens)
        return True

    def _remember(self, adapter: str, tokens: tuple[int, ...]) -> None:
        """Keep the prefix in a file, in the place of any other one's."""
        file = self._kept_file(adapter, tokens)
        if file is None or self._keep is None:
            return
        self._keep.mkdir(parents=True, exist_ok=True)
        for old in self._keep.glob("*.kv"):
            old.unlink(missing_ok=True)
        new = file.with_suffix(".new")
        array = (ctypes.c_int32 * len(tokens))(*tokens)
        done = self._llama.llama_state_seq_save_file(
            self._context, os.fsencode(new), _FIRST_SEAT, array, len(tokens)
        )
        if done:
            new.replace(file)
        else:
            new.unlink(missing_ok=True)

    @contextmanager
    def _sequence(self, sequence: _Sequence) -> Iterator[None]:
        """Whatever becomes of it, its seat is free in the end."""
        try:
            yield
        finally:
            if sequence.seat is not None and self._open:
                self._seated.pop(sequence.seat, None)
                self._llama.llama_memory_seq_rm(self._memory, sequence.seat, 0, -1)
                sequence.seat = None

    def _seat(self, sequence: _Sequence) -> int:
        """The seat of a sequence, which another one leaves if need be."""
        sequence.used = next(self._clock)
        if sequence.seat is not None:
            return sequence.seat
        free = [seat for seat in range(SEATS) if seat not in self._seated]
        seat = free[0] if free else self._left_by(min(self._seated.values(), key=lambda s: s.used))
        self._llama.llama_memory_seq_rm(self._memory, seat, 0, -1)
        if sequence.kept:
            buffer = (ctypes.c_uint8 * len(sequence.kept)).from_buffer_copy(sequence.kept)
            if not self._llama.llama_state_seq_set_data(self._context, buffer, len(buffer), seat):
                raise LlamaError(f"{self.name}: a suspended answer cannot go on: ask again.")
            sequence.kept = b""
        self._seated[seat] = sequence
        sequence.seat = seat
        return seat

    def _left_by(self, sequence: _Sequence) -> int:
        """The seat that a sequence leaves; its memory is kept."""
        seat = sequence.seat
        if seat is None:
            raise LlamaError(f"{self.name}: a sequence without a seat has none to leave.")
        size = self._llama.llama_state_seq_get_size(self._context, seat)
        buffer = (ctypes.c_uint8 * size)()
        copied = self._llama.llama_state_seq_get_data(self._context, buffer, size, seat)
        sequence.kept = bytes(buffer[:copied])
        sequence.seat = None
        del self._seated[seat]
        return seat

    def _next(
        self, sequence: _Sequence, tokens: Sequence[int], sampler: _Sampler
    ) -> Steps[tuple[int, float]]:
        """Read tokens and choose the next one, in one step: the model's opinion of what comes next
        is gone when it has read anything else. Gives the logarithm of its probability, too."""
        while not self._read(tokens, sequence.tokens, self._seat(sequence), sequence.adapter):
            yield
        sequence.tokens += len(tokens)
        return self._chosen(sampler)

    def _read(self, tokens: Sequence[int], place: int, seat: int, adapter: str) -> bool:
        """Read tokens into a seat. False where that was interrupted, and nothing was read."""
        self._interrupted[0] = b"\0"
        self._lay_on(adapter)
        batch = self._llama.llama_batch_init(len(tokens), 0, 1)
        try:
            batch.n_tokens = len(tokens)
            for at, token in enumerate(tokens):
                batch.token[at] = token
                batch.pos[at] = place + at
                batch.n_seq_id[at] = 1
                batch.seq_id[at][0] = seat
                batch.logits[at] = at == len(tokens) - 1
            failed = self._llama.llama_decode(self._context, batch)
        finally:
            self._llama.llama_batch_free(batch)
        if failed == _ABORTED:
            self._llama.llama_memory_seq_rm(self._memory, seat, place, -1)
            return False
        if failed:
            raise LlamaError(
                f"{self.name}: llama.cpp could not compute ({failed}): there may be too little "
                "memory. Choose a smaller model with `lares models suggest`."
            )
        return True

    @contextmanager
    def _sampling(self, writing: Writing) -> Iterator[_Sampler]:
        llama, sampler = self._llama, _Sampler()
        try:
            if writing.grammar:
                sampler.grammar = llama.llama_sampler_init_grammar(
                    self._vocabulary, writing.grammar.encode(), b"root"
                )
                if not sampler.grammar:
                    raise LlamaError("expected a grammar in llama.cpp's GBNF, found another text.")
                sampler.parts.append(sampler.grammar)
            if writing.temperature > 0:
                settings = llama.llama_sampler_chain_default_params()
                sampler.chance = llama.llama_sampler_chain_init(settings)
                sampler.parts.append(sampler.chance)
                for part in (
                    llama.llama_sampler_init_top_k(40),
                    llama.llama_sampler_init_temp(writing.temperature),
                    llama.llama_sampler_init_dist(writing.seed),
                ):
                    llama.llama_sampler_chain_add(sampler.chance, part)
            yield sampler
        finally:
            for part in sampler.parts:
                llama.llama_sampler_free(part)

    def _chosen(self, sampler: _Sampler) -> tuple[int, float]:
        """The next token, and the logarithm of its probability among all. What was chosen freely is
        asked of the grammar first: to ask it of all tokens takes as long as to compute one."""
        found = self._llama.llama_get_logits_ith(self._context, -1)
        logits = np.ctypeslib.as_array(found, (self._words,))
        token = self._of(sampler, np.arange(self._words), logits)
        if sampler.grammar is None or self._allowed(sampler, np.array([token])).any():
            return token, _chance(logits, token)
        every = np.arange(self._words)
        allowed = every[self._allowed(sampler, every)]
        if not allowed.size:
            raise LlamaError(f"{self.name}: the grammar allows nothing more.")
        token = self._of(sampler, allowed, logits)
        return token, _chance(logits, token)

    def _of(self, sampler: _Sampler, tokens: np.ndarray[Any, Any], logits: Any) -> int:
        if sampler.chance is None:
            return int(tokens[np.argmax(logits[tokens])])
        array, _data = self._candidates(tokens, logits[tokens])
        self._llama.llama_sampler_apply(sampler.chance, ctypes.byref(array))
        return int(array.data[array.selected].id)

    def _allowed(self, sampler: _Sampler, tokens: np.ndarray[Any, Any]) -> Any:
        array, data = self._candidates(tokens, np.zeros(len(tokens), np.float32))
        self._llama.llama_sampler_apply(sampler.grammar, ctypes.byref(array))
        return np.frombuffer(data, _CANDIDATE)["logit"] > -np.inf

    def _candidates(self, tokens: np.ndarray[Any, Any], logits: Any) -> tuple[Any, Any]:
        told = np.zeros(len(tokens), _CANDIDATE)
        told["id"], told["logit"] = tokens, logits
        data = (self._llama.llama_token_data * len(tokens)).from_buffer(told)
        return self._llama.llama_token_data_array(data, len(tokens), -1, False), data

    def _accept(self, sampler: _Sampler, token: int) -> None:
        for part in sampler.parts:
            self._llama.llama_sampler_accept(part, token)

    def tokens(self, prompt: Prompt) -> tuple[int, ...]:
        """A prompt as the model reads it."""
        pieces = (prompt.prefix, prompt.home, prompt.request)
        tokens: list[int] = []
        for some in pieces:
            tokens += self._tokens(some, is_first=not tokens)
        return tuple(tokens)

    def _tokens(self, pieces: Sequence[Piece], *, is_first: bool) -> list[int]:
        tokens: list[int] = []
        for piece in signed(pieces, self._signs):
            text = piece.text.encode()
            size = len(text) + 8
            buffer = (ctypes.c_int32 * size)()
            begins = is_first and not tokens
            count = self._llama.llama_tokenize(
                self._vocabulary, text, len(text), buffer, size, begins, piece.is_ours
            )
            tokens += buffer[: max(0, count)]
        return tokens

    def _bytes(self, token: int) -> bytes:
        buffer = ctypes.create_string_buffer(256)
        count = self._llama.llama_token_to_piece(self._vocabulary, token, buffer, 256, 0, False)
        return buffer.raw[: max(0, count)]


def _whole_steps(count: int, prefix: int, whole: int) -> int:
    """How many of `count` tokens were read in the same steps as they would be now: numbers that are
    rounded otherwise may make other words."""
    if count == whole:
        return count
    begin = prefix if count >= prefix else 0
    return begin + (count - begin) // TOKENS_A_STEP * TOKENS_A_STEP


_CANDIDATE = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])
"""llama.cpp's `llama_token_data`."""


def needed_bytes(told: Gguf, context: int = CONTEXT) -> int:
    """The memory that a model takes, with its sequences."""
    return told.bytes + _sequence_bytes(told, context) * (SEATS + 1) + _BESIDES_BYTES


def _sequence_bytes(told: Gguf, context: int) -> int:
    """Of one sequence: keys and values of 16 bits each, for each layer and each head that has
    its own."""

    def number(key: str, otherwise: int) -> int:
        value = told.values.get(f"{told.architecture}.{key}", otherwise)
        return value if isinstance(value, int) else otherwise

    layers, width = number("block_count", 0), number("embedding_length", 0)
    heads = max(1, number("attention.head_count", 1))
    own = number("attention.head_count_kv", heads)
    key = number("attention.key_length", width // heads)
    value = number("attention.value_length", width // heads)
    return context * layers * 2 * (key + value) * own


def _watching(llama: Any) -> Any:
    """What llama.cpp asks a thousand times a token whether to go on: no Python, which would take a
    tenth of the time, but the C library's `strlen` of the sign that is set to end it."""
    strlen = ctypes.cast(ctypes.CDLL(None).strlen, ctypes.c_void_p).value
    return llama.ggml_abort_callback(strlen)


def _chance(logits: Any, token: int) -> float:
    """The logarithm of a token's probability."""
    most = logits.max()
    return float(logits[token] - most - np.log(np.exp(logits - most).sum()))


def _be_silent(llama: Any) -> None:
    """llama.cpp tells a hundred lines about each model on standard error."""
    llama.llama_log_set(_silence(llama), ctypes.c_void_p(0))


@cache
def _silence(llama: Any) -> Any:
    """What llama.cpp calls with each line; it must live as long as llama.cpp."""
    return llama.llama_log_callback(lambda *_: None)
