"""What the doctor says of Python, packages, models and speech to text, on made-up installations."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from firmware_tools.finding import Finding
from firmware_tools.software import (
    ABILITIES,
    CORE_MODULES,
    ENGINES,
    Ability,
    examine_engines,
    examine_models,
    examine_packages,
    examine_python,
)
from models.catalog import Catalog
from models.entry import ModelEntry, ModelFile, Role

EVERYTHING = {
    *CORE_MODULES,
    *(ability.module for ability in ABILITIES),
    *(engine.module for engine in ENGINES),
}
RIGHT = b"what a model is made of"
Install = Callable[[Mapping[str, bytes | None]], Catalog]


def without(*modules: str) -> Callable[[str], bool]:
    """Whether a module is installed, where all are but these."""
    return (EVERYTHING - {*modules}).__contains__


def entry(name: str, role: Role) -> ModelEntry:
    sha256 = hashlib.sha256(RIGHT).hexdigest()
    file = ModelFile(path="model.bin", bytes=len(RIGHT), sha256=sha256)
    return ModelEntry(name=name, role=role, licence="MIT", description=name, files=(file,))


@pytest.fixture
def install(tmp_path: Path) -> Install:
    """Makes a catalogue like Lares', with these models (or their empty folders) installed."""
    roles: dict[str, Role] = {
        "tagger": "tagger",
        "whisper-base": "stt",
        "vosk-small-en-us": "stt",
        "piper-joe": "voice",
        "minilm-l6": "encoder",
        "small": "llm",
        "large": "llm",
    }

    def catalog(content: Mapping[str, bytes | None]) -> Catalog:
        for name, data in content.items():
            (tmp_path / name).mkdir()
            if data is not None:
                (tmp_path / name / "model.bin").write_bytes(data)
        return Catalog({name: entry(name, role) for name, role in roles.items()}, tmp_path)

    return catalog


@pytest.mark.parametrize(
    ("version", "verdict"),
    [((3, 10, 14), "error"), ((3, 11, 0), "ok"), ((3, 14, 9), "ok"), ((3, 15, 0), "error")],
)
def test_python_must_be_one_that_lares_runs_on(version: tuple[int, int, int], verdict: str) -> None:
    found = examine_python(version)
    assert found.verdict == verdict
    assert found.found == ".".join(map(str, version))
    assert bool(found.advice) == (verdict == "error")


def test_when_all_packages_are_there_all_is_well() -> None:
    assert {found.verdict for found in examine_packages(without())} == {"ok"}


def test_missing_core_packages_are_named_in_one_error() -> None:
    core, *others = examine_packages(without("numpy", "rich"))
    assert (core.verdict, core.found) == ("error", "missing: numpy, rich")
    assert "make setup" in core.advice
    assert {found.verdict for found in others} == {"ok"}


@pytest.mark.parametrize("ability", ABILITIES, ids=lambda ability: ability.module)
def test_a_missing_package_says_what_cannot_be_done_and_which_extra_to_install(
    ability: Ability,
) -> None:
    bad = [found for found in examine_packages(without(ability.module)) if found.verdict != "ok"]
    assert bad == [
        Finding(
            ability.name,
            ability.missing,
            f"{ability.module} is not installed",
            f"For {ability.name}: pip install 'lares[{ability.extra}]'.",
        )
    ]


def test_models_are_compared_with_their_hashes(install: Install) -> None:
    damaged = RIGHT.replace(b"model", b"Model")
    catalog = install({"tagger": RIGHT, "whisper-base": damaged, "piper-joe": None})
    tagger, whisper, vosk, piper, _ = examine_models(catalog)
    assert tagger == Finding("model tagger", "ok", f"as it must be, in {catalog.folder('tagger')}")
    assert (whisper.part, whisper.verdict) == ("model whisper-base", "error")
    assert "sha256" in whisper.found
    assert whisper.advice == "To have it: lares models fetch whisper-base"
    assert (vosk.verdict, vosk.found) == ("ok", "not installed")
    assert (piper.verdict, "model.bin" in piper.found) == ("error", True)


def test_one_language_model_is_enough_and_none_is_no_error(install: Install) -> None:
    *_, none = examine_models(install({}))
    assert (none.part, none.verdict) == ("language model", "ok")
    assert "make llm" in none.advice
    *_, small = examine_models(install({"small": RIGHT}))
    assert (small.part, small.verdict) == ("model small", "ok")


def test_how_bad_a_missing_model_is_depends_on_what_it_is_for(install: Install) -> None:
    verdicts = {found.part: found.verdict for found in examine_models(install({}))}
    assert verdicts == {
        "model tagger": "error",
        "model whisper-base": "ok",
        "model vosk-small-en-us": "ok",
        "model piper-joe": "warning",
        "language model": "ok",
    }


def test_the_models_of_lares_itself_can_be_examined() -> None:
    parts = [found.part for found in examine_models(Catalog.load())]
    assert "model tagger" in parts
    assert "model whisper-base" in parts


def test_the_best_engine_that_is_whole_is_used(install: Install) -> None:
    catalog = install({"whisper-base": RIGHT})
    assert examine_engines("auto", without(), lambda: catalog).found == "whisper"
    only = examine_engines("auto", without("ctranslate2"), lambda: catalog)
    assert (only.verdict, only.found) == ("ok", "pocketsphinx")


def test_an_engine_of_ones_own_choice_must_be_whole(install: Install) -> None:
    catalog = install({})
    found = examine_engines("vosk", without(), lambda: catalog)
    assert (found.verdict, found.found) == ("error", "'vosk' cannot be used")
    assert found.advice == "For vosk: lares models fetch vosk-small-en-us."


def test_without_any_engine_each_way_to_one_is_said(install: Install) -> None:
    catalog = install({})
    found = examine_engines("auto", without("vosk", "pocketsphinx"), lambda: catalog)
    assert (found.verdict, found.found) == ("error", "no engine can be used")
    assert found.advice == (
        "For vosk: pip install 'lares[vosk]'. For whisper: lares models fetch whisper-base. "
        "For pocketsphinx: pip install 'lares[voice]'."
    )


def test_an_engine_that_lares_does_not_know_is_an_error_with_those_it_knows(
    install: Install,
) -> None:
    found = examine_engines("sphinx", without(), lambda: install({}))
    assert found.verdict == "error"
    assert found.advice == "Set stt.engine to auto, vosk, whisper or pocketsphinx."


def test_an_engine_without_a_model_needs_no_catalogue() -> None:
    def unreadable() -> Catalog:
        raise AssertionError("the catalogue was read")

    assert examine_engines("pocketsphinx", without(), unreadable).verdict == "ok"
