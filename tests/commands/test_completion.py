"""What completes commands in a shell, and the manual page: made from the parsers, so never behind them."""

from __future__ import annotations

import subprocess

import pytest

from dispatch.commands.help import SHELLS, manual, script
from dispatch.commands.line import run
from dispatch.commands.parser import GROUPS, choices_of, every_parser

ASK = """
{script}
COMP_WORDS=({words}); COMP_CWORD=$(({count} - 1))
_shtab_dispatch
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.fixture(scope="module")
def bash() -> str:
    """The script for bash."""
    return script("bash")


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("dispatch rev", ["review"]),
        ("dispatch visit una", ["unassign"]),
        ("dispatch visit list --da", ["--date"]),
        ("dispatch rate-card exp", ["export"]),
        ("dispatch import vi", ["visits"]),
        ("dispatch plan --export v", ["vroom"]),
        ("dispatch completion f", ["fish"]),
        ("dispatch import visits READ", ["README.md"]),
        ("dispatch visit hist", ["history"]),
        ("dispatch visit sto", []),
    ],
)
def test_bash_completes(bash: str, words: str, completed: list[str], pytestconfig: pytest.Config) -> None:
    asked = ASK.format(script=bash, words=words, count=len(words.split()))
    done = subprocess.run(
        ["bash", "--norc"],
        input=asked,  # longer than an argument may be
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
        cwd=pytestconfig.rootpath,
    )
    assert (done.stdout.split(), done.stderr) == (completed, "")


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_gets_every_command(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", shell]) == 0
    text = capsys.readouterr().out
    for _, commands in GROUPS:
        for command in commands:
            assert command in text, command


def test_the_manual_page_has_every_command_with_every_deed() -> None:
    page = manual()
    headings = {line.removeprefix(".SS ").replace("\\-", "-") for line in page.splitlines() if line.startswith(".SS")}
    for command, parser in choices_of(every_parser()).items():
        assert f"dispatch {command}" in headings
        for deed in parser.shown():
            assert f"dispatch {command} {deed}" in headings
    asked = {".TH", ".SH", ".SS", ".PP", ".TP", ".B"}
    assert {line.split()[0] for line in page.splitlines() if line.startswith((".", "'"))} == asked
