"""Several sessions at once: real processes that import the same file."""

from __future__ import annotations

import subprocess
from collections import Counter
from pathlib import Path

import pytest

from db import audit
from tests.imports.conftest import SAMPLE, Desk
from tests.wall import started

ROOT = Path(__file__).parents[2]


@pytest.mark.again
def test_same_file_at_once_brings_each_row_once(desk: Desk) -> None:
    program = (
        "import sys; from pathlib import Path; from db.store import Store; from dispatch.desk.session.user import log_in; "
        "from dispatch.desk.imports.importing import import_file; sys.stdin.readline(); "
        "store = Store.open(sys.argv[1], timeout=60); "
        "print(import_file(log_in(store, 'lee'), 'visits', Path(sys.argv[2])).applied)"
    )
    words = started("-c", program, str(desk.store.path), str(SAMPLE / "visits.csv"))
    sessions = [
        subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    for session in sessions:
        assert session.stdin is not None
        session.stdin.write("go\n")
        session.stdin.flush()
    said = Counter(session.communicate(timeout=60)[0].strip() for session in sessions)

    assert said == {"True": 1, "False": 3}
    assert desk.count("visit") == 106
    assert desk.count("job") == 106
    assert audit.verify_chain(desk.store) is None
