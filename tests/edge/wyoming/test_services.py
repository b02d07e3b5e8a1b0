"""What each service does with the events of one client."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import numpy as np
import pytest
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event
from wyoming.handle import Handled, NotHandled
from wyoming.tts import Synthesize, SynthesizeChunk, SynthesizeStart, SynthesizeStop
from wyoming.wake import Detect, Detection

from edge.types import SAMPLE_RATE, Outcome, Samples
from edge.types import Transcript as Text
from edge.voice.tts import Sound
from edge.voice.wake import SimulatedWakeDetector
from edge.wyoming.asr import MOST_HEARD_S, MOST_SENT_S, Transcribing
from edge.wyoming.handle import MOST_CONVERSATIONS, Conversations, Handling
from edge.wyoming.service import Aside, Service
from edge.wyoming.tts import Speaking
from edge.wyoming.wake import Detectors, Waking
from tests.edge.voice.scripted import ScriptedStt
from tests.edge.wyoming.serving import running

SECOND = np.ones(SAMPLE_RATE, np.int16)


def chunk(samples: Samples, timestamp: int | None = None) -> Event:
    return AudioChunk(SAMPLE_RATE, 2, 1, samples.astype("<i2").tobytes(), timestamp).event()


def only(make: Callable[[Aside], Service]) -> Callable[[str, Aside], Iterable[Service]]:
    return lambda client, aside: [make(aside)]


async def test_two_utterances_may_follow_each_other_on_one_connection() -> None:
    stt = ScriptedStt([(0.5, "lights"), (1.5, "on")])
    async with running(only(lambda aside: Transcribing(lambda: stt, aside))) as server:
        answers = await server.asks(
            Transcribe().event(),
            AudioStart(SAMPLE_RATE, 2, 1).event(),
            chunk(SECOND),
            AudioStop().event(),
            AudioStart(SAMPLE_RATE, 2, 1).event(),
            chunk(SECOND),
            chunk(SECOND),
            AudioStop().event(),
            answers=8,
        )
    texts = [event.data["text"] for event in answers if Transcript.is_type(event.type)]
    assert texts == ["lights", "lights on"]
    assert stt.sessions == 2


async def test_what_is_longer_than_an_engine_can_hear_is_heard_as_far_as_it_can() -> None:
    stt = ScriptedStt([(1.0, "lights"), (MOST_HEARD_S + 2, "off")])
    many = round(MOST_HEARD_S) + 5
    async with running(only(lambda aside: Transcribing(lambda: stt, aside))) as server:
        answers = await server.asks(
            Transcribe().event(), *[chunk(SECOND)] * many, AudioStop().event(), answers=3
        )
    assert Transcript.from_event(answers[2]).text == "lights"


async def test_sound_that_never_ends_is_no_utterance() -> None:
    stt = ScriptedStt([(1.0, "lights")])
    many = round(MOST_SENT_S) + 1
    async with running(only(lambda aside: Transcribing(lambda: stt, aside))) as server:
        (answer,) = await server.asks(Transcribe().event(), *[chunk(SECOND)] * many)
        told = await server.until_told("wyoming_bad_client")
    assert "seconds of sound" in Error.from_event(answer).text
    assert "expected an utterance" in told.fields["error"]


async def test_sound_in_no_format_is_told_and_closes() -> None:
    stt = ScriptedStt([])
    bad = Event("audio-chunk", {"rate": 16_000, "width": 9, "channels": 1}, b"\0\0")
    async with running(only(lambda aside: Transcribing(lambda: stt, aside))) as server:
        (answer,) = await server.asks(Transcribe().event(), bad)
        await server.until_told("wyoming_bad_client")
    assert "width" in Error.from_event(answer).text


def wakes_at(*seconds: float, most: int = 1) -> Detectors:
    return Detectors(
        lambda words: SimulatedWakeDetector(dict.fromkeys(seconds, (words or ("usual",))[0])), most
    )


async def test_each_wake_word_of_a_stream_is_told_with_the_time_of_its_chunk() -> None:
    detect = wakes_at(0.5, 2.5)
    async with running(only(lambda aside: Waking(detect, aside))) as server:
        sound = [chunk(SECOND, timestamp=1000 * n) for n in range(3)]
        one, other = await server.asks(Detect().event(), *sound, AudioStop().event(), answers=2)
    assert [Detection.from_event(e).timestamp for e in (one, other)] == [0, 2000]
    assert Detection.from_event(one).name == "usual"


async def test_without_times_that_of_the_word_is_told() -> None:
    async with running(only(lambda aside: Waking(wakes_at(0.5), aside))) as server:
        (found,) = await server.asks(Detect(names=["hey"]).event(), chunk(SECOND))
    assert (Detection.from_event(found).name, Detection.from_event(found).timestamp) == (
        "hey",
        500,
    )


async def test_chunks_of_any_length_are_cut_into_frames() -> None:
    async with running(only(lambda aside: Waking(wakes_at(0.5), aside))) as server:
        pieces = [chunk(piece) for piece in np.array_split(SECOND, 37)]
        (found,) = await server.asks(Detect().event(), *pieces)
    assert Detection.from_event(found).timestamp == 500


async def test_a_stream_without_the_word_ends_with_not_detected() -> None:
    async with running(only(lambda aside: Waking(wakes_at(), aside))) as server:
        (answer,) = await server.asks(Detect().event(), chunk(SECOND), AudioStop().event())
    assert answer.type == "not-detected"


async def test_only_so_many_clients_wait_for_a_word_and_one_that_leaves_makes_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    detectors, freed = wakes_at(0.5, most=1), asyncio.Event()
    give_back = detectors.give_back
    monkeypatch.setattr(detectors, "give_back", lambda: (give_back(), freed.set()))
    async with running(only(lambda aside: Waking(detectors, aside))) as server:
        async with server.client() as first:
            await first.write_event(Detect().event())
            await first.write_event(chunk(SECOND))
            assert await first.read_event() is not None
            (refused,) = await server.asks(Detect().event())
            assert "at most 1 clients" in Error.from_event(refused).text
            await first.write_event(Detect(names=["again"]).event())
            await first.write_event(chunk(SECOND))
            again = await first.read_event()
            assert again is not None and Detection.from_event(again).name == "again"
            freed.clear()
        await asyncio.wait_for(freed.wait(), 10)
        (answer,) = await server.asks(Detect().event(), chunk(SECOND))
    assert Detection.from_event(answer).name == "usual"


@pytest.mark.parametrize("names", ["okay_nabu", [1], ["a"] * 17, {"a": 1}])
async def test_names_that_are_none_are_told(names: Any) -> None:
    async with running(only(lambda aside: Waking(wakes_at(), aside))) as server:
        (answer,) = await server.asks(Event("detect", {"names": names}))
    assert "names of wake words" in Error.from_event(answer).text


def voice(said: list[str]) -> Callable[[str], Sound | None]:
    def say(text: str) -> Sound | None:
        said.append(text)
        return Sound(np.full(3_000, len(said), np.int16), 22_050)

    return say


def heard(events: list[Event]) -> list[int]:
    raw = b"".join(e.payload or b"" for e in events if AudioChunk.is_type(e.type))
    return [int(n) for n in np.frombuffer(raw, "<i2")]


async def test_a_text_is_spoken() -> None:
    said: list[str] = []
    async with running(only(lambda aside: Speaking(voice(said), aside))) as server:
        answers = await server.asks(Synthesize("Hello there. Good bye.").event(), answers=5)
    assert [e.type for e in answers] == ["audio-start", *["audio-chunk"] * 3, "audio-stop"]
    assert answers[0].data["rate"] == 22_050
    assert said == ["Hello there. Good bye."]
    assert heard(answers) == [1] * 3_000


async def test_a_text_that_is_being_written_is_spoken_sentence_by_sentence() -> None:
    said: list[str] = []
    async with running(only(lambda aside: Speaking(voice(said), aside))) as server:
        answers = await server.asks(
            SynthesizeStart().event(),
            SynthesizeChunk("It is ten. ").event(),
            SynthesizeChunk("It is ").event(),
            SynthesizeChunk("ten. And").event(),
            Synthesize("It is ten. It is ten. And warm").event(),
            SynthesizeChunk(" warm").event(),
            SynthesizeStop().event(),
            answers=12,
        )
    assert said == ["It is ten.", "It is ten.", "And warm"]
    kinds = [e.type for e in answers]
    assert kinds == ["audio-start", *["audio-chunk"] * 9, "audio-stop", "synthesize-stopped"]
    assert heard(answers) == [1] * 3_000 + [2] * 3_000 + [3] * 3_000


async def test_nothing_to_say_is_an_empty_sound() -> None:
    async with running(only(lambda aside: Speaking(lambda text: None, aside))) as server:
        answers = await server.asks(
            Synthesize("hm").event(),
            SynthesizeStart().event(),
            SynthesizeStop().event(),
            answers=5,
        )
    assert [e.type for e in answers] == [
        *("audio-start", "audio-stop"),
        *("audio-start", "audio-stop", "synthesize-stopped"),
    ]


async def test_what_is_no_text_to_speak_is_told() -> None:
    async with running(only(lambda aside: Speaking(voice([]), aside))) as server:
        (ssml,) = await server.asks(Synthesize("<speak/>", text_format="ssml").event())
        (early,) = await server.asks(SynthesizeChunk("a").event())
        long = [SynthesizeStart().event(), *[SynthesizeChunk("a" * 1_000).event()] * 6]
        (endless,) = await server.asks(*long)
    assert "plain text" in Error.from_event(ssml).text
    assert "synthesize-start before" in Error.from_event(early).text
    assert "at most" in Error.from_event(endless).text


def outcome(text: str, **fields: Any) -> Outcome:
    return Outcome(Text(text, "text"), speech=f"{text}!", **fields)


def handling(
    act: Callable[[str, str], Awaitable[Outcome]], forget: Callable[[str], None]
) -> Callable[[str, Aside], Iterable[Service]]:
    conversations = Conversations(forget)
    return lambda client, aside: [Handling(act, conversations, client)]


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({}, Handled),
        ({"asked": True}, Handled),
        ({"unanswered": True}, NotHandled),
        ({"refused": "never unlock"}, NotHandled),
        ({"failed": ("light.a",)}, NotHandled),
    ],
)
async def test_what_was_done_is_handled_and_what_was_not_is_not(
    fields: dict[str, Any], kind: type[Handled | NotHandled]
) -> None:
    async def act(text: str, conversation: str) -> Outcome:
        return outcome(text, **fields)

    async with running(handling(act, lambda name: None)) as server:
        (answer,) = await server.asks(Transcript("on", context={"a": 1}).event())
    assert kind.is_type(answer.type)
    assert answer.data == {"text": "on!", "context": {"a": 1}}


async def test_turns_belong_together_by_their_conversation_or_else_by_their_connection() -> None:
    seen: list[str] = []
    forgotten: list[str] = []
    gone = asyncio.Event()

    async def act(text: str, conversation: str) -> Outcome:
        seen.append(conversation)
        return outcome(text)

    def forget(name: str) -> None:
        forgotten.append(name)
        gone.set()

    async with running(handling(act, forget)) as server:
        for _ in range(2):
            await server.asks(Transcript("a", context={"conversation_id": "x"}).event())
        await server.asks(Transcript("a").event(), Transcript("b").event(), answers=2)
        await gone.wait()
    assert seen[0] == seen[1] == "wyoming x"
    assert seen[2] == seen[3] != seen[0]
    assert forgotten == [seen[2]], "a connection's own conversation ends with it"


def test_only_the_latest_conversations_are_remembered() -> None:
    forgotten: list[str] = []
    conversations = Conversations(forgotten.append)
    for number in range(MOST_CONVERSATIONS):
        conversations.speak(str(number))
    conversations.speak("0")
    conversations.speak("new")
    assert forgotten == ["1"]
    conversations.end("never spoken in")
    assert forgotten == ["1"]
