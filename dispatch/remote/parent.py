"""The warm parent of the sessions at a database: it imports everything once and forks a session for each login (design/remote.md).

Run as a file by `python -I`, as the guard is:

    python -I …/dispatch/remote/parent.py --db FILE

It has one thread and no connection to the database; what a session may do is decided in the session's own process, by the same
code as without it. A parent whose program has changed on disk begins no session any more, and ends, to be started anew.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
import time
from pathlib import Path
from typing import NoReturn

HELLO_SECONDS = 1.0
"""How long somebody who has connected may take to say what they want: nobody else is let in meanwhile."""
YOURS_SECONDS = 2.0
"""How long a forked session waits for its terminal."""
STALE_SECONDS = 1.0
"""How often it is looked whether the program was changed: in a crowd that logs in at once, not for each."""
GAP = 1 << 16
"""Bytes of the largest gap that is filled: less than what glibc maps for itself."""
WAITING = 64
"""Logins that may wait for the parent."""
EXIT_STALE = 75
"""The program was changed on disk. As in sysexits.h: try again."""

WARM = (
    "db",
    "widgets",
    "screens",
    *(f"dispatch.{part}" for part in ("model", "charges", "closeout", "levels", "desk")),
)
"""The packages of which a session may need any module."""
LATE = (
    "dispatch.remote.app", "dispatch.remote.sitting", "textual.drivers.linux_driver", "textual.scrollbar",
    "textual.layouts.factory", "textual.layouts.horizontal", "textual.layouts.stream", "textual.widgets._input",
    "textual.widgets._label", "textual.widgets._option_list", "textual.widgets._tooltip", "encodings.ascii", "encodings.idna",
    "textual.pilot", "textual.drivers.headless_driver", "curses",
)  # fmt: skip
"""What is imported on the way to the first screen otherwise."""

Stamp = tuple[int, int, int]


def main(words: list[str]) -> int:
    """Serve until told to end; returns the exit code."""
    begun_in = os.getcwd()
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from dispatch.remote import guard

    if words and (len(words) != 2 or words[0] != "--db"):
        raise guard.refuse("seat-parent takes --db FILE and nothing else.")
    environment = guard.rebuilt(os.environ) | guard.OURS
    os.environ.clear()
    # as in a session: Textual reads some of it when it is imported
    os.environ.update({name: environment[name] for name in (*guard.OURS, "HOME")})
    guard.settle()
    warm_up()
    from dispatch.remote.rehearsal import rehearse

    rehearse()
    from dispatch.remote.sitting import database as named

    database = str(named({"db": os.path.join(begun_in, words[1])} if words else {}).resolve())
    listener = listen(database)
    build = stamps()
    gc.collect()
    fill_gaps()
    gc.freeze()
    if len(list(Path("/proc/self/task").iterdir())) != 1:
        raise RuntimeError("a parent with threads cannot fork")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print(f"dispatch: sessions of {os.path.basename(database)} are begun by process {os.getpid()}", flush=True)
    looked = -STALE_SECONDS
    while True:
        line, _ = listener.accept()
        with line:
            if time.monotonic() >= looked + STALE_SECONDS:
                if stamps() != build:
                    print("dispatch: the program was changed; sessions are begun without this process", flush=True)
                    return EXIT_STALE
                looked = time.monotonic()
            begin(line, database, listener)


def warm_up() -> None:
    """Import what a session may need, but what needs more than a distribution brings along."""
    from importlib import import_module
    from pkgutil import walk_packages

    from rich.cells import cell_len

    for name in LATE:
        import_module(name)
    cell_len("…")  # loads the table of wide characters
    for package in map(import_module, WARM):
        for module in walk_packages(package.__path__, f"{package.__name__}."):
            try:
                import_module(module.name)
            except ImportError as missing:
                # an extra that this installation does not have
                print(f"dispatch: {module.name} is left out: {missing}", flush=True)


def fill_gaps() -> None:
    """Take what is free between the allocations of this process, where the C library is glibc.

    A session would put its own into these gaps, a page of memory copied for each: 3.6 MB of its 25, for 0.6 MB of gaps.
    """
    import ctypes

    library = ctypes.CDLL(None)
    if not hasattr(library, "gnu_get_libc_version"):
        return
    library.malloc.restype, library.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    end = max(library.malloc(GAP) for _ in range(8))
    for size in (GAP >> step for step in range(13)):
        while library.malloc(size) < end:
            pass


def stamps() -> dict[str, Stamp | None]:
    """What of the program is in memory, by file, with what tells whether the file is still the same. About a millisecond."""
    files: dict[str, Stamp | None] = {}
    for module in list(sys.modules.values()):
        path = getattr(module, "__file__", None)
        if path:
            try:
                about = os.stat(path)
                files[path] = (about.st_ino, about.st_size, about.st_mtime_ns)
            except OSError:
                files[path] = None
    return files


def listen(database: str) -> socket.socket:
    """The socket (0600), in a folder (0700) that only its owner enters.

    Raises:
        OSError: the folder is somebody else's, or the place does not take it.
    """
    from dispatch.remote import warm

    os.makedirs(warm.folder_of(database), 0o700, exist_ok=True)
    folder = warm.open_folder(database)
    try:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        draft = f"{warm.NAME}.{os.getpid()}"
        listener.bind(warm.address(folder, draft))
        os.chmod(draft, 0o600, dir_fd=folder)
        listener.listen(WAITING)
        # one before that has died leaves its socket; in one step, so that there is always one
        os.replace(draft, warm.NAME, src_dir_fd=folder, dst_dir_fd=folder)
        return listener
    finally:
        os.close(folder)


def begin(line: socket.socket, database: str, listener: socket.socket) -> None:
    """Fork a session for whoever has connected, if it is ourselves and the same program. Nobody hears more than that it was not."""
    from dispatch.remote import guard, warm

    fds: list[int] = []
    try:
        line.settimeout(HELLO_SECONDS)
        process, owner = warm.peer(line)
        data, fds, flags, _ = socket.recv_fds(line, warm.LONGEST_HELLO, 3)
        program, environment, words = warm.read_hello(data)
        if owner != os.getuid() or program != guard.__file__ or len(fds) != 3 or flags & socket.MSG_CTRUNC:
            return
        if os.fork() == 0:
            try:
                listener.close()
                user(line, fds, database, words, environment, process)
            finally:
                os._exit(1)
    except (OSError, ValueError, IndexError) as error:
        print(f"dispatch: a login was not taken: {error}", flush=True)
    finally:
        for number in fds:
            os.close(number)


def user(
    line: socket.socket, fds: list[int], database: str, words: list[str], environment: dict[str, str], process: int
) -> NoReturn:
    """In the child: take the terminal over once it was let go, and be the session; says its exit code at the end."""
    import fcntl
    import termios

    from dispatch import crashes
    from dispatch.desk.access import client_network
    from dispatch.remote import guard, warm
    from dispatch.remote.sitting import sit

    for ending in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(ending, signal.SIG_DFL)
    client_network.served_by(process)
    line.settimeout(YOURS_SECONDS)
    line.sendall(warm.READY)
    if line.recv(len(warm.YOURS), socket.MSG_WAITALL) != warm.YOURS:
        os._exit(1)
    line.setblocking(True)
    code = 1
    try:
        os.setsid()
        for standard, number in enumerate(fds):
            os.dup2(number, standard)
            os.close(number)
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        sys.stdin = sys.__stdin__ = open(0, encoding="utf-8", errors="replace", closefd=False)  # type: ignore[misc]  # noqa: SIM115
        sys.stdout = sys.__stdout__ = open(1, "w", encoding="utf-8", errors="replace", closefd=False)  # type: ignore[misc]  # noqa: SIM115
        sys.stderr = sys.__stderr__ = open(2, "w", encoding="utf-8", errors="replace", closefd=False)  # type: ignore[misc]  # noqa: SIM115
        os.environ.update(guard.rebuilt(environment))
        orders = guard.orders(words)
        if os.path.realpath(orders["db"]) != database:
            raise ValueError("another database than the parent's")
        code = sit(orders, line=line.fileno())
        sys.stdout.flush()
        sys.stderr.flush()
    except Exception as error:
        sys.stderr.write(crashes.keep(error, Path(database), "a session of the warm parent") + "\n")
        sys.stderr.flush()
    finally:
        line.sendall(b"%d\n" % code)
        os._exit(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
