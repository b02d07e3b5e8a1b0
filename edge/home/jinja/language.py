"""Jinja's language, from the syntax tree that its parser makes to functions that evaluate it.

    compiled("{% if value_json.on %}ON{% else %}OFF{% endif %}")(values, now)

There are output, `if`, `for` (with `else`, a condition, `break` and `continue`), `set`, and all
expressions. There are no macros, blocks, imports, calls with a body, recursive loops: what else the
tree holds is an `UnsupportedTemplate`, as is a filter, test or function that is not on the lists of
`edge.home.jinja.functions`. A variable that does not exist is undefined, as Jinja has it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from jinja2 import Environment, TemplateError, nodes

from edge.home.jinja.expressions import DEEPEST, Expression, Scope, expression, refused
from edge.home.jinja.functions import items_of, to_json
from edge.home.jinja.limits import Budget, TemplateFailed, UnsupportedTemplate
from edge.home.jinja.values import Namespace, Run

LONGEST = 8_192
"""Characters of a template; the longest known to be published has 1,600."""
DEEPEST_LOOP = 4
Clock = Callable[[], datetime]
Template = Callable[[Mapping[str, Any], Clock], str]
"""template(values, now): the text that it makes. Raises `TemplateFailed`."""

_ERRORS = (
    ArithmeticError, AttributeError, LookupError, MemoryError, OSError, RecursionError, TypeError,
    ValueError,
)  # fmt: skip


Statement = Callable[[Scope], str | None]
"""None, or "break" or "continue"."""


def compiled(text: str) -> Template:
    """The function that a template is. Raises `UnsupportedTemplate`."""
    if len(text) > LONGEST:
        raise UnsupportedTemplate(f"a template has more than {LONGEST} characters")
    try:
        body = _statements(_environment().parse(text).body, 0, 0)
    except (TemplateError, *_ERRORS) as error:
        raise UnsupportedTemplate(f"{error} in {text[:60]!r}") from error

    def evaluate(values: Mapping[str, Any], now: Clock) -> str:
        scope = Scope(Run(Budget(), now), values)
        try:
            _each(body, scope)
        except TemplateFailed:
            raise
        except _ERRORS as error:
            raise TemplateFailed(f"{error or type(error).__name__}"[:200]) from error
        return "".join(scope.made).strip()

    return evaluate


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(extensions=["jinja2.ext.loopcontrols"], autoescape=False)


def _each(statements: Sequence[Statement], scope: Scope) -> str | None:
    for statement in statements:
        if leave := statement(scope):
            return leave
    return None


def _statements(several: Sequence[nodes.Node], depth: int, loops: int) -> list[Statement]:
    return [_statement(node, depth + 1, loops) for node in several]


def _statement(node: nodes.Node, depth: int, loops: int) -> Statement:
    if depth > DEEPEST or loops > DEEPEST_LOOP:
        raise refused("so deep a nesting", node)
    match node:
        case nodes.Output():
            return _output([expression(part, depth) for part in node.nodes])
        case nodes.If():
            return _choice(node, depth, loops)
        case nodes.For():
            return _loop(node, depth, loops)
        case nodes.Assign():
            target, value = _target(node.target), expression(node.node, depth)
            return lambda scope: target(scope, value(scope))
        case nodes.Break() if loops:
            return lambda _: "break"
        case nodes.Continue() if loops:
            return lambda _: "continue"
    raise refused(f'"{type(node).__name__.lower()}"', node)


def _output(parts: Sequence[Expression]) -> Statement:
    def write(scope: Scope) -> None:
        for part in parts:
            text = _shown(part(scope), scope)
            scope.run.budget.spend(1 + len(text))
            scope.made.append(text)

    return write


def _shown(value: Any, scope: Scope) -> str:
    """A value as text. Lists and objects become JSON, which whoever sends them on can read."""
    scope.run.budget.checked(value)
    return to_json(scope.run, value) if isinstance(value, dict | list) else str(value)


def _choice(node: nodes.If, depth: int, loops: int) -> Statement:
    branches = [
        (expression(branch.test, depth), _statements(branch.body, depth, loops))
        for branch in (node, *node.elif_)
    ]
    otherwise = _statements(node.else_, depth, loops)

    def choose(scope: Scope) -> str | None:
        for test, body in branches:
            if test(scope):
                return _each(body, scope)
        return _each(otherwise, scope)

    return choose


def _loop(node: nodes.For, depth: int, loops: int) -> Statement:
    if node.recursive:
        raise refused("a recursive loop", node)
    target, several = _target(node.target), expression(node.iter, depth)
    fits = expression(node.test, depth) if node.test else None
    body = _statements(node.body, depth, loops + 1)
    otherwise = _statements(node.else_, depth, loops)

    def loop(scope: Scope) -> str | None:
        wanted = []
        scope.levels.append({})
        for one in items_of(several(scope)):
            scope.run.budget.spend()
            target(scope, one)
            if fits is None or fits(scope):
                wanted.append(one)
        for index, one in enumerate(wanted):
            scope.run.budget.spend()
            scope.levels[-1] = {"loop": _position(index, len(wanted))}
            target(scope, one)
            if _each(body, scope) == "break":
                break
        scope.levels.pop()
        return None if wanted else _each(otherwise, scope)

    return loop


def _position(index: int, length: int) -> dict[str, int | bool]:
    """What `loop` tells inside of a loop."""
    return {
        "index": index + 1,
        "index0": index,
        "revindex": length - index,
        "revindex0": length - index - 1,
        "first": index == 0,
        "last": index == length - 1,
        "length": length,
    }


def _target(node: nodes.Node) -> Callable[[Scope, Any], None]:
    """What gives a value to a name, to several, or to a member of a namespace."""
    match node:
        case nodes.Name():
            name = node.name
            return lambda scope, value: scope.set(name, value)
        case nodes.NSRef():
            space, attribute = node.name, node.attr
            return lambda scope, value: _set_member(scope, space, attribute, value)
        case nodes.Tuple():
            return _unpacking([_target(part) for part in node.items])
    raise refused("such a target", node)


def _set_member(scope: Scope, name: str, attribute: str, value: Any) -> None:
    space = scope.get(name)
    if not isinstance(space, Namespace):
        raise TemplateFailed(f"{name} is no namespace")
    space.values[attribute] = value


def _unpacking(targets: Sequence[Callable[[Scope, Any], None]]) -> Callable[[Scope, Any], None]:
    def unpack(scope: Scope, value: Any) -> None:
        parts = list(items_of(value))
        if len(parts) != len(targets):
            raise TemplateFailed(f"expected {len(targets)} values, found {len(parts)}")
        for target, part in zip(targets, parts, strict=True):
            target(scope, part)

    return unpack
