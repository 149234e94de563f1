"""The rows of a file that were refused, as a file of the same shape that can be mended and imported again."""

from __future__ import annotations

from dispatch.desk.files.columns import WHY, key_of
from dispatch.desk.files.table import PLAIN
from dispatch.desk.files.verdicts import ImportReport, JudgedRow, RowVerdict
from dispatch.desk.session.refusals import Refusal
from dispatch.model.csv_text import as_it_came, csv_text


def refused_rows(report: ImportReport) -> bytes:
    """The refused rows between the separators, in the encoding and with the columns of the file, and a column that says why.

    Raises:
        Refusal: what was imported is no file of rows.
    """
    table = report.table
    if table is None:
        raise Refusal(f"Refused rows are written of a file of rows; {report.file} is none.")
    whys = {row.row: _why(report, row) for row in report.rows if row.verdict is RowVerdict.REFUSED}
    left = [at for at, header in enumerate(table.headers) if key_of(header) != WHY]
    rows = []
    for number, cells in table.rows:
        if number in whys:
            padded = (*cells, *("" for _ in range(len(table.headers) - len(cells))))
            beyond = padded[len(table.headers) :]
            rows.append([*(padded[at] for at in left), whys[number], *beyond])
    headers = [*(as_it_came(table.headers[at]) for at in left), WHY]
    written = table.written
    text = csv_text(headers, rows, written.separator, as_it_came)
    if written.says_separator:
        text = f"sep={written.separator}\r\n{text}"
    # a byte order mark says which of the two it is
    encoding = "utf-16" if written.encoding.startswith("utf-16") else written.encoding
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        # what is said of it has letters that the file could not have
        return text.encode(PLAIN.encoding)


def _why(report: ImportReport, row: JudgedRow) -> str:
    """Every reason, with what the file calls the column."""
    return "; ".join(f"{report.named.get(fault.field, fault.field)}: {fault.expected}" for fault in row.faults)
