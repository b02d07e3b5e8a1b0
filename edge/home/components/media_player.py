"""Media players over MQTT, in the convention of the community integration "mqtt_media_player".

Home Assistant itself has no MQTT media player. Speakers and televisions that announce themselves on
`homeassistant/media_player/…/config` follow that integration's keys: a topic for each property
(`state_state_topic`, `state_volume_topic`, …) and for each command (`command_play_topic` with
`command_play_payload`). Volume is 0–1 on both sides. Source: the integration's README
(bkbilly/mqtt_media_player).
"""

from __future__ import annotations

import json
from dataclasses import replace

from edge.home.components.wiring import (
    UNKNOWN,
    Change,
    Command,
    Config,
    Data,
    Reader,
    Wiring,
    attribute,
    finite,
    need,
    need_number,
    offered,
    plain,
    press,
    short,
)
from edge.types import EntityState, Message

PRESSES = {
    "media_play": "play",
    "media_pause": "pause",
    "media_play_pause": "playpause",
    "media_stop": "stop",
    "media_next_track": "next",
    "media_previous_track": "previous",
    "turn_on": "turn_on",
    "turn_off": "turn_off",
}
"""Service → the part of the key: `command_<part>_topic`, `command_<part>_payload`."""
STATES = {
    name: name for name in ("playing", "paused", "idle", "off", "on", "standby", "buffering")
} | {"stopped": "idle"}


def media_player(config: Config) -> Wiring:
    """The wiring of a media player."""
    seek = config.sender("command_seek_topic")
    volume = config.sender("command_volume_topic")
    source = config.sender("command_source_topic")
    commands = {
        service: press(
            config.sender(f"command_{part}_topic"), config.text(f"command_{part}_payload", part)
        )
        for service, part in PRESSES.items()
    }
    return Wiring(
        _readers(config),
        offered(
            {
                **commands,
                "volume_set": (lambda data: (volume(_level(data)),)) if volume else None,
                "volume_mute": _mutes(config),
                "media_seek": (lambda data: (seek(need(data, "seek_position")),)) if seek else None,
                "select_source": (lambda data: (source(need(data, "source")),)) if source else None,
                "play_media": _plays(config),
            }
        ),
    )


def _readers(config: Config) -> tuple[Reader, ...]:
    changes: dict[str, Change] = {
        "state": _read_state,
        "volume": attribute("volume_level", finite),
        "mute": attribute("is_volume_muted", _muted),
        "title": attribute("media_title", short),
        "artist": attribute("media_artist", short),
        "album": attribute("media_album_name", short),
        "mediatype": attribute("media_content_type", short),
        "duration": attribute("media_duration", finite),
        "position": attribute("media_position", finite),
        "source": attribute("source", short),
    }
    return tuple(
        reader
        for part, change in changes.items()
        for reader in config.reader(f"state_{part}_topic", f"state_{part}_template", change)
    )


def _read_state(value: str, state: EntityState) -> EntityState:
    if value == "None":
        return replace(state, state=UNKNOWN)
    if value.lower() not in STATES:
        raise ValueError(f"expected one of {', '.join(STATES)}")
    return replace(state, state=STATES[value.lower()])


def _muted(text: str) -> bool:
    return text.lower() in ("mute", "on", "true", "1")


def _level(data: Data) -> float:
    return plain(min(max(need_number(data, "volume_level"), 0.0), 1.0))


def _mutes(config: Config) -> Command | None:
    send = config.sender("command_mute_topic")
    if send is None:
        return None
    payloads = {
        True: config.text("command_mute_on_payload", "mute"),
        False: config.text("command_mute_off_payload", "unmute"),
    }
    return lambda data: (send(payloads[bool(need(data, "is_volume_muted"))]),)


def _plays(config: Config) -> Command | None:
    send = config.sender("command_playmedia_topic")
    if send is None:
        return None

    def command(data: Data) -> tuple[Message, ...]:
        media = {
            "media_type": data.get("media_content_type", "music"),
            "media_id": need(data, "media_content_id"),
        }
        return (send(json.dumps(media)),)

    return command
