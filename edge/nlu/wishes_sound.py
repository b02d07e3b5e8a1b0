"""Wishes about sound and pictures: quieter, louder, another song, music, something to watch."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping

from edge.home.graph import Entity
from edge.nlu.situation import Situation
from edge.nlu.wishes_light import dimmed, scene_of
from edge.types import Intent

_LOUDER, _QUIETER = 10, -10
_ON_PHONE = re.compile(r"\b(?:phone|call|meeting|on the line|doorbell|bell)\b")
_SCREEN = re.compile(r"\b(?:tv|television|telly|projector|beamer)\b", re.IGNORECASE)
_NO_FILM = re.compile(
    r"\b(?:match|game|games|gaming|kick ?off|kicks off|football|soccer|rugby|cricket|tennis|golf"
    r"|race|final|derby|half ?time|news|weather|quiz|xbox|playstation|console|nintendo)\b"
)
_PLAYING = frozenset({"playing", "buffering", "on"})


def quieter(situation: Situation) -> tuple[Intent, ...] | str:
    """What plays made quieter, for a call paused; else a vacuum that runs sent home."""
    playing = situation.nearest(lambda e: _plays(situation, e))
    if not playing:
        return (
            stop_cleaning(situation)
            if _runs(situation)
            else f"Nothing is playing {situation.phrase}."
        )
    if _ON_PHONE.search(situation.text):
        paused = [e for e in playing if situation.state(e).state == "playing"]
        return (situation.does("HassMediaPause", paused or playing),)
    return _volume(situation, playing, _QUIETER)


def louder(situation: Situation) -> tuple[Intent, ...] | str:
    """What plays, made louder."""
    playing = situation.nearest(lambda e: _plays(situation, e))
    if not playing:
        return f"Nothing is playing {situation.phrase}."
    return _volume(situation, playing, _LOUDER)


def other_song(situation: Situation) -> tuple[Intent, ...] | str:
    """The next one on what plays."""
    playing = situation.nearest(lambda e: _plays(situation, e))
    music = [e for e in playing if not is_screen(e)] or [*playing]
    if not music:
        return f"Nothing is playing {situation.phrase}."
    return (situation.does("HassMediaNext", music[:1]),)


def music(situation: Situation) -> tuple[Intent, ...] | str:
    """A speaker here goes on playing; what plays already is made louder."""
    players = [e for e in situation.here if e.domain == "media_player"]
    speakers = [e for e in players if not is_screen(e)]
    playing = [e for e in players if _plays(situation, e)]
    if playing:
        return _volume(situation, tuple(playing), _LOUDER)
    if not speakers:
        return f"There is no speaker {situation.phrase} that could play."
    return (situation.does("HassMediaUnpause", speakers[:1]),)


def watch(situation: Situation) -> tuple[Intent, ...] | str:
    """A scene for it; else the screen on, and less light. Only a film wants a film's scene, and it
    dark."""
    no_film = _NO_FILM.search(situation.text) is not None
    films = "" if no_film else r"movie|film|cinema|"
    scene = scene_of(situation, rf"{films}tv|television|watch\w*")
    if scene:
        return scene
    screens = [e for e in situation.here if e.domain == "media_player" and is_screen(e)]
    off = [e for e in screens if situation.state(e).state in {"off", "standby", "idle"}]
    started = (situation.does("HassTurnOn", off[:1]),) if off else ()
    dark = () if no_film else dimmed(situation)
    return (*started, *dark) or f"There is nothing {situation.phrase} to watch on."


def stop_cleaning(situation: Situation) -> tuple[Intent, ...] | str:
    """The vacuum that runs, sent home."""
    running = _runs(situation)
    if not running:
        return "No vacuum is running."
    return (situation.does("HassVacuumReturnToBase", running),)


def is_screen(entity: Entity) -> bool:
    """Whether a media player shows pictures."""
    called = any(_SCREEN.search(name) for name in (entity.name, *entity.aliases))
    return entity.device_class == "tv" or called


def turned_down(
    situation: Situation, step: int = _QUIETER, areas: Collection[str] | None = None
) -> tuple[Intent, ...]:
    """What plays in reach, or in just some areas, made quieter; nothing where nothing plays."""
    playing = situation.nearest(lambda e: _plays(situation, e))
    playing = tuple(e for e in playing if areas is None or e.area in areas)
    done = _volume(situation, playing, step) if playing else ()
    return () if isinstance(done, str) else done


def _volume(
    situation: Situation, players: tuple[Entity, ...], step: int
) -> tuple[Intent, ...] | str:
    known = [e for e in players if situation.number(e, "volume_level") is not None]
    if step > 0:
        able = [e for e in known if (situation.number(e, "volume_level") or 0) < 1]
    else:
        able = [e for e in known if (situation.number(e, "volume_level") or 0) > 0]
    if known and not able:
        return f"It can't get any {'louder' if step > 0 else 'quieter'}."
    if not able:
        pausing = [e for e in players if situation.state(e).state == "playing"]
        if step < 0 and pausing:
            return (situation.does("HassMediaPause", pausing),)
        return f"I don't know how loud the {players[0].name} is."
    return (situation.does("HassSetVolumeRelative", able, volume_step=step),)


def _plays(situation: Situation, entity: Entity) -> bool:
    return entity.domain == "media_player" and situation.state(entity).state in _PLAYING


def _runs(situation: Situation) -> list[Entity]:
    return [
        e
        for e in situation.everything
        if e.domain == "vacuum" and situation.state(e).state == "cleaning"
    ]


WISHES: Mapping[str, Callable[[Situation], tuple[Intent, ...] | str]] = {
    "quieter": quieter,
    "louder": louder,
    "other_song": other_song,
    "music": music,
    "watch": watch,
    "stop_cleaning": stop_cleaning,
}
