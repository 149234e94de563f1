"""`-` where a command reads a file: the same words and the same refusals as of a file."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from dispatch.commands import standard_input
from tests.conftest import SAMPLE, Dispatch


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where temporary files of a command would be left."""
    left = tmp_path / "left"
    left.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(left))
    return left


def on_stdin(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    """Let a command find `data` on standard input."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_every_command_that_reads_a_file_reads_standard_input(
    firm: Dispatch, typed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = firm.ok("template", "export")
    firm.ok("backup", str(tmp_path / "kept.db"))
    agreement = json.dumps({"client": "x", "name": "x"}).encode()

    for data, code, told, *words in (
        ((SAMPLE / "clients.csv").read_bytes(), 0, "standard input", "import", "clients", "-", "--check"),
        ((SAMPLE / "rate_card.json").read_bytes(), 0, "standard input", "rate-card", "import", "-"),
        (agreement, 1, "standard input is not an agreement", "agreement", "import", "-"),
        (template.encode(), 0, "nothing was changed", "template", "import", "-", "--check"),
        (b'{"cases": []}', 0, "0 cases", "cases", "-"),
        (b"[", 2, "standard input is not JSON", "plan", "--problem", "-"),
        ((tmp_path / "kept.db").read_bytes(), 0, "from standard input", "restore", "-"),
    ):
        on_stdin(monkeypatch, data)
        at = Dispatch(tmp_path / "restored.db") if words[0] == "restore" else firm
        said = at(*words)
        assert said.code == code, (words, said)
        assert told in said.out + said.err, (words, said)
        assert not list(typed.iterdir())


def test_a_refusal_names_standard_input(firm: Dispatch, typed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_stdin(monkeypatch, b"\xff\xfe")
    refused = firm("import", "clients", "-")
    assert (refused.code, refused.err) == (1, "dispatch: standard input is UTF-16 text; save it as CSV UTF-8.\n")

    monkeypatch.setattr(standard_input, "LARGEST", 10)
    on_stdin(monkeypatch, b"name\n" * 10)
    refused = firm("import", "clients", "-")
    assert refused.code == 1
    assert refused.err == (
        "dispatch: More than 10 bytes come on standard input; put them into a file. Nothing was changed.\n"
    )
    assert not list(typed.iterdir())


def test_a_handed_in_file_from_standard_input_needs_a_name(
    day_of_sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.prepared import copied

    day = Dispatch(copied(day_of_sample, tmp_path / "day.db"))
    (visit, *_) = [one for one in day.json("visit", "list", "--json") if one["state"] == "closing_out"]
    item = day.json("visit", "show", visit["reference"], "--json")["checklist"][0]["item"]
    words = ("visit", "attach", visit["reference"], item, "-", "--as", "lee")

    assert day(*words).err.startswith("dispatch: --name:")
    on_stdin(monkeypatch, b"a photograph")
    assert "rack.jpg (12 bytes)" in day.ok(*words, "--name", "rack.jpg")
