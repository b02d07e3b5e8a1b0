"""`lares` in a home whose devices are only in Home Assistant, here a simulated one."""

from __future__ import annotations

import asyncio
import json
import subprocess
from pathlib import Path

import pytest
import yaml

from edge.home.graph import Home
from edge.home_assistant.address import TOKEN_VARIABLE
from tests.e2e.program import lares, running
from tests.e2e.sounds import VACUUM, raw, samples_of
from tests.e2e.test_run import COMMAND, LISTENS
from tests.edge.home_assistant.conftest import house
from tests.edge.home_assistant.simulated import SECRET, SimulatedHomeAssistant

__all__ = ["house"]
Done = subprocess.CompletedProcess[str]


async def run(*arguments: str | Path, folder: Path, **env: str) -> Done:
    """Run the program while Home Assistant answers beside it. It never shows the token."""
    settings = {TOKEN_VARIABLE: "", **env}
    done = await asyncio.to_thread(lambda: lares(*arguments, folder=folder, env=settings))
    assert SECRET not in done.stdout + done.stderr
    return done


@pytest.fixture
def there(house: SimulatedHomeAssistant, tmp_path: Path) -> Path:
    """A folder whose configuration leads to Home Assistant."""
    (tmp_path / "token").write_text(f"{SECRET}\n", encoding="utf-8")
    (tmp_path / "lares.toml").write_text(
        f"""
[home]
devices = "home_assistant"
[home_assistant]
url = "{house.address.url}"
token_file = "token"
[mqtt]
host = "nowhere.invalid"
[stt]
engine = "pocketsphinx"
""",
        encoding="utf-8",
    )
    return tmp_path


async def test_what_is_said_calls_a_service_without_any_broker(
    house: SimulatedHomeAssistant, there: Path
) -> None:
    said = await run(
        "say", "set the floor lamp to 50 percent", "--live", "--json", folder=there
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    outcome = json.loads(said.stdout)
    assert outcome["speech"] == "Set the floor lamp to 50%."
    assert outcome["changes"]["light.floor_lamp"]["state"] == "on"
    assert outcome["published"] == []
    assert [call["target"] for call in house.calls] == [{"entity_id": "light.floor_lamp"}]


async def test_run_waits_for_home_assistant_hears_acts_and_heals_without_any_broker(
    house: SimulatedHomeAssistant, there: Path
) -> None:
    asked: list[object] = []

    async def accept(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(writer.get_extra_info("peername"))
        writer.close()

    async with await asyncio.start_server(accept, "127.0.0.1", 0) as broker:
        port = broker.sockets[0].getsockname()[1]
        text = (there / "lares.toml").read_text(encoding="utf-8")
        text = text.replace('host = "nowhere.invalid"', f"port = {port}")
        (there / "lares.toml").write_text(text, encoding="utf-8")
        await house.stop()
        async with running(*LISTENS, folder=there, env={TOKEN_VARIABLE: ""}) as program:
            waiting = await program.event("home_assistant_unreachable")
            assert "Nothing answers at" in waiting["reason"]
            await house.start()
            await program.event("listening")
            first = await program.hears(COMMAND)
            await house.stop()
            await program.event("home_assistant_lost")
            await house.start()
            await program.event("home_assistant_connected")
            await program.hears(raw(samples_of(VACUUM)))
            program.stdin.close()
            assert await program.ends() == 0
    assert first["changes"]["light.kitchen_light"]["state"] == "on"
    assert house.calls[-1]["target"] == {"entity_id": "vacuum.vacuum"}
    assert asked == []
    assert SECRET not in "".join(program.said)


async def test_what_home_assistant_refuses_is_said(
    house: SimulatedHomeAssistant, there: Path
) -> None:
    house.refusals["light.turn_on"] = ("home_assistant_error", "the bridge is gone")
    said = await run("say", "turn on the floor lamp", "--live", "--json", folder=there)
    assert "floor lamp" in json.loads(said.stdout)["speech"].lower()
    assert json.loads(said.stdout)["changes"] == {}


async def test_the_home_as_it_is_now_is_shown(house: SimulatedHomeAssistant, there: Path) -> None:
    shown = await run("home", "show", "--live", folder=there)
    assert shown.returncode == 0, shown.stderr
    assert "Floor Lamp" in shown.stdout


@pytest.mark.parametrize("arguments", [("say", "turn on the lamp", "--live"), ("home", "import")])
async def test_a_token_that_is_not_taken_is_said_in_one_sentence(
    there: Path, arguments: tuple[str, ...]
) -> None:
    (there / "token").write_text("another", encoding="utf-8")
    done = await run(*arguments, folder=there)
    assert done.returncode == 2
    assert "does not take the token" in done.stderr
    assert "Traceback" not in done.stderr


async def test_the_doctor_tells_of_home_assistant_and_not_of_a_broker(there: Path) -> None:
    done = await run("doctor", "--json", folder=there)
    findings = {finding["part"]: finding for finding in json.loads(done.stdout)}
    assert findings["Home Assistant"]["verdict"] == "ok"
    assert "broker" not in findings
    (there / "token").unlink()
    done = await run("doctor", "--json", folder=there)
    findings = {finding["part"]: finding for finding in json.loads(done.stdout)}
    assert findings["Home Assistant"]["verdict"] == "error"
    assert "token" in findings["Home Assistant"]["advice"]


async def test_the_configuration_never_shows_the_token(there: Path) -> None:
    text = (there / "lares.toml").read_text(encoding="utf-8")
    written = text.replace('token_file = "token"', f'token = "{SECRET}"')
    (there / "lares.toml").write_text(written, encoding="utf-8")
    shown = await run("config", folder=there)
    assert "(set)" in shown.stdout


async def test_a_home_file_is_imported_checked_and_never_overwritten(
    house: SimulatedHomeAssistant, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text(SECRET, encoding="utf-8")
    source = ("--from-ha", house.address.url, "--token-file", "secret")
    done = await run("home", "import", *source, "new.yaml", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    before = (tmp_path / "new.yaml").read_text(encoding="utf-8")
    home = Home.from_yaml(tmp_path / "new.yaml")
    assert {entity.id for entity in home.entities} == {row["entity_id"] for row in house.entities}
    assert (await run("home", "check", "new.yaml", folder=tmp_path)).returncode in (0, 1)
    printed = await run("home", "import", *source, folder=tmp_path)
    assert yaml.safe_load(printed.stdout) == yaml.safe_load(before)

    logins = len(house.logins)
    again = await run("home", "import", *source, "new.yaml", folder=tmp_path)
    assert again.returncode == 2
    assert "there already" in again.stderr
    assert (tmp_path / "new.yaml").read_text(encoding="utf-8") == before
    assert len(house.logins) == logins


async def test_the_token_may_come_from_the_environment_and_must_come_from_somewhere(
    house: SimulatedHomeAssistant, tmp_path: Path
) -> None:
    source = ("home", "import", "--from-ha", house.address.url)
    done = await run(*source, folder=tmp_path, **{TOKEN_VARIABLE: SECRET})
    assert done.returncode == 0, done.stderr
    done = await run(*source, folder=tmp_path)
    assert done.returncode == 2
    assert "found none" in done.stderr


async def test_what_was_not_answered_is_named(
    house: SimulatedHomeAssistant, tmp_path: Path
) -> None:
    house.unknown = {"config/floor_registry/list"}
    source = ("home", "import", "--from-ha", house.address.url)
    done = await run(*source, folder=tmp_path, **{TOKEN_VARIABLE: SECRET})
    assert "missing: config/floor_registry/list" in done.stderr


def test_one_source_is_imported_from_not_two(tmp_path: Path) -> None:
    done = lares("home", "import", "--from-ha", "http://x", "--from-storage", ".", folder=tmp_path)
    assert done.returncode == 2
    assert "expected one of" in done.stderr
