"""What a language model is told of a home, and that what is told stays data."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edge.home.graph import Area, Entity, Floor, Home
from edge.home.states import States
from edge.llm.calls import Offers
from edge.llm.model import Prompt
from edge.llm.prompting import MOST_LETTERS, MOST_NAMED, MOST_NEAR, Example, line, prompt, relevant
from edge.types import EntityState

HOME = Home(
    floors=(Floor("ground", "Ground Floor"),),
    areas=(Area("den", "Den", "ground"), Area("hall", "Hall", "ground"), Area("attic", "Attic")),
    entities=(
        Entity("light.den", "Lamp", "den", state=EntityState("on", {"brightness": 102})),
        Entity("light.hall", "Hall Light", "hall"),
        Entity("fan.attic", "Attic Fan", "attic"),
        *(Entity(f"switch.s{number}", f"Socket {number}", "attic") for number in range(20)),
    ),
)


def ids(text: str, area: str | None) -> list[str]:
    return [entity.id for entity in relevant(text, HOME, area)]


def test_what_is_near_comes_first_and_always_the_same_then_what_is_named_besides() -> None:
    close = ids("it is so dark", "Den")
    assert close[:2] == ["light.den", "light.hall"]
    assert len(close) == MOST_NEAR
    named = ids("turn on socket 19 and socket 18", "den")
    assert named[:MOST_NEAR] == close
    assert {"switch.s18", "switch.s19"} <= {*named[MOST_NEAR:]}
    assert len(ids("every socket in the attic", "den")) == MOST_NEAR + MOST_NAMED


def test_only_what_is_named_besides_is_told_with_the_request() -> None:
    def told(text: str) -> Prompt:
        offers = Offers.of(HOME, relevant(text, HOME, "den"))
        return prompt(text, offers, HOME, States(), area="den")

    one, other = told("it is dark"), told("socket 19 please")
    assert one.home == other.home
    assert "Lamp, light in the Den" in one.home[1].text
    assert one.request[0].text == "Said: it is dark (in the den)"
    assert other.request[0].text.startswith("- Socket 19, switch in the Attic: ")


def test_a_thing_is_told_on_a_line_with_its_state() -> None:
    told = line("Lamp", HOME.entities[0], HOME, States())
    assert told == "Lamp, light in the Den: on, brightness 40%"


def test_what_is_the_same_for_all_requests_is_the_prefix() -> None:
    offers = Offers.of(HOME, HOME.entities[:3])
    examples = (Example(("Lamp, light: off",), "it is dark", 'HassTurnOn "Lamp"'),)
    one, other = (
        prompt(text, offers, HOME, States(), area="den", examples=examples)
        for text in ("it is dark", "hello")
    )
    assert one.prefix == other.prefix
    assert one.request != other.request
    assert "it is dark" in one.request[0].text


@given(st.text(), st.text(min_size=1))
def test_nothing_that_is_said_or_named_counts_as_ours(said: str, name: str) -> None:
    home = Home(entities=(Entity("light.a", name),))
    offers = Offers.of(home, home.entities)
    alike = prompt("", Offers.of(HOME, HOME.entities[:1]), HOME, States())
    made = prompt(said, offers, home, States())
    ours = [piece.text for piece in made.pieces if piece.is_ours]
    assert ours == [piece.text for piece in alike.pieces if piece.is_ours]


@given(st.text(max_size=2000), st.text(min_size=1, max_size=50))
def test_a_request_is_short_and_each_thing_is_on_one_line(said: str, name: str) -> None:
    home = Home(entities=(Entity("light.a", name),))
    made = prompt(said, Offers.of(home, home.entities), home, States())
    data = "".join(p.text for p in (*made.home, *made.request) if not p.is_ours)
    assert data.count("\n") == 1
    assert len(data) < MOST_LETTERS + 300
