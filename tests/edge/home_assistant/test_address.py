"""Addresses and tokens: what is taken, what is refused in a sentence, and nothing is shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.home_assistant.address import TOKEN_VARIABLE, Address, Token
from edge.home_assistant.problems import HomeAssistantError


@pytest.mark.parametrize(
    ("written", "websocket"),
    [
        ("http://homeassistant.local:8123", "ws://homeassistant.local:8123/api/websocket"),
        (" https://ha.example/ ", "wss://ha.example/api/websocket"),
        ("http://[fe80::1]:8123", "ws://[fe80::1]:8123/api/websocket"),
        ("HTTP://Home:8123", "ws://Home:8123/api/websocket"),
        ("http://10.0.0.2/api/websocket", "ws://10.0.0.2/api/websocket"),
        ("https://ha.example/behind/a/proxy", "wss://ha.example/behind/a/proxy/api/websocket"),
    ],
)
def test_the_api_is_below_the_address_of_the_page(written: str, websocket: str) -> None:
    assert Address.of(written).websocket_url == websocket


@pytest.mark.parametrize(
    "written",
    [
        "", "homeassistant.local", "homeassistant.local:8123", "ftp://ha", "http://", "file:///etc",
        "http://ha:port", "http://anna:secret@ha", "http://ha/?x=1", "http://ha/#x", "http://[::1",
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_page_is_refused_and_no_password_shown(written: str) -> None:
    with pytest.raises(
        HomeAssistantError, match="Expected the address of Home Assistant"
    ) as caught:
        Address.of(written)
    assert "secret" not in str(caught.value)
    assert caught.value.hopeless


@given(st.text(max_size=40))
def test_any_text_is_an_address_or_a_clear_error(text: str) -> None:
    try:
        address = Address.of(text)
    except HomeAssistantError:
        return
    assert address.websocket_url.startswith(("ws://", "wss://"))


def test_a_certificate_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nonsense")
    with pytest.raises(HomeAssistantError, match=r"ca\.pem"):
        Address.of("https://ha", tmp_path / "ca.pem").tls()
    assert Address.of("http://ha", tmp_path / "ca.pem").tls() is None


def test_the_environment_wins_over_the_file_and_the_file_over_the_configuration(
    tmp_path: Path,
) -> None:
    file = tmp_path / "token"
    file.write_text("of-the-file\n", encoding="utf-8")
    environment = {TOKEN_VARIABLE: "of-the-environment"}
    assert Token.find(environment, file, "written").secret == "of-the-environment"
    assert Token.find({}, file, "written").secret == "of-the-file"
    assert Token.find({}, None, "written").secret == "written"
    with pytest.raises(HomeAssistantError, match="found none"):
        Token.find({}, None, None)


@pytest.mark.parametrize("text", ["", " \n", "two words", "line\nline", "tökén", "x" * 5_000])
def test_what_is_no_token_is_refused_without_showing_it(text: str, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(HomeAssistantError) as caught:
        Token.find({}, file)
    assert str(file) in str(caught.value)
    assert not text.strip() or text.strip() not in str(caught.value)


def test_a_token_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for name in ("nowhere", "binary"):
        with pytest.raises(HomeAssistantError, match="cannot be read"):
            Token.find({}, tmp_path / name)
