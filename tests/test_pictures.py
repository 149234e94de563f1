"""What is kept of the screens in docs/pictures is what they show."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.pictures import FOLDER, ROOT, SIZES, WAYS
from tests.wall import started


def test_every_way_has_its_pictures() -> None:
    wanted = {f"{way.name}-{columns}x{rows}.txt" for way in WAYS for columns, rows in SIZES}
    assert {path.name for path in FOLDER.glob("*.txt")} == wanted, "make pictures makes them"


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_the_pictures_show_the_screens_as_they_are(tmp_path: Path) -> None:
    command = started("-m", "tests.pictures", "--into", str(tmp_path))
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    taken = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.glob("*.txt")}
    stale = [name for name, text in taken.items() if (FOLDER / name).read_text(encoding="utf-8") != text]
    assert sorted(stale) == [], "make pictures makes them anew; look at what has changed before it is committed"


def test_no_head_is_cut_in_a_word_and_no_footer_at_all() -> None:
    cut = []
    for way in WAYS:
        shown = [(FOLDER / f"{way.name}-{columns}x{rows}.txt").read_text(encoding="utf-8") for columns, rows in SIZES]
        words = set(re.findall(r"\w+", shown[0]))
        for text in shown:
            head, *_, foot = text.splitlines()
            if "…" in foot or any(word not in words for word in re.findall(r"(\w+)…", head)):
                cut.append(f"{way.name}: {head} {foot}")
    assert cut == []
