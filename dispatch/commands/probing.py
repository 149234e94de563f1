"""`dispatch visit run|probe-spec` and `dispatch probe`: tests that run, here or on a laptop at the client's."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from dispatch.commands.opening import open_seat
from dispatch.model.paths import typed_path

if TYPE_CHECKING:
    from dispatch.closeout.probes.vantage import ThroughSite
    from dispatch.desk.probing import Ran

Deed = Callable[..., argparse.ArgumentParser]


def add_parsers(groups: Any) -> None:
    """Register `dispatch probe`, which needs no database."""
    probe = groups.add_parser(
        "probe",
        help="run tests of a visit on this machine, without a database",
        description="Runs what `dispatch visit probe-spec` printed and prints the result, which goes back by `dispatch visit "
        "record REFERENCE --probe-result FILE`. Exits 1 where a test did not pass, 2 where the specification is none.",
    )
    probe.add_argument("specification", metavar="FILE", help="- reads standard input")
    probe.set_defaults(run=_probe)


def add_deeds(deed: Deed) -> None:
    """Register the deeds with the group of `dispatch visit`."""
    run = deed("run", _run, "run the tests of a visit and record what comes of them; exit 1 where one did not pass")
    run.add_argument("items", nargs="*", metavar="ITEM", help="default: every one that has a test")
    run.add_argument("--all", action="store_true", help="every one that has a test, as without ITEM")
    run.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")
    add_run_options(run)
    spec = deed("probe-spec", _specify, "print what your laptop is to test inside the client's network")
    spec.add_argument("items", nargs="*", metavar="ITEM", help="default: every one that has a test")


def add_run_options(parser: argparse.ArgumentParser) -> None:
    """The options of whatever runs tests."""
    parser.add_argument(
        "--socks",
        type=int,
        metavar="PORT",
        help="a SOCKS proxy on this machine that leads into the client's network (ssh -R PORT)",
    )
    parser.add_argument(
        "--from",
        dest="only_from",
        choices=["host"],
        help="run all from this machine; an item that needs the client's network is not settled by it",
    )


def run_items(args: argparse.Namespace, refs: Sequence[str], *, as_json: bool = False) -> int:
    """Run the tests of items, with live progress on standard error; returns the exit code."""
    from dispatch.commands.forms import print_json, ran_form
    from dispatch.desk import probing
    from dispatch.model.probes import Vantage
    from dispatch.model.text import show

    site = _site(args)
    done: list[Ran] = []
    only_from = Vantage(args.only_from) if args.only_from else None
    for ran in probing.run(open_seat(args), args.reference, refs, site=site, only_from=only_from, tell=_tell):
        done.append(ran)
        if not as_json:
            word = "not run" if ran.fault else "pass" if ran.passed else "FAIL"
            print(f"{show(ran.item.ref)} {word}: {show(ran.fault or ran.text, 400)}", flush=True)
    if as_json:
        print_json([ran_form(ran) for ran in done])
    return 0 if all(ran.passed for ran in done) else 1


def bring(args: argparse.Namespace) -> int:
    """Record what a laptop found."""
    from dispatch.desk import probing
    from dispatch.model.text import show

    seat = open_seat(args)
    for recorded in probing.bring(seat, args.reference, _document(args.probe_result)):
        if recorded.result is None:
            print(f"{show(recorded.visit.reference)} {show(recorded.ref)} {show(recorded.notes[0], 400)}")
            continue
        result = recorded.result.value
        print(f"{show(recorded.visit.reference)} {show(recorded.ref)} saved: {result}, measured from the site.")
    return 0


def _run(args: argparse.Namespace) -> int:
    from dispatch.desk.refusals import Refusal

    if args.all and args.items:
        raise Refusal("Name the items, or say --all: not both.")
    return run_items(args, args.items, as_json=args.json)


def _specify(args: argparse.Namespace) -> int:
    from dispatch.closeout.probes.carrying import specification_form
    from dispatch.commands.forms import print_json
    from dispatch.desk import probing

    print_json(specification_form(probing.specify(open_seat(args), args.reference, args.items)))
    return 0


def _probe(args: argparse.Namespace) -> int:
    from dispatch.closeout.probes.carrying import NotTaken, Report, read_specification, report_form
    from dispatch.closeout.probes.running import Runner
    from dispatch.closeout.probes.vantage import FromHost
    from dispatch.desk.refusals import Refusal
    from dispatch.model.instants import SystemClock
    from dispatch.model.probes import Vantage
    from dispatch.model.text import show

    try:
        specification = read_specification(_document(args.specification))
    except NotTaken as refused:
        for fault in refused.faults:
            print(f"dispatch: specification: {show(fault, 300)}", file=sys.stderr)
        return 2
    except Refusal as refusal:
        print(f"dispatch: {show(str(refusal))}", file=sys.stderr)
        return 2
    runner, dialer = Runner(SystemClock().now, _tell), FromHost(Vantage.SITE)
    outcomes = tuple(tuple(runner.run(probe, dialer) for probe in asked.probes) for asked in specification.items)
    # not through the forms of the lists, which stand on the database
    print(json.dumps(report_form(Report(specification, outcomes)), indent=1, ensure_ascii=True))
    return 0 if all(outcome.passed for item in outcomes for outcome in item) else 1


def _site(args: argparse.Namespace) -> ThroughSite | None:
    from dispatch.closeout.probes.vantage import ThroughSite
    from dispatch.desk.refusals import Faulty

    if args.socks is None:
        return None
    if not 1 <= args.socks <= 65_535:
        raise Faulty([f"--socks: {args.socks} is not a port from 1 to 65535"])
    return ThroughSite(args.socks)


def _tell(line: str) -> None:
    from dispatch.model.text import show

    print(f"  {show(line, 200)}", file=sys.stderr, flush=True)


def _document(name: str) -> str:
    """The text of a file, or of standard input, no more of it than is read."""
    from dispatch.closeout.probes.carrying import LONGEST
    from dispatch.desk.refusals import Refusal
    from dispatch.model.text import show

    try:
        if name == "-":
            data = sys.stdin.buffer.read(LONGEST + 1)
        else:
            with typed_path(name).open("rb") as file:
                data = file.read(LONGEST + 1)
        return data.decode("utf-8")
    except OSError as error:
        raise Refusal(f"{show(name, 80)} cannot be read: {(error.strerror or str(error)).lower()}.") from None
    except UnicodeDecodeError:
        raise Refusal(f"{show(name, 80)} is not text.") from None
