"""What a language model may write about a home, whatever the home is called like."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.home.graph import Area, Entity, Home
from edge.llm.calls import MOST_CALLS, CallError, Offers
from edge.types import EntityState, Intent
from tests.edge.llm.gbnf import Writer

HOME = Home(
    areas=(Area("den", "Den"), Area("hall", "Hall")),
    entities=(
        Entity("light.den", "Lamp", "den"),
        Entity("light.hall", "Lamp", "hall"),
        Entity("lock.front", "Front Door", "hall"),
        Entity("cover.garage", "Garage Door", device_class="garage"),
        Entity("cover.blinds", "Blinds", "den", device_class="blind"),
        Entity(
            "climate.den", "Heating", "den",
            state=EntityState("heat", {"min_temp": 10, "max_temp": 25}),
        ),
        Entity("siren.alarm", "Siren"),
        Entity("alarm_control_panel.home", "Alarm"),
        Entity("sensor.den", "Den Temperature", "den"),
    ),
)  # fmt: skip
OFFERS = Offers.of(HOME, HOME.entities)

NAMES = st.text(min_size=1, max_size=30)
DOMAINS = st.sampled_from(
    ["light", "switch", "fan", "cover", "lock", "climate", "media_player", "vacuum", "scene",
     "siren", "sensor", "valve", "humidifier", "lawn_mower", "alarm_control_panel"]
)  # fmt: skip


@st.composite
def homes(draw: st.DrawFn) -> Home:
    told = draw(st.lists(st.tuples(DOMAINS, NAMES), max_size=8))
    classes = st.sampled_from([None, "garage", "door", "gate", "blind"])
    return Home(
        areas=(Area("den", draw(NAMES)),),
        entities=tuple(
            Entity(f"{domain}.e{number}", name, draw(st.sampled_from([None, "den"])), (),
                   draw(classes))
            for number, (domain, name) in enumerate(told)
        ),
    )  # fmt: skip


def called(intent: Intent) -> tuple[str, str]:
    return intent.name, intent.targets[0]


def test_calls_are_read_as_the_intents_that_they_are() -> None:
    reply = OFFERS.read('HassTurnOn "Front Door"; HassLightSet "Lamp, Den" brightness 40')
    assert [called(i) for i in reply.intents] == [
        ("HassTurnOn", "lock.front"),
        ("HassLightSet", "light.den"),
    ]
    assert reply.intents[1].slots == {"name": "Lamp", "brightness": 40}
    assert {intent.source for intent in reply.intents} == {"llm"}


def test_words_are_said_and_are_no_call() -> None:
    reply = OFFERS.read('say "HassTurnOn Lamp"')
    assert (reply.intents, reply.speech) == ((), "HassTurnOn Lamp")


def test_what_is_written_twice_is_done_once() -> None:
    text = 'HassTurnOn "Lamp, Den"'
    assert len(OFFERS.read(f"{text}; {text}").intents) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "say",
        'say "a" "b"',
        "turn on the lamp",
        'HassTurnOn "Lamp"',  # which one?
        'HassTurnOn "Lamp, Den',
        'HassTurnOff "Front Door"',
        'HassTurnOn "Garage Door"',
        'HassTurnOn "Siren"',
        'HassLightSet "Lamp, Den"',
        'HassLightSet "Lamp, Den" brightness bright',
        'HassLightSet "Lamp, Den" temperature 20',
        'HassTurnOn "Lamp, Den" brightness 40',
        'HassTurnOn "Lamp, Den";',
        'HassTurnOn "Lamp, Den" and on',
        "; ".join(['HassTurnOn "Lamp, Den"'] * (MOST_CALLS + 1)),
        "HassTurnOn {}",
        "HassTurnOn 3",
    ],
)
def test_what_is_not_offered_is_no_call(text: str) -> None:
    with pytest.raises(CallError):
        OFFERS.read(text)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        reply = OFFERS.read(text)
    except CallError:
        return
    assert reply.speech or reply.intents or text == 'say ""'


@given(homes(), st.integers(0, 2**32))
def test_whatever_a_model_writes_by_the_grammar_is_read_and_names_what_there_is(
    home: Home, seed: int
) -> None:
    offers = Offers.of(home, home.entities)
    for number in range(8):
        text = Writer(offers.grammar, random.Random(f"{seed}/{number}")).write()
        reply = offers.read(text)
        assert reply.speech or reply.intents
        assert len(reply.intents) <= MOST_CALLS
        for intent in reply.intents:
            (target,) = intent.targets
            entity = home.entity(target)
            assert entity is not None
            assert entity.domain not in {"siren", "alarm_control_panel", "sensor"}
            assert entity.domain != "lock" or intent.name == "HassTurnOn"
            if entity.device_class in {"garage", "door", "gate"} and entity.domain == "cover":
                assert intent.name == "HassTurnOff"


def test_temperatures_are_those_that_the_thermostat_can_be_set_to() -> None:
    lines = dict(line.split(" ::= ", 1) for line in OFFERS.grammar.splitlines())
    heating = next(rule for rule in lines.values() if "temperature" in rule)
    assert '"10"' in heating
    assert '"24.5"' in heating
    assert '"25.5"' not in heating
    assert '"9.5"' not in heating


def test_what_is_not_permitted_is_not_offered() -> None:
    offers = Offers.of(HOME, HOME.entities, lambda intent: intent.targets == ("lock.front",))
    assert [entity.id for _, entity, _ in offers.entities] == ["lock.front"]


def test_where_nothing_is_offered_there_are_words_only() -> None:
    offers = Offers.of(HOME, ())
    text = Writer(offers.grammar, random.Random(1)).write()
    assert offers.read(text).speech
