"""The trained tagger as files: which there are, and whether they are those that were released.

An artefact is a folder with `model.onnx`, `tokenizer.json`, `labels.json`, a card, and
`manifest.json`: {"files": {name: sha256}}. Who loads it verifies it first, so that a file that was
damaged, or left over from another version, is an error and never a strange answer.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from edge.types import LaresError

ARTIFACT = Path(__file__).parent / "artifacts" / "tagger"
"""The artefact that ships."""
MODEL, TOKENIZER, LABELS = "model.onnx", "tokenizer.json", "labels.json"
MANIFEST = "manifest.json"
STATES = "states"
"""The model's output that holds its last hidden states, shape (1, pieces, HIDDEN)."""
HIDDEN = 384
REMEDY = "Restore the files, or train again with `lares train`."


def sha256(path: Path) -> str:
    """The file's hash, in lower-case hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_manifest(folder: Path) -> None:
    """Names every file of the artefact with its sha256."""
    files = {
        path.name: sha256(path)
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name != MANIFEST
    }
    content = json.dumps({"files": files}, indent=1) + "\n"
    (folder / MANIFEST).write_text(content, encoding="utf-8")


def verify(folder: Path, needed: Sequence[str] = (MODEL, TOKENIZER, LABELS)) -> None:
    """Raises LaresError unless the needed files are those of the manifest."""
    manifest = folder / MANIFEST
    try:
        hashes = json.loads(manifest.read_text(encoding="utf-8"))["files"]
        wanted = {name: str(hashes[name]) for name in needed}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LaresError(
            f"Expected the artefact's manifest with {', '.join(needed)} in {manifest}, "
            f"found {error!r}. {REMEDY}"
        ) from error
    for name, wanted_hash in wanted.items():
        try:
            found = sha256(folder / name)
        except OSError as error:
            raise LaresError(
                f"Expected the artefact's {name} in {folder}, found {error.strerror}. {REMEDY}"
            ) from error
        if found != wanted_hash:
            raise LaresError(
                f"Expected {folder / name} with sha256 {wanted_hash[:12]}…, found {found[:12]}…: "
                f"the file is damaged or of another version. {REMEDY}"
            )
