"""Reading TOML into frozen dataclasses, with the file and line of whatever is wrong in it.

Each section is a dataclass and each key one of its fields, whose annotation says what is allowed. A
key that does not exist, or a value of the wrong type, is an error that names what would be right.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from edge.types import LaresError


class ConfigError(LaresError):
    """The configuration file cannot be used."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Turns parsed TOML into a tree of dataclasses, and finds the line of what is wrong."""

    path: Path
    text: str

    def read(self, kind: type) -> tuple[dict[str, Any], dict[str, str]]:
        """The sections of a dataclass that the text has, by name, and the origin of each value.

        Raises ConfigError.
        """
        try:
            data = tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{self.path}: not valid TOML: {error}") from error
        sections: dict[str, Any] = {}
        origins: dict[str, str] = {}
        hints = get_type_hints(kind)
        allowed = [f.name for f in fields(kind) if f.name != "origins"]
        for name, content in data.items():
            if name not in allowed:
                raise self._error(name, None, f"there is no section [{name}]", allowed)
            if get_origin(hints[name]) is tuple:
                (table, _) = get_args(hints[name])
                sections[name] = self._tables(name, table, content, origins)
                continue
            if not isinstance(content, Mapping):
                raise self._error(None, name, f"{name} must be a section [{name}]", allowed)
            sections[name] = self._section(name, hints[name], content, origins)
        return sections, origins

    def _tables(
        self, section: str, kind: type, content: object, origins: dict[str, str]
    ) -> tuple[Any, ...]:
        """Several of a kind, such as satellites: each has a name and a microphone of its own."""
        if not isinstance(content, list) or not all(isinstance(one, Mapping) for one in content):
            raise self._error(None, section, f"{section} must be tables [[{section}]]")
        found: list[Any] = []
        for number, one in enumerate(content):
            if not one.get("name"):
                problem = f"{section.removesuffix('s')} {number + 1} has no name"
                raise self._error(section, None, problem)
            made: Any = self._section(section, kind, one, {})
            for other in found:
                if other.name == made.name:
                    problem = f"two {section} are called {made.name!r}"
                    raise self._error(section, "name", problem)
                if other.microphone == made.microphone:
                    problem = f"{other.name!r} and {made.name!r} have the same microphone"
                    raise self._error(section, "microphone", problem)
            origins[f"{section}.{made.name}"] = str(self.path)
            found.append(made)
        return tuple(found)

    def _section(
        self, name: str, kind: type, content: Mapping[str, Any], origins: dict[str, str]
    ) -> object:
        hints = get_type_hints(kind)
        values: dict[str, object] = {}
        for key, value in content.items():
            if key not in hints:
                raise self._error(name, key, f"[{name}] has no key {key!r}", list(hints))
            try:
                values[key] = self._value(hints[key], value)
            except ValueError as error:
                raise self._error(name, key, f"{name}.{key} {error}, not {value!r}") from error
            origins[f"{name}.{key}"] = f"{self.path}:{self._line(name, key)}"
        return kind(**values)

    def _value(self, hint: Any, value: Any) -> object:
        origin, arguments = get_origin(hint), get_args(hint)
        if origin in (Union, UnionType):
            kinds = [k for k in arguments if k is not type(None)]
            for kind in kinds:
                try:
                    return self._value(kind, value)
                except ValueError as error:
                    problem = error
            raise ValueError(
                str(problem) if len(kinds) == 1 else f"must be {' or '.join(map(_name, kinds))}"
            )
        if origin is Literal:
            if value in arguments:
                return value
            raise ValueError(f"must be one of {', '.join(map(repr, arguments))}")
        if origin in (tuple, Mapping):
            return self._collection(origin, arguments, value)
        if hint is Path and isinstance(value, str):
            return self.path.parent / Path(value).expanduser()
        if hint is float and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        if hint is Any or (
            isinstance(value, hint) and (hint is bool or not isinstance(value, bool))
        ):
            return value
        raise ValueError(f"must be {_name(hint)}")

    def _collection(self, origin: Any, arguments: tuple[Any, ...], value: Any) -> object:
        if origin is tuple:
            if isinstance(value, list):
                return tuple(self._value(arguments[0], v) for v in value)
            raise ValueError("must be a list")
        if isinstance(value, Mapping):
            return {key: self._value(arguments[1], v) for key, v in value.items()}
        raise ValueError("must be a table")

    def _error(
        self, section: str | None, key: str | None, message: str, allowed: list[str] | None = None
    ) -> ConfigError:
        hint = f"; allowed: {', '.join(allowed)}" if allowed else ""
        return ConfigError(f"{self.path}:{self._line(section, key)}: {message}{hint}")

    def _line(self, section: str | None, key: str | None) -> int:
        inside = section is None
        for number, line in enumerate(self.text.splitlines(), start=1):
            header = re.match(r"\s*\[+\s*([\w-]+)(?:\.([\w-]+))?\s*\]+", line)
            if header:
                inside = header[1] == section
                if inside and key in (None, header[2]):
                    return number
            elif inside and key and re.match(rf'\s*"?{re.escape(key)}"?\s*[=.]', line):
                return number
        return 1


def _name(kind: Any) -> str:
    names = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
    return names.get(kind, "a path" if kind is Path else "a table")
