"""A microphone is muted while its switch or its owner mutes it."""

from __future__ import annotations

from itertools import product

import pytest

from edge.controls import Controls
from edge.muting import muted_by
from hal.microphone_simulated import SimulatedMicrophone


def test_the_owner_mutes_and_unmutes() -> None:
    microphone, controls = SimulatedMicrophone(), Controls()
    with muted_by(controls, microphone):
        assert not microphone.muted
        controls.change(muted=True)
        assert microphone.muted
        controls.change(muted=False)
        assert not microphone.muted


def test_a_microphone_that_is_opened_while_it_is_muted_is_muted_from_the_start() -> None:
    microphone, controls = SimulatedMicrophone(), Controls()
    controls.change(muted=True)
    with muted_by(controls, microphone):
        assert microphone.muted


@pytest.mark.parametrize(("owner", "switch"), list(product([False, True], repeat=2)))
def test_each_reason_alone_mutes(owner: bool, switch: bool) -> None:
    microphone, controls = SimulatedMicrophone(), Controls()
    with muted_by(controls, microphone) as by_hand:
        by_hand.muted = switch
        controls.change(muted=owner)
        assert microphone.muted == (owner or switch)


def test_nobody_unmutes_from_afar_what_was_muted_by_hand() -> None:
    microphone, controls = SimulatedMicrophone(), Controls()
    with muted_by(controls, microphone) as by_hand:
        by_hand.muted = True
        controls.change(muted=True)
        controls.change(muted=False)
        assert microphone.muted
        by_hand.muted = False
        assert not microphone.muted


def test_afterwards_the_owner_reaches_it_no_longer() -> None:
    microphone, controls = SimulatedMicrophone(), Controls()
    with muted_by(controls, microphone):
        pass
    controls.change(muted=True)
    assert not microphone.muted
