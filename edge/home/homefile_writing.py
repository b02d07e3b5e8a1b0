"""Writing a home as a home file, which `edge.home.homefile` reads back as the same home.

States and attributes are left out: they are the devices' to tell, not the owner's. So is what the
file would say anyway, such as a list of no aliases.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from edge.home.graph import Home
from edge.types import LaresError


def home_text(home: Home) -> str:
    """The home as YAML, entities in the home's order."""
    return yaml.safe_dump(_data(home), sort_keys=False, allow_unicode=True)


def write_home(home: Home, path: Path) -> None:
    """Write a home file. Raises `LaresError` when the file is there already, or cannot be."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(home_text(home))
    except FileExistsError as error:
        raise LaresError(f"{path} is there already; name a file that is not") from error
    except OSError as error:
        raise LaresError(f"{path} cannot be written: {error}") from error


def _data(home: Home) -> dict[str, Any]:
    return {
        "floors": [_part(id=f.id, name=f.name, aliases=list(f.aliases)) for f in home.floors],
        "areas": [
            _part(id=a.id, name=a.name, floor=a.floor, aliases=list(a.aliases)) for a in home.areas
        ],
        "entities": [
            _part(
                id=e.id,
                name=e.name,
                area=e.area,
                aliases=list(e.aliases),
                device_class=e.device_class,
                unique_id=e.unique_id,
            )
            for e in home.entities
        ],
    }


def _part(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value}
