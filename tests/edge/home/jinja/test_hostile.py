"""Templates that shall hang a machine or eat its memory: each ends, soon and small."""

from __future__ import annotations

import json
import re
import time
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.home.jinja import patterns
from edge.home.jinja.functions import FILTERS, FUNCTIONS, TESTS
from edge.home.jinja.limits import LONGEST_TEXT, Budget, TemplateFailed
from edge.home.templates import UnsupportedTemplate, command_template, value_template

SOON_S = 0.2
"""Processor time of one evaluation, with room for a slow machine."""
SMALL = 48 << 20
"""Bytes."""

DOUBLED = "{% set ns = namespace(x='ab') %}{% for i in range(60) %}{% set ns.x = ns.x ~ ns.x %}"
REFUSED_AT_ONCE = [
    "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    "{% include 'x' %}",
    "{% import 'x' as y %}",
    "{% extends 'x' %}",
    "{% block a %}{% endblock %}",
    "{% call x() %}{% endcall %}",
    "{% filter upper %}x{% endfilter %}",
    "{% set x %}text{% endset %}",
    "{{ lipsum(100000) }}",
    "{{ cycler(1) }}",
    "{{ value | attr('__class__') }}",
    "{{ value | pprint }}",
    "{{ value | center(100000000) }}",
    "{{ value | indent(100000000) }}",
    "{{ value | wordwrap(1) }}",
    "{{ [1] | batch(100000000, 1) | list }}",
    "{{ states('lock.front') }}",
    "{{ value_json(1) }}",
    "{{ range(*value_json) }}",
    "{{ dict(**value_json) }}",
    "{{ " + "(" * 3_000 + "1" + ")" * 3_000 + " }}",
    "{{ " + "-" * 3_000 + "1 }}",
    "{{ " + "not " * 1_500 + "1 }}",
    "{{ value" + ".a" * 3_000 + " }}",
    "{{ 1" + " + 1" * 1_500 + " }}",
    "{% if 1 %}" * 500 + "{% endif %}" * 500,
    "{% for i in [1] %}" * 30 + "{% endfor %}" * 30,
    "{{ '" + "a" * 9_000 + "' }}",
    "{{ 1" + "0" * 5_000 + " }}",
    "{% break %}",
    "{{",
    "{% if %}",
    "{{ value | }}",
]
FAILING = [
    "{% for i in range(10**9) %}x{% endfor %}",
    "{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}",
    "{% for i in range(9999) %}{% for j in range(9999) if false %}{% endfor %}{% endfor %}",
    "{% for i in range(9999) %}" + "{{ 'aaaaaaaaaaaaaaaaaaaa' }}" * 50 + "{% endfor %}",
    "{{ 'a' * 10**9 }}",
    "{{ 10**9 * 'a' }}",
    "{{ [1] * 10**9 }}",
    "{{ 10**10**10 }}",
    "{{ 9**9**9**9 }}",
    "{{ 7 ** 1000 }}",
    DOUBLED.replace("'ab'", "7").replace("~", "*") + "{% endfor %}{{ ns.x }}",
    DOUBLED + "{% endfor %}{{ ns.x }}",
    DOUBLED.replace("~", "+") + "{% endfor %}{{ ns.x }}",
    DOUBLED.replace("ns.x ~ ns.x", "[ns.x, ns.x]") + "{% endfor %}{{ ns.x == ns.x }}",
    DOUBLED.replace("ns.x ~ ns.x", "[ns.x, ns.x]") + "{% endfor %}{{ ns.x }}",
    DOUBLED.replace("ns.x ~ ns.x", "{'a': ns.x, 'b': ns.x}") + "{% endfor %}{{ ns.x | to_json }}",
    DOUBLED.replace("ns.x ~ ns.x", "ns.x.replace('a', 'aaaaaaaaaaaaaaaaaaaa')") + "{% endfor %}",
    DOUBLED.replace("ns.x ~ ns.x", "ns.x | replace('', ns.x)") + "{% endfor %}{{ ns.x }}",
    DOUBLED.replace("ns.x ~ ns.x", "ns.x | regex_replace('', ns.x)") + "{% endfor %}{{ ns.x }}",
    DOUBLED.replace("ns.x ~ ns.x", "ns.x.join(ns.x)") + "{% endfor %}{{ ns.x }}",
    DOUBLED.replace("ns.x ~ ns.x", "ns.x | join(ns.x)") + "{% endfor %}{{ ns.x }}",
    DOUBLED.replace("ns.x ~ ns.x", "'{0}{0}'.format(ns.x)") + "{% endfor %}{{ ns.x }}",
    DOUBLED.replace("ns.x ~ ns.x", "'%s%s' % (ns.x, ns.x)") + "{% endfor %}{{ ns.x }}",
    "{{ 'a'.center(10**9) }}",
    "{{ 'a'.zfill(10**9) }}",
    "{{ 'a'.ljust(10**9, 'b') }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ '%.1000000000f' % 1 }}",
    "{{ '%*d' % (1000000000, 1) }}",
    "{{ '%1000000000d' | format(1) }}",
    "{{ '{:1000000000d}'.format(1) }}",
    "{{ '{:{}}'.format(1, 1000000000) }}",
    "{{ '{0.__class__}'.format(1) }}",
    "{{ '{0[0]}'.format([1]) }}",
    "{{ 1 | round(-1000000000) }}",
    "{{ 1 | round(1000000000, 'ceil') }}",
    "{{ now().strftime('%1000000000Y') }}",
    "{{ 0 | timestamp_custom('%1000000000Y') }}",
    "{{ timedelta(days=10**9) }}",
    "{{ ('a' * 5000) | regex_search('(a+)+$') }}",
    "{{ ('a' * 5000) | regex_search('(a|aa)+$') }}",
    "{{ ('a' * 5000) | regex_search('(.*)*x') }}",
    "{{ ('a' * 5000) | regex_search('.*.*.*.*.*x') }}",
    "{{ ('a' * 60) | regex_search('a?' * 30 ~ 'a' * 30 ~ 'b') }}",
    "{{ ('a' * 60) | regex_search('(a|a)' * 40 ~ 'b') }}",
    "{{ ('a' * 60) | regex_match('(?:a{1,50}){1,50}b') }}",
    "{{ 'ab' | regex_search('(?=(a+)+)') }}",
    "{{ 'ab' | regex_search('(a)\\\\1') }}",
    "{{ ('ab' * 300) | regex_replace('(', 'x') }}",
    "{% for i in range(999) %}{{ ('a' * 600) | regex_search('^a+b') }}{% endfor %}",
    "{% for i in range(9999) %}{{ range(9999) | sort | length }}{% endfor %}",
    "{% set a = range(9999) %}{% for i in a %}{{ a == a }}{% endfor %}",
    "{% set a = range(9999) %}{% for i in a %}{{ 'x' in a }}{% endfor %}",
    "{% set a = 'a' * 60000 %}{% for i in range(9999) %}{% set b = a | upper %}{% endfor %}",
    "{{ range(9999) | map('string') | map('replace', '', 'a' * 60000) | list }}",
    "{{ range(9999) | map(attribute='a' ~ '.a' * 20000) | list }}",
    "{{ range(9999) | map('map', 'map', 'map') | list }}",
    "{{ (('a' * 60000) ~ ',' * 5000).split(',') | map('upper') | list }}",
    "{{ [('a' * 60000)] * 9 }}",
    "{% set a = 'a' * 60000 %}{{ [a, a, a, a, a, a] | string }}",
    "{% set a = 'a' * 60000 %}{% for i in range(99) %}{{ a }}{% endfor %}",
    "{{ namespace(a=1) }}",
    "{{ value.__class__.__mro__ }}",
    "{{ value.format.__globals__ }}",
    "{{ ''.__class__() }}",
    "{{ now.__self__ }}",
    "{{ (now()).__reduce__() }}",
    "{{ value.encode('utf-16') }}",
    "{{ value_json.append(1) }}",
]


@pytest.mark.parametrize("template", REFUSED_AT_ONCE, ids=lambda text: text[:50])
def test_what_is_not_offered_is_refused_before_any_message(template: str) -> None:
    began = time.process_time()
    with pytest.raises(UnsupportedTemplate) as caught:
        value_template(template)
    assert time.process_time() - began < SOON_S
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("template", FAILING, ids=lambda text: text[:50])
def test_a_hostile_template_ends_soon_with_nothing(template: str) -> None:
    read = value_template(template)
    began = time.process_time()
    try:
        assert read('{"a": 1}') == ""
    except ValueError as error:
        assert len(str(error)) < 300
    assert time.process_time() - began < SOON_S


@pytest.mark.parametrize("template", FAILING, ids=lambda text: text[:50])
def test_a_hostile_template_takes_little_memory(template: str) -> None:
    read = value_template(template)
    tracemalloc.start()
    try:
        with suppress(ValueError):
            read('{"a": 1}')
        assert tracemalloc.get_traced_memory()[1] < SMALL
    finally:
        tracemalloc.stop()


def test_a_payload_may_be_as_hostile_as_a_template() -> None:
    read = value_template(
        "{% for a in value_json %}{% for b in value_json %}{{ b }}{% endfor %}{% endfor %}"
    )
    large = value_template("{{ value_json | to_json | regex_replace('[0-9]', 'number') }}")
    for payload in (json.dumps(list(range(9_999))), "[" * 60_000, "9" * 60_000, "x" * 200_000):
        for one in (read, large):
            began = time.process_time()
            with suppress(ValueError):
                assert len(one(payload)) <= LONGEST_TEXT
            assert time.process_time() - began < SOON_S


def test_a_command_fails_like_a_value() -> None:
    with pytest.raises(UnsupportedTemplate):
        command_template("{% macro x() %}{% endmacro %}{{ value }}")
    with pytest.raises(ValueError, match="steps"):
        command_template(
            "{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}"
        )({})


@given(
    st.text(alphabet="ab(){}[]|*+?.,^$\\d123:P<>-=!", max_size=24),
    st.text(alphabet="ab1", max_size=40),
)
@settings(max_examples=300, deadline=None)
def test_a_pattern_is_refused_or_tried_in_no_time_and_finds_what_python_finds(
    pattern: str, text: str
) -> None:
    began = time.process_time()
    try:
        found = patterns.find_all(Budget(), pattern, text, ignore_case=False)
    except TemplateFailed:
        return
    finally:
        assert time.process_time() - began < SOON_S
    assert found == re.findall(pattern, text)


NAMES = st.sampled_from(
    ["value", "value_json", "ns", "x", "loop", "range", "dict", "now", "_", "a"]
)
ATOMS = NAMES | st.sampled_from(
    [
        "1",
        "10**9",
        "'ab'",
        "'%9d'",
        "'{:>99}'",
        "[]",
        "[value, 2]",
        "{'a': value}",
        "none",
        "0.5",
        "''",
    ]
)


def _combined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    names = st.sampled_from(sorted(FILTERS))
    args = st.lists(inner, max_size=3).map(", ".join)
    operators = st.sampled_from(["+", "-", "*", "/", "//", "%", "**", "~", "and", "==", "<", "in"])
    methods = st.sampled_from(
        ["split", "replace", "format", "join", "zfill", "items", "get", "__class__"]
    )
    return st.one_of(
        st.builds("({} {} {})".format, inner, operators, inner),
        st.builds("({} | {}({}))".format, inner, names, args),
        st.builds("({} is {}({}))".format, inner, st.sampled_from(sorted(TESTS)), args),
        st.builds("{}({})".format, st.sampled_from(sorted(FUNCTIONS)), args),
        st.builds("({}).{}({})".format, inner, methods, args),
        st.builds("({})[{}]".format, inner, inner),
        st.builds("({})[{}:{}]".format, inner, inner, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
    )


EXPRESSIONS = st.recursive(ATOMS, _combined, max_leaves=8)


def _blocks(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("{{% for x in {} %}}{}{{% endfor %}}".format, EXPRESSIONS, inner),
        st.builds("{{% if {} %}}{}{{% else %}}{}{{% endif %}}".format, EXPRESSIONS, inner, inner),
        st.builds("{{% set x = {} %}}{}".format, EXPRESSIONS, inner),
        st.builds("{{% set ns.a = {} %}}{}".format, EXPRESSIONS, inner),
        st.builds("{}{}".format, inner, inner),
    )


TEMPLATES = st.recursive(st.builds("{{{{ {} }}}}".format, EXPRESSIONS), _blocks, max_leaves=4).map(
    "{{% set ns = namespace(a=1) %}}{}".format
)


@given(
    TEMPLATES | st.text(alphabet="{}%#| value_json.()[]'\"*+-~,:0123456789abc\n", max_size=120),
    st.sampled_from(["", "5", "text", '{"a": [1, {"b": null}]}', "[[1, 2], [3]]", '"\\ud800"']),
)
@settings(max_examples=400, deadline=None)
def test_whatever_the_template_it_ends_with_text_or_one_of_two_errors(
    template: str, payload: str
) -> None:
    began = time.process_time()
    try:
        assert isinstance(value_template(template)(payload), str)
    except (UnsupportedTemplate, ValueError) as error:
        assert str(error)
    assert time.process_time() - began < 2 * SOON_S
