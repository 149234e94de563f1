"""Whatever names a rule of docs/design names one that stands there, and each rule of charges, close-out and levels has its test."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DESIGN = ROOT / "docs" / "design"
PAGES = {path.stem for path in DESIGN.glob("*.md")} - {"README"}
FOR_USERS = {path.stem for path in (ROOT / "docs").glob("*.md")}

ID = r"[A-EGLRTW][1-9]?[0-9](?:\.[0-9]+)?[ab]?"
IDS = re.compile(rf" ({ID}(?:(?:, | to | and ){ID})*)\b")
CITED = re.compile(r"(?<![\w/.*-])((?:docs/)?(?:design/)?)([a-z-]+)\.md\b")
ALONE = re.compile(r"\b(?:B[0-9]+(?:\.[0-9]+)?|C[1-9][ab]?|D[1-9]|E[1-9][0-9]?|G[1-9])\b")
"""Rules whose number says by itself which page it is on; an A1, R1 or T1 may be an item or a visit."""


@cache
def targets(page: str) -> frozenset[str]:
    """What of a design page can be cited: numbers, headings, labels in bold, and what the rows of its tables are about."""
    found = set()
    for line in (DESIGN / f"{page}.md").read_text(encoding="utf-8").splitlines():
        if head := re.match(r"#+ (.+)|[-* ]*\*\*(.+?)\*\*|\| ([^|]+?) \|", line):
            label = next(filter(None, head.groups())).replace("*", "").rstrip(".")
            if number := re.match(rf"({ID})\b", label):
                found.add(number[1])
            found |= {label, re.split(r" — |: | \(", label)[0]}
    return frozenset(found)


@cache
def numbers() -> dict[str, set[str]]:
    """Every number of a rule, and the pages that have it."""
    found: dict[str, set[str]] = {}
    for page in PAGES:
        for one in targets(page):
            if re.fullmatch(ID, one):
                found.setdefault(one, set()).add(page)
    return found


def spread(words: str) -> Iterator[str]:
    """The numbers of `B5.1 to B5.4, B7`."""
    for part in re.split(r", | and ", words):
        first, _, last = part.partition(" to ")
        yield first
        if last:
            stem, begin = re.fullmatch(r"(.*?)(\d+)", first).groups()  # type: ignore[union-attr]
            yield from (f"{stem}{number}" for number in range(int(begin) + 1, int(last.removeprefix(stem)) + 1))


def wrong(text: str, beside: bool = False) -> Iterator[str]:
    """What a text cites that is not there; `beside`: a page without its folder is one of the design."""
    flat = re.sub(r"\s*\n\s*(?:#|--)?\s*", " ", text)
    for cited in CITED.finditer(flat):
        folder, page = cited.groups()
        rest = flat[cited.end() :]
        if folder in ("design/", "docs/design/") or (beside and not folder):
            if page not in PAGES:
                yield f"design/{page}.md"
                continue
            named = [*spread(ids[1])] if (ids := IDS.match(rest)) else []
            label = rest[ids.end() if ids else 0 :]
            if re.match(", [A-Z]", label) and not any(label[2:].startswith(one) for one in targets(page)):
                named.append(label[2:].split(")")[0])
            yield from (f"design/{page}.md {one}" for one in named if one not in targets(page))
        elif folder == "docs/":
            if page not in FOR_USERS:
                yield f"docs/{page}.md"
        elif page in PAGES | FOR_USERS:
            yield f"{page}.md: of docs/ or of design/?"


def comments(source: str) -> str:
    """Docstrings and comments of a module: what it says of itself."""
    said = [
        token.string
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT and "noqa" not in token.string
    ]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            said.append(node.value.value)
    return "\n\n".join(said)


def listed(*patterns: str) -> list[Path]:
    """Files of the project; in an unpacked sdist, where git knows nothing, those that are there."""
    return [
        path
        for pattern in patterns
        for path in sorted(ROOT.glob(pattern))
        if not {".venv", ".git", "dist", "node_modules"} & set(path.relative_to(ROOT).parts)
    ]


@pytest.mark.again
@pytest.mark.parametrize("folder", ["benchmarks", "contrib", "db", "dispatch", "screens", "tests", "widgets"])
def test_what_the_code_cites_is_there(folder: str) -> None:
    lost = []
    for path in listed(f"{folder}/**/*.py", f"{folder}/**/*.sql", f"{folder}/**/*.tcss", f"{folder}/**/*.sh"):
        said = path.read_text(encoding="utf-8")
        if path.suffix == ".py" and (ALONE.search(said) or CITED.search(said)):
            said = comments(said)
            lost += [f"{path.relative_to(ROOT)}: {one}" for one in {*ALONE.findall(said)} - numbers().keys()]
        # what was released of the schema never changes, and names its pages without the folder
        found = wrong(said, beside=path.suffix == ".sql")
        lost += [f"{path.relative_to(ROOT)}: {one}" for one in found]
    assert not lost


def test_what_the_pages_cite_is_there() -> None:
    lost = []
    for path in listed("*.md", "docs/**/*.md", "contrib/*.md"):
        inside = path.parent == DESIGN
        # a link leads somewhere (tests/test_docs.py); on a design page it is a citation, with what stands behind it
        text = re.sub(r"\[[^\]]*\]\(([^)]*)\)", r"\1" if inside else "", path.read_text(encoding="utf-8"))
        found = [*wrong(text.replace("../", "docs/"), beside=inside)]
        if inside:
            found += {*ALONE.findall(text)} - numbers().keys()
        lost += [f"{path.relative_to(ROOT)}: {one}" for one in found]
    assert not lost


def test_a_number_is_that_of_one_rule() -> None:
    assert {number: pages for number, pages in numbers().items() if len(pages) > 1} == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("(design/charges.md B2.1, B5.1 to B5.4)", []),
        ("(design/charges.md B5.1 to B5.7)", ["design/charges.md B5.6", "design/charges.md B5.7"]),
        ("(design/charges.md B2.9)", ["design/charges.md B2.9"]),
        ("(design/states.md, Undo)", []),
        ("(design/states.md, Redo)", ["design/states.md Redo"]),
        ("(charges.md B2.1)", ["charges.md: of docs/ or of design/?"]),
        ("(design/json.md)", ["design/json.md"]),
        ("(docs/states.md)", ["docs/states.md"]),
        ("(docs/json.md)", []),
    ],
)
def test_what_is_no_citation_is_found(text: str, found: list[str]) -> None:
    assert [*wrong(text)] == found


def rules(page: str) -> set[str]:
    """The numbers of a page that are rules: a heading over numbers of its own is none."""
    found: list[str] = []
    above = ""
    for line in (DESIGN / f"{page}.md").read_text(encoding="utf-8").splitlines():
        if not (number := re.match(rf"(#+ |[-* ]*\*\*|\| )({ID})\b", line)):
            continue
        if number[1].startswith("#"):
            above = number[2]
        elif above in found:
            found.remove(above)
        found.append(number[2])
    return set(found)


@cache
def shown() -> set[str]:
    """The numbers that the docstring of a test of `make test` cites."""
    found: set[str] = set()
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        source = path.read_text(encoding="utf-8")
        if path.name == Path(__file__).name or not (ALONE.search(source) or CITED.search(source)):
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                if {"pytest.mark.long", "pytest.mark.again"} & {ast.unparse(one) for one in node.decorator_list}:
                    continue
                said = ast.get_docstring(node) or ""
                found |= {*ALONE.findall(said)}
                for cited in CITED.finditer(said):
                    if ids := IDS.match(said[cited.end() :]):
                        found |= {*spread(ids[1])}
    return found


@pytest.mark.again
@pytest.mark.parametrize("page", ["charges", "close-out", "service-levels"])
def test_each_rule_has_a_test_that_cites_it(page: str) -> None:
    assert sorted(rules(page) - shown()) == []
