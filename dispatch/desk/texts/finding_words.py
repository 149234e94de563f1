"""Findings of audits as text."""

from __future__ import annotations

from collections.abc import Iterator

from dispatch.model.findings import AuditFinding, FindingState
from dispatch.model.text import pad, show


def line(finding: AuditFinding) -> str:
    """A finding in one line: number, how grave, what."""
    stands = "" if finding.state is FindingState.OPEN else f" ({finding.state.label})"
    return f"{finding.number:>2}  {pad(finding.severity, 8)}  {show(finding.what)}{stands}"


def more(finding: AuditFinding) -> Iterator[tuple[str, str]]:
    """What else is said of it, each with its word."""
    note = f"{finding.state.label}{f': {finding.note}' if finding.note else ''}"
    said = (
        ("risks", finding.risk),
        ("to do", finding.advice),
        ("takes", finding.effort),
        ("photograph", finding.photo or ""),
        ("became", "" if finding.state is FindingState.OPEN else note),
    )
    return ((word, text) for word, text in said if text)


def in_a_list(finding: AuditFinding) -> str:
    """A finding among those of other visits."""
    return f"{pad(finding.reference, 8)} {line(finding)}  {show(finding.client)}  {show(finding.effort)}".rstrip()


def whole(finding: AuditFinding) -> list[str]:
    """A finding with all that is said of it."""
    head = f"{finding.reference} {finding.client}, finding {finding.number}: {finding.severity}"
    return [head, f"  {finding.what}", *(f"  {word}: {text}" for word, text in more(finding))]
