"""Writing home files: what is written is read back as the same home, and no file is overwritten."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from edge.home.graph import Area, Entity, Floor, Home
from edge.home.homefile import DEFAULT_STATES
from edge.home.homefile_writing import home_text, write_home
from edge.types import EntityState, LaresError

NAMES = st.text(
    st.characters(exclude_categories=("C", "Z"), exclude_characters="[]"), min_size=1, max_size=12
)
IDS = st.from_regex(r"[a-z][a-z0-9_]{0,11}", fullmatch=True)


@st.composite
def homes(draw: st.DrawFn) -> Home:
    """Homes as devices or Home Assistant tell them."""
    floors = draw(st.lists(st.builds(Floor, IDS, NAMES), max_size=3, unique_by=lambda f: f.id))
    floor = st.sampled_from([None, *(f.id for f in floors)])
    aliases = st.lists(NAMES, max_size=2).map(tuple)
    areas = draw(
        st.lists(st.builds(Area, IDS, NAMES, floor, aliases), max_size=4, unique_by=lambda a: a.id)
    )
    ids = st.builds("{}.{}".format, st.sampled_from(sorted(DEFAULT_STATES)), IDS)
    entities = draw(
        st.lists(
            st.builds(
                Entity,
                ids,
                NAMES,
                st.sampled_from([None, *(a.id for a in areas)]),
                aliases,
                st.sampled_from([None, "garage", "on"]),
                unique_id=st.none() | NAMES,
            ),
            max_size=6,
            unique_by=(lambda e: e.id, lambda e: e.unique_id or e.id),
        )
    )
    told = [replace(e, state=EntityState(DEFAULT_STATES[e.domain])) for e in entities]
    return Home(tuple(floors), tuple(areas), tuple(told))


@given(homes())
def test_a_home_is_read_back_as_it_was_written(home: Home) -> None:
    assert Home.from_data(yaml.safe_load(home_text(home)), "written") == home


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "home.yaml"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(LaresError, match="there already"):
        write_home(Home(), path)
    assert path.read_text(encoding="utf-8") == "mine"


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(LaresError, match=r"home\.yaml cannot be written"):
        write_home(Home(), tmp_path / "nowhere" / "home.yaml")
