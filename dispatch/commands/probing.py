"""`dispatch visit run|probe-spec` and `dispatch probe`: tests that run; `visit permit` and its like: words in their place."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from getpass import getpass
from typing import Any

from dispatch.commands import exits
from dispatch.commands.declared import alone, by, on_visit, reads
from dispatch.commands.opening import user_of
from dispatch.commands.options import JSON, REASON, REFERENCE, Args, Store, User, flag, option
from dispatch.commands.printing import Answer, listing, print_json
from dispatch.commands.standard_input import text_named
from dispatch.desk.session.refusals import Faulty, Refusal
from dispatch.lazily import lazily
from dispatch.model.forms import form
from dispatch.model.text import show

with lazily(__name__):
    from db import permissions
    from dispatch.closeout.probes import laptop, running, secret, vantage
    from dispatch.desk.closeout import permitting, probing
    from dispatch.model import checklists, clock, probes

_ITEMS = option("items", "ITEM", "default: every one that has a test", nargs="*")
RUNNING = (
    option(
        "--socks", "PORT", "a SOCKS proxy on this machine that leads into the client's network (ssh -R PORT)", type=int
    ),
    option(
        "--from",
        None,
        "run all from this machine; an item that needs the client's network is not settled by it",
        dest="only_from",
        choices=["host"],
    ),
)
"""The options of whatever runs tests."""


def run_items(args: Args, refs: Sequence[str], *, as_json: bool = False) -> int:
    """Run the tests of items, with live progress on standard error; returns the exit code."""
    site = _site(args)
    done: list[probing.Ran] = []
    user, held = user_of(args), secret.Secrets()
    only_from = probes.Vantage(args.only_from) if args.only_from else None
    _ask_for(held, probing.lacking(user, args.reference, refs, held, site, only_from))
    with _until_stopped() as called_off:
        for ran in probing.run(
            user,
            args.reference,
            refs,
            site=site,
            only_from=only_from,
            tell=lambda _, line: _tell(line),
            called_off=called_off,
            secrets=held,
        ):
            done.append(ran)
            if not as_json:
                came = ran.fault or f"{'pass' if ran.passed else 'FAIL'}: {ran.text}"
                print(show(f"{ran.item.ref} {ran.item.called} {came}", 400), flush=True)
    if as_json:
        print_json([_ran_form(ran) for ran in done])
    if called_off.is_set():
        kept = [ran.item.ref for ran in done if not ran.fault]
        left = [ran.item.ref for ran in done if ran.fault]
        print(show(f"Stopped. Recorded: {_listed(kept)}. Not run: {_listed(left)}.", 400), file=sys.stderr)
        return exits.STOPPED
    return 0 if all(ran.passed for ran in done) else 1


def _listed(refs: Sequence[str]) -> str:
    return ", ".join(refs) or "nothing"


@contextlib.contextmanager
def _until_stopped() -> Iterator[threading.Event]:
    """An event that ctrl+c sets, so that what is done stays and nothing is half done; a second one ends the program."""
    called_off = threading.Event()
    before = signal.getsignal(signal.SIGINT)

    def stop(number: int, frame: object) -> None:
        called_off.set()
        signal.signal(number, before)

    signal.signal(signal.SIGINT, stop)
    try:
        yield called_off
    finally:
        signal.signal(signal.SIGINT, before)


def _ran_form(ran: probing.Ran) -> dict[str, Any]:
    return form(
        ran,
        "item=item.ref passed text vantage outcomes",
        passed=None if ran.fault else ran.passed,
        text=ran.fault or ran.text,
        outcomes=[*map(laptop.outcome_form, ran.outcomes)],
    )


def bring(user: User, args: Args) -> Iterator[str]:
    """Record what a laptop found."""
    for recorded in probing.bring(user, args.reference, text_named(args.probe_result, laptop.LONGEST)):
        if recorded.result is None:
            yield f"{recorded.visit.reference} {recorded.ref} {show(recorded.notes[0], 400)}"
            continue
        result = recorded.result.value
        yield f"{recorded.visit.reference} {recorded.ref} saved: {result}, measured from the site."


@alone(
    "run",
    "run the tests of a visit and record what comes of them; exit 1 where one did not pass",
    REFERENCE,
    _ITEMS,
    flag("--all", "every one that has a test, as without ITEM"),
    JSON,
    *RUNNING,
)
def _run(args: Args) -> int:
    if args.all and args.items:
        raise Refusal("Name the items, or say --all: not both.")
    return run_items(args, args.items, as_json=args.json)


@on_visit("probe-spec", "print what your laptop is to test inside the client's network", _ITEMS)
def _specify(user: User, args: Args) -> None:
    print_json(laptop.specification_form(probing.specify(user, args.reference, args.items)))


@alone(
    "probe",
    "run tests of a visit on this machine, without a database",
    option("specification", "FILE", "- reads standard input"),
    about="Runs what `dispatch visit probe-spec` printed and prints the result, which goes back by `dispatch visit "
    "record REFERENCE --probe-result FILE`. Exits 1 where a test did not pass, 2 where the specification is none.",
    common=False,
)
def _probe(args: Args) -> int:
    try:
        specification = laptop.read_specification(text_named(args.specification, laptop.LONGEST))
    except laptop.NotTaken as refused:
        for fault in refused.faults:
            print(f"dispatch: specification: {show(fault, 300)}", file=sys.stderr)
        return 2
    except Refusal as refusal:
        print(f"dispatch: {show(str(refusal))}", file=sys.stderr)
        return 2
    held = secret.Secrets(os.environ.get("SSH_AUTH_SOCK", ""))
    tested = [probe for item in specification.items for probe in item.probes]
    _look_up(held, held.lacking(tested))
    _ask_for(held, held.lacking(tested))
    runner = running.Runner(clock.SystemClock().now, _tell, secrets=held)
    dialer = vantage.FromHost(probes.Vantage.SITE)
    outcomes = tuple(tuple(runner.run(probe, dialer) for probe in item.probes) for item in specification.items)
    print_json(laptop.report_form(laptop.LaptopReport(specification, outcomes)))
    return 0 if all(outcome.passed for item in outcomes for outcome in item) else 1


def _site(args: Args) -> vantage.ThroughSite | None:
    if args.socks is None:
        return None
    if not 1 <= args.socks <= 65_535:
        raise Faulty([f"--socks: {args.socks} is not a port from 1 to 65535"])
    return vantage.ThroughSite(args.socks)


def _look_up(held: secret.Secrets, lacking: Sequence[str]) -> None:
    """Take secrets from the keyring of who sits at their own machine: those of the service `dispatch`, by what is asked for."""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return
    for words in lacking:
        with contextlib.suppress(KeyringError):
            held.hold(words, keyring.get_password("dispatch", words) or "")


def _ask_for(held: secret.Secrets, lacking: Sequence[str]) -> None:
    """Ask for secrets at a terminal, unseen; elsewhere nobody is asked, and what is lacking leaves its test not run."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return
    for words in lacking:
        try:
            held.hold(
                words, getpass(f"{show(words[:1].upper() + words[1:], 200)} (kept nowhere; empty: it is not run): ")
            )
        except EOFError:
            return


def _tell(line: str) -> None:
    # in one piece: tests that run side by side tell at once
    sys.stderr.write(f"  {show(line, 200)}\n")
    sys.stderr.flush()


_ITEM = option("item", "ITEM", "T3, T4.mail")


@on_visit(
    "permit",
    "lead: let words settle a test at this visit",
    option("--reason", "TEXT", "needed where a way leads to what is tested", default=""),
    _ITEM,
)
def _permit(user: User, args: Args) -> str:
    item = permitting.give(user, args.reference, args.item, args.reason)
    how = checklists.BY_PERMISSION if item.lowered else checklists.NO_WAY_IN
    return f"{args.reference} {item.ref}: words settle it at this visit; it shows as attested, {how}."


@reads("permissions", "what technicians ask the leads to permit", JSON)
def _list(store: Store, _: Args) -> Answer:
    return listing(
        permissions.waiting(store),
        lambda request: form(request, "reference client item label by at@ why"),
        permitting.asked_text,
        "Nobody asks for a permission.",
    )


DEEDS = (
    _run,
    _specify,
    on_visit(
        "ask-permission",
        "ask a lead to let words settle a test that cannot run",
        option("--why", "TEXT", default=""),
        _ITEM,
    )(by("closeout.permitting.ask", "{0.reference} {0.item}: the leads are asked.", ref="item")),
    _permit,
    on_visit("refuse", "lead: do not let words settle a test", REASON, _ITEM)(
        by("closeout.permitting.refuse", "{reference} {item}: words do not settle it.", ref="item")
    ),
    _list,
)
COMMANDS = (_probe,)
