"""Proposals to clients: written, sent, asked about, declined, accepted as a whole or not at all (design/account-care.md E18)."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from db import agreements, audit, clients, findings, proposals, recurrences, visits
from db.store import Store, existing
from dispatch.care.item import CareState
from dispatch.desk.book import editing
from dispatch.desk.care.care_list import against_offers, care_list, mark
from dispatch.desk.care.pipeline import pipeline
from dispatch.desk.closeout import arriving, finding, leaving
from dispatch.desk.delivery import papers
from dispatch.desk.plan import schedule, undo
from dispatch.desk.proposals import accepting, offering
from dispatch.desk.proposals.accepting import Acceptance
from dispatch.desk.reports.document import Report
from dispatch.desk.reports.pages import as_html
from dispatch.desk.reports.rendering import FORMS, as_markdown, as_text
from dispatch.desk.session.refusals import Faulty, NeedsConfirm, NotAllowed, Refusal
from dispatch.desk.texts.proposal_words import ProposalWords
from dispatch.model.findings import FindingState
from dispatch.model.messages import Fate, Message
from dispatch.model.proposals import ClientProposal, ProposalState
from dispatch.model.service_plans import ServicePlan
from tests.desk.conftest import DAY, Office, at, harbor
from tests.desk.test_findings import BACKUPS
from tests.desk.test_killed import content, killed_at, statements
from tests.desk.test_service_report import HOSTILE

PLAN = {"name": "Sweet spot", "kind": "tm", "fee": "800", "per_computer": "10", "visits": "2", "term": "12"}
ASKED = Acceptance("J. Lowe", starts=DAY, site="Main office", minutes=90)


def plan(office: Office, **more: str) -> ServicePlan:
    editing.edit(office.lee, "client", harbor(office), {"computers": "12"})
    made: ServicePlan = editing.add(office.lee, "service-plan", PLAN | more)
    return made


def audited(office: Office) -> None:
    """R1 is over, with two findings, one without a price."""
    office.on_site()
    finding.add(office.ana, "R1", BACKUPS)
    finding.add(office.ana, "R1", {"what": "no second factor", "severity": "high"})
    office.finish()
    leaving.close(office.ana, "R1")


def written(office: Office, *plans: ServicePlan) -> ClientProposal:
    return offering.draft(office.lee, harbor(office), plans)


def sent(office: Office) -> ClientProposal:
    one = written(office, plan(office))
    return offering.send(office.lee, one.id)


def stands(office: Office, one: ClientProposal) -> ClientProposal:
    return existing(proposals.proposal(office.store, one.id))


def states(office: Office) -> list[FindingState]:
    return [one.state for one in findings.findings_of_client(office.store, harbor(office).id)]


def followed(office: Office) -> list[tuple[str, CareState]]:
    return [(item.occasion, item.state) for item in care_list(office.store, all_items=True) if item.rule == "E18"]


def report(office: Office, one: ClientProposal) -> Report:
    return offering.paper_of(office.lee, one.id)


def test_a_draft_has_the_fee_of_the_client_and_what_is_open(office: Office) -> None:
    audited(office)
    one = written(office, plan(office))
    assert [(offer.name, offer.fee) for offer in one.plans] == [("Sweet spot", 92000)]
    assert len(one.findings) == 2
    (stage,) = pipeline(office.store)
    assert (stage.state, *stage.sum) == (ProposalState.DRAFT, 1, 92000, 30050, 1), "one finding has no price"
    chosen = offering.draft(office.lee, harbor(office), chosen=["r1/2"])
    assert len(chosen.findings) == 1
    undo.undo(office.lee)
    undo.undo(office.lee)
    assert pipeline(office.store) == []


def test_what_is_wrong_with_a_draft_is_said_at_once(office: Office) -> None:
    with pytest.raises(Refusal, match="offers a plan, or work"):
        written(office)
    with pytest.raises(NotAllowed):
        offering.draft(office.dana, harbor(office), [plan(office)])
    with pytest.raises(Faulty) as fault:
        offering.draft(office.lee, harbor(office), chosen=["R9/1"], letter="a\x1b[2J", days=0)
    assert [one.partition(":")[0] for one in fault.value.faults] == ["letter", "days", "finding"]


def test_sent_it_is_an_offer_made_and_is_asked_about_once(office: Office) -> None:
    audited(office)
    one = written(office, plan(office))
    offering.send(office.lee, one.id)
    assert states(office) == [FindingState.PROPOSED] * 2
    assert against_offers(office.store, harbor(office).id) == (f"an offer was made on {DAY}",)
    with pytest.raises(NeedsConfirm, match="an offer was made"):
        offering.send(office.lee, written(office, plan(office, name="Other")).id)
    assert followed(office) == []
    office.go("08:00", 7)
    day = DAY + datetime.timedelta(7)
    assert followed(office) == [(f"{one.id}.{day}", CareState.DUE)]
    (key,) = (item.key for item in care_list(office.store) if item.rule == "E18")
    mark(office.lee, key, "done")
    office.go("08:00", 9)
    assert followed(office) == []
    offering.follow(office.lee, one.id, "what of the old server?", DAY + datetime.timedelta(12), question=True)
    office.go("08:00", 13)
    assert followed(office) == [(f"{one.id}.{DAY + datetime.timedelta(12)}", CareState.OVERDUE)]
    office.go("08:00", 31)
    assert stands(office, one).state_on(DAY + datetime.timedelta(31)) is ProposalState.EXPIRED
    assert [occasion for occasion, _ in followed(office)] == [f"{one.id}.ended"]


def test_undo_of_sending_takes_the_offer_back(office: Office) -> None:
    audited(office)
    one = written(office, plan(office))
    offering.send(office.lee, one.id)
    undo.undo(office.lee)
    assert stands(office, one).said is None
    assert states(office) == [FindingState.OPEN] * 2
    assert against_offers(office.store, harbor(office).id) == ()
    undo.redo(office.lee)
    assert stands(office, one).said is ProposalState.SENT


def test_declined_it_is_an_offer_declined_with_its_findings(office: Office) -> None:
    audited(office)
    one = sent(office)
    with pytest.raises(Faulty, match="reason"):
        offering.decline(office.lee, one.id, "")
    offering.decline(office.lee, one.id, "too much this year")
    assert states(office) == [FindingState.DECLINED] * 2
    assert f"an offer was declined on {DAY}" in against_offers(office.store, harbor(office).id)
    with pytest.raises(Refusal, match="is declined: write another one"):
        accepting.accept(office.lee, one.id, ASKED)


def test_a_draft_that_is_declined_was_no_offer(office: Office) -> None:
    one = written(office, plan(office))
    offering.decline(office.lee, one.id, "they signed elsewhere")
    assert against_offers(office.store, harbor(office).id) == ()


def test_what_is_another_by_now_is_not_sent(office: Office) -> None:
    one = written(office, plan(office))
    editing.edit(office.lee, "client", harbor(office), {"computers": "20"})
    with pytest.raises(Refusal, match="another fee"):
        offering.send(office.lee, one.id)


OTHER = {
    "kind": "retainer",
    "labour_discount": "0",
    "allowance": "10",
    "targets": "",
    "visits": "0",
    "excludes": "parts",
    "fee": "999",
}


def test_what_was_offered_is_what_is_agreed_and_its_paper_stays_as_it_was_sent(office: Office) -> None:
    audited(office)
    made = plan(office, labour_discount="10", waive_bands="weekend", targets="P1 on site 240", excludes="projects")
    one = written(office, made)
    offering.send(office.lee, one.id)
    forms = [FORMS[form](report(office, one)) for form in ("plain", "csv", "json")]
    editing.edit(office.lee, "service-plan", made, OTHER | {"name": "Other name"})
    editing.edit(office.lee, "client", harbor(office), {"name": "Harbor and Sons", "computers": "20"})
    office.go("08:00", 8)
    assert [FORMS[form](report(office, one)) for form in ("plain", "csv", "json")] == forms
    agreed = existing(
        accepting.accept(office.lee, one.id, ASKED._replace(starts=DAY + datetime.timedelta(8))).agreement
    )
    terms = {name: agreed.terms[name] for name in ("labour_discount_pct", "waive_bands")}
    assert terms == {"labour_discount_pct": "10", "waive_bands": ["weekend"]}
    assert (agreed.terms.get("allowance_min"), agreed.service.monthly_fee) == (None, 92000)
    assert (agreed.service.cadence_target, agreed.service.targets) == (2, made.targets)
    assert (agreed.name, agreed.service_plan_id) == ("Sweet spot", made.id)
    assert [FORMS[form](report(office, one)) for form in ("plain", "csv", "json")] == forms


def test_a_draft_whose_plan_has_other_terms_by_now_is_written_anew(office: Office) -> None:
    made = plan(office)
    one = written(office, made)
    editing.edit(office.lee, "service-plan", made, {"visits": "1"})
    with pytest.raises(Refusal, match="“Sweet spot” has other terms"):
        offering.send(office.lee, one.id)


def test_sent_again_it_holds_as_long_and_a_question_stays_one(office: Office) -> None:
    one = sent(office)
    until, paper = stands(office, one).until, report(office, one)
    offering.follow(office.lee, one.id, "what of the old server?", question=True)
    office.go("08:00", 3)
    with pytest.raises(NeedsConfirm) as question:
        offering.send(office.lee, one.id)
    offering.send(office.lee, one.id, confirmed=question.value.marks)
    again = stands(office, one)
    assert (again.said, again.note, again.until) == (ProposalState.QUESTION, "what of the old server?", until)
    assert report(office, one) == paper
    offering.follow(office.lee, one.id, "not before spring")
    told = "\n".join(ProposalWords(office.store).whole(office.store, stands(office, one)))
    assert told.index("what of the old server?") < told.index("not before spring")
    office.go("08:00", 40)
    with pytest.raises(Refusal, match="is expired: write another one"):
        offering.send(office.lee, one.id)


def test_accepted_it_is_agreement_series_and_review_and_undo_takes_all_of_it_back(office: Office) -> None:
    editing.edit(office.lee, "client", harbor(office), {"kind": "prospect"})
    audited(office)
    one = sent(office)
    editing.edit(office.lee, "client", harbor(office), {"computers": "20"})
    with pytest.raises(Faulty) as fault:
        accepting.accept(office.lee, one.id, Acceptance(""))
    assert [said.partition(":")[0] for said in fault.value.faults] == ["by", "site", "starts", "minutes"]
    before = content(office.store.path, office.clock)
    done = accepting.accept(office.lee, one.id, ASKED)
    agreement = existing(done.agreement)
    assert (agreement.service.monthly_fee, agreement.service.cadence_target) == (92000, 2), "as it was offered"
    assert (agreement.starts, agreement.ends) == (DAY, datetime.date(2027, 11, 23))
    assert harbor(office).kind == "client"
    made = visits.of_recurrence(office.store, existing(done.recurrence_id))
    assert made
    assert {visit.minutes for visit in made} == {90}
    review = existing(done.review)
    assert (review.kind, review.wanted_on) == ("review", datetime.date(2027, 2, 24))
    assert (done.proposal.said, done.proposal.who) == (ProposalState.ACCEPTED, "J. Lowe")
    notes = [one.note for one in findings.findings_of_client(office.store, harbor(office).id)]
    assert notes == [f"accepted by J. Lowe: {one.reference}" for one in done.requests]
    undo.undo(office.lee)
    assert stands(office, one).said is ProposalState.SENT
    assert agreements.agreements_of(office.store, harbor(office).id) == []
    assert recurrences.recurrences_of(office.store, harbor(office).id) == []
    assert not [v for v in visits.of_client(office.store, harbor(office).id) if v.kind == "review" or v.occurrence]
    assert harbor(office).kind == "prospect"
    undo.redo(office.lee)
    assert [one.id for one in agreements.agreements_of(office.store, harbor(office).id)] == [agreement.id]
    assert stands(office, one).said is ProposalState.ACCEPTED
    assert content(office.store.path, office.clock) != before
    assert audit.verify_chain(office.store) is None


def test_a_finding_is_done_while_the_visit_that_does_its_work_is_closed(office: Office) -> None:
    audited(office)
    one = written(office)
    offering.send(office.lee, one.id)
    first, _ = (request.reference for request in accepting.accept(office.lee, one.id, ASKED).requests)
    assert states(office) == [FindingState.PROPOSED] * 2
    office.go("11:00")
    schedule.assign(office.dana, first, ["Ana Ruiz"], at("11:00"))
    arriving.arrive(office.ana, first)
    assert states(office) == [FindingState.PROPOSED] * 2
    office.finish(first)
    leaving.close(office.ana, first)
    assert states(office) == [FindingState.DONE, FindingState.PROPOSED]
    assert [found.number for found in finding.of_client(office.lee, harbor(office).id)] == [2]
    leaving.reopen(office.lee, first, "once more")
    assert states(office) == [FindingState.PROPOSED] * 2


def test_what_was_charged_under_it_keeps_it(office: Office) -> None:
    one = sent(office)
    accepting.accept(office.lee, one.id, ASKED)
    audited(office)
    with pytest.raises(Refusal, match="R1 has ended since"):
        undo.undo(office.lee)
    assert stands(office, one).said is ProposalState.ACCEPTED


def test_which_plan_is_asked_and_an_expired_one_is_asked_about(office: Office) -> None:
    small = plan(office, name="Small", fee="100", per_computer="", visits="")
    one = written(office, plan(office), small)
    offering.send(office.lee, one.id)
    office.go("08:00", 40)
    with pytest.raises(Faulty, match="plan: say which of Sweet spot, Small"):
        accepting.accept(office.lee, one.id, ASKED)
    asked = ASKED._replace(plan="smal", starts=DAY + datetime.timedelta(41))
    with pytest.raises(NeedsConfirm) as question:
        accepting.accept(office.lee, one.id, asked)
    done = accepting.accept(office.lee, one.id, asked, question.value.marks)
    assert (existing(done.agreement).name, done.recurrence_id) == ("Small", None), "it promises no visits"
    (stage,) = pipeline(office.store)
    assert (stage.state, stage.sum.monthly) == (ProposalState.ACCEPTED, 10000)


def test_a_fee_that_is_not_known_is_asked_about(office: Office) -> None:
    made = plan(office, per_server="50")
    one = written(office, made)
    assert one.plans[0].fee is None
    offering.send(office.lee, one.id)
    with pytest.raises(NeedsConfirm, match="how many servers"):
        accepting.accept(office.lee, one.id, ASKED)
    assert agreements.agreements_of(office.store, harbor(office).id) == []


@pytest.mark.parametrize("points", [6, pytest.param(40, marks=pytest.mark.again)])
def test_killed_at_any_statement_of_accepting(office: Office, tmp_path: Path, points: int) -> None:
    one = sent(office)
    path, clock = office.store.path, office.clock
    before = content(path, clock)
    trial = tmp_path / "trial.db"
    with Store.open(path, clock=clock) as store:
        store.conn.execute("VACUUM INTO ?", (str(trial),))
    trial.chmod(0o600)

    count = statements(trial, clock, lambda user: accepting.accept(user, one.id, ASKED), "lee")
    assert count > 30
    for point in sorted({1 + (count - 1) * spread // (points - 1) for spread in range(points)}):
        killed_at(path, clock, lambda user: accepting.accept(user, one.id, ASKED), point, "lee")
        assert content(path, clock) == before, f"killed at statement {point} of {count}: a part of it was kept"
    accepting.accept(office.lee, one.id, ASKED)
    assert audit.verify_chain(office.store) is None


def test_the_paper_says_what_is_offered_and_claims_no_saving_that_is_not_known(office: Office) -> None:
    audited(office)
    one = written(office, plan(office), plan(office, name="By server", per_server="50"))
    made = report(office, one)
    text = as_text(made)
    for said in ("Proposal 1 for Harbor Dental", "a fire takes both", "300.50 USD", "920.00 USD",
                 "1 has no estimate yet.", "no fixed price",
                 "Two visits a month", "For 12 months.", "holds until Thu 24 Dec 2026", "Signature", "not known"):  # fmt: skip
        assert said in text, said
    (compared,) = (section for section in made.sections if section.title == "Your last 90 days")
    *_, gaps = compared.tables[0].rows
    assert "costs" in str(gaps[2])
    assert gaps[3] == "not known", "a fee that is not known saves nothing"
    assert {form for form in FORMS if FORMS[form](made)} == set(FORMS)


def test_text_of_people_stays_text_on_the_paper(office: Office) -> None:
    editing.edit(office.lee, "client", harbor(office), {"computers": "12"})
    office.on_site()
    finding.add(office.ana, "R1", BACKUPS | {"what": HOSTILE[0], "risk": HOSTILE[1], "advice": HOSTILE[2]})
    made = editing.add(office.lee, "service-plan", PLAN | {"name": HOSTILE[1], "excludes": HOSTILE[0]})
    one = offering.draft(office.lee, harbor(office), [made], letter="\n".join(HOSTILE[:8]))
    page, paper = as_html(report(office, one)), report(office, one)
    assert "<script" not in page
    assert "<img" not in page
    assert r"\[here\](javascript" in as_markdown(paper)


def test_it_goes_by_mail_in_one_deed_with_its_state(office: Office) -> None:
    editing.settle(office.lee, {"messages_by": "smtp", "mail_host": "mail.example", "mail_from": "us@firm.example"})
    editing.edit(office.lee, "client", harbor(office), {"contacts": "J. Lowe; ; lowe@harbor.example; owner"})
    one = written(office, plan(office))
    mail = papers.prepare(office.lee, report(office, one))
    offering.send(office.lee, one.id, mail)
    assert clients.client(office.store, one.client_id) is not None
    (message,) = papers_of(office)
    assert (message.address, message.fate) == ("lowe@harbor.example", Fate.WAITING)
    undo.undo(office.lee)
    (message,) = papers_of(office)
    assert message.fate is Fate.DROPPED
    assert stands(office, one).said is None


def papers_of(office: Office) -> list[Message]:
    from db.papers import messages_of

    return messages_of(office.store, harbor(office).id, 10)
