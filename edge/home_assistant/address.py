"""Where Home Assistant is, and with which token it is spoken to.

The address is that of its web page, such as http://homeassistant.local:8123. Nothing else is ever
contacted. The token is a long-lived access token, which its owner makes at the end of their profile
page; it may do whatever that person may, so it is better kept in a file of its own than in
`lares.toml`, and it is shown nowhere.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from edge.home_assistant.problems import HomeAssistantError

TOKEN_VARIABLE = "LARES_HA_TOKEN"
API = "/api/websocket"
_LONGEST_TOKEN = 4_096


@dataclass(frozen=True, slots=True)
class Address:
    """Where Home Assistant is."""

    url: str
    """Of its web page, without a slash at the end."""
    ca_file: Path | None = None
    """Certificate authority of its certificate (PEM); None is the system's."""
    verify: bool = True
    """False takes any certificate."""

    @classmethod
    def of(cls, url: str, ca_file: Path | None = None, *, verify: bool = True) -> Address:
        """The address that someone wrote. Raises `HomeAssistantError` when it is none."""
        text = url.strip().rstrip("/")
        try:
            parts = urlsplit(text)
            host, _ = parts.hostname, parts.port
        except ValueError as error:
            raise _no_address(f"{text!r} ({error})") from error
        if parts.username is not None or parts.password is not None:
            raise _no_address("one with a user name")
        if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
            raise _no_address(repr(text))
        return cls(parts.geturl().removesuffix(API), ca_file, verify)

    @property
    def websocket_url(self) -> str:
        """Where its WebSocket API is."""
        return f"ws{self.url.removeprefix('http')}{API}"

    def tls(self) -> ssl.SSLContext | None:
        """How its certificate is checked; None for plain http. Raises `HomeAssistantError`."""
        if not self.url.startswith("https:"):
            return None
        try:
            context = ssl.create_default_context(cafile=self.ca_file)
        except (OSError, ssl.SSLError) as error:
            raise HomeAssistantError(
                f"Expected a certificate in PEM format at home_assistant.ca_file {self.ca_file}, "
                f"found: {error}.",
                hopeless=True,
            ) from error
        if not self.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


@dataclass(frozen=True, slots=True)
class Token:
    """A long-lived access token, which is not printed."""

    secret: str = field(repr=False)

    def __str__(self) -> str:
        return "(a token)"

    @classmethod
    def of(cls, text: str, origin: str) -> Token:
        """The token that a text holds. `origin` is named in errors, which do not show the text.

        Raises `HomeAssistantError`.
        """
        secret = text.strip()
        if len(secret.split()) != 1 or len(secret) > _LONGEST_TOKEN or not secret.isascii():
            found = "nothing" if not secret else "something else"
            raise HomeAssistantError(
                f"Expected a long-lived access token of Home Assistant in {origin}, found {found}. "
                "Make one at the end of your profile page there.",
                hopeless=True,
            )
        return cls(secret)

    @classmethod
    def find(
        cls, environment: Mapping[str, str], file: Path | None = None, written: str | None = None
    ) -> Token:
        """The token of the environment, else of a file, else the one written in the configuration.

        Raises `HomeAssistantError` when there is none, or none can be read.
        """
        if text := environment.get(TOKEN_VARIABLE):
            return cls.of(text, f"the variable {TOKEN_VARIABLE}")
        if file is not None:
            return cls.of(_read(file), str(file))
        if written is not None:
            return cls.of(written, "home_assistant.token")
        raise HomeAssistantError(
            "Expected a long-lived access token of Home Assistant, found none. Make one at the end "
            "of your profile page there, write it to a file, and name that in "
            "home_assistant.token_file.",
            hopeless=True,
        )


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise HomeAssistantError(
            f"The token file {file} cannot be read: {reason}. Write Home Assistant's token there.",
            hopeless=True,
        ) from error


def _no_address(found: str) -> HomeAssistantError:
    return HomeAssistantError(
        "Expected the address of Home Assistant's page, such as "
        f"http://homeassistant.local:8123, found {found}.",
        hopeless=True,
    )
