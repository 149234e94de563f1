"""What an import says about a file, as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Sequence

from dispatch.desk.files.verdicts import ImportReport, JudgedRow, RowVerdict, SeenColumn, shortened
from dispatch.model.text import count_text

_FEW = 3
"""So many refusals of one cause are told one by one; of more, so many are examples."""


def report_lines(report: ImportReport) -> Iterator[str]:
    """The report in words: what became of the file, then every row that somebody should look at."""
    yield f"{report.file}: {_summary(report)}"
    if report.checked:
        yield from column_lines(report.file, report.columns)
    yield from findings(report)
    if any(row.question is not None for row in report.rows):
        yield f"{report.file}: which site is meant is said with --map 'TEXT=CLIENT / SITE', TEXT being what stands in quotes"
    if report.marks:
        yield f"{report.file}: that the places are meant is said with --confirm {','.join(report.marks)}"


def column_lines(file: str, columns: Sequence[SeenColumn], missing: Sequence[str] = ()) -> Iterator[str]:
    """The columns of a file, each with what it becomes and what its first rows become, then what is needed and missing."""
    if columns:
        yield f"{file}: its columns, with what stands in the first rows and what that becomes:"
    for column in columns:
        if not (column.ours or column.how or any(cell for cell, _ in column.cells)):
            continue  # it says nothing
        cells = (read if cell == read else f"{cell} = {read}" for cell, read in column.cells if cell)
        theirs = shortened(column.theirs) or "every row"
        yield f"  {theirs} → {becomes(column)}: {' · '.join(cells) or '(empty)'}"
    for ours in missing:
        yield f"  no column → {ours}, which is needed"


def becomes(column: SeenColumn) -> str:
    """Which of ours a column is, and how that is known where it is not by its name."""
    if not column.ours:
        return "left out"
    return column.ours + (" (a guess)" if column.how == "guess" else "")


def findings(report: ImportReport) -> Iterator[str]:
    """What was understood of the file, then every row that somebody should look at, in its order."""
    if report.named and not (report.checked and report.columns):
        guesses = {column.ours for column in report.columns if column.how == "guess"}
        names = (
            f"{theirs} is {ours}{' (a guess, by what stands in it)' if ours in guesses else ''}"
            for ours, theirs in report.named.items()
        )
        yield f"{report.file}: columns: {', '.join(names)}"
    for line in report.understood:
        yield f"{report.file}: {line}"
    unknown = () if report.checked and report.columns else report.unknown_columns  # a check shows every column
    if unknown:
        yield f"{report.file}: warning: {count_text(len(unknown), 'column')} not known here, left out: {', '.join(unknown)}"
    yield from common_causes(report)
    many = _causes(report)
    for row in report.rows:
        yield from _about(report, row, many)
    skipped = Counter(why for row in report.rows if row.verdict == "skipped" for why in row.warnings)
    for why, count in skipped.items():
        yield f"{report.file}: {count_text(count, report.noun)} skipped: {why}"
    status = next((shortened(column.theirs) for column in report.columns if column.ours == "status"), "")
    if skipped and status:
        yield f"{report.file}: what was skipped is taken with the column {status} left out (--map '{status}=-')"


def common_causes(report: ImportReport) -> Iterator[str]:
    """Why many rows are refused: each cause once, with how many there are and the first of them."""
    for (field, expected), found in _causes(report).items():
        first = ", ".join(
            f"{report.noun} {row} {value!r}" if value else f"{report.noun} {row}" for row, value in found[:_FEW]
        )
        told = f"{_field(report, field)}: {expected} ({first} and {len(found) - _FEW:,} more)"
        yield f"{report.file}: {count_text(len(found), report.noun)} refused: {told}"


def _causes(report: ImportReport) -> dict[tuple[str, str], list[tuple[int, str]]]:
    """The causes, as the field and what was expected, of more refusals than are told one by one: their rows and values."""
    causes: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for row in report.rows:
        for fault in row.faults if row.verdict is RowVerdict.REFUSED else ():
            causes.setdefault((fault.field, fault.expected), []).append((row.row, fault.value))
    return {cause: found for cause, found in causes.items() if len(found) > _FEW}


def counted(report: ImportReport) -> str:
    """How many rows have which verdict."""
    return ", ".join(f"{count:,} {verdict.value}" for verdict, count in report.counts.items()) or f"no {report.noun}s"


def _summary(report: ImportReport) -> str:
    counts = counted(report)
    refused = report.refused
    clauses = []
    if report.checked:
        clauses.append("this was a check, and nothing was changed")
    elif report.stopped:
        clauses.append("nothing was imported; correct the file, or take the good rows with --accept-good")
    elif refused:
        clauses.append("the refused rows were left out")
    elif not report.applied:
        clauses.append("nothing to do")
    if report.updatable:
        clauses.append("--update takes the file over what differs")
    return f"{counts}: {'; '.join(clauses)}" if clauses else counts


def _field(report: ImportReport, name: str) -> str:
    theirs = report.named.get(name)
    return f"{name} (there: {theirs})" if theirs else name


def _about(report: ImportReport, row: JudgedRow, many: Container[tuple[str, str]]) -> Iterator[str]:
    where = f"{report.file} {report.noun} {row.row}"
    for fault in row.faults:
        if row.verdict is RowVerdict.REFUSED and (fault.field, fault.expected) in many:
            continue
        field = _field(report, fault.field)
        value = f" {fault.value!r}" if fault.value else ""
        yield f"{where}: {field}{value}: {fault.expected}"
    for difference in row.differences:
        yield f"{where}: {row.verdict.value}: {difference.field} is {difference.ours!r} here and {difference.theirs!r} in the file"
    if row.write is None:
        return  # what was looked at before, or has to be corrected first
    for warning in row.warnings:
        yield f"{where}: warning: {warning}"
