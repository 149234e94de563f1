"""What kind of file it is, by what it begins with."""

from __future__ import annotations

from pathlib import Path

from dispatch.desk.imports.importing import CALENDAR, RATE_CARD, SUBJECTS
from dispatch.desk.imports.table import ROWS, Unreadable, find_columns, read_table
from dispatch.desk.imports.verdicts import shortened

_START = 4_096


def kind_of(path: Path) -> str:
    """The kind of a file: a calendar, a rate card, or rows by the columns that their first line names.

    Raises:
        Unreadable: it cannot be read, or is none of them; the message says what each kind needs.
    """
    try:
        with path.open("rb") as file:
            start = file.read(_START).removeprefix(b"\xef\xbb\xbf").lstrip()
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise Unreadable(f"{shortened(str(path))} cannot be read: {reason}.") from None
    if start[:15].upper() == b"BEGIN:VCALENDAR" or path.suffix.casefold() in (".ics", ".ical", ".ifb"):
        return CALENDAR
    if start.startswith(b"{") or path.suffix.casefold() == ".json":
        return RATE_CARD
    table = read_table(path, ROWS)
    fitting: dict[str, int] = {}
    for kind, subject in SUBJECTS.items():
        try:
            columns = find_columns(table, subject.columns, subject.required)
        except Unreadable:
            continue
        # clients.csv needs one column, which sites and visits have as well: the kind that explains most of them is meant
        fitting[kind] = len(columns.position)
    if not fitting:
        needs = "; ".join(f"{kind}: {', '.join(subject.required)}" for kind, subject in SUBJECTS.items())
        raise Unreadable(
            f"{shortened(path.name)} names no columns that are known. Needed are, for {needs}. "
            "Names of your own are taken by the command: dispatch import KIND FILE --map theirs=ours."
        )
    return max(fitting, key=lambda kind: fitting[kind])
