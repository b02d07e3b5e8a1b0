"""Speech to text by PocketSphinx: small, quick, and deaf to all but this home's commands.

Two decoders of the model in the wheel run side by side over the sound as it comes. One hears the
sentences of the vocabulary's grammar; words that the dictionary lacks get their
sounds from `edge.voice.pronounce`. A grammar finds one of its sentences in anything, so the other
decoder hears any row of phones, without words. Where the phones explain the sound better than the
best sentence does, something else was said, and the text is empty.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from edge.types import SAMPLE_RATE, LaresError, Samples, Transcript, Utterance
from edge.voice.packages import load
from edge.voice.pronounce import pronounce
from edge.voice.vocabulary import Grammar, Vocabulary

_PHONES = (
    "AA", "AE", "AH", "AO", "AW", "AY", "B", "CH", "D", "DH", "EH", "ER", "EY", "F", "G", "HH",
    "IH", "IY", "JH", "K", "L", "M", "N", "NG", "OW", "OY", "P", "R", "S", "SH", "T", "TH", "UH",
    "UW", "V", "W", "Y", "Z", "ZH",
)  # fmt: skip
_SETTINGS = {"lm": None, "loglevel": "FATAL", "bestpath": False, "compallsen": True}
"""`compallsen`: score all states of the model in every frame. Scores are relative to the best state
that was scored, so without it the scores of the two decoders could not be compared."""
_PHONES_ONLY = {"dict": None, "beam": 1e-20, "pbeam": 1e-20, "wbeam": 1e-15}
"""Of the phone decoder: no words, which saves 22 MB, and narrow beams, since its score matters and
its phones do not."""
_LEAST_SAMPLES = SAMPLE_RATE // 5
"""Shorter sound holds no command."""
_PIECE = 2048
"""Samples that are given to the decoders at once."""


Arc = tuple[int, int, str]
"""From a state to a state by a word; empty: by nothing."""


class PocketSphinxSpeechToText:
    """PocketSphinx with the US-English model in its wheel. It hears one utterance at a time.

    least_margin: how much better a sentence must explain a frame of speech than free phones do, in
    PocketSphinx's log score. Higher rejects more of other speech and more commands.

    Raises LaresError when the package is not installed.
    """

    name = "pocketsphinx"

    def __init__(self, *, least_margin: float = -8.0) -> None:
        sphinx = load("pocketsphinx", purpose="The engine PocketSphinx", extra="voice")
        self._sentences = sphinx.Decoder(**_SETTINGS)
        self._phones = sphinx.Decoder(**_SETTINGS, **_PHONES_ONLY)
        self._least_margin = least_margin
        self._current: PocketSphinxSession | None = None
        names = [f"phone_{phone.lower()}" for phone in _PHONES]
        for name, phone in zip(names, _PHONES, strict=True):
            self._phones.add_word(name, phone, False)
        loop = f"#JSGF V1.0;\ngrammar phones;\npublic <phones> = ({' | '.join(names)})+;\n"
        _listen_for(self._phones, self._phones.parse_jsgf(loop))
        self.set_vocabulary(Vocabulary())

    def set_vocabulary(self, vocabulary: Vocabulary) -> None:
        """The sentences to expect; without a grammar, the vocabulary's phrases in any order.

        A sentence with a word that cannot be spoken in English, such as 灯, is not heard. Raises
        LaresError for such a word in a closed grammar, which would lose what its owner wrote.
        """
        grammar = vocabulary.grammar or _any_order(vocabulary.phrases())
        lacking = frozenset(word for word in grammar.words if not self._knows(word))
        if lacking and vocabulary.closed:
            raise LaresError(
                f"The word {min(lacking)!r} cannot be spoken in English: write it as it sounds."
            )
        self._abandon()
        _listen_for(self._sentences, _automaton(self._sentences, grammar, lacking))

    def session(self) -> PocketSphinxSession:
        """Begin to hear an utterance; one that was not finished is abandoned."""
        self._abandon()
        self._current = PocketSphinxSession(self._sentences, self._phones, self._least_margin)
        return self._current

    def _knows(self, word: str) -> bool:
        """Whether the word is in the dictionary, where it is put when it can be pronounced."""
        if self._sentences.lookup_word(word) is None:
            phones = pronounce(word, self._sentences.lookup_word)
            if phones is None:
                return False
            self._sentences.add_word(word, phones, False)
        return True

    def _abandon(self) -> None:
        if self._current is not None:
            self._current.abandon()
            self._current = None


class PocketSphinxSession:
    """One utterance: both decoders hear each piece as it comes."""

    def __init__(self, sentences: Any, phones: Any, least_margin: float) -> None:
        self._decoders = (sentences, phones)
        self._sentences, self._phones = sentences, phones
        self._least_margin = least_margin
        self._fed = 0
        self._open = True
        for decoder in self._decoders:
            decoder.start_utt()

    def feed(self, samples: Samples) -> None:
        self._fed += len(samples)
        for decoder in self._decoders:
            decoder.process_raw(samples.tobytes())

    def partial(self) -> str:
        hypothesis = self._sentences.hyp()
        return "" if hypothesis is None else str(hypothesis.hypstr)

    def finish(self, utterance: Utterance) -> Transcript:
        for start in range(self._fed, len(utterance.samples), _PIECE):
            self.feed(utterance.samples[start : start + _PIECE])
        self.abandon()
        nothing = Transcript("", PocketSphinxSpeechToText.name, 0.0)
        if self._fed < _LEAST_SAMPLES:
            return nothing
        margin = self.margin()
        if margin is None or margin < self._least_margin:
            return nothing
        sure = 1.0 / (1.0 + math.exp(self._least_margin - margin))
        return Transcript(str(self._sentences.hyp().hypstr), PocketSphinxSpeechToText.name, sure)

    def log_probabilities(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """It hears texts, and judges none."""
        return ()

    def margin(self) -> float | None:
        """How much better the sentence explains a frame of speech than free phones do.

        None when the sound ended in the middle of every sentence, or nothing was spoken.
        """
        sentence, phones = self._sentences.hyp(), self._phones.hyp()
        if sentence is None or phones is None:
            return None
        spoken_frames = sum(
            segment.end_frame - segment.start_frame + 1
            for segment in self._sentences.seg()
            if not segment.word.startswith(("<", "["))
        )
        if not spoken_frames:
            return None
        log = self._sentences.get_logmath().log
        margin: float = (log(sentence.score) - log(phones.score)) / spoken_frames
        return margin

    def abandon(self) -> None:
        """Hear no more. The decoders keep what they heard until the next utterance."""
        if self._open:
            self._open = False
            for decoder in self._decoders:
                decoder.end_utt()


def _listen_for(decoder: Any, automaton: Any) -> None:
    decoder.add_fsg("home", automaton)
    decoder.activate_search("home")


def _automaton(decoder: Any, grammar: Grammar, lacking: frozenset[str]) -> Any:
    """A grammar's automaton as PocketSphinx has it: all ways on from a state are equally likely."""
    arcs = _spoken_arcs([arc for arc in grammar.arcs if arc[2] not in lacking], grammar.end)
    ways = Counter(start for start, _, _ in arcs)
    told = [(start, to, 1 / ways[start], word) for start, to, word in arcs]
    return decoder.create_fsg("sentences", 0, grammar.end, told)


def _spoken_arcs(arcs: Sequence[Arc], end: int) -> list[Arc]:
    """The same sentences without arcs that say nothing, of which PocketSphinx follows but one.

    No arc leaves the end, and a sentence without words is none.
    """
    silent: defaultdict[int, set[int]] = defaultdict(set)
    said: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    for start, to, word in arcs:
        if word:
            said[start].append((to, word))
        else:
            silent[start].add(to)

    def reached(state: int) -> set[int]:
        """The state, and where nothing needs to be said to come from there."""
        found, new = {state}, [state]
        while new:
            for to in silent[new.pop()] - found:
                found.add(to)
                new.append(to)
        return found

    result: dict[Arc, None] = {}
    waiting, seen = [0], {0}
    while waiting:
        state = waiting.pop()
        for to, word in (way for at in sorted(reached(state)) for way in said[at]):
            ends = end in reached(to)
            goes_on = any(said[at] for at in reached(to))
            for where in (*((end,) if ends else ()), *((to,) if goes_on and to != end else ())):
                result[state, where, word] = None
                if where not in seen and where != end:
                    seen.add(where)
                    waiting.append(where)
    return [*result]


def _any_order(phrases: Iterable[str]) -> Grammar:
    """One or more of the words of the phrases."""
    words = tuple(dict.fromkeys(word for phrase in phrases for word in phrase.split()))
    return Grammar(words, (*((0, 1, word) for word in words), (1, 0, ""), (1, 2, "")), 2)
