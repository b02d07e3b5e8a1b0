"""A flood of messages on a real broker, for measuring: what a broken or hostile device may send.

Of every eight messages, two are states of sensors (one of them no number, where a number is
promised), four are announcements (of a device that changes its name each time, no JSON, a template
that loops, Tasmota's cut off), one is an empty announcement, and one is of nobody's topic.

    python -m benchmarks.mqtt_flood PORT MESSAGES_A_SECOND SECONDS
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from itertools import count

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from edge.demo.mosquitto import HOST
from edge.types import Message

SENSORS = 10
SLICE_S = 0.02


def sensors() -> Iterator[Message]:
    """Retained discovery messages of the sensors that flood."""
    for number in range(SENSORS):
        config = {
            "name": f"Meter {number}",
            "state_topic": f"flood/{number}",
            "device_class": "power",
            "unit_of_measurement": "W",
            "unique_id": f"flood_{number}",
        }
        yield Message(f"homeassistant/sensor/flood_{number}/config", json.dumps(config), True)


def flood() -> Iterator[Message]:
    """Messages without an end, no two alike."""
    for number in count():
        meter = number % SENSORS
        loops = "{% for a in range(9999) %}" * 3 + str(number) + "{% endfor %}" * 3
        light = {"command_topic": f"flood/loop/{meter}", "state_topic": f"flood/{meter}"}
        yield Message(f"flood/{meter}", str(number))
        yield Message(f"flood/{meter}", f"watts {number}")
        yield Message(
            f"homeassistant/light/flood_{meter}/config",
            json.dumps({"name": f"Flood {number}", **light}),
        )
        yield Message(f"homeassistant/switch/flood_{meter}/config", f'{{"name": {number}')
        yield Message(
            f"homeassistant/light/loop_{meter}/config",
            json.dumps({"name": f"Loop {meter}", "state_value_template": loops, **light}),
        )
        yield Message(f"tasmota/discovery/{meter:012X}/config", f'{{"ip": {number}')
        yield Message(f"homeassistant/fan/flood_{meter}/config", "")
        yield Message(f"flood/of/nobody/{number}", "x" * 100)


def main(port: int, a_second: int, seconds: float) -> None:
    """Send the flood at an even pace."""
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.connect(HOST, port)
    client.loop_start()
    begin, sent = time.perf_counter(), 0
    messages = flood()
    while (passed := time.perf_counter() - begin) < seconds:
        while sent < passed * a_second:
            message = next(messages)
            client.publish(message.topic, message.payload).wait_for_publish(10)
            sent += 1
        time.sleep(SLICE_S)
    client.disconnect()
    client.loop_stop()
    print(sent)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
