"""From a transcript to an outcome: understand, ask the policy, act, confirm, answer.

    Transcript → interpreter (tagger, resolver) → skills → policy → devices → Outcome

Each stage is timed and told to the event bus. Nothing is done while a question is open: what the
resolver cannot tell apart, and what the policy wants confirmed, becomes a question to the speaker.
A "yes" to the policy's question, or the name of a candidate, carries out what waited for it. What
was done can be taken back, and is where the speaker corrects it (`edge.session`). What is said
follows from the states that come back, not from what was sent.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace

from edge.home.devices import Devices
from edge.kernel.events import Events
from edge.nlu import timing
from edge.nlu.beginnings import is_question
from edge.nlu.choosing import about, chosen
from edge.nlu.context import Context
from edge.nlu.interpreter import Reading
from edge.nlu.needs import Needs
from edge.nlu.reader import HomeReader, Read, Reader, Tags, Turn
from edge.nlu.remarks import Remark, remark_of
from edge.privacy.audit import Audit
from edge.privacy.policy import Decision, Policy
from edge.session import ANSWER_WITHIN_S, Choice, Done, Session, Waiting
from edge.timers import Timers
from edge.types import (
    Action,
    Answer,
    Intent,
    LaresError,
    Outcome,
    Transcript,
    Understanding,
)
from skills.restoring import restoring
from skills.skill import House, Skill

YES = frozenset({"yes", "yeah", "yep", "yup", "sure", "ok", "okay", "alright", "right", "aye"})
_GO_AHEAD = frozenset(
    {"do it", "go ahead", "go on", "please do", "do that", "of course", "certainly"}
)
_MORE_YES = frozenset(
    {
        "please", "do", "it", "that", "go", "ahead", "on", "why", "not", "thanks", "thank", "you",
        "open", "unlock", "i'm", "i", "am", "sure", "yes", "yeah", "of", "course", "all", "right",
        "then", "absolutely", "definitely", "correct", "ok", "okay",
    }
)  # fmt: skip
"""What may follow a yes without being an order of its own."""
NO = frozenset({"no", "no thanks", "nope", "cancel", "don't", "never mind", "stop"})
NO_SKILL = "I understood you, but I can't do that yet."
LATER = "I understood you, but I can't wait with it yet. Tell me when it is time."
LATER_NOT_UNDERSTOOD = "I don't know what I shall do then. Say it in other words."
RESPOND = "HassRespond"
"""Home Assistant's intent of what only wants an answer: "how are you"."""
NOT_UNDERSTOOD = "Sorry, I didn't understand that."


@dataclass(slots=True)
class _Run:
    """One transcript on its way: what is known so far."""

    transcript: Transcript
    session: Session
    intents: tuple[Intent, ...] = ()
    conversation: str = ""
    area: str | None = None
    before: Context = field(default_factory=Context)
    """What was spoken of before the text that was read last."""
    later: dict[str, tuple[Intent, ...]] = field(default_factory=dict)
    """What commands mean that wait for a timer."""
    ms: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            spent = (time.perf_counter() - start) * 1000
            self.ms[name] = round(self.ms.get(name, 0.0) + spent, 3)


class Assistant:
    """Understands and acts for one home.

    confidence: 0 to 1; below it nothing is done.
    knows: what the house's documents say to a question; None where they say nothing.
    urgent: within it, whatever else computes pauses.
    reader: who reads what was said; None: this machine.
    timers: None where none are kept.
    """

    def __init__(
        self,
        *,
        tagger: Tags,
        devices: Devices,
        skills: Iterable[Skill],
        policy: Policy,
        audit: Audit,
        events: Events,
        confidence: float,
        confirm_s: float,
        clock: Callable[[], float] = time.monotonic,
        needs: Needs | None = None,
        knows: Callable[[str], str | None] | None = None,
        urgent: Callable[[], AbstractContextManager[None]] = nullcontext,
        reader: Reader | None = None,
        timers: Timers | None = None,
    ) -> None:
        self._here = HomeReader(tagger, devices, confidence, needs, urgent)
        self._reader = reader or self._here
        self._devices = devices
        self._skills = {intent: skill for skill in skills for intent in skill.intents}
        self._policy = policy
        self._audit = audit
        self._events = events
        self._confirm_s = confirm_s
        self._knows = knows
        self._timers = timers
        self._clock = clock
        self._sessions: dict[str, Session] = {}

    def parse(
        self,
        transcript: Transcript,
        *,
        area: str | None = None,
        ms: Mapping[str, float] | None = None,
    ) -> Outcome:
        """What `transcript`, spoken in `area` (id or name), means; nothing is done."""
        run = _Run(transcript, Session(), ms=dict(ms or {}))
        read = self._here.read_now(Turn(transcript.text, area=area))
        understanding = self._took(run, read).understanding
        question = understanding.question
        return self._outcome(run, question or "", asked=question is not None)

    def forget(self, conversation: str) -> None:
        """Nothing more comes in this conversation: its questions, and what was spoken of, are
        gone."""
        self._sessions.pop(conversation, None)

    async def handle(
        self,
        transcript: Transcript,
        *,
        area: str | None = None,
        conversation: str = "",
        agreed: bool = False,
        ms: Mapping[str, float] | None = None,
    ) -> Outcome:
        """Understand `transcript` and do what it asks, one turn of a conversation after the other;
        no conversation waits for another.

        `area` is where the speaker is (id or name), `conversation` whose questions stay open
        together, `agreed` answers "shall I?" with yes beforehand, `ms` are the stages that came
        before.
        """
        session = self._sessions.setdefault(conversation, Session())
        run = _Run(transcript, session, (), conversation, area, ms=dict(ms or {}))
        async with session.turn:
            return self._tell(await self._answered(run, agreed))

    async def carry_out(
        self,
        transcript: Transcript,
        intents: Sequence[Intent],
        *,
        area: str | None = None,
        conversation: str = "",
    ) -> Outcome:
        """Do what another part understood `transcript` to mean; the policy is asked all the
        same."""
        session = self._sessions.setdefault(conversation, Session())
        run = _Run(transcript, session, tuple(intents), conversation, area)
        async with session.turn:
            return self._tell(await self._carry_out(run, agreed=False))

    def permits(self, intent: Intent) -> bool:
        """Whether the policy refuses nothing of what an intent does."""
        actions = self._answer((intent,)).actions
        return all(self._decide(action).verdict != "refuse" for action in actions)

    async def _answered(self, run: _Run, agreed: bool) -> Outcome:
        """What one turn leads to: an answer to our question, a remark, or something asked for."""
        replied = await self._reply(run, agreed)
        if replied is not None:
            run.session.said = replied.speech
            return replied
        if not run.transcript.text.strip():
            return self._outcome(run, "")
        remark = remark_of(run.transcript.text)
        if remark is not None:
            return await self._remarked(run, remark)
        outcome = await self._understood(run, agreed)
        run.session.said = outcome.speech
        return outcome

    async def _understood(self, run: _Run, agreed: bool) -> Outcome:
        """Do what a text asks for, or ask what it leaves open."""
        session = run.session
        reading = await self._read(run, run.area)
        understanding = reading.understanding
        if not understanding.intents and not understanding.candidates:
            known = await self._known(run.transcript.text)
            if known is not None:
                run.intents = (Intent("TellKnowledge", source="dialogue"),)
                return self._outcome(run, known)
        if (unanswered := _unanswered(understanding)) is not None:
            return replace(self._outcome(run, unanswered), unanswered=True)
        asks = understanding.question is not None and not understanding.candidates
        corrected = session.latest() if reading.corrects and not asks else None
        session.speak_of(reading.context, self._clock())
        if understanding.offers:
            offered = self._offers(run, understanding)
            said = understanding.question if offered else NOT_UNDERSTOOD
            return self._outcome(run, said or "", asked=offered)
        if understanding.question:
            if understanding.candidates and len(understanding.intents) == 1:
                session.question = Choice(
                    understanding.intents[0],
                    understanding.candidates,
                    self._clock() + ANSWER_WITHIN_S,
                    reading.waiting,
                    reading.rest,
                    corrected,
                )
            return self._outcome(run, understanding.question, asked=True)
        outcome = await self._instead(run, corrected, agreed)
        if reading.offer is None or outcome.asked or not self._offers(run, reading.offer):
            return outcome
        return replace(outcome, speech=f"{outcome.speech} {reading.offer.question}", asked=True)

    def _offers(self, run: _Run, offer: Understanding) -> bool:
        """Have a "yes" do what may be meant; whether any of it is permitted."""
        answer = self._answer(offer.intents, run)
        permitted = tuple(a for a in answer.actions if self._decide(a).verdict != "refuse")
        if permitted:
            waiting = replace(answer, actions=permitted)
            until = self._clock() + ANSWER_WITHIN_S
            run.session.question = Waiting(offer.intents, waiting, until)
        return bool(permitted)

    async def _known(self, text: str) -> str | None:
        """What the house's documents say to a question that is none about its devices."""
        if self._knows is None or not is_question(text):
            return None
        return await asyncio.to_thread(self._knows, text)

    async def _instead(self, run: _Run, corrected: Done | None, agreed: bool) -> Outcome:
        """Carry out the run's intents, after taking back what they correct."""
        if corrected is None:
            return await self._carry_out(run, agreed)
        before = self._devices.states.snapshot()
        undone = await self._act(run, Answer(self._back(corrected, unasked=True)))
        run.session.latest()
        outcome = await self._carry_out(run, agreed)
        return replace(
            outcome,
            changes=self._devices.states.changes_since(before),
            published=(*undone.published, *outcome.published),
        )

    async def _reply(self, run: _Run, agreed: bool) -> Outcome | None:
        """What an answer to our last question leads to; None where the text is no answer to it."""
        text = run.transcript.text
        question = run.session.open_question(self._clock())
        if question is None:
            return None
        if isinstance(question, Waiting):
            if _is_yes(text):
                run.intents = question.intents
                outcome = await self._act(run, question.answer)
                if question.takes_back is not None:
                    run.session.latest()
                return outcome
            if question.takes_back is not None:
                run.session.keep(question.takes_back)
            return self._outcome(run, "All right, I won't.") if _plain(text) in NO else None
        if _plain(text) in NO:
            return self._outcome(run, "All right.")
        home = self._devices.home
        offered = [e for e in map(home.entity, question.candidates) if e is not None]
        entities = chosen(text, offered, home)
        if not entities:
            return None
        chosen_intent = about(question.intent, entities)
        context = run.session.context(self._clock())
        if context.last is not None:
            spoken = replace(context.last, intents=(chosen_intent,), candidates=question.candidates)
            run.session.speak_of(Context((spoken,)), self._clock())
        later: tuple[Intent, ...] = ()
        if question.rest:
            reading = await self._read(run, None, ". ".join(question.rest))
            later = reading.understanding.intents if not reading.understanding.question else ()
        run.intents = (*question.before, chosen_intent, *later)
        return await self._instead(run, question.corrected, agreed)

    async def _remarked(self, run: _Run, remark: Remark) -> Outcome:
        """Take back what was done last, or tell it again."""
        session = run.session
        if remark == "what":
            run.intents = (Intent("TellLast", source="dialogue"),)
            return self._outcome(run, session.said or "I haven't done anything yet.")
        run.intents = (Intent("Undo", source="dialogue"),)
        done = session.take_back(self._clock())
        if done is None:
            return self._outcome(run, "There is nothing to take back.")
        actions = self._back(done)
        if not actions:
            return self._outcome(run, "I can't take that back.")
        names = self._names(action.entity_id for action in actions)
        outcome = await self._permit(run, Answer(actions, f"I put {names} back as before."), False)
        if isinstance(session.question, Waiting):
            session.question = replace(session.question, takes_back=done)
        else:
            session.latest()
        return outcome

    def _back(self, done: Done, *, unasked: bool = False) -> tuple[Action, ...]:
        """What brings entities back to the states they had; `unasked`: only what nobody need be
        asked about."""
        home, states = self._devices.home, self._devices.states
        return tuple(
            action
            for entity_id, state in done.before.items()
            if (entity := home.entity(entity_id)) is not None
            for action in restoring(entity, state, states.get(entity_id) or entity.state)
            if not unasked or self._policy.decide(action, entity, entity.area).verdict == "allow"
        )

    async def _carry_out(self, run: _Run, agreed: bool) -> Outcome:
        """Let the skills answer the run's intents, and do what the policy lets through."""
        if not await self._understands_later(run):
            return self._outcome(run, LATER_NOT_UNDERSTOOD)
        with run.stage("skill"):
            answer = self._answer(run.intents, run)
        return await self._permit(run, answer, agreed)

    async def _understands_later(self, run: _Run) -> bool:
        """Whether it is known what is to be done when a timer runs out: "it" is what it is now."""
        for command in (str(i.slots.get("conversation_command", "")) for i in run.intents):
            if command and self._timers is not None:
                read = await self._reader.read(Turn(command, run.before, run.area))
                meant = read.reading.understanding
                if not meant.intents or meant.question is not None:
                    return False
                run.later[command] = meant.intents
        return True

    async def _read(self, run: _Run, area: str | None, text: str | None = None) -> Reading:
        """What a text means after what was said before it in its session."""
        said = run.transcript.text if text is None else text
        run.before = run.session.context(self._clock())
        return self._took(run, await self._reader.read(Turn(said, run.before, area)))

    def _took(self, run: _Run, read: Read) -> Reading:
        """Note what was read, and tell it."""
        for stage, spent in read.ms.items():
            run.ms[stage] = round(run.ms.get(stage, 0.0) + spent, 3)
        understanding = read.reading.understanding
        run.intents = understanding.intents
        self._events.emit(
            "understood", tagging=read.tagging, understanding=understanding, ms=run.ms
        )
        return read.reading

    def _answer(self, intents: Sequence[Intent], run: _Run | None = None) -> Answer:
        house = House(
            self._devices.home,
            self._devices.states,
            timers=None if self._timers is None else self._timers.now(),
            conversation="" if run is None else run.conversation,
            area=None if run is None else run.area,
        )
        answers = []
        for intent in intents:
            skill = self._skills.get(intent.name)
            if skill is not None and not timing.SLOTS.isdisjoint(intent.slots):
                answers.append(Answer(speech=LATER))
                continue
            if skill is None:
                answers.append(Answer(speech=NO_SKILL))
                continue
            answer = skill.handle(intent, house)
            for action in answer.actions:
                if action.service not in skill.permissions:
                    raise PermissionError(f"skill {skill.name} may not call {action.service}")
            answers.append(answer)
        return Answer(
            tuple(action for answer in answers for action in answer.actions),
            " ".join(answer.speech for answer in answers if answer.speech),
            tuple(order for answer in answers for order in answer.timers),
        )

    async def _permit(self, run: _Run, answer: Answer, agreed: bool) -> Outcome:
        permitted, asked, refused = [], [], []
        for action in answer.actions:
            decision = self._decide(action)
            verdict = "allow" if decision.verdict == "ask" and agreed else decision.verdict
            self._events.emit("decided", action=action, decision=decision, agreed=agreed)
            if verdict == "refuse":
                refused.append((action, decision.reason))
                self._write(run, action, "refuse", decision.reason, "not done")
            else:
                permitted.append(action)
                if verdict == "ask":
                    asked.append(action)
        if asked:
            waiting = replace(answer, actions=tuple(permitted))
            until = self._clock() + ANSWER_WITHIN_S
            run.session.question = Waiting(run.intents, waiting, until)
            for action in asked:
                self._write(run, action, "ask", "the owner wants to be asked", "asked")
            names = self._names(a.entity_id for a in asked)
            return self._outcome(run, f"Shall I {_verb(asked[0])} {names}?", asked=True)
        if refused and not permitted and not answer.timers:
            reason = refused[0][1]
            names = self._names(a.entity_id for a, _ in refused)
            speech = f"I may not {_verb(refused[0][0])} {names}."
            return self._outcome(run, speech, refused=reason)
        outcome = await self._act(run, replace(answer, actions=tuple(permitted)))
        if not refused:
            return outcome
        names = self._names(a.entity_id for a, _ in refused)
        speech = f"{outcome.speech} I may not {_verb(refused[0][0])} {names}."
        return replace(outcome, speech=speech, refused=refused[0][1])

    def _timed(self, run: _Run, answer: Answer) -> Answer:
        """The answer, once what it wants of timers was done; what could not be done is told."""
        if self._timers is not None:
            try:
                for order in answer.timers:
                    meant = replace(order, intents=run.later.get(order.command, ()))
                    self._timers.order(meant, run.conversation, run.area)
            except LaresError as error:
                return replace(answer, speech=str(error))
        return answer

    async def _act(self, run: _Run, answer: Answer) -> Outcome:
        answer = self._timed(run, answer)
        if not answer.actions:
            return self._outcome(run, answer.speech)
        before = self._devices.states.snapshot()
        acted = await self._devices.act(answer.actions, self._confirm_s)
        ours = {action.entity_id for action in answer.actions}
        changed = {i: before[i] for i in acted.changes if i in before and i in ours}
        run.session.did(changed, self._clock())
        run.ms["publish"] = round(acted.publish_ms, 3)
        run.ms["confirm"] = round(acted.confirm_ms, 3)
        for entity_id, reason in acted.reasons.items():
            self._events.emit("not_done", "warning", entity=entity_id, reason=reason)
        for action in answer.actions:
            result = "not confirmed" if action.entity_id in acted.failed else "confirmed"
            self._write(run, action, "allow", "", result)
        speech = answer.speech
        if acted.failed:
            failure = f"{self._names(acted.failed)} did not respond."
            whole = len(acted.failed) == len({a.entity_id for a in answer.actions})
            speech = f"{failure[0].upper()}{failure[1:]}" if whole else f"{speech} But {failure}"
        return replace(
            self._outcome(run, speech, failed=acted.failed),
            changes=acted.changes,
            published=acted.published,
        )

    def _outcome(
        self,
        run: _Run,
        speech: str,
        *,
        asked: bool = False,
        refused: str | None = None,
        failed: tuple[str, ...] = (),
    ) -> Outcome:
        return Outcome(
            transcript=run.transcript,
            intents=run.intents,
            speech=speech,
            asked=asked,
            refused=refused,
            failed=failed,
            ms=dict(run.ms),
        )

    def _tell(self, outcome: Outcome) -> Outcome:
        self._events.emit("outcome", "warning" if outcome.failed else "info", outcome=outcome)
        return outcome

    def _write(self, run: _Run, action: Action, verdict: str, rule: str, result: str) -> None:
        self._audit.write(
            action, verdict=verdict, rule=rule, result=result, words=run.transcript.text
        )

    def _decide(self, action: Action) -> Decision:
        entity = self._devices.home.entity(action.entity_id)
        return self._policy.decide(action, entity, self._area_of(action))

    def _area_of(self, action: Action) -> str | None:
        entity = self._devices.home.entity(action.entity_id)
        return entity.area if entity else None

    def _names(self, entity_ids: Iterable[str]) -> str:
        home = self._devices.home
        found = [(i, home.entity(i)) for i in dict.fromkeys(entity_ids)]
        names = [f"the {entity.name}" if entity else entity_id for entity_id, entity in found]
        return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _unanswered(understanding: Understanding) -> str | None:
    """What is said where a text means nothing that can be done or asked; None where it does."""
    if not understanding.intents:
        return NOT_UNDERSTOOD if understanding.question is None else None
    return NO_SKILL if all(i.name == RESPOND for i in understanding.intents) else None


def _verb(action: Action) -> str:
    """A service as a person says it: "lock.unlock" → "unlock", "cover.open_cover" → "open"."""
    domain, service = action.service.split(".")
    if service == f"set_{domain}_position":
        return "move"
    return " ".join(word for word in service.split("_") if word != domain)


def _plain(text: str) -> str:
    """The words of an answer: "Yes, please." → "yes please"."""
    return " ".join(re.findall(r"[\w']+", text.lower().replace("’", "'")))


def _is_yes(text: str) -> bool:
    words = _plain(text)
    first, _, rest = words.partition(" ")
    started = first in YES or any(words.startswith(opening) for opening in _GO_AHEAD)
    return started and _MORE_YES.issuperset(rest.split())
