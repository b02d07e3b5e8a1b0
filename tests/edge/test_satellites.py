"""The gates: what one satellite hears goes on, what the others hear of it does not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from edge.satellites import Abandoned, Gate, Satellites
from edge.types import AudioFrame, Samples, Utterance
from edge.voice.endpoint import Captured, GaveUp
from edge.voice.listener import Event
from edge.voice.wake import Wake

WORD = "okay_nabu"


class Home:
    """Satellites on one clock, and what passed each one's gate."""

    def __init__(self, *names: str) -> None:
        self.now = 0.0
        self.all = Satellites(clock=lambda: self.now)
        self.passed: dict[str, list[Event | Abandoned]] = {name: [] for name in names}
        self.gates: dict[str, Gate] = {}
        for name in names:
            self.gates[name] = self.all.gate(name)
            self.gates[name].open(self.passed[name].append)
        self.quiet(2.0)

    def quiet(self, seconds: float, but: Sequence[str] = ()) -> None:
        """Nothing happens in any room; from those named, nothing even arrives."""
        for _ in range(round(seconds * 100)):
            for name, gate in self.gates.items():
                if name not in but:
                    self.hear(gate, 10)
            self.now = round(self.now + 0.01, 2)

    def hear(self, gate: Gate, loudness: int) -> None:
        noise = np.resize(np.array([loudness, -loudness], np.int16), 160)
        gate.hear(AudioFrame(noise, self.now))
        gate.arrived(self.now + 0.01)

    def wakes(self, name: str, loudness: int) -> None:
        """The word is spoken, as loud as this in the room, and noticed."""
        for _ in range(40):
            self.gates[name].hear(AudioFrame(np.resize([loudness, -loudness], 160), self.now))
        self.gates[name].tell(Wake(WORD, self.now))

    def speaks(self, name: str) -> Captured:
        piece = Captured(sound(512), self.now, 0.0)
        self.gates[name].tell(piece)
        return piece

    def ends(self, name: str) -> Utterance:
        utterance = Utterance(sound(1024), self.now, self.now, "silence", WORD)
        self.gates[name].tell(utterance)
        return utterance

    def kinds(self, name: str) -> list[str]:
        return [type(event).__name__ for event in self.passed[name]]


def sound(length: int) -> Samples:
    return np.zeros(length, np.int16)


def test_one_alone_is_always_heard() -> None:
    home = Home("kitchen")
    for _ in range(2):
        home.wakes("kitchen", 500)
        home.speaks("kitchen")
        assert home.gates["kitchen"].may_answer(home.ends("kitchen"))
        home.quiet(2.0)
    assert home.kinds("kitchen") == ["Wake", "Captured", "Utterance"] * 2


def test_of_two_equal_ones_the_first_is_heard_and_the_other_never() -> None:
    home = Home("kitchen", "hall")
    home.wakes("kitchen", 500)
    home.wakes("hall", 600)
    for name in home.gates:
        home.speaks(name)
    assert home.gates["kitchen"].may_answer(home.ends("kitchen"))
    assert home.gates["hall"].lost
    assert not home.gates["hall"].may_answer(home.ends("hall"))
    assert home.kinds("kitchen") == ["Wake", "Captured", "Utterance"]
    assert home.kinds("hall") == ["Abandoned"]


def test_one_that_was_passed_over_is_told_so_though_it_has_heard_all_of_it() -> None:
    home = Home("kitchen", "hall")
    home.wakes("kitchen", 500)
    home.wakes("hall", 600)
    for name in home.gates:
        home.speaks(name)
    home.ends("hall")
    assert home.kinds("hall") == []
    assert home.gates["kitchen"].may_answer(home.ends("kitchen"))
    assert home.kinds("hall") == ["Abandoned"]


def test_a_better_one_takes_over_with_all_that_it_heard() -> None:
    home = Home("kitchen", "hall")
    home.wakes("kitchen", 100)
    home.speaks("kitchen")
    home.wakes("hall", 800)
    home.speaks("hall")
    home.speaks("kitchen")
    assert home.kinds("kitchen") == ["Wake", "Captured", "Abandoned"]
    assert home.kinds("hall") == ["Wake", "Captured"]
    assert not home.gates["kitchen"].may_answer(home.ends("kitchen"))
    assert home.gates["hall"].may_answer(home.ends("hall"))


def test_when_the_one_that_is_heard_dies_the_other_goes_on_from_the_beginning() -> None:
    home = Home("kitchen", "hall")
    home.wakes("kitchen", 500)
    home.wakes("hall", 500)
    home.speaks("hall")
    home.gates["kitchen"].close()
    assert home.kinds("hall") == ["Wake", "Captured"]
    home.speaks("hall")
    assert home.gates["hall"].may_answer(home.ends("hall"))


def test_when_nothing_comes_from_it_any_more_the_other_does_so_too() -> None:
    home = Home("kitchen", "hall")
    home.wakes("kitchen", 500)
    home.wakes("hall", 500)
    home.ends("hall")
    home.quiet(1.5, but=("kitchen",))
    assert home.kinds("kitchen") == ["Wake", "Abandoned"]
    assert home.kinds("hall") == ["Wake", "Utterance"]


def test_when_all_die_nobody_is_heard_and_the_next_word_is() -> None:
    home = Home("kitchen", "hall")
    home.wakes("kitchen", 500)
    home.gates["kitchen"].close()
    home.quiet(2.0, but=("kitchen",))
    assert home.kinds("hall") == []
    home.wakes("hall", 500)
    assert home.kinds("hall") == ["Wake"]


def test_one_to_whom_nobody_spoke_gives_way_without_a_word() -> None:
    home = Home("kitchen", "hall")
    home.wakes("kitchen", 500)
    home.wakes("hall", 500)
    home.gates["kitchen"].tell(GaveUp(4.0, WORD))
    assert home.kinds("kitchen") == ["Wake", "Abandoned"]
    assert home.kinds("hall") == ["Wake"]
    home.gates["hall"].tell(GaveUp(4.1, WORD))
    assert home.kinds("hall") == ["Wake", "GaveUp"]


def test_what_a_button_opens_is_heard_beside_the_others() -> None:
    home = Home("kitchen", "hall")
    home.wakes("kitchen", 500)
    home.speaks("hall")
    pressed = Utterance(sound(1024), home.now, home.now, "silence", None)
    home.gates["hall"].tell(pressed)
    assert home.kinds("hall") == ["Captured", "Utterance"]
    assert home.gates["hall"].may_answer(pressed)


@pytest.mark.parametrize("seconds", [40.0])
def test_long_after_it_was_answered_nothing_is_abandoned(seconds: float) -> None:
    home = Home("kitchen", "hall")
    home.wakes("kitchen", 500)
    assert home.gates["kitchen"].may_answer(home.ends("kitchen"))
    home.quiet(seconds)
    home.wakes("hall", 500)
    assert home.kinds("kitchen") == ["Wake", "Utterance"]
    assert home.kinds("hall") == ["Wake"]
