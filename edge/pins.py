"""The buttons and the light of a satellite, joined to its listening.

The push-to-talk button opens a command without a wake word and ends it when it is let go; the mute
switch mutes the microphone in the hardware layer itself; the wake light shows what Lares is doing,
as the event bus tells it. Each is there only when its pin is configured.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from edge.config import Gpio
from edge.kernel.events import Event, Events
from edge.listening import Listening
from hal.gpio import LedState, Mutable, MuteSwitch, PushToTalkButton, WakeLed

SHOWN: dict[str, LedState] = {
    "wake": "listening",
    "pressed": "listening",
    "heard": "thinking",
    "outcome": "off",
    "gave_up": "off",
}
"""What the light shows after an event."""


@contextmanager
def fitted(
    pins: Gpio, microphone: Mutable, listening: Listening, events: Events, factory: Any = None
) -> Iterator[None]:
    """Fit what is configured until the block ends. Raises GpioError when a pin cannot be had."""
    with ExitStack() as fittings:
        if pins.mute_switch is not None:
            fittings.enter_context(MuteSwitch(pins.mute_switch, microphone, factory=factory))
        if pins.push_to_talk is not None:
            fittings.enter_context(
                PushToTalkButton(
                    pins.push_to_talk, listening.press, listening.release, factory=factory
                )
            )
        if pins.wake_led is not None:
            led = fittings.enter_context(WakeLed(pins.wake_led, factory=factory))

            def show(event: Event) -> None:
                if event.name in SHOWN:
                    led.show(SHOWN[event.name])

            fittings.callback(events.subscribe(show))
        yield
