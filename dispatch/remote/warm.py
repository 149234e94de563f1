"""How a session is given to a warm parent: a process that has imported everything, and forks a session onto a passed terminal.

Asked after the guard's checks and before anything heavy is imported. Whatever does not go as it should, the session begins
in this process instead: the parent makes a login quicker, and nothing rests on it.

The two say to each other: who connects sends `hello` with its terminal; the child answers `READY` from a process of its own;
who connects lets the terminal go and says `YOURS`; at its end the child says its exit code.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import struct
import termios
import time

CONNECT_SECONDS = 0.2
"""How long a parent may take to be reached."""
READY_SECONDS = 3.0
"""After so long without its child a parent has to show that it is not stuck."""
BUSY_SECONDS = 15.0
"""So long one that has others to begin is waited for: in a crowd that logs in at once, a session without it costs them far more."""
LONGEST_HELLO = 8192
GREETING = "dispatch seat 1"
"""What a hello begins with; it changes with its form."""
READY, YOURS = b"ready\n", b"yours\n"
NAME = "seats"
"""The socket in the folder."""
WAITING = 'read -r code; exit "${code:-1}"'
"""What the process that sshd knows becomes meanwhile: the smallest that can wait for an exit code."""


def folder_of(database: str) -> str:
    """The folder of the parent's socket, beside the database."""
    return f"{database}.warm"


def open_folder(database: str) -> int:
    """The folder as a descriptor.

    Raises:
        OSError: it is not there, or others may enter it.
    """
    folder = os.open(folder_of(database), os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    about = os.fstat(folder)
    if about.st_uid != os.getuid() or about.st_mode & 0o077:
        os.close(folder)
        raise PermissionError("its folder may be entered by others")
    return folder


def address(folder: int, name: str = NAME) -> str:
    """The socket's address by its folder: paths to a socket are short, those to a database need not be."""
    return f"/proc/self/fd/{folder}/{name}"


def peer(line: socket.socket) -> tuple[int, int]:
    """Process and user at the other end, as the kernel says."""
    process, user, _ = struct.unpack("3i", line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return process, user


def hello(guard: str, words: list[str], environment: dict[str, str]) -> bytes:
    """What is said first: which program this is, the few variables of a session, and the words of the key's line."""
    fields = [GREETING, guard, *(f"{name}={value}" for name, value in environment.items()), "", *words, ""]
    return "\0".join(fields).encode("utf-8", "surrogateescape")


def read_hello(data: bytes) -> tuple[str, dict[str, str], list[str]]:
    """Program, variables and words of a hello.

    Raises:
        ValueError: it is none.
    """
    greeting, *fields = data.decode("utf-8", "surrogateescape").split("\0")
    if greeting != GREETING or len(fields) < 3 or fields[-1]:
        raise ValueError("not a hello")
    program, *fields = fields[:-1]
    gap = fields.index("")
    pairs = [field.partition("=") for field in fields[:gap]]
    return program, {name: value for name, _, value in pairs}, fields[gap + 1 :]


def give(database: str, guard: str, words: list[str], environment: dict[str, str]) -> str:
    """Let the warm parent of a database begin the session of this terminal. Returns only where that did not come about.

    Returns:
        Why not, for the log; empty where no parent was set up.
    """
    try:
        folder = open_folder(database)
    except FileNotFoundError:
        return ""
    except OSError as error:
        return error.strerror or str(error)
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        line.settimeout(CONNECT_SECONDS)
        line.connect(address(folder))
        parent, user = peer(line)
        if user != os.getuid():
            return "it belongs to somebody else"
        socket.send_fds(line, [hello(guard, words, environment)], [0, 1, 2])
        if not _ready(line, parent):
            return "it has another program, or could not begin"
    except OSError as error:
        line.close()
        return error.strerror or str(error)
    finally:
        os.close(folder)
    return _let_go(line)


def _ready(line: socket.socket, parent: int) -> bool:
    """Whether the parent's child is there.

    Raises:
        TimeoutError: the parent did nothing for a while, or was busy for too long.
    """
    line.settimeout(READY_SECONDS)
    until = time.monotonic() + BUSY_SECONDS
    while True:
        before = _had(parent)
        try:
            return line.recv(len(READY), socket.MSG_WAITALL) == READY
        except TimeoutError:
            if _had(parent) == before or time.monotonic() >= until:
                raise


def _had(process: int) -> str:
    """How long a process has run, and has waited for a processor; the same again where it sleeps, or the kernel does not tell."""
    try:
        with open(f"/proc/{process}/schedstat", encoding="ascii") as file:
            return file.read()
    except OSError:
        return ""


def _let_go(line: socket.socket) -> str:  # noqa: RET503  (it becomes another program)
    """Give the terminal up, and wait for the exit code as something very small. Returns why not, with the terminal ours again."""
    # a leader that gives its terminal up is told that it hung up
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    given = False
    try:
        fcntl.ioctl(0, termios.TIOCNOTTY)
        given = True
        line.sendall(YOURS)
    except OSError as error:
        line.close()
        if given:
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        signal.signal(signal.SIGHUP, before)
        return error.strerror or str(error)
    line.setblocking(True)
    os.dup2(line.fileno(), 0)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.execv("/bin/sh", ["sh", "-c", WAITING])
