"""What a person has set for themselves: read with every fault named, written without harm to the rest."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import platformdirs
import pytest

from dispatch.desk.session.preferences import read_personal, set_keys, set_personal, settings_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mine").mkdir()
    return tmp_path / "mine"


def test_nothing_is_set_where_there_is_no_folder(tmp_path: Path) -> None:
    personal = read_personal(tmp_path / "none")
    assert (personal.theme, personal.ascii, personal.mouse, dict(personal.keys), personal.faults) == (
        "",
        False,
        True,
        {},
        (),
    )
    assert not (tmp_path / "none").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux: elsewhere platformdirs is asked itself")
@pytest.mark.parametrize("config_home", ["", "/somewhere/else"])
def test_folder_is_the_platforms(monkeypatch: pytest.MonkeyPatch, config_home: str) -> None:
    monkeypatch.delenv("DISPATCH_CONFIG")
    monkeypatch.setenv("XDG_CONFIG_HOME", config_home)
    assert settings_folder() == Path(platformdirs.user_config_dir("dispatch-board", appauthor=False))


@pytest.mark.parametrize(
    "text",
    [
        'visit.assign = "z"\nlist.up = ["w", "ctrl+w"]\n',
        '"visit.assign" = "z"\n"list.up" = ["w", "ctrl+w"]\n',
        '[visit]\nassign = "z"\n[list]\nup = ["w", "ctrl+w"]\n',
    ],
)
def test_keys_may_be_written_as_toml_allows(folder: Path, text: str) -> None:
    (folder / "keys.toml").write_text(text)
    personal = read_personal(folder)
    assert personal.keys == {"visit.assign": ("z",), "list.up": ("w", "ctrl+w")}
    assert not personal.faults


def test_every_fault_is_named_and_what_is_good_holds(folder: Path) -> None:
    (folder / "keys.toml").write_text('visit.assign = "z"\nvisit.move = 3\nvisit.open = []\n')
    (folder / "personal.toml").write_text('theme = true\nascii = true\nmouse = "no"\ncolour = "red"\n')
    personal = read_personal(folder)
    assert personal.keys == {"visit.assign": ("z",)}
    assert (personal.theme, personal.ascii, personal.mouse) == ("", True, True)
    assert [fault.rsplit(": ", 1)[0] for fault in personal.faults] == [
        "keys.toml: visit.move",
        "keys.toml: visit.open",
        "personal.toml: theme",
        "personal.toml: mouse",
        "personal.toml: colour",
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"visit.assign = z\n", "line 1"), (b"a = '\xff'\n", "UTF-8"), (b"#" * 200_000, "longer than")],
    ids=["not TOML", "not text", "too long"],
)
def test_file_that_cannot_be_read_is_ignored_with_a_sentence_and_never_written(
    folder: Path, data: bytes, said: str
) -> None:
    (folder / "keys.toml").write_bytes(data)
    personal = read_personal(folder)
    assert not personal.keys
    (fault,) = personal.faults
    assert fault.startswith("keys.toml is ignored: ")
    assert said in fault
    with pytest.raises(ValueError):
        set_keys(folder, "visit.assign", ("z",))
    assert (folder / "keys.toml").read_bytes() == data


def test_comments_and_other_lines_stay(folder: Path) -> None:
    file = folder / "keys.toml"
    file.write_text('# mine\nvisit.assign = "z" # as in the old program\n\nlist.up = "w"\n')
    set_keys(folder, "list.up", ("ctrl+w",))
    set_keys(folder, "view.today", ("v", "f5"))
    assert file.read_text() == (
        '# mine\nvisit.assign = "z" # as in the old program\n\nlist.up = "ctrl+w"\nview.today = ["v", "f5"]\n'
    )
    set_keys(folder, "list.up", None)
    set_keys(folder, "never.set", None)
    assert file.read_text() == '# mine\nvisit.assign = "z" # as in the old program\n\nview.today = ["v", "f5"]\n'


@pytest.mark.parametrize(
    "text", ['[visit]\nassign = "z"\n', 'visit.assign = [\n  "z",\n]\nlist.up = "w"\n'], ids=["table", "many lines"]
)
def test_file_of_another_shape_is_written_anew_with_all_its_values(folder: Path, text: str) -> None:
    (folder / "keys.toml").write_text(text)
    before = dict(read_personal(folder).keys)
    set_keys(folder, "visit.assign", ("y",))
    assert read_personal(folder).keys == before | {"visit.assign": ("y",)}


def test_new_files_are_private_and_a_link_stays_one(folder: Path, tmp_path: Path) -> None:
    new = tmp_path / "new" / "folder"
    set_personal(new, "theme", 'a "name"')
    set_personal(new, "mouse", False)
    assert stat.S_IMODE((new / "personal.toml").stat().st_mode) == 0o600
    assert stat.S_IMODE(new.stat().st_mode) == 0o700
    assert [file.name for file in new.iterdir()] == ["personal.toml"]
    assert (read_personal(new).theme, read_personal(new).mouse) == ('a "name"', False)

    elsewhere = tmp_path / "dotfiles.toml"
    elsewhere.write_text("")
    (folder / "keys.toml").symlink_to(elsewhere)
    set_keys(folder, "visit.assign", ("\\",))
    assert (folder / "keys.toml").is_symlink()
    assert read_personal(folder).keys == {"visit.assign": ("\\",)}
