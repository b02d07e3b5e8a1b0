"""How clauses begin: the verbs of orders, the words of questions, and those of mere statements."""

from __future__ import annotations

import re

_STRONG = (
    "turn", "switch", "set", "dim", "brighten", "open", "close", "shut", "lock", "unlock", "mute",
    "unmute", "pause", "resume", "activate", "deactivate", "raise", "lower", "start", "stop",
    "play", "make", "put", "tell", "give", "add", "increase", "decrease", "reduce", "skip",
    "cancel", "send", "change", "adjust", "remove", "delete",
)  # fmt: skip
_WEAK = (
    "run", "press", "push", "ring", "bring", "pull", "roll", "draw", "light", "heat", "cool",
    "warm", "water", "clean", "vacuum", "hoover", "mow", "dock", "return", "lift", "crank",
    "show", "read", "check", "cross", "tick", "announce", "broadcast", "remind", "wake", "have",
    "let", "get", "kill", "knock", "boost", "swing", "wind", "nudge",
    "take", "flip", "power", "boot", "fire", "bolt", "unbolt", "bump", "drop",
    "speed", "slow", "trigger", "launch", "execute", "enable", "disable", "toggle", "move",
    "continue", "paint", "tone", "ask", "shuffle", "leave", "keep", "do", "stick", "pop", "whack",
    "throw", "fetch", "chuck", "begin", "end", "cut", "freeze", "halt", "unpause", "say", "drag",
)  # fmt: skip
VERBS = frozenset({*_STRONG, *_WEAK})
OBJECT = (
    r"(?:the|my|our|all|both|every|each|a|an|some|any|it|them|that|those|this|up|down|on|off"
    r"|everything|me|us|your|his|her|in|out|back)"
)
ASKING = (
    r"(?:what(?:['’]?s)?|which|who(?:['’]?s)?|where(?:['’]?s)?|when|how|is|are|did|does|do (?:i"
    r"|we|you)|will|has|have (?:i|we))"
)
POLITE = (
    r"(?:(?:please|kindly|can (?:you|ya)|could (?:you|ya)|would you|will you|can we|could we"
    r"|i want you to|i['’]?d like you to|be (?:so kind|a (?:dear|love|star|darling)) and"
    r"|do me a favou?r and"
    r"|i need you to|i want to|i['’]?d like to|go ahead and|just|now|also|then|and|next|first"
    r"|finally|don['’]?t forget to"
    r"|make sure to|be sure to|let['’]?s|afterwards|after that|oh|okay|ok|so|um|uh|er|well|hey"
    r"|wait|hang on|hold on|quickly)[\s,]+)*"
)
_QUESTION = re.compile(rf"{POLITE}(?:(?:tell me|do you know|say) )?{ASKING}\b", re.IGNORECASE)
STARTS = re.compile(
    rf"{POLITE}(?:(?:{'|'.join(_STRONG)})\b|(?:{'|'.join(_WEAK)}) {OBJECT}\b|{ASKING}\b"
    r"|another (?:one|timer)? ?for |(?:pause|resume|mute|unmute|next song|next track|skip|undo)\Z"
    r"|i (?:need|want) |have \w+ (?:vacuum|clean|start|mow|go|hoover)\b|by the way\b"
    r"|(?:announce|broadcast|vacuum|clean|mow|heat|play|dock|ring) \w)",
    re.IGNORECASE,
)
STRONG_START = re.compile(
    rf"(?:(?:{'|'.join(_STRONG)}) {OBJECT}|(?:lock|unlock|open|close|dim|pause|mute|start) \w+)\b",
    re.IGNORECASE,
)
_PURPOSE = re.compile(
    r"(?:i|we)(?:['’]m| am| are|['’]re)?(?: really| still)? (?:need|want|have|going|trying) to"
    r" (?!(?:turn|switch|open|close|shut|lock|unlock|dim|set|put|play|hear|add|start|stop|pause"
    r"|mute|know|make|raise|lower|change|run|buy|check)\b)\w+",
    re.IGNORECASE,
)
"""What someone is about to do: a reason, and no order."""
_NO_STATE = r"(?!(?:on|off)\b(?! (?:the|my|a)\b))"
_FACT = re.compile(
    r"(?!(?:\w+[\s,]+)?(?:i|we)(?:['’]d\b| (?:would|want|need|wish)\b))"
    r"(?:(?:oh|well|so|okay|ok|hey|right|alright|ugh|wow|god|because|since|as|like|dang|man|boy"
    r"|gosh|jeez|damn|phew|ooh|ah|argh)[\s,]+)*(?:"
    r"(?:i|i['’]m|i['’]ve|i['’]ll|we|we['’]re|we['’]ve|we['’]ll|it|it['’]s|its|there|there['’]s"
    r"|that|that['’]s|they|they['’]re|he|he['’]s|she|she['’]s|time)\b"
    r"|(?:my \w+|mum|mom|dad|someone|somebody|everyone|everybody|nobody)(?:['’]s)?"
    r" (?!light|lamp|fan|tv|room|bedroom)"
    r"(?!.*\b(?:on|off|open|closed)\W*$)"
    rf"|(?:the |my |our )(?:\w+['’]?\w* ){{1,6}}?(?:is|are|was|were|has|have"
    rf"|isn['’]t|aren['’]t|don['’]t|doesn['’]t|won['’]t|can['’]t) {_NO_STATE}"
    r"|(?:the|my|our) (?:baby|kids?|child|children|wife|husband|neighbou?rs?|guests?|dog|cat|phone"
    r"|doorbell|sun|cake|food) (?:sleeps?|rings?|cries|cry|barks?|shines?|burns?|comes?)\b"
    r"|(?:the |my |our |your )?\w+(?: \w+)?(?: (?:is|are|was|were|has|have|can|could|keeps?|just"
    rf"|wants?|needs?) {_NO_STATE}|['’]s (?:\w+ing|got|up|down|in|at|on the|home|here|out|gone"
    r"|off|awake|asleep|finally|still|now|just|already|too|so|very|really|all)\b|['’]s \w+ed\b))",
    re.IGNORECASE,
)
"""How a fact is told: "the baby's asleep", and not "Emma's light off"."""


def says_why(text: str) -> bool:
    """Whether a clause tells a fact, and no order: "I can't see a thing", "the baby's asleep"."""
    told = _FACT.match(text) is not None and STARTS.match(text) is None
    return told or _PURPOSE.match(text) is not None


def is_verb(word: str) -> bool:
    """Whether a word is a verb that orders begin with."""
    return word.lower() in VERBS


def starts_clause(text: str) -> bool:
    """Whether a text begins as a command or a question does."""
    return STARTS.match(text) is not None


def is_question(text: str) -> bool:
    """Whether a text begins as a question does."""
    return _QUESTION.match(text) is not None
