"""The real Home Assistant, which is shown Lares' Wyoming server: it makes entities of it, and hears
with it."""

from __future__ import annotations

import asyncio
import io
import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import soundfile

from edge.serving import served
from edge.types import SAMPLE_RATE
from tests.e2e.home_assistant import InstalledHomeAssistant, needs_home_assistant
from tests.e2e.sounds import KITCHEN_LIGHT, without_wake_word
from tests.e2e.test_wyoming import app_with
from tests.edge.mqtt.conftest import BrokerSwitch

SPOKEN = "format=wav; codec=pcm; sample_rate=16000; bit_rate=16; channel=1; language=en"


pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), needs_home_assistant]


@pytest.fixture
def house(tmp_path: Path, mosquitto: BrokerSwitch) -> Iterator[InstalledHomeAssistant]:
    house = InstalledHomeAssistant(tmp_path / "ha", mosquitto.port)
    try:
        house.start()
        yield house
    finally:
        house.kill()


def post(house: InstalledHomeAssistant, path: str, body: bytes, **headers: str) -> Any:
    request = urllib.request.Request(
        f"{house.address.url}{path}",
        body,
        {"Authorization": f"Bearer {house.token.secret}", **headers},
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.load(answer)


def add(house: InstalledHomeAssistant, port: int) -> Any:
    """What its owner does to add the integration; what became of it."""
    kind = {"Content-Type": "application/json"}
    flows = "/api/config/config_entries/flow"
    flow = post(house, flows, json.dumps({"handler": "wyoming"}).encode(), **kind)["flow_id"]
    told = json.dumps({"host": "127.0.0.1", "port": port}).encode()
    return post(house, f"{flows}/{flow}", told, **kind)


def hear(house: InstalledHomeAssistant, entity: str) -> Any:
    wav = io.BytesIO()
    soundfile.write(wav, without_wake_word(KITCHEN_LIGHT), SAMPLE_RATE, format="WAV")
    headers = {"X-Speech-Content": SPOKEN, "Content-Type": "audio/wav"}
    return post(house, f"/api/stt/{entity}", wav.getvalue(), **headers)


async def test_home_assistant_makes_entities_of_lares_and_hears_with_it(
    house: InstalledHomeAssistant,
) -> None:
    app = app_with()
    async with app.virtual(app.home()) as household, served(app, household) as port:
        assert port is not None
        added = await asyncio.to_thread(add, house, port)
        assert (added["type"], added["title"]) == ("create_entry", "lares")
        states = await asyncio.to_thread(house.ask, "get_states")
        found = {state["entity_id"] for state in states}
        assert {"stt.lares", "wake_word.lares"} <= found
        words = await asyncio.to_thread(house.ask, "wake_word/info", entity_id="wake_word.lares")
        assert words["wake_words"][0]["id"] == "okay_nabu"
        heard = await asyncio.to_thread(hear, house, "stt.lares")
    assert heard == {"text": "turn on the kitchen light", "result": "success"}
