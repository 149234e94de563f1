"""The copy elsewhere: where it is, how old, who is first. A lead begins it, ends it, and promotes a copy."""

from __future__ import annotations

from dispatch.desk.backup import coming_back, copy_words, elsewhere, following, promoting, setting_up
from dispatch.desk.backup.elsewhere import CopyStatus
from dispatch.model.paths import typed_path
from screens.binding import BACK, command
from screens.dialogs.asked import AskedField
from screens.listed import ListScreen
from widgets.listed import FigureLine

_FIRST = "The machine that was first saves nothing more once it looks at the place. What it did not carry is not here."


class ElsewhereScreen(ListScreen[CopyStatus]):
    """What is known of the copy, a line each."""

    SHOWS = "whole"

    TITLE_WORD = "the copy elsewhere"
    FOOTER = "copy.begin copy.look copy.verify copy.stop copy.promote screen.leave screen.keys"
    BINDINGS = [BACK]

    def reload(self) -> None:
        store = self.user.store
        status = self.look(elsewhere.status, store)
        told = (
            copy_words.told(store, status) if status is not None else [("Copy", "none is kept elsewhere; n begins it")]
        )
        self.listed.set_figures([FigureLine("The copy elsewhere", name, name, text) for name, text in told])
        self.show_head("Copy elsewhere", "" if status is None else status.where)

    @command("n", "copy.begin", "Begin")
    async def action_begin(self) -> None:
        """Keep a copy at a place from now on: a folder, sftp://… or s3://…"""
        if not self.at_this_machine():
            return
        fields = [
            AskedField("target", "Place", placeholder="/mnt/nas/board, sftp://user@host/folder, s3://bucket/folder"),
            AskedField("to", "Encrypted to the key", placeholder="age1… or ssh-ed25519 …; empty: not encrypted"),
        ]
        typed = await self.fill(
            "Where a copy is kept", fields, lambda typed: [] if typed["target"].strip() else ["target: is missing"]
        )
        to = [typed["to"].strip()] if typed["to"].strip() else []
        made = await self.do(setting_up.set_up, typed["target"].strip(), to)
        if made is not None:
            self.say(" ".join(made))

    @command("v", "copy.look", "Look")
    async def action_look(self) -> None:
        """See who is first at the place, now."""
        found = await self.do(lambda user: following.look(user.store))
        if found is not None:
            self.say(found)

    @command("c", "copy.verify", "Check")
    async def action_verify(self) -> None:
        """Bring the copy back for a moment, and look whether it is whole."""
        status, key = elsewhere.status(self.user.store), None
        if status is not None and status.sealed:
            if not self.at_this_machine():
                return
            fields = [AskedField("identity", "File with the private key")]
            typed = await self.fill("The copy is encrypted", fields, lambda typed: [])
            key = typed_path(typed["identity"].strip())
        if (said := await self.do(lambda user: coming_back.verify(user.store, key))) is not None:
            self.say(said)

    @command("X delete", "copy.stop", "End")
    async def action_stop(self) -> None:
        """Keep no copy any more; what is at the place stays there."""
        await self.confirm("Keep no copy elsewhere any more", ["What is at the place stays there."])
        if (said := await self.do(setting_up.stop)) is not None:
            self.say(said)

    @command("p", "copy.promote", "Promote")
    async def action_promote(self) -> None:
        """Let this machine be the first one, where it was restored from a copy."""
        await self.confirm("Let this machine be the first one", [_FIRST])
        if (said := await self.do(promoting.promote)) is not None:
            self.say(said)
