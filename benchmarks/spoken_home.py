"""Commands to the demo's home in synthetic voices: do they do what the typed command does?

Each sentence of `home_commands.txt` is said by each voice of this machine (`benchmarks.voices`),
heard by an engine that knows the home, and handed to the assistant of a fresh virtual home. It is
right when the same states change as after the typed sentence, and, where none change, the same is
said. Sentences that are nothing for a home must change nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.mixing import mix
from benchmarks.orders import transcribe
from benchmarks.voices import Say
from edge.app import App
from edge.batch import response
from edge.home.graph import Home
from edge.types import LaresError, Samples, Transcript

COMMANDS = Path(__file__).with_name("home_commands.txt")
TALK = Path(__file__).parents[1] / "edge" / "domain" / "talk.txt"


@dataclass(frozen=True, slots=True)
class Said:
    """What became of one spoken sentence."""

    voice: str
    sentence: str
    heard: str
    right: bool
    acted: bool
    """Whether a state changed."""
    speech: str
    """What was answered."""


def lines(path: Path, every: int = 1) -> tuple[str, ...]:
    """Every so many sentences of a file. Raises LaresError when it cannot be read."""
    try:
        told = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise LaresError(f"{path}: expected a text file, one sentence a line: {error}") from error
    return tuple(line for line in told if line and not line.startswith("#"))[::every]


async def typed(app: App, home: Home, sentences: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What each sentence leads to when it is typed."""
    return {text: await effect(app, home, Transcript(text, "text")) for text in sentences}


async def spoken(
    app: App,
    voices: Mapping[str, Say],
    wanted: Mapping[str, Mapping[str, Any]],
    noise: tuple[Samples, float] | None = None,
) -> AsyncIterator[Said]:
    """What each sentence leads to when each voice says it; `noise` is sound and ratio in dB."""
    home = app.home()
    async with app.virtual(home) as household:
        stt = app.hearing(household.devices)
        for voice, say in voices.items():
            for sentence, want in wanted.items():
                sound = say(sentence)
                if noise is not None:
                    sound = mix(sound, noise[0], noise[1])
                transcript = transcribe(stt, sound)
                got = await effect(app, home, transcript)
                right, acted = alike(got, want), bool(got["changes"])
                yield Said(voice, sentence, got["text"], right, acted, got["speech"])


def alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two sentences led to the same."""
    if one["changes"] or other["changes"]:
        return bool(one["changes"] == other["changes"])
    return bool(one["speech"] == other["speech"] and one["asked"] == other["asked"])


async def effect(app: App, home: Home, transcript: Transcript) -> dict[str, Any]:
    """What a transcript leads to in the home's first state, as `lares say --json` tells it."""
    async with app.virtual(home) as household:
        return response(await household.assistant.handle(transcript))
