"""`lares wake FILE …`: where the wake words are, in seconds."""

from __future__ import annotations

import json
from argparse import Namespace

from edge.app import App
from edge.commands.sound import source, tell, tell_if_cut_off
from edge.config import Config
from edge.voice.wake import find_wakes
from hal.microphone import MicrophoneError


def wake(arguments: Namespace) -> int:
    """Print each wake word with its time. Exit code 1 when a file has none, 2 when one cannot be
    heard."""
    app = App(Config.load(arguments.config))
    words = tuple(arguments.word) if arguments.word else app.config.wake.words
    code = 0
    for path in arguments.files:
        detector = app.wake_detector(words)
        try:
            with source(path) as microphone:
                wakes = list(find_wakes(microphone, detector))
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
