from __future__ import annotations

import random
from itertools import islice
from string import ascii_lowercase

import pytest

import edge.domain.automaton
from edge.domain.alignment import align
from edge.domain.automaton import Automaton, Value
from edge.domain.domain import Domain
from edge.domain.sampling import sentences
from edge.types import LaresError
from tests.edge.domain.house import house


def of(*expressions: str, slots: str = "{}") -> Automaton:
    listed = ", ".join(f"'{expression}'" for expression in expressions)
    return Automaton.of(Domain.parse(f"expressions: {{a: [{listed}]}}\nslots: {slots}"))


def all_of(automaton: Automaton) -> set[str]:
    """Every sentence of a small automaton."""
    ways = [(0, "")]
    found = set()
    while ways:
        state, text = ways.pop()
        if state in automaton.finals:
            found.add(" ".join(text.split()))
        ways += [(arc.to, f"{text} {arc.word}") for arc in automaton.arcs[state]]
    return found


def test_its_sentences_are_those_of_the_expressions() -> None:
    automaton = of("[get, fetch] (me) $it", slots="{it: {tea: [tea, green tea], milk: [milk]}}")
    assert all_of(automaton) == {
        f"{verb} {drink}"
        for verb in ("get", "get me", "fetch", "fetch me")
        for drink in ("tea", "green tea", "milk")
    }


def test_an_expression_of_optional_words_only_may_be_silent_and_still_says_something() -> None:
    automaton = of("(please) (now, at once)")
    assert all_of(automaton) == {"", "please", "now", "at once", "please now", "please at once"}
    said = {sample.text for sample in islice(sentences(automaton, random.Random(1)), 200)}
    assert said == all_of(automaton) - {""}


def test_each_word_of_a_value_remembers_it() -> None:
    automaton = of("$it:what", slots="{it: {tea: [green tea]}}")
    values = {arc.word: arc.value for arcs in automaton.arcs for arc in arcs}
    assert values == dict.fromkeys(("green", "tea"), Value("what", "tea"))


def test_no_arc_leads_back() -> None:
    automaton = house()
    place = {state: at for at, state in enumerate(automaton.order)}
    assert len(place) == len(automaton.arcs)
    assert all(
        place[state] < place[arc.to] for state, arcs in enumerate(automaton.arcs) for arc in arcs
    )


def test_expressions_that_begin_or_end_alike_share_states() -> None:
    one = of("turn on the light")
    two = of("turn on the light", "turn off the light")
    assert len(two.arcs) == len(one.arcs)


def test_of_two_intents_with_one_sentence_it_is_always_the_same() -> None:
    texts = ["expressions: {b: [hello there], a: [hello there]}"] * 3
    assert {align(Automaton.of(Domain.parse(t)), ["hello", "there"]).intent for t in texts} == {"a"}


def test_thirty_groups_in_each_other_and_thirty_in_a_row_are_few_states() -> None:
    deep = of("(a " * 30 + ")" * 30 + " b")
    assert len(deep.arcs) < 100
    assert align(deep, ["a"] * 30 + ["b"]).cost == 0
    row = of(" ".join(f"(word{chr(97 + n % 26)})" for n in range(30)))
    assert len(row.arcs) < 100


def test_an_expression_of_a_thousand_words_is_made_without_recursion() -> None:
    automaton = of(" ".join(["very"] * 1_000))
    assert len(automaton.arcs) == 1_001


def test_a_domain_that_is_too_large_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge.domain.automaton, "MOST_STATES", 1_000)
    values = ", ".join(f"very {one} {two}" for one in ascii_lowercase for two in ascii_lowercase)
    with pytest.raises(LaresError, match="more than 1000 states: name fewer values"):
        of("say $it", slots=f"{{it: [{values}]}}")


def test_its_grammar_has_its_words_and_one_end() -> None:
    grammar = of("(please) help", "stop").grammar()
    assert grammar.words == ("help", "please", "stop")
    leaving = {start for start, _, _ in grammar.arcs}
    assert grammar.end not in leaving
    assert {word for _, to, word in grammar.arcs if to == grammar.end} == {""}
    assert 0 in leaving
