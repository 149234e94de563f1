"""`ssh user@host:port`: one command of the lead's list, and what it says (C5).

No command is typed by whoever runs the test, no terminal is asked for, and no agent, port or display is forwarded. Nobody signs in
before the host key is known by its fingerprint.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any, NamedTuple

from dispatch.closeout.probes.answers import decoded, of_output
from dispatch.closeout.probes.asynchronous import kept_to
from dispatch.closeout.probes.certificate import shown_as_by_ssh, typed_fingerprint
from dispatch.closeout.probes.deadline import Deadline, NotRun, ProbeFault, Seen, received
from dispatch.closeout.probes.secret import Secrets, asked_of
from dispatch.closeout.probes.vantage import Dialer
from dispatch.model.probes import Probe

MOST = 64 * 1024
"""Bytes of an answer that are read."""


class _Said(NamedTuple):
    """What came of a command: how it ended (None: by a signal), and its two outputs."""

    status: int | None
    output: bytes
    complaints: bytes


def run(probe: Probe, dialer: Dialer, deadline: Deadline, now: int, secrets: Secrets) -> Seen:
    """What was seen. Raises ProbeFault, OSError."""
    try:
        import asyncssh
    except ImportError:
        raise NotRun("it needs the extra ssh: install dispatch-board[ssh]") from None
    said = asyncio.run(_Conversation(asyncssh, probe, deadline, secrets).through(dialer))
    return of_output(said.status, secrets.hidden(decoded(said.output)), secrets.hidden(decoded(said.complaints)), probe)


class _Conversation:
    """One connection to a server, for one command.

    Args:
        ssh: the library.
    """

    def __init__(self, ssh: Any, probe: Probe, deadline: Deadline, secrets: Secrets) -> None:
        self._ssh, self._probe, self._deadline, self._secrets = ssh, probe, deadline, secrets
        self._shown = ""

    async def through(self, dialer: Dialer) -> _Said:
        """Ask, and come back by the deadline whatever the other side does. Raises as `run`."""
        password = self._password()
        with dialer.open(self._probe.host, self._probe.port, self._deadline, local=self._probe.local) as connection:
            return await kept_to(self._deadline, self._asked(connection.handed_over(), password))

    def _password(self) -> str | None:
        """What was typed; without it the person's own agent may do, and nobody signs in where the host key is unknown."""
        asked = asked_of(self._probe)
        if not asked or (self._secrets.agent and asked[0] not in self._secrets):
            return None
        return self._secrets.find(*asked)

    async def _asked(self, sock: Any, password: str | None) -> _Said:
        ssh, probe = self._ssh, self._probe
        async with contextlib.AsyncExitStack() as stack:
            keys = await self._keys(stack)
            self._deadline.doing = "agreeing on keys"
            try:
                connection = await ssh.connect(
                    sock=sock, host=probe.host, port=probe.port, username=probe.user, password=password,
                    client_factory=self._client(), known_hosts=([], [], []), config=None, client_keys=keys or None,
                    agent_path=None, agent_forwarding=False, x11_forwarding=False, gss_host=None,
                    preferred_auth="publickey,password,keyboard-interactive", compression_algs=["none"],
                    login_timeout=self._deadline.left(),
                )  # fmt: skip
                stack.callback(connection.abort)
                self._deadline.doing = f"waiting for what {probe.ask} says"
                return await self._answered(connection)
            except ssh.HostKeyNotVerifiable as fault:
                raise NotRun(self._unknown()) from fault
            except ssh.PermissionDenied as fault:
                self._secrets.refused(probe)
                raise NotRun(f"{probe.user}@{probe.host} was not let in: what was signed in with is refused") from fault
            except ssh.Error as fault:
                why = received(self._secrets.hidden(fault.reason))
                raise ProbeFault(f"it broke off while {self._deadline.doing}: {why}") from fault

    async def _keys(self, stack: contextlib.AsyncExitStack) -> list[Any]:
        """The keys of the person's own agent, which signs with them while the stack is open."""
        if not self._secrets.agent or not self._probe.pin:
            return []
        self._deadline.doing = "asking the agent for its keys"
        try:
            agent = await stack.enter_async_context(self._ssh.connect_agent(self._secrets.agent))
            return list(await agent.get_keys())
        except (OSError, ValueError, self._ssh.Error):
            return []

    async def _answered(self, connection: Any) -> _Said:
        process = await connection.create_process(
            self._probe.command, stdin=self._ssh.DEVNULL, encoding=None, request_pty=False, env=(), send_env=()
        )
        output, complaints = await asyncio.gather(self._read(process.stdout), self._read(process.stderr))
        await process.wait_closed()
        return _Said(None if process.exit_signal else process.exit_status, output, complaints)

    async def _read(self, stream: Any) -> bytes:
        """What a stream says to its end. Raises ProbeFault where that is too much."""
        data = b""
        while more := await stream.read(8192):
            data += more
            if len(data) > MOST:
                raise ProbeFault(f"{self._probe.ask} said more than 64 KB", final=True)
        return data

    def _client(self) -> Any:
        """A client that believes the pinned host key alone, and says no to whatever a server asks for beside the password."""
        conversation = self

        class Client(self._ssh.SSHClient):  # type: ignore[name-defined, misc]
            def validate_host_public_key(self, host: str, addr: str, port: int, key: Any) -> bool:
                conversation._shown = typed_fingerprint(key.get_fingerprint("sha256"))
                return conversation._shown == conversation._probe.pin

            def auth_banner_received(self, msg: str, lang: str) -> None:
                conversation._deadline.doing = "signing in"

        return Client

    def _unknown(self) -> str:
        if not self._shown:
            return "it shows no host key that can be pinned"
        shown = shown_as_by_ssh(self._shown)
        if self._probe.pin:
            return f"it shows another host key than the pinned one: {shown}; nobody signed in"
        return f"its host key is not known: look there whether it is {shown}, and register pin={shown}"
