"""The exam of new homes: its names, its homes, its sentences, and how it counts."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

import pytest

pytest.importorskip("hassil", reason="hassil is of the extras dev and train")

from hassil.expression import Alternative, Expression, Group, ListReference, TextChunk

from edge.home.graph import Home
from edge.types import Intent, Outcome, Transcript
from models.corpus_templates import our_grammar, spell
from models.exams.conversation import Conversation, Converse
from models.exams.invented import STYLES, content, flat
from models.exams.meaning import Meant
from models.exams.new_homes import Sentence, homes, sentences, suite
from models.labels import INTENTS

SEED = 1
HOMES = homes(SEED)
SENTENCES = [(home, sentence) for home in HOMES for sentence in sentences(home, SEED)]
COMMON = ("light", "switch", "cover", "media_player", "climate", "fan", "lock")


def names_of(kind: str) -> list[str]:
    """The names of a domain's devices."""
    return [
        name
        for key, styles in content()["devices"].items()
        if key.partition("/")[0] == kind
        for style in ("called", "things")
        for name in flat(styles.get(style, ()))
    ]


def plain(name: str) -> str:
    return " ".join(re.sub(r"[^\w']", " ", name.casefold()).split())


# ------------------------------------------------------------------------------------- names

GRAMMAR = our_grammar()
ONES = {word for number in range(1, 2000) for word in spell(number).split()}


class Trained:
    """What the lists of models/phrasing/words.txt can say, asked about one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.known: dict[tuple[str, int], set[int]] = {}

    def says_it(self) -> bool:
        return any(len(self.text) in self.list_ends(name, 0) for name in GRAMMAR.lists)

    def list_ends(self, name: str, start: int) -> set[int]:
        """Where a value of this list can end that begins at `start`."""
        key = (name, start)
        if key not in self.known:
            values = GRAMMAR.lists.get(name, ())
            self.known[key] = {end for value in values for end in self.ends(value, start)}
            if name in GRAMMAR.numbers:
                self.known[key] = set(self.number_ends(start))
        return self.known[key]

    def number_ends(self, start: int) -> Iterator[int]:
        for word in re.compile(r" ?([^\W_]+)").finditer(self.text, start):
            if not (word[1].isdigit() or word[1] in ONES):
                return
            yield word.end()

    def ends(self, node: Expression, start: int) -> set[int]:
        if isinstance(node, TextChunk):
            said = node.original_text.casefold()
            return {start + len(said)} if self.text.startswith(said, start) else set()
        if isinstance(node, ListReference):
            return self.list_ends(node.list_name, start)
        if isinstance(node, Alternative):
            return {end for item in node.items for end in self.ends(item, start)}
        assert isinstance(node, Group)
        found = {start}
        for item in node.items:
            found = {end for at in found for end in self.ends(item, at)}
        return found


def in_training(names: Iterable[str]) -> list[str]:
    return sorted(name for name in {plain(name) for name in names} if Trained(name).says_it())


def test_what_training_has_is_recognized() -> None:
    known = ["Küche", "desk lamp", "Anna's Room", "Garden Ceiling Light", "Left Kitchen Light"]
    assert in_training(["Fjäll", "Orangery Light", "Kitchen Lobby"]) == []
    assert in_training([*known, "Fjäll"]) == sorted(plain(name) for name in known)


def test_no_name_is_in_training() -> None:
    listed = [content()[key] for key in ("areas", "floors", "people")]
    kinds = set(content()["devices"])
    names = flat(listed) + [name for kind in kinds for name in names_of(kind.partition("/")[0])]
    assert in_training(names) == []


def test_no_name_of_a_home_is_in_training() -> None:
    parts = [part for home in HOMES for section in home.values() for part in section]
    names = [name for part in parts for name in [part["name"], *part.get("aliases", ())]]
    assert in_training(names) == []


def test_there_are_enough_names() -> None:
    assert len(set(flat(content()["areas"]))) >= 80
    assert len(set(flat(content()["floors"]))) >= 20
    assert len(set(flat(content()["people"]))) >= 20
    domains = {kind.partition("/")[0] for kind in content()["devices"]}
    counts = {domain: len(set(names_of(domain))) for domain in domains}
    assert {d: n for d, n in counts.items() if n < (40 if d in COMMON else 20)} == {}


# ------------------------------------------------------------------------------------- homes


def test_a_seed_makes_the_same_homes_and_sentences_again() -> None:
    assert homes(SEED) == HOMES
    assert [s for home in HOMES for s in sentences(home, SEED)] == [s for _, s in SENTENCES]
    assert homes(2) != HOMES
    assert sentences(HOMES[0], 2) != sentences(HOMES[0], SEED)


def test_there_are_thirty_homes_of_twenty_to_eighty_entities() -> None:
    assert len(HOMES) == 30
    assert all(20 <= len(home["entities"]) <= 80 for home in HOMES)


@pytest.mark.parametrize("index", range(30))
def test_a_home_can_be_read(index: int) -> None:
    home = Home.from_data(HOMES[index], f"home {index}")
    assert len(home.entities) == len(HOMES[index]["entities"])
    assert len({entity.name for entity in home.entities}) == len(home.entities)


def test_a_home_is_the_same_out_of_its_file() -> None:
    def converse(
        conversations: Iterable[Conversation], acting: bool
    ) -> Iterator[Sequence[Outcome]]:
        first, *rest = conversations
        read.append(Home.from_yaml(first.home))
        for _ in (first, *rest):
            yield [Outcome(Transcript("", "text"))]

    read: list[Home] = []
    assert suite(converse, SEED).scores == {"intent": 0.0, "exact": 0.0}
    assert read == [Home.from_data(HOMES[0], "the first home")]


def test_homes_share_few_names() -> None:
    named = [{part["name"] for part in home["entities"]} for home in HOMES]
    assert all(len(a & b) < min(len(a), len(b)) / 3 for a, b in itertools.combinations(named, 2))


def test_lights_are_named_in_every_style_in_every_home() -> None:
    called, things = (flat(content()["devices"]["light"][style]) for style in STYLES[:2])
    for home in HOMES:
        lights = {e["name"] for e in home["entities"] if e["id"].startswith("light.")}
        assert lights & {*called}
        assert lights & {*things}
        assert lights - {*called} - {*things}


# --------------------------------------------------------------------------------- sentences


def test_a_home_has_about_25_sentences() -> None:
    assert all(20 <= len(sentences(home, SEED)) <= 25 for home in HOMES)


def test_what_is_meant_exists() -> None:
    for home, sentence in SENTENCES:
        assert sentence.meant.entities
        assert sentence.meant.entities <= {entity["id"] for entity in home["entities"]}
        assert sentence.area in {None, *(area["id"] for area in home["areas"])}
        assert sentence.meant.intent in INTENTS
        assert "{" not in sentence.text


def test_half_is_as_speech_to_text_writes() -> None:
    heard = [s.text for _, s in SENTENCES if s.text == s.text.lower()]
    assert 0.4 < len(heard) / len(SENTENCES) < 0.6
    assert not any(re.search(r"[.,?!%-]|\d", text) for text in heard)


def test_every_intent_of_the_patterns_is_asked_for() -> None:
    asked = {sentence.meant.intent for _, sentence in SENTENCES}
    assert asked == {pattern["intent"] for pattern in content()["patterns"]}


def test_a_thing_is_not_said_in_the_singular_where_there_are_several() -> None:
    for home, sentence in SENTENCES:
        if re.search(r"\bthe light in\b", sentence.text, re.IGNORECASE):
            (light,) = (e for e in home["entities"] if e["id"] in sentence.meant.entities)
            there = [e for e in home["entities"] if e.get("area") == light["area"]]
            assert [e for e in there if e["id"].startswith("light.")] == [light]


# ------------------------------------------------------------------------------------- suite


def intent_of(meant: Meant) -> Intent:
    slots = {"area": "Somewhere", **dict(meant.values)}
    return Intent(meant.intent, slots, tuple(sorted(meant.entities)))


def conversing(answers: dict[int, Outcome]) -> tuple[list[Conversation], Converse]:
    """What was said, and one that answers all rightly but what it is given other answers for."""
    heard: list[Conversation] = []

    def converse(
        conversations: Iterable[Conversation], acting: bool
    ) -> Iterator[Sequence[Outcome]]:
        assert not acting
        for index, conversation in enumerate(conversations):
            assert conversation.home.is_file()
            heard.append(conversation)
            _, sentence = SENTENCES[index]
            right = Outcome(Transcript(sentence.text, "text"), (intent_of(sentence.meant),))
            yield [answers.get(index, right)]

    return heard, converse


def wrong(sentence: Sentence, **more: object) -> Outcome:
    return Outcome(Transcript(sentence.text, "text"), **more)  # type: ignore[arg-type]


def test_all_is_right_where_all_is_understood() -> None:
    heard, converse = conversing({})
    result = suite(converse, SEED)
    assert result.suite == "new-homes"
    assert result.sentences == len(SENTENCES) == len(heard)
    assert result.scores == {"intent": 1.0, "exact": 1.0}
    assert not result.misses
    assert not any(conversation.home.exists() for conversation in heard)


def test_what_is_not_exactly_meant_is_a_miss() -> None:
    texts = [sentence for _, sentence in SENTENCES[:5]]
    right = [intent_of(sentence.meant) for sentence in texts]
    answers = {
        0: wrong(texts[0]),
        1: wrong(texts[1], intents=(Intent(right[1].name, right[1].slots, ("light.other",)),)),
        2: wrong(texts[2], intents=(Intent("HassNevermind", right[2].slots, right[2].targets),)),
        3: wrong(texts[3], intents=(right[3],), asked=True, speech="Which one?"),
        4: wrong(texts[4], intents=(Intent(right[4].name, {"brightness": 1}, right[4].targets),)),
    }
    _, converse = conversing(answers)
    result = suite(converse, SEED)
    total = len(SENTENCES)
    assert result.scores["exact"] == pytest.approx(1 - 5 / total)
    assert result.scores["intent"] == pytest.approx(1 - 2 / total)
    assert [miss.text.split("] ")[-1] for miss in result.misses] == [s.text for s in texts]
    assert result.misses[0].found == "nothing"
    assert "asks 'Which one?'" in result.misses[3].found
