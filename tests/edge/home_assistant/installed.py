"""The real Home Assistant, where it is installed: started in a folder of its own, with an owner and
a token, and stopped."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from websockets.sync.client import connect

from edge.demo.mosquitto import free_port
from edge.home_assistant.address import Address, Token

START_S = 120.0
_WHERE = "LARES_TEST_HASS"
"""Names the program `hass`, where it is not on the path."""

CONFIGURATION = """
homeassistant: {{name: Test, unit_system: metric, time_zone: UTC, latitude: 50, longitude: 8}}
http: {{server_host: 127.0.0.1, server_port: {port}}}
api:
config:
onboarding:
websocket_api:
input_boolean:
  guests: {{name: Guests are here}}
script:
  good_night: {{alias: Good Night, sequence: []}}
scene:
  - {{name: Movie, entities: {{}}}}
"""


def find_hass() -> str | None:
    """The program `hass`; None where it is not installed."""
    return os.environ.get(_WHERE) or shutil.which("hass", path=str(Path(sys.executable).parent))


class InstalledHomeAssistant:
    """A Home Assistant of the test's own, whose MQTT broker is at a port of this machine."""

    def __init__(self, program: str, folder: Path, broker_port: int) -> None:
        self.folder = folder
        self.port = free_port()
        self.token: Token | None = None
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None
        (folder / ".storage").mkdir(parents=True)
        (folder / "configuration.yaml").write_text(CONFIGURATION.format(port=self.port))
        entries = [
            _entry("mqtt", 2, {"broker": "127.0.0.1", "port": broker_port}),
            _entry("shopping_list", 1, {}),
        ]
        stored = {
            "version": 1, "minor_version": 1, "key": "core.config_entries",
            "data": {"entries": entries},
        }  # fmt: skip
        (folder / ".storage" / "core.config_entries").write_text(json.dumps(stored))

    @property
    def address(self) -> Address:
        return Address.of(f"http://127.0.0.1:{self.port}")

    def start(self) -> None:
        """Start, and wait until it answers. The first time, its owner makes a token."""
        log = (self.folder / "log").open("ab")
        self._process = subprocess.Popen(
            [self._program, "-c", self.folder, "--skip-pip-packages", ""], stdout=log, stderr=log
        )
        log.close()
        deadline = time.monotonic() + START_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.folder / "log").read_text()[-2_000:])
            time.sleep(0.2)
        if self.token is None:
            self.token = self._onboard()

    def stop(self) -> None:
        """Stop it properly: it writes down what it knows."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(60)
            self._process = None

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(60)
            self._process = None

    def ask(self, kind: str, **fields: Any) -> Any:
        """The result of one command of its WebSocket API."""
        assert self.token is not None
        return self._ask(self.token.secret, kind, **fields)

    def token_of_a_user(self) -> Token:
        """The token of someone who is no administrator."""
        groups = ["system-users"]
        user = self.ask("config/auth/create", name="Ben", group_ids=groups)["user"]["id"]
        login = {"username": "ben", "password": "right"}
        self.ask("config/auth_provider/homeassistant/create", user_id=user, **login)
        client = f"{self.address.url}/"
        begin = {"client_id": client, "handler": ["homeassistant", None], "redirect_uri": client}
        flow = self._post_json("/auth/login_flow", begin)["flow_id"]
        done = self._post_json(f"/auth/login_flow/{flow}", {"client_id": client, **login})
        return self._token_for(done["result"])

    def _ask(self, secret: str, kind: str, **fields: Any) -> Any:
        with connect(self.address.websocket_url, proxy=None, max_size=None) as socket:
            socket.recv()
            socket.send(json.dumps({"type": "auth", "access_token": secret}))
            socket.recv()
            socket.send(json.dumps({"id": 1, "type": kind, **fields}))
            answer = json.loads(socket.recv())
        if not answer["success"]:
            raise RuntimeError(f"{kind}: {answer['error']}")
        return answer["result"]

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address.url}/api/onboarding", timeout=5):
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False

    def _onboard(self) -> Token:
        person = {"name": "Anna", "username": "anna", "password": "right", "language": "en"}
        owner = {**person, "client_id": f"{self.address.url}/"}
        return self._token_for(self._post_json("/api/onboarding/users", owner)["auth_code"])

    def _token_for(self, code: str) -> Token:
        """The long-lived token for an authorization code."""
        client = f"{self.address.url}/"
        grant = {"grant_type": "authorization_code", "code": code, "client_id": client}
        form = urllib.parse.urlencode(grant).encode()
        access = self._post("/auth/token", form, "application/x-www-form-urlencoded")
        kind = "auth/long_lived_access_token"
        secret = self._ask(access["access_token"], kind, client_name="lares", lifespan=30)
        return Token.of(secret, "Home Assistant")

    def _post_json(self, path: str, data: dict[str, Any]) -> dict[str, Any]:
        return self._post(path, json.dumps(data).encode(), "application/json")

    def _post(self, path: str, body: bytes, kind: str) -> dict[str, Any]:
        request = urllib.request.Request(f"{self.address.url}{path}", body, {"Content-Type": kind})
        with urllib.request.urlopen(request, timeout=30) as answer:
            told: dict[str, Any] = json.load(answer)
        return told


def _entry(domain: str, minor_version: int, data: dict[str, Any]) -> dict[str, Any]:
    """An integration as its owner would have set it up."""
    return {
        "entry_id": domain, "version": 1, "minor_version": minor_version, "domain": domain,
        "title": domain, "data": data, "options": {}, "pref_disable_new_entities": False,
        "pref_disable_polling": False, "source": "user", "unique_id": None, "disabled_by": None,
    }  # fmt: skip
