"""Home files: what is read, and errors that name file, line, what was found and what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from edge.home.graph import Home
from edge.types import LaresError


def home(text: str, tmp_path: Path) -> Home:
    path = tmp_path / "home.yaml"
    path.write_text(text, encoding="utf-8")
    return Home.from_yaml(path)


def error(text: str, tmp_path: Path) -> str:
    with pytest.raises(LaresError) as caught:
        home(text, tmp_path)
    return str(caught.value)


def test_floors_areas_and_entities_are_read(tmp_path: Path) -> None:
    read = home(
        """
floors: [{id: ground, name: Ground Floor, aliases: [downstairs]}]
areas: [{id: kitchen, name: Kitchen, floor: ground}]
entities:
  - {id: cover.blind, name: Blind, area: kitchen, aliases: shade, device_class: blind, state: open,
     attributes: {current_position: 100}}
""",
        tmp_path,
    )
    entity = read.entities[0]
    assert read.floors[0].aliases == ("downstairs",)
    assert read.areas[0].floor == "ground"
    assert (entity.name, entity.area, entity.aliases) == ("Blind", "kitchen", ("shade",))
    assert (entity.device_class, entity.state.state) == ("blind", "open")
    assert entity.state.attributes == {"current_position": 100}


@pytest.mark.parametrize(
    ("entity_id", "written", "state"),
    [
        ("light.a", "on", "on"),
        ("light.a", "off", "off"),
        ("light.a", '"on"', "on"),
        ("cover.a", "false", "closed"),
        ("lock.a", "true", "locked"),
        ("sensor.a", "21.5", "21.5"),
        ("sensor.a", "2024-04-01", "2024-04-01"),
        ("binary_sensor.a", '{in: wet, out: "on"}', "on"),
        ("todo.a", '""', ""),
        ("light.a", "null", "off"),
        ("cover.a", "", "closed"),
        ("wormhole.a", "", "unknown"),
    ],
)
def test_states_are_text_whatever_yaml_makes_of_them(
    entity_id: str, written: str, state: str, tmp_path: Path
) -> None:
    read = home(f"entities:\n  - id: {entity_id}\n    state: {written}\n", tmp_path)
    assert read.entities[0].state.state == state


def test_an_area_may_name_its_floor_and_make_it(tmp_path: Path) -> None:
    read = home(
        "areas:\n  - {id: a, name: A, floor: First Floor}\n  - {id: b, floor: First Floor}",
        tmp_path,
    )
    assert [(floor.id, floor.name) for floor in read.floors] == [("first_floor", "First Floor")]
    assert [area.floor for area in read.areas] == ["first_floor", "first_floor"]


def test_a_floor_is_found_by_name_where_floors_are_listed(tmp_path: Path) -> None:
    read = home(
        "floors: [{id: f1, name: Upper Floor}]\nareas: [{id: a, floor: upper floor}]", tmp_path
    )
    assert read.areas[0].floor == "f1"


def test_an_entity_is_where_its_device_is(tmp_path: Path) -> None:
    read = home(
        """
areas: [{id: hall}, {id: attic}]
devices: [{id: d, name: D, area: hall, info: {model: X}}]
entities: [{id: light.a, device: d}, {id: light.b, device: d, area: attic}]
""",
        tmp_path,
    )
    assert [entity.area for entity in read.entities] == ["hall", "attic"]


def test_a_unique_id_is_text_and_belongs_to_one_entity_of_a_domain(tmp_path: Path) -> None:
    read = home(
        "entities: [{id: light.a, unique_id: 0x17}, {id: sensor.a, unique_id: 23}]", tmp_path
    )
    assert [entity.unique_id for entity in read.entities] == ["23", "23"]
    twice = "entities:\n - {id: light.a, unique_id: x}\n - {id: light.b, unique_id: x}"
    assert 'line 3: the unique_id "x" is that of light.a already' in error(twice, tmp_path)


@pytest.mark.parametrize(
    ("written", "name"),
    [("[the] lamp", "lamp"), ("Trader Joe[']s", "Trader Joe's"), ("[the]", "the"), ("A  B", "A B")],
)
def test_optional_words_in_names_are_left_out_and_letters_kept(
    written: str, name: str, tmp_path: Path
) -> None:
    assert (
        home(f'entities: [{{id: light.a, name: "{written}"}}]', tmp_path).entities[0].name == name
    )


def test_a_device_class_may_be_an_attribute_or_an_enum_name(tmp_path: Path) -> None:
    read = home(
        """
entities:
  - {id: cover.a, attributes: {device_class: cover.CoverDeviceClass.GARAGE}}
  - {id: cover.b, attributes: {device_class: blind}}
""",
        tmp_path,
    )
    assert [entity.device_class for entity in read.entities] == ["garage", "blind"]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("climate.HVACMode.HEAT", "heat"),
        ("HVACMode.FAN_ONLY", "fan_only"),
        ("[climate.HVACMode.OFF, climate.HVACMode.HEAT_COOL]", ["off", "heat_cool"]),
        ("[light.ColorMode.RGB, onoff]", ["rgb", "onoff"]),
        ("heat", "heat"),
        ("Party Mode. All night", "Party Mode. All night"),
        ("21.5", 21.5),
    ],
)
def test_modes_among_the_attributes_may_be_enum_names(
    written: str, value: object, tmp_path: Path
) -> None:
    read = home(f"entities:\n  - id: climate.a\n    attributes: {{a: {written}}}\n", tmp_path)
    assert read.entities[0].state.attributes == {"a": value}


def test_an_empty_file_is_an_empty_home(tmp_path: Path) -> None:
    assert home("", tmp_path) == Home()


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("entities:\n  - id: light\n", 2, 'expected an id like "light.desk_lamp"'),
        ("entities:\n  - id: light.a\n    area: attic\n", 3, 'no area "attic". Known are: none'),
        ("areas: [{id: a}]\nentities:\n  - id: light.a\n    area: b\n", 4, "Known are: a."),
        ("entities:\n  - id: light.a\n  - id: light.a\n", 3, '"light.a" is taken already'),
        ("areas:\n  - id: a\n  - id: a\n", 3, '"a" is taken already'),
        ("entities:\n  - id: light.a\n    aera: x\n", 3, 'did you mean "area"?'),
        ("entitys:\n  - id: light.a\n", 2, 'did you mean "entities"?'),
        ("entities:\n  - id: light.a\n    name: [x]\n", 3, "expected text, found ['x']"),
        ("entities:\n  - id: light.a\n    name: off\n", 3, "Put text in quotes"),
        ("entities:\n  - id: light.a\n    state: [1]\n", 3, "expected a state"),
        (
            "entities:\n  - id: light.a\n    attributes: 7\n",
            3,
            "expected names and values, found 7",
        ),
        ("entities:\n  - lamp\n", 2, "expected the keys id, name"),
        ("entities: lamp\n", 1, "expected a list of entities"),
        ("floors: [{id: g}]\nareas:\n  - id: a\n    floor: h\n", 4, 'no floor "h". Known are: g'),
        ("devices: [{id: d}]\nentities:\n  - {id: light.a, device: e}\n", 3, 'no device "e"'),
        ("entities:\n  - id: [\n", 3, "not valid YAML"),
    ],
)
def test_an_error_names_file_line_and_what_is_allowed(
    text: str, line: int, said: str, tmp_path: Path
) -> None:
    message = error(text, tmp_path)
    assert message.startswith(f"{tmp_path / 'home.yaml'}, line {line}: ")
    assert said in message


def test_a_file_that_is_no_mapping_or_not_there_is_refused(tmp_path: Path) -> None:
    assert "expected the keys floors, areas and entities" in error("- a\n", tmp_path)
    with pytest.raises(LaresError, match="Cannot read the home file"):
        Home.from_yaml(tmp_path / "none.yaml")


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "home.yaml"
    path.write_bytes(b"\xff\xfe\x00name")
    with pytest.raises(LaresError, match="UTF-8"):
        Home.from_yaml(path)


def test_parsed_data_is_read_with_places_instead_of_lines() -> None:
    with pytest.raises(LaresError) as caught:
        Home.from_data({"entities": [{"id": "light.a", "area": "x"}]}, "line 7")
    assert str(caught.value).startswith("line 7, entities[0].area: ")


NAMES = st.text(st.characters(categories=("L", "Nd", "Zs")), min_size=1, max_size=20).filter(
    lambda text: text.strip() != ""
)
IDS = st.from_regex(r"[a-z]{1,8}\.[a-z_0-9]{1,8}", fullmatch=True)


@given(st.dictionaries(IDS, NAMES, max_size=8))
def test_any_names_survive_a_file(names: dict[str, str]) -> None:
    entities = [{"id": entity_id, "name": name} for entity_id, name in names.items()]
    text = yaml.safe_dump({"entities": entities}, allow_unicode=True)
    read = Home.from_data(yaml.safe_load(text), "generated")
    assert {entity.id: entity.name for entity in read.entities} == {
        entity_id: " ".join(name.split()) for entity_id, name in names.items()
    }


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from(["floors", "areas", "entities", "devices"]),
        JSON
        | st.lists(
            st.dictionaries(
                st.sampled_from(["id", "name", "area", "floor", "state", "aliases", "attributes"]),
                JSON,
            ),
            max_size=3,
        ),
    )
    | JSON
)
def test_whatever_a_file_holds_it_is_a_home_or_a_clear_error(data: object) -> None:
    try:
        read = Home.from_data(data, "generated")  # type: ignore[arg-type]  # anything may be there
    except LaresError as problem:
        assert "generated" in str(problem)
    else:
        assert isinstance(read, Home)
