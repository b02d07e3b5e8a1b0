"""Names that no list has: a home may call its lamp "Fjäll" or "Zorbit".

`renamed` puts an invented word for a name or an area of an example, so that the tagger learns to
tell names by what stands around them ("make me a [coffee]" stays). Half of the time the kind of
thing stays: "[zorbit lamp]".
"""

from __future__ import annotations

import random

from edge.types import Span
from models.labels import Example

_ONSETS = (
    *("b", "br", "c", "ch", "d", "dr", "f", "fl", "g", "gr", "h", "j", "k", "kr", "l", "m", "n"),
    *("p", "pl", "r", "s", "sh", "sk", "st", "t", "tr", "v", "w", "y", "z", "zh", "bj", "fj", "sz"),
)
_VOWELS = ("a", "e", "i", "o", "u", "ai", "ea", "oo", "ö", "ä", "y", "ie", "ou", "é", "ø")
_CODAS = ("", "", "", "n", "r", "l", "s", "t", "k", "x", "m", "ng", "nd", "rt", "lk", "ck", "st")
_KINDS = frozenset(
    {
        "lamp", "light", "lights", "room", "fan", "plug", "switch", "blind", "blinds", "curtain",
        "curtains", "door", "tv", "speaker", "thermostat", "heater", "vacuum", "lock", "list",
        "valve", "sensor", "bedroom", "bathroom", "kitchen", "garden", "shutter", "shade",
    }
)  # fmt: skip
_OWN = ("phrasing/", "home-assistant-intents/")
"""Sources of templates; people's own sentences stay as they wrote them."""
_LABELS = frozenset({"name", "area"})


def invented(rng: random.Random) -> str:
    """A word of one to three syllables that no language has; in lower case."""
    return "".join(
        rng.choice(_ONSETS) + rng.choice(_VOWELS) + rng.choice(_CODAS)
        for _ in range(rng.choice((1, 2, 2, 3)))
    )


def renamed(example: Example, rng: random.Random, share: float) -> Example:
    """The example, in `share` of the cases with an invented name for one of its names or areas."""
    if not example.source.startswith(_OWN) or "{coffee" in example.source:
        return example
    places = [at for at, span in enumerate(example.spans) if span.label in _LABELS]
    if not places or rng.random() >= share:
        return example
    chosen = rng.choice(places)
    old = example.spans[chosen]
    kind = old.text.split()[-1].lower()
    new = " ".join(invented(rng) for _ in range(rng.choice((1, 1, 1, 2))))
    if kind in _KINDS and rng.random() < 0.5:
        new = f"{new} {kind}"
    text = f"{example.text[: old.start]}{new}{example.text[old.end :]}"
    shift = len(new) - len(old.text)
    spans = tuple(
        Span(s.label, old.start, old.start + len(new), new)
        if at == chosen
        else _moved(s, shift if s.start >= old.end else 0)
        for at, s in enumerate(example.spans)
    )
    return Example(text, example.intent, spans, example.source)


def _moved(span: Span, shift: int) -> Span:
    return Span(span.label, span.start + shift, span.end + shift, span.text)
