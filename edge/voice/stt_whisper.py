"""Speech to text by Whisper base, run by CTranslate2 in 8-bit integers.

Whisper hears a whole utterance at once, when it has ended:

1. the utterance and one more second become a log-mel spectrogram. The usual 30 s would cost three
   times the time; fewer than 800 frames (8 s) make the decoder repeat itself, so shorter sound is
   filled with silence;
2. the encoder turns it into features, and the decoder writes text, having been told that the words
   of the home came before it (`Vocabulary.prompt`). That took wholly right orders from 68 % to 97 %
   of 60;
3. what the decoder invents is thrown away. On noise it writes sentences of which it is not sure
   (mean log probability of a token below -0.9, against above -0.5 for speech), or repeats the
   prompt, or never stops.

Where a grammar tells all that can be said, its words are the only ones that the decoder may write,
and no prompt is needed. It gives its best five texts, since the likeliest by sound alone need not
be one of the grammar's sentences.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from edge.types import SAMPLE_RATE, Hypothesis, LaresError, Samples, Transcript, Utterance
from edge.voice.mel import HOP, log_mel
from edge.voice.packages import load
from edge.voice.vocabulary import NUMBERS, Grammar, Vocabulary
from edge.voice.wording import asked_state, said_once, tidy, without_repeats, written

LEAST_FRAMES = 800
MOST_FRAMES = 3000
"""What the network was trained for: 30 s."""
SILENCE_FRAMES = 100
"""Silence after the utterance, in which the decoder finds its end."""
LEAST_SAMPLES = SAMPLE_RATE // 10
"""Shorter sound holds no word."""
CLOSED_BEAM = 5
LONGEST_REPEAT = 6
"""Tokens in a row that cannot be said twice. In the silence after a short command the decoder says
it again and again; the longest phrase that a command really has twice is like "a little bit of"."""
FEATURES_A_SECOND = 50
_FEATURES_AFTER = 20
_TEXTS_AT_ONCE = 12
SLOWED = 10 / 9
"""How much longer sound is made before texts are judged by it: of 254 clips, the right text was so
found in 190, and in 184 at the speed at which it was said."""
SIGNS = (".", ",", "-", "?")
"""What the decoder may write between a grammar's words."""
_FIRST_MERGE = "Ġ t"
MOST_PROMPT_TOKENS = 219
"""Half of the decoder's 448 positions, less the tokens that frame the prompt."""


@dataclass(frozen=True, slots=True, eq=False)
class _Sound:
    """An utterance, as the encoder has heard it."""

    features: Any
    """(1, frames / 2, width) in CTranslate2's memory."""
    frames: int
    seconds: float


@dataclass(frozen=True, slots=True)
class _Hearing:
    """How the decoder is told what to expect."""

    prompt: list[int]
    """Tokens that come before the text."""
    beam: int
    """Hypotheses that are kept while decoding, and given."""
    prompt_words: str = ""
    suppressed: list[int] = field(default_factory=lambda: [-1])
    """Tokens that cannot be said; -1 are those that Whisper's makers suppress."""

    @property
    def is_closed(self) -> bool:
        return not self.prompt_words

    def is_prompt(self, words: list[str]) -> bool:
        """Whether a text is a piece of the prompt, which is a list and no sentence, or its end.

        Of noise the decoder often says the prompt's last words again.
        """
        text = f" {' '.join(words)} "
        return self.prompt_words.endswith(text) or (len(words) >= 6 and text in self.prompt_words)


class WhisperSpeechToText:
    """Whisper in a directory that holds `model.bin`, `config.json`, `vocabulary.*`,
    `tokenizer.json`.

    threads: cores used for one utterance; 0 takes all, up to four.
    beam: hypotheses kept while decoding; 3 cost little and got 48 of 48 shifted commands right, 1
    got 42.
    least_log_probability: mean log probability of a token below which a text was invented.
    least_closed: the same where only a grammar's words can be heard, of a text that is then judged
    among all words: 45 orders in noise at 6 dB lay above -1.9, 5 of 50 other sentences.
    most_no_speech: probability of "no speech" above which a text of middling certainty was
    invented.

    Raises LaresError when package or model cannot be loaded.
    """

    name = "whisper"

    def __init__(
        self,
        model: Path,
        *,
        threads: int = 0,
        beam: int = 3,
        least_log_probability: float = -0.8,
        least_closed: float = -1.6,
        most_no_speech: float = 0.5,
    ) -> None:
        ctranslate2 = load("ctranslate2", purpose="The engine Whisper", extra="whisper")
        tokenizers = load("tokenizers", purpose="The engine Whisper", extra="whisper")
        try:
            self._model = ctranslate2.models.Whisper(
                str(model),
                device="cpu",
                compute_type="int8",
                intra_threads=threads or min(4, os.cpu_count() or 1),
            )
            self._tokenizer = tokenizers.Tokenizer.from_str(_mended(model / "tokenizer.json"))
        except Exception as error:  # both libraries raise nothing more special
            raise LaresError(
                f"Expected a Whisper model for CTranslate2 in {model}, but it cannot be loaded "
                f"({error}): fetch it again with: lares models fetch whisper-base"
            ) from error
        self._storage = ctranslate2.StorageView
        self._beam = beam
        self._least_closed = least_closed
        self._least_log_probability = least_log_probability
        self._most_no_speech = most_no_speech
        self._task = [
            self._token(name)
            for name in ("<|startoftranscript|>", "<|en|>", "<|transcribe|>", "<|notimestamps|>")
        ]
        self.set_vocabulary(Vocabulary())

    def set_vocabulary(self, vocabulary: Vocabulary) -> None:
        if vocabulary.closed and vocabulary.grammar is not None:
            self._hearing = self._closed(vocabulary.grammar)
        else:
            self._hearing = self._open(vocabulary.prompt())

    def session(self) -> WhisperSession:
        return WhisperSession(self)

    def transcribe(self, samples: Samples) -> Transcript:
        """The words of one utterance of at most 30 s; what is longer is not heard."""
        sound = self._encoded_sound(samples)
        return Transcript("", self.name, 0.0) if sound is None else self._transcribed(sound)

    def _encoded_sound(self, samples: Samples) -> _Sound | None:
        """None: it is too short for a word, or silent."""
        if len(samples) < LEAST_SAMPLES or not samples.any():
            return None
        frames = min(max(LEAST_FRAMES, len(samples) // HOP + SILENCE_FRAMES), MOST_FRAMES)
        features = self._model.encode(self._storage.from_array(log_mel(samples, frames)[None]))
        return _Sound(features, frames, len(samples) / SAMPLE_RATE)

    def _transcribed(self, sound: _Sound) -> Transcript:
        nothing = Transcript("", self.name, 0.0)
        features, frames, seconds = sound.features, sound.frames, sound.seconds
        hearing = self._hearing
        # CTranslate2 lets the text be no longer than half of `max_length`.
        longest = min(20 + 10 * frames // 100, max(len(hearing.prompt), MOST_PROMPT_TOKENS))
        result = self._model.generate(
            features,
            [hearing.prompt],
            beam_size=hearing.beam,
            num_hypotheses=hearing.beam,
            max_length=max(len(hearing.prompt) + longest, 2 * longest),
            no_repeat_ngram_size=LONGEST_REPEAT,
            suppress_tokens=hearing.suppressed,
            return_scores=True,
            return_no_speech_prob=True,
        )[0]
        tokens, log_probability = result.sequences_ids[0], float(result.scores[0])
        if hearing.is_closed:
            log_probability = self._of_all_words(sound, tokens)
            certain = log_probability >= self._least_closed
        else:
            certain = log_probability >= self._least_log_probability and not (
                result.no_speech_prob > self._most_no_speech
                and log_probability < self._least_log_probability / 2
            )
        hypotheses = self._hypotheses(result, seconds)
        words = self._words(tokens, seconds)
        never_ended = len(tokens) >= longest and not hearing.is_closed
        if never_ended or hearing.is_prompt(words):
            return nothing
        if not certain:
            return replace(nothing, hypotheses=hypotheses)
        return Transcript(" ".join(words), self.name, math.exp(log_probability), hypotheses)

    def _open(self, prompt: str) -> _Hearing:
        """Any words, those of the prompt rather than others."""
        tokens = self._tokenizer.encode(" " + prompt, add_special_tokens=False).ids
        return _Hearing(
            prompt=[self._token("<|startofprev|>"), *tokens[-MOST_PROMPT_TOKENS:], *self._task],
            beam=self._beam,
            prompt_words=f" {tidy(prompt)} ",
        )

    def _closed(self, grammar: Grammar) -> _Hearing:
        """These words only, in whatever way the decoder would write them.

        It wants "12-ounce Triple Shot": where it may write only "twelve ounce triple shot", it ends
        in the middle instead.
        """
        allowed = {self._token("<|endoftext|>")}
        for word in _written(frozenset(grammar.words)):
            allowed.update(self._encoded(f" {word}"))
            if len(pieces := self._encoded(word)) == 1:
                allowed.update(pieces)
        for sign in SIGNS:
            allowed.update(self._encoded(sign))
        return _Hearing(
            prompt=self._task,
            beam=CLOSED_BEAM,
            suppressed=[t for t in range(self._tokenizer.get_vocab_size()) if t not in allowed],
        )

    def _of_all_words(self, sound: _Sound, tokens: list[int]) -> float:
        """Mean log probability of a text's tokens among all that Whisper knows.

        Decoding within a grammar tells how probable a text is among the grammar's words only.
        """
        if not tokens:
            return -math.inf
        aligned = self._model.align(sound.features, self._task[:-1], [tokens], sound.frames)[0]
        return sum(_log_probabilities(aligned)) / len(tokens)

    def _log_probabilities(self, sound: _Sound, texts: Sequence[str]) -> list[list[float]]:
        """Of the tokens of whole texts, each as Whisper would write it, told nothing of the home.

        The features after the end of the sound say nothing, and are left out: that takes half the
        time.
        """
        features = np.array(sound.features)
        kept = min(features.shape[1], round(sound.seconds * FEATURES_A_SECOND) + _FEATURES_AFTER)
        found: list[list[float]] = []
        for at in range(0, len(texts), _TEXTS_AT_ONCE):
            some = texts[at : at + _TEXTS_AT_ONCE]
            copies = np.repeat(features[:, :kept], len(some), axis=0)
            aligned = self._model.align(
                self._storage.from_array(np.ascontiguousarray(copies)),
                self._task[:-1],
                [self._encoded(f" {written(text)}") for text in some],
                [2 * kept] * len(some),
            )
            found += map(_log_probabilities, aligned)
        return found

    def _hypotheses(self, result: Any, seconds: float) -> tuple[Hypothesis, ...]:
        best: dict[str, float] = {}
        for tokens, score in zip(result.sequences_ids, result.scores, strict=True):
            text = " ".join(self._words(tokens, seconds))
            best[text] = max(float(score) * len(tokens), best.get(text, -math.inf))
        return tuple(Hypothesis(*one) for one in sorted(best.items(), key=lambda one: -one[1]))

    def _words(self, tokens: list[int], seconds: float) -> list[str]:
        words = without_repeats(tidy(self._tokenizer.decode(tokens)).split())
        return asked_state(said_once(words, seconds))

    def _encoded(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def _token(self, name: str) -> int:
        token = self._tokenizer.token_to_id(name)
        if token is None:
            raise LaresError(
                f"Expected the token {name} in Whisper's tokenizer, which lacks it: use the files "
                "of a multilingual Whisper model."
            )
        return int(token)


def _mended(file: Path) -> str:
    """A tokenizer with the merge of " " and "t".

    The published one lacks it, Whisper's first: it cuts " turn" in " " and "turn", and what is
    given to Whisper in such pieces it hears no better than without.
    """
    tokenizer = json.loads(file.read_text(encoding="utf-8"))
    merges = tokenizer.get("model", {}).get("merges", [])
    if merges and _FIRST_MERGE not in merges and _FIRST_MERGE.split() not in merges:
        merges.insert(0, _FIRST_MERGE if isinstance(merges[0], str) else _FIRST_MERGE.split())
    return json.dumps(tokenizer)


def _written(words: frozenset[str]) -> Iterator[str]:
    """How these words may be written, among them all numbers that are made of them."""
    for word in words:
        yield word
        yield word.capitalize()
    for value, name in enumerate(NUMBERS):
        if words.issuperset(name.split()):
            yield str(value)
    if "percent" in words:
        yield "%"


def _log_probabilities(aligned: Any) -> list[float]:
    return [math.log(max(p, 1e-10)) for p in aligned.text_token_probs]


def _slowed(samples: Samples) -> Samples:
    """Sound that takes longer by `SLOWED`, and is lower by as much."""
    count = round(len(samples) * SLOWED)
    places = np.arange(count) / SLOWED
    return np.interp(places, np.arange(len(samples)), samples).astype(np.int16)


class WhisperSession:
    """One utterance: heard when it is finished, so there is nothing to feed or to tell before."""

    def __init__(self, engine: WhisperSpeechToText) -> None:
        self._engine = engine
        self._samples: Samples = np.empty(0, np.int16)
        self._slowed: _Sound | None = None

    def feed(self, samples: Samples) -> None:
        """Whisper waits for the whole utterance."""

    def partial(self) -> str:
        return ""

    def finish(self, utterance: Utterance) -> Transcript:
        self._samples = utterance.samples
        return self._engine.transcribe(utterance.samples)

    def log_probabilities(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        if not self._samples.size or not texts:
            return ()
        if self._slowed is None:
            self._slowed = self._engine._encoded_sound(_slowed(self._samples))
        return () if self._slowed is None else self._engine._log_probabilities(self._slowed, texts)
