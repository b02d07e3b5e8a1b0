"""What may be done without asking: the gate in front of every action.

Each action is held against the rules in order; the first that matches decides whether it is
allowed, asked about first, or refused. A rule matches when everything it names matches: the
service, the entity, its domain, device class or area. Intents do not count, because HassTurnOff
unlocks a door. What no rule matches gets the default.

In `lares.toml`:

    [[privacy.rules]]
    verdict = "refuse"
    services = ["lock.unlock"]
    areas = ["Nursery"]
    reason = "the nursery stays locked"
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal, Protocol, get_args

from edge.types import Action, LaresError

Verdict = Literal["allow", "ask", "refuse"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
_SERVICE = re.compile(r"[a-z_]+\.(?:[a-z_]+|\*)")


class Classed(Protocol):
    """What the policy asks of an entity (`edge.home.graph.Entity` has it)."""

    @property
    def name(self) -> str: ...

    @property
    def aliases(self) -> tuple[str, ...]: ...

    @property
    def device_class(self) -> str | None: ...


class PolicyError(LaresError):
    """The rules of the privacy policy cannot be used."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. An empty tuple stands for anything; each other one must hold the action's value."""

    verdict: Verdict
    domains: tuple[str, ...] = ()
    """The entity's domain: "lock"."""
    areas: tuple[str, ...] = ()
    """Ids or names of areas."""
    services: tuple[str, ...] = ()
    """"lock.unlock", or "lock.*" for all of a domain."""
    entities: tuple[str, ...] = ()
    """Entity ids."""
    device_classes: tuple[str, ...] = ()
    """The entity's device class: "garage"."""
    names: tuple[str, ...] = ()
    """Words in the entity's name or in one of its aliases: "gate"."""
    reason: str = ""
    """What is told when the rule asks or refuses; made from the rule when empty."""

    def matches(self, action: Action, entity: Classed | None, area: str | None) -> bool:
        """Whether the rule is about an action on an entity in an area (its id)."""
        domain = action.entity_id.partition(".")[0]
        device_class = entity.device_class if entity is not None else None
        every_service = f"{action.service.partition('.')[0]}.*"
        return (
            _holds(self.domains, domain)
            and _holds(self.areas, area, key=_area_key)
            and (_holds(self.services, action.service) or _holds(self.services, every_service))
            and _holds(self.entities, action.entity_id)
            and _holds(self.device_classes, device_class)
            and (not self.names or (entity is not None and _is_called(entity, self.names)))
        )

    def __str__(self) -> str:
        """The rule in one line, as the audit log names it: "ask services=lock.unlock"."""
        named = (
            f"{item.name}={','.join(getattr(self, item.name))}"
            for item in fields(self)
            if item.name not in {"verdict", "reason"} and getattr(self, item.name)
        )
        return " ".join((self.verdict, *named))


@dataclass(frozen=True, slots=True)
class Decision:
    """What the policy says of one action, and why."""

    verdict: Verdict
    reason: str
    """The reason of the rule that decided, or the rule itself; "default" where none did."""


_OPENING = ("cover.open_cover", "cover.set_cover_position", "cover.toggle")
_WAY_IN = "opening a way into the home is asked about first"
DEFAULT_RULES = (
    Rule("ask", services=("lock.unlock", "lock.open"), reason="unlocking is asked about first"),
    Rule("ask", services=_OPENING, device_classes=("garage", "door", "gate"), reason=_WAY_IN),
    Rule("ask", services=_OPENING, names=("garage", "door", "gate"), reason=_WAY_IN),
    Rule(
        "ask",
        services=(
            "switch.*",
            "script.*",
            "scene.*",
            "button.*",
            "input_boolean.*",
            "input_button.*",
        ),
        names=("lock", "unlock", "gate", "alarm", "disarm"),
        reason="what is called after a way into the home is asked about first",
    ),
    Rule(
        "ask",
        services=("alarm_control_panel.alarm_disarm",),
        reason="disarming the alarm is asked about first",
    ),
    Rule(
        "ask",
        services=("valve.open_valve", "valve.set_valve_position"),
        device_classes=("gas",),
        reason="opening a gas valve is asked about first",
    ),
)
"""What holds where the owner writes no rules: ways in, the alarm and gas are asked about."""


class Policy:
    """Decides about actions by rules; immutable."""

    def __init__(self, rules: Sequence[Rule] = DEFAULT_RULES, default: Verdict = "allow") -> None:
        self.rules = tuple(rules)
        self.default: Verdict = default

    @classmethod
    def from_data(
        cls, rules: Sequence[Mapping[str, Any]] | None = None, default: str = "allow"
    ) -> Policy:
        """The policy of a `[privacy]` section; `rules` None stands for DEFAULT_RULES.

        Raises PolicyError: which rule, which key, what is allowed.
        """
        verdict = _verdict(default, "privacy.default")
        if rules is None:
            return cls(DEFAULT_RULES, verdict)
        return cls(
            [read_rule(rule, f"privacy.rules[{n}]") for n, rule in enumerate(rules)], verdict
        )

    def decide(
        self, action: Action, entity: Classed | None = None, area: str | None = None
    ) -> Decision:
        """Whether an action may be done; `area` is the id of the entity's area."""
        for rule in self.rules:
            if rule.matches(action, entity, area):
                return Decision(rule.verdict, rule.reason or str(rule))
        return Decision(self.default, "default")


def read_rule(data: Mapping[str, Any], where: str) -> Rule:
    """A rule from plain data; `where` names it in errors. Raises PolicyError."""
    if not isinstance(data, Mapping):
        raise PolicyError(f"{where}: expected a table, found {data!r}.")
    allowed = [item.name for item in fields(Rule)]
    for key in data:
        if key not in allowed:
            raise PolicyError(
                f"{where}: there is no key {key!r}. Allowed are: {', '.join(allowed)}."
            )
    if "verdict" not in data:
        raise PolicyError(f"{where}: verdict is missing; write one of {', '.join(VERDICTS)}.")
    lists = {
        key: _words(value, f"{where}.{key}")
        for key, value in data.items()
        if key not in {"verdict", "reason"}
    }
    for service in lists.get("services", ()):
        if not _SERVICE.fullmatch(service):
            raise PolicyError(
                f"{where}.services: expected domain.service, such as lock.unlock or lock.*, "
                f"found {service!r}."
            )
    reason = data.get("reason", "")
    if not isinstance(reason, str):
        raise PolicyError(f"{where}.reason: expected text, found {reason!r}.")
    return Rule(_verdict(data["verdict"], f"{where}.verdict"), reason=reason, **lists)


def _verdict(value: object, where: str) -> Verdict:
    for verdict in VERDICTS:
        if value == verdict:
            return verdict
    raise PolicyError(f"{where}: expected one of {', '.join(VERDICTS)}, found {value!r}.")


def _words(value: object, where: str) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise PolicyError(f"{where}: expected a list of words, found {value!r}.")
    if not value:
        raise PolicyError(f"{where}: the list is empty; leave {where.rpartition('.')[2]} out.")
    return tuple(value)


def _holds(wanted: tuple[str, ...], value: str | None, *, key: Any = str.casefold) -> bool:
    return not wanted or (value is not None and key(value) in {key(item) for item in wanted})


def _is_called(entity: Classed, wanted: tuple[str, ...]) -> bool:
    names = " ".join((entity.name, *entity.aliases)).casefold()
    return not {word.casefold() for word in wanted}.isdisjoint(re.findall(r"\w+", names))


def _area_key(area: str) -> str:
    """An area's name as its id is made: "Living Room" → "living_room"."""
    return re.sub(r"\W+", "_", area.casefold()).strip("_")
