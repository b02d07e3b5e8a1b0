"""Music and television: pause, resume, skip, play what is asked for, volume, mute.

Volume is said in percent and sent as 0–1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from edge.home.graph import Entity
from edge.types import Action, Answer, EntityState, Intent
from skills.skill import House, Skill
from skills.wording import NOBODY, sentence, the, things

_PRESSED: dict[str, tuple[str, EntityState | None, str]] = {
    "HassMediaPause": ("media_pause", EntityState("paused"), "paused {}"),
    "HassMediaUnpause": ("media_play", EntityState("playing"), "resumed {}"),
    "HassMediaNext": ("media_next_track", None, "skipped to the next track on {}"),
    "HassMediaPrevious": ("media_previous_track", None, "went back to the previous track on {}"),
}
"""Intent → service, what confirms it, what is said."""
_MUTED = {"HassMediaPlayerMute": True, "HassMediaPlayerUnmute": False}


def handle(intent: Intent, house: House) -> Answer:
    """Do to the media players what the intent says."""
    entities = house.targets(intent, "media_player")
    if not entities:
        return NOBODY
    if intent.name in _PRESSED:
        said = _PRESSED[intent.name][-1].format(things(entities, intent))
        return Answer(_pressed(intent.name, entities), sentence(said))
    if intent.name == "HassMediaSearchAndPlay":
        return _play(entities, intent, house)
    if intent.name in _MUTED:
        return _mute(entities, intent)
    return _volume(entities, intent, house)


def _pressed(name: str, entities: Sequence[Entity]) -> tuple[Action, ...]:
    service, expect, _ = _PRESSED[name]
    return tuple(Action(f"media_player.{service}", e.id, expect=expect) for e in entities)


def _play(entities: Sequence[Entity], intent: Intent, house: House) -> Answer:
    """Have the words looked up and played; which song they are is the player's matter. Where none
    are said, what plays no pictures goes on with what it has."""
    query = str(intent.slots.get("search_query", "")).strip()
    if not query:
        heard = [entity for entity in entities if entity.device_class != "tv"]
        if not heard:
            return Answer(speech="I don't know what to play.")
        said = f"playing music on {things(heard, intent)}"
        return Answer(_pressed("HassMediaUnpause", heard), sentence(said))
    able = [entity for entity in entities if house.can(entity, "PLAY_MEDIA")]
    if not able:
        return Answer(speech=sentence(f"{the(entities[0])} can't play what it is told"))
    data = {
        "media_content_id": query,
        "media_content_type": str(intent.slots.get("media_class") or "music"),
    }
    playing = EntityState("playing")
    actions = tuple(Action("media_player.play_media", e.id, data, playing) for e in able)
    return Answer(actions, sentence(f"playing {query} on {things(able, intent)}"))


def _mute(entities: Sequence[Entity], intent: Intent) -> Answer:
    muted = _MUTED[intent.name]
    data: dict[str, Any] = {"is_volume_muted": muted}
    actions = tuple(
        Action("media_player.volume_mute", e.id, data, EntityState("", data)) for e in entities
    )
    return Answer(
        actions, sentence(f"{'muted' if muted else 'unmuted'} {things(entities, intent)}")
    )


def _volume(entities: Sequence[Entity], intent: Intent, house: House) -> Answer:
    levels = {entity.id: _level(entity, intent, house) for entity in entities}
    able = [entity for entity in entities if levels[entity.id] is not None]
    if not able:
        return Answer(speech=sentence(f"I don't know how loud {the(entities[0])} is"))
    actions = []
    for entity in able:
        data = {"volume_level": levels[entity.id]}
        actions.append(
            Action("media_player.volume_set", entity.id, data, EntityState("", dict(data)))
        )
    percent = round(actions[0].data["volume_level"] * 100)
    speech = f"set the volume of {things(able, intent)} to {percent}%"
    return Answer(tuple(actions), sentence(speech))


def _level(entity: Entity, intent: Intent, house: House) -> float | None:
    """The volume asked for, 0–1; None where a step has nothing to start from."""
    if "volume_level" in intent.slots:
        percent = float(intent.slots["volume_level"])
    else:
        now = house.state(entity).attributes.get("volume_level")
        step = intent.slots.get("volume_step")
        if not isinstance(now, int | float) or not isinstance(step, int | float):
            return None
        percent = now * 100 + step
    return round(min(100.0, max(0.0, percent)) / 100, 2)


MEDIA = Skill(
    name="media",
    intents=(
        *_PRESSED,
        *_MUTED,
        "HassMediaSearchAndPlay",
        "HassSetVolume",
        "HassSetVolumeRelative",
    ),
    permissions=frozenset(
        {
            *(f"media_player.{service}" for service, _, _ in _PRESSED.values()),
            "media_player.play_media",
            "media_player.volume_mute",
            "media_player.volume_set",
        }
    ),
    handle=handle,
)
