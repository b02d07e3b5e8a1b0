"""Buttons and lights on the pins of the board, through gpiozero.

    with PushToTalkButton(17, on_press=listen, on_release=finish), MuteSwitch(27, microphone):
        ...

Pins are BCM numbers. A button or switch connects its pin to ground; the pull-up is inside the
board. gpiozero finds the board's own way to its pins; another pin factory can be passed in, and
tests pass its MockFactory, whose pins are driven high and low by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any, Literal, Protocol, Self

from edge.types import LaresError

LedState = Literal["off", "listening", "thinking", "speaking", "failed"]

_BLINK_S: dict[LedState, tuple[float, float]] = {
    "thinking": (0.1, 0.1),
    "speaking": (0.5, 0.5),
    "failed": (0.05, 0.45),
}
"""Seconds on and off of the states that are neither steadily on nor off."""


class GpioError(LaresError):
    """A pin cannot be used."""


class Mutable(Protocol):
    """What a mute switch acts on; every microphone."""

    muted: bool


class PushToTalkButton:
    """Calls back when it is pressed and let go, in gpiozero's thread.

    pin: BCM number. bounce_s: changes within this time after a change are its contacts bouncing.
    Raises GpioError when the pin cannot be had.
    """

    def __init__(
        self,
        pin: int,
        on_press: Callable[[], None],
        on_release: Callable[[], None] = lambda: None,
        *,
        bounce_s: float | None = 0.02,
        factory: Any = None,
    ) -> None:
        self._pin = pin
        self._button = _fitted(
            "push-to-talk button",
            pin,
            lambda g: g.Button(pin, bounce_time=bounce_s, pin_factory=factory),
        )
        self._button.when_pressed = on_press
        self._button.when_released = on_release

    def __repr__(self) -> str:
        if self._button.closed:
            return f"<PushToTalkButton on GPIO{self._pin}, closed>"
        state = "pressed" if self.pressed else "released"
        return f"<PushToTalkButton on GPIO{self._pin}, {state}>"

    @property
    def pressed(self) -> bool:
        return bool(self._button.is_pressed)

    def close(self) -> None:
        """Give the pin back."""
        self._button.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class MuteSwitch:
    """A switch that mutes a microphone in the layer itself, without waiting for contacts to settle.

    pin: BCM number. muted_when: which position mutes; with "open", a loose wire mutes too.
    microphone: what is muted, at once when the switch already says so; None until `guard()`.
    on_change: told each new position, for a light. Raises GpioError when the pin cannot be had.
    """

    def __init__(
        self,
        pin: int,
        microphone: Mutable | None = None,
        *,
        muted_when: Literal["closed", "open"] = "closed",
        on_change: Callable[[bool], None] = lambda muted: None,
        factory: Any = None,
    ) -> None:
        self._pin = pin
        self._muted_when = muted_when
        self._on_change = on_change
        self._microphone = microphone
        self._switch = _fitted("mute switch", pin, lambda g: g.Button(pin, pin_factory=factory))
        self._switch.when_pressed = self._thrown
        self._switch.when_released = self._thrown
        if microphone is not None:
            self.guard(microphone)

    def __repr__(self) -> str:
        if self._switch.closed:
            return f"<MuteSwitch on GPIO{self._pin}, closed>"
        return f"<MuteSwitch on GPIO{self._pin}, {'muted' if self.muted else 'not muted'}>"

    @property
    def muted(self) -> bool:
        """What the position of the switch says."""
        return bool(self._switch.is_pressed) == (self._muted_when == "closed")

    def guard(self, microphone: Mutable) -> None:
        """Act on this microphone from now on, beginning with the position of now."""
        self._microphone = microphone
        microphone.muted = self.muted

    def close(self) -> None:
        """Give the pin back; the microphone stays as it is."""
        self._switch.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _thrown(self) -> None:
        muted = self.muted
        if self._microphone is not None:
            self._microphone.muted = muted
        self._on_change(muted)


class WakeLed:
    """A light that shows what Lares is doing. pin: BCM number, to an LED with its resistor.

    Raises GpioError when the pin cannot be had.
    """

    def __init__(self, pin: int, *, factory: Any = None) -> None:
        self._pin = pin
        self._state: LedState = "off"
        self._led = _fitted("wake LED", pin, lambda g: g.LED(pin, pin_factory=factory))

    def __repr__(self) -> str:
        return f"<WakeLed on GPIO{self._pin}, {'closed' if self._led.closed else self._state}>"

    @property
    def state(self) -> LedState:
        return self._state

    def show(self, state: LedState) -> None:
        """Steadily on while listening, off when off, blinking in its own way for the others."""
        self._state = state
        if state == "off":
            self._led.off()
        elif state == "listening":
            self._led.on()
        else:
            self._led.blink(*_BLINK_S[state])

    def close(self) -> None:
        """Turn it off and give the pin back."""
        if not self._led.closed:
            self._led.off()
        self._led.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _fitted(purpose: str, pin: int, make: Callable[[Any], Any]) -> Any:
    """gpiozero's device on the pin. make: is given the module gpiozero."""
    try:
        import gpiozero  # noqa: PLC0415 (only a board with pins needs it)
    except ImportError as error:
        raise GpioError(
            f"The {purpose} on GPIO{pin} needs the package gpiozero, which is not installed: "
            "pip install lares[voice]."
        ) from error
    try:
        return make(gpiozero)
    except gpiozero.GPIOPinInUse as error:
        raise GpioError(
            f"The {purpose} needs GPIO{pin}, which something else has: {error}. Give one of them "
            "another pin in [gpio] of lares.toml."
        ) from error
    except gpiozero.BadPinFactory as error:
        raise GpioError(
            f"The {purpose} on GPIO{pin} needs a board with pins, and none was found ({error}). On "
            "a Raspberry Pi: pip install lgpio, and put this user into the group gpio; elsewhere, "
            "leave [gpio] of lares.toml empty."
        ) from error
    except (gpiozero.GPIOZeroError, OSError) as error:
        raise GpioError(
            f"The {purpose} cannot use GPIO{pin}: {error}. Expected a free BCM pin number."
        ) from error
