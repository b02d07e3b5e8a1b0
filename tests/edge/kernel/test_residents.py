"""Which models are in memory: those that are used, and no more than fit."""

from __future__ import annotations

import threading
from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.kernel.residents import NoRoomError, Resident, Residents
from edge.types import LaresError

MB = 1 << 20


class Shelf:
    """Models that are texts, what became of them, and a clock that loading moves."""

    def __init__(self, budget_mb: int) -> None:
        self.now = 0.0
        self.told: list[str] = []
        self.residents = Residents(budget_mb * MB, clock=lambda: self.now)

    def add(self, name: str, mb: int, load_s: float = 1.0) -> Resident[str]:
        def load() -> str:
            self.now += load_s
            self.told.append(f"+{name}")
            return name

        def release(model: str) -> None:
            self.told.append(f"-{model}")

        return self.residents.add(name, mb * MB, load, release)


def use(*residents: Resident[str]) -> None:
    for resident in residents:
        with resident.in_use() as model:
            assert model == resident.name


def test_a_model_is_loaded_when_it_is_first_used_and_stays() -> None:
    shelf = Shelf(100)
    one = shelf.add("one", 60)
    assert shelf.residents.loaded == {}
    use(one, one)
    assert shelf.told == ["+one"]
    assert shelf.residents.loaded == {"one": 60 * MB}


def test_who_was_used_longest_ago_leaves_for_another_one() -> None:
    shelf = Shelf(100)
    one, two, three = (shelf.add(name, 40) for name in ("one", "two", "three"))
    use(one, two, three)
    assert shelf.told == ["+one", "+two", "-one", "+three"]
    use(two, one)
    assert shelf.told[4:] == ["-three", "+one"]


def test_what_takes_long_to_load_stays_longer() -> None:
    shelf = Shelf(100)
    slow, quick = shelf.add("slow", 40, load_s=20), shelf.add("quick", 40, load_s=0.1)
    use(slow, quick, shelf.add("other", 40))
    assert "-quick" in shelf.told
    assert "-slow" not in shelf.told


def test_what_takes_long_to_load_and_is_never_used_leaves_in_the_end() -> None:
    shelf = Shelf(100)
    slow = shelf.add("slow", 40, load_s=5)
    use(slow)
    others = [shelf.add(f"other {number}", 40) for number in range(4)]
    for _ in range(10):
        use(*others)
    assert "-slow" in shelf.told


def test_what_is_in_use_never_leaves_and_numbers_tell_why_another_does_not_fit() -> None:
    shelf = Shelf(100)
    one, two = shelf.add("one", 60), shelf.add("two", 60)
    with (
        one.in_use(),
        pytest.raises(NoRoomError, match=r"two needs 60 MB.*100 MB.*60 MB are in use"),
    ):
        use(two)
    use(two)
    assert shelf.told == ["+one", "-one", "+two"]


def test_what_is_larger_than_the_budget_is_refused() -> None:
    with pytest.raises(NoRoomError, match="large needs 200 MB"):
        use(Shelf(100).add("large", 200))


def test_a_model_that_cannot_be_loaded_takes_no_room_and_is_tried_again() -> None:
    shelf, broken = Shelf(100), [True]

    def load() -> str:
        if broken.pop() if broken else False:
            raise LaresError("broken")
        return "one"

    one = shelf.residents.add("one", 60 * MB, load, lambda _: None)
    with pytest.raises(LaresError, match="broken"), one.in_use():
        pass
    use(shelf.add("two", 60))
    use(one)
    assert shelf.residents.loaded == {"one": 60 * MB}


def test_when_memory_is_short_what_is_not_in_use_leaves() -> None:
    shelf = Shelf(200)
    one, two, three = (shelf.add(name, 40) for name in ("one", "two", "three"))
    use(one, two, three)
    with two.in_use():
        assert shelf.residents.trim(80 * MB) == ("one",)
        assert shelf.residents.trim() == ("three",)
    assert shelf.residents.loaded == {"two": 40 * MB}


def test_two_that_want_the_same_model_at_once_load_it_once() -> None:
    shelf, at_once = Shelf(100), threading.Barrier(4, timeout=5)
    one = shelf.add("one", 60)

    def work() -> None:
        at_once.wait()
        use(one)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert shelf.told == ["+one"]


def test_a_name_is_given_once() -> None:
    shelf = Shelf(100)
    shelf.add("one", 1)
    with pytest.raises(LaresError, match="called 'one'"):
        shelf.add("one", 1)


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=40), st.integers(10, 120))
def test_however_they_are_used_they_never_take_more_than_they_may(
    uses: list[tuple[int, bool]], budget: int
) -> None:
    shelf = Shelf(budget)
    every = [shelf.add(str(number), 5 + 7 * number, load_s=number) for number in range(6)]
    with ExitStack() as held:
        for number, hold in uses:
            try:
                if hold:
                    held.enter_context(every[number].in_use())
                else:
                    use(every[number])
            except NoRoomError:
                continue
            assert sum(shelf.residents.loaded.values()) <= budget * MB
    assert all(resident.users == 0 for resident in every)
