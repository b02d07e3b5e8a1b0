"""Which of several satellites answers, when more than one of them hears the same words.

Microphones in different rooms are certain of one spoken wake word a tenth or two of a second apart.
Waiting for all of them would make every command that much slower, so nobody waits:

1. the first report of a word **acts** at once;
2. a report of the same word, spoken within `window_s` by all that is known of the satellites'
   clocks, is the same utterance. It **stays silent**, unless it is clearly better: then it **takes
   over**, and what the other has heard is abandoned without a sound. Clearly better is `better_db`
   more of the word over the noise of its room. Microphones at the same place differ by 2 or 3 dB
   from word to word; twice as far from the speaker is 6 dB less. So 6 dB is a difference in place
   and not in luck, and since each satellite reports once, and each takeover needs 6 dB more, it
   cannot go back and forth;
3. the one that acts **finishes**: its words are recognised and will be answered. From then on
   everybody else is silent for good. Until then they go on listening, so that one of them can take
   over when the one that acts is gone (its connection dies, nothing comes from it for `stalled_s`,
   its source fails) or hears nobody speak after the word;
4. when nobody is left, nobody answers, and the next word is a new utterance.

Each satellite has a clock of its own, which starts anywhere and drifts. The least difference seen
of late between arrival and a satellite's own time is its clock's offset plus the quickest delivery;
looking at the last `REMEMBERED_S` only follows the drift (100 ppm, a poor quartz, are 3 ms in that
time).

The arbiter has no thread and no clock: `now` is seconds of the one clock of whoever asks, and must
not go back.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Literal

Standing = Literal["acts", "waits", "lost"]
"""What a satellite is in its latest utterance: the one that acts, one that may yet take over, or
one that will not be heard."""

REMEMBERED_S = 30.0
_BUCKET_S = 1.0


@dataclass(frozen=True, slots=True)
class Report:
    """A satellite heard a wake word."""

    satellite: str
    word: str
    time: float
    """Seconds of the satellite's own clock at which it was certain."""
    quality_db: float
    """Level of the word over the noise floor of its room."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What the satellite that reported is to do."""

    verdict: Literal["acts", "stays silent", "takes over"]
    over: str | None = None
    """The satellite from which it takes over."""


@dataclass(slots=True)
class _Clock:
    """Least of arrival minus own time, second by second."""

    least: deque[tuple[float, float]] = field(default_factory=deque)
    arrived: float = float("-inf")
    own: float = float("-inf")

    def saw(self, own: float, now: float) -> None:
        if own < self.own:  # it was started anew
            self.least.clear()
        self.own, self.arrived = own, now
        if self.least and now - self.least[-1][0] < _BUCKET_S:
            bucket, least = self.least[-1]
            self.least[-1] = (bucket, min(least, now - own))
        else:
            self.least.append((now, now - own))
        while now - self.least[0][0] > REMEMBERED_S:
            self.least.popleft()

    def common(self, own: float) -> float:
        """Time of the common clock at which the satellite's clock showed `own`."""
        return own + min(least for _, least in self.least)


@dataclass(slots=True)
class _Heard:
    """One wake word, as it was heard by one satellite or several."""

    word: str
    time: float
    """On the common clock, as the first one told it."""
    reports: dict[str, Report]
    holder: str | None
    out: set[str] = field(default_factory=set)
    """Satellites that are gone or heard nobody speak."""
    answered: bool = False

    def pass_on(self) -> None:
        """The one that acts cannot: the best of the others does."""
        left = [r for name, r in self.reports.items() if name not in self.out]
        best = max(left, key=lambda report: report.quality_db, default=None)
        self.holder = None if best is None else best.satellite


class Arbiter:
    """Decides for all satellites of one home.

    window_s: how far apart satellites may hear the same word, on aligned clocks.
    better_db: how much better one must be to take over.
    stalled_s: a satellite from which nothing came for so long is gone.
    """

    def __init__(
        self, *, window_s: float = 0.5, better_db: float = 6.0, stalled_s: float = 1.0
    ) -> None:
        self._window_s = window_s
        self._better_db = better_db
        self._stalled_s = stalled_s
        self._clocks: dict[str, _Clock] = {}
        self._heard: deque[_Heard] = deque()

    def seen(self, satellite: str, time: float, now: float) -> None:
        """Sound of the satellite's own `time` arrived `now`. Also finds who has stalled."""
        self._clocks.setdefault(satellite, _Clock()).saw(time, now)
        for heard in self._heard:
            holder = heard.holder
            if holder in (None, satellite) or heard.answered or satellite not in heard.reports:
                continue
            if now - self._clocks[holder].arrived > self._stalled_s:
                heard.out.add(holder)
                heard.pass_on()

    def report(self, report: Report, now: float) -> Decision:
        """A wake word was heard; what its satellite is to do."""
        self.seen(report.satellite, report.time, now)
        time = self._clocks[report.satellite].common(report.time)
        self._forget(now)
        self._leave_unfinished(report.satellite)
        heard = self._same(report, time)
        if heard is None:
            self._heard.append(
                _Heard(report.word, time, {report.satellite: report}, report.satellite)
            )
            return Decision("acts")
        heard.reports[report.satellite] = report
        if heard.answered:
            return Decision("stays silent")
        if heard.holder is None:
            heard.holder = report.satellite
            return Decision("acts")
        over = heard.holder
        if report.quality_db < heard.reports[over].quality_db + self._better_db:
            return Decision("stays silent")
        heard.holder = report.satellite
        return Decision("takes over", over)

    def standing(self, satellite: str) -> Standing | None:
        """What the satellite is in the word that it heard last; None when it heard none of late."""
        heard = self._latest(satellite)
        if heard is None:
            return None
        if heard.holder == satellite:
            return "acts"
        return "lost" if heard.answered or satellite in heard.out else "waits"

    def finish(self, satellite: str, start: float) -> bool:
        """The satellite's utterance, which began at its own time `start`, is recognised: whether it
        is to be answered. True for one satellite only, however often it asks."""
        mine = [h for h in self._heard if satellite in h.reports]
        begun = [h for h in mine if h.reports[satellite].time <= start + self._window_s]
        if not begun or begun[-1].holder != satellite:
            return False
        begun[-1].answered = True
        return True

    def gave_up(self, satellite: str) -> bool:
        """Nobody spoke to this satellite after the word. Whether another one acts now."""
        heard = self._latest(satellite)
        if heard is None or heard.answered:
            return False
        heard.out.add(satellite)
        if heard.holder == satellite:
            heard.pass_on()
        return heard.holder is not None

    def gone(self, satellite: str) -> None:
        """Nothing more comes from this satellite: it was closed, or its connection died."""
        self._clocks.pop(satellite, None)
        self._leave_unfinished(satellite)

    def _leave_unfinished(self, satellite: str) -> None:
        for heard in self._heard:
            if satellite in heard.reports and not heard.answered:
                heard.out.add(satellite)
                if heard.holder == satellite:
                    heard.pass_on()

    def _same(self, report: Report, time: float) -> _Heard | None:
        """The utterance that this is a report of; a satellite hears each one once."""
        near = [
            heard
            for heard in self._heard
            if heard.word == report.word
            and report.satellite not in heard.reports
            and abs(heard.time - time) <= self._window_s
        ]
        return min(near, key=lambda heard: abs(heard.time - time), default=None)

    def _latest(self, satellite: str) -> _Heard | None:
        return next((h for h in reversed(self._heard) if satellite in h.reports), None)

    def _forget(self, now: float) -> None:
        while self._heard and now - self._heard[0].time > REMEMBERED_S:
            self._heard.popleft()
