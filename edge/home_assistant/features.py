"""What the bits of `supported_features` are called.

Home Assistant tells features as a number; skills read their names, as its test fixtures write them.
The numbers are those of Home Assistant's `…EntityFeature` enumerations.
"""

from __future__ import annotations

from collections.abc import Mapping

FEATURES: Mapping[str, Mapping[int, str]] = {
    "climate": {
        1: "TARGET_TEMPERATURE", 2: "TARGET_TEMPERATURE_RANGE", 4: "TARGET_HUMIDITY",
        8: "FAN_MODE", 16: "PRESET_MODE", 32: "SWING_MODE", 128: "TURN_OFF", 256: "TURN_ON",
    },
    "cover": {
        1: "OPEN", 2: "CLOSE", 4: "SET_POSITION", 8: "STOP", 16: "OPEN_TILT", 32: "CLOSE_TILT",
        64: "STOP_TILT", 128: "SET_TILT_POSITION",
    },
    "fan": {1: "SET_SPEED", 2: "OSCILLATE", 4: "DIRECTION", 8: "PRESET_MODE"},
    "humidifier": {1: "MODES"},
    "lawn_mower": {1: "START_MOWING", 2: "PAUSE", 4: "DOCK"},
    "light": {4: "EFFECT", 8: "FLASH", 32: "TRANSITION"},
    "lock": {1: "OPEN"},
    "media_player": {
        1: "PAUSE", 2: "SEEK", 4: "VOLUME_SET", 8: "VOLUME_MUTE", 16: "PREVIOUS_TRACK",
        32: "NEXT_TRACK", 128: "TURN_ON", 256: "TURN_OFF", 512: "PLAY_MEDIA", 1024: "VOLUME_STEP",
        2048: "SELECT_SOURCE", 4096: "STOP", 8192: "CLEAR_PLAYLIST", 16384: "PLAY",
        32768: "SHUFFLE_SET", 65536: "SELECT_SOUND_MODE", 131072: "BROWSE_MEDIA",
        262144: "REPEAT_SET", 524288: "GROUPING", 1 << 20: "MEDIA_ANNOUNCE",
        1 << 21: "MEDIA_ENQUEUE", 1 << 22: "SEARCH_MEDIA",
    },
    "todo": {
        1: "CREATE_TODO_ITEM", 2: "DELETE_TODO_ITEM", 4: "UPDATE_TODO_ITEM", 8: "MOVE_TODO_ITEM",
    },
    "vacuum": {
        1: "TURN_ON", 2: "TURN_OFF", 4: "PAUSE", 8: "STOP", 16: "RETURN_HOME", 32: "FAN_SPEED",
        64: "BATTERY", 128: "STATUS", 256: "SEND_COMMAND", 512: "LOCATE", 1024: "CLEAN_SPOT",
        2048: "MAP", 4096: "STATE", 8192: "START", 16384: "CLEAN_AREA",
    },
    "valve": {1: "OPEN", 2: "CLOSE", 4: "SET_POSITION", 8: "STOP"},
}  # fmt: skip
"""Domain → bit → name."""


def feature_names(domain: str, bits: object) -> object:
    """The names of what a number tells; anything else, and other domains' numbers, as they are."""
    names = FEATURES.get(domain)
    if names is None or not isinstance(bits, int) or isinstance(bits, bool):
        return bits
    return [name for bit, name in names.items() if bits & bit]
