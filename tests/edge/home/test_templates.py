"""The two simplest forms of templates, and a clear word about all others."""

from __future__ import annotations

import json

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
        ("{{ value_json['a b'][1] }}", '{"a b": [0, true]}', "true"),
        ('{{ value_json["x"] }}', '{"x": null}', "null"),
        ("{{ value_json }}", '{"x": 1}', '{"x": 1}'),
        ("{{- value_json.x -}}", '{"x": "y"}', "y"),
    ],
)
def test_a_value_is_cut_out_of_a_payload(template: str | None, payload: str, value: str) -> None:
    assert value_template(template)(payload) == value


@pytest.mark.parametrize("payload", ["{}", "[]", "7", "no json", ""])
def test_a_payload_without_the_value_is_a_value_error(payload: str) -> None:
    with pytest.raises(ValueError):
        value_template("{{ value_json.a }}")(payload)


@pytest.mark.parametrize(
    "template",
    [
        "{{ value_json.a | int }}",
        "{% if value %}x{% endif %}",
        "{{ value_json.a * 2 }}",
        "{{ value_json.__class__ }} and more",
        "{{ states('light.a') }}",
    ],
)
def test_anything_more_is_called_unsupported(template: str) -> None:
    with pytest.raises(UnsupportedTemplate, match="value_json"):
        value_template(template)


def test_a_command_is_text_with_values_put_in() -> None:
    assert command_template(None)({"value": 5}) == "5"
    assert command_template('{"level": {{ value }}}')({"value": 5}) == '{"level": 5}'
    rgb = command_template("{{ red }}/{{ green }}/{{blue}}")
    assert rgb({"value": "", "red": 1, "green": 2, "blue": 3}) == "1/2/3"


@pytest.mark.parametrize(
    "template", ["{{ value | int }}", "{% set x = 1 %}{{ value }}", "{{ a.b }}"]
)
def test_a_command_that_computes_is_unsupported(template: str) -> None:
    with pytest.raises(UnsupportedTemplate):
        command_template(template)


@given(st.dictionaries(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), st.integers() | st.text()))
def test_every_top_level_value_can_be_read(payload: dict[str, int | str]) -> None:
    text = json.dumps(payload)
    for key, value in payload.items():
        assert value_template(f"{{{{ value_json.{key} }}}}")(text) == str(value)
