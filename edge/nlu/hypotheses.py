"""Which of the texts that speech to text offers was said.

The likeliest by sound, unless it means nothing in this home and another one, almost as likely,
does: "turn on the haul leg" names nothing that there is, "turn on the hall light" does. What is
understood is never changed into something else, and neither is a choice between things left open.
"""

from __future__ import annotations

from collections.abc import Callable

from edge.nlu.interpreter import Reading
from edge.types import Transcript

MOST_UNLIKELIER = 5.0
"""How much smaller the log probability of another text may be."""


def read_best(transcript: Transcript, read: Callable[[str], Reading]) -> tuple[str, Reading]:
    """The text that was most likely meant, and its reading."""
    first = read(transcript.text)
    if not transcript.hypotheses or _means_something(first):
        return transcript.text, first
    least = transcript.hypotheses[0].score - MOST_UNLIKELIER
    for other in transcript.hypotheses:
        if other.score < least or other.text in ("", transcript.text):
            continue
        reading = read(other.text)
        if reading.understanding.intents and reading.understanding.question is None:
            return other.text, reading
    return transcript.text, first


def _means_something(reading: Reading) -> bool:
    understanding = reading.understanding
    understood = bool(understanding.intents) and understanding.question is None
    return understood or bool(understanding.candidates)
