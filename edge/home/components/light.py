"""MQTT lights, in their three schemas: a topic for each property ("basic", also called "default"),
one object ("json"), or templates that make and read a text of any form ("template").

While a light is off its brightness and colour stay as they were: whoever shows the state hides
them, as Home Assistant does.

Source: Home Assistant's documentation of "MQTT light".
"""

from __future__ import annotations

from edge.home.components.light_basic import basic_light
from edge.home.components.light_json import json_light
from edge.home.components.light_template import template_light
from edge.home.components.wiring import Config, DiscoveryError, Wiring

SCHEMAS = {
    "basic": basic_light,
    "default": basic_light,
    "json": json_light,
    "template": template_light,
}


def light(config: Config) -> Wiring:
    """The wiring of a light. Raises `DiscoveryError`."""
    schema = config.text("schema", "basic").lower()
    if schema not in SCHEMAS:
        raise DiscoveryError(
            f"{config.origin}: expected one of {', '.join(SCHEMAS)} as the schema of a light, "
            f'found "{schema[:40]}".'
        )
    return SCHEMAS[schema](config)
