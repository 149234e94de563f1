"""What was said about a file counts for the next one with its columns, is told, and is forgotten when that is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from db import settings
from dispatch.desk.files.as_written import DAY_FIRST, FileReadings, Unsettled
from dispatch.desk.files.columns import LEFT_OUT, MissingColumns
from dispatch.desk.files.table import Unreadable
from dispatch.desk.imports.file_memory import SaidOfFile
from dispatch.desk.imports.importing import forget, kind_of
from dispatch.desk.session.refusals import NotAllowed
from dispatch.desk.session.user import log_in
from tests.imports.conftest import Desk, verdicts
from tests.imports.test_command import Line, line  # noqa: F401  a fixture

HEAD = "Wer;Was;agreement;agreement_starts\n"
SAID = {"mapping": {"Wer": "client", "Was": LEFT_OUT}, "meant": FileReadings(dates=DAY_FIRST)}


def test_what_was_said_counts_for_the_next_file_of_the_shape(desk: Desk) -> None:
    with pytest.raises(MissingColumns):
        desk.take("clients", f"{HEAD}Acme;x;tm;03/04/2026\n")
    desk.take("clients", f"{HEAD}Acme;x;tm;03/04/2026\n", check=True, **SAID)
    with pytest.raises(MissingColumns):
        desk.take("clients", f"{HEAD}Acme;x;tm;03/04/2026\n")  # a check keeps nothing
    version = settings.firm(desk.store).version
    assert desk.take("clients", f"{HEAD}Acme;x;tm;03/04/2026\n", **SAID).applied
    assert settings.firm(desk.store).version == version

    next_one = desk.file("next.csv", f"{HEAD}Bolt;y;tm;05/06/2026\n")
    assert kind_of(next_one, store=desk.store) == "clients"
    report = desk.take("clients", next_one)
    assert (verdicts(report), report.recalled) == (["new"], True)
    assert report.understood[0] == (
        "as with the last file with these columns (--forget forgets it): "
        "Wer is client, Was is left out, dates are day-first"
    )
    assert (
        desk.store.value("SELECT a.starts FROM agreement a JOIN client c ON c.id = a.client_id WHERE c.name = 'Bolt'")
        == "2026-06-05"
    )


def test_what_is_said_now_goes_before_what_was_said(desk: Desk) -> None:
    desk.take("clients", "Wer;Rufnr;Andere\nAcme;1;2\n", mapping={"Wer": "client", "Rufnr": "phone"})
    report = desk.take(
        "clients", "Wer;Rufnr;Andere\nBolt;1;2\n", mapping={"Andere": "phone"}, fill={"kind": "prospect"}
    )
    assert {column.theirs: column.ours for column in report.columns} == {
        "Wer": "client", "Rufnr": "", "Andere": "phone", "": "kind",
    }  # fmt: skip
    last = desk.take("clients", "Wer;Rufnr;Andere\nCork;1;2\n", check=True)
    assert last.named == {"client": "Wer", "phone": "Andere"}
    assert "every row: kind is prospect" in last.understood


def test_what_was_left_out_stays_so_while_another_is_left_out() -> None:
    before = SaidOfFile({"Wer": "client", "Was": LEFT_OUT})
    now = SaidOfFile({"Wo": LEFT_OUT})
    assert now.after(before).columns == {"Wer": "client", "Was": LEFT_OUT, "Wo": LEFT_OUT}


def test_another_shape_another_kind_and_a_file_that_needs_no_word_are_not_concerned(desk: Desk) -> None:
    desk.take("clients", f"{HEAD}Acme;x;tm;03/04/2026\n", **SAID)
    with pytest.raises(Unreadable):
        kind_of(desk.file("other.csv", "Wer;Was\nBolt;y\n"), store=desk.store)
    with pytest.raises(MissingColumns):
        desk.take("sites", f"{HEAD}Bolt;y;tm;05/06/2026\n")
    desk.take("clients", "client\nCork\n")
    assert not desk.take("clients", "client\nDale\n").recalled


def test_refused_rows_of_such_a_file_are_of_its_shape(desk: Desk) -> None:
    desk.take("clients", f"{HEAD}Acme;x;tm;03/04/2026\n", **SAID)
    again = desk.take("clients", f"{HEAD.strip()};why\nBolt;x;tm;05/06/2026;it was bad\n")
    assert (verdicts(again), again.recalled) == (["new"], True)


def test_it_is_forgotten(desk: Desk) -> None:
    desk.take("clients", f"{HEAD}Acme;x;tm;03/04/2026\n", **SAID)
    path = desk.file("again.csv", f"{HEAD}Bolt;x;tm;05/06/2026\n")
    assert forget(desk.user, "clients", path)
    assert not forget(desk.user, "clients", path)
    with pytest.raises(MissingColumns):
        desk.take("clients", path)
    with pytest.raises(Unsettled):
        desk.take("clients", path, mapping=SAID["mapping"])


def test_only_who_may_import_it_forgets_it(desk: Desk) -> None:
    desk.take("clients", f"{HEAD}Acme;x;tm;03/04/2026\n", **SAID)
    with pytest.raises(NotAllowed):
        forget(log_in(desk.store, "ana"), "clients", desk.file("again.csv", HEAD))


def test_the_command_remembers_and_forgets(line: Line, tmp_path: Path) -> None:  # noqa: F811
    line("init", "--name", "Firm")
    file = tmp_path / "clients.csv"
    file.write_text("Wer,Ort\nAcme,Rom\n")
    assert line("import", "clients", str(file), "--map", "Wer=client") == 0
    file.write_text("Wer,Ort\nBolt,Rom\n")
    assert line("import", "clients", str(file)) == 0
    assert "as with the last file with these columns (--forget forgets it): Wer is client" in line.out
    assert (line("import", "clients", str(file), "--forget"), line.out) == (0, "It is forgotten.\n")
    assert (line("import", "clients", str(file), "--forget"), line.out[:7]) == (0, "Nothing")
    assert line("import", "clients", str(file)) == 1
