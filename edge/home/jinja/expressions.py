"""The expressions of Jinja's language: what a node of the syntax tree becomes.

Each is a function of the `Scope` in which it is evaluated, and costs a step. Each value that an
expression makes is checked against the limits before anything else gets it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from jinja2 import nodes

from edge.home.jinja.functions import CONSTANTS, FILTERS, FUNCTIONS, TESTS, call
from edge.home.jinja.limits import (
    LONGEST_TEXT,
    MissingValue,
    TemplateFailed,
    Undefined,
    UnsupportedTemplate,
)
from edge.home.jinja.numbers import OPERATORS
from edge.home.jinja.values import Namespace, Run, item, member, method

DEEPEST = 40
"""How deep statements and expressions may lie in each other."""


class Scope:
    """The variables that can be seen: those of the template, and of each loop around."""

    __slots__ = ("levels", "made", "run")

    def __init__(self, run: Run, values: Mapping[str, Any]) -> None:
        self.run = run
        self.levels: list[dict[str, Any]] = [dict(values), {}]
        self.made: list[str] = []

    def get(self, name: str) -> Any:
        for level in reversed(self.levels):
            if name in level:
                return level[name]
        return CONSTANTS.get(name, Undefined(name))

    def set(self, name: str, value: Any) -> None:
        self.levels[-1][name] = value


Expression = Callable[[Scope], Any]


def refused(what: str, node: nodes.Node) -> UnsupportedTemplate:
    return UnsupportedTemplate(f"{what} is not supported (line {node.lineno})")


def expression(node: nodes.Node, depth: int) -> Expression:
    """An expression that costs one step."""
    if depth > DEEPEST:
        raise refused("so deep a nesting", node)
    inner = _plain_expression(node, depth + 1)

    def evaluate(scope: Scope) -> Any:
        scope.run.budget.spend()
        return inner(scope)

    return evaluate


def _plain_expression(node: nodes.Node, depth: int) -> Expression:
    for kinds, build in _BUILDERS:
        if isinstance(node, kinds):
            return build(node, depth)
    raise refused(f'"{type(node).__name__.lower()}"', node)


def _constant(node: nodes.TemplateData | nodes.Const, _: int) -> Expression:
    if isinstance(node, nodes.TemplateData):
        text = node.data
        return lambda _: text
    constant = node.value
    return lambda scope: scope.run.budget.checked(constant)


def _variable(node: nodes.Name, _: int) -> Expression:
    name = node.name
    return lambda scope: scope.get(name)


def _object(node: nodes.Dict, depth: int) -> Expression:
    pairs = [(expression(p.key, depth), expression(p.value, depth)) for p in node.items]
    return lambda scope: scope.run.budget.checked(
        {key(scope): value(scope) for key, value in pairs}
    )


def _both_or_either(node: nodes.And | nodes.Or, depth: int) -> Expression:
    left, right = expression(node.left, depth), expression(node.right, depth)
    if isinstance(node, nodes.And):
        return lambda scope: left(scope) and right(scope)
    return lambda scope: left(scope) or right(scope)


def _negation(node: nodes.Not, depth: int) -> Expression:
    negated = expression(node.node, depth)
    return lambda scope: not negated(scope)


def _signed(node: nodes.Neg | nodes.Pos, depth: int) -> Expression:
    number = expression(node.node, depth)
    sign = operator.neg if isinstance(node, nodes.Neg) else operator.pos
    return lambda scope: sign(number(scope))


def _concatenation(node: nodes.Concat, depth: int) -> Expression:
    parts = [expression(part, depth) for part in node.nodes]
    return lambda scope: _concatenated([part(scope) for part in parts], scope)


def _sequence(node: nodes.List | nodes.Tuple, depth: int) -> Expression:
    parts = [expression(part, depth) for part in node.items]
    kind: type[list[Any]] | type[tuple[Any, ...]] = list if isinstance(node, nodes.List) else tuple
    return lambda scope: scope.run.budget.checked(kind(part(scope) for part in parts))


def _conditional(node: nodes.CondExpr, depth: int) -> Expression:
    test, yes = expression(node.test, depth), expression(node.expr1, depth)
    no: Expression = expression(node.expr2, depth) if node.expr2 else lambda _: Undefined("else")
    return lambda scope: yes(scope) if test(scope) else no(scope)


_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "gteq": operator.ge,
    "lt": operator.lt,
    "lteq": operator.le,
    "in": lambda left, right: left in right,
    "notin": lambda left, right: left not in right,
}


def _comparison(node: nodes.Compare, depth: int) -> Expression:
    first = expression(node.expr, depth)
    others = [(op.op, _COMPARISONS[op.op], expression(op.expr, depth)) for op in node.ops]

    def compare(scope: Scope) -> bool:
        left = scope.run.budget.checked(first(scope))
        for name, holds, other in others:
            right = scope.run.budget.checked(other(scope))
            if name in ("in", "notin") and isinstance(right, Undefined):
                right = ()
            elif name not in ("eq", "ne") and isinstance(left, Undefined) | isinstance(
                right, Undefined
            ):
                raise MissingValue("a value to compare is not there")
            if not holds(left, right):
                return False
            left = right
        return True

    return compare


def _concatenated(values: Sequence[Any], scope: Scope) -> str:
    texts = [str(scope.run.budget.checked(value)) for value in values]
    if sum(map(len, texts)) > LONGEST_TEXT:
        raise TemplateFailed("what is put together becomes too long")
    joined = "".join(texts)
    scope.run.budget.checked(joined)
    return joined


def _calculation(node: nodes.BinExpr, depth: int) -> Expression:
    left, right = expression(node.left, depth), expression(node.right, depth)
    calculate = OPERATORS[type(node).__name__]

    def evaluate(scope: Scope) -> Any:
        check = scope.run.budget.checked
        return check(calculate(check(left(scope)), check(right(scope))))

    return evaluate


def _access(node: nodes.Getattr | nodes.Getitem, depth: int) -> Expression:
    value = expression(node.node, depth)
    if isinstance(node, nodes.Getattr):
        name = node.attr
        return lambda scope: member(value(scope), name)
    if isinstance(node.arg, nodes.Slice):
        bounds = [
            expression(bound, depth) if bound else (lambda _: None)
            for bound in (node.arg.start, node.arg.stop, node.arg.step)
        ]
        return lambda scope: scope.run.budget.checked(
            value(scope)[slice(*(bound(scope) for bound in bounds))]
        )
    key = expression(node.arg, depth)
    return lambda scope: item(value(scope), key(scope))


def _application(node: nodes.Filter | nodes.Test, depth: int) -> Expression:
    """A filter or a test."""
    table = FILTERS if isinstance(node, nodes.Filter) else TESTS
    kind, name = type(node).__name__.lower(), node.name
    if name not in table or node.node is None:
        raise refused(f'the {kind} "{name}"', node)
    value, arguments = expression(node.node, depth), _arguments(node, depth)

    def apply(scope: Scope) -> Any:
        args, named = arguments(scope)
        return call(table, name, scope.run, value(scope), *args, **named)

    return apply


def _call(node: nodes.Call, depth: int) -> Expression:
    """A function of the list, or a method of a value."""
    arguments, called = _arguments(node, depth), node.node
    if isinstance(called, nodes.Getattr) and not _is_from_keys(called):
        value, name = expression(called.node, depth), called.attr

        def call_method(scope: Scope) -> Any:
            owner = value(scope)
            if isinstance(owner, Undefined):
                raise MissingValue(f"{owner.name} is not there")
            if (function := method(owner, name)) is None:
                raise TemplateFailed(f"there is no method {name[:40]!r}")
            scope.run.budget.checked(owner)
            args, named = arguments(scope)
            return scope.run.budget.checked(function(*args, **named))

        return call_method
    found = "dict" if _is_from_keys(called) else getattr(called, "name", "")
    if found not in FUNCTIONS or not isinstance(called, nodes.Name | nodes.Getattr):
        raise refused(f'the function "{found or "of an expression"}"', node)
    function_of = FUNCTIONS[found]

    def call_function(scope: Scope) -> Any:
        args, named = arguments(scope)
        made = function_of(scope.run, *args, **named)
        return made if isinstance(made, Namespace) else scope.run.budget.checked(made)

    return call_function


def _is_from_keys(node: nodes.Node) -> bool:
    """Whether this is `dict.from_keys`, Home Assistant's name for `dict` of pairs."""
    if not isinstance(node, nodes.Getattr) or node.attr != "from_keys":
        return False
    return isinstance(node.node, nodes.Name) and node.node.name == "dict"


Arguments = Callable[[Scope], tuple[list[Any], dict[str, Any]]]


def _arguments(node: nodes.Filter | nodes.Test | nodes.Call, depth: int) -> Arguments:
    if node.dyn_args or node.dyn_kwargs:
        raise refused("an argument with *", node)
    args = [expression(argument, depth) for argument in node.args]
    named = {str(pair.key): expression(pair.value, depth) for pair in node.kwargs}

    def evaluate(scope: Scope) -> tuple[list[Any], dict[str, Any]]:
        check = scope.run.budget.checked
        return (
            [check(argument(scope)) for argument in args],
            {name: check(value(scope)) for name, value in named.items()},
        )

    return evaluate


_BUILDERS: tuple[tuple[type | tuple[type, ...], Callable[[Any, int], Expression]], ...] = (
    ((nodes.TemplateData, nodes.Const), _constant),
    (nodes.Name, _variable),
    ((nodes.List, nodes.Tuple), _sequence),
    (nodes.Dict, _object),
    (nodes.CondExpr, _conditional),
    ((nodes.And, nodes.Or), _both_or_either),
    (nodes.Not, _negation),
    (nodes.Compare, _comparison),
    (nodes.Concat, _concatenation),
    (tuple(getattr(nodes, name) for name in OPERATORS), _calculation),
    ((nodes.Neg, nodes.Pos), _signed),
    ((nodes.Getattr, nodes.Getitem), _access),
    ((nodes.Filter, nodes.Test), _application),
    (nodes.Call, _call),
)
"""Kind of node → what makes an expression of it. What is not here is refused."""
