"""The documents say what the program does."""

from __future__ import annotations

import json
import os
import pkgutil
import re
import string
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import screens
import widgets
from dispatch.app import DispatchApp
from dispatch.charges.cases import recompute
from dispatch.commands.line import run
from dispatch.commands.parser import GROUPS
from screens.program.keymap import PLACES, key_rows, own_bindings
from screens.program.tasks import all_tasks
from tests.wall import started
from widgets.terminal.keyboard import CONTROLS, SIGNS, written

ROOT = Path(__file__).parents[1]


def keys_page() -> str:
    """docs/keys.md as the bindings have it."""
    lines = [
        "# Keys",
        "",
        "`?` on a screen lists those that work there. This page is made from the program's bindings.",
    ]
    place = ""
    for row in key_rows(DispatchApp):
        if row.place != place:
            place = row.place
            lines += ["", f"## {place}", "", "| key | what it does | id |", "| --- | --- | --- |"]
        keys = " ".join(f"`{written(key)}`" for key in row.keys)
        lines.append(f"| {keys} | {row.does} | {row.id} |")
    return "\n".join(lines) + "\n"


def test_keys_page_is_made_from_the_bindings() -> None:
    page = ROOT / "docs" / "keys.md"
    if os.environ.get("UPDATE_DOCS"):
        page.write_text(keys_page(), encoding="utf-8")
    assert page.read_text(encoding="utf-8") == keys_page(), "run the tests once with UPDATE_DOCS=1"


def tasks_page() -> str:
    """docs/how-to.md as the help has it, with the keys that come with the program."""
    keys = {row.id: written(row.keys[0]) for row in reversed(key_rows(DispatchApp))}
    lines = [
        "# I want to …",
        "",
        "What people want to do, screen by screen, with its keys. `?` on a screen says the same with your own keys, and `/` there",
    ]
    lines += ["finds it by any word. This page is made from the program."]
    for screen, tasks in all_tasks().items():
        lines += ["", f"## On {screen}", ""]
        lines += [f"- **{task.does}**: {task.steps(lambda name: f'`{keys[name]}`')}" for task in tasks]
    return "\n".join(lines) + "\n"


def test_tasks_page_is_made_from_the_help() -> None:
    page = ROOT / "docs" / "how-to.md"
    if os.environ.get("UPDATE_DOCS"):
        page.write_text(tasks_page(), encoding="utf-8")
    assert page.read_text(encoding="utf-8") == tasks_page(), "run the tests once with UPDATE_DOCS=1"


def owners() -> list[type]:
    """Every class of screens and widgets that has bindings with an id."""
    for package in (screens, widgets):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            import_module(module.name)
    modules = [module for name, module in sys.modules.items() if name.split(".")[0] in ("screens", "widgets")]
    classes = {one for module in modules for one in vars(module).values() if isinstance(one, type)}
    return [one for one in classes if any(own_bindings(one))]


def test_every_class_with_keys_has_a_place() -> None:
    named = {f"{one.__module__}:{one.__name__}": one for one in owners()}
    placed = {name for place in PLACES for name in (*place.owners, *place.widgets)}
    parts = {part for name in placed if name in named for part in named[name].__mro__}
    assert set(named.values()) <= parts


def test_one_key_means_one_thing_on_a_screen() -> None:
    for owner in owners():
        keys = [key for binding in own_bindings(owner) for key in binding.key.split(",")]
        assert len(keys) == len(set(keys)), owner


def test_every_terminal_sends_a_key_for_every_deed() -> None:
    # what every terminal and every phone sends (design/interface.md, Feel)
    named = {"up", "down", "left", "right", "enter", "escape", "tab", "space"} | {SIGNS[sign] for sign in "?/[]-"}
    everywhere = {*string.ascii_letters, *string.digits} | CONTROLS | named
    # a page up or down, home and end are more than a phone has, and no list needs them
    beside = {"program", "timeline", "list", "find"}
    for row in key_rows(DispatchApp):
        if row.id.split(".")[0] not in beside and row.id not in ("screen.prices", "book.kind-back"):
            assert set(row.default) & everywhere, row


def pages_of_the_project() -> list[Path]:
    """Every page in Markdown."""
    return [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "contrib").glob("*.md")]


def anchors(page: Path) -> set[str]:
    """What a link to a heading of a page is called."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


def test_links_of_the_documents_lead_somewhere() -> None:
    for page in pages_of_the_project():
        for link, anchor in re.findall(r"\]\(([^)#]*)#?([^)]*)\)", page.read_text(encoding="utf-8")):
            if not link.startswith("http"):
                target = page.parent / link if link else page
                assert target.exists(), f"{page.name}: {link}"
                assert not anchor or anchor in anchors(target), f"{page.name}: {link}#{anchor}"


PICTURE = re.compile(r"<!-- picture: ([\w-]+) -->\n```text\n.*?```", re.DOTALL)
"""A screen that a page shows: the text that is kept of it."""


def with_pictures(text: str) -> str:
    """A page with its screens as they are in docs/pictures."""
    folder = ROOT / "docs" / "pictures"
    return PICTURE.sub(
        lambda found: (
            f"<!-- picture: {found[1]} -->\n```text\n{(folder / found[1]).with_suffix('.txt').read_text('utf-8')}```"
        ),
        text,
    )


def test_the_screens_of_the_pages_are_those_that_are_kept() -> None:
    shown = 0
    for page in (ROOT / "docs").glob("*.md"):
        text = page.read_text(encoding="utf-8")
        shown += len(PICTURE.findall(text))
        if os.environ.get("UPDATE_DOCS"):
            page.write_text(with_pictures(text), encoding="utf-8")
        assert page.read_text(encoding="utf-8") == with_pictures(text), "run the tests once with UPDATE_DOCS=1"
    assert shown >= 10


PAGES_THAT_TEACH = (
    "dispatcher",
    "technician",
    "lead",
    "booking",
    "importing",
    "targets",
    "invoicing",
    "reports",
    "first-hour",
)


@pytest.mark.parametrize("name", PAGES_THAT_TEACH)
def test_a_page_that_teaches_asks_and_has_no_wall_of_words(name: str) -> None:
    text = re.sub(r"```.*?```", "", (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8"), flags=re.DOTALL)
    assert [head for head in re.findall(r"^## (.+)$", text, re.MULTILINE) if not head.endswith("?")] == []
    parts = re.split(r"\n\s*\n|\n(?=- )", text)
    assert [part[:80] for part in parts if len(part.split()) > 90 and not part.startswith("|")] == []


def test_plain_commands_never_import_textual() -> None:
    code = (
        "import sys, importlib, dispatch.commands.line, dispatch.commands.forms\n"
        "from dispatch.desk.plan import schedule, undo\n"
        "from dispatch.desk.closeout import onsite\n"
        "from dispatch.desk.requests import intake\n"
        "from dispatch.desk.day import board_view\n"
        "from dispatch.desk.log import visit_page\n"
        "from dispatch.desk.texts import board_words\n"
        "for group in sys.argv[1:]:\n"
        "    importlib.import_module(f'dispatch.commands.{group}')\n"
        "    if {name.split('.')[0] for name in sys.modules} & {'textual', 'rich'}: sys.exit(group)"
    )
    done = subprocess.run(started("-c", code, *dict(GROUPS)), check=False, capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("words", [["--help"], ["visit", "--help"], ["import", "--help"], ["board", "--help"]])
def test_help_is_there(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        run(words)
    assert left.value.code == 0
    assert "usage: dispatch" in capsys.readouterr().out


def test_version_is_said_without_anything_else() -> None:
    newest, _ = re.findall(
        r"^## (.+?) – (\d{4}-\d\d-\d\d)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M
    )[0]
    code = "import sys; sys.argv = ['dispatch', '--version']; from dispatch.__main__ import main; main(); "
    code += "sys.exit('argparse' in sys.modules)"
    done = subprocess.run(started("-c", code), check=False, capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stdout) == (0, f"dispatch {newest}\n")


def test_windows_is_told_where_it_runs() -> None:
    code = "import sys; sys.platform = 'win32'; from dispatch.__main__ import main; sys.exit(main())"
    done = subprocess.run(started("-c", code), check=False, capture_output=True, text=True, timeout=30)
    assert done.returncode == 1
    assert done.stderr == "dispatch: It runs on Linux, on macOS, and on Windows inside WSL.\n"


def test_no_command_without_a_database_says_what_there_is(tmp_path: Path) -> None:
    done = subprocess.run(
        started("-m", "dispatch"),
        env={**os.environ, "DISPATCH_DB": str(tmp_path / "none.db")},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 1
    assert "dispatch demo" in done.stdout
    assert "dispatch init" in done.stdout
    assert not list(tmp_path.iterdir())


def test_price_promises_of_the_charges_page_hold() -> None:
    """The example file in docs/charges.md is as it says."""
    (block,) = re.findall(r"```json\n(.*?)```", (ROOT / "docs" / "charges.md").read_text(encoding="utf-8"), re.DOTALL)
    cases = json.loads(block)
    assert [recompute(cases, case).differs for case in cases["cases"]] == [()]


def cells_of_table(line: str) -> list[str]:
    """The cells of one row of a table in Markdown."""
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def table_rows(page: str) -> list[list[str]]:
    """The rows of all tables of a page, without their headings."""
    rows = []
    lines = page.splitlines()
    for number, line in enumerate(lines):
        heading = number + 1 < len(lines) and lines[number + 1].startswith("| ---")
        if line.startswith("|") and not line.startswith("| ---") and not heading:
            rows.append(cells_of_table(line))
    return rows


def is_there(name: str) -> bool:
    """Whether a dotted name is a module, or what a module holds."""
    module, _, inner = name.rpartition(".")
    try:
        return hasattr(import_module(module), inner) or import_module(name) is not None
    except ModuleNotFoundError:
        return False


def test_the_glossary_names_what_is_in_the_code() -> None:
    rows = table_rows((ROOT / "docs" / "glossary.md").read_text(encoding="utf-8"))
    names = [name for _, _, code, _ in rows for name in re.findall(r"`([^`]+)`", code)]
    assert len(names) > 80
    assert [name for name in names if not is_there(name)] == []


def test_the_glossary_has_every_word_of_the_trade() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").casefold()
    words = (ROOT / "docs" / "design" / "product.md").read_text(encoding="utf-8").split("## Words")[1]
    terms = [term.strip(" *").casefold() for row in table_rows(words) for term in re.split(r"[,/→:;]", row[0])]
    assert [term for term in terms if term not in glossary] == []
