from __future__ import annotations

import math
from pathlib import Path

import pytest

from edge.types import LaresError
from edge.voice.packages import is_installed, load


def test_what_is_there_is_loaded() -> None:
    assert is_installed("math")
    assert load("math", purpose="Counting", extra="voice") is math


def test_what_is_not_there_is_an_error_that_names_the_extra() -> None:
    assert not is_installed("no_such_module")
    with pytest.raises(LaresError) as caught:
        load("no_such_module", purpose="Hearing a wake word", extra="voice")
    assert str(caught.value) == (
        "Hearing a wake word needs the Python module no_such_module, which cannot be imported "
        "(No module named 'no_such_module'): install lares[voice]."
    )


def test_looking_for_a_package_does_not_import_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "explosive.py").write_text("raise ImportError('a library of it is missing')\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert is_installed("explosive")
    with pytest.raises(LaresError, match=r"a library of it is missing.*install lares"):
        load("explosive", purpose="Testing", extra="dev")
