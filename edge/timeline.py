"""The live timeline: what Lares hears, understands and does, drawn in the terminal as it happens.

It looks on at the event bus and owns no state of the assistant. Each command becomes a block of
rows, one a stage, with a bar as long as the stage took; under the blocks stands what Lares is doing
now. Where the output is no terminal, the same rows are printed as plain lines.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.rule import Rule
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from edge.home.graph import Home
from edge.kernel.events import Event, Events
from edge.types import EntityState, Intent, Outcome

BAR_MS = 25.0
"""Milliseconds that one character of a bar stands for."""
BAR_WIDTH = 30
STAGES = ("stt", "tagger", "resolver", "skill", "publish", "confirm")


class Timeline:
    """Draws events on a console while it is entered as a context."""

    def __init__(self, events: Events, console: Console) -> None:
        self._events = events
        self._console = console
        self._live = Live(console=console, refresh_per_second=12, transient=True)
        self._lock = threading.Lock()
        self._now = "starting"
        self._rows: list[RenderableType] = []
        self._before: dict[str, EntityState] = {}
        self.outcomes: list[Outcome] = []

    def __enter__(self) -> Timeline:
        self._unsubscribe = self._events.subscribe(self._see)
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._unsubscribe()
        self._live.stop()

    def _see(self, event: Event) -> None:
        draw = getattr(self, f"_on_{event.name}", None)
        with self._lock:
            if draw is not None:
                draw(event.fields)
            elif event.level in ("warning", "error"):
                self._warn(event)
            self._live.update(self._picture())

    def _warn(self, event: Event) -> None:
        """What has no drawing of its own, and must not pass unseen."""
        told = ", ".join(f"{name} {value}" for name, value in event.fields.items())
        style = "red" if event.level == "error" else "yellow"
        self._console.print(Text(f"{event.name.replace('_', ' ')}: {told}", style=style))

    def _picture(self) -> RenderableType:
        now = Spinner("dots", Text(self._now, style="bold cyan"))
        return Group(*self._rows, Padding(now, (0, 0, 0, 2)))

    def _on_listening(self, fields: Mapping[str, Any]) -> None:
        self._now = f"listening: {fields['microphone']}"

    def _on_wake(self, fields: Mapping[str, Any]) -> None:
        self._open(f"“{fields['word'].replace('_', ' ')}”  at {fields['at']:.2f} s")

    def _on_pressed(self, fields: Mapping[str, Any]) -> None:
        self._open("button pressed")

    def _on_partial(self, fields: Mapping[str, Any]) -> None:
        self._now = f"hearing: {fields['text']} …"

    def _on_gave_up(self, fields: Mapping[str, Any]) -> None:
        self._row("heard", Text("nothing was said", style="dim"), None)
        self._close()

    def _on_heard(self, fields: Mapping[str, Any]) -> None:
        heard = fields["heard"]
        if not self._rows:
            self._open("heard without a wake word")
        words = heard.transcript.text or "nothing for us"
        self._row("heard", f"{words!r} by {heard.transcript.engine}", heard.stt_ms)
        self._now = "understanding"

    def _on_understood(self, fields: Mapping[str, Any]) -> None:
        understanding, tagging, ms = (fields[k] for k in ("understanding", "tagging", "ms"))
        spent = ms.get("tagger", 0.0) + ms.get("resolver", 0.0)
        for intent in understanding.intents:
            self._row("understood", _written(intent), spent)
            spent = None
        if not understanding.intents:
            guess = f"not for us ({tagging.intent}, {tagging.confidence:.2f})" if tagging else ""
            self._row("understood", understanding.question or guess, spent)
        self._now = "acting"

    def _on_decided(self, fields: Mapping[str, Any]) -> None:
        decision, action = fields["decision"], fields["action"]
        if decision.verdict != "allow":
            self._row("policy", f"{decision.verdict} {action.service} on {action.entity_id}", None)

    def _on_not_done(self, fields: Mapping[str, Any]) -> None:
        self._row("failed", Text(fields["reason"], style="red"), None)

    def _on_broker_unreachable(self, fields: Mapping[str, Any]) -> None:
        self._now = "waiting for the broker"
        self._console.print(Text(str(fields["reason"]), style="yellow"))

    def _on_broker_lost(self, fields: Mapping[str, Any]) -> None:
        self._on_broker_unreachable(fields)

    def _on_broker_connected(self, fields: Mapping[str, Any]) -> None:
        self._now = "listening"
        self._console.print(Text(f"broker {fields['host']}:{fields['port']} answers", style="dim"))

    def _on_settings_not_read(self, fields: Mapping[str, Any]) -> None:
        told = f"the switches stand as configured: {fields['file']}: {fields['error']}"
        self._console.print(Text(told, style="yellow"))

    def _on_still_muted(self, fields: Mapping[str, Any]) -> None:
        told = f"the microphone is still muted from before. {fields['advice']}"
        self._console.print(Text(told, style="yellow"))

    def _on_mqtt_denied(self, fields: Mapping[str, Any]) -> None:
        self._console.print(Text(fields["problem"], style="yellow"))

    def _on_command_ignored(self, fields: Mapping[str, Any]) -> None:
        told = f"ignored a command to {fields['topic']}: {fields['problem']}"
        self._console.print(Text(told, style="yellow"))

    def _on_microphone_lost(self, fields: Mapping[str, Any]) -> None:
        self._now = "waiting for the microphone"
        self._console.print(Text(fields["error"], style="yellow"))

    def _on_devices_joined(self, fields: Mapping[str, Any]) -> None:
        self._console.print(Text(f"joined: {', '.join(fields['entities'])}", style="dim"))

    def _on_devices_gone(self, fields: Mapping[str, Any]) -> None:
        self._console.print(Text(f"gone: {', '.join(fields['entities'])}", style="dim"))

    def _on_documents_read(self, fields: Mapping[str, Any]) -> None:
        told = ", ".join(f"{count} {what}" for what, count in fields.items() if count)
        self._console.print(Text(f"documents read: {told}", style="dim"))

    def _on_document_not_read(self, fields: Mapping[str, Any]) -> None:
        self._console.print(Text(fields["problem"], style="yellow"))

    def _on_sound_silent(self, fields: Mapping[str, Any]) -> None:
        told = f"only silence comes from the microphone. {fields['advice']}"
        self._console.print(Text(told, style="yellow"))

    def _on_sound_clips(self, fields: Mapping[str, Any]) -> None:
        told = f"the sound is so loud that it is cut off. {fields['advice']}"
        self._console.print(Text(told, style="yellow"))

    def _on_sound_quiet(self, fields: Mapping[str, Any]) -> None:
        told = f"that was very soft ({fields['level_db']:.0f} dB). {fields['advice']}"
        self._console.print(Text(told, style="yellow"))

    def _on_not_said(self, fields: Mapping[str, Any]) -> None:
        self._console.print(Text(f"could not speak: {fields['error']}", style="yellow"))

    def _on_interrupted(self, fields: Mapping[str, Any]) -> None:
        self._console.print(Text(f"interrupted: {fields['text']}", style="dim"))

    def _on_stopped_listening(self, fields: Mapping[str, Any]) -> None:
        counts = fields["counts"]
        if counts.overruns or counts.underruns:
            lost = f"{counts.overruns} overruns and {counts.underruns} underruns of the microphone"
            self._console.print(Text(lost, style="yellow"))

    def _on_outcome(self, fields: Mapping[str, Any]) -> None:
        outcome: Outcome = fields["outcome"]
        self.outcomes.append(outcome)
        published = outcome.ms.get("publish")
        for message in outcome.published:
            self._row("published", f"{message.topic} {message.payload}", published)
            published = None
        confirmed = outcome.ms.get("confirm")
        for entity_id, state in outcome.changes.items():
            self._row("confirmed", Text(f"{entity_id} {_state(state)}", style="green"), confirmed)
            confirmed = None
        if outcome.speech:
            self._row("says", Text(outcome.speech, style="bold"), None)
        self._close()

    def _open(self, title: str) -> None:
        self._rows = [Rule(Text(title, style="bold magenta"), align="left", style="dim")]
        self._now = "listening to the command"

    def _row(self, stage: str, what: str | Text, ms: float | None) -> None:
        row = Table.grid(padding=(0, 1))
        row.add_column(width=12, justify="right", style="dim")
        row.add_column(width=9, justify="right")
        row.add_column(width=BAR_WIDTH)
        row.add_column(overflow="fold")
        spent = "" if ms is None else f"{ms:.1f} ms"
        length = 0 if ms is None else min(BAR_WIDTH, max(1, round(ms / BAR_MS)))
        row.add_row(stage, spent, Text("━" * length, style="cyan"), what)
        self._rows.append(row)

    def _close(self) -> None:
        for row in self._rows:
            self._console.print(row)
        self._rows = []
        self._now = "listening"


def changed_states(
    home: Home, before: Mapping[str, EntityState], after: Mapping[str, EntityState]
) -> Table:
    """A table of the entities whose state differs, with both states."""
    table = Table(title="What changed in the home", title_justify="left", header_style="dim")
    for column in ("entity", "area", "before", "now"):
        table.add_column(column)
    for entity in home.entities:
        old, new = before.get(entity.id), after.get(entity.id)
        if new is None or old == new:
            continue
        area = home.area_of(entity)
        was = _state(old) if old else "unknown"
        table.add_row(entity.name, area.name if area else "", was, _difference(old, new))
    return table


def stage_times(outcomes: list[Outcome]) -> Table:
    """A table of what each stage took: median and longest, milliseconds."""
    table = Table(title="Milliseconds a command", title_justify="left", header_style="dim")
    table.add_column("stage")
    table.add_column("median", justify="right")
    table.add_column("longest", justify="right")
    for stage in STAGES:
        times = sorted(o.ms[stage] for o in outcomes if stage in o.ms)
        if times:
            table.add_row(stage, f"{times[len(times) // 2]:.1f}", f"{times[-1]:.1f}")
    return table


def _written(intent: Intent) -> str:
    slots = ", ".join(f"{key}: {value}" for key, value in intent.slots.items())
    return f"{intent.name} {{{slots}}}  {intent.confidence:.2f}"


def _state(state: EntityState) -> str:
    shown = {k: v for k, v in state.attributes.items() if k in _TOLD and v is not None}
    details = ", ".join(f"{key} {value}" for key, value in shown.items())
    return f"{state.state} ({details})" if details else state.state


def _difference(old: EntityState | None, new: EntityState) -> str:
    before = old.attributes if old else {}
    changed = {k: v for k, v in new.attributes.items() if before.get(k) != v}
    return _state(EntityState(new.state, changed))


_TOLD = (
    "brightness",
    "rgb_color",
    "color_temp_kelvin",
    "current_position",
    "temperature",
    "percentage",
    "volume_level",
    "media_title",
)
