"""When a turn is asked for a need: where it orders nothing, or tells one after an order.

- An order is left to the tagger and the resolver; no embedding is computed for it.
- A statement is asked for its need first. What the tagger made of it stays where it helps the need
  too ("it's too dark in the study" turns on a lamp there), and goes where it does not, or where the
  statement is mere talk ("I'm her biggest fan").
- Statements that tell several needs ("I'm cold and I can't see a thing") have all of them met.
- Other words ("game on") are asked for a need when the tagger and the resolver found nothing in
  them, or only a question.
- Questions are asked for what they want to know, and nothing is ever done for them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from edge.home.states import States
from edge.nlu import asking, wishes
from edge.nlu.beginnings import ASKING, POLITE, says_why, starts_clause
from edge.nlu.finding import Lexicon
from edge.nlu.needs import QUESTIONS, Need, Needs
from edge.nlu.situation import left_out_of
from edge.types import Intent, Understanding
from models.needs_model import plain

_ASKS = re.compile(
    rf"{POLITE}(?:{ASKING}|do|can|could|should|shall|would|am|was|were|why|any(?:thing|one|body))(?!['’])\b",
    re.IGNORECASE,
)
_BLAMES = re.compile(
    r"(?:who|why) (?:left|turned|put|did|are we|is it so|is (?:this|that|the) \w+)\b",
    re.IGNORECASE,
)
"""Questions that are none: "who left this on"."""
_WANTS = re.compile(rf"{POLITE}(?:i|we) (?:need|want)\b", re.IGNORECASE)
_NOT_TO = re.compile(
    rf"{POLITE}(?:don['’]?t|do not|never|stop|no need (?:to|for))\b", re.IGNORECASE
)
_OTHER_ORDERS = re.compile(
    rf"{POLITE}(?:schedule|order|sing|tell|recite|show|listen|run|brew|book|call|text|e-?mail|search|find"
    r"|look (?:up|for)|favou?rite|post|tweet|check|create|rate|save|buy|remember|use|download"
    r"|record|define|translate|convert|spell|calculate|navigate|repeat|help)\b"
    r"|.*\b(?:want|like|need) you to\b",
    re.IGNORECASE,
)
"""Orders that no home carries out."""
_SUBJECT = re.compile(
    r"\b(?:i|we|it|there|that|this|these|they|nobody|everybody|everyone|here)(?:['’]\w+)?\b"
    r"|^(?:\w+ ){0,2}\w+['’]s\b"
    r"|\b(?:is|are|isn['’]t|aren['’]t|has|have|must|needs?)\b",
    re.IGNORECASE,
)
AND = re.compile(r"\s*,\s+(?:and|but|plus|also)\s+", re.IGNORECASE)
"""What stands between two sentences in one breath, and seldom within one."""
_JOINTS = re.compile(r"\s*[,;.]\s+|\s+(?:and|but|plus|also)\s+", re.IGNORECASE)
"""What may stand between statements; whether it does, their needs tell."""
_SOMEBODY = re.compile(
    r"\b(?:he|she|you|who|someone|somebody|what|where)\b"
    r"|\b(?!let\b)\w+['’](?:re|m|ve|ll|d|s)\b|\b(?!don)\w+n['’]t\b",
    re.IGNORECASE,
)
"""What tells of somebody."""
_BUT = re.compile(
    r"^(?P<main>.+?)[\s,]+(?:but|except(?: for)?|apart from)\s+(?P<out>.+)$", re.IGNORECASE
)
_TO_SOMEBODY = re.compile(
    r"\b(?:let me|you (?:can|could|may|were|are|will|go)|you['’](?:re|ll|ve|d)|he|she|him)\b",
    re.IGNORECASE,
)
_BECAUSE = re.compile(r"(?:because|since|['’]?cause|as)\b", re.IGNORECASE)
_SURELY_TALK = 0.95
"""Probability from which an order that the tagger found is none."""
HARDLY = 0.8
"""Confidence of the tagger below which an order that names nothing is doubted, and several clauses
that it took for one."""
_STATE = re.compile(
    r"\b(?:on|off|open|closed|shut|locked|unlocked|up|down|lit|percent)\b"
    r"(?! (?:the|my|our|his|her|their|your)\b)|\d",
    re.IGNORECASE,
)
_SHOULD = re.compile(
    r"\b(?:should|must|can(?!['’]t)|could|would|['’]d|wish|want|need|please|ought)\b", re.IGNORECASE
)
"""How a statement orders: "the L20 should return to its base"."""
_ORDERS_TOO = re.compile(
    r"\b(?:turn|shut|switch|close|open|pause|stop) (?:it|them)\b|\bforgot to (?:\w+)\b",
    re.IGNORECASE,
)
"""An order within a statement: "I don't like that song turn it off"."""
_OR_NOT = re.compile(
    r"\bor (?:not|no|what|isn['’]?t it|(?:did )?(?:i|we) forg\w+)\W*$", re.IGNORECASE
)
"""How a statement ends that is a question: "the door is locked or not"."""
_SWITCHED = re.compile(r"\bswitch(?:ed)? (?:on|off)\b", re.IGNORECASE)
_MACHINES = {"vacuum": "vacuum", "lawn_mower": "mower"}
_OF_ALL = frozenset({"leave", "leave_long", "sleep", "child_sleeps"})
"""Needs for which much is done, so that something may be left out."""
_UNDERSTOOD = (asking.leaving(), asking.later(), asking.excepting(), asking.nothing_left())
"""What is said to an order that is understood, and not carried out."""
_OPPOSITE = {
    "more_light": "HassTurnOff",
    "work": "HassTurnOff",
    "arrive": "HassTurnOff",
    "guests": "HassTurnOff",
    "less_light": "HassTurnOn",
    "glare": "HassTurnOn",
    "relax": "HassTurnOn",
    "secure": "HassTurnOff",
    "quieter": "HassTurnOn",
}
"""What never helps a need."""
_WAYS = {
    "more_light": 1, "less_light": -1, "glare": -1, "warmer": 1, "cooler": -1, "quieter": -1,
    "louder": 1, "relax": -1, "work": 1, "less_draught": -1,
}  # fmt: skip
"""Which way a value goes for a need: up or down."""
_VALUES = frozenset({"temperature", "brightness", "volume_level", "percentage", "position"})


@dataclass(frozen=True, eq=False)
class Wishing:
    """Asks turns for needs, in one home as it is now, said in one area."""

    needs: Needs
    lexicon: Lexicon
    states: States
    area: str | None

    def excepting(self, text: str) -> Understanding | None:
        """What a text with an exception wishes: "I'm off to bed but leave the hall light on"."""
        said = _BUT.match(text)
        if said is None or not tells(said["main"]) or _ASKS.match(said["main"]):
            return None
        need = self.needs.of(said["main"])
        if need is None or need.name not in _OF_ALL:
            return None
        if not starts_clause(said["out"]) and not left_out_of(said["out"], self.lexicon):
            other = self.needs.of(said["out"])
            if other is not None and other.name not in _OF_ALL:
                return None
        return self._wish(need, said["main"], said["out"])

    def instead(self, parts: Sequence[str], text: str, found: Understanding) -> Understanding:
        """What is meant by a text of which the tagger and the resolver made `found`."""
        acts = found.question is None and bool(found.intents)
        does = acts and not any("Get" in intent.name for intent in found.intents)
        if does and self._is_talk(parts, text):
            return Understanding()
        doubted = does and self._is_doubted(parts, text, found)
        return self._meant(parts, text, found, acts=acts, doubted=doubted)

    def _meant(
        self, parts: Sequence[str], text: str, found: Understanding, *, acts: bool, doubted: bool
    ) -> Understanding:
        orders = (any(map(is_order, parts)) and not doubted) or found in _UNDERSTOOD
        if orders or (acts and not doubted and self._tells_all(parts, text, found)):
            return found
        asks = (_ASKS.match(text) or _OR_NOT.search(text)) and _BLAMES.match(text) is None
        if not asks and (several := self.several(() if acts else parts, text)) is not None:
            return several
        told = [part for part in parts if tells(part) and not _ASKS.match(part)]
        need = self._need(*(told if asks and told else dict.fromkeys((text, *parts))))
        if need is None:
            told_only = not asks and all(map(tells, parts))
            talks = told_only and not self.tells_deed(text)
            nothing = talks or doubted or (acts and _OR_NOT.search(text))
            return Understanding() if nothing else found
        if need.name in QUESTIONS:
            names = [intent.name for intent in found.intents]
            asked = acts and (self._names_thing(text) or names != ["HassGetState"])
            does = _OR_NOT.search(text) and not all("Get" in name for name in names)
            return found if asked and not does else self._wish(need, text)
        asks = _ASKS.match(parts[-1]) is not None and _BLAMES.match(parts[-1]) is None
        deed = not need.is_sure and not doubted and self.tells_deed(text)
        if asks or (acts and (deed or self._helps(need, found))):
            return found
        return self._wish(need, text)

    def _is_talk(self, parts: Sequence[str], text: str) -> bool:
        """Whether what sounds like an order is said to somebody else, or of something else: "let me
        put you on the speaker"."""
        ordered = any(map(is_order, parts)) or self._names_thing(text)
        if ordered and _TO_SOMEBODY.search(text) is None:
            return False
        return self.needs.is_talk(text, _SURELY_TALK)

    def _is_doubted(self, parts: Sequence[str], text: str, found: Understanding) -> bool:
        """Whether the tagger is hardly sure of an order, and the needs' network takes it for none:
        "come on kids load up, we're all going to church"."""
        if only_orders(text, parts) or self._names_thing(text) or self.needs.is_order(text):
            return False
        return min(intent.confidence for intent in found.intents) < HARDLY

    def _tells_all(self, parts: Sequence[str], text: str, found: Understanding) -> bool:
        """Whether no need is asked for beside what was found in a text."""
        if _OR_NOT.search(text) is not None:
            return False
        if not any(map(tells, parts)) or _ORDERS_TOO.search(text) is not None:
            return True
        return self._says_all(text, found)

    def several(self, parts: Sequence[str], text: str) -> Understanding | None:
        """What is wished by clauses that tell a need each, as the rules (`parts`), the needs'
        network or mere joints take a text apart; None where they do not, or all the same one."""
        joined = (
            tuple(filter(None, map(str.strip, joint.split(text)))) for joint in (AND, _JOINTS)
        )
        taken_apart = (parts, self.needs.clauses(text), *joined)
        return next(filter(None, map(self._wished_by, filter(None, taken_apart))), None)

    def _wished_by(self, parts: Sequence[str]) -> Understanding | None:
        needs = [self._need(part) for part in parts]
        told = [n for n in needs if n is not None and n.is_sure and n.name not in QUESTIONS]
        if len(told) < len(parts) or len({need.name for need in told}) == 1:
            return None
        wished = [self._wish(need, part) for need, part in zip(told, parts, strict=True)]
        intents = [intent for wish in wished for intent in wish.intents]
        if intents:
            return Understanding(tuple(i for at, i in enumerate(intents) if i not in intents[:at]))
        return wished[0]

    def after(self, text: str, targets: Sequence[str]) -> Understanding | None:
        """What a statement wishes that is told after an order about some entities; None where it
        tells no need, and nothing where the order serves it."""
        if not says_why(text) and self._names_thing(text):
            return None
        if _BECAUSE.match(text) is not None and self.is_reason(text):
            return Understanding()
        return self.beside(text, targets) if self.tells_need(text) else None

    def is_reason(self, text: str) -> bool:
        """Whether a text that is told before an order, or with "because", tells only why: "we're
        off, so …"."""
        need = self._need(text)
        return need is not None and need.name in _OF_ALL

    def beside(self, text: str, targets: Sequence[str]) -> Understanding:
        """What a text wishes that tells a need beside an order about some entities; nothing where
        the order serves it."""
        need = self._need(text)
        if need is None:
            return Understanding()
        if wishes.is_served(need.name, tuple(targets)):
            return Understanding()
        wish = self._wish(need, text)
        others = tuple(i for i in wish.intents if set(i.targets).isdisjoint(targets))
        return replace(wish, intents=others, offers=wish.offers and bool(others))

    def orders(self, text: str) -> bool:
        """Whether one of several clauses orders something."""
        if self.needs.is_order(text):
            return True
        need = self._need(text)
        is_need = need is not None and need.is_sure
        return self._names_thing(text) and is_order(text) and not tells(text) and not is_need

    def tells_need(self, text: str) -> bool:
        """Whether a text is likely to tell that something is lacked that can be done something
        about."""
        need = self._need(text)
        return need is not None and need.name not in QUESTIONS

    def _need(self, *texts: str) -> Need | None:
        """The surest need of some texts."""
        found = (self.needs.of(self._with_kinds(text)) for text in texts)
        return max(filter(None, found), key=lambda need: need.probability, default=None)

    def _with_kinds(self, text: str) -> str:
        """A text with what its machines are, for their names: "Dusty's in my way"."""
        for entity in self.lexicon.home.entities:
            kind = _MACHINES.get(entity.domain)
            if kind is not None and entity.name.strip():
                name = rf"\b(?:the )?{re.escape(entity.name)}\b"
                text = re.sub(name, f"the {kind}", text, flags=re.IGNORECASE)
        return text

    def _says_all(self, text: str, found: Understanding) -> bool:
        """Whether a text names a thing and its end state, and does not unlock: "Mia's lamp off"."""
        unlocks = any(
            intent.name == "HassTurnOff" and target.startswith("lock.")
            for intent in found.intents
            for target in intent.targets
        )
        return not unlocks and _STATE.search(text) is not None and self._names_thing(text)

    def tells_deed(self, text: str) -> bool:
        """Whether a statement that tells no need is about something that can be done: "the sconce
        can go off", and not "I'm her biggest fan"."""
        if _STATE.search(text) is not None:
            return True
        if not self._names_thing(text):
            return False
        return _SHOULD.search(text) is not None or not self.needs.is_talk(text)

    def _names_thing(self, text: str) -> bool:
        """Whether a question is about a thing or a kind of thing that it names."""
        scan = self.lexicon.scan_all(_SWITCHED.sub("", text))
        return bool(scan.entities) or any(noun.kind.domain != "person" for noun in scan.nouns)

    def _helps(self, need: Need, found: Understanding) -> bool:
        """Whether what was found helps a need."""
        targets = tuple(target for intent in found.intents for target in intent.targets)
        played = [i for i in found.intents if i.name == "HassMediaSearchAndPlay"]
        if any(need.name != "music" or "search_query" not in i.slots for i in played):
            return False
        if not wishes.is_served(need.name, targets):
            return False
        if any(intent.name == _OPPOSITE.get(need.name) for intent in found.intents):
            return False
        if not all(_fits(intent, need.name) for intent in found.intents):
            return False
        climates = [target for target in targets if target.startswith("climate.")]
        return not any(
            (state := self.states.get(climate)) is not None and state.state == "off"
            for climate in climates
        )

    def _wish(self, need: Need, text: str, left_out: str | None = None) -> Understanding:
        out = plain(left_out) if left_out is not None else None
        return wishes.understood(
            need, plain(text), self.lexicon, states=self.states, area=self.area, left_out=out
        )


def _fits(intent: Intent, need: str) -> bool:
    """Whether an intent changes a value the way that a need wants; a value by itself ("26
    degrees", where nobody said so) never does."""
    if any(name in _VALUES for name in intent.slots):
        return False
    way = _WAYS.get(need)
    steps = [value for name, value in intent.slots.items() if name.endswith("_step")]
    return all(isinstance(step, int | float) and step * (way or step) > 0 for step in steps)


def is_order(text: str) -> bool:
    """Whether a clause orders something: "close the drapes", and not "I want to sleep"."""
    if _NOT_TO.match(text) is not None or _OTHER_ORDERS.match(text) is not None:
        return True
    return (
        starts_clause(text)
        and not says_why(text)
        and _WANTS.match(text) is None
        and _ASKS.match(text) is None
    )


def only_orders(text: str, parts: Sequence[str]) -> bool:
    """Whether a text of these clauses orders something and can hardly tell anything beside."""
    plain = _SUBJECT.search(text) is None and _SOMEBODY.search(text) is None
    return plain and all(map(is_order, parts))


def tells(text: str) -> bool:
    """Whether a clause is a statement."""
    return says_why(text) or (not is_order(text) and _SUBJECT.search(text) is not None)
