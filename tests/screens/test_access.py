"""Keys and sessions over SSH, on the lead's screen."""

from __future__ import annotations

import base64

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from db import sessions
from db.store import Store
from dispatch.desk.access import keyring, logins
from dispatch.desk.access.connecting import Reached, sshd_block
from dispatch.desk.adapters import key_file
from screens.log.access import AccessScreen
from screens.prices.sheet_view import SheetView
from tests.desk.conftest import Office
from tests.screens.test_prices import fill
from tests.screens.test_screens import opened, press, settled, until, until_true
from widgets.bars import StatusBar


def public_key(number: int) -> str:
    """A line of a .pub file."""
    body = b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + bytes([number]) * 32
    return f"ssh-ed25519 {base64.b64encode(body).decode()} ana@laptop"


def shown(pilot: Pilot[None]) -> str:
    assert isinstance(pilot.app.screen, SheetView)
    return "\n".join(str(part.content) for part in pilot.app.screen.query(Static))


@pytest.mark.again
async def test_a_lead_lets_somebody_in_and_takes_it_away(office: Office) -> None:
    async with opened(office.lee, "log") as pilot:
        await press(pilot, "K")
        await until(pilot, AccessScreen)
        await press(pilot, "n")
        await fill(pilot, login="ana", key="ssh-rsa AAAA")
        assert not sessions.all_keys(office.store), "the form stays open with what is wrong"
        await fill(pilot, login="ana", key=public_key(1))
        await until(pilot, SheetView)
        (added,) = sessions.live_keys(office.store)
        assert added.login == "ana"
        assert "Host dispatch dispatch-files" in shown(pilot), "what goes to the person stands there at once"
        await press(pilot, "escape", "e")
        await fill(pilot, host="board.example.org", user="dispatch", site_tests="no")
        await until(pilot, SheetView)
        assert "Match User dispatch" in shown(pilot)
        assert "AllowTcpForwarding" not in shown(pilot)
        await press(pilot, "escape", "home", "enter")
        assert "HostName board.example.org" in shown(pilot)
        assert "User dispatch" in shown(pilot)
        assert f"RemoteForward localhost:{key_file.site_port(added.staff_id)}" in shown(pilot)
        await press(pilot, "escape", "v")
        await until(pilot, SheetView)
        assert "Match User" in shown(pilot)
        await press(pilot, "escape")
        block = office.store.path.with_name("block.conf")
        await press(pilot, "w")
        await fill(pilot, file=str(block.parent / "no" / "such.conf"))
        assert not block.exists(), "the form stays open with what is wrong"
        await fill(pilot, file=str(block))
        assert (
            block.read_text().splitlines()
            == sshd_block(office.store, Reached("", "dispatch", site_tests=False)).splitlines()
        )
        key_file.path_of(office.store).write_text("lost")
        await press(pilot, "S")
        await until(pilot, SheetView)
        assert added.public_key in shown(pilot)
        await press(pilot, "escape")
        assert "1 key · 0 sessions" in str(pilot.app.screen.query_one(StatusBar).line_at(0, 120))
        assert added.public_key in key_file.path_of(office.store).read_text()

        ana = logins.log_in_by_key(office.store, added.id)
        pilot.app.screen.reload()  # type: ignore[attr-defined]
        await press(pilot, "end", "X")
        assert not sessions.open_sessions(office.store)
        assert logins.why_over(ana) == "ended by lee"

        await press(pilot, "home", "X", "y")
        await settled(pilot)
        assert not sessions.live_keys(office.store)
        assert added.public_key not in key_file.path_of(office.store).read_text()


async def test_who_logs_in_shows_on_the_spot(office: Office) -> None:
    key = keyring.add_key(office.lee, "ana", public_key(1)).id
    with Store.open(office.store.path, clock=office.clock) as elsewhere:
        async with opened(office.lee, "log") as pilot:
            await press(pilot, "K")
            await until(pilot, AccessScreen)
            bar = pilot.app.screen.query_one(StatusBar)
            ana = logins.log_in_by_key(elsewhere, key)
            await until_true(pilot, lambda: "1 key · 1 session" in str(bar.line_at(0, 120)))
            logins.log_out(ana, "left")
            await until_true(pilot, lambda: "1 key · 0 sessions" in str(bar.line_at(0, 120)))


def test_the_key_file_and_what_drifts_from_it(office: Office) -> None:
    keyring.add_key(office.lee, "ana", public_key(2))
    path = key_file.write(office.store)
    faults = [drift.text for drift in key_file.drift(office.store) if drift.mended]
    assert faults == []
    line = path.read_text().splitlines()[1]
    assert line.startswith("restrict,pty,port-forwarding,permitlisten=")
    assert ',command="exec ' in line
    assert " -I " in line
    assert "ana" not in line.replace("dispatch", "").split("command")[0]
    path.write_text(path.read_text() + "ssh-ed25519 AAAA evil\n")
    path.chmod(0o644)
    faults = [drift.text for drift in key_file.drift(office.store) if drift.mended]
    assert any("0 lines missing, 1 there that should not be" in fault for fault in faults)
    assert any("0644" in fault for fault in faults)


def test_three_keys_sit_at_once_and_a_fourth_ends_the_oldest(office: Office) -> None:
    taken = []
    for number in range(4):
        office.clock.advance(60)
        key = keyring.add_key(office.lee, "ana", public_key(10 + number))
        taken.append(logins.log_in_by_key(office.store, key.id))
    assert [logins.why_over(user) for user in taken] == ["superseded", None, None, None]
