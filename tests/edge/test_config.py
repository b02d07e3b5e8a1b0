"""The configuration: what a file may say, and how it is told what it may not."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.config import Config, Satellite
from edge.config_reading import ConfigError
from edge.types import LaresError

HERE = Path("/somewhere/lares.toml")


def parse(text: str) -> Config:
    return Config.parse(text, HERE)


def test_an_empty_file_is_the_whole_default_configuration() -> None:
    assert parse("") == Config()


def test_values_are_read_and_their_origin_is_the_line_that_sets_them() -> None:
    config = parse('[wake]\nwords = ["alexa"]\n\n[mqtt]\nhost = "broker.lan"\nport = 8883\n')
    assert config.wake.words == ("alexa",)
    assert (config.mqtt.host, config.mqtt.port) == ("broker.lan", 8883)
    assert config.origins["mqtt.port"] == f"{HERE}:6"


def test_each_wake_word_may_have_a_threshold() -> None:
    config = parse('[wake]\nwords = ["alexa"]\n\n[wake.thresholds]\nalexa = 0.3\n')
    assert config.wake.thresholds == {"alexa": 0.3}
    assert config.origins["wake.thresholds"] == f"{HERE}:4"


def test_a_relative_path_starts_from_the_folder_of_the_file() -> None:
    assert parse('[home]\nfile = "home.yaml"').home.file == Path("/somewhere/home.yaml")


def test_a_whole_number_will_do_where_a_number_is_expected() -> None:
    assert parse("[endpoint]\nlimit_s = 8").endpoint.limit_s == 8.0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[mqtt]\nhots = 'x'", r"lares.toml:2: \[mqtt\] has no key 'hots'; allowed: host, port"),
        ("\n[mqqt]\nhost = 'x'", r"lares.toml:2: there is no section \[mqqt\]; allowed: audio"),
        ("[mqtt]\nport = 'x'", "lares.toml:2: mqtt.port must be a whole number, not 'x'"),
        ("[mqtt]\nport = true", "lares.toml:2: mqtt.port must be a whole number, not True"),
        ("[stt]\nengine = 'rhino'", "must be one of 'auto', 'vosk', 'whisper', 'pocketsphinx'"),
        ("[wake]\nwords = 'alexa'", "wake.words must be a list, not 'alexa'"),
        ("[wake]\nwords = [1]", "wake.words must be text"),
        ("[wake]\nthresholds = 0.5", "lares.toml:2: wake.thresholds must be a table, not 0.5"),
        ("\n[wake.thresholds]\nalexa = 'x'", "lares.toml:2: wake.thresholds must be a number"),
        ("[wake]\nthresholds = {alexa = true}", "wake.thresholds must be a number"),
        ("[audio]\nmicrophone = 1.5", "audio.microphone must be text or a whole number"),
        ("mqtt = 3", r"lares.toml:1: mqtt must be a section \[mqtt\]"),
        ("satellites = 3", r"lares.toml:1: satellites must be tables \[\[satellites\]\]"),
        ("[[satellites]]\narea = 'hall'", "lares.toml:1: satellite 1 has no name"),
        (
            "[[satellites]]\nname = 'a'\nroom = 'hall'",
            r"\[satellites\] has no key 'room'; allowed: name, microphone, area, speaker",
        ),
        (
            "[[satellites]]\nname = 'a'\n[[satellites]]\nname = 'a'\nmicrophone = 2",
            "two satellites are called 'a'",
        ),
        (
            "[[satellites]]\nname = 'a'\n[[satellites]]\nname = 'b'",
            "'a' and 'b' have the same microphone",
        ),
        ("[mqtt\nhost = 1", "not valid TOML: .* line 1"),
    ],
)
def test_what_is_not_allowed_is_named_with_file_line_and_what_is(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        parse(text)


def test_a_named_file_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        Config.load(tmp_path / "lares.toml")


def test_without_any_file_the_defaults_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Config.load() == Config()


def test_a_value_from_the_command_line_wins_and_says_so() -> None:
    config = parse("[mqtt]\nport = 1").with_value("mqtt.port", 2, "--port")
    assert config.mqtt.port == 2
    assert ("mqtt.port", 2, "--port") in list(config.values())


def test_each_satellite_is_a_microphone_in_an_area() -> None:
    config = parse(
        "[[satellites]]\nname = 'kitchen'\nmicrophone = 'USB'\narea = 'Kitchen'\n"
        "[[satellites]]\nname = 'hall'\nmicrophone = 3\nspeaker = 'Jabra'\n"
    )
    kitchen = Satellite("kitchen", "USB", "Kitchen")
    assert config.satellites == (kitchen, Satellite("hall", 3, None, "Jabra"))
    assert ("satellites.kitchen", kitchen, str(HERE)) in list(config.values())


def test_a_password_is_never_printed() -> None:
    config = parse("[mqtt]\npassword = 'hunter2'")
    assert "hunter2" not in repr(list(config.values()))


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        parse(text)
    except LaresError as error:
        assert str(HERE) in str(error)


def test_a_satellite_of_another_machine_is_known_by_its_address(tmp_path: Path) -> None:
    path = tmp_path / "lares.toml"
    path.write_text(
        "[[satellites]]\nname = 'kitchen'\nmicrophone = 'tcp://192.168.1.20:10700'\n"
        "[[satellites]]\nname = 'hall'\nmicrophone = 'USB'\n[[satellites]]\nname = 'office'\n"
    )
    found = [satellite.remote for satellite in Config.load(path).satellites]
    assert found == ["tcp://192.168.1.20:10700", None, None]


def test_nothing_is_served_unless_the_owner_says_so() -> None:
    wyoming = Config().wyoming
    assert not wyoming.serve
    assert set(wyoming.services) == {"asr", "wake", "tts", "intent", "handle"}
