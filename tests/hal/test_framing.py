from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hal.framing import Framer, Mute, Tally
from hal.microphone import FrameCounts


@given(st.lists(st.integers(0, 700), max_size=12))
def test_blocks_of_any_length_come_out_as_the_same_sound(lengths: list[int]) -> None:
    sound = np.arange(sum(lengths), dtype=np.int64).astype(np.int16)
    framer = Framer(Mute(), tally := Tally())
    frames = []
    for block in np.split(sound, np.cumsum(lengths)[:-1]) if lengths else []:
        framer.add(block)
        while framer.ready:
            frames.append(framer.take())
    framer.fill_up()
    while framer.ready:
        frames.append(framer.take())
    heard = np.concatenate([np.empty(0, np.int16), *(frame.samples for frame in frames)])
    np.testing.assert_array_equal(heard[: len(sound)], sound)
    assert not heard[len(sound) :].any()
    assert len(heard) - len(sound) < 160
    assert tally.counts == FrameCounts(frames=len(frames))
    assert [round(frame.time * 100) for frame in frames] == list(range(len(frames)))


def test_lost_sound_leaves_a_gap_in_time() -> None:
    framer = Framer(Mute(), Tally())
    framer.add(np.ones(200, np.int16))
    framer.take()
    framer.skip(160)
    framer.add(np.ones(160, np.int16))
    assert framer.take().time == (200 + 160) / 16_000


def test_a_mute_remembers_that_it_was_on_for_a_moment() -> None:
    mute = Mute()
    assert not mute.was_on()
    mute.on = True
    mute.on = False
    assert mute.was_on()
    assert not mute.was_on()


def test_a_mute_taken_off_was_on_since_it_was_last_looked_at() -> None:
    mute = Mute()
    mute.on = True
    assert mute.was_on()
    mute.on = False
    assert mute.was_on()
    assert not mute.was_on()
