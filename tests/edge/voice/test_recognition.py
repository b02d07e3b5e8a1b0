"""One utterance, recognised while it is spoken: what is given, when, and never twice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.types import SAMPLE_RATE, Samples, Utterance
from edge.voice.completeness import SimulatedCompleteness
from edge.voice.endpoint import Captured, Endpointer
from edge.voice.recognition import Recognition, Said, said_after
from edge.voice.stt_pocketsphinx import PocketSphinxSpeechToText
from edge.voice.vad import LoudnessVad, SileroVad
from edge.voice.vocabulary import Vocabulary
from tests.edge.voice.scripted import ScriptedSession, ScriptedStt
from tests.edge.voice.sounds import loud, silence, white_noise

LIGHT = ((0.2, "light"), (0.5, "on"))
FAN = ((1.3, "and"), (1.5, "fan"))
LIGHT_ON = SimulatedCompleteness("light on", maybe=["light"], more=["and fan"])


def said(
    stt: ScriptedStt,
    sound: Samples,
    completeness: SimulatedCompleteness | None = LIGHT_ON,
    *,
    busy: range = range(0),
) -> tuple[list[Said], list[Said]]:
    """What is given before the endpoint, and at it. `busy`: in these pieces more waits already."""
    endpointer = Endpointer(LoudnessVad(), silence_s=0.6, patient_s=0.9, preroll_s=0.0)
    recognition = Recognition(stt, completeness, clock=lambda: 0.0)
    endpointer.open(0.0)
    early: list[Said] = []
    late: list[Said] = []
    for number, told in enumerate(endpointer.feed(np.concatenate([sound, silence(1.0)]))):
        if isinstance(told, Captured):
            waits = number in busy
            recognition.feed(told, now=not waits)
            taken = None if waits else recognition.take()
            early += [] if taken is None else [taken]
        elif isinstance(told, Utterance):
            rest = recognition.finish(told)
            late += [] if rest is None else [rest]
    return early, late


def texts(given: list[Said]) -> list[str]:
    return [one.transcript.text for one in given]


def quiet(one: Said) -> float:
    """Seconds of silence at the end of what was said."""
    utterance = one.utterance
    return utterance.start + len(utterance.samples) / SAMPLE_RATE - utterance.speech_end


@pytest.mark.parametrize("tells", [True, False], ids=["partials", "no partials"])
def test_a_whole_command_is_given_once_and_long_before_the_endpoint(tells: bool) -> None:
    early, late = said(stt := ScriptedStt(LIGHT, tells=tells), loud(0.6))
    assert (texts(early), late) == (["light on"], [])
    assert quiet(early[0]) == pytest.approx(0.1, abs=0.04)
    assert stt.finished == ["light on"], "decoded once"


@pytest.mark.parametrize("tells", [True, False], ids=["partials", "no partials"])
def test_a_command_that_may_go_on_is_given_later_and_decoded_once(tells: bool) -> None:
    early, late = said(stt := ScriptedStt(LIGHT[:1], tells=tells), loud(0.6))
    assert (texts(early), late) == (["light"], [])
    assert quiet(early[0]) == pytest.approx(0.6, abs=0.04)
    assert stt.finished == ["light"]


@pytest.mark.parametrize("tells", [True, False], ids=["partials", "no partials"])
def test_an_open_phrase_is_given_at_the_endpoint_and_decoded_once(tells: bool) -> None:
    stt = ScriptedStt(((0.3, "turn"),), tells=tells)
    early, late = said(stt, loud(0.6))
    assert (early, texts(late)) == ([], ["turn"])
    assert quiet(late[0]) == pytest.approx(0.9, abs=0.04)
    assert stt.finished == ["turn"]


def test_without_anyone_who_understands_only_the_endpoint_counts() -> None:
    early, late = said(ScriptedStt(LIGHT), loud(0.6), None)
    assert (early, texts(late)) == ([], ["light on"])


@pytest.mark.parametrize("tells", [True, False], ids=["partials", "no partials"])
def test_what_is_said_after_it_was_carried_out_is_given_by_itself(tells: bool) -> None:
    stt = ScriptedStt((*LIGHT, *FAN), tells=tells)
    early, late = said(stt, np.concatenate([loud(0.6), silence(0.4), loud(0.6)]))
    assert texts(early) == ["light on"]
    assert texts(late) == ["and fan"]
    assert len(late[0].utterance.samples) > len(early[0].utterance.samples)


def test_a_whole_command_after_another_is_heard_by_itself_by_an_engine_of_single_sentences() -> (
    None
):
    class OneSentence(ScriptedStt):
        """Hears nothing in two sentences at once; "vacuum" is said where it is fed alone."""

        def session(self) -> ScriptedSession:
            self.words = ((0.4, "vacuum"),) if len(self.finished) == 2 else self.words
            return super().session()

    known = SimulatedCompleteness("light on", "vacuum", more=["vacuum"])
    sound = np.concatenate([loud(0.6), silence(0.4), loud(0.6)])
    stt = OneSentence(LIGHT)
    early, late = said(stt, sound, known)
    assert (texts(early), texts(late)) == (["light on"], ["vacuum"])
    assert late[0].utterance.start > early[0].utterance.speech_end


def test_noise_after_a_command_that_was_carried_out_gives_nothing() -> None:
    sound = np.concatenate([loud(0.6), silence(0.4), loud(0.6)])
    early, late = said(ScriptedStt(LIGHT), sound)
    assert (texts(early), late) == (["light on"], [])


def test_talk_after_a_command_that_does_not_go_on_from_it_gives_nothing() -> None:
    stt = ScriptedStt((*LIGHT, (1.3, "dinner"), (1.5, "is"), (1.6, "ready")))
    early, late = said(stt, np.concatenate([loud(0.6), silence(0.4), loud(0.6)]))
    assert (texts(early), late) == (["light on"], [])


@pytest.mark.parametrize("tells", [True, False], ids=["partials", "no partials"])
def test_a_pause_in_an_open_phrase_loses_nothing(tells: bool) -> None:
    words = ((0.2, "turn"), (1.2, "light"), (1.4, "on"))
    known = SimulatedCompleteness("turn light on")
    stt = ScriptedStt(words, tells=tells)
    early, late = said(stt, np.concatenate([loud(0.6), silence(0.4), loud(0.6)]), known)
    assert (texts(early), late) == (["turn light on"], [])


def test_who_paused_once_is_given_twice_the_time() -> None:
    words = ((0.2, "turn"), (1.2, "light"), (1.4, "on"))
    known = SimulatedCompleteness("turn light on")
    sound = np.concatenate([loud(0.6), silence(0.2), loud(0.8)])
    early, _ = said(ScriptedStt(words), sound, known)
    assert quiet(early[0]) == pytest.approx(0.2, abs=0.04)


def test_words_that_change_in_the_silence_are_waited_for() -> None:
    stt = ScriptedStt((*LIGHT, (0.69, "blue")))
    known = SimulatedCompleteness("light on", "light on blue")
    early, late = said(stt, loud(0.6), known)
    assert (texts(early), late) == (["light on blue"], [])
    assert stt.finished == ["light on blue"]


def test_a_small_word_made_up_in_the_silence_does_not_hold_it_open() -> None:
    stt = ScriptedStt((*LIGHT, (0.67, "of")), never_last={"of"})
    early, late = said(stt, loud(0.6))
    assert (texts(early), late) == (["light on"], [])


def test_what_comes_out_otherwise_than_it_was_judged_waits_for_the_endpoint() -> None:
    stt = ScriptedStt(LIGHT, never_last={"on"})
    early, late = said(stt, loud(0.6))
    assert (early, texts(late)) == ([], ["light"])
    assert stt.finished == ["light"]


def test_while_more_sound_waits_nothing_is_taken_for_all() -> None:
    stt = ScriptedStt((*LIGHT, *FAN), tells=False)
    sound = np.concatenate([loud(0.6), silence(0.4), loud(0.6)])
    early, late = said(stt, sound, busy=range(45))
    assert (early, texts(late)) == ([], ["light on and fan"])
    assert len(stt.finished) == 1


def test_speech_in_the_queue_behind_a_decoded_pause_drops_what_was_decoded() -> None:
    """As with Whisper, which decodes while the person begins to speak again."""
    stt = ScriptedStt((*LIGHT, *FAN), tells=False)
    recognition = Recognition(stt, LIGHT_ON)
    recognition.feed(Captured(loud(0.6), 0.0, 0.0))
    recognition.feed(Captured(silence(0.1), 0.0, 0.1))
    assert stt.finished == ["light on"]
    recognition.feed(Captured(loud(1.0), 0.0, 0.0), now=False)
    assert recognition.take() is None
    whole = Utterance(np.concatenate([loud(0.6), silence(0.1), loud(1.0)]), 0.0, 1.7, "source")
    given = recognition.finish(whole)
    assert given is not None
    assert given.transcript.text == "light on and fan"


def test_pocketsphinx_hears_a_command_early_and_another_after_a_pause(
    pocketsphinx: PocketSphinxSpeechToText, home: Vocabulary, commands: dict[str, Utterance]
) -> None:
    """No sentence of its grammar holds both."""
    pocketsphinx.set_vocabulary(home)
    light, vacuum = "turn on the kitchen light", "start the vacuum"
    first, second = (spoken_part(commands[text]) for text in (light, vacuum))
    sound = np.concatenate([first, white_noise(0.3, 10), second, white_noise(1.2, 10)])
    endpointer = Endpointer(SileroVad(), silence_s=0.6, patient_s=0.9)
    known = SimulatedCompleteness(light, vacuum, more=[vacuum])
    recognition = Recognition(pocketsphinx, known)
    endpointer.open(0.0)
    given = []
    for told in endpointer.feed(sound):
        if isinstance(told, Captured):
            recognition.feed(told)
            given.append(recognition.take())
        elif isinstance(told, Utterance):
            given.append(recognition.finish(told))
    assert texts([one for one in given if one is not None]) == [light, vacuum]


def spoken_part(utterance: Utterance) -> Samples:
    """An utterance without the silence at its end."""
    length_s = utterance.speech_end - utterance.start
    return utterance.samples[: round(length_s * SAMPLE_RATE)]


@given(
    parts=st.lists(st.tuples(st.booleans(), st.floats(0.05, 0.8)), max_size=8),
    tells=st.booleans(),
    whole=st.sets(st.integers(1, 8)),
    busy=st.integers(0, 60),
)
@settings(max_examples=80)
def test_however_it_is_spoken_no_word_is_given_twice_or_out_of_order(
    parts: list[tuple[bool, float]], tells: bool, whole: set[int], busy: int
) -> None:
    words = [(0.4 * (place + 1), str(place)) for place in range(8)]
    known = SimulatedCompleteness(*(" ".join(w for _, w in words[:count]) for count in whole))
    known.goes_on = lambda said, more: len(said.split()) == int(more[0])  # type: ignore[method-assign]
    sound = [loud(0.5), *(loud(s) if speaks else silence(s) for speaks, s in parts)]
    stt = ScriptedStt(words, tells=tells)
    early, late = said(stt, np.concatenate(sound), known, busy=range(busy, 2 * busy))
    assert len(early) <= 1
    assert len(late) <= 1
    spoken = " ".join(texts(early) + texts(late)).split()
    assert spoken == [word for _, word in words[: len(spoken)]]


@pytest.mark.parametrize(
    ("taken", "text", "more"),
    [
        ("turn on the light", "turn on the light and the fan", "and the fan"),
        ("turn on the light", "turn on the lights and the fan", "and the fan"),
        (
            "turn on kitchen light",
            "turn on the kitchen light and the hall light",
            "and the hall light",
        ),
        ("turn on the light", "turn on the light", ""),
        ("turn on the light", "turn on the", ""),
        ("turn on the light", "what a lovely day it is", ""),
        ("", "turn on the light", ""),
    ],
)
def test_what_was_said_more_is_found_though_it_is_heard_a_little_differently(
    taken: str, text: str, more: str
) -> None:
    assert said_after(taken, text) == more
