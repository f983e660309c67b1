"""The mutants of a file: cosmic-ray's operators, where a change of them can mean something.

Left out are type annotations, what a log or an error says, and decorators of classes (that a
record is frozen, or has slots, changes nothing that Leo does). Of the many operators that one could
be replaced by, the nearest are taken: its opposite, and the bound moved by one.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

__all__ = ["Mutant", "difference", "mutants_of"]

ARITHMETIC: Final = (
    *("Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "FloorDiv_Mul", "Mod_FloorDiv", "Pow_Mul"),
    *("BitOr_BitAnd", "BitAnd_BitOr", "LShift_RShift", "RShift_LShift"),
)

COMPARISONS: Final = (
    *("Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is"),
    *("Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt", "Gt_GtE", "Gt_LtE", "GtE_Gt", "GtE_Lt"),
)

OPERATORS: Final = (
    *(f"ReplaceBinaryOperator_{one}" for one in ARITHMETIC),
    *(f"ReplaceComparisonOperator_{one}" for one in COMPARISONS),
    *("ReplaceUnaryOperator_USub_UAdd", "ReplaceUnaryOperator_Delete_Not"),
    *("ReplaceAndWithOr", "ReplaceOrWithAnd", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue"),
    *("AddNot", "NumberReplacer", "RemoveDecorator"),
    *("ReplaceBreakWithContinue", "ReplaceContinueWithBreak", "ZeroIterationForLoop"),
)
"""Those of cosmic-ray that are used; its first name is always ``core``."""

Place = tuple[int, int]
"""A line, from 1, and a column, from 0."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A change to a file.

    Attributes
    ----------
    operator, occurrence
        How cosmic-ray calls it.
    line, column
        Where it is.
    """

    operator: str
    occurrence: int
    line: int
    column: int

    def applied(self, source: str) -> str:
        """Give the file as it is after the change."""
        changed = mutate_code(source, get_operator(f"core/{self.operator}")(), self.occurrence)
        assert isinstance(changed, str), self
        return changed


def mutants_of(source: str) -> Iterator[Mutant]:
    """Find every mutant of a source text, operator by operator."""
    nodes, idle, lines = list(ast_nodes(get_ast(source))), _idle(source), source.splitlines()
    for name in OPERATORS:
        operator = get_operator(f"core/{name}")()
        places = (place for node in nodes for place in operator.mutation_positions(node))
        for occurrence, (start, _) in enumerate(places):
            if name.startswith("ReplaceBinary") and _is_a_star(lines, start):
                continue
            if not any(begin <= start < end for begin, end in idle):
                yield Mutant(name, occurrence, *start)


def difference(source: str, changed: str) -> tuple[str, str]:
    """Give the first line that differs, before and after."""
    before, after = source.splitlines(), changed.splitlines()
    for was, now in zip(before, after, strict=False):
        if was != now:
            return was.strip(), now.strip()
    return before[-1].strip(), after[-1].strip()


def _is_a_star(lines: list[str], place: Place) -> bool:
    """Tell whether a sign is that of an argument list, which cosmic-ray takes for a product."""
    line, column = place
    before = " ".join([*lines[max(0, line - 3) : line - 1], lines[line - 1][:column]]).rstrip()
    return before[-1:] in {"(", ",", "[", "{", "="}


def _idle(source: str) -> list[tuple[Place, Place]]:
    """Find the places where a change means nothing."""
    found: list[ast.expr] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
            found.append(node.annotation)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns is not None:
            found.append(node.returns)
        elif isinstance(node, ast.ClassDef):
            found += node.decorator_list
        elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            found += node.exc.args
        elif isinstance(node, ast.Call) and ast.unparse(node.func).startswith("log."):
            found.append(node)
    return [_span(node) for node in found]


def _span(node: ast.expr) -> tuple[Place, Place]:
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    # A decorator's place, to cosmic-ray, is that of the sign before it.
    return (node.lineno, max(0, node.col_offset - 1)), (node.end_lineno, node.end_col_offset)
