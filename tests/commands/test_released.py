"""Whatever was typed at a released version, or read from it by a program, holds in every later one (tests/surface.py)."""

from __future__ import annotations

import json
import lzma
from pathlib import Path
from typing import Any

import pytest

from dispatch.app import DispatchApp
from dispatch.model.instants import parse_iso
from screens.program.keymap import judged
from tests import surface
from tests.wall import WALL

RELEASES = Path(__file__).parents[1] / "data" / "releases"
DAY_AFTER = parse_iso("2026-11-29T12:00:00+00:00")
"""No database of a release was made later."""
AHEAD = {
    line: line.replace("2026-11-24", "2026-11-30")
    for line in ("plan --date 2026-11-24 --seconds 0", "candidates R4027 --date 2026-11-24")
}
"""What answered for a day that was over by then is asked of one ahead: days that are over are not planned."""


@pytest.fixture(params=sorted(RELEASES.glob("*.json")), ids=lambda path: path.stem)
def released(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What a version had."""
    names: dict[str, Any] = json.loads(request.param.read_text(encoding="utf-8"))
    return names | {"database": request.param.with_suffix(".db.xz")}


def taken(was: str, now: str | None) -> bool:
    """Whether what an option or argument took is still taken."""
    if now is None:
        return False
    (count, *values), (count_now, *values_now) = was.split(" "), now.split(" ")
    counts = {"0": "0?*", "1": "1?*+", "?": "?*", "*": "*", "+": "*+"}[count.rstrip("!")]
    return (
        count_now.rstrip("!") in counts
        and ("!" in count or "!" not in count_now)
        and (not values_now or (bool(values) and set(values) <= set(values_now)))
    )


def test_every_command_takes_what_it_took(released: dict[str, Any]) -> None:
    now = surface.commands()
    gone = [
        f"{command} {name}: {was} is {now.get(command, {}).get(name)}"
        for command, names in released["commands"].items()
        for name, was in names.items()
        if not taken(was, now.get(command, {}).get(name))
    ]
    assert gone == []
    asked = [
        f"{command} {name}"
        for command, names in released["commands"].items()
        for name, sign in now[command].items()
        if "!" in sign and name not in names
    ]
    assert asked == [], "a new argument has to be given where none was"


def test_every_key_can_be_named_as_it_was(released: dict[str, Any]) -> None:
    faults = [fault for name in released["keys"] for fault in judged({name: ["f12"]}, DispatchApp)[1]]
    assert [fault for fault in faults if "no such id" in fault] == []


def test_settings_and_variables_are_called_as_they_were(released: dict[str, Any]) -> None:
    assert set(released["personal"]) <= set(surface.personal())
    assert set(released["environment"]) <= set(surface.environment())


def test_answers_have_the_names_that_they_had(
    released: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    WALL.begin(DAY_AFTER)
    monkeypatch.setenv("DISPATCH_DB", "")
    database = tmp_path / "firm.db"
    database.write_bytes(lzma.decompress(released["database"].read_bytes()))
    database.chmod(0o600)
    assert surface.exits(released["exits"], database) == released["exits"]
    gone: dict[str, object] = {}
    for part, names_of in (("json", surface.json_names), ("csv", surface.csv_names), ("columns", surface.columns)):
        for line, names in released[part].items():
            now = names_of(AHEAD.get(line, line), database)
            gone |= {f"{line}: {name}": now for name in names if name not in now}
    assert gone == {}
