"""The fair queue: one at a time, in bounded time, and nothing left behind by those who give up."""

import os
import stat
import threading
import time
from pathlib import Path

import pytest

from db.faults import Busy, Misuse, ReadOnly, StoreFault
from db.write_queue import WriteQueue, _QueuePlace


@pytest.fixture
def path(tmp_path: Path) -> Path:
    while waiting_threads():  # of the test before, on their way out
        time.sleep(0.001)
    return tmp_path / "board.db.gate"


def waiting_threads() -> int:
    return sum(thread.name == "gate" for thread in threading.enumerate())


def test_the_second_waits_until_the_first_lets_go(path: Path) -> None:
    order: list[str] = []
    inside = threading.Event()

    def second() -> None:
        inside.wait()
        with WriteQueue(path).held(30, "bob"):
            order.append("second")

    thread = threading.Thread(target=second)
    thread.start()
    with WriteQueue(path).held(1, "anna"):
        inside.set()
        thread.join(0.1)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_waiting_in_vain_ends_and_names_the_holder(path: Path) -> None:
    with WriteQueue(path).held(1, "anna\x1b[31m"), pytest.raises(Busy) as refused, WriteQueue(path).held(0.05, "bob"):
        pass
    assert "session of anna" in str(refused.value)
    assert f"process {os.getpid()}" in str(refused.value)
    assert "Nothing of this was saved." in str(refused.value)
    assert "\x1b" not in str(refused.value)
    with (
        WriteQueue(path).held(1, "al"),
        pytest.raises(Busy, match=r"session of al \(process"),
        WriteQueue(path).held(0.05, "bob"),
    ):
        pass


def test_who_gives_up_keeps_one_place_and_gets_the_lock_later(path: Path) -> None:
    waiting = WriteQueue(path)
    with WriteQueue(path).held(1, "anna"):
        for _ in range(5):
            with pytest.raises(Busy), waiting.held(0.01, "bob"):
                pass
        assert waiting_threads() == 1
    with waiting.held(30, "bob"), pytest.raises(Busy), WriteQueue(path).held(0.01, "anna"):
        pass


def test_a_place_that_nobody_wants_any_more_lets_the_lock_go(path: Path) -> None:
    given_up = WriteQueue(path)
    with WriteQueue(path).held(1, "anna"), pytest.raises(Busy), given_up.held(0.01, "bob"):
        pass
    with WriteQueue(path).held(30, "carl"):
        pass


def test_an_interrupted_wait_leaves_no_lock(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(place: _QueuePlace, seconds: float) -> bool:
        raise KeyboardInterrupt

    gate = WriteQueue(path)
    with WriteQueue(path).held(1, "anna"), monkeypatch.context() as patch:
        patch.setattr(_QueuePlace, "wait", interrupted)
        with pytest.raises(KeyboardInterrupt), gate.held(1, "bob"):
            pass
    with WriteQueue(path).held(30, "carl"):
        pass
    with gate.held(30, "bob"):
        pass


def test_an_error_inside_lets_the_lock_go(path: Path) -> None:
    gate = WriteQueue(path)
    with pytest.raises(ZeroDivisionError), gate.held(1, "anna"):
        raise ZeroDivisionError
    with WriteQueue(path).held(0.1, "bob"):
        pass


def test_the_file_is_private_and_not_inherited(path: Path) -> None:
    gate = WriteQueue(path)
    with gate.held(1, "anna"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert gate._fd is not None
        assert not os.get_inheritable(gate._fd)


def test_a_removed_file_is_made_again(path: Path) -> None:
    gate = WriteQueue(path)
    with gate.held(1, "anna"):
        path.unlink()
    with gate.held(1, "anna"), pytest.raises(Busy), WriteQueue(path).held(0.01, "bob"):
        pass


def test_waiters_on_a_removed_file_move_on_to_the_new_one(path: Path) -> None:
    waiter, got = WriteQueue(path), threading.Event()
    leave = threading.Event()

    def wait() -> None:
        with waiter.held(30, "bob"):
            got.set()
            leave.wait()

    with WriteQueue(path).held(1, "anna"):
        thread = threading.Thread(target=wait)
        thread.start()
        while waiting_threads() == 0:
            time.sleep(0.001)
        path.unlink()
    assert got.wait(30)
    with pytest.raises(Busy), WriteQueue(path).held(0.01, "carl"):
        pass
    leave.set()
    thread.join()


def test_a_link_in_its_place_is_not_followed(path: Path, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("kept")
    path.symlink_to(tmp_path / "precious")
    with pytest.raises(StoreFault, match=r"board\.db\.gate"), WriteQueue(path).held(1, "anna"):
        pass
    assert (tmp_path / "precious").read_text() == "kept"


def test_a_folder_in_its_place_is_refused(path: Path) -> None:
    path.mkdir()
    with pytest.raises(StoreFault, match=r"board\.db\.gate"), WriteQueue(path).held(1, "anna"):
        pass


def test_a_folder_that_may_not_be_written_says_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*arguments: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("db.write_queue.os.open", refused)
    with pytest.raises(ReadOnly, match="may not be written"), WriteQueue(path).held(1, "anna"):
        pass


def test_it_is_not_entered_twice(path: Path) -> None:
    gate = WriteQueue(path)
    with gate.held(1, "anna"), pytest.raises(Misuse), gate.held(1, "anna"):
        pass
