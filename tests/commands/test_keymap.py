"""`dispatch keymap`: every key, and what of one's own cannot be taken."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from dispatch.app import DispatchApp
from dispatch.commands.line import run
from dispatch.commands.opening import mouse_wanted
from dispatch.desk.session.preferences import Personal
from screens.program.keymap import judged


def test_every_key_is_listed_with_its_own_and_its_default(
    nobodys_settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (nobodys_settings / "keys.toml").write_text('visit.assign = ["?", "f5"]\nvisit.move = ","\nscreen.keys = "f1"\n')
    assert run(["keymap", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {
        "id": "visit.assign", "keys": ["?", "f5"], "default": ["a"], "place": "The board",
        "does": "choose a technician for the selected visit, best first",
    } in rows  # fmt: skip
    assert run(["keymap"]) == 0
    out = capsys.readouterr().out
    assert "? f5             visit.assign" in out
    board = out[out.index("The board\n") : out.index("The week\n")]
    assert board.count("(yours)") == 2
    assert "f1               screen.keys" in out


def test_check_says_everything_at_once(nobodys_settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["keymap", "--check"]) == 0
    assert "nothing at fault" in capsys.readouterr().out
    (nobodys_settings / "keys.toml").write_text('visit.assign = "m"\nvisit.noo = "z"\n')
    (nobodys_settings / "personal.toml").write_text('theme = "beige"\n')
    assert run(["keymap", "--check"]) == 1
    said = capsys.readouterr()
    assert not said.out
    assert len(said.err.splitlines()) == 3
    assert "visit.assign (Assign) and visit.move (Move)" in said.err
    assert run(["keymap", "--check", "--json"]) == 1
    assert len(json.loads(capsys.readouterr().out)["faults"]) == 3


def test_a_key_is_taken_by_the_id_of_an_earlier_version() -> None:
    assert judged({"terms.save": ["f5"]}, DispatchApp) == ({"draft.save": "f5"}, [])
    assert judged({"draft.save": ["f6"], "terms.save": ["f5"]}, DispatchApp) == ({"draft.save": "f6"}, [])


@pytest.mark.parametrize("option", [None, True, False])
@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("ssh", ["", "SSH_CONNECTION", "SSH_TTY"])
def test_mouse_is_off_over_ssh_unless_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, option: bool | None, own: bool, ssh: str
) -> None:
    for one in ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"):
        monkeypatch.delenv(one, raising=False)
    if ssh:
        monkeypatch.setenv(ssh, "203.0.113.7")
    wanted = mouse_wanted(argparse.Namespace(mouse=option), Personal(Path("none"), mouse=own))
    assert wanted is (own and not ssh if option is None else option)
