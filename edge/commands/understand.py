"""`lares parse`, `say` and `hear`: understand a text or a sound, act on it, and print what
happened; with `parse --explain` also how the text was understood.

Without `--live` each acts on a virtual home made from the home file, through the same skills,
policy and MQTT messages as the real one. Lines of one conversation share that home; every other
line starts from the home's first state.
"""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, replace
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from rich.console import Console

from edge.app import App, Household
from edge.batch import Request, error_response, merged, response
from edge.commands import domain
from edge.commands.ending import until_told
from edge.commands.explain import draw, explained, joined
from edge.commands.sound import source, tell, tell_if_cut_off
from edge.commands.understood import tell_understood
from edge.config import Config
from edge.nlu.explained import Explanation, as_data
from edge.types import LaresError, Outcome, Transcript
from hal.microphone import MicrophoneError


def parse(arguments: Namespace) -> int:
    """Understanding only."""
    return _run(arguments, _texts(arguments), acting=False)


def say(arguments: Namespace) -> int:
    """Understanding and acting."""
    return _run(arguments, _texts(arguments), acting=True)


def hear(arguments: Namespace) -> int:
    """Understanding and acting, from sound."""
    if not arguments.files and not arguments.batch:
        raise LaresError("expected a sound file (WAV, FLAC or OGG), '-' or --batch")
    requests = [Request(file=Path(file), area=arguments.area) for file in arguments.files]
    return _run(arguments, requests, acting=True)


def _run(arguments: Namespace, requests: list[Request], *, acting: bool) -> int:
    if arguments.domain is None:
        return until_told(_Command(arguments, acting=acting).run(requests))
    for option in ("area", "home", "live", "explain"):
        if getattr(arguments, option, None):
            raise LaresError(f"a domain has no home: leave --{option} out, or --domain")
    return domain.answer(arguments, requests)


def _texts(arguments: Namespace) -> list[Request]:
    if arguments.text is None and not arguments.batch:
        raise LaresError("expected a text in quotes, or --batch")
    return [] if arguments.text is None else [Request(text=arguments.text, area=arguments.area)]


@dataclass(frozen=True, slots=True)
class _Answered:
    """The outcome of one text or utterance, and how it was understood where that is asked for."""

    outcome: Outcome
    explanation: Explanation | None = None


class _Command:
    """One run of `parse`, `say` or `hear`, with what it keeps between lines."""

    def __init__(self, arguments: Namespace, *, acting: bool) -> None:
        config = Config.load(arguments.config)
        if arguments.engine:
            config = config.with_value("stt.engine", arguments.engine, "--engine")
        self._app = App(config)
        self._arguments = arguments
        self._acting = acting
        self._explains: bool = getattr(arguments, "explain", False)
        self._live: Household | None = None
        self._lasting = AsyncExitStack()
        self._conversations: dict[str, Household] = {}

    async def run(self, requests: list[Request]) -> int:
        async with self._lasting:
            if getattr(self._arguments, "live", False):
                self._live = await self._lasting.enter_async_context(self._app.live())
            return await self._run(requests)

    async def _run(self, requests: list[Request]) -> int:
        if self._arguments.batch:
            for line in sys.stdin:
                if line.strip():
                    print(json.dumps(await self._line(line)), flush=True)
            return 0
        show = self._as_json if self._arguments.json else _as_text
        code = 0
        for request in requests:
            try:
                async with aclosing(self._answer(request)) as answers:
                    async for answered in answers:
                        show(answered)
                        outcome = answered.outcome
                        understood = outcome.intents and not outcome.failed
                        code = code if understood else max(code, 1)
            except MicrophoneError as error:
                tell(error)
                code = 2
        return code

    async def _line(self, line: str) -> dict[str, Any]:
        try:
            request = Request.from_line(line)
            if request.area is None:
                request = replace(request, area=self._arguments.area)
            return self._response(_merged([answered async for answered in self._answer(request)]))
        except LaresError as error:
            return error_response(error)

    def _response(self, answered: _Answered) -> dict[str, Any]:
        """The outcome as one JSON object; with --explain, "explain" is a key of it."""
        told = response(answered.outcome)
        if self._explains:
            explanation = answered.explanation
            told["explain"] = as_data(explanation) if explanation is not None else None
        return told

    def _as_json(self, answered: _Answered) -> None:
        print(json.dumps(self._response(answered)))

    async def _answer(self, request: Request) -> AsyncGenerator[_Answered, None]:
        """The outcome of a text or of each utterance in a sound, as soon as there is one."""
        async with AsyncExitStack() as passing:
            household = await self._household(request, passing)
            if request.area is not None and household.home.area_called(request.area) is None:
                known = ", ".join(area.name for area in household.home.areas) or "none"
                raise LaresError(f"there is no area {request.area!r} in this home; known: {known}")
            await household.set_up(request.setup)
            if request.file is None:
                yield await self._handle(household, request, Transcript(request.text or "", "text"))
                return
            microphone = source(request.file)
            wake = not getattr(self._arguments, "no_wake", False)
            silent = True
            listening = self._app.listening(microphone, household, wake=wake)
            async with aclosing(aiter(listening)) as hearing:
                async for heard in hearing:
                    silent = False
                    ms = {"endpoint": heard.endpoint_ms, "stt": heard.stt_ms}
                    yield await self._handle(household, request, heard.transcript, ms)
            tell_if_cut_off(microphone)
            if silent:
                yield _Answered(Outcome(Transcript("", "none")))

    async def _handle(
        self,
        household: Household,
        request: Request,
        transcript: Transcript,
        ms: Mapping[str, float] | None = None,
    ) -> _Answered:
        if self._acting:
            outcome = await self._app.handle(
                household,
                transcript,
                area=request.area,
                conversation=request.conversation or "",
                agreed=self._arguments.yes,
                ms=ms,
            )
            return _Answered(outcome)
        outcome = household.assistant.parse(transcript, area=request.area, ms=ms)
        if not self._explains:
            return _Answered(outcome)
        explanation = explained(self._app, household, transcript.text, request.area)
        return _Answered(outcome, explanation)

    async def _household(self, request: Request, passing: AsyncExitStack) -> Household:
        """The home that is spoken to; one of its own, gone with `passing`, without a
        conversation."""
        if self._live is not None:
            if request.home or request.setup:
                raise LaresError("'home' and 'setup' are for a virtual home, not for --live")
            return self._live
        home = self._app.home(request.home or self._arguments.home)
        if request.conversation is None:
            return await passing.enter_async_context(self._app.virtual(home))
        if request.conversation not in self._conversations:
            household = await self._lasting.enter_async_context(self._app.virtual(home))
            self._conversations[request.conversation] = household
        return self._conversations[request.conversation]


def _merged(answers: list[_Answered]) -> _Answered:
    """Several utterances of one sound file as one."""
    if len(answers) == 1:
        return answers[0]
    explanations = [each.explanation for each in answers if each.explanation is not None]
    outcome = merged([each.outcome for each in answers])
    return _Answered(outcome, joined(explanations) if explanations else None)


def _as_text(answered: _Answered) -> None:
    console = Console(highlight=False)
    outcome = answered.outcome
    if answered.explanation is not None:
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")  # what was said may be no text for a terminal
        draw(answered.explanation, console)
        return
    tell_understood(outcome, console)
    for message in outcome.published:
        console.print(f"published  {message.topic} {message.payload}", markup=False)
    for entity_id, state in outcome.changes.items():
        console.print(
            f"changed    {entity_id} {state.state} {dict(state.attributes)}", markup=False
        )
    if outcome.speech:
        console.print(f"says       {outcome.speech}", markup=False)
