"""The owner's switches: told, kept, refused as a whole, and safe against broken files."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.controls import Controls, Settings
from edge.kernel.events import Event, Events
from edge.types import LaresError

NABU = Settings(wake_words=("okay_nabu",))
JARVIS = ("hey_jarvis",)


def test_a_listener_is_told_at_once_and_at_each_change_until_it_leaves() -> None:
    controls, told = Controls(), list[bool]()
    leave = controls.subscribe(lambda settings: told.append(settings.muted))
    controls.change(muted=True)
    controls.change(muted=True)
    leave()
    controls.change(muted=False)
    assert told == [False, True]
    assert controls.settings == Settings()


def test_what_one_listener_cannot_do_is_undone_with_those_before_it() -> None:
    controls, told = Controls(NABU), list[tuple[str, ...]]()

    def cannot(settings: Settings) -> None:
        if settings.wake_words == JARVIS:
            raise LaresError("no such word")

    controls.subscribe(lambda settings: told.append(settings.wake_words))
    controls.subscribe(cannot)
    with pytest.raises(LaresError, match="no such word"):
        controls.change(wake_words=JARVIS)
    assert told == [NABU.wake_words, JARVIS, NABU.wake_words]
    assert controls.settings == NABU


@pytest.mark.parametrize("volume", [-0.01, 1.01, float("nan"), float("inf")])
def test_a_volume_that_is_none_is_refused(volume: float) -> None:
    controls = Controls()
    with pytest.raises(LaresError, match="from 0 to 1"):
        controls.change(volume=volume)
    assert controls.settings.volume == 1.0


def test_choices_outlive_the_program(tmp_path: Path) -> None:
    path = tmp_path / "state" / "controls.json"
    Controls(NABU, path).change(muted=True, volume=0.25, wake_words=JARVIS, language_model=False)
    kept = Controls(NABU, path).settings
    assert kept == Settings(True, 0.25, JARVIS, False)


def test_a_word_configured_after_another_was_chosen_wins(tmp_path: Path) -> None:
    path = tmp_path / "controls.json"
    Controls(NABU, path).change(wake_words=JARVIS, muted=True)
    kept = Controls(Settings(wake_words=("alexa",)), path).settings
    assert kept == Settings(muted=True, wake_words=("alexa",))


def test_a_file_that_cannot_be_written_is_told_and_the_change_holds(tmp_path: Path) -> None:
    events, seen = Events(), list[Event]()
    events.subscribe(seen.append)
    (tmp_path / "file").write_text("in the way")
    controls = Controls(NABU, tmp_path / "file" / "controls.json", events)
    controls.change(muted=True)
    assert controls.settings.muted
    assert seen[-1].name == "settings_not_kept"


@given(
    st.one_of(
        st.binary(),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(
                st.sampled_from(
                    ["muted", "volume", "wake_words", "language_model", "chosen", "instead_of"]
                ),
                inner,
            ),
        ).map(lambda value: json.dumps(value).encode()),
    )
)  # fmt: skip
def test_a_broken_file_never_stops_us_and_the_next_change_mends_it(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("state") / "controls.json"
    path.write_bytes(content)
    settings = Controls(NABU, path).settings
    assert 0 <= settings.volume <= 1
    assert isinstance(settings.muted, bool)
    assert all(isinstance(word, str) for word in settings.wake_words)
    Controls(NABU, path).change(volume=0.125)
    assert Controls(NABU, path).settings.volume == 0.125


def test_a_file_that_is_no_json_is_told(tmp_path: Path) -> None:
    events, seen = Events(), list[Event]()
    events.subscribe(seen.append)
    path = tmp_path / "controls.json"
    path.write_text('{"muted": tru')
    assert Controls(NABU, path, events).settings == NABU
    assert [event.name for event in seen] == ["settings_not_read"]


def test_changes_from_many_threads_are_all_done(tmp_path: Path) -> None:
    controls = Controls(NABU, tmp_path / "controls.json")
    told: list[float] = []
    controls.subscribe(lambda settings: told.append(settings.volume))
    threads = [
        threading.Thread(target=controls.change, kwargs={"volume": step / 10}) for step in range(10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told[1:]) == [step / 10 for step in range(10)]
    assert told[-1] == controls.settings.volume
    assert Controls(NABU, tmp_path / "controls.json").settings == controls.settings
