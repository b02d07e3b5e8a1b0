"""The plain wording that all engines give.

Engines write in their own ways: Whisper "Dim the Living Room Lights to 30%.", the others "dim the
living room lights to thirty percent". Here capitals, punctuation and signs go, and phrases that a
decoder stutters.
"""

from __future__ import annotations

import re


def tidy(text: str) -> str:
    """Text as all engines give it: lower case, words and numbers only, one space between them.

    "Dim the Living Room Lights to 30%." → "dim the living room lights to 30 percent".
    """
    text = text.casefold().replace("’", "'").replace("%", " percent ")
    text = re.sub(r"°\s*([cf])\b", r" degrees \1", text).replace("°", " degrees ")
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)
    words = re.findall(r"(?:(?<!\w)-)?\d+(?:[.:]\d+)?|[^\W_]+(?:['.][^\W_]+)*", text)
    return " ".join(words)


def without_repeats(words: list[str]) -> list[str]:
    """The words with every phrase that is said again and again said once.

    A phrase of two words or more counts from its second time on, a single word from its third.
    """
    kept = list(words)
    for size in range(1, len(kept) // 2 + 1):
        least = 3 if size == 1 else 2
        place = 0
        while place + size * least <= len(kept):
            phrase = kept[place : place + size]
            times = 1
            while kept[place + times * size : place + (times + 1) * size] == phrase:
                times += 1
            if times >= least:
                del kept[place + size : place + times * size]
            place += 1
    return kept
