"""Which words stand for which kind of thing: domains, device classes, and their states.

The classes, and which state means "on", are those of Home Assistant's documentation of covers,
binary sensors and sensors; the nouns are those of its English sentences and their usual synonyms.
All words here are in the singular, as `matching.singular_text` makes them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """What a noun stands for: a domain, a class of cover, or either of several."""

    domain: str | None = None
    cover: str | None = None
    """Device class among covers."""
    binary: str | None = None
    """Device class among binary sensors."""
    sensor: str | None = None
    """Device class among sensors."""
    lockable: bool = False
    """A lock may be called so: "are the doors locked"."""


@dataclass(frozen=True, slots=True)
class BinaryClass:
    """A device class of binary sensors: the nouns for it, and the words for its two states."""

    nouns: tuple[str, ...]
    on: tuple[str, ...]
    off: tuple[str, ...]


_DETECTED = (
    "detected", "detecting", "triggered", "sensed", "present", "going off", "set off", "tripped",
    "on", "active",
)  # fmt: skip
_CLEAR = ("clear", "off", "inactive")
_OPEN = ("open", "opened", "ajar", "on")
_CLOSED = ("closed", "shut", "off")

BINARY_CLASSES = {
    "battery": BinaryClass(
        ("battery", "battery level"),
        ("low", "empty", "almost empty", "dead", "flat", "running low", "running out"),
        ("normal", "full", "charged", "good", "fine", "ok"),
    ),
    "battery_charging": BinaryClass(
        ("charger",),
        ("charging", "recharging", "being charged"),
        ("discharging", "not charging", "uncharging"),
    ),
    "carbon_monoxide": BinaryClass(("carbon monoxide", "co", "monoxide"), _DETECTED, _CLEAR),
    "cold": BinaryClass(("cold",), ("cold", "freezing", "frozen", *_DETECTED), _CLEAR),
    "connectivity": BinaryClass(
        ("connection", "connectivity"),
        ("connected", "online", "reachable"),
        ("disconnected", "offline", "unreachable"),
    ),
    "door": BinaryClass(("door",), _OPEN, _CLOSED),
    "garage_door": BinaryClass(("garage door",), _OPEN, _CLOSED),
    "gas": BinaryClass(("gas",), _DETECTED, _CLEAR),
    "heat": BinaryClass(("heat",), ("hot", "warm", "overheating", *_DETECTED), _CLEAR),
    "light": BinaryClass(
        ("light", "light detector"), ("light", "bright", "lit", "detected"), ("dark",)
    ),
    "lock": BinaryClass(("lock",), ("unlocked",), ("locked",)),
    "moisture": BinaryClass(
        ("moisture", "leak", "water leak", "water", "flooding"),
        ("wet", "damp", "leaking", "flooded", *_DETECTED),
        ("dry", *_CLEAR),
    ),
    "motion": BinaryClass(("motion", "movement"), ("moving", *_DETECTED), _CLEAR),
    "moving": BinaryClass((), ("moving",), ("still", "stopped")),
    "occupancy": BinaryClass(
        ("occupancy", "occupied", "room"),
        ("occupied", "in use", *_DETECTED),
        ("unoccupied", "empty", "vacant", *_CLEAR),
    ),
    "opening": BinaryClass(("opening",), _OPEN, _CLOSED),
    "plug": BinaryClass((), ("plugged in", "plugged"), ("unplugged",)),
    "power": BinaryClass(
        ("power",),
        ("powered", "powered on", "getting power", "detected", "on"),
        ("unpowered", "powered off", "off"),
    ),
    "presence": BinaryClass(
        ("presence", "device"), ("home", *_DETECTED), ("away", "absent", "not home", *_CLEAR)
    ),
    "problem": BinaryClass(
        ("problem", "issue"),
        ("having problems", "having a problem", "broken", *_DETECTED),
        ("okay", "ok", "fine", "working", *_CLEAR),
    ),
    "running": BinaryClass((), ("running",), ("not running", "stopped")),
    "safety": BinaryClass(("danger",), ("unsafe", "dangerous"), ("safe",)),
    "smoke": BinaryClass(("smoke", "fire"), _DETECTED, _CLEAR),
    "sound": BinaryClass(
        ("sound", "noise"),
        ("making noise", "making sound", "noisy", *_DETECTED),
        ("quiet", *_CLEAR),
    ),
    "tamper": BinaryClass(
        ("tampering", "tamper"), ("tampered", "tampered with", *_DETECTED), _CLEAR
    ),
    "update": BinaryClass(
        ("update", "software update"), ("available", "outdated"), ("up to date", "updated")
    ),
    "vibration": BinaryClass(("vibration",), ("vibrating", "shaking", *_DETECTED), _CLEAR),
    "window": BinaryClass(("window",), _OPEN, _CLOSED),
}

_SENSOR_NOUNS = {
    "apparent_power": ("apparent power",),
    "aqi": ("air quality", "air quality index", "aqi"),
    "atmospheric_pressure": ("atmospheric pressure", "air pressure"),
    "battery": ("battery level", "charge level"),
    "carbon_dioxide": ("carbon dioxide", "co2"),
    "carbon_monoxide": ("carbon monoxide level",),
    "current": ("current", "current draw", "amperage"),
    "data_rate": ("data rate",),
    "data_size": ("data size",),
    "distance": ("distance",),
    "duration": ("duration",),
    "energy": ("energy", "energy consumption", "energy usage"),
    "energy_storage": ("stored energy",),
    "frequency": ("frequency",),
    "gas": ("gas", "gas consumption", "gas usage"),
    "humidity": ("humidity", "humid"),
    "illuminance": ("illuminance", "light level"),
    "irradiance": ("irradiance",),
    "monetary": ("cost", "price"),
    "nitrogen_dioxide": ("nitrogen dioxide", "no2"),
    "nitrogen_monoxide": ("nitrogen monoxide",),
    "nitrous_oxide": ("nitrous oxide", "n2o"),
    "ozone": ("ozone",),
    "pm1": ("pm1",),
    "pm10": ("pm10",),
    "pm25": ("pm2 5", "pm25"),
    "power": ("power consumption", "power usage", "wattage"),
    "power_factor": ("power factor",),
    "precipitation": ("precipitation", "rainfall"),
    "precipitation_intensity": ("precipitation intensity", "rain intensity"),
    "pressure": ("pressure",),
    "reactive_power": ("reactive power",),
    "signal_strength": ("signal strength",),
    "sound_pressure": ("sound pressure", "noise level"),
    "speed": ("speed",),
    "sulphur_dioxide": ("sulphur dioxide", "sulfur dioxide"),
    "temperature": ("temperature", "temp"),
    "volatile_organic_compounds": ("volatile organic compound",),
    "voltage": ("voltage",),
    "volume": ("volume",),
    "volume_storage": ("stored volume",),
    "water": ("water consumption", "water usage"),
    "weight": ("weight",),
    "wind_speed": ("wind speed",),
}

_COVER_NOUNS = {
    "awning": ("awning",),
    "blind": ("blind", "roller blind", "venetian blind"),
    "curtain": ("curtain", "drape"),
    "damper": ("damper",),
    "door": ("door",),
    "garage": ("garage door",),
    "gate": ("gate",),
    "shade": ("shade",),
    "shutter": ("shutter", "roller shutter"),
    "window": ("window",),
}

LOCKING = ("lock", "unlock", "locked", "unlocked")
"""Words of locking, by which locks are meant without being named."""
DAYLIGHT = ("daylight", "sunlight", "sunshine")
"""What covers let in: "let some daylight into the bedroom"."""
DOMAIN_NOUNS = {
    "light": ("light", "lamp", "lighting", "bulb", "light bulb"),
    "fan": ("fan", "ventilator"),
    "switch": ("switch", "plug", "outlet", "socket"),
    "lock": LOCKING,
    "cover": ("cover", "window covering", "covering", *DAYLIGHT),
    "valve": ("valve", "sprinkler", "irrigation", "water"),
    "climate": (
        "thermostat", "heating", "heater", "radiator", "air conditioning", "air conditioner",
        "ac", "hvac", "heat", "air con", "aircon", "trv",
    ),
    "media_player": (
        "tv", "tvs", "television", "telly", "speaker", "media player", "music", "tunes", "radio",
        "stereo", "medium", "media", "movie", "show", "tv show", "song", "track", "volume",
    ),
    "vacuum": ("vacuum", "vacuum cleaner", "robot vacuum", "hoover", "robot"),
    "lawn_mower": ("lawn mower", "mower", "lawnmower"),
    "scene": ("scene",),
    "script": ("script",),
    "automation": ("automation",),
    "button": ("button",),
    "camera": ("camera",),
    "humidifier": ("humidifier", "dehumidifier"),
    "todo": ("list", "to do list", "todo list"),
    "siren": ("siren",),
    "person": (
        "person", "people", "anyone", "anybody", "someone", "somebody", "everyone", "everybody",
        "who",
    ),
}  # fmt: skip

BROAD_NOUNS = frozenset(DOMAIN_NOUNS["light"])
"""Nouns that mean all lights, even where something is called just so."""
NARROW_NOUNS = frozenset(
    {
        "tv", "tvs", "television", "telly", "speaker", "radio", "stereo", "thermostat", "heater",
        "radiator", "ac", "sprinkler", "plug", "outlet", "socket",
    }
)  # fmt: skip
"""Nouns that tell a thing within its domain."""
RUN_BY_NAME = frozenset({"scene", "script"})
"""Domains whose names are commands by themselves."""
WINDOW_COVERS = frozenset({"awning", "blind", "curtain", "shade", "shutter"})
"""Classes of cover that people do not tell apart."""
COVER_STATES = {
    "open": "open", "opened": "open", "up": "open", "raised": "open", "closed": "closed",
    "shut": "closed", "down": "closed", "lowered": "closed", "opening": "opening",
    "closing": "closing", "shutting": "closing",
}  # fmt: skip
LOCK_STATES = {
    "locked": "locked", "securely locked": "locked", "lock": "locked", "unlocked": "unlocked",
    "unlock": "unlocked",
}  # fmt: skip
ON_OFF = {
    "on": "on", "turned on": "on", "switched on": "on", "lit": "on", "off": "off",
    "turned off": "off", "switched off": "off", "out": "off",
}  # fmt: skip
PERSON_STATES = {
    "home": "home", "at home": "home", "in": "home", "here": "home", "not home": "not_home",
    "away": "not_home", "out": "not_home", "gone": "not_home",
}  # fmt: skip
OTHER_STATES = {"playing": "playing", "paused": "paused", "idle": "idle", "cleaning": "cleaning",
                "docked": "docked", "standby": "standby"}  # fmt: skip
_AT_BASE = {
    **dict.fromkeys(("docked", "at home", "home", "in the dock", "parked"), "docked"),
    **dict.fromkeys(("returning", "returning home", "going home", "on the way home"), "returning"),
}
VACUUM_STATES = {
    **ON_OFF, **OTHER_STATES, **_AT_BASE,
    **dict.fromkeys(("running", "vacuuming", "hoovering", "working", "in use"), "cleaning"),
}  # fmt: skip
MOWER_STATES = {
    **ON_OFF, **OTHER_STATES, **_AT_BASE,
    **dict.fromkeys(("running", "mowing", "cutting", "working", "in use"), "mowing"),
}  # fmt: skip
FAN_STATES = {**ON_OFF, **dict.fromkeys(("running", "spinning", "turning", "going"), "on")}

_STATES_OF = {
    "cover": COVER_STATES,
    "valve": COVER_STATES,
    "lock": LOCK_STATES,
    "person": PERSON_STATES,
    "vacuum": VACUUM_STATES,
    "lawn_mower": MOWER_STATES,
    "fan": FAN_STATES,
}
DOMAINS_TOLD_BY = {
    **dict.fromkeys(("playing", "paused"), "media_player"),
    **dict.fromkeys(("cleaning", "vacuuming", "hoovering", "docked"), "vacuum"),
    "mowing": "lawn_mower",
    "spinning": "fan",
}
"""The domain that a state word tells by itself: "is anything playing"."""

_TURNED = frozenset(
    {
        "light", "switch", "fan", "media_player", "input_boolean", "climate", "humidifier", "siren",
        "remote", "automation", "water_heater", "vacuum", "lawn_mower", "cover", "valve", "lock",
        "camera", "group",
    }
)  # fmt: skip
DOMAINS_OF_INTENT: dict[str, frozenset[str]] = {
    "HassTurnOn": _TURNED | {"scene", "script", "button", "input_button"},
    "HassTurnOff": _TURNED | {"script"},
    "HassToggle": _TURNED - {"lock"},
    "HassStopMoving": frozenset({"cover", "valve"}),
    "HassLightSet": frozenset({"light"}),
    "HassSetPosition": frozenset({"cover", "valve"}),
    "HassFanSetSpeed": frozenset({"fan"}),
    "HassClimateSetTemperature": frozenset({"climate"}),
    "HassClimateGetTemperature": frozenset({"climate", "sensor"}),
    "HassClimateSetFanMode": frozenset({"climate"}),
    "ClimateSetHvacMode": frozenset({"climate"}),
    "HassHumidifierSetpoint": frozenset({"humidifier"}),
    "HassHumidifierMode": frozenset({"humidifier"}),
    "VacuumPause": frozenset({"vacuum", "lawn_mower"}),
    "HassSetVolume": frozenset({"media_player"}),
    "HassSetVolumeRelative": frozenset({"media_player"}),
    "HassMediaPause": frozenset({"media_player"}),
    "HassMediaUnpause": frozenset({"media_player"}),
    "HassMediaNext": frozenset({"media_player"}),
    "HassMediaPrevious": frozenset({"media_player"}),
    "HassMediaPlayerMute": frozenset({"media_player"}),
    "HassMediaPlayerUnmute": frozenset({"media_player"}),
    "HassMediaSearchAndPlay": frozenset({"media_player"}),
    "HassVacuumStart": frozenset({"vacuum"}),
    "HassVacuumReturnToBase": frozenset({"vacuum"}),
    "HassVacuumCleanArea": frozenset({"vacuum"}),
    "HassLawnMowerStartMowing": frozenset({"lawn_mower"}),
    "HassLawnMowerDock": frozenset({"lawn_mower"}),
    "HassGetWeather": frozenset({"weather"}),
    "HassListAddItem": frozenset({"todo"}),
    "HassListCompleteItem": frozenset({"todo"}),
    "HassListRemoveItem": frozenset({"todo"}),
}
"""The domains that an intent about entities can be about; HassGetState is about any."""

DOMAINS_OF_VERB = {
    "lock": frozenset({"lock"}),
    "unlock": frozenset({"lock"}),
    "open": frozenset({"cover", "valve"}),
    "close": frozenset({"cover", "valve"}),
}
"""What a verb can be said of. HassTurnOn means all of lock, open and turn on."""
INTENT_OF_VERB = {
    "lock": "HassTurnOn", "unlock": "HassTurnOff", "open": "HassTurnOn", "close": "HassTurnOff",
}  # fmt: skip
_OTHER_VERBS = (
    "turn", "switch", "put", "set", "make", "dim", "brighten", "change", "start", "stop", "play",
    "pause", "run", "press", "activate", "enable", "disable", "bring", "kill", "bump", "crank",
)  # fmt: skip
VERBS = {
    **dict.fromkeys(("open", "raise", "lift"), "open"),
    **dict.fromkeys(("close", "shut", "lower"), "close"),
    "lock": "lock",
    "unlock": "unlock",
    "bolt": "lock",
    "unbolt": "unlock",
    **dict.fromkeys(_OTHER_VERBS, "other"),
}
"""The verbs by which a command is told apart; the first one in a text counts."""
PARTICIPLES = {"locked": "lock", "unlocked": "unlock"}
"""What they ask for counts before any verb: "make sure the door is locked"."""


def _kinds() -> dict[str, Kind]:
    found: dict[str, dict[str, str]] = {}
    tables = (
        ("domain", DOMAIN_NOUNS),
        ("cover", _COVER_NOUNS),
        ("binary", {name: c.nouns for name, c in BINARY_CLASSES.items()}),
        ("sensor", _SENSOR_NOUNS),
    )
    for role, table in tables:
        for name, nouns in table.items():
            for noun in nouns:
                found.setdefault(noun, {})[role] = name
    lockable = {*DOMAIN_NOUNS["lock"], "door", "window", "gate", "garage door", "shutter"}
    return {noun: Kind(**roles, lockable=noun in lockable) for noun, roles in found.items()}


KINDS = _kinds()
"""What each noun stands for."""


def binary_state(device_class: str, word: str) -> str | None:
    """What a word tells of this class of binary sensor, "on" or "off": ("moisture", "wet")."""
    states = BINARY_CLASSES.get(device_class)
    if states is None:
        return ON_OFF.get(word)
    if word in states.on:
        return "on"
    return "off" if word in states.off else None


def state_of(domain: str, device_class: str | None, word: str) -> str | None:
    """The state of a domain (and class) that a word tells, as Home Assistant writes it, or None."""
    if domain == "binary_sensor":
        return binary_state(device_class or "", word)
    return _STATES_OF.get(domain, {**ON_OFF, **OTHER_STATES}).get(word)


def classes_told_by(word: str) -> tuple[str, ...]:
    """The classes of binary sensor that a state word tells by itself: "wet" → moisture."""
    general = {*_DETECTED, *_CLEAR, *_OPEN, *_CLOSED, *ON_OFF, "stopped"}
    if word in general:
        return ()
    return tuple(
        name for name, states in BINARY_CLASSES.items() if word in (*states.on, *states.off)
    )


STATE_WORDS = frozenset(
    {
        *COVER_STATES, *LOCK_STATES, *ON_OFF, *PERSON_STATES, *OTHER_STATES, *DOMAINS_TOLD_BY,
        *(word for c in BINARY_CLASSES.values() for word in (*c.on, *c.off)),
    }
)  # fmt: skip
"""Every word that tells a state."""
