"""Makes a trained tagger the one that ships: export, evaluate, card, manifest.

All of it is made in a folder aside and takes the old artefact's place only when it is whole.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from models.artifact import ARTIFACT, write_manifest
from models.card import write_card
from models.corpus_open import corpora_folder
from models.evaluate import SUITES, ResolverOf, Tag, run
from models.export import Exported, export
from models.scores import SuiteResult
from models.train import Trained

TaggerOf = Callable[[Path], Tag]
"""Loads the tagger of an artefact's folder: `lambda folder: edge.nlu.tagger.Tagger(folder).tag`."""


@dataclass(frozen=True, slots=True)
class Released:
    """An artefact in its place."""

    folder: Path
    exported: Exported
    results: tuple[SuiteResult, ...]

    def told(self) -> str:
        """Where it is, how big, and what int8 costs, in a line."""
        agreement = self.exported.agreement
        return (
            f"{self.folder}: {self.exported.int8_bytes / 1e6:.1f} MB in int8, "
            f"{self.exported.fp32_bytes / 1e6:.1f} MB in fp32; held out exact "
            f"{agreement.exact_int8:.2%} in int8, {agreement.exact_fp32:.2%} in fp32"
        )


def release(
    trained: Trained,
    tagger_of: TaggerOf,
    resolver_of: ResolverOf | None = None,
    *,
    corpora: Path | None = None,
    folder: Path = ARTIFACT,
) -> Released:
    """Replaces the artefact in `folder` by the trained tagger.

    Without corpora only the held-out sentences are measured. The fp32 model stays in the training's
    folder as fp32.onnx, for benchmarks. Raises LaresError as `export` does, and leaves the old
    artefact then.
    """
    held_out = trained.corpus.held_out
    with tempfile.TemporaryDirectory() as scratch:
        new = Path(scratch) / "tagger"
        exported = export(trained.folder, held_out, new, keep_fp32=trained.folder / "fp32.onnx")
        write_manifest(new)
        suites = SUITES if corpora_folder(corpora) is not None else ("held-out",)
        results = run(
            suites,
            tagger_of(new),
            resolver_of=resolver_of,
            held_out=held_out,
            trained_on=trained.corpus.train,
            corpora=corpora,
        )
        write_card(new, trained.folder, exported, results)
        write_manifest(new)
        folder.mkdir(parents=True, exist_ok=True)
        for path in sorted(new.iterdir()):
            shutil.copyfile(path, folder / path.name)
    return Released(folder, exported, results)
