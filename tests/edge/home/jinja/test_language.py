"""Templates as devices publish them, and the same as Jinja2 itself makes of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from edge.home.jinja.language import compiled
from edge.home.jinja.limits import MissingValue, TemplateFailed, UnsupportedTemplate

NOON = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
JINJA = ImmutableSandboxedEnvironment(
    extensions=["jinja2.ext.loopcontrols"],
    finalize=lambda value: json.dumps(value) if isinstance(value, list | dict) else value,
)


def made(template: str, **values: Any) -> str:
    """What a template makes of values."""
    return compiled(template)(values, lambda: NOON)


def from_json(template: str, payload: Any) -> str:
    """What a template makes of a payload."""
    return made(template, value_json=payload, value=json.dumps(payload))


@pytest.mark.parametrize(
    ("template", "payload", "text"),
    [
        ("{% if value_json.locked %}ON{% else %}OFF{% endif %}", {"locked": False}, "OFF"),
        ("{{ value_json.temp | float | round(1) }}", {"temp": "21.54"}, "21.5"),
        ("{{ (value_json.t * 1.8 + 32) | round }}", {"t": 20.2}, "68"),
        ("{{ value_json.w | float(0) }}", {}, "0"),
        ("{{ value_json.w | int(-1) }}", {"w": "x"}, "-1"),
        ("{{ 'ON' if value_json.a == 'single' else 'OFF' }}", {"a": "single"}, "ON"),
        ("{{ value_json.pos | default(0) }}", {}, "0"),
        ("{{ value_json.pos | default(7, true) }}", {"pos": ""}, "7"),
        ("{{ {'heat': 'heating', None: None}[value_json.m] }}", {"m": "heat"}, "heating"),
        ("{% set v = {None: None, 'idle': 'idle'} %}{{ v[value_json.s] }}", {"s": None}, "None"),
        ("{{ iif(value_json.on, 'open', 'closed') }}", {"on": 1}, "open"),
        ("{{ value_json.on | iif('yes', 'no', 'none') }}", {"on": None}, "none"),
        ("{{ value_json.flags | bitwise_and(4) }}", {"flags": 6}, "4"),
        ("{{ value_json.flags | bitwise_or(1) }}", {"flags": 6}, "7"),
        ("{{ value_json.mwh | multiply(0.001) | round(2) }}", {"mwh": 1234}, "1.23"),
        ("{{ value_json.n | ordinal }} {{ 11 | ordinal }}", {"n": 22}, "22nd 11th"),
        ("{{ [value_json.a, 100] | min }} {{ max(1, value_json.a) }}", {"a": 7}, "7 7"),
        ("{{ value_json.s.split(':')[0] | int * 60 }}", {"s": "2:30"}, "120"),
        ("{{ value_json.s | regex_replace('^v?([0-9]+).*$', '\\\\1') }}", {"s": "v12.3"}, "12"),
        ("{{ value_json.s | regex_findall_index('[0-9]+', 1) }}", {"s": "a1b22"}, "22"),
        ("{{ value_json.s is match('on', ignorecase=true) }}", {"s": "Online"}, "True"),
        ("{{ value_json.s | regex_search('2$') }}", {"s": "a2"}, "True"),
        ("{{ value_json.list | map(attribute='id') | join(',') }}", {"list": [{"id": 1}]}, "1"),
        ("{{ value_json.l | selectattr('on') | list | count }}", {"l": [{"on": 1}, {}]}, "1"),
        ("{{ value_json.l | sum(attribute='n') }}", {"l": [{"n": 1}, {"n": 2}]}, "3"),
        ("{{ value_json | to_json }}", {"a": [1, None]}, '{"a": [1, null]}'),
        ("{{ (value | from_json).a }}", {"a": 3}, "3"),
        ("{{ '%.2f' % value_json.x }} {{ '%02x' | format(value_json.x) }}", {"x": 10}, "10.00 0a"),
        ("{{ '{:.1f} {}'.format(value_json.x, 'W') }}", {"x": 1.25}, "1.2 W"),
        ("{{ value_json.ts | timestamp_custom('%Y-%m-%d', false) }}", {"ts": 86400}, "1970-01-02"),
        ("{{ value_json.ts | timestamp_utc }}", {"ts": 0}, "1970-01-01T00:00:00+00:00"),
        ("{{ as_timestamp('2026-03-01T00:00:00Z') | int }}", {}, "1772323200"),
        ("{{ (now() - timedelta(minutes=value_json.m)).isoformat() }}", {"m": 30},
         "2026-03-01T12:00:00+00:00"),
        ("{{ strptime(value_json.t, '%d.%m.%Y').strftime('%Y') }}", {"t": "01.02.2026"}, "2026"),
        ("{% for a in value_json %}{{ loop.index }}{{ a }}{% if not loop.last %}-{% endif %}"
         "{% endfor %}", ["x", "y"], "1x-2y"),
        ("{% for k, v in value_json.items() if v %}{{ k }}{% else %}none{% endfor %}",
         {"a": 0}, "none"),
        ("{% for a in value_json %}{% if a == 2 %}{% break %}{% endif %}{{ a }}{% endfor %}",
         [1, 2, 3], "1"),
        ("{{ value_json['a b']['c'][-1] }}", {"a b": {"c": [1, 2]}}, "2"),
        ("{{ value_json.s[1:3] }}", {"s": "abcd"}, "bc"),
        ("{{ value_json.items }}", {"items": 5}, "5"),
        ("{{ ['a', value_json.b] }}", {"b": 1}, '["a", 1]'),
        ("  {{ value_json.x }}\n", {"x": " y "}, "y"),
        ("{{ dict.from_keys([('a', 1)]) | to_json }}", {}, '{"a": 1}'),
        ("{{ value_json.rgb | map('int') | list | to_json }}", {"rgb": ["1", "2"]}, "[1, 2]"),
        ("{{ this.state }}{{ entity_id }}", {}, ""),
        ("{{ value_json.x is defined and value_json.x is not none }}", {}, "False"),
        ("{{ log(value_json.x, 10) | round(1) }} {{ sqrt(9) }}", {"x": 100}, "2.0 3.0"),
        ("{{ 'unknown' if value_json.v is not number else value_json.v }}", {"v": "x"}, "unknown"),
    ],
)  # fmt: skip
def test_templates_of_real_devices_are_evaluated(template: str, payload: Any, text: str) -> None:
    assert made(template, value_json=payload, value=json.dumps(payload), this={}) == text


@pytest.mark.parametrize(
    ("template", "payload"),
    [
        ("{{ value_json.a.b }}", {}),
        ("{{ value_json.a | is_defined }}", {}),
        ("{{ value_json.a | float }}", {}),
        ("{{ value_json.a + 1 }}", {}),
        ("{{ value_json.a > 1 }}", {}),
        ("{{ value_json.a.split(',') }}", {}),
    ],
)
def test_a_value_that_is_not_there_is_told_from_other_errors(template: str, payload: Any) -> None:
    with pytest.raises(MissingValue):
        from_json(template, payload)


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{ value_json.a | float }}", "expected a number, found 'x'"),
        ("{{ value_json.a * value_json.a }}", "only numbers"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ value_json.a.nothing() }}", "no method 'nothing'"),
        ("{{ value_json.a | regex_search('(a+)+') }}", "several ways"),
        ("{{ value_json.a | as_timestamp }}", "expected a time"),
        ("{{ [1, 'a'] | sort }}", "not supported between"),
        ("{% for a, b in [1] %}{% endfor %}", "expected a list"),
        ("{% set value.x = 1 %}", "no namespace"),
    ],
)
def test_an_error_says_what_is_wrong(template: str, said: str) -> None:
    with pytest.raises(TemplateFailed, match=said):
        from_json(template, {"a": "x"})


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{ states('sensor.a') }}", 'the function "states" is not supported'),
        ("{{ value | urlize }}", 'the filter "urlize" is not supported'),
        ("{{ 1 is callable }}", 'the test "callable" is not supported'),
        ("a\nb {% macro x() %}{% endmacro %}", r'"macro" is not supported \(line 2\)'),
        ("{{ value", "unexpected end of template"),
    ],
)
def test_what_is_not_offered_is_named_with_its_line(template: str, said: str) -> None:
    with pytest.raises(UnsupportedTemplate, match=said):
        compiled(template)


VALUES = {
    "value": "23.5",
    "value_json": {"a": 1, "b": "on", "c": [1, 2, 3], "d": {"e": 2.5}, "f": None, "g": True},
}
ATOMS = st.sampled_from(
    [
        "value", "value_json.a", "value_json.b", "value_json.c", "value_json.d.e", "value_json.f",
        "value_json['g']", "value_json.none", "1", "2.5", "'on'", "''", "none", "true", "[1, 'b']",
        "x",
    ]
)  # fmt: skip
SAME_FILTERS = (
    "default('z')", "default(1, true)", "upper", "lower", "title", "capitalize", "trim", "string",
    "length", "first", "last", "list", "join('-')", "reverse | list", "unique | list", "abs",
    "replace('o', 'p')", "sort", "map('string') | list", "select | list", "max", "min",
)  # fmt: skip
SAME_TESTS = ("defined", "none", "string", "number", "mapping", "sequence", "boolean", "in [1]")


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from(["+", "-", "~", "and", "or", "==", "!=", "<", "in", "not in", "%"])
    return st.one_of(
        st.builds("({} {} {})".format, inner, operators, inner),
        st.builds("({} | {})".format, inner, st.sampled_from(SAME_FILTERS)),
        st.builds("({} is {})".format, inner, st.sampled_from(SAME_TESTS)),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("(not {})".format, inner),
        st.builds("({})[{}]".format, inner, inner),
    )


EXPRESSIONS = st.recursive(ATOMS, _grown, max_leaves=6)
SHOWN = st.builds("{{{{ ({}) | string }}}}".format, EXPRESSIONS)
SAME = st.recursive(
    SHOWN,
    lambda inner: st.one_of(
        st.builds("{{% if {} %}}{}{{%- else %}} {}{{% endif %}}".format, EXPRESSIONS, inner, inner),
        st.builds("{{% for x in {} %}}{}{{{{ loop.last }}}}{{% endfor %}}{{{{x}}}}".format,
                  st.sampled_from(["value_json.c", "'ab'", "[]", "value_json.d"]), inner),
        st.builds("{{% set x = {} %}}{}".format, EXPRESSIONS, inner),
        st.builds("a {}\n{}".format, inner, inner),
    ),
    max_leaves=4,
)  # fmt: skip


@given(SAME)
@settings(max_examples=300, deadline=None)
def test_what_comes_out_is_what_jinja_makes(template: str) -> None:
    """Or it is an error, also where Jinja makes something: ours is the stricter one."""
    try:
        theirs = JINJA.from_string(template).render(**VALUES).strip()
    except (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        theirs = None
    try:
        ours = made(template, **VALUES)
    except (TemplateFailed, UnsupportedTemplate):
        return
    assert ours == theirs


BUTTONS = """
{% set forms = [
  {'form': '^(?P<key>[a-z]+)_(?P<deed>(?:press|hold)(?:_end)?)$', 'names': ['key', 'deed']},
  {'form': '^(?P<deed>turn)_(?P<way>left|right)$', 'names': ['deed', 'way']},
] %}
{% set told = value_json.action | default('') %}
{% set found = namespace(pairs=[('deed', told)]) %}
{% for one in forms %}
  {% set groups = told | regex_findall(one.form) %}
  {% if groups[0] is undefined %}{% continue %}{% endif %}
  {% for name, part in zip(one.names, groups[0]) %}
    {% set found.pairs = found.pairs | rejectattr(0, 'eq', name) | list + [(name, part)] %}
  {% endfor %}
{% endfor %}
{% set deed = found.pairs | selectattr(0, 'eq', 'deed') | map(attribute=1) | first %}
{% set rest = found.pairs | rejectattr(0, 'in', ('deed', 'x')) | list %}
{{ dict.from_keys(rest + [('event_type', deed)]) | to_json }}
"""
"""In the manner of the event entities of zigbee2mqtt."""


@pytest.mark.parametrize(
    ("action", "event"),
    [
        ("left_press", {"key": "left", "event_type": "press"}),
        ("left_hold_end", {"key": "left", "event_type": "hold_end"}),
        ("turn_right", {"way": "right", "event_type": "turn"}),
        ("other", {"event_type": "other"}),
    ],
)
def test_a_template_may_loop_over_patterns(action: str, event: dict[str, str]) -> None:
    assert json.loads(from_json(BUTTONS, {"action": action})) == event
