"""Models that read texts: an ONNX file and its tokenizer, as ONNX Runtime and `tokenizers` load
them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from edge.types import LaresError


def load_text_model(
    model: Path, tokenizer: Path, *, what: str, remedy: str, threads: int = 1
) -> tuple[Any, Any]:
    """The session and the tokenizer, which are imported late since that is slow.

    Raises LaresError, saying that `what` was expected and the remedy, where one does not load.
    """
    import onnxruntime  # noqa: PLC0415 (slow to import, and needed only where texts are read)
    from tokenizers import Tokenizer  # noqa: PLC0415

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        reads = Tokenizer.from_file(str(tokenizer))
        session = onnxruntime.InferenceSession(
            str(model), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # both libraries raise kinds of their own
        raise LaresError(
            f"Expected {what} that loads in {model.parent}, found: {error}. {remedy}"
        ) from error
    return session, reads
