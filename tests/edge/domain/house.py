"""A domain for the tests: six of the demo's eight commands, written as a domain of one's own."""

from __future__ import annotations

from edge.domain.automaton import Automaton
from edge.domain.domain import Domain

HOUSE = """\
context:
  expressions:
    switch:
      - "(please) [turn, switch] $state:state the $room:room [light, lights] (please)"
      - "$room:room [light, lights] $state:state"
    dim: ["dim the $room:room lights to $pv.Percent:level"]
    paint: ["@make the $room:room lamp $color:color"]
    heat: ["set the thermostat in the $room:room to $pv.TwoDigitInteger:degrees degrees"]
    cover: ["[open, close] the $what:what in the $room:room"]
    lock: ["lock the $door:door door"]
    help: ["what can [i, we] say"]
  slots:
    state: [on, off]
    room: [kitchen, living room, bedroom, office]
    color: [blue, red, warm white]
    what: {blinds: [blinds, shades], curtains: [curtains, drapes]}
    door: [front, back]
  macros:
    make: [make, "(please) paint"]
"""

MEANINGS: dict[str, tuple[str, dict[str, str]] | None] = {
    "turn on the kitchen light": ("switch", {"state": "on", "room": "kitchen"}),
    "dim the living room lights to thirty percent": (
        "dim", {"room": "living room", "level": "30%"},
    ),
    "make the bedroom lamp blue": ("paint", {"room": "bedroom", "color": "blue"}),
    "set the thermostat in the office to twenty one degrees": (
        "heat", {"room": "office", "degrees": "21"},
    ),
    "open the blinds in the bedroom": ("cover", {"what": "blinds", "room": "bedroom"}),
    "lock the front door": ("lock", {"door": "front"}),
    "is the garage door open": None,
    "start the vacuum": None,
}  # fmt: skip
"""What the demo's recordings say, and what that means here; None: nothing."""


def house() -> Automaton:
    return Automaton.of(Domain.parse(HOUSE))
