"""The sentences that people read: none has an inner word, the number of a rule, or a plural that stands behind one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_structure import PACKAGES, ROOT, tree

INNER = re.compile(
    r"\brate-min\b|\b(?:after_hours|in_radius)\b|, not None\b|\([BCDEG]\d{1,2}(?:\.\d+)?\)|"
    r"\{len\([^{}]*\)\} (?:visit|row|item|file|line|drive|key|request|field|day|paper|technician|client|reason)s\b"
)
"""What a code or a rule is called in here, and a count whose word does not follow it: `count_text` does."""


def sentences(part: ast.AST) -> Iterator[tuple[int, str]]:
    """Every text of a module with a space in it, but for docstrings; a formatted one with its parts in braces."""
    for field in ast.iter_child_nodes(part):
        if isinstance(field, ast.Expr) and isinstance(field.value, ast.Constant):
            continue
        if isinstance(field, ast.JoinedStr):
            pieces = (
                str(one.value) if isinstance(one, ast.Constant) else f"{{{ast.unparse(one.value)}}}"
                for one in field.values
                if isinstance(one, ast.Constant | ast.FormattedValue)
            )
            yield field.lineno, "".join(pieces)
        elif isinstance(field, ast.Constant) and isinstance(field.value, str) and " " in field.value.strip():
            yield field.lineno, field.value
        else:
            yield from sentences(field)


@pytest.mark.parametrize("package", PACKAGES)
def test_no_sentence_has_an_inner_word(package: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {text}"
        for path in sorted((ROOT / package).rglob("*.py"))
        for line, text in sentences(tree(path))
        if " " in text and INNER.search(text)
    ]
    assert found == []


@pytest.mark.parametrize(
    "text", ["60 rate-min left", "it has to pass (G4)", "{len(rows)} rows", "is expected, not None"]
)
def test_an_inner_word_is_found(text: str) -> None:
    assert INNER.search(text)


def test_texts_are_found_where_they_stand() -> None:
    module = ast.parse(Path(__file__).read_text(encoding="utf-8"))
    texts = {text for _, text in sentences(module)}
    assert "60 rate-min left" in texts
    assert ast.get_docstring(module) not in texts
