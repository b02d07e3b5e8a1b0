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
"""

from __future__ import annotations

import math
import os
from pathlib import Path

from edge.types import SAMPLE_RATE, LaresError, Samples, Transcript, Utterance
from edge.voice.mel import HOP, log_mel
from edge.voice.packages import load
from edge.voice.vocabulary import Vocabulary
from edge.voice.wording import tidy, without_repeats

LEAST_FRAMES = 800
MOST_FRAMES = 3000
"""What the network was trained for: 30 s."""
SILENCE_FRAMES = 100
"""Silence after the utterance, in which the decoder finds its end."""
LEAST_SAMPLES = SAMPLE_RATE // 10
"""Shorter sound holds no word."""
MOST_PROMPT_TOKENS = 219
"""Half of the decoder's 448 positions, less the tokens that frame the prompt."""


class WhisperSpeechToText:
    """Whisper in a directory that holds `model.bin`, `config.json`, `vocabulary.*`,
    `tokenizer.json`.

    threads: cores used for one utterance; 0 takes all, up to four.
    beam: hypotheses kept while decoding; 3 cost little and got 48 of 48 shifted commands right, 1
    got 42.
    least_log_probability: mean log probability of a token below which a text was invented.
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
            self._tokenizer = tokenizers.Tokenizer.from_file(str(model / "tokenizer.json"))
        except Exception as error:  # both libraries raise nothing more special
            raise LaresError(
                f"Expected a Whisper model for CTranslate2 in {model}, but it cannot be loaded "
                f"({error}): fetch it again with: lares models fetch whisper-base"
            ) from error
        self._storage = ctranslate2.StorageView
        self._beam = beam
        self._least_log_probability = least_log_probability
        self._most_no_speech = most_no_speech
        self._task = [
            self._token(name)
            for name in ("<|startoftranscript|>", "<|en|>", "<|transcribe|>", "<|notimestamps|>")
        ]
        self.set_vocabulary(Vocabulary())

    def set_vocabulary(self, vocabulary: Vocabulary) -> None:
        prompt = vocabulary.prompt()
        tokens = self._tokenizer.encode(" " + prompt, add_special_tokens=False).ids
        self._prompt = [self._token("<|startofprev|>"), *tokens[-MOST_PROMPT_TOKENS:], *self._task]
        self._prompt_words = f" {tidy(prompt)} "

    def session(self) -> WhisperSession:
        return WhisperSession(self)

    def transcribe(self, samples: Samples) -> Transcript:
        """The words of one utterance of at most 30 s; what is longer is not heard."""
        nothing = Transcript("", self.name, 0.0)
        if len(samples) < LEAST_SAMPLES or not samples.any():
            return nothing
        frames = min(max(LEAST_FRAMES, len(samples) // HOP + SILENCE_FRAMES), MOST_FRAMES)
        features = self._model.encode(self._storage.from_array(log_mel(samples, frames)[None]))
        # CTranslate2 lets the text be no longer than half of `max_length`.
        longest = min(20 + 10 * frames // 100, len(self._prompt))
        result = self._model.generate(
            features,
            [self._prompt],
            beam_size=self._beam,
            max_length=len(self._prompt) + longest,
            return_scores=True,
            return_no_speech_prob=True,
        )[0]
        tokens, log_probability = result.sequences_ids[0], float(result.scores[0])
        certain = log_probability >= self._least_log_probability and not (
            result.no_speech_prob > self._most_no_speech
            and log_probability < self._least_log_probability / 2
        )
        words = without_repeats(tidy(self._tokenizer.decode(tokens)).split())
        if not certain or len(tokens) >= longest or self._is_prompt(words):
            return nothing
        return Transcript(" ".join(words), self.name, math.exp(log_probability))

    def _is_prompt(self, words: list[str]) -> bool:
        """Whether the text is a piece of the prompt, which is a list and no sentence, or its end.

        Of noise the decoder often says the prompt's last words again.
        """
        text = f" {' '.join(words)} "
        return self._prompt_words.endswith(text) or (len(words) >= 6 and text in self._prompt_words)

    def _token(self, name: str) -> int:
        token = self._tokenizer.token_to_id(name)
        if token is None:
            raise LaresError(
                f"Expected the token {name} in Whisper's tokenizer, which lacks it: use the files "
                "of a multilingual Whisper model."
            )
        return int(token)


class WhisperSession:
    """One utterance: heard when it is finished, so there is nothing to feed or to tell before."""

    def __init__(self, engine: WhisperSpeechToText) -> None:
        self._engine = engine

    def feed(self, samples: Samples) -> None:
        """Whisper waits for the whole utterance."""

    def partial(self) -> str:
        return ""

    def finish(self, utterance: Utterance) -> Transcript:
        return self._engine.transcribe(utterance.samples)
