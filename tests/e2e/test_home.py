"""`lares home` on a real broker."""

from __future__ import annotations

from pathlib import Path

from edge.types import Message
from tests.e2e.program import lares
from tests.edge.mqtt.conftest import BrokerSwitch
from tests.edge.mqtt.test_devices_large import publish

LAMP = (
    '{"name": null, "uniq_id": "0x17_light", "cmd_t": "lamp/set", "stat_t": "lamp/state",'
    ' "dev": {"ids": "0x17", "name": "Reading Lamp", "sa": "Study"}}'
)


async def test_what_is_announced_is_shown_as_it_is_now_and_written_down(
    mosquitto: BrokerSwitch, live: Path
) -> None:
    announced = Message("homeassistant/light/0x17/light/config", LAMP, retain=True)
    await publish(mosquitto.port, (announced, Message("lamp/state", "ON", retain=True)))
    shown = lares("home", "show", "--live", folder=live)
    assert shown.returncode == 0, shown.stderr
    assert "Study" in shown.stdout
    assert "Reading Lamp light.reading_lamp on" in shown.stdout

    written = lares("home", "import", "new.yaml", folder=live)
    assert written.returncode == 0, written.stderr
    assert "unique_id: 0x17_light" in (live / "new.yaml").read_text()
    again = lares("home", "import", "new.yaml", folder=live)
    assert again.returncode == 2
    assert "there already" in again.stderr


def test_a_file_or_the_real_home_is_shown_not_both(folder: Path) -> None:
    done = lares("home", "show", "home.yaml", "--live", folder=folder)
    assert done.returncode == 2
    assert "either" in done.stderr
