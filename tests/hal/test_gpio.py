from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest
from gpiozero.exc import BadPinFactory
from gpiozero.pins.mock import MockFactory, MockPin

from hal.gpio import GpioError, MuteSwitch, PushToTalkButton, WakeLed
from hal.microphone_simulated import SimulatedMicrophone


class GroundedPin(MockPin):
    """A pin that a closed switch connects to ground: the pull-up cannot lift it."""

    def drive_high(self) -> None:
        self.drive_low()


@pytest.fixture
def board() -> Iterator[MockFactory]:
    factory = MockFactory()
    yield factory
    factory.reset()


def test_a_button_calls_back_when_pressed_and_let_go(board: MockFactory) -> None:
    calls: list[str] = []
    with PushToTalkButton(
        17,
        lambda: calls.append("pressed"),
        lambda: calls.append("released"),
        bounce_s=None,
        factory=board,
    ) as button:
        assert not button.pressed
        board.pin(17).drive_low()
        assert button.pressed
        assert repr(button) == "<PushToTalkButton on GPIO17, pressed>"
        board.pin(17).drive_high()
        assert calls == ["pressed", "released"]
    assert repr(button) == "<PushToTalkButton on GPIO17, closed>"


def test_the_pin_is_told_how_long_contacts_bounce(board: MockFactory) -> None:
    with PushToTalkButton(17, lambda: None, bounce_s=0.05, factory=board):
        assert board.pin(17).bounce == 0.05


def test_a_closed_button_calls_no_more_and_gives_its_pin_back(board: MockFactory) -> None:
    calls: list[str] = []
    with PushToTalkButton(17, lambda: calls.append("pressed"), bounce_s=None, factory=board):
        pass
    board.pin(17).drive_low()
    assert not calls
    WakeLed(17, factory=board).close()


def test_a_mute_switch_mutes_in_the_microphone_itself(board: MockFactory) -> None:
    microphone = SimulatedMicrophone()
    with MuteSwitch(27, microphone, factory=board) as switch:
        assert not microphone.muted
        board.pin(27).drive_low()
        assert microphone.muted
        assert switch.muted
        assert repr(switch) == "<MuteSwitch on GPIO27, muted>"
        board.pin(27).drive_high()
        assert not microphone.muted


def test_a_switch_that_is_on_already_mutes_at_once(board: MockFactory) -> None:
    board.pin(27, pin_class=GroundedPin)
    microphone = SimulatedMicrophone()
    with MuteSwitch(27, microphone, factory=board):
        assert microphone.muted


def test_a_microphone_made_later_is_muted_at_once(board: MockFactory) -> None:
    told: list[bool] = []
    with MuteSwitch(27, factory=board, on_change=told.append) as switch:
        board.pin(27).drive_low()
        first, second = SimulatedMicrophone(), SimulatedMicrophone()
        for microphone in (first, second):
            switch.guard(microphone)
            assert microphone.muted
        board.pin(27).drive_high()
        assert not second.muted
    assert told == [True, False]


def test_a_switch_that_mutes_when_open_mutes_when_its_wire_comes_loose(board: MockFactory) -> None:
    microphone = SimulatedMicrophone()
    with MuteSwitch(27, microphone, muted_when="open", factory=board):
        assert microphone.muted
        board.pin(27).drive_low()
        assert not microphone.muted
        board.pin(27).drive_high()
        assert microphone.muted


def test_no_sound_leaves_the_microphone_while_the_switch_is_thrown(board: MockFactory) -> None:
    word = np.full(160, 9, np.int16)
    with SimulatedMicrophone() as microphone, MuteSwitch(27, microphone, factory=board):
        microphone.speak(word)
        board.pin(27).drive_low()
        microphone.speak(word)
        board.pin(27).drive_high()
        microphone.speak(word)
        microphone.end()
        assert [bool(f.samples.any()) for f in microphone] == [True, False, True]


def test_a_wake_led_is_on_while_listening_and_off_afterwards(board: MockFactory) -> None:
    with WakeLed(22, factory=board) as led:
        pin = board.pin(22)
        assert pin.state == 0
        led.show("listening")
        assert (pin.state, led.state) == (1, "listening")
        led.show("off")
        assert pin.state == 0
        led.show("listening")
    assert pin.state == 0
    assert repr(led) == "<WakeLed on GPIO22, closed>"


@pytest.mark.parametrize("state", ["thinking", "speaking", "failed"])
def test_a_wake_led_blinks_in_the_other_states(board: MockFactory, state: str) -> None:
    with WakeLed(22, factory=board) as led:
        lit = threading.Event()
        pin = board.pin(22)
        change = pin._change_state

        def watch(value: bool) -> bool:
            if value:
                lit.set()
            return bool(change(value))

        pin._change_state = watch
        led.show(state)  # type: ignore[arg-type]
        assert lit.wait(5)
        assert repr(led) == f"<WakeLed on GPIO22, {state}>"
        led.show("off")
        assert pin.state == 0


def test_a_pin_in_use_is_an_error_that_names_the_pin_and_its_owner(board: MockFactory) -> None:
    with (
        WakeLed(17, factory=board),
        pytest.raises(GpioError, match=r"push-to-talk button needs GPIO17.*gpiozero.LED"),
    ):
        PushToTalkButton(17, lambda: None, factory=board)


def test_a_pin_that_is_not_on_the_board_is_a_clear_error(board: MockFactory) -> None:
    with pytest.raises(GpioError, match="wake LED cannot use GPIO99"):
        WakeLed(99, factory=board)


def test_a_machine_without_pins_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class NoPins(MockFactory):
        def pin(self, name: object) -> object:
            raise BadPinFactory("Unable to load any default pin factory!")

    with pytest.raises(GpioError, match="mute switch on GPIO27 needs a board with pins"):
        MuteSwitch(27, factory=NoPins())
