"""The documents say what the program does."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from textual.binding import Binding

from dispatch.app import DispatchApp
from dispatch.charges.cases import recompute
from dispatch.commands.line import GROUPS, run
from screens.board import BoardScreen
from screens.book import BookScreen
from screens.calls import CallsScreen
from screens.client import ClientScreen
from screens.crew_deeds import CrewDeeds
from screens.day import DayScreen
from screens.keys import sentence_of
from screens.log import LogScreen
from screens.prices import PricesScreen
from screens.running_deeds import CallDeeds, RunningDeeds
from screens.seated import SeatedScreen
from screens.stay_deeds import StayDeeds
from screens.terms import TermsScreen
from screens.visit import VisitScreen
from widgets.lean import LeanScreen
from widgets.line_list import LineList
from widgets.timeline import Timeline

ROOT = Path(__file__).parents[1]
PLACES = (
    ("Everywhere", (DispatchApp, SeatedScreen, LeanScreen)),
    ("The board", (BoardScreen, CrewDeeds, RunningDeeds)),
    ("The board and the visit log", (CallDeeds,)),
    ("Calling ahead", (CallsScreen,)),
    ("The timeline, and a visit in hand", (Timeline,)),
    ("Lists: the queue, my day, a checklist, the log", (LineList,)),
    ("My day", (DayScreen,)),
    ("A visit", (VisitScreen, StayDeeds)),
    ("The visit log", (LogScreen,)),
    ("Rate cards and agreements", (PricesScreen, TermsScreen)),
    ("The book, and a client's page", (BookScreen, ClientScreen)),
)
NAMES = {
    "question_mark": "?", "slash": "/", "left_square_bracket": "[", "right_square_bracket": "]", "minus": "-",
    "escape": "esc", "pageup": "page up", "pagedown": "page down",
    "dollar_sign": "$",
}  # fmt: skip


def keys_page() -> str:
    """docs/keys.md as the bindings have it."""
    lines = [
        "# Keys",
        "",
        "`?` on a screen lists those that work there. This page is made from the program's bindings.",
    ]
    for title, owners in PLACES:
        lines += ["", f"## {title}", "", "| key | what it does | id |", "| --- | --- | --- |"]
        for owner in owners:
            for binding in vars(owner).get("BINDINGS", []):
                assert isinstance(binding, Binding)
                if not binding.id:
                    continue
                keys = " ".join(f"`{NAMES.get(key, key)}`" for key in binding.key.split(","))
                lines.append(f"| {keys} | {sentence_of(binding)} | {binding.id or ''} |")
    return "\n".join(lines) + "\n"


def test_keys_page_is_made_from_the_bindings() -> None:
    page = ROOT / "docs" / "keys.md"
    if os.environ.get("UPDATE_DOCS"):
        page.write_text(keys_page(), encoding="utf-8")
    assert page.read_text(encoding="utf-8") == keys_page(), "run the tests once with UPDATE_DOCS=1"


def test_one_key_means_one_thing_on_a_screen() -> None:
    for _, owners in PLACES:
        for owner in owners:
            keys = [key for binding in vars(owner).get("BINDINGS", []) for key in binding.key.split(",")]
            assert len(keys) == len(set(keys)), owner


def test_links_of_the_documents_lead_somewhere() -> None:
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for link in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            if not link.startswith("http"):
                assert (page.parent / link).exists(), f"{page.name}: {link}"


@pytest.mark.parametrize("group", GROUPS)
def test_plain_commands_never_import_textual(group: str) -> None:
    code = (
        f"import sys, dispatch.commands.line, dispatch.commands.{group}; "
        "from dispatch.desk import schedule, onsite, intake, undo, views, visit_page, plain; "
        "import dispatch.commands.forms; "
        "sys.exit(any(name.split('.')[0] in ('textual', 'rich') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=30).returncode == 0


@pytest.mark.parametrize("words", [["--help"], ["visit", "--help"], ["import", "--help"], ["board", "--help"]])
def test_help_is_there(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        run(words)
    assert left.value.code == 0
    assert "usage: dispatch" in capsys.readouterr().out


def test_version_is_said_without_anything_else() -> None:
    code = "import sys; sys.argv = ['dispatch', '--version']; from dispatch.__main__ import main; main(); "
    code += "sys.exit('argparse' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stdout) == (0, "dispatch 0.1.0\n")


def test_no_command_without_a_database_says_what_there_is(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "dispatch"],
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
