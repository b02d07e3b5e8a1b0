"""`lares wake FILE …`: where the wake words are; `lares wake train PHRASE`: one of your own."""

from __future__ import annotations

import json
import os
from argparse import Namespace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from edge.app import App
from edge.commands.sound import source, tell, tell_if_cut_off
from edge.config import Config
from edge.types import FRAME_SAMPLES, SAMPLE_RATE, LaresError
from edge.voice.wake import find_wakes
from hal.microphone import MicrophoneError
from hal.microphone_file import FileMicrophone
from models.wake_examples import Amounts
from models.wake_features import open_wake_word
from models.wake_speech import Choir, installed
from models.wake_train import Settings, train_word
from models.wake_word import wake_dir


def wake(arguments: Namespace) -> int:
    """Print each wake word with its time. Exit code 1 when a file has none, 2 when one cannot be
    heard."""
    app = App(Config.load(arguments.config))
    words = tuple(arguments.word) if arguments.word else app.config.wake.words
    code = 0
    for path in arguments.files:
        detector, incoming = app.ears.wake_detector(words), app.ears.incoming()
        try:
            with source(path) as microphone:
                wakes = list(find_wakes(map(incoming.feed, microphone), detector))
        except MicrophoneError as error:
            tell(error)
            code = 2
            continue
        tell_if_cut_off(microphone)
        code = code if wakes else max(code, 1)
        if arguments.json:
            found = [{"word": w.word, "time": round(w.time, 2)} for w in wakes]
            print(json.dumps({"file": str(path), "wakes": found}))
        else:
            told = ", ".join(f"{w.word} at {w.time:.2f} s" for w in wakes)
            print(f"{path}: {told or 'no wake word'}")
    return code


def train(arguments: Namespace) -> int:
    """Make a wake word of synthetic speech, and say how good it is."""
    open_wake_word("A wake word of your own")  # to say so before the work and not after it
    console = Console()
    noise = None if arguments.noise is None else _sound(arguments.noise)
    model, figures = train_word(
        arguments.phrase,
        Choir(installed()),
        console,
        amounts=Amounts.quick() if arguments.quick else Amounts(),
        settings=Settings(seed=arguments.seed),
        said_as=arguments.said_as or (),
        noise=noise,
    )
    usual = wake_dir(os.environ, Path.home())
    path = model.save(arguments.out or usual)
    console.print(f"{model.phrase!r}: {figures.told()}", highlight=False)
    console.print(f"It is in {path}.", highlight=False, soft_wrap=True)
    if path.parent.resolve() == usual.resolve():
        console.print(
            f'To wake by it: [wake] words = ["{model.word}"]', highlight=False, markup=False
        )
    else:
        console.print(f"Lares looks for it in {usual}.", highlight=False, soft_wrap=True)
    return 0


def _sound(path: Path) -> NDArray[np.float32]:
    """A file's sound, full scale 1. Raises LaresError when there is less than a second of it."""
    with FileMicrophone(path) as microphone:
        frames = [frame.samples for frame in microphone]
    if len(frames) * FRAME_SAMPLES < SAMPLE_RATE:
        raise LaresError(f"Expected a second of noise at least, found less in {path}.")
    return np.asarray(np.concatenate(frames) / np.float32(32768), dtype=np.float32)
