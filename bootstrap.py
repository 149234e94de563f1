"""Makes the environment in `.venv` that runs the program from this folder, or mends it.

    python3 bootstrap.py          for the program: then `.venv/bin/dispatch`
    python3 bootstrap.py --dev    for the tests too

`make run` and `make test` call it. It uses uv where it is there (`UV=` in the environment: not), else Python's own venv and
pip; with `LOCKED=1` the very files whose hashes are in `locks/`. What was interrupted is made anew at the next call; what
goes wrong is said in one sentence, and all that the installer said is in `.venv-install.log`.

Only the standard library is used, and nothing that Python 3.6 cannot read: an old one shall say what is needed.
"""

import contextlib
import importlib.util
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LEAST = (3, 11)
ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UNFINISHED = VENV / ".unfinished"
"""Stands while the environment is being changed."""
LOG = ROOT / ".venv-install.log"
PACKAGES = ("db", "dispatch", "screens", "widgets")
"""Compiled here, as no installer compiles what is installed in place, and uncompiled modules make every start slower."""
NEEDED_MB = {"run": 400, "test": 700}
"""Free space that an installation from nothing needs, the temporary copies included."""
AGAIN = "then say the same command again"


class Refusal(Exception):
    """The environment cannot be made; the sentence says why and what to do."""


def main(words: "list[str]") -> int:
    """Make what is wanted; returns the exit code: 0 all is there, 1 it cannot be, 130 stopped by ctrl+c."""
    if words not in ([], ["--dev"]):
        print("usage: python3 bootstrap.py [--dev]", file=sys.stderr)
        return 2
    try:
        if sys.platform == "win32":
            raise Refusal("This program runs on Linux, on macOS, and on Windows inside WSL.")
        uv = shutil.which(os.environ.get("UV", "uv"))
        if sys.version_info < LEAST:
            with_another_python(uv, words)
        with one_at_a_time():
            make("test" if words else "run", uv)
    except Refusal as refusal:
        print(str(refusal), file=sys.stderr)
        return 1
    except OSError as error:
        print(sentence_for(str(error)) or f"The environment cannot be made: {error}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; the same command begins anew.", file=sys.stderr)
        return 130
    return 0


def with_another_python(uv: "str | None", words: "list[str]") -> None:
    """Go on with a newer Python if uv has one or can get one."""
    if uv:
        versions = f">={LEAST[0]}.{LEAST[1]}"
        os.execv(uv, [uv, "run", "--quiet", "--no-project", "--python", versions, "python", __file__, *words])
    there = next((name for name in ("python3.14", "python3.13", "python3.12", "python3.11") if shutil.which(name)), "")
    deed = f"say make PYTHON={there}, or {there} bootstrap.py" if there else f"install it, {AGAIN}"
    needed, this = (f"{version[0]}.{version[1]}" for version in (LEAST, sys.version_info))
    raise Refusal(f"Python {needed} or newer is needed, and this is {this}: {deed}.")


@contextlib.contextmanager
def one_at_a_time() -> "Iterator[None]":
    """Wait while another does the same in this folder."""
    import fcntl

    with open(__file__, encoding="utf-8") as gate:
        try:
            fcntl.flock(gate, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another is making the environment; waiting for it …")
            fcntl.flock(gate, fcntl.LOCK_EX)
        yield


def make(purpose: str, uv: "str | None") -> None:
    """Make or mend the environment for `run` or `test`, and leave the stamps that make looks at."""
    constraints = os.environ.get("CONSTRAINTS", "constraints.txt")
    stamps = [VENV / ".installed"] + ([VENV / ".installed-dev"] if purpose == "test" else [])
    wrong = what_is_wrong(uv)
    sources = [ROOT / "pyproject.toml", Path(__file__)] + ([ROOT / constraints] if constraints else [])
    newest = max(source.stat().st_mtime for source in sources)
    if not wrong and all(stamp.exists() and stamp.stat().st_mtime >= newest for stamp in stamps):
        return
    if wrong:
        refuse_full_disk(purpose)
        begin(uv, wrong)
    UNFINISHED.touch()
    print("Installing what it needs …" if wrong else "Installing what has changed …", flush=True)
    install = [uv, "pip", "install", "--compile-bytecode", "--python", str(PYTHON)] if uv else pip("install")
    if os.environ.get("LOCKED"):
        lock = ROOT / "locks" / ("tests.txt" if purpose == "test" else "program.txt")
        carry_out([*install, "--require-hashes", "-r", str(lock)], "Installing")
        carry_out([*install, "--no-deps", "--no-build-isolation", "-e", str(ROOT)], "Installing")
    else:
        options = ["-c", str(ROOT / constraints)] if constraints else []
        group = ["--group", f"{ROOT}/pyproject.toml:dev"] if purpose == "test" else []
        try:
            carry_out([*install, *options, "--only-binary", "pyvroom", "-e", f"{ROOT}[plan]", *group], "Installing")
        except Refusal as refusal:
            if "pyvroom" not in LOG.read_text(encoding="utf-8") or str(refusal) == UNREACHABLE:
                raise
            print("VROOM has no wheel for this machine: days are planned by the program's own search.")
            carry_out([*install, *options, "-e", str(ROOT), *group], "Installing")
    subprocess.call([str(PYTHON), "-m", "compileall", "-q"] + [str(ROOT / package) for package in PACKAGES])
    UNFINISHED.unlink()
    for stamp in stamps:
        stamp.touch()
    LOG.unlink()


def what_is_wrong(uv: "str | None") -> str:
    """Why the environment has to be made anew, empty where it is whole."""
    if not VENV.exists():
        return "new"
    if UNFINISHED.exists():
        return "an installation was interrupted"
    tried = f"import sys; sys.exit(sys.version_info < {LEAST})" + ("" if uv else "; import pip")
    try:
        if subprocess.call([str(PYTHON), "-c", tried], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
            return "it is not whole"
        command = VENV / "bin" / "dispatch"
        if command.exists() and str(VENV) not in command.read_text(encoding="utf-8"):
            return "this folder was moved"
    except OSError:
        return "its Python is gone"
    return ""


def begin(uv: "str | None", why: str) -> None:
    """An empty environment with an installer, in place of whatever is there."""
    if not uv:
        refuse_missing_venv()
    print(
        "Making an environment in .venv …" if why == "new" else f"Making the environment in .venv anew: {why} …",
        flush=True,
    )
    if VENV.is_symlink():
        raise Refusal(f".venv is a link: take it away, {AGAIN}.")
    if VENV.exists():
        shutil.rmtree(str(VENV))
    VENV.mkdir()
    UNFINISHED.touch()
    if uv:
        carry_out([uv, "venv", "--allow-existing", "--python", sys.executable, str(VENV)], "Making it")
        return
    carry_out([sys.executable, "-m", "venv", str(VENV)], "Making it")
    carry_out([*pip("install"), "--upgrade", "pip>=25.1"], "Getting pip")  # the first with --group


def refuse_missing_venv() -> None:
    """Debian and its kin have venv in a package of its own, without which `python3 -m venv` leaves half of it behind."""
    if importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"):
        return
    usual = shutil.which("python3")
    same = usual is not None and os.path.realpath(usual) == os.path.realpath(sys.executable)
    package = "python3-venv" if same else f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    raise Refusal(
        f"Python's module venv is not installed: on Debian and Ubuntu say `apt install {package}` as root,"
        f" elsewhere install the package of that name, {AGAIN}."
    )


def refuse_full_disk(purpose: str) -> None:
    """Better said before than in the middle."""
    free = shutil.disk_usage(str(ROOT)).free // 1000000
    if free < NEEDED_MB[purpose]:
        raise Refusal(full_disk(f"{NEEDED_MB[purpose]} MB are needed, "))


def full_disk(needed: str = "") -> str:
    """The sentence about a full disk, with what is free where the installer writes."""
    places = [str(ROOT)] + ([tempfile.gettempdir()] if Path(tempfile.gettempdir()).exists() else [])
    free = " and ".join(f"{shutil.disk_usage(place).free // 1000000} MB are free in {place}" for place in places)
    return f"The disk is full: {needed}{free}. Make room, {AGAIN}."


UNREACHABLE = f"The package index cannot be reached: look at the network, {AGAIN}."

OFFLINE = (
    "Failed to establish a new connection",
    "NameResolutionError",
    "name resolution",
    "Name or service not known",
    "Network is unreachable",
    "ConnectTimeout",
    "dns error",
    "error sending request",
)
"""How pip and uv say that nobody answers."""


def sentence_for(output: str) -> str:
    """One sentence for what an installer says when it fails, empty where it is nothing that is known here."""
    if "No space left on device" in output or "os error 28" in output or "Disk quota exceeded" in output:
        return full_disk()
    if "Permission denied" in output or "Read-only file system" in output:
        return f"{VENV} cannot be written by you: take it away as whoever made it, {AGAIN}."
    return UNREACHABLE if any(word in output for word in OFFLINE) else ""


def pip(deed: str) -> "list[str]":
    """The words that begin a deed of the environment's own pip."""
    return [str(PYTHON), "-m", "pip", deed]


def carry_out(words: "list[str]", doing: str) -> None:
    """Run an installer, telling how it goes; what it says is kept in the log.

    Raises:
        Refusal: it failed; the sentence says why as far as it is known.
    """
    begun, shown_at, progress = time.monotonic(), 0.0, ""
    environment = dict(os.environ, PIP_USER="0", PIP_PROGRESS_BAR="off", PIP_DISABLE_PIP_VERSION_CHECK="1")
    lines: queue.Queue[str | None] = queue.Queue()
    with LOG.open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            words,
            cwd=str(ROOT),
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
        threading.Thread(target=pour, args=(process.stdout, lines), daemon=True).start()
        line: str | None = ""
        while line is not None:
            try:
                line = lines.get(timeout=0.5)
                log.write(line or "")
                progress = in_short(line or "") or progress
            except queue.Empty:
                pass
            shown_at = tell(doing, progress, time.monotonic() - begun, shown_at)
    if sys.stdout.isatty():
        print("\r\033[K", end="", flush=True)
    if process.wait() == 0:
        return
    text = LOG.read_text(encoding="utf-8")
    errors = [line.strip() for line in text.splitlines() if "error" in line.lower()] or text.splitlines()[-1:]
    known = sentence_for(text)
    raise Refusal(known or f"{doing} failed: {' '.join(errors[-1:])} All of it is in {LOG.name}.")


def pour(stream: "IO[str]", lines: "queue.Queue[str | None]") -> None:
    """Hand every line on as it comes, None at the end."""
    for line in stream:
        lines.put(line)
    lines.put(None)


def in_short(line: str) -> str:
    """What a line of pip or uv tells somebody who waits, empty where it is nothing."""
    words = line.split()
    if words[:1] in (["Collecting"], ["Downloading"], ["Building"], ["Prepared"], ["Resolved"]):
        return " ".join(words[:2] if words[0] == "Collecting" else words[:4])
    if line.startswith("Installing collected packages"):
        return f"{line.count(',') + 1} packages are put in their places"
    return ""


def tell(doing: str, progress: str, seconds: float, shown_at: float) -> float:
    """Show how far it is: one line that changes on a terminal, elsewhere a line now and then. Returns when that was."""
    text = f"{doing} … {seconds:.0f} s  {progress}"
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns - 1
        print("\r\033[K" + text[:width], end="", flush=True)
    elif seconds - shown_at < 10:
        return shown_at
    else:
        print(text.rstrip(), flush=True)
    return seconds


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
