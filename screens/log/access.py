"""Who gets in over SSH: keys, and who sits there now. The lead adds, revokes and ends from here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from db import sessions
from dispatch.desk.access import connecting, keyring, logins
from dispatch.desk.adapters import key_file, sshd_config
from dispatch.desk.session.refusals import Faulty
from dispatch.fields.kinds import Text, YesNo
from dispatch.fields.record import Field
from dispatch.model.instants import when_text
from dispatch.model.keys import Key, SshLogin
from dispatch.model.paths import typed_path
from dispatch.model.text import count_text
from screens.binding import BACK, command
from screens.dialogs.asked import ENTER_SHOWS, YES_NO, AskedField
from screens.listed import ListScreen
from screens.prices.sheet_view import SheetView
from screens.record_forms import ask_values
from widgets.listed import FigureLine

_REACHED = (
    Field("host", "This machine's name", Text(), required=True),
    Field("user", "The service user", Text(), required=True),
    Field("site_tests", "Site tests let through", YesNo()),
    Field("config", "Another sshd_config", Text(4096), "the system's"),
)


class AccessScreen(ListScreen[Key | SshLogin]):
    """Every key with its fingerprint, and every open session."""

    SHOWS = "access"
    SEES_SESSIONS = True

    TITLE_WORD = "keys and sessions over SSH"
    ENTER = "open"
    FOOTER = "access.open access.add access.take access.check access.reached access.export screen.leave screen.keys"
    BINDINGS = [BACK]

    def __init__(self) -> None:
        super().__init__()
        self._reached: connecting.Reached | None = None
        """As it was said here; None: as usual."""

    def reload(self) -> None:
        store, zone = self.user.store, self.user.firm.zone
        everything = self.look(sessions.all_keys, store)
        there = self.look(sessions.open_sessions, store)
        if everything is None or there is None:
            return
        self.things = {f"key {key.id}": key for key in everything} | {f"session {login.id}": login for login in there}
        lines = [
            FigureLine(
                "Keys",
                f"key {key.id}",
                f"{key.label}  {key.name}",
                key.fingerprint
                if key.revoked_at is None
                else f"{key.fingerprint}  revoked {when_text(key.revoked_at, zone)}",
                own=key.live,
            )
            for key in everything
        ] or [FigureLine("Keys", "none", "none yet", "n lets one in", own=False)]
        lines += [
            FigureLine(
                "Sessions",
                f"session {login.id}",
                f"{login.name}, K{login.key_id}",
                f"since {when_text(login.started_at, zone)}",
            )
            for login in there
        ] or [FigureLine("Sessions", "nobody", "none now", "who sits here over SSH", own=False)]
        self.listed.set_figures(lines)
        live = sum(key.live for key in everything)
        self.show_head("Over SSH", f"{count_text(live, 'key')} · {count_text(len(there), 'session')}")

    @property
    def reached(self) -> connecting.Reached:
        """How this machine is reached."""
        return self._reached or connecting.Reached.usually(self.user.store)

    @command("enter", "access.open", "Connect")
    def action_open(self) -> None:
        """What the person needs to connect with that key."""
        if isinstance(key := self.here, Key) and key.live:
            self._show_connecting(key)

    def _show_connecting(self, key: Key) -> None:
        words = connecting.words_for(key, self.reached)
        self.app.push_screen(
            SheetView(f"{key.label} {key.fingerprint} opens the session of {key.name}", None, "", notes=words)
        )

    @command("v", "access.check", "Check")
    async def action_check(self) -> None:
        """The key file and sshd, and the block for sshd."""
        lines = await self.look_aside(connecting.words_of_server, self.user.store, self.reached)
        if lines is not None:
            self.app.push_screen(SheetView("The server", None, "", notes=lines))

    @command("n", "access.add", "New key")
    async def action_add(self) -> None:
        """Let somebody's public key open their session."""
        fields = [
            AskedField("login", "Whose key: login", placeholder="ana"),
            AskedField("key", "The line of the .pub file", placeholder="ssh-ed25519 AAAA…"),
            AskedField("mouse", "The mouse too", "no", options=YES_NO),
        ]

        def save(typed: dict[str, str]) -> Key:
            return keyring.add_key(self.user, typed["login"], typed["key"], mouse=typed["mouse"] == YES_NO[True])

        added = await self.fill_in("A key that opens a session", fields, save)
        await self._settle_file()
        self._show_connecting(added)

    @command("X delete", "access.take", "Take away")
    async def action_take(self) -> None:
        """Revoke the key, or end the session."""
        here = self.here
        if isinstance(here, Key) and here.live:
            lines = [
                here.fingerprint,
                "It opens no session any more, also not later; what it has open ends within seconds.",
            ]
            await self.confirm(f"Revoke {here.label} of {here.name}", lines)
            await self.do(keyring.revoke, fingerprint=here.fingerprint)
            await self._settle_file()
        elif isinstance(here, SshLogin):
            await self.do(logins.end_sessions, [here.id])

    async def _settle_file(self) -> None:
        """Let sshd know."""
        await self.do(lambda user: key_file.write(user.store))

    @command("e", "access.reached", "Reached as")
    async def action_reached(self) -> None:
        """This machine's name for them, the service user, whether site tests are let through."""
        now = self.reached
        stands = {
            "host": now.host,
            "user": now.user,
            "site_tests": YES_NO[now.site_tests],
            "config": str(now.config or ""),
        }

        def take(said: dict[str, Any]) -> None:
            config = typed_path(said["config"]) if said["config"] else None
            self._reached = connecting.Reached(said["host"], said["user"], said["site_tests"], config)

        await ask_values(self, "How this machine is reached", _REACHED, take, stands, ENTER_SHOWS)
        self.action_check()

    @command("w", "access.write", "Write block")
    async def action_write(self) -> None:
        """Write the block for sshd into a file of this machine."""
        if not self.at_this_machine():
            return
        fields = [AskedField("file", "File", placeholder="/etc/ssh/sshd_config.d/dispatch.conf")]

        def save(typed: dict[str, str]) -> Path:
            if not typed["file"].strip():
                raise Faulty(["file: is missing"])
            path = typed_path(typed["file"].strip())
            sshd_config.put(connecting.sshd_block(self.user.store, self.reached), path)
            return path

        path = await self.fill_in("Where the block for sshd goes", fields, save)
        self.say(f"The block is in {path}. Ask sshd with `sshd -t`, then let it read its settings again.")

    @command("S", "access.export", "Key file")
    async def action_export(self) -> None:
        """Make the key file anew, and show it."""
        path = await self.do(lambda user: key_file.write(user.store))
        if path is not None:
            lines = key_file.content(self.user.store).splitlines()
            self.app.push_screen(SheetView(f"{path} was made anew", None, "", notes=lines))
