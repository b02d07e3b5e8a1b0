"""What a skill is: the intents it serves, the services it may call, and one function.

A skill turns an intent about known entities into service calls and a sentence. It reads the home
and its states through a `House` and touches neither MQTT, files nor network. The sentence is said
when the calls have succeeded; where nothing can be done it says why, and there are no calls.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from edge.home.graph import Entity, Home
from edge.home.states import States
from edge.types import Answer, EntityState, Intent, Timer


@dataclass(frozen=True, slots=True)
class House:
    """What a skill may see: the home, its states now, and the clock on the wall."""

    home: Home
    states: States
    clock: Callable[[], datetime] = datetime.now
    """Local time."""
    timers: tuple[Timer, ...] | None = None
    """Those that run or are paused, the first to run out first; None where none are kept."""
    conversation: str = ""
    """In which is spoken."""
    area: str | None = None
    """Id or name of the area where the speaker is."""

    def state(self, entity: Entity) -> EntityState:
        """The state of an entity now, or the one it started with where nothing came since."""
        return self.states.get(entity.id) or entity.state

    def can(self, entity: Entity, feature: str) -> bool:
        """Whether an entity has a feature such as "SET_POSITION"; one that lists none may have all.

        Features are listed by name, also with a prefix: "cover.CoverEntityFeature.SET_POSITION".
        """
        listed = self.state(entity).attributes.get("supported_features")
        return not isinstance(listed, list | tuple) or any(
            str(name).rpartition(".")[2].upper() == feature for name in listed
        )

    def targets(self, intent: Intent, *domains: str) -> tuple[Entity, ...]:
        """The entities that an intent is about, in its order; ids that are gone are left out.

        With `domains`, those of other domains are left out too.
        """
        found = (self.home.entity(entity_id) for entity_id in intent.targets)
        return tuple(e for e in found if e is not None and (not domains or e.domain in domains))


@dataclass(frozen=True, slots=True)
class Skill:
    """One thing that Lares can do."""

    name: str
    intents: tuple[str, ...]
    """Names of the intents that it serves."""
    permissions: frozenset[str]
    """The services ("light.turn_on") that its actions may call; empty for one that only answers."""
    handle: Callable[[Intent, House], Answer]
