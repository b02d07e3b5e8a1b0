"""Writes texts that a grammar allows, at random: what a model could write, without one."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r'\s*(?:(?P<literal>"(?:[^"\\]|\\.)*")|(?P<kind>\[\^(?:[^\]\\]|\\.)*\])|(?P<name>[a-z]\w*)'
    r"|(?P<times>\{\d+,\d+\})|(?P<sign>[|()]))"
)
_ESCAPE = re.compile(r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|(.))")
_LETTERS = "abc XYZ 019.,?!'äß灯;{}[]<|>"


@dataclass(slots=True)
class Writer:
    """Writes by the rules of one grammar, of the part of GBNF that `edge.llm.calls` uses."""

    grammar: str
    rng: random.Random
    _rules: dict[str, list[re.Match[str]]] = field(init=False)

    def __post_init__(self) -> None:
        lines = (line.split(" ::= ", 1) for line in self.grammar.splitlines())
        self._rules = {name: [*_TOKEN.finditer(rule)] for name, rule in lines}

    def write(self) -> str:
        return self._of(self._rules["root"])

    def _of(self, tokens: list[re.Match[str]]) -> str:
        depth, ways = 0, [list[re.Match[str]]()]
        for token in tokens:
            depth += {"(": 1, ")": -1}.get(token["sign"] or "", 0)
            if token["sign"] == "|" and not depth:
                ways.append([])
            else:
                ways[-1].append(token)
        return self._in_order(self.rng.choice(ways))

    def _in_order(self, tokens: list[re.Match[str]]) -> str:
        text, place = "", 0
        while place < len(tokens):
            end = self._end(tokens, place)
            times = 1
            after = end
            if after < len(tokens) and tokens[after]["times"]:
                least, most = map(int, tokens[after]["times"].strip("{}").split(","))
                times = self.rng.randint(least, min(most, least + 6))
                after += 1
            for _ in range(times):
                text += self._one(tokens[place:end])
            place = after
        return text

    def _end(self, tokens: list[re.Match[str]], place: int) -> int:
        depth = 0
        for at in range(place, len(tokens)):
            depth += {"(": 1, ")": -1}.get(tokens[at]["sign"] or "", 0)
            if not depth:
                return at + 1
        raise AssertionError("a bracket is not closed")

    def _one(self, tokens: list[re.Match[str]]) -> str:
        first = tokens[0]
        if first["literal"]:
            return _ESCAPE.sub(_sign, first["literal"][1:-1])
        if first["kind"]:
            return self.rng.choice(_LETTERS)
        if first["name"]:
            return self._of(self._rules[first["name"]])
        return self._of(tokens[1:-1])


def _sign(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    return chr(int(code, 16)) if code else found[4]
