"""Other offices in words and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from db import branches, settings
from db.store import Store
from dispatch.desk.branches import carried
from dispatch.desk.branches.handing_out import Offered
from dispatch.desk.branches.helping import Help
from dispatch.desk.branches.looking import BranchLook, own_day
from dispatch.desk.branches.sending import called
from dispatch.model.branches import Parcel
from dispatch.model.forms import form
from dispatch.model.instants import Times, day_text, iso
from dispatch.model.text import count_text, show


def seen(look: BranchLook, times: Times) -> str:
    """How old what is shown of an office is, and by whose clocks its day is."""
    return look.age(times) if look.user is None else f"{look.age(times)} · its own day ({own_day(look)})"


def look_form(look: BranchLook, times: Times) -> dict[str, Any]:
    """The same as JSON."""
    firm = None if look.user is None else settings.firm(look.user.store)
    return {
        "branch": look.name,
        "where": None if look.branch is None else look.branch.location,
        "reached": look.user is not None and not look.why,
        "copied_at": None if look.copied_at is None else iso(look.copied_at, times.zone),
        "why": look.why or None,
        "firm": firm and firm.name,
        "zone": firm and firm.zone,
        "currency": firm and firm.currency,
    }


_STATES: Mapping[tuple[bool, str], str] = {
    (False, "sent"): "on its way to {}",
    (False, "taken"): "at {}",
    (False, "given_back"): "back from {}",
    (True, "taken"): "here from {}",
    (True, "given_back"): "given back to {}",
}


def branch_name(store: Store, office: str) -> str:
    """What an office is called here, also one that is no branch any more."""
    found = branches.of_office(store, office)
    return "an office that is no branch any more" if found is None else found.name


def parcel_line(store: Store, parcel: Parcel) -> str:
    """What went or came, and how it stands."""
    return ": ".join(parcel_words(store, parcel))


def parcel_words(store: Store, parcel: Parcel) -> tuple[str, str]:
    """What went or came; and how it stands, with what it is called at the other office."""
    times = settings.firm(store).times()
    how = _STATES[parcel.incoming, parcel.state].format(show(branch_name(store, parcel.office)))
    here = next(iter(called(store, parcel)), "")
    about = " · ".join(
        filter(
            None,
            (
                f"as {show(parcel.named)} there" if parcel.named else "",
                f"here {show(here)}" if parcel.incoming and here else "",
                "wanted back" if parcel.wanted_back and parcel.state != "given_back" else "",
                show(parcel.why),
                f"since {times.moment(parcel.at)}",
            ),
        )
    )
    return show(carried.title(parcel.form), 120), f"{how} · {about}"


def parcel_form(store: Store, parcel: Parcel) -> dict[str, Any]:
    """The same as JSON."""
    return form(
        parcel,
        "id kind incoming state why? called_there=named? wanted_back at@ what branch called_here hours",
        settings.firm(store).zone,
        what=carried.title(parcel.form),
        branch=branch_name(store, parcel.office),
        called_here=next(iter(called(store, parcel)), None),
        hours=[[iso(moment, settings.firm(store).zone) for moment in span] for span in parcel.form.get("spans", ())],
    )


def offered_line(one: Offered) -> str:
    """What another office has, and how it stands beside what is here."""
    parts = "; ".join(
        f"{show(each.field)}: here {each.ours or 'nothing'}, there {each.theirs or 'nothing'}" for each in one.differs
    )
    return ": ".join(filter(None, (f"{show(one.title, 80)} is {one.state}", show(one.against), parts)))


def offered_form(one: Offered) -> dict[str, Any]:
    """The same as JSON."""
    differs = [{"field": each.field, "here": each.ours, "there": each.theirs} for each in one.differs]
    return {"kind": one.kind, "title": one.title, "state": one.state, "why": one.against or None, "differs": differs}


def help_lines(one: Help, times: Times) -> list[str]:
    """What lending would do for a branch, and who would do what there."""
    head = f"{show(one.look.name)}, {day_text(one.day)}: "
    if one.why:
        return [f"{head}not looked for: {show(one.why, 300)}"]
    if not one.before:
        return [f"{head}nothing is left out"]
    if not one.helpers:
        return [f"{head}{one.before} left out, and nobody of ours who is free would help"]
    lines = [f"{head}{one.before} left out, {one.after} with {count_text(len(one.helpers), 'technician')} of ours:"]
    for helper in one.helpers:
        done = ", ".join(
            f"{show(reference)} {show(client)} {times.clock(start)}" for reference, client, start in helper.visits
        )
        hours = ", ".join(times.span(*span) for span in helper.spans)
        lines.append(f"  {show(helper.technician.name)} ({hours}): {done}")
    return lines


def help_form(one: Help, times: Times) -> dict[str, Any]:
    """The same as JSON."""
    return {
        "branch": one.look.name,
        "date": one.day.isoformat(),
        "left_out": one.before,
        "left_out_with_help": one.after,
        "why": one.why or None,
        "technicians": [
            {
                "technician": helper.technician.name,
                "hours": [[iso(moment, times.zone) for moment in span] for span in helper.spans],
                "visits": [
                    {"reference": reference, "client": client, "start": iso(start, times.zone)}
                    for reference, client, start in helper.visits
                ],
            }
            for helper in one.helpers
        ],
    }
