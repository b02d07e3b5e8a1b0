"""The assistant between words and devices: what it does, asks, refuses, and says."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from edge.assistant import NO_SKILL, NOT_UNDERSTOOD, Assistant
from edge.home.graph import Home
from edge.home.virtual import VirtualHome
from edge.kernel.events import Event, Events
from edge.mqtt.broker import BrokerError
from edge.mqtt.broker_loopback import LoopbackBroker
from edge.mqtt.devices import MqttDevices
from edge.privacy.audit import Audit
from edge.privacy.policy import Policy
from edge.session import ANSWER_WITHIN_S, SPOKEN_OF_S
from edge.types import OUT_OF_SCOPE, Message, Span, Tagging, Transcript
from skills import ALL

WAIT_S = 10.0
HOME = Home.from_data(
    {
        "areas": [{"id": "hall", "name": "Hall"}, {"id": "den", "name": "Den"}],
        "entities": [
            {"id": "light.hall", "name": "Hall Light", "area": "hall", "state": "off"},
            {"id": "light.desk", "name": "Desk Lamp", "area": "den", "state": "off"},
            {"id": "light.floor", "name": "Floor Lamp", "area": "den", "state": "off"},
            {"id": "lock.front", "name": "Front Door", "area": "hall", "state": "locked"},
        ],
    },
    "test",
)


def tagged(text: str, intent: str, confidence: float = 0.99, **spans: str) -> Tagging:
    found = []
    for label, words in spans.items():
        start = text.index(words)
        found.append(Span(label, start, start + len(words), words))
    return Tagging(text, intent, confidence, tuple(found))


TAGGINGS = {
    t.text: t
    for t in (
        tagged("turn on the hall light", "HassTurnOn", name="hall light"),
        tagged("unlock the front door", "HassTurnOff", name="front door"),
        tagged("turn on the lamp", "HassTurnOn", name="lamp"),
        tagged("perhaps the hall light", "HassTurnOn", 0.3, name="hall light"),
        tagged("set a timer for five minutes", "HassStartTimer", minutes="five"),
        tagged("announce that dinner is ready", "HassBroadcast", message="dinner is ready"),
    )
}


class KnowingTagger:
    """Tags what it was told; everything else is out of scope."""

    def tag(self, text: str) -> Tagging:
        return TAGGINGS.get(text, Tagging(text, OUT_OF_SCOPE, 0.99))


class DeafBroker(LoopbackBroker):
    """Its devices are told nothing."""

    async def publish(self, message: Message) -> None:
        if message.topic.startswith("virtual/"):
            return
        await super().publish(message)


class BrokenBroker(LoopbackBroker):
    """Takes nothing but our own marker."""

    async def publish(self, message: Message) -> None:
        if message.topic.startswith("virtual/"):
            raise BrokerError("the broker is gone")
        await super().publish(message)


class SlowBroker(LoopbackBroker):
    """One that takes what is for the hall light only when it may."""

    def __init__(self, home: VirtualHome) -> None:
        super().__init__(home)
        self.was_asked, self.may_take = asyncio.Event(), asyncio.Event()

    async def publish(self, message: Message) -> None:
        if message.topic.startswith("virtual/light/hall/"):
            self.was_asked.set()
            await self.may_take.wait()
        await super().publish(message)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class House:
    def __init__(self, assistant: Assistant, audit: Path, clock: Clock, seen: list[Event]) -> None:
        self.assistant, self.audit, self.clock, self.seen = assistant, audit, clock, seen

    async def hears(self, text: str, *, agreed: bool = False, conversation: str = "") -> object:
        return await self.assistant.handle(
            Transcript(text, "text"), agreed=agreed, conversation=conversation
        )


@pytest.fixture
def house(tmp_path: Path) -> Callable[..., object]:
    @asynccontextmanager
    async def open_house(
        broker: Callable[[VirtualHome], LoopbackBroker] = LoopbackBroker,
        rules: list[Mapping[str, object]] | None = None,
        knows: Callable[[str], str | None] | None = None,
    ) -> AsyncIterator[House]:
        clock, seen, events = Clock(), [], Events()
        events.subscribe(seen.append)
        loopback = broker(VirtualHome(HOME))
        with Audit(tmp_path / "audit.jsonl") as audit:
            async with loopback, MqttDevices(loopback, HOME) as devices:
                await devices.settle()
                assistant = Assistant(
                    tagger=KnowingTagger(),
                    devices=devices,
                    skills=ALL,
                    policy=Policy.from_data(rules),
                    audit=audit,
                    events=events,
                    confidence=0.5,
                    confirm_s=0.05,
                    clock=clock,
                    knows=knows,
                )
                yield House(assistant, tmp_path / "audit.jsonl", clock, seen)

    return open_house


async def test_a_command_is_published_confirmed_and_told(house) -> None:
    async with house() as home:
        outcome = await home.hears("turn on the hall light")
    assert outcome.changes["light.hall"].state == "on"
    assert [m.topic for m in outcome.published] == ["virtual/light/hall/set"]
    assert "hall light" in outcome.speech.lower()
    assert {"tagger", "resolver", "skill", "publish", "confirm"} <= set(outcome.ms)
    assert [e.name for e in home.seen] == ["understood", "decided", "outcome"]


async def test_what_is_not_for_us_does_nothing(house) -> None:
    async with house() as home:
        outcome = await home.hears("that was a lovely dinner")
    assert outcome.intents == ()
    assert outcome.published == ()
    assert outcome.speech == NOT_UNDERSTOOD


async def test_what_the_tagger_is_unsure_of_does_nothing(house) -> None:
    async with house() as home:
        outcome = await home.hears("perhaps the hall light")
    assert (outcome.intents, outcome.published) == ((), ())


async def test_no_conversation_waits_for_another(house) -> None:
    brokers: list[SlowBroker] = []

    def slow(home: VirtualHome) -> SlowBroker:
        brokers.append(SlowBroker(home))
        return brokers[-1]

    async with house(slow) as home, asyncio.timeout(WAIT_S):
        hall = asyncio.create_task(home.hears("turn on the hall light", conversation="hall"))
        await brokers[0].was_asked.wait()
        next_in_hall = asyncio.create_task(home.hears("never mind", conversation="hall"))
        office = await home.hears("turn on the lamp", conversation="office")
        done = await home.hears("the desk lamp", conversation="office")
        assert not hall.done() and not next_in_hall.done()
        brokers[0].may_take.set()
        await asyncio.wait((hall, next_in_hall))
    assert office.asked
    assert set(done.changes) == {"light.desk"}
    assert hall.result().changes["light.hall"].state == "on"
    told = [
        event.fields["outcome"].transcript.text for event in home.seen if event.name == "outcome"
    ]
    assert told[2:] == ["turn on the hall light", "never mind"]


async def test_an_empty_transcript_is_passed_over_in_silence(house) -> None:
    async with house() as home:
        outcome = await home.hears("")
    assert outcome.speech == ""


async def test_between_two_lamps_it_asks_and_does_nothing(house) -> None:
    async with house() as home:
        outcome = await home.hears("turn on the lamp")
    assert outcome.asked
    assert outcome.published == ()
    assert "Desk Lamp" in outcome.speech and "Floor Lamp" in outcome.speech


@pytest.mark.parametrize("answer", ["the desk lamp", "Desk Lamp.", "desk", "the first one"])
async def test_the_answer_to_which_one_completes_what_was_asked_for(house, answer: str) -> None:
    async with house() as home:
        await home.hears("turn on the lamp")
        done = await home.hears(answer)
    assert set(done.changes) == {"light.desk"}
    assert done.intents[0].name == "HassTurnOn"
    assert done.intents[0].source == "dialogue"


async def test_both_means_all_that_were_offered(house) -> None:
    async with house() as home:
        await home.hears("turn on the lamp")
        assert set((await home.hears("both")).changes) == {"light.desk", "light.floor"}


@pytest.mark.parametrize("answer", ["no", "blue", "that was a lovely dinner"])
async def test_an_answer_that_chooses_none_does_nothing(house, answer: str) -> None:
    async with house() as home:
        await home.hears("turn on the lamp")
        assert (await home.hears(answer)).published == ()


async def test_a_no_to_which_one_is_agreed_to(house) -> None:
    async with house() as home:
        await home.hears("turn on the lamp")
        assert (await home.hears("no")).speech == "All right."


async def test_a_late_answer_goes_on_from_what_was_spoken_of_and_then_from_nothing(house) -> None:
    async with house() as home:
        await home.hears("turn on the lamp")
        home.clock.now += ANSWER_WITHIN_S
        assert set((await home.hears("the desk lamp")).changes) == {"light.desk"}
        home.clock.now += SPOKEN_OF_S
        assert (await home.hears("the floor lamp")).published == ()


async def test_an_intent_without_a_skill_is_admitted(house) -> None:
    async with house() as home:
        outcome = await home.hears("announce that dinner is ready")
    assert outcome.published == ()
    assert outcome.speech == NO_SKILL


async def test_unlocking_is_asked_about_and_a_yes_carries_it_out(house) -> None:
    async with house() as home:
        asked = await home.hears("unlock the front door")
        assert asked.asked
        assert asked.speech == "Shall I unlock the Front Door?"
        assert asked.changes == {}
        done = await home.hears("yes")
    assert done.changes["lock.front"].state == "unlocked"
    assert [i.name for i in done.intents] == ["HassTurnOff"]


@pytest.mark.parametrize(
    "answer", ["Yes, please.", "yeah do it", "Sure, why not!", "yes, unlock it"]
)
async def test_a_yes_may_be_put_in_many_ways(house, answer: str) -> None:
    async with house() as home:
        await home.hears("unlock the front door")
        assert (await home.hears(answer)).changes["lock.front"].state == "unlocked"


async def test_a_yes_with_another_order_is_no_plain_yes(house) -> None:
    async with house() as home:
        await home.hears("unlock the front door")
        assert (await home.hears("yes and turn on the hall light")).published == ()


async def test_a_no_leaves_everything_as_it_is(house) -> None:
    async with house() as home:
        await home.hears("unlock the front door")
        assert (await home.hears("no")).speech == "All right, I won't."
        assert (await home.hears("yes")).published == ()


async def test_a_late_yes_does_nothing(house) -> None:
    async with house() as home:
        await home.hears("unlock the front door")
        home.clock.now += ANSWER_WITHIN_S
        assert (await home.hears("yes")).published == ()


async def test_a_yes_in_another_conversation_does_nothing(house) -> None:
    async with house() as home:
        await home.hears("unlock the front door", conversation="kitchen")
        assert (await home.hears("yes", conversation="bedroom")).published == ()


async def test_another_command_withdraws_the_question(house) -> None:
    async with house() as home:
        await home.hears("unlock the front door")
        await home.hears("turn on the hall light")
        assert (await home.hears("yes")).published == ()


async def test_agreeing_beforehand_carries_out_what_would_be_asked(house) -> None:
    async with house() as home:
        outcome = await home.hears("unlock the front door", agreed=True)
    assert outcome.changes["lock.front"].state == "unlocked"


async def test_what_the_policy_refuses_is_not_even_done_when_agreed(house) -> None:
    async with house(rules=[{"verdict": "refuse", "domains": ["lock"]}]) as home:
        outcome = await home.hears("unlock the front door", agreed=True)
    assert outcome.refused == "refuse domains=lock"
    assert outcome.published == ()
    assert "may not unlock the Front Door" in outcome.speech


async def test_a_device_that_does_not_confirm_is_said_to_have_failed(house) -> None:
    async with house(DeafBroker) as home:
        outcome = await home.hears("turn on the hall light")
    assert outcome.failed == ("light.hall",)
    assert outcome.speech == "The Hall Light did not respond."
    assert len(outcome.published) == 1


async def test_a_broker_that_is_gone_is_said_and_the_next_command_is_heard(house) -> None:
    async with house(BrokenBroker) as home:
        outcome = await home.hears("turn on the hall light")
        assert outcome.failed == ("light.hall",)
        assert "Hall Light" in outcome.speech
        assert (await home.hears("that was a lovely dinner")).speech == NOT_UNDERSTOOD


async def test_every_action_leaves_a_line_in_the_audit_log(house) -> None:
    async with house() as home:
        await home.hears("unlock the front door")
        await home.hears("yes")
        lines = home.audit.read_text().splitlines()
    assert len(lines) == 2
    assert '"asked"' in lines[0]
    assert '"confirmed"' in lines[1]
    assert "unlock the front door" not in "".join(lines)


async def test_parsing_does_nothing(house) -> None:
    async with house() as home:
        outcome = home.assistant.parse(Transcript("turn on the hall light", "text"))
        assert [i.name for i in outcome.intents] == ["HassTurnOn"]
        assert outcome.published == ()
        assert not home.audit.read_text()


async def test_a_question_that_is_none_about_devices_is_answered_from_documents(house) -> None:
    asked: list[str] = []

    def knows(question: str) -> str | None:
        asked.append(question)
        return "On Monday, says the list." if "bins" in question else None

    async with house(knows=knows) as home:
        outcome = await home.hears("when do the bins go out")
        assert outcome.speech == "On Monday, says the list."
        assert [intent.name for intent in outcome.intents] == ["TellKnowledge"]
        assert not outcome.changes
        assert (await home.hears("who is the king of spain")).speech == NOT_UNDERSTOOD
        await home.hears("turn on the hall light")
        await home.hears("that was a lovely dinner")
    assert asked == ["when do the bins go out", "who is the king of spain"]
