"""What is looked for in an answer, a page or what a command says: a text, or a value and whether it is within bounds."""

from __future__ import annotations

import json
import re

from dispatch.closeout.probes.deadline import ProbeFault, Seen, received
from dispatch.closeout.probes.values import value_verdict, with_unit
from dispatch.model.probes import BOUNDS, Probe


def decoded(data: bytes, charset: str | None = None) -> str:
    """Bytes as text; of a character set that nobody knows as UTF-8."""
    try:
        return data.decode(charset or "utf-8", "replace")
    except LookupError:
        return data.decode("utf-8", "replace")


def of_answer(text: str, probe: Probe, seen: str, within: str) -> Seen:
    """What an answer says of what is asked for: a text, or a value by its place in JSON or by the words around it.

    Args:
        text: the answer.
        probe: what is looked for; nothing: there is an answer.
        seen: what is known without looking into it.
        within: where something was looked for, for the sentence when it is not there.

    Raises:
        ProbeFault: it is not there, or out of bounds.
    """
    if probe.json or probe.pattern:
        found = _in_json(text, probe.json) if probe.json else _in_words(text, probe.pattern)
        if found is None:
            raise ProbeFault(f"{seen}, but “{probe.json or probe.pattern}” is not {within}")
        return of_value(found, probe)
    if not probe.expect:
        return Seen(seen)
    if probe.expect.casefold() not in text.casefold():
        raise ProbeFault(f"{seen}, but “{probe.expect}” is not {within}")
    return Seen(f"{seen}, “{probe.expect}” is {within}")


def of_value(found: str, probe: Probe) -> Seen:
    """A value that was read, held against the bounds of the probe, or against what is expected.

    Raises:
        ProbeFault: it is out of bounds, or another one.
    """
    shown = with_unit(probe, received(found, 60))
    if any(getattr(probe, name) is not None for name in BOUNDS[1:]):
        try:
            good, sentence = value_verdict(probe, found)
        except ValueError as fault:
            raise ProbeFault(str(fault)) from None
        if not good:
            raise ProbeFault(sentence.removeprefix(f"{probe.name}: "), value=shown)
    elif probe.expect and found.casefold() != probe.expect.casefold():
        raise ProbeFault(f"it says {shown} and not {probe.expect}", value=shown)
    return Seen(f"it says {shown}", shown)


def of_output(status: int | None, output: str, complaints: str, probe: Probe) -> Seen:
    """What a command that has ended says of what is asked for.

    Raises:
        ProbeFault: it failed, or says something else.
    """
    said = output.strip()
    if status != 0:
        how = "was ended by a signal" if status is None else f"ended with {status}"
        last = received((complaints.strip() or said).rpartition("\n")[2])
        raise ProbeFault(f"{probe.ask} {how}{f': “{last}”' if last else ''}")
    if not said:
        raise ProbeFault(f"{probe.ask} said nothing")
    if valued(probe):
        return of_value(said, probe)
    return of_answer(said, probe, f"it said “{received(said)}”", "in what it said")


def valued(probe: Probe) -> bool:
    """Whether all of an answer is to be a value: nothing says where in it one stands, and something says what it may be."""
    bounded = probe.unit or probe.least is not None or probe.most is not None
    return bool(bounded) and not (probe.json or probe.pattern)


def _in_json(text: str, path: str) -> str | None:
    """The value at a place such as `disks.0.free`; None: there is none, or it is no single value."""
    try:
        at = json.loads(text)
        for part in path.split("."):
            at = at[int(part)] if isinstance(at, list) else at[part]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        return None
    if isinstance(at, bool):
        return "true" if at else "false"
    return str(at) if isinstance(at, str | int | float) else None


def _in_words(text: str, pattern: str) -> str | None:
    """The number that stands where the pattern has #; between words there may be any blanks."""
    blank = r"\s+"
    parts = [blank.join(map(re.escape, part.split())) for part in pattern.split("#", 1)]
    match = re.search(r"\s*([-+]?\d+(?:[.,]\d+)?)\s*".join(parts), text, re.IGNORECASE)
    return match[1] if match is not None else None
