"""A second opinion: what was heard and is no usual sentence is weighed against what may have been
said instead.

Whisper writes what English makes likely ("race for living room blinds"), not what is usually said
to this home ("raise the living room blinds"). So

- what Whisper hears, is a usual sentence and means something, is taken as it is;
- else what is said to this home and sounds like it is found, and Whisper tells how likely each of
  its pieces is by the sound. They count as the root of the sum of their squares: one piece that
  cannot have been said tells more than several that are a little unlikely. How usual the text is
  counts too, how unlike what was heard, whether it means something, and whether PocketSphinx heard
  it, which knows nothing but the home's usual sentences;
- a text that stops in the middle ("turn on the") stays as it is: any end could be found for it;
- and so does what nothing else can have been: "the kitchen light tomorrow".

PocketSphinx is the cheap one: it hears along while the person speaks, on a part of a core, and has
its answer some 20 ms after the end, when Whisper has only begun. So asking it costs no time.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from edge.types import Samples, Transcript, Utterance
from edge.voice.completeness import DANGLING
from edge.voice.stt import Session, SpeechToText
from edge.voice.vocabulary import Vocabulary

SURE = 0.6
"""How certain, 0 to 1, a sentence is at least that was chosen."""
UNUSUAL = 0.15
"""What the logarithm of a text's probability in the home weighs, beside those by the sound."""
UNLIKE = 1.0
"""What a text weighs less for each exchanged consonant."""
USUAL = 3.0
"""What a usual sentence weighs more."""
UNDERSTOOD = 3.5
"""What a text weighs more when it means something."""
HEARD_BY_BOTH = 3.8
"""What a text weighs more that another engine heard."""
WORD = 0.8
"""What each word weighs: what leaves out a part of what was said is likelier by the sound alone."""
FAR = 12.0
"""By how much the log probability of what was said instead may be less than that of what was heard,
2 for each exchanged consonant counted in. Without it, "turn on the camera" became an order to what
there is."""
LEAST_OF_CERTAIN, LEAST_OF_UNCERTAIN = -5.0, -3.0
"""Log probability of a word, in the mean, from which on a sentence can have been said: where the
engine is certain that it heard words, or two heard the same, and where not."""
_WEIGHED = 8
"""Texts of which it is asked whether they mean something."""
_HYPOTHESES = 3
_LEAST_WORDS = 3


class Usual(Protocol):
    """Knows what is usually said."""

    def prepare(self) -> None:
        """Work out what takes a while, which is best done while the person still speaks."""

    def knows(self, text: str) -> bool:
        """Whether a text is a usual sentence."""

    def is_understood(self, text: str) -> bool:
        """Whether a text means something that can be answered or done."""

    def unusual(self, text: str) -> float:
        """How unusual a text is: the negative logarithm of its probability."""

    def like(self, texts: Iterable[str]) -> Mapping[str, float]:
        """What is said to a home and sounds like one of the texts, and how unlike each is: 0 is the
        same, 1 an exchanged consonant."""


class SecondOpinion:
    """`first`, and `second`, where there is one, when what that one heard is not `usual`."""

    def __init__(self, first: SpeechToText, second: SpeechToText | None, usual: Usual) -> None:
        self._first = first
        self._second = second
        self._usual = usual

    @property
    def name(self) -> str:
        return self._first.name

    def set_vocabulary(self, vocabulary: Vocabulary) -> None:
        self._first.set_vocabulary(vocabulary)
        if self._second is not None:
            self._second.set_vocabulary(vocabulary)

    def session(self) -> Session:
        second = None if self._second is None else self._second.session()
        return _SecondSession(self._first.session(), second, self._usual)


class _SecondSession:
    """A session of each engine, the first one's judged by the second's at its end."""

    def __init__(self, first: Session, second: Session | None, usual: Usual) -> None:
        self._first = first
        self._second = second
        self._usual = usual

    def feed(self, samples: Samples) -> None:
        self._first.feed(samples)
        if self._second is not None:
            self._second.feed(samples)

    def partial(self) -> str:
        return self._first.partial()

    def finish(self, utterance: Utterance) -> Transcript:
        transcript = self._first.finish(utterance)
        if not transcript.hypotheses or _is_clear(transcript.text, self._usual):
            return transcript
        if not DANGLING.isdisjoint(transcript.text.split()[-1:]):
            return replace(transcript, hypotheses=())
        other = "" if self._second is None else self._second.finish(utterance).text
        heard = _heard(transcript)
        alike = self._usual.like(heard)
        if other:
            alike = {other: max(alike.values(), default=0.0), **alike}
        unlike = {**alike, **dict.fromkeys(heard, 0.0)}
        pieces = self._first.log_probabilities([*unlike])
        likely = dict(zip(unlike, map(tuple, pieces), strict=False))
        if not likely:
            return transcript
        return weighed(transcript, likely, unlike, other, self._usual)

    def log_probabilities(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        return self._first.log_probabilities(texts)


def _heard(transcript: Transcript) -> tuple[str, ...]:
    """The likeliest texts that an engine heard, and one of them up to where it begins again."""
    texts = [each.text for each in transcript.hypotheses[:_HYPOTHESES] if each.text]
    for words in map(str.split, texts):
        again = (at for at in range(_LEAST_WORDS, len(words)) if words[at : at + 2] == words[:2])
        if (at := next(again, None)) is not None:
            texts.append(" ".join(words[:at]))
            break
    return tuple(dict.fromkeys(texts))


def weighed(
    transcript: Transcript,
    likely: Mapping[str, Sequence[float]],
    unlike: Mapping[str, float],
    other: str,
    usual: Usual,
) -> Transcript:
    """A transcript, or what was said instead.

    likely: log probabilities of the pieces of what was heard and of what may have been said, by the
    sound; unlike: how unlike what was heard each of them sounds; other: what another engine heard.
    Where the first engine was certain of nothing, only a usual sentence was said.
    """
    weights = {
        text: WORD * len(text.split())
        + USUAL * usual.knows(text)
        - UNUSUAL * usual.unusual(text)
        - UNLIKE * unlike[text]
        - math.hypot(*pieces)
        for text, pieces in likely.items()
    }
    if other in weights:
        weights[other] += HEARD_BY_BOTH
    heaviest = sorted(weights, key=weights.__getitem__, reverse=True)[:_WEIGHED]
    understood = {text for text in heaviest if usual.is_understood(text)}
    text = max(heaviest, key=lambda text: weights[text] + UNDERSTOOD * (text in understood))
    is_certain = bool(transcript.text) or text == other
    least = (LEAST_OF_CERTAIN if is_certain else LEAST_OF_UNCERTAIN) * len(text.split())
    heard = sum(likely.get(transcript.hypotheses[0].text, (-math.inf,)))
    is_meant = text in understood and (is_certain or usual.knows(text))
    far = heard - sum(likely[text]) + 2 * unlike[text]
    if sum(likely[text]) < least or far > FAR or not is_meant:
        return replace(transcript, hypotheses=())
    confidence = max(transcript.confidence, SURE)
    return replace(transcript, text=text, confidence=confidence, hypotheses=())


def _is_clear(text: str, usual: Usual) -> bool:
    return usual.knows(text) and usual.is_understood(text)
