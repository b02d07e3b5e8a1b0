"""The simplest forms of templates, which need no engine, and what goes to Jinja."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.home.templates import UnsupportedTemplate, command_template, value_template


@pytest.mark.parametrize(
    ("template", "payload", "value"),
    [
        (None, "ON", "ON"),
        ("{{ value }}", "ON", "ON"),
        ("{{value_json.state}}", '{"state": "ON"}', "ON"),
        ("{{ value_json.a.b }}", '{"a": {"b": 2.5}}', "2.5"),
        ("{{ value_json['a b'][1] }}", '{"a b": [0, true]}', "True"),
        ('{{ value_json["x"] }}', '{"x": null}', "None"),
        ("{{ value_json.x }}", '{"x": 21.50}', "21.5"),
        ("{{ value_json.x | default('off') }}", "{}", "off"),
        ("{{ value_json.x | default(0) }}", "{}", "0"),
        ('{{ value_json.x | d("") }}', '{"x": 0}', "0"),
        ("{{ value_json.x | is_defined }}", '{"x": 5}', "5"),
        ("{{ value_json.x.y | is_defined }}", '{"x": 5}', ""),
        ("{{ value_json.x }}", '{"x": {"ü": [1]}}', '{"ü": [1]}'),
        ("{{ value_json }}", '{"x": 1}', '{"x": 1}'),
        ("{{- value_json.x -}}", '{"x": "y"}', "y"),
    ],
)
def test_a_value_is_cut_out_of_a_payload(template: str | None, payload: str, value: str) -> None:
    assert value_template(template)(payload) == value


@pytest.mark.parametrize("payload", ["{}", "[]", "7", '{"b": 1}', '["a"]'])
@pytest.mark.parametrize("template", ["{{ value_json.a }}", "{{ value_json.a | float }}"])
def test_a_payload_without_the_value_says_nothing(template: str, payload: str) -> None:
    assert value_template(template)(payload) == ""


NO_JSON = ["no json", "", "NaN", '{"a": 1e999}', '{"a": -Infinity}', "[" * 99 + "]" * 99]


@pytest.mark.parametrize("payload", NO_JSON)
@pytest.mark.parametrize("template", ["{{ value_json.a }}", "{{ value_json.a | float }}"])
def test_a_payload_that_is_no_json_is_a_value_error(template: str, payload: str) -> None:
    with pytest.raises(ValueError):
        value_template(template)(payload)


def test_halves_of_surrogates_do_not_come_through() -> None:
    assert value_template("{{ value_json.a }}")('{"a": "x\\ud800"}') == "x?"
    assert value_template("{{ value_json.a ~ '' }}")('{"a": "x\\udfff"}') == "x?"


@pytest.mark.parametrize(
    ("template", "payload", "value"),
    [
        ("{{ value_json.a | int }}", '{"a": "7"}', "7"),
        ("{% if value == 'x' %}ON{% endif %}", "x", "ON"),
        ("{{ value_json.a * 2 }}", '{"a": 2}', "4"),
        ("{{ value }}{# the whole #}", "x", "x"),
        ("plain", "x", "plain"),
        ("{{ value_json is defined }}", "x", "False"),
    ],
)
def test_anything_more_goes_to_jinja(template: str, payload: str, value: str) -> None:
    assert value_template(template)(payload) == value


def test_what_asks_for_other_entities_is_unsupported() -> None:
    for make in (value_template, command_template):
        with pytest.raises(UnsupportedTemplate, match='"states"'):
            make("{{ states('light.a') }}")


def test_jinja_is_not_loaded_for_the_simple_forms() -> None:
    code = (
        "import sys; from edge.home.templates import *;"
        "value_template('{{ value_json.a }}')('{}');"
        "command_template('a{{ value }}')({'value': 1});"
        "assert 'jinja2' not in sys.modules; value_template('{{ value | int }}');"
        "assert 'jinja2' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_command_is_text_with_values_put_in() -> None:
    assert command_template(None)({"value": 5}) == "5"
    assert command_template('{"level": {{ value }}}')({"value": 5}) == '{"level": 5}'
    rgb = command_template("{{ red }}/{{ green }}/{{blue}}")
    assert rgb({"value": "", "red": 1, "green": 2, "blue": 3}) == "1/2/3"


@pytest.mark.parametrize(
    ("template", "values", "text"),
    [
        ("{{ value | int }}", {"value": "5.7"}, "5"),
        ("{% set x = value * 2 %}{{ x }}", {"value": 2}, "4"),
        ('{{ {"a": value} | to_json }}', {"value": 1.5}, '{"a": 1.5}'),
        ("{{ 'on' if code else 'off' }}", {"value": "x"}, "off"),
    ],
)
def test_a_command_may_compute(template: str, values: dict[str, object], text: str) -> None:
    assert command_template(template)(values) == text


@given(st.dictionaries(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), st.integers() | st.text()))
def test_every_top_level_value_can_be_read(payload: dict[str, int | str]) -> None:
    text = json.dumps(payload)
    for key, value in payload.items():
        assert value_template(f"{{{{ value_json.{key} }}}}")(text) == str(value)
