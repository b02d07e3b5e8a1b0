"""Recognising one utterance: while it is spoken, and before its silence has run out.

1. Each piece is fed to a session of the engine. The words so far that have stayed the same for
   `STABLE_S` are judged: can they be all (`Completeness`)?
2. When it has been quiet for `brief_s`, the session is finished with what there is. Of an engine
   that tells words as they come, only when those can be all, and what comes out must be the same
   words. Of one that tells nothing before the end (Whisper), in any case: it decodes while the
   endpointer still waits.
3. A whole command is then taken for all that is said; one that may go on, when it has been quiet
   for `silence_s`; anything else, when the endpointer says so. In no case is the same sound decoded
   again.
4. When speech goes on, what was finished is dropped, and a new session hears everything from the
   beginning. Who paused once in a command may do so again, so `brief_s` doubles each time.
5. What was taken already is never given again. If speech goes on after it, only what was said more
   is given, and only if it goes on from that: "turn on the light" … "and the fan". Where nothing
   more is found in the whole sound, as by an engine that knows no such sentence, what came later is
   heard by itself, and given if it is a whole command.

It has no thread and no clock but the one that is passed in, which only measures.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

import numpy as np

from edge.types import SAMPLE_RATE, Samples, Transcript, Utterance
from edge.voice.completeness import Completeness, Ending
from edge.voice.endpoint import Captured
from edge.voice.stt import Session, SpeechToText
from edge.voice.vad import CHUNK_SECONDS

STABLE_S = 0.09
"""How long the words so far must have stayed the same before they are judged."""
_ALIKE = 0.75
"""Share of the words taken before that must be found again in what was said in all."""


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """What was said, and the sound that it was heard in."""

    transcript: Transcript
    utterance: Utterance
    """As long as it was when it was taken for all: its silence is what was waited for."""
    stt_ms: float
    """From the end of that silence to the transcript; 0 where it was ready before."""


@dataclass(frozen=True, slots=True, eq=False)
class _Finished:
    """The transcript of the sound up to a pause."""

    said: Said
    ending: Ending
    paused_s: float


class Recognition:
    """Hears one utterance with one engine.

    completeness: who judges the words; None: the endpointer alone decides.
    brief_s: silence after which a whole command is over.
    silence_s: silence after which a command that may go on is over.
    """

    def __init__(
        self,
        stt: SpeechToText,
        completeness: Completeness | None = None,
        *,
        brief_s: float = 0.1,
        silence_s: float = 0.6,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stt = stt
        self._completeness = completeness
        self._brief_s = brief_s
        self._silence_s = silence_s
        self._clock = clock
        self._session: Session = stt.session()
        self._pieces: list[Samples] = []
        self._start = self._length_s = self._paused_s = 0.0
        self._changed_s = 0.0
        self._endings: dict[str, Ending] = {}
        self._finished: _Finished | None = None
        self._all: Said | None = None
        self._taken: Said | None = None
        self._spoken = ""
        self.partial = ""
        """The words so far; empty when the engine cannot tell."""

    def feed(self, captured: Captured, *, now: bool = True) -> None:
        """Hear the next piece. `now`: nothing that came after it waits to be heard, so that it is
        time to judge."""
        self._resume(captured)
        self._start = captured.start
        self._pieces.append(captured.samples)
        self._length_s += len(captured.samples) / SAMPLE_RATE
        self._paused_s = captured.silence_s
        if self._finished is None:
            self._session.feed(captured.samples)
            self._look()
        if now and self._completeness is not None and self._taken is None:
            self._judge(self._completeness)

    def take(self) -> Said | None:
        """What was said, once, as soon as it can be taken for all; else None."""
        if self._all is None or self._taken is not None:
            return None
        self._taken = self._all
        return self._taken

    def finish(self, utterance: Utterance) -> Said | None:
        """What was said in the whole utterance, without what was taken; None when that was all."""
        if self._taken is not None and self._finished is not None:
            return None
        said = self._all or self._heard(utterance)
        if self._taken is None or self._completeness is None:
            return said
        taken = self._taken.transcript.text
        more = said_after(taken, said.transcript.text)
        if more and self._completeness.goes_on(taken, more):
            return replace(said, transcript=replace(said.transcript, text=more))
        return self._later(self._taken, utterance, self._completeness)

    def _resume(self, captured: Captured) -> None:
        """When speech goes on after a pause: forget what was taken for the end."""
        if captured.silence_s > 0 or not self._was_quiet(self._brief_s):
            return
        self._brief_s = min(2 * self._brief_s, self._silence_s)
        self._all = None
        if self._finished is not None:
            self._finished = None
            self._session = self._stt.session()
            self._session.feed(np.concatenate(self._pieces))

    def _look(self) -> None:
        partial = self._session.partial()
        if partial != self.partial:
            self.partial, self._changed_s = partial, self._length_s
        if not self._paused_s:
            self._spoken = partial

    def _judge(self, completeness: Completeness) -> None:
        """Finish at a pause what can be all; take it for all when it was quiet long enough."""
        words = self._certain(completeness)
        if words is None or not self._was_quiet(self._brief_s):
            return
        if self._finished is None and (
            not words or self._is_over(self._ending(completeness, words))
        ):
            self._finished = self._finish_here(completeness, words)
        finished = self._finished
        if finished is not None and self._all is None and self._is_over(finished.ending):
            waited = self._paused_s > finished.paused_s
            self._all = self._heard(self._so_far()) if waited else finished.said

    def _certain(self, completeness: Completeness) -> str | None:
        """The words so far, where they stay the same; None where they change still.

        In silence a decoder may go on with a small word that nobody said ("lamp blue of"); where
        that leaves the text open, the words before it count.
        """
        if not self.partial:
            return ""
        if self._ending(completeness, self.partial) == "open" and self._paused_s:
            return self._spoken if self.partial.startswith(f"{self._spoken} ") else None
        return None if self._length_s - self._changed_s < STABLE_S else self.partial

    def _is_over(self, ending: Ending) -> bool:
        """Whether it was quiet for as long as such an ending needs."""
        if ending == "open":
            return False
        return self._was_quiet(self._brief_s if ending == "whole" else self._silence_s)

    def _was_quiet(self, seconds: float) -> bool:
        """Whether speech ended so long ago, to the nearest chunk."""
        return self._paused_s > seconds - CHUNK_SECONDS / 2

    def _finish_here(self, completeness: Completeness, words: str) -> _Finished:
        said = self._heard(self._so_far())
        text = said.transcript.text
        same = bool(text) and words in ("", text)
        ending = self._ending(completeness, text) if same else "open"
        return _Finished(said, ending, self._paused_s)

    def _heard(self, utterance: Utterance) -> Said:
        """The transcript of an utterance: what is finished already, or the session's."""
        if self._finished is not None:
            return replace(self._finished.said, utterance=utterance, stt_ms=0.0)
        begin = self._clock()
        transcript = self._session.finish(utterance)
        return Said(transcript, utterance, (self._clock() - begin) * 1000)

    def _later(self, taken: Said, utterance: Utterance, completeness: Completeness) -> Said | None:
        """The whole command that was said after what was taken, heard by itself; None if none."""
        samples = utterance.samples[len(taken.utterance.samples) :]
        start = utterance.start + len(taken.utterance.samples) / SAMPLE_RATE
        begin = self._clock()
        later = replace(utterance, samples=samples, start=start)
        self._session = self._stt.session()
        self._session.feed(samples)
        transcript = self._session.finish(later)
        text = transcript.text
        if completeness.ending(text) != "whole":
            return None
        if not completeness.goes_on(taken.transcript.text, text):
            return None
        return Said(transcript, later, (self._clock() - begin) * 1000)

    def _ending(self, completeness: Completeness, text: str) -> Ending:
        if text not in self._endings:
            self._endings[text] = completeness.ending(text)
        return self._endings[text]

    def _so_far(self) -> Utterance:
        speech_end = self._start + self._length_s - self._paused_s
        return Utterance(np.concatenate(self._pieces), self._start, speech_end, "silence")


def said_after(taken: str, text: str) -> str:
    """The words of `text` that come after those of `taken`, which an engine may hear a little
    differently the second time; empty when `text` does not begin like it."""
    before, words = taken.split(), text.split()
    alike = SequenceMatcher(None, before, words[: len(before) + 1], autojunk=False)
    blocks = alike.get_matching_blocks()
    found = sum(block.size for block in blocks)
    if not before or found < _ALIKE * len(before):
        return ""
    last = blocks[-2]
    return " ".join(words[len(before) + last.b - last.a :])
