"""The file of a domain: what it may say, and every way in which it may be wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from edge.domain.automaton import Automaton
from edge.domain.domain import Domain, said, slots_of
from edge.domain.expression import Options, Slot, Word
from edge.types import LaresError
from tests.edge.domain.house import HOUSE


def of_slots(written: str, expression: str = "have $it") -> Domain:
    """A domain of one expression, with the slots in YAML's flow style."""
    return Domain.parse(f"context: {{expressions: {{a: ['{expression}']}}, slots: {written}}}")


def test_a_context_of_rhino_is_read_as_it_is() -> None:
    domain = Domain.parse(HOUSE)
    assert [*domain.intents] == ["switch", "dim", "paint", "heat", "cover", "lock", "help"]
    assert domain.slots["what"]["curtains"] == ("curtains", "drapes")
    assert domain.slots["pv.Percent"]["30%"] == ("thirty percent",)
    assert "pv.Alphabetic" not in domain.slots
    make = Options(((Word("make"),), (Options(((Word("please"),), ())), Word("paint"))))
    assert domain.intents["paint"][0][0] == make


def test_the_context_need_not_be_named() -> None:
    assert Domain.parse("expressions: {a: [hello]}").intents == {"a": ((Word("hello"),),)}


@pytest.mark.parametrize("macros", ["", "macros:", "macros: {}", "macros: ~", "macros: null"])
def test_empty_sections_are_as_good_as_none(macros: str) -> None:
    assert Domain.parse(f"expressions: {{a: [hello]}}\nslots:\n{macros}").slots == {}


def test_all_words_are_told_once() -> None:
    domain = of_slots("{it: {big: [big one, large one]}}", "a ([big, small]) $it")
    assert domain.words() == ("a", "big", "large", "one", "small")


@pytest.mark.parametrize(
    ("value", "way"),
    [
        ("20%", "twenty percent"),
        ("20°", "twenty degrees"),
        ("7up", "seven up"),
        ("café", "café"),
        ("24-hour", "twenty four hour"),
        ("007", "seven"),
        ("Dr. O'Neil", "dr o'neil"),
        ("кухня", "кухня"),
        ("灯", "灯"),
    ],
)
def test_a_value_stays_as_it_is_written_and_is_said_in_words(value: str, way: str) -> None:
    assert of_slots(f'{{it: ["{value}"]}}').slots["it"] == {value: (way,)}
    assert said(value) == way


@pytest.mark.parametrize(
    "word", ["on", "off", "yes", "no", "true", "null", "12", "007", "1:30", "2024-13-45", "0x_"]
)
def test_what_yaml_takes_for_something_else_is_a_word_without_quotes(word: str) -> None:
    domain = Domain.parse(
        f"expressions: {{ {word}: ['have ${word}'] }}\nslots: {{ {word}: [{word}] }}"
        if word.isalpha()
        else f"expressions: {{ {word}: ['have $it'] }}\nslots: {{ it: [{word}] }}"
    )
    (values,) = domain.slots.values()
    assert [*domain.intents] == [*values] == [word]


def test_a_slot_of_one_name_and_two_types_has_the_values_of_both() -> None:
    domain = Domain.parse(
        "expressions: {a: ['$one:x', '$two:x', '$one:y']}\n"
        "slots: {one: {big: [big], wide: [wide]}, two: {big: [large], tall: [tall]}}"
    )
    assert slots_of(domain) == {
        "x": {"big": ("big", "large"), "wide": ("wide",), "tall": ("tall",)},
        "y": {"big": ("big",), "wide": ("wide",)},
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "expected the file to be a mapping, found nothing"),
        ("- a\n- b", r"expected the file to be a mapping, found \['a', 'b'\]"),
        ("hello", "expected the file to be a mapping, found 'hello'"),
        ("a: [", "no valid YAML"),
        ("a: \x07", "no valid YAML"),
        ("[" * 100_000, "no valid YAML"),
        ("a: &a [*a]", "no valid YAML"),
        ("? [a]\n: b", "no valid YAML"),
        ("context: []", r"expected 'context' to be a mapping, found \[\]"),
        ("context: {}", "expected at least one intent under 'expressions'"),
        ("expressions: [a]", r"expected 'expressions' to be a mapping, found \['a'\]"),
        ("expressions: {'': [a]}", "expected a name for each intent"),
        ("expressions: {a: }", "expected intent 'a' to be a list of texts, found nothing"),
        ("expressions: {a: []}", r"expected intent 'a' to be a list of texts, found \[\]"),
        ("expressions: {a: hello}", "expected intent 'a' to be a list of texts, found 'hello'"),
        ("expressions: {a: [[b, c]]}", r"intent 'a' to hold texts, found \['b', 'c'\]: .*quotes"),
        ("expressions: {a: [set it: $b]}", "to hold texts, found {'set it': '.b'}: .*quotes"),
        ("expressions: {a: ['']}", "the expression '': has no word"),
        ("expressions: {a: ['?! ([., …])']}", "has no word that can be said"),
        ("expressions: {a: [b]}\nslots: [c]", "expected 'slots' to be a mapping"),
        ("expressions: {a: [b]}\nslots: {c: }", "slot 'c' to have values, found nothing"),
        ("expressions: {a: [b]}\nslots: {c: []}", r"slot 'c' to have values, found \[\]"),
        ("expressions: {a: [b]}\nslots: {c: {}}", "slot 'c' to have values, found {}"),
        ("expressions: {a: [b]}\nslots: {c: d}", "slot 'c' to have values, found 'd'"),
        ("expressions: {a: [b]}\nslots: {c: ['!']}", "'!' of slot 'c' has no word"),
        ("expressions: {a: [b]}\nslots: {c: {d: e}}", "value 'd' of slot 'c' to be a list"),
        ("expressions: {a: [b]}\nmacros: {c: {}}", "macro 'c' to be a list of texts"),
        ("expressions: {a: ['@c']}\nmacros: {c: ['@c']}", "the macro 'c' holds itself"),
        ("expressions: {a: ['@c']}", "there is no macro 'c'; known: none"),
        (
            "expressions: {a: ['$c:d']}\nslots: {e: [f]}",
            "intent 'a' has a slot of the type 'c', which is not among the slots: e, pv.Sin",
        ),
    ],
)
def test_what_cannot_be_meant_is_told(text: str, told: str) -> None:
    with pytest.raises(LaresError, match=told) as raised:
        Domain.parse(text)
    assert len(str(raised.value)) < 500


def test_what_is_found_is_told_shortly_however_much_it_is() -> None:
    """Each list holds the one before ten times: written out, it would fill the memory."""
    lists = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 30))
    with pytest.raises(LaresError, match="expected intent 'a' to hold texts") as raised:
        Domain.parse(f"l0: &l0 [x, y]\n{lists}\nexpressions: {{a: *l29}}")
    assert len(str(raised.value)) < 2_000


def test_an_error_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "coffee.yaml").write_text("- a")
    with pytest.raises(LaresError, match=rf"^{tmp_path}/coffee\.yaml: expected the file to be"):
        Domain.read(tmp_path / "coffee.yaml")


def test_a_file_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "binary.yaml").write_bytes(bytes(range(256)))
    (tmp_path / "large.yaml").write_bytes(b"#" * 3_000_000)
    for name, told in {
        "missing.yaml": "No such file",
        "binary.yaml": "cannot be read as UTF-8 text",
        "large.yaml": "larger than 2000000 bytes",
        ".": "Is a directory",
    }.items():
        with pytest.raises(LaresError, match=told) as raised:
            Domain.read(tmp_path / name)
        assert str(tmp_path / name) in str(raised.value)


def test_a_file_with_a_mark_of_its_encoding_is_read(tmp_path: Path) -> None:
    (tmp_path / "windows.yaml").write_bytes("\ufeffexpressions:\r\n  a: [tee]\r\n".encode())
    assert Domain.read(tmp_path / "windows.yaml").words() == ("tee",)


NAMES = st.sampled_from(["context", "expressions", "slots", "macros", "a", "b", ""])
TEXTS = st.sampled_from(["a", "$b:a", "@a", "[a, (b)]", "on", "20%", "["]) | st.text(max_size=10)
TREES = st.recursive(
    TEXTS | st.none() | st.booleans() | st.integers() | st.floats() | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
WHOLE = st.fixed_dictionaries(
    {"expressions": st.dictionaries(NAMES, st.lists(TEXTS, min_size=1, max_size=3), min_size=1)},
    optional={
        "slots": st.dictionaries(NAMES, st.lists(TEXTS, max_size=3) | TREES, max_size=3),
        "macros": st.dictionaries(NAMES, st.lists(TEXTS, max_size=3), max_size=3),
    },
)


@given((WHOLE | TREES).map(yaml.safe_dump) | st.text(max_size=60))
@example("expressions: {a: [&x b, *x]}")
@example("a: !!python/object/apply:os.getcwd []")
@example('expressions: {a: ["\\ud800"]}')
def test_any_yaml_is_a_domain_or_an_error_for_the_user(text: str) -> None:
    try:
        domain = Domain.parse(text)
    except LaresError as error:
        assert str(error)
        return
    assert domain.intents.keys() >= set(Automaton.of(domain).finals.values()) > set()
    slots = {s for es in domain.intents.values() for e in es for s in e if isinstance(s, Slot)}
    assert {slot.name for slot in slots} <= slots_of(domain).keys()
