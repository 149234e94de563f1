"""Reports saved: in a file, or in a folder under the name that says whose they are; never over another by accident."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

from dispatch.desk.reports.document import Report
from dispatch.desk.reports.pdf import as_pdf
from dispatch.desk.reports.rendering import ENDINGS, FORMS, as_csv, table_csv
from dispatch.desk.session.private_file import FileThere, write_private
from dispatch.desk.session.refusals import Faulty
from dispatch.model.csv_text import MARKED
from dispatch.model.text import show

ZIP = ".zip"
"""The ending of a file that takes every table of a report's data, a CSV each."""
ENDING_OF = {form: ending for ending, form in sorted(ENDINGS.items())}
"""The ending of a file in each form."""


def form_for(path: Path, otherwise: str = "") -> str:
    """The form in which a report goes to a path, as its ending says it; into a folder a page.

    Args:
        otherwise: where the ending says nothing.

    Raises:
        Faulty: nothing says which.
    """
    ending = path.suffix.casefold()
    form = "html" if path.is_dir() else "csv" if ending == ZIP else ENDINGS.get(ending, otherwise)
    if not form:
        raise Faulty([f"file: its ending is one of {', '.join((*ENDINGS, ZIP))}"])
    return form


def rendered(report: Report, form: str, table: str = "") -> str | bytes:
    """A report in a form; of its data one table, the first where none is named.

    Raises:
        Faulty: a table is named that it does not have, or one in a form that has no tables of data.
    """
    if table and form != "csv":
        raise Faulty(["--table: stands with --csv"])
    if form == "pdf":
        return as_pdf(report)
    return as_csv(report, table) if form == "csv" else FORMS[form](report)


def save(report: Report, path: Path, form: str, table: str = "", *, replace: bool = False) -> tuple[Path, ...]:
    """Write a report for its owner's eyes only; returns the files.

    Args:
        path: a file, or a folder, where it gets its own name; data then has a file for each table, if none is named.
        form: as `form_for` says it.
        table: the table of its data that is wanted.
        replace: write over what is there.

    Raises:
        FileThere: something is there, and was not to be replaced.
        Refusal: the place does not take it. Of several files those that are written by then stay.
        Faulty: as `rendered`.
    """
    files: dict[Path, str | bytes]
    if path.is_dir() and form == "csv" and not table:
        files = {path / f"{report.name}-{one.name}.csv": table_csv(one) for one in report.data}
    elif path.is_dir():
        files = {path / f"{report.name}{f'-{table}' if table else ''}{ENDING_OF[form]}": rendered(report, form, table)}
    elif path.suffix.casefold() == ZIP and form == "csv":
        files = {path: _packed(report)}
    else:
        files = {path: rendered(report, form, table)}
    if not replace and (there := next((one for one in files if os.path.lexists(one)), None)) is not None:
        raise FileThere(f"{show(str(there), 120)} is there already.")
    for file, content in files.items():
        write_private(file, content, replace=replace)
    return tuple(files)


def _packed(report: Report) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for table in report.data:
            packed.writestr(f"{report.name}-{table.name}.csv", table_csv(table).encode(MARKED))
    return out.getvalue()
