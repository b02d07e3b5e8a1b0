"""The grammar, read by PocketSphinx's own parser."""

from __future__ import annotations

from pathlib import Path

import pocketsphinx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.demo.recordings import recordings
from edge.voice.grammar import jsgf, words
from edge.voice.vocabulary import Vocabulary, spoken

HOME = Vocabulary(
    names=("Kitchen Light", "Bedroom Lamp", "Front Door", "Garage Door", "Lamp 2"),
    areas=("Kitchen", "Living Room", "Bedroom", "Office"),
    floors=("Ground Floor",),
    sentences=("good night everyone",),
)
ODD = (
    "Kid's [Lamp] | <it>; (a)* /1.0/ {tag}",
    'back\\slash "quoted" # 2 // not /* a */ comment',
    "public import grammar",
    "<NULL> <VOID> null void",
    "Küche",
    "灯",
    "Кухня ٣",
    "l'Été",
    "#JSGF V1.0;",
)


@pytest.fixture(scope="module")
def decoder() -> pocketsphinx.Decoder:
    return pocketsphinx.Decoder(lm=None, loglevel="FATAL")


class Machine:
    """The finite state machine that PocketSphinx makes of a grammar."""

    def __init__(self, decoder: pocketsphinx.Decoder, text: str, path: Path) -> None:
        decoder.parse_jsgf(text).writefile(str(path))
        self.moves: dict[str, list[tuple[str, str | None]]] = {}
        for line in path.read_text(encoding="utf-8").splitlines():
            match line.split():
                case ["START_STATE", state]:
                    self.start = state
                case ["FINAL_STATE", state]:
                    self.final = state
                case ["TRANSITION", one, other, _, *word]:
                    self.moves.setdefault(one, []).append((other, word[0] if word else None))

    def words(self) -> set[str]:
        return {word for moves in self.moves.values() for _, word in moves if word is not None}

    def accepts(self, sentence: str) -> bool:
        states = self._silently({self.start})
        for said in sentence.split():
            after = {end for one in states for end, word in self.moves.get(one, ()) if word == said}
            states = self._silently(after)
        return self.final in states

    def _silently(self, states: set[str]) -> set[str]:
        """The states that are reached from these without a word."""
        reached, new = set(states), list(states)
        while new:
            for end, word in self.moves.get(new.pop(), ()):
                if word is None and end not in reached:
                    reached.add(end)
                    new.append(end)
        return reached


@pytest.fixture(scope="module")
def home(decoder: pocketsphinx.Decoder, tmp_path_factory: pytest.TempPathFactory) -> Machine:
    return Machine(decoder, jsgf(HOME), tmp_path_factory.mktemp("grammar") / "home.fsg")


@pytest.mark.parametrize(
    "sentence",
    [
        "turn on the kitchen light",
        "please turn off all the lights in the living room",
        "switch the lamp two on",
        "dim the living room lights to thirty percent",
        "set the brightness of the bedroom lamp to one hundred percent",
        "make the bedroom lamp blue",
        "turn the bedroom lamp to warm white please",
        "is the garage door open",
        "are there any windows open in the kitchen",
        "what is the temperature in the bedroom",
        "set a timer for twenty five minutes",
        "start a five minute timer",
        "can you lock the front door and the garage door",
        "turn everything off on the ground floor",
        "turn the lights off in the kitchen",
        "never mind",
        "yes please",
        "good night everyone",
    ],
)
def test_what_is_said_to_a_home_is_a_sentence_of_its_grammar(home: Machine, sentence: str) -> None:
    assert home.accepts(sentence)


def test_what_the_recordings_say_is_in_the_grammar(home: Machine) -> None:
    assert [r.text for r in recordings() if not home.accepts(r.text)] == []


@pytest.mark.parametrize(
    "sentence",
    [
        "",
        "the",
        "turn on the",
        "kitchen light",
        "turn on the stove",
        "good night",
        "percent thirty",
    ],
)
def test_what_is_no_command_is_no_sentence(home: Machine, sentence: str) -> None:
    assert not home.accepts(sentence)


def test_a_home_without_names_has_the_commands_of_any_home(
    decoder: pocketsphinx.Decoder, tmp_path: Path
) -> None:
    bare = Machine(decoder, jsgf(Vocabulary()), tmp_path / "bare.fsg")
    assert bare.accepts("turn on the lights upstairs")


def test_signs_of_the_grammar_language_in_names_are_no_syntax(
    decoder: pocketsphinx.Decoder, tmp_path: Path
) -> None:
    odd = Vocabulary(names=ODD, areas=ODD, floors=ODD, sentences=ODD)
    machine = Machine(decoder, jsgf(odd), tmp_path / "odd.fsg")
    for name in odd.spoken_names():
        assert machine.accepts(f"turn on the {name}")
        assert machine.accepts(name)
    assert machine.words() <= words(odd) | {"public"}


@pytest.mark.parametrize("empty", ["", "???", "💡"])
def test_names_and_sentences_without_a_word_are_left_out(
    decoder: pocketsphinx.Decoder, tmp_path: Path, empty: str
) -> None:
    nothing = Vocabulary((empty,), (empty,), (empty,), (empty,))
    assert jsgf(nothing) == jsgf(Vocabulary())
    among = Vocabulary(names=(empty, "Lamp"), sentences=(empty, "good night"))
    machine = Machine(decoder, jsgf(among), tmp_path / "among.fsg")
    assert machine.accepts("turn on the lamp")
    assert machine.accepts("good night")


names = st.lists(st.text(max_size=12), max_size=4).map(tuple)


@given(names, names, names, names)
@settings(max_examples=40)
def test_any_names_make_a_grammar_that_parses_and_has_their_words(
    decoder: pocketsphinx.Decoder,
    names: tuple[str, ...],
    areas: tuple[str, ...],
    floors: tuple[str, ...],
    sentences: tuple[str, ...],
) -> None:
    vocabulary = Vocabulary(names, areas, floors, sentences)
    assert decoder.parse_jsgf(jsgf(vocabulary)) is not None
    for text in (*names, *areas, *floors, *sentences):
        assert set(spoken(text).split()) - {"public"} <= words(vocabulary)


def test_the_words_are_those_of_the_parsed_grammar(home: Machine) -> None:
    assert home.words() == words(HOME)
