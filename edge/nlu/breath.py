"""Orders and needs in one breath: "telly off and it's perishing in here".

The rules (`clauses`) take a text apart where they know how clauses begin. The needs' network was
taught where one begins, however it is said, and what each of them is: an order, a need or talk.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from edge.nlu.beginnings import is_question
from edge.nlu.clauses import clauses
from edge.nlu.excepting import cut
from edge.nlu.needs import Needs
from edge.nlu.wishing import AND, Wishing, only_orders

_EXCEPTS = re.compile(
    r"(?:(?:and|but|just|yeah|no) )*(?:not?|except\w*|only|leave|keep|bar|apart|besides|without)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Breath:
    """What is said in one breath."""

    orders: tuple[str, ...]
    needs: tuple[str, ...]
    """The clauses that tell one, but for those that tell only why something is ordered."""


def breath_of(
    text: str, parts: Sequence[str], needs: Needs, wishing: Wishing, *, understood: bool
) -> Breath | None:
    """The orders and the needs of a text, as the network takes it apart.

    parts: as the rules take it apart; understood: and they understand it. None where there is no
    order, or where the network tells of a clause not what it is; an exception that they understood
    is theirs.
    """
    if (understood or len(parts) == 1) and only_orders(text, parts):
        return None
    if understood and cut(text)[1] is not None:
        return None
    found = tuple(each for part in needs.clauses(text) for each in _at_joints(part, wishing))
    if len(found) == 1:
        return None
    orders = [part for part in found if wishing.orders(part)]
    others = [part for part in found if part not in orders]
    told = tuple(part for part in others if wishing.tells_need(part))
    talk = [part for part in others if needs.is_talk(part) and not _counts(part)]
    whole = all(part in told or part in talk for part in others)
    if not orders or not whole or (understood and not told):
        return None
    before = found[: found.index(orders[0])]
    own = tuple(
        part
        for part in told
        if not (part in before or _says_because(part, text)) or not wishing.is_reason(part)
    )
    return Breath(tuple(each for part in orders for each in clauses(part)), own)


def _at_joints(part: str, wishing: Wishing) -> tuple[str, ...]:
    """A clause that the network left whole, taken apart at a comma and an "and" that stand between
    an order and a need."""
    for joint in AND.finditer(part):
        sides = part[: joint.start()], part[joint.end() :]
        if any(map(wishing.orders, sides)) and any(map(wishing.tells_need, sides)):
            return sides
    return (part,)


def _counts(part: str) -> bool:
    """Whether what seems to be talk asks something or leaves something out."""
    return is_question(part) or _EXCEPTS.match(part) is not None


def _says_because(part: str, text: str) -> bool:
    """Whether a clause tells, by the word before it, why something is ordered."""
    return re.search(rf"\b(?:because|since|cause|as) {re.escape(part)}", text) is not None
