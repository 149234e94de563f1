"""The suite needs nothing beside the clone, and what it skips says what to install."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.wall import started

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "tests").rglob("*.py"))


def reasons(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and reason of each skip whose reason stands there, as far as it is not computed."""
    for node in ast.walk(tree):
        name = node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""
        if not isinstance(node, ast.Call) or name not in ("skip", "skipif", "importorskip"):
            continue
        named = [word.value for word in node.keywords if word.arg == "reason"]
        reason = (named or (node.args[:1] if name == "skip" else []) or [ast.Constant("")])[0]
        if not isinstance(reason, ast.Name):
            yield node.lineno, ast.unparse(reason).lstrip("f'\"")


def test_nothing_outside_the_clone_is_read_and_a_skip_says_what_it_needs() -> None:
    outside, bare = [], []
    for path in SOURCES:
        text, name = path.read_text(encoding="utf-8"), path.relative_to(ROOT)
        if f"parents[{len(name.parts)}]" in text:
            outside.append(name)
        if "skip" in text:
            bare += [
                f"{name}:{line}: {reason}"
                for line, reason in reasons(ast.parse(text))
                if not reason.startswith("needs ") or ": " not in reason
            ]
    assert not outside, "these read outside the clone"
    assert not bare, "say `needs …: what brings it`"


@pytest.mark.again
def test_a_skip_that_is_not_listed_fails_the_run(tmp_path: Path) -> None:
    (tmp_path / "test_both.py").write_text(
        "import pytest\ndef test_one(): pytest.skip('needs Linux: run it there')\n"
        "def test_two(): pytest.skip('the moon is full')\n"
    )
    words = ["-m", "pytest", "-q", "-p", "tests.conftest", "-p", "no:cacheprovider", "-c", "/dev/null", str(tmp_path)]
    for option, code in (["-k", "test_one"], 0), (["-k", "test_two"], 1):
        program = started(*words, "--listed-skips", *option)
        done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == code, done.stdout + done.stderr
    assert "not in skips.txt: Skipped: the moon is full" in done.stdout
