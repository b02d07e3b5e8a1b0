"""Whether there is a microphone to hear with, and a speaker to answer through."""

from __future__ import annotations

from firmware_tools.finding import Finding, Verdict
from hal.portaudio import Direction, PortAudio, SoundCardError

_PARTS: dict[Direction, tuple[str, Verdict, str]] = {
    "input": ("microphone", "error", "`arecord -l` lists it"),
    "output": ("speaker", "warning", "`aplay -l` lists it; until then answers are printed"),
}
"""Of each direction: the part, how bad it is to have none, and where it should show up."""


def examine_sound(cards: PortAudio, direction: Direction, wanted: str | int | None) -> Finding:
    """The device that would be used, or which ones there are when it is not there.

    wanted: number or (part of the) name of a device; None is the system's default. Opens nothing.
    """
    part, missing, shows_up = _PARTS[direction]
    devices = cards.devices(direction)
    if not devices:
        return Finding(
            part,
            missing,
            "none",
            f"Plug one in, put this user into the group audio, and see whether {shows_up}.",
        )
    try:
        device = cards.find(wanted, direction)
    except SoundCardError:
        return Finding(
            part,
            "error",
            f"{wanted!r} is not one of: {'; '.join(map(str, devices))}",
            f"Set audio.{part} to one of these numbers or names.",
        )
    others = f", one of {len(devices)}" if len(devices) > 1 else ""
    return Finding(part, "ok", f"{device}{others}")
