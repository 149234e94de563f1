"""Random days at the small firm: every deed by everybody, from two sessions at once, while the clock goes on."""

from __future__ import annotations

import datetime
import io
import random
from collections.abc import Callable
from typing import Any

from db import invoices, settings, visits
from db.faults import Misuse, Refused, StoreFault
from db.store import Store
from dispatch.closeout.recording import Recording, Run
from dispatch.desk.billing import adjusting, handing_out, invoicing, work_marks
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.closeout import arriving, clocking, evidence, finding, handing_over, leaving, onsite, permitting
from dispatch.desk.day import notices
from dispatch.desk.imports.importing import How, import_file
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.messages import calling_ahead
from dispatch.desk.plan import absences, schedule, undo
from dispatch.desk.plan.proposal import Move, Standing
from dispatch.desk.plan.taking import take
from dispatch.desk.prices import agreeing
from dispatch.desk.requests import intake, responding
from dispatch.desk.review import reviewing
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.session.shown import UNSEEN, Shown
from dispatch.desk.session.user import User, log_in
from dispatch.model.checklists import Grade, Item, ItemKind, Result
from dispatch.model.findings import Severity
from dispatch.model.instants import at_local, day_of
from dispatch.model.probes import Vantage
from dispatch.model.states import ENDED, OPEN_ON_SITE, QUEUED, STEPS, State
from dispatch.model.visits import Visit
from tests.desk.conftest import ZONE, Office
from tests.desk.test_kept_sheets import card_with, client_with, site_with
from tests.desk.test_prepaid import agreed
from tests.walkers.rules import Rules

MEANT: dict[str, Any] = {"reason": "the client insists", "confirmed": True}
NAMES = ("Ana Ruiz", "Ben Okafor")
UNDER_WAY = STEPS["abort"].sources
OPEN_AT_ONCE = 8
"""So many open visits at most: more of them only make the walk slower."""

Deed = Callable[["Walk", User, Visit], Any]


class Walk:
    """One walk. `rng` decides everything; the same seed walks the same way."""

    def __init__(self, office: Office, seed: int) -> None:
        self.rng = random.Random(seed)
        self.office = office
        self.clock = office.clock
        self.store = office.store
        agreeing.add_block(
            office.lee,
            agreed(office, "block_hours"),
            {"name": "opening", "size": "600", "bought": str(datetime.date(2026, 1, 1))},
        )
        # a second session for each of them, at a connection of its own
        self.elsewhere = Store.open(office.store.path, clock=office.clock)
        self.sessions = [
            *(office.lee, office.dana, office.ana, office.ben),
            *(log_in(self.elsewhere, login) for login in ("lee", "dana", "ana", "ben")),
        ]
        self.rules = Rules(self.store)
        self.trace: list[str] = []
        self.ahead: list[tuple[str, str]] = []
        """What comes next in any case, and who does it; else it is chosen."""
        self.done: dict[str, int] = {}
        self.looked_at: dict[int, Shown] = {}

    def steps(self, count: int) -> None:
        """Walk so many steps; each is judged.

        Raises:
            AssertionError: a rule does not hold; it ends with the steps that led there.
        """
        for _ in range(count):
            self._tick()
            visit = self._visit()
            name, login = self.ahead.pop(0) if self.ahead else (self._deed(visit), "")
            user = self._user_of(login) if login else self._user(name, visit)
            self.trace.append(f"{self.clock.now()} {user.staff.login}: {name} {visit.reference} ({visit.state.value})")
            before = self.rules.before()
            try:
                DEEDS[name][1](self, user, visit)
                self.done[name] = self.done.get(name, 0) + 1
            except (Misuse, Refused) as fault:
                # what the database has to refuse, the program has not looked at
                raise AssertionError(self._told(f"{type(fault).__name__}: {fault}")) from fault
            except (Refusal, StoreFault) as refusal:
                self.trace[-1] += f" -- {str(refusal)[:140]}"
                if name not in SEVERAL:
                    assert self.rules.before().audit == before.audit, self._told("a refused deed left a trace")
                    continue
            except Exception as fault:
                raise AssertionError(self._told(f"{type(fault).__name__}: {fault}")) from fault
            if broken := self.rules.broken(before):
                raise AssertionError(self._told(broken))

    def close(self) -> None:
        """Leave the second sessions."""
        self.elsewhere.close()

    def _told(self, why: str) -> str:
        return "\n".join([why, *self.trace[-40:]])

    def _tick(self) -> None:
        self.clock.advance(self.rng.choice((20, 60, 180, 600, 1500)))
        day = day_of(self.clock.now(), ZONE)
        if self.clock.now() > at_local(day, "17:00", ZONE):
            self.clock.set(at_local(day + datetime.timedelta(days=1), "08:00", ZONE))

    def _visit(self) -> Visit:
        """Any; one that is under way sooner than another."""
        found = visits.all_visits(self.store)
        return self.rng.choices(found, [8 if one.state in UNDER_WAY else 1 for one in found])[0]

    def _deed(self, visit: Visit) -> str:
        """Mostly one that can be done with the visit, sometimes any."""
        known = [name for name in DEEDS if visit.state in FROM.get(name, frozenset(State))]
        names = known if self.rng.random() < 0.95 else list(DEEDS)
        return self.rng.choices(names, [DEEDS[name][0] for name in names])[0]

    def _user(self, name: str, visit: Visit) -> User:
        """Mostly somebody who may, sometimes anybody."""
        if self.rng.random() < 0.15:
            return self.rng.choice(self.sessions)
        wanted = {"ana": "ana", "ben": "ben"}
        crew = [part.technician.split()[0].lower() for part in visit.assignments]
        if name in BY_CREW and crew:
            login = wanted.get(self.rng.choice(crew), "lee")
        else:
            login = "lee" if name in BY_LEAD else "dana"
        return self._user_of(login)

    def _user_of(self, login: str) -> User:
        return self.rng.choice([user for user in self.sessions if user.staff.login == login])

    def seen(self, visit: Visit) -> Shown:
        """What a lead has seen of a visit: mostly what stands, sometimes what stood when they looked before, or nothing."""
        before = self.looked_at.get(visit.id, UNSEEN)
        self.looked_at[visit.id] = reviewing.judge(self.store, visit.reference).shown
        return before if self.rng.random() < 0.2 else self.looked_at[visit.id]

    def when(self) -> int:
        """A time of this or the next day."""
        day = day_of(self.clock.now(), ZONE) + datetime.timedelta(days=self.rng.choice((0, 0, 0, 1)))
        return at_local(day, f"{self.rng.randint(8, 16):02}:{self.rng.choice(('00', '15', '30'))}", ZONE)

    def crew(self) -> list[str]:
        """One technician, sometimes two."""
        return self.rng.sample(NAMES, 2 if self.rng.random() < 0.15 else 1)


def _add(walk: Walk, user: User, visit: Visit) -> None:
    if sum(one.ended_at is None for one in visits.all_visits(walk.store)) < OPEN_AT_ONCE:
        intake.add(
            user,
            {
                "client": "Harbor Dental",
                "work": "printer jam",
                "minutes": "30",
                "site": "Main office",
                "priority": "P2",
                "days": walk.rng.choice(("1", "1", "1", "3")),
            },
        )


def _place(walk: Walk, user: User, visit: Visit) -> None:
    version = visit.version if walk.rng.random() < 0.5 else None
    deed = schedule.assign if visit.starts_at is None or walk.rng.random() < 0.5 else schedule.move
    deed(user, visit.reference, walk.crew(), walk.when(), version=version, **MEANT)


def _swap(walk: Walk, user: User, visit: Visit) -> None:
    schedule.swap(user, visit.reference, walk.rng.choice(visits.all_visits(walk.store)).reference, **MEANT)


def _result(walk: Walk, user: User, visit: Visit) -> None:
    """A good result on any item, or any."""
    item = walk.rng.choice(visit_page(walk.store, visit.reference).checklist.items)
    if walk.rng.random() < 0.5:
        onsite.record(user, visit.reference, item.ref, _good(item))
        return
    result = walk.rng.choice(list(Result))
    signed = {"signed_by": "J. Lowe", "satisfied": True} if result is Result.SIGNED else {}
    day = day_of(walk.clock.now(), ZONE) + datetime.timedelta(days=3)
    follow_up = day if result is Result.FOLLOW_UP and len(visits.all_visits(walk.store)) < 40 else None
    onsite.record(
        user, visit.reference, item.ref, Recording(result, "seen at the desk", **signed), follow_up_on=follow_up
    )


def _good(item: Item) -> Recording:
    """A good result for an item."""
    if item.kind is ItemKind.SIGN_OFF:
        return Recording(Result.SIGNED, "thank you", signed_by="J. Lowe", satisfied=True)
    if item.kind is ItemKind.ASK:
        return Recording(Result.ANSWERED, "nothing")
    results = {
        ItemKind.ASK: Result.ANSWERED,
        ItemKind.CONFIRM: Result.DONE,
        ItemKind.TEST: Result.PASS,
        ItemKind.NAMED: Result.DECLINED,
    }
    return Recording(results[item.kind], f"{item.ref} was seen working at the desk")


def _go_on(walk: Walk, user: User, visit: Visit) -> None:
    """A good result on every item that is required and lacks one, the sign-off last; then close it."""
    for item in visit_page(walk.store, visit.reference).checklist.items:
        if item.required:
            onsite.record(user, visit.reference, item.ref, _good(item))
    leaving.close(user, visit.reference)


def _run(walk: Walk, user: User, visit: Visit) -> None:
    """A test that ran, or that a laptop brought, as of now or of some recordings ago."""
    tests = [one for one in visit_page(walk.store, visit.reference).checklist.items if one.kind is ItemKind.TEST]
    begun = max(0, visit.sequence - walk.rng.choice((0, 0, 0, 3)))
    run = Run(walk.rng.choice((Grade.EXECUTED, Grade.MEASURED)), walk.rng.choice(list(Vantage)), begun)
    result = Result.PASS if walk.rng.random() < 0.7 else Result.FAIL
    onsite.record(user, visit.reference, walk.rng.choice(tests).ref, Recording(result, "443 answered", run=run))


def _plan(walk: Walk, user: User, visit: Visit) -> None:
    """The plan moves a visit and another one at once, or puts one back into the queue."""
    others = [one for one in visits.all_visits(walk.store) if one.state in STEPS["plan"].sources]
    chosen = {one.reference: one for one in (visit, walk.rng.choice(others or [visit]))}
    names = (*NAMES, None)
    moves = [
        Move(one, None, None if (name := walk.rng.choice(names)) is None else Standing(name, walk.when()))
        for one in chosen.values()
    ]
    take(user, moves, "plan")


def _edit(walk: Walk, user: User, visit: Visit) -> None:
    """Another length or priority of what is asked for."""
    texts = {"minutes": walk.rng.choice(("30", "90", "200")), "priority": walk.rng.choice(("P1", "P3"))}
    intake.amend(user, visit.reference, texts, version=visit.version, **MEANT)


def _import(walk: Walk, user: User, visit: Visit) -> None:
    """A file with a request that is new, and one that is there already."""
    if sum(one.ended_at is None for one in visits.all_visits(walk.store)) >= OPEN_AT_ONCE:
        return
    file = walk.store.path.parent / "visits.csv"
    rows = [
        f"{reference},Harbor Dental,Main office,printer jam,30"
        for reference in (visit.reference, f"I{walk.clock.now()}")
    ]
    file.write_text("\n".join(["reference,client,site,work,minutes", *rows]), encoding="utf-8")
    import_file(user, "visits", file, How(accept_good=True, update=walk.rng.random() < 0.5))


def _did_not_come(walk: Walk, user: User, visit: Visit) -> None:
    names = clocking.may_be_absent(visit) or [walk.rng.choice(NAMES)]
    clocking.did_not_come(user, visit.reference, walk.rng.choice(names), "was ill")


def _invoice(walk: Walk, user: User, visit: Visit) -> None:
    """Invoice what is ready; later make an invoice void, credit one, or hand all of them out."""
    today = settings.today(walk.store)
    issued = [one for one in invoices.every_invoice(walk.store) if one.voided_at is None]
    chosen = walk.rng.choice(issued).invoice.number if issued else ""
    deed = walk.rng.choice(("issue", "issue", "void", "credit", "hand out"))
    if deed == "issue" or not chosen:
        invoicing.issue(user, today, (), invoicing.shown_mark(invoicing.preview(user, today)))
    elif deed == "void":
        invoicing.void(user, chosen, "a slip of ours")
    elif deed == "credit":
        invoicing.credit(user, chosen, "charged by mistake", again=walk.rng.random() < 0.5)
    else:
        handing_out.hand_out(user, (), "csv")


def _test(deed: Callable[..., Any], *words: Any) -> Deed:
    """A deed on one of the visit's tests."""

    def done(walk: Walk, user: User, visit: Visit) -> None:
        items = visit_page(walk.store, visit.reference).checklist.items
        deed(user, visit.reference, walk.rng.choice([one.ref for one in items if one.kind is ItemKind.TEST]), *words)

    return done


def _attach(walk: Walk, user: User, visit: Visit) -> None:
    _test(evidence.attach, "a.jpg", io.BytesIO(b"x"))(walk, user, visit)


def _take_out(walk: Walk, user: User, visit: Visit) -> None:
    files = visit_page(walk.store, visit.reference).files
    evidence.remove(user, visit.reference, str(walk.rng.choice(files).id) if files else "a.jpg", "another client")


def _find(walk: Walk, user: User, visit: Visit) -> None:
    severity = walk.rng.choice(tuple(Severity))
    own = finding.of_visit(user, visit.reference)
    deed = walk.rng.choice(("add", "edit", "remove"))
    if deed == "add" or not own:
        finding.add(user, visit.reference, {"what": "backups in the same room", "severity": severity})
    elif deed == "edit":
        finding.edit(user, visit.reference, own[0].number, {"severity": severity})
    else:
        finding.remove(user, visit.reference, own[0].number, "it is not so")


def _correct(walk: Walk, user: User, visit: Visit) -> None:
    what = walk.rng.choice(("depart", "arrival", "leaving", "home"))
    part = walk.rng.choice(visit.assignments) if visit.assignments else None
    moments = [] if part is None else [part.depart_at, part.check_in_at, part.check_out_at]
    base = next((one for one in moments if one is not None), walk.clock.now())
    by = walk.rng.choice((-1200, -300, 300, 1200, 4000))
    clocking.correct(user, visit.reference, what, base + by, "the clock was wrong", technician=part and part.technician)


def _break(walk: Walk, user: User, visit: Visit) -> None:
    came = visit.checked_in_at or walk.clock.now()
    clocking.correct_break(user, visit.reference, "break", came + 300, came + 900, "forgotten")


def _mark(walk: Walk, user: User, visit: Visit) -> None:
    work_marks.mark(user, visit.reference, walk.rng.choice(("own_fault", "excluded", "new_work")), "as it was")


def _take_back(walk: Walk, user: User, visit: Visit) -> None:
    rows = walk.store.all("SELECT id FROM used_item WHERE visit_id = ? AND withdrawn_at IS NULL", (visit.id,))
    if rows:
        onsite.take_back(user, visit.reference, rows[0][0], "by mistake")


def _ill(walk: Walk, user: User, visit: Visit) -> None:
    """Somebody is away for some hours, and the day is freed."""
    typed = {"technician": walk.rng.choice(("ana", "ben")), "from": "now", "to": "+2h", "reason": "ill"}
    record = editing.add(user, "absence", typed)
    walk.clock.advance(5)
    absences.free(user, record, to_others=walk.rng.random() < 0.5)


def _roles(walk: Walk, user: User, visit: Visit) -> None:
    """Somebody's roles are others than before."""
    login, roles = walk.rng.choice(
        (
            ("dana", "dispatcher"),
            ("dana", "dispatcher, lead"),
            ("ana", "technician"),
            ("ana", "technician, lead"),
            ("lee", "lead"),
            ("lee", "lead, dispatcher"),
        )
    )
    editing.edit(user, "staff", RECORD_STORES["staff"].find(walk.store, login), {"roles": roles})


def _lead_for_a_while(walk: Walk, user: User, visit: Visit) -> None:
    """Dana leads, changes somebody's roles, leads no more, and would take back or do again what only a lead does."""
    editing.edit(user, "staff", RECORD_STORES["staff"].find(walk.store, "dana"), {"roles": "dispatcher, lead"})
    turned = walk.rng.choice((["undo"], ["undo", "redo"]))
    lost = walk.rng.randrange(len(turned) + 1)
    turns = [(name, "dana") for name in turned]
    walk.ahead = [("roles of ana", "dana"), *turns[:lost], ("dana leads no more", "lee"), *turns[lost:]]


def _roles_of(login: str, roles: str) -> Deed:
    return lambda walk, user, visit: editing.edit(
        user, "staff", RECORD_STORES["staff"].find(walk.store, login), {"roles": roles}
    )


def _archive(walk: Walk, user: User, visit: Visit) -> None:
    """Something of the book goes; the dispatcher takes something back, and then whoever archived does, if it can be."""
    kind, name = walk.rng.choice((("technician", "Ben Okafor"), ("client", "Harbor Dental"), ("site", "Annex")))
    editing.archive(user, kind, RECORD_STORES[kind].find(walk.store, name))
    if walk.rng.random() < 0.9:
        walk.ahead = [("undo", "dana"), ("undo", user.staff.login)]


def _book(walk: Walk, user: User, visit: Visit) -> None:
    """The lead puts another price, drive or tax into the book."""
    what, number = walk.rng.randrange(3), walk.rng.randint(10, 300)
    if what == 0:
        card_with(walk.office, classes={"tech": {"standard": str(number), "agreement": str(number)}})
    elif what == 1:
        site_with(walk.office, one_way_distance=f"{number}.0", one_way_minutes=number)
    else:
        client_with(walk.office, tax_exempt=number % 2 == 0, tax_ref=f"EX-{number}")


def _learns(walk: Walk, user: User, visit: Visit) -> None:
    """Somebody begins to learn, or has learnt: what they were given is charged as it was."""
    who = RECORD_STORES["technician"].find(walk.store, walk.rng.choice(("Ana Ruiz", "Ben Okafor")))
    editing.edit(user, "technician", who, {"billable": "no" if who.billable else "yes"})


def _by(deed: Callable[..., Any], *words: Any, **more: Any) -> Deed:
    return lambda walk, user, visit: deed(user, visit.reference, *words, **more)


DEEDS: dict[str, tuple[float, Deed]] = {
    "add": (3, _add),
    "place": (9, _place),
    "swap": (1, _swap),
    "share": (1, lambda walk, user, visit: schedule.share(user, visit.reference, walk.crew(), halve=True, **MEANT)),
    "unassign": (1, _by(schedule.unassign, **MEANT)),
    "confirm": (2, _by(schedule.confirm)),
    "dispatch": (3, _by(schedule.dispatch)),
    "hold": (0.7, _by(schedule.hold, "which server?")),
    "resume": (1, _by(schedule.resume)),
    "cancel": (0.6, _by(schedule.cancel, "closed today")),
    "pin": (0.5, _by(schedule.pin)),
    "call": (0.5, lambda walk, user, visit: calling_ahead.call(user, visit.reference, promised=walk.when())),
    "respond": (0.5, _by(responding.responded, "phone")),
    "note": (0.5, lambda walk, user, visit: notices.note(user)),
    "depart": (5, _by(arriving.depart)),
    "arrive": (9, _by(arriving.arrive, early_agreed_by="J. Lowe")),
    "record": (10, _result),
    "work": (2, _by(onsite.work, "driver replaced")),
    "ask": (0.5, _by(onsite.ask, "the printer too")),
    "use": (1, lambda walk, user, visit: onsite.use(user, visit.reference, "cable", amount="5")),
    "take back": (0.7, _take_back),
    "go on": (9, _go_on),
    "close": (2, _by(leaving.close)),
    "end-day": (2, _by(leaving.end_day)),
    "leave": (1.5, _by(leaving.leave, "called away")),
    "no access": (1.2, _by(leaving.no_access, called="reception")),
    "abort": (1.5, _by(leaving.abort, "flooded")),
    "reopen": (3, _by(leaving.reopen, "once more")),
    "pause": (1, _by(clocking.pause, "break")),
    "wait": (0.5, _by(clocking.pause, "wait")),
    "resume work": (2, _by(clocking.resume)),
    "home": (1.5, _by(clocking.home)),
    "correct": (2, _correct),
    "break": (1, _break),
    "mark": (1, _mark),
    "unmark": (0.5, _by(work_marks.unmark, "after all")),
    "goodwill": (0.7, _by(adjusting.give_goodwill, "labour", "percent", "10", "a friend")),
    "travel": (0.5, _by(adjusting.set_travel, "20", "by hand")),
    "accept": (
        1.5,
        lambda walk, user, visit: adjusting.accept_charge(user, visit.reference, "it is right", walk.seen(visit)),
    ),
    "charge": (0.7, _by(adjusting.correct_charge, "again")),
    "approve": (5, lambda walk, user, visit: reviewing.approve(user, visit.reference, "seen", walk.seen(visit))),
    "send back": (0.7, _by(reviewing.send_back, "which server?")),
    "answer": (1.5, _by(reviewing.answer, "the file server")),
    "invoice": (2, _invoice),
    "run": (2, _run),
    "plan": (2, _plan),
    "edit": (1.5, _edit),
    "import": (0.7, _import),
    "did not come": (0.7, _did_not_come),
    "attach": (0.5, _attach),
    "take a file out": (0.5, _take_out),
    "find": (0.5, _find),
    "ask for words": (0.5, _test(permitting.ask)),
    "let words": (0.7, _test(permitting.give, "no way to run it")),
    "let no words": (0.3, _test(permitting.refuse, "run it once more")),
    "hand over": (
        0.7,
        lambda walk, user, visit: handing_over.ask(user, visit.reference, walk.rng.choice(NAMES), "holidays"),
    ),
    "take over": (0.7, _by(handing_over.accept)),
    "refuse to take over": (0.3, _by(handing_over.decline, "no time for it")),
    "priority": (
        0.7,
        lambda walk, user, visit: responding.set_priority(user, visit.reference, f"P{walk.rng.randint(1, 4)}"),
    ),
    "words": (0.7, _by(reviewing.correct_words, "W2", "the driver was replaced", "a slip of the pen")),
    "approve many": (1, lambda walk, user, visit: reviewing.approve_clean(user, {visit.reference: walk.seen(visit)})),
    "undo": (4, lambda walk, user, visit: undo.undo(user)),
    "redo": (2, lambda walk, user, visit: undo.redo(user)),
    "ill": (0.4, _ill),
    "roles": (0.8, _roles),
    "lead for a while": (0.5, _lead_for_a_while),
    "roles of ana": (0.1, _roles_of("ana", "technician, lead")),
    "dana leads no more": (0.1, _roles_of("dana", "dispatcher")),
    "archive": (0.8, _archive),
    "book": (1, _book),
    "learns": (0.7, _learns),
}
"""Every deed with how often it is tried beside the others."""
FROM: dict[str, frozenset[State]] = {
    **{name.replace("-", " "): step.sources for name, step in STEPS.items()},
    **dict.fromkeys(
        (
            "record",
            "run",
            "attach",
            "find",
            "ask for words",
            "let words",
            "let no words",
            "work",
            "use",
            "ask",
            "go on",
            "pause",
            "wait",
            "resume work",
            "take back",
        ),
        OPEN_ON_SITE,
    ),
    **{name: STEPS[name].sources | OPEN_ON_SITE for name in ("depart", "arrive")},
    "abort": OPEN_ON_SITE | {State.EN_ROUTE, State.DISPATCHED},
    **dict.fromkeys(
        ("place", "swap", "share", "call", "hand over", "take over", "refuse to take over"), STEPS["assign"].sources
    ),
    "edit": STEPS["assign"].sources | QUEUED,
    "did not come": ENDED | OPEN_ON_SITE,
    "respond": STEPS["assign"].sources | OPEN_ON_SITE,
    **dict.fromkeys(("correct", "break", "mark", "unmark", "home", "take a file out"), ENDED | OPEN_ON_SITE),
    **dict.fromkeys(
        (
            "goodwill",
            "travel",
            "accept",
            "charge",
            "approve",
            "send back",
            "answer",
            "invoice",
            "words",
            "approve many",
        ),
        ENDED,
    ),
}
"""From which states a deed can be done; the others from any."""
SEVERAL = frozenset(("go on", "ill", "import"))
"""Those that are several deeds, of which one can be refused after another was done."""
BY_CREW = frozenset(
    ("depart", "arrive", "record", "run", "attach", "find", "ask for words",
     "work", "ask", "take back", "go on", "close", "end-day", "no access", "abort", "pause",
     "wait", "resume work", "home", "correct", "break", "mark", "unmark", "answer", "note", "take over", "refuse to take over")
)  # fmt: skip
BY_LEAD = frozenset(
    ("use", "leave", "reopen", "goodwill", "travel", "accept", "charge", "approve", "send back", "invoice", "roles", "archive",
     "let words", "let no words", "take a file out", "hand over", "words", "approve many", "did not come",
     "lead for a while", "book", "learns", "roles of ana", "dana leads no more")
)  # fmt: skip
