"""The models of one Lares: which there are, who computes next, and which of them are in memory.

Each is made when it is first wanted, and counts against the memory that the board may spend.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from edge.config import Config, state_dir
from edge.kernel.cores import Cores
from edge.kernel.events import Events
from edge.kernel.residents import Resident, Residents
from edge.kernel.scheduler import Scheduler
from edge.knowledge.embedding import MODEL_NAME, MiniLm
from edge.knowledge.index import Index, knowledge_file
from edge.knowledge.knowledge import Knowledge
from edge.knowledge.upkeep import Upkeep
from edge.llm.llama import MOST_THREADS, LlamaLanguageModel, needed_bytes
from edge.llm.model import LanguageModel
from edge.nlu.needs import TrainedNeeds
from edge.nlu.tagger import Tagger
from edge.types import LaresError
from edge.voice.packages import is_installed
from hal.board import read_board
from models import needs_model
from models.adapters import adapters_of
from models.artifact import ARTIFACT
from models.catalog import Catalog
from models.gguf import Gguf
from models.needs_model import NeedsModel

T = TypeVar("T")
_UNKNOWN_MEMORY = 1 << 30
"""Bytes that a machine is taken to have that tells nothing."""


class ModelsInUse:
    """All models, made as `config` says when they are first wanted."""

    def __init__(self, config: Config, events: Events) -> None:
        self._config = config
        self._events = events
        self._knowledge_lock = threading.Lock()
        self._always = ExitStack()

    @cached_property
    def catalog(self) -> Catalog:
        return Catalog.load()

    @cached_property
    def tagger(self) -> Tagger:
        return self.kept("tagger", ARTIFACT, Tagger)

    @cached_property
    def index(self) -> Index:
        """The index of the house's documents."""
        return Index(knowledge_file(os.environ, Path.home()))

    @property
    def knowledge(self) -> Knowledge:
        """What the house's documents know; by their words only where no embedder is installed."""
        with self._knowledge_lock:
            return self._knowledge

    @cached_property
    def _knowledge(self) -> Knowledge:
        return Knowledge(self.index, self.embedder if self._has_embedder else None)

    @cached_property
    def upkeep(self) -> Upkeep:
        """What reads the house's documents again when they change."""
        folders = self._config.knowledge.folders
        return Upkeep(self.index, lambda: self.knowledge, self.scheduler, self._events, folders)

    @cached_property
    def scheduler(self) -> Scheduler:
        """Who computes next."""
        return Scheduler()

    @cached_property
    def residents(self) -> Residents:
        """The models that are in memory."""
        wanted = self._config.resources.memory_mb << 20
        return Residents(wanted or (read_board().memory_bytes or _UNKNOWN_MEMORY) // 2)

    @cached_property
    def language_model(self) -> Resident[LanguageModel] | None:
        """The configured language model; None where none is wanted, or with "auto" none is there.

        Raises LaresError when one is named that is not installed, or llama.cpp is missing for it.
        """
        found = self.catalog.language_model(self._config.llm.model)
        if found is None or (self._config.llm.model == "auto" and not is_installed("llama_cpp")):
            return None
        name, file = found
        return self.residents.add(
            name,
            needed_bytes(Gguf.read(file)),
            lambda: self._language_model(name, file),
            LanguageModel.close,
        )

    @cached_property
    def adapters(self) -> Mapping[str, Path]:
        """What the language model was taught."""
        model = self.language_model
        return {} if model is None else adapters_of(model.name)

    def _language_model(self, name: str, file: Path) -> LanguageModel:
        return LlamaLanguageModel(
            file,
            name=name,
            adapters=self.adapters,
            keep=state_dir() / "prefixes",
            available_bytes=read_board().memory_available_bytes,
            threads=Cores(
                min(MOST_THREADS, os.cpu_count() or 1),
                celsius=lambda: read_board().temperature_c,
            ),
        )

    @property
    def _has_embedder(self) -> bool:
        return self.catalog.installed(MODEL_NAME) is not None

    @cached_property
    def embedder(self) -> MiniLm:
        """The sentence embedder. Raises LaresError where its model is not installed."""
        model = self.catalog.installed(MODEL_NAME)
        if model is None:
            raise LaresError(
                f"expected the model {MODEL_NAME}, which is not installed: "
                f"lares models fetch {MODEL_NAME}"
            )
        threads = self._config.stt.threads
        return self.kept(MODEL_NAME, model, lambda: MiniLm(model, threads=threads))

    @cached_property
    def needs(self) -> TrainedNeeds:
        """What tells needs. Its model is loaded when it is first asked."""
        return TrainedNeeds(lambda: self.kept("needs", needs_model.ARTIFACT, NeedsModel.load))

    def kept(self, name: str, folder: Path, load: Callable[[], T]) -> T:
        """A model that never leaves memory once it is loaded; it counts among the residents."""
        size = sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
        resident = self.residents.add(name, size, load, lambda _: None)
        return self._always.enter_context(resident.in_use())
