"""Why there is no connection to a broker, in words that say what to do."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass

from aiomqtt.exceptions import MqttConnectError

from edge.mqtt.broker import BrokerError

BAD_CREDENTIALS = (134, 135)
"""Reason codes of MQTT 5; aiomqtt tells those of MQTT 3.1.1 by them too."""


@dataclass(frozen=True, slots=True)
class Explaining:
    """How a broker was to be reached."""

    host: str
    port: int
    username: str | None
    tls: bool

    def explain(self, error: Exception) -> tuple[BrokerError, bool]:
        """The error in words, and whether waiting cannot heal it."""
        where = f"The MQTT broker at {self.host}:{self.port}"
        cause = error.__cause__ or error.__context__ or error
        if isinstance(error, MqttConnectError):
            return BrokerError(f"{where} refuses {self._refused(error)}"), True
        if isinstance(cause, ssl.SSLError):
            return BrokerError(
                f"{where} and TLS do not agree: {cause.reason or cause}. Check that the port "
                "speaks TLS, and that mqtt.ca_file is the certificate that signed the broker's."
            ), True
        if self.tls and isinstance(cause, ConnectionResetError):
            return BrokerError(
                f"{where} ends the connection instead of speaking TLS. Check mqtt.port "
                "(8883 is usual for TLS), or set mqtt.tls to false."
            ), True
        if isinstance(cause, socket.gaierror):
            return BrokerError(
                f'There is no host "{self.host}" for the MQTT broker ({cause.strerror}). '
                "Check mqtt.host and the network."
            ), False
        if isinstance(cause, ConnectionRefusedError):
            return BrokerError(
                f"Nothing answers at {self.host}:{self.port}. Start the MQTT broker, "
                "or check mqtt.host and mqtt.port."
            ), False
        return BrokerError(f"{where} gives no connection: {error}. Trying again."), False

    def no_answer(self) -> BrokerError:
        """It says nothing at all."""
        return BrokerError(
            f"The MQTT broker at {self.host}:{self.port} does not answer in time. Check that it "
            "runs, that the network reaches it, and that mqtt.tls is true if it wants TLS."
        )

    def _refused(self, error: MqttConnectError) -> str:
        """Whom the broker refuses, and what to do."""
        if getattr(error.rc, "value", error.rc) not in BAD_CREDENTIALS:
            return f"the connection: {error}. See its log."
        who = f'the user "{self.username}"' if self.username else "a client without a user"
        return f"{who}. Set mqtt.username and mqtt.password to what it knows."
