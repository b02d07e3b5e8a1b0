"""Whether the MQTT broker takes us: one connection as Lares would make it, and its answer.

The broker is asked once, with the host, port, user and TLS settings of the configuration. It may
accept or refuse (its CONNACK says why), end the connection, stay silent, or not be there at all;
each is a finding with advice of its own. Nothing is published.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from firmware_tools.finding import Finding

PART = "broker"
_BAD_CREDENTIALS = (134, 135)
"""MQTT 5's reason codes for a wrong user name or password, and for not being authorised. paho gives
those of MQTT 3.1.1 as these too."""


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """Where the broker is and how it is spoken to: the section `mqtt` of the configuration."""

    host: str = "localhost"
    port: int = 1883
    username: str | None = None
    password: str | None = None
    tls: bool = False
    ca_file: Path | None = None
    """Certificate authority of the broker (PEM); None is the system's."""

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def examine_broker(
    address: BrokerAddress,
    timeout_s: float = 3.0,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> Finding:
    """Connect and say what came of it. Never raises for what a broker or network can do.

    timeout_s: how long reaching the broker may take, and how long its answer.
    """
    try:
        context = ssl.create_default_context(cafile=address.ca_file) if address.tls else None
    except (OSError, ssl.SSLError) as error:
        return _error(
            f"mqtt.ca_file {address.ca_file} cannot be read as certificates: {error}",
            "Set it to the PEM file of the authority that signed the broker's certificate.",
        )
    began = clock()
    try:
        answer = _answer(address, context, timeout_s, clock)
    except (OSError, ValueError) as error:
        return _unreachable(address, error)
    if answer is None:
        return _error(
            f"{address} takes the connection but does not answer within {timeout_s:g} s",
            "See whether this port is a broker's; set mqtt.tls to true if it wants TLS "
            "(8883 is usual).",
        )
    if isinstance(answer, ReasonCode) and answer.is_failure:
        return _refused(address, answer)
    if isinstance(answer, ReasonCode):
        took_ms = (clock() - began) * 1000
        how = "with TLS" if address.tls else "without TLS"
        return Finding(PART, "ok", f"{address} accepts us {how}, in {took_ms:.0f} ms")
    return _error(
        f"{address} ends the connection without an answer",
        "Set mqtt.tls to true if this port wants TLS; otherwise the broker's log says why.",
    )


@dataclass(frozen=True, slots=True)
class _Ended:
    """The broker ended the connection instead of answering."""


def _answer(
    address: BrokerAddress,
    context: ssl.SSLContext | None,
    timeout_s: float,
    clock: Callable[[], float],
) -> ReasonCode | _Ended | None:
    """The broker's CONNACK; None when it stays silent. Raises OSError when it is not reached."""
    answers: list[ReasonCode] = []
    client = mqtt.Client(CallbackAPIVersion.VERSION2, reconnect_on_failure=False)
    client.on_connect = lambda client, data, flags, reason, properties: answers.append(reason)
    client.connect_timeout = timeout_s
    if address.username is not None:
        client.username_pw_set(address.username, address.password)
    if context is not None:
        client.tls_set_context(context)
    try:
        client.connect(address.host, address.port)
        deadline = clock() + timeout_s
        while not answers and (left := deadline - clock()) > 0:
            if client.loop(timeout=left) != mqtt.MQTT_ERR_SUCCESS and not answers:
                return _Ended()
    finally:
        client.disconnect()
    return answers[0] if answers else None


def _refused(address: BrokerAddress, reason: ReasonCode) -> Finding:
    if reason.value not in _BAD_CREDENTIALS:
        return _error(f"{address} refuses the connection: {reason}", "Its log says why.")
    who = f'the user "{address.username}"' if address.username else "a client without a user"
    return _error(
        f"{address} refuses {who}: {reason}",
        "Set mqtt.username and mqtt.password to what the broker knows.",
    )


def _unreachable(address: BrokerAddress, error: OSError | ValueError) -> Finding:
    """The finding for what came instead of a connection."""
    match error:
        case ssl.SSLCertVerificationError():
            return _error(
                f"{address} has a certificate that is not trusted: {error.verify_message}",
                "Set mqtt.ca_file to the certificate of the authority that signed it, and "
                "mqtt.host to the name in it.",
            )
        case ssl.SSLError() | ConnectionResetError() | ConnectionAbortedError():
            return _error(
                f"{address} does not speak TLS as we do: {error}",
                "Set mqtt.port to the broker's port for TLS (8883 is usual), or mqtt.tls to false.",
            )
        case socket.gaierror():
            return _error(
                f'there is no host "{address.host}": {error.strerror}',
                "Correct mqtt.host, or see whether the network is there.",
            )
        case ConnectionRefusedError():
            return _error(
                f"nothing listens at {address}",
                "Start the broker (sudo systemctl start mosquitto), or correct mqtt.host and "
                "mqtt.port. Without a `listener` line Mosquitto is there for its own machine only.",
            )
        case TimeoutError():
            return _error(
                f"{address} does not answer",
                "See whether that machine is on, on this network, and its firewall lets the port "
                "through.",
            )
    return _error(f"{address} gives no connection: {error}", "Correct mqtt.host and mqtt.port.")


def _error(found: str, advice: str) -> Finding:
    return Finding(PART, "error", found, advice)
