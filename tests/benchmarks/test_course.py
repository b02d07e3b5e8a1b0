"""The picture of how a command went by."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

from benchmarks.course import STAGES, Course, Partial, Stage, draw

COURSE = Course(
    engine="pocketsphinx",
    text="turn on <the> light",
    levels=(0.1, 1.0, 0.5),
    levels_from_ms=-30.0,
    partials=(Partial(-20.0, "turn on"), Partial(10.0, "turn on <the> light")),
    stages=tuple(Stage(name, 10.0 * n, 10.0 * (n + 1)) for n, name in enumerate(STAGES)),
    patient_ms=990.0,
)


def test_it_is_an_svg_that_tells_engine_words_stages_and_time() -> None:
    picture = ElementTree.fromstring(draw([COURSE, replace(COURSE, partials=())]))
    assert picture.tag == "{http://www.w3.org/2000/svg}svg"
    told = [text.strip() for text in picture.itertext() if text.strip()]
    assert "“turn on <the> light”" in told
    assert told.count("pocketsphinx") == 2
    assert told.count("published after 60 ms") == 2
    assert {"silence", "decode", "tagger", "resolver", "skill", "publish"} <= set(told)


def test_it_refers_to_nothing_outside_itself() -> None:
    drawn = draw([COURSE])
    assert drawn.count("http") == 1, "the namespace"
    assert "href" not in drawn
