"""Requests and responses as JSON lines."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.batch import Request, RequestError, response
from edge.types import EntityState, Intent, Message, Outcome, Transcript


def test_a_request_carries_text_area_and_the_states_to_start_from() -> None:
    line = (
        '{"text": "dim it", "area": "Den", "conversation": "7",'
        ' "setup": {"light.den": {"state": "on", "attributes": {"brightness": 102}}}}'
    )
    request = Request.from_line(line)
    assert (request.text, request.area, request.conversation) == ("dim it", "Den", "7")
    assert request.setup == {"light.den": EntityState("on", {"brightness": 102})}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "expected a JSON object"),
        ("[1]", "expected a JSON object, found list"),
        ("{}", "either 'text' or 'file'"),
        ('{"text": "a", "file": "b"}', "either 'text' or 'file'"),
        ('{"text": 3}', "'text' must be text, found 3"),
        ('{"text": "a", "room": "b"}', "unknown key 'room'; allowed: text, file"),
        ('{"text": "a", "setup": [1]}', "'setup' must map entity ids to states"),
        ('{"text": "a", "setup": {"light.x": "on"}}', "setup of 'light.x'"),
        ('{"text": "a", "setup": {"light.x": {"state": null}}}', "has a state that is none"),
    ],
)
def test_a_line_that_is_no_request_says_what_was_expected(line: str, message: str) -> None:
    with pytest.raises(RequestError, match=message):
        Request.from_line(line)


def test_a_response_holds_what_was_understood_done_and_said() -> None:
    outcome = Outcome(
        Transcript("lamp on", "text"),
        intents=(Intent("HassTurnOn", {"name": "Lamp"}, ("light.lamp",), 0.98765),),
        changes={"light.lamp": EntityState("on", {"brightness": 255})},
        published=(Message("lamp/set", "ON"),),
        speech="Turned on the lamp.",
        ms={"tagger": 1.23456},
    )
    assert json.loads(json.dumps(response(outcome))) == {
        "text": "lamp on",
        "intents": [
            {
                "name": "HassTurnOn",
                "slots": {"name": "Lamp"},
                "confidence": 0.9877,
                "source": "tagger",
            }
        ],
        "changes": {"light.lamp": {"state": "on", "attributes": {"brightness": 255}}},
        "published": [{"topic": "lamp/set", "payload": "ON"}],
        "speech": "Turned on the lamp.",
        "asked": False,
        "refused": None,
        "failed": [],
        "ms": {"tagger": 1.235},
    }


@given(st.text(max_size=100) | st.dictionaries(st.text(), st.integers()).map(json.dumps))
def test_any_line_gives_a_request_or_a_request_error(line: str) -> None:
    try:
        assert isinstance(Request.from_line(line), Request)
    except RequestError as error:
        assert str(error)
