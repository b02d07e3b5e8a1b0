"""Which language model is right for a machine."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.catalog import Catalog
from models.entry import ModelEntry, ModelFile
from models.suggesting import Suggestion, suggest

CATALOGUE = tuple(Catalog.load().entries.values())
GB = 1_000_000_000
PLENTY = 1000 * GB


def model(name: str, mb: int | None, memory_mb: int | None) -> ModelEntry:
    size = None if mb is None else mb * 1_000_000
    files = () if size is None else (ModelFile(f"{name}.gguf", "0" * 64, size),)
    return ModelEntry(name, "llm", "MIT", "m", files, memory_mb=memory_mb)


SMALL, MIDDLE, LARGE = model("s", 100, 400), model("m", 700, 900), model("l", 2500, 3800)
EAR = ModelEntry("ear", "stt", "MIT", "e", (ModelFile("e", "0" * 64, 5),), memory_mb=1)
ALL = (LARGE, SMALL, EAR, MIDDLE)


def suggested(
    *entries: ModelEntry,
    cores: int = 8,
    memory: int | None = PLENTY,
    disk: int | None = PLENTY,
    installed: tuple[str, ...] = (),
) -> Suggestion:
    return suggest(
        entries or ALL,
        cores=cores,
        memory_bytes=memory,
        disk_free_bytes=disk,
        installed=installed,
    )


def chosen(found: Suggestion) -> str | None:
    return found.chosen.name if found.chosen else None


def misfits(found: Suggestion) -> dict[str, str | None]:
    return {judged.entry.name: judged.misfit for judged in found.judged}


@pytest.mark.parametrize(
    ("board", "cores", "memory", "right"),
    [
        ("Raspberry Pi Zero 2 W", 4, 0.5, None),
        ("Raspberry Pi 3", 4, 0.95, "smollm2-135m"),
        ("Raspberry Pi 4, 2 GB", 4, 1.95, "qwen2.5-0.5b"),
        ("Raspberry Pi 4, 4 GB", 4, 3.9, "qwen2.5-1.5b"),
        ("Raspberry Pi 5, 8 GB", 4, 8.3, "qwen2.5-1.5b"),
        ("Jetson Orin Nano", 6, 8.0, "qwen2.5-1.5b"),
        ("a server of two cores", 2, 25.0, "qwen2.5-0.5b"),
        ("Jetson Orin NX", 8, 16.4, "qwen3-4b"),
        ("an old computer of eight cores", 8, 6.5, "llama-3.2-3b"),
    ],
)
def test_each_board_gets_the_largest_that_it_can_talk_with(
    board: str, cores: int, memory: float, right: str | None
) -> None:
    found = suggested(*CATALOGUE, cores=cores, memory=int(memory * GB))
    assert chosen(found) == right, board


def test_all_language_models_are_judged_and_nothing_else_the_smallest_first() -> None:
    assert [judged.entry for judged in suggested().judged] == [SMALL, MIDDLE, LARGE]


def test_a_model_may_take_half_of_the_memory_and_no_more() -> None:
    assert chosen(suggested(memory=7_600_000_000)) == "l"
    found = suggested(memory=7_599_999_999)
    assert chosen(found) == "m"
    assert misfits(found) == {"s": None, "m": None, "l": "at most 3,799 MB of memory are for it"}


def test_a_file_may_take_all_that_is_free_on_disk_and_no_more() -> None:
    assert chosen(suggested(disk=2_500_000_000)) == "l"
    found = suggested(disk=2_499_999_999)
    assert chosen(found) == "m"
    assert misfits(found)["l"] == "2,499 MB are free on disk"


def test_what_is_installed_needs_no_more_room_on_disk() -> None:
    assert chosen(suggested(disk=0, installed=("m",))) == "m"


@pytest.mark.parametrize(("cores", "right"), [(1, "s"), (3, "s"), (4, "m"), (7, "m"), (8, "l")])
def test_with_few_cores_a_large_model_is_too_slow(cores: int, right: str) -> None:
    assert chosen(suggested(cores=cores)) == right


@pytest.mark.parametrize(
    ("cores", "most_mb", "told"),
    [(1, 600, "too slow to talk to with 1 core"), (4, 1200, "too slow to talk to with 4 cores")],
)
def test_how_large_is_too_large_for_cores(cores: int, most_mb: int, told: str) -> None:
    fast, slow = model("fast", most_mb, 1), model("slow", most_mb + 1, 1)
    assert misfits(suggested(fast, slow, cores=cores)) == {"fast": None, "slow": told}


def test_a_machine_that_does_not_tell_its_memory_gets_the_smallest() -> None:
    found = suggested(memory=None)
    assert chosen(found) == "s"
    assert misfits(found)["l"] == "the machine does not tell its memory"
    assert chosen(suggested(memory=None, disk=1)) is None


def test_a_machine_that_does_not_tell_its_disk_has_room_on_it() -> None:
    assert chosen(suggested(disk=None)) == "l"


@pytest.mark.parametrize("unknown", [model("u", None, 1), model("u", 1, None)])
def test_a_model_of_which_too_little_is_known_is_not_suggested(unknown: ModelEntry) -> None:
    found = suggested(unknown)
    assert chosen(found) is None
    assert misfits(found) == {"u": "the catalogue does not tell what it needs"}


def test_where_there_is_no_language_model_none_is_suggested() -> None:
    assert suggested(EAR) == Suggestion((), None)


@given(
    cores=st.integers(1, 64),
    memory=st.none() | st.integers(0, 64 * GB),
    disk=st.none() | st.integers(0, 64 * GB),
)
def test_what_is_suggested_fits_and_nothing_larger_does(
    cores: int, memory: int | None, disk: int | None
) -> None:
    found = suggested(*CATALOGUE, cores=cores, memory=memory, disk=disk)
    fitting = [judged.entry for judged in found.judged if judged.misfit is None]
    assert found.chosen == max(fitting, key=lambda entry: entry.bytes or 0, default=None)
    for entry in fitting:
        assert memory is None or (entry.memory_mb or 0) * 2_000_000 <= memory
        assert disk is None or (entry.bytes or 0) <= disk


@given(memory=st.integers(0, 64 * GB), more=st.integers(0, 64 * GB), cores=st.integers(1, 16))
def test_more_memory_and_cores_never_make_it_smaller(memory: int, more: int, cores: int) -> None:
    def size(memory: int, cores: int) -> int:
        entry = suggested(*CATALOGUE, cores=cores, memory=memory).chosen
        return 0 if entry is None else entry.bytes or 0

    assert size(memory, cores) <= size(memory + more, cores) <= size(memory + more, cores + 1)
