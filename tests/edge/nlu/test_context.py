"""What was spoken of, for "both" in the next turn."""

from __future__ import annotations

import pytest

from edge.nlu.context import Context, Spoken, both_spoken_of
from edge.types import Intent
from tests.edge.nlu.homes import HOME, tagging

LAMP, FAN, TV = "light.desk_lamp", "fan.bedroom", "media_player.tv"


def spoken(*targets: str) -> Spoken:
    """A clause about some entities."""
    intents = (Intent("HassTurnOn", {}, targets),) if targets else ()
    return Spoken(tagging("turn it on", "HassTurnOn"), intents)


@pytest.mark.parametrize(
    ("earlier", "latest", "both"),
    [
        ((), (), []),
        ((), (spoken(LAMP),), [LAMP]),
        ((), (spoken(LAMP, FAN),), [LAMP, FAN]),
        ((), (spoken(LAMP), spoken(FAN)), [LAMP, FAN]),
        ((spoken(LAMP),), (spoken(FAN),), [LAMP, FAN]),
        ((spoken(LAMP),), (spoken(LAMP),), [LAMP]),
        ((spoken(LAMP, FAN),), (spoken(TV),), [TV]),
        ((spoken(LAMP, FAN),), (spoken(FAN),), [LAMP, FAN]),
        ((spoken(TV),), (spoken(LAMP, FAN),), [LAMP, FAN]),
        ((spoken(LAMP),), (spoken(),), []),
        ((spoken(LAMP),), (spoken(FAN), spoken()), [LAMP, FAN]),
        ((spoken("light.gone"),), (spoken(FAN),), [FAN]),
        ((spoken(LAMP),), (spoken(FAN, "light.gone"),), [LAMP, FAN]),
    ],
)
def test_both_is_what_was_spoken_of_with_the_turn_before_where_it_is_one(
    earlier: tuple[Spoken, ...], latest: tuple[Spoken, ...], both: list[str]
) -> None:
    assert [e.id for e in both_spoken_of(Context(latest, earlier), HOME)] == both
