"""The `lares` program from outside: arguments in, text and exit codes out."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import SMALL_HOME
from tests.e2e.program import lares


def batch(command: str, lines: list[object], folder: Path, *options: str) -> list[dict[str, Any]]:
    told = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    done = lares(command, "--batch", "--home", "home.yaml", *options, stdin=told, folder=folder)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_help_is_told_without_loading_anything_heavy() -> None:
    script = "import sys, edge.cli\ntry: edge.cli.main(['--help'])\nexcept SystemExit: pass\n"
    check = script + "print([m for m in ('numpy', 'rich', 'asyncio') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_parse_tells_intent_and_slots_and_does_nothing(folder: Path) -> None:
    done = lares(
        "parse", "turn on the kitchen light", "--home", "home.yaml", "--json", folder=folder
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert [i["name"] for i in told["intents"]] == ["HassTurnOn"]
    assert told["changes"] == {}
    assert told["published"] == []


def test_say_switches_a_virtual_lamp(folder: Path) -> None:
    done = lares("say", "turn on the kitchen light", "--home", "home.yaml", "--json", folder=folder)
    told = json.loads(done.stdout)
    assert told["changes"]["light.kitchen"]["state"] == "on"
    assert told["published"]
    assert told["speech"]
    assert set(told["ms"]) >= {"tagger", "resolver", "skill", "publish", "confirm"}


def test_say_for_people_tells_what_was_understood_and_done(folder: Path) -> None:
    done = lares("say", "turn on the kitchen light", "--home", "home.yaml", folder=folder)
    assert done.returncode == 0
    assert "HassTurnOn" in done.stdout
    assert "light.kitchen on" in done.stdout


def test_what_is_not_for_us_ends_with_exit_code_1(folder: Path) -> None:
    text = "what is the capital of france"
    done = lares("say", text, "--home", "home.yaml", "--json", folder=folder)
    assert done.returncode == 1
    assert json.loads(done.stdout)["intents"] == []


def test_a_batch_answers_each_line_in_order_and_survives_bad_ones(folder: Path) -> None:
    told = batch(
        "say",
        [
            {"text": "turn off the hall light"},
            "this is not JSON",
            {"text": "turn on the kitchen light", "home": "nowhere.yaml"},
            {"text": "turn on the kitchen light"},
        ],
        folder,
    )
    assert told[0]["changes"]["light.hall"]["state"] == "off"
    assert "expected a JSON object" in told[1]["error"]
    assert "nowhere.yaml" in told[2]["error"]
    assert told[3]["changes"]["light.kitchen"]["state"] == "on"


def test_lines_without_a_conversation_start_from_the_homes_first_state(folder: Path) -> None:
    line = {"text": "turn off the hall light"}
    told = batch("say", [line, line], folder)
    assert told[0]["changes"] == told[1]["changes"] != {}


def test_lines_of_one_conversation_share_the_home(folder: Path) -> None:
    line = {"text": "turn off the hall light", "conversation": "1"}
    told = batch("say", [line, line, {**line, "conversation": "2"}], folder)
    assert told[0]["changes"]["light.hall"]["state"] == "off"
    assert told[1]["changes"] == {}
    assert told[2]["changes"]["light.hall"]["state"] == "off"


def test_setup_puts_the_home_into_a_state_first(folder: Path) -> None:
    setup = {"light.kitchen": {"state": "on", "attributes": {"brightness": 10}}}
    told = batch("say", [{"text": "turn off the kitchen light", "setup": setup}], folder)
    assert told[0]["changes"]["light.kitchen"]["state"] == "off"


def test_an_unknown_area_is_an_error_in_its_place_and_nothing_is_done(folder: Path) -> None:
    told = batch("say", [{"text": "lights on", "area": "attic"}], folder)
    assert "there is no area 'attic' in this home; known: Kitchen, Hall" in told[0]["error"]
    done = lares("say", "lights on", "--area", "attic", "--home", "home.yaml", folder=folder)
    assert done.returncode == 2


def test_setup_of_an_unknown_entity_is_an_error_in_its_place(folder: Path) -> None:
    told = batch("say", [{"text": "lights on", "setup": {"light.x": {"state": "on"}}}], folder)
    assert "light.x" in told[0]["error"]


def test_unlocking_asks_and_yes_answers(folder: Path) -> None:
    line = {"text": "unlock the front door", "conversation": "1"}
    asked, done = batch("say", [line, {**line, "text": "yes"}], folder)
    assert asked["asked"] and asked["changes"] == {}
    assert done["changes"]["lock.front"]["state"] == "unlocked"
    (agreed,) = batch("say", [line], folder, "--yes")
    assert agreed["changes"]["lock.front"]["state"] == "unlocked"


def test_the_configuration_can_forbid_what_is_asked(folder: Path) -> None:
    (folder / "lares.toml").write_text(
        '[[privacy.rules]]\nverdict = "refuse"\ndomains = ["light"]\n'
    )
    (told,) = batch("say", [{"text": "turn off the hall light"}], folder)
    assert told["refused"]
    assert told["published"] == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("say", "hello", "--home", "none.yaml"), "none.yaml"),
        (("say", "hello", "--home", "broken.yaml"), "broken.yaml"),
        (("--config", "bad.toml", "config"), "bad.toml:2: [mqtt] has no key 'hots'"),
        (("say",), "expected a text"),
        (("hear",), "expected a sound file"),
        (("hear", "none.wav"), "The sound file none.wav cannot be opened: No such file"),
        (("hear", "letter.wav"), "letter.wav"),
        (("hear", "empty.wav"), "empty.wav"),
        (("wake", "none.wav"), "The sound file none.wav cannot be opened: No such file"),
        (("models", "fetch", "rhino"), "rhino"),
        (("say", "hello", "--live"), "127.0.0.1:1"),
    ],
)
def test_bad_input_is_one_clear_line_and_exit_code_2(
    folder: Path, arguments: tuple[str, ...], message: str
) -> None:
    (folder / "broken.yaml").write_text("entities:\n  - {id: [\n")
    (folder / "bad.toml").write_text("[mqtt]\nhots = 'x'\n")
    (folder / "lares.toml").write_text('[mqtt]\nhost = "127.0.0.1"\nport = 1\n')
    (folder / "letter.wav").write_text("Dear sound card,")
    (folder / "empty.wav").touch()
    done = lares(*arguments, folder=folder)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.startswith("lares: ")
    assert "Traceback" not in done.stderr


def test_config_tells_each_value_and_its_origin(folder: Path) -> None:
    (folder / "lares.toml").write_text("[mqtt]\nport = 1884\n")
    done = lares("config", folder=folder, env={"COLUMNS": "200"})
    assert any(
        "mqtt.port" in line and "1884" in line and "lares.toml:2" in line
        for line in done.stdout.splitlines()
    )


def test_home_check_names_what_is_odd(folder: Path) -> None:
    assert lares("home", "check", "home.yaml", folder=folder).returncode == 0
    (folder / "home.yaml").write_text(
        SMALL_HOME + '  - {id: light.b, name: Kitchen, state: "on"}\n'
    )
    done = lares("home", "check", "home.yaml", folder=folder)
    assert done.returncode == 1
    assert "has the name of an area" in done.stdout
    assert "is in no area" in done.stdout


def test_home_show_draws_the_home(folder: Path) -> None:
    done = lares("home", "show", "home.yaml", folder=folder)
    assert "Kitchen Light" in done.stdout
