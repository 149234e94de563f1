"""Work that a proposal offers beside plans: ends of equipment, gaps, an audit; and the requests that come of a yes (E17, E18)."""

from __future__ import annotations

import datetime

import pytest

from db import audit, findings, proposals, visits
from db.store import existing
from dispatch.care.item import CareItem
from dispatch.desk.book import editing
from dispatch.desk.care import care_list
from dispatch.desk.care.client_page import client_page
from dispatch.desk.care.pipeline import pipeline
from dispatch.desk.closeout import finding
from dispatch.desk.levels.clocks import clocks_of
from dispatch.desk.plan import undo
from dispatch.desk.prices import agreeing
from dispatch.desk.proposals import accepting, offering, works
from dispatch.desk.proposals.accepting import Acceptance
from dispatch.desk.reports.rendering import as_markdown
from dispatch.desk.session.refusals import Faulty, Refusal
from dispatch.desk.texts.client_words import page_form, page_lines
from dispatch.model.proposals import AskedWork, ClientProposal
from dispatch.model.visits import Visit
from tests.conftest import Dispatch
from tests.desk.conftest import DAY, Office, harbor
from tests.desk.test_equipment import add
from tests.desk.test_proposals import ASKED, audited, plan

NAS = AskedWork("nas/warranty", "a failed disk stops the office", 90, 25000)
ENDS = "2026-12-20"


def due(office: Office, rule: str) -> list[CareItem]:
    return [one for one in care_list.care_list(office.store, all_items=True) if one.rule == rule]


def drafted(office: Office, *asked: AskedWork) -> ClientProposal:
    return offering.draft(office.lee, harbor(office), works=asked, chosen=[])


def requests(office: Office) -> list[Visit]:
    return [
        one for one in visits.of_client(office.store, harbor(office).id) if "Offered in proposal" in one.description
    ]


def test_an_end_is_offered_beside_findings_and_the_prompt_ends_once_it_is_sent(office: Office) -> None:
    audited(office)
    add(office, name="NAS", warranty_ends=ENDS)
    one = offering.draft(office.lee, harbor(office), [plan(office)], works=[NAS])
    (stage,) = pipeline(office.store)
    assert (stage.sum.monthly, stage.sum.once, stage.sum.unknown) == (92000, 55050, 1)
    text = as_markdown(offering.paper_of(office.lee, one.id))
    for said in (
        "Warranty of NAS, until Sun 20 Dec 2026",
        "a failed disk stops the office",
        "Renew it",
        "250.00 USD",
        "550.50 USD",
    ):
        assert said in text, said
    assert len(due(office, "E17")) == 1
    offering.send(office.lee, one.id)
    assert due(office, "E17") == []
    undo.undo(office.lee)
    assert len(due(office, "E17")) == 1
    undo.redo(office.lee)
    assert due(office, "E17") == []


def test_what_is_accepted_is_asked_for_at_its_site_with_its_words_and_undo_takes_it_back(office: Office) -> None:
    audited(office)
    add(office, name="NAS", warranty_ends=ENDS, site="harbor dental / warehouse")
    one = offering.draft(office.lee, harbor(office), [plan(office)], works=[NAS])
    offering.send(office.lee, one.id)
    done = accepting.accept(office.lee, one.id, ASKED)
    assert len(done.requests) == 3
    copy, second, nas = done.requests
    first = findings.findings_of_client(office.store, harbor(office).id)[0]
    assert (copy.work, copy.minutes, copy.site) == (first.advice, first.minutes, "Main office")
    assert "An estimate, what is charged is the time that it takes: 300.50 USD" in copy.description
    assert (second.work, second.minutes) == ("no second factor", 60), "what is advised and how long were not said"
    assert "How long it takes was not said." in second.description
    assert (nas.minutes, nas.site, nas.latest_on) == (90, "Warehouse", datetime.date(2026, 12, 20))
    assert nas.work == "Renew it: Warranty of NAS, until Sun 20 Dec 2026"
    assert "It risks: a failed disk stops the office" in nas.description
    assert "An estimate, what is charged is the time that it takes: 250.00 USD" in nas.description
    lines = [*accepting.accepted_lines(done)]
    assert any(line.startswith(f"  {nas.reference} asks for the work: Renew it") for line in lines)
    undo.undo(office.lee)
    assert requests(office) == []
    undo.redo(office.lee)
    assert {one.reference for one in requests(office)} == {copy.reference, second.reference, nas.reference}
    assert audit.verify_chain(office.store) is None


def test_what_was_put_right_meanwhile_is_not_asked_for(office: Office) -> None:
    audited(office)
    one = offering.draft(office.lee, harbor(office))
    offering.send(office.lee, one.id)
    finding.mark(office.lee, "R1", 1, "done")
    done = accepting.accept(office.lee, one.id, Acceptance("J. Lowe"))
    assert [one.work for one in done.requests] == ["no second factor"]


def test_only_an_end_needs_no_agreement_is_no_offer_and_asks_for_no_site(office: Office) -> None:
    add(office, name="NAS", warranty_ends=ENDS)
    one = drafted(office, NAS)
    offering.send(office.lee, one.id)
    assert care_list.against_offers(office.store, harbor(office).id) == ()
    done = accepting.accept(office.lee, one.id, Acceptance("J. Lowe"))
    assert (done.agreement, done.review, [one.site for one in done.requests]) == (None, None, ["Main office"])


def test_an_end_that_is_over_is_asked_for_without_a_latest_day(office: Office) -> None:
    add(office, name="NAS", warranty_ends="2026-11-01")
    one = drafted(office, NAS)
    offering.send(office.lee, one.id)
    (request,) = accepting.accept(office.lee, one.id, Acceptance("J. Lowe")).requests
    assert request.latest_on is None


def test_an_end_that_is_another_by_now_is_not_sent(office: Office) -> None:
    piece = add(office, name="NAS", warranty_ends=ENDS)
    one = drafted(office, NAS)
    editing.edit(office.lee, "equipment", piece, {"warranty_ends": "2029-12-20"})
    with pytest.raises(Refusal, match="has another end"):
        offering.send(office.lee, one.id)


def test_a_gap_of_a_review_is_offered_and_needs_a_site(office: Office) -> None:
    care_list.note_gap(office.lee, harbor(office), "no battery behind the server", "lee", DAY)
    (gap,) = due(office, "D8")
    begun = works.about(office.store, gap)
    one = drafted(office, *begun.works)
    offering.send(office.lee, one.id)
    assert due(office, "D8") == []
    with pytest.raises(Faulty, match="site: say which of"):
        accepting.accept(office.lee, one.id, Acceptance("J. Lowe"))
    (request,) = accepting.accept(office.lee, one.id, Acceptance("J. Lowe", site="main office")).requests
    assert request.work == "no battery behind the server"


def test_an_audit_is_offered_to_who_is_unhappy_and_is_one_once_they_say_yes(office: Office) -> None:
    client = editing.add(office.lee, "client", {"name": "Prospect", "kind": "prospect", "unhappy_since": "2026-11-01"})
    editing.add(office.lee, "site", {"client": "Prospect", "name": "Shop"})
    (item,) = due(office, "E6")
    begun = works.about(office.store, item)
    assert [one.name for one in begun.works] == ["audit"]
    one = offering.draft(office.lee, client, works=begun.works, chosen=[])
    offering.send(office.lee, one.id)
    assert due(office, "E6") == []
    assert care_list.against_offers(office.store, client.id) == (), "proposing an audit is no offer of an agreement yet"
    (request,) = accepting.accept(office.lee, one.id, Acceptance("P. Ray")).requests
    assert (request.kind, request.site) == ("audit", "Shop")
    undo.undo(office.lee)
    offering.decline(office.lee, one.id, "no time")
    assert care_list.against_offers(office.store, client.id) == (f"an offer was declined on {DAY}",)


def test_who_was_unhappy_elsewhere_becomes_a_client_with_a_yes(office: Office) -> None:
    editing.edit(office.lee, "client", harbor(office), {"kind": "prospect", "unhappy_since": "2026-11-01"})
    one = offering.draft(office.lee, harbor(office), [plan(office)])
    offering.send(office.lee, one.id)
    accepting.accept(office.lee, one.id, ASKED)
    assert (harbor(office).kind, harbor(office).unhappy_since) == ("client", None)
    undo.undo(office.lee)
    assert (harbor(office).kind, harbor(office).unhappy_since) == ("prospect", datetime.date(2026, 11, 1))


def test_nobody_waits_for_work_that_we_offered(office: Office) -> None:
    agreeing.save_agreement(office.lee, "Harbor Dental", "Care", {"kind": "tm", "starts": str(DAY), "ends": None})
    add(office, name="NAS", warranty_ends=ENDS)
    one = drafted(office, NAS)
    offering.send(office.lee, one.id)
    (request,) = accepting.accept(office.lee, one.id, Acceptance("J. Lowe")).requests
    assert request.came_by == "ours"
    assert clocks_of(office.store, [request]) == {}


def test_what_a_prompt_is_about_stands_in_the_proposal(office: Office) -> None:
    audited(office)
    add(office, name="NAS", warranty_ends=ENDS)
    plan(office)
    (end,) = due(office, "E17")
    assert works.about(office.store, end) == works.Prefilled(harbor(office), (), "", (AskedWork("NAS/warranty"),))
    about_audit = CareItem("E5", "R1", "", "", DAY, None, visit="R1", client_id=harbor(office).id)
    begun = works.about(office.store, about_audit)
    assert ([one.name for one in begun.plans], begun.visit, begun.works) == (["Sweet spot"], "R1", ())


def test_two_pieces_of_one_name_are_told_apart_by_their_site(office: Office) -> None:
    add(office, name="NAS", warranty_ends=ENDS)
    add(office, name="NAS", warranty_ends=ENDS, site="harbor dental / warehouse")
    with pytest.raises(
        Faulty, match="work: 'nas/warranty' is none of Main office/NAS/warranty, Warehouse/NAS/warranty, audit"
    ):
        drafted(office, NAS)
    assert len(drafted(office, NAS._replace(name="warehouse/nas/warranty")).works) == 1


def test_the_clients_page_lists_their_proposals(office: Office) -> None:
    audited(office)
    one = offering.draft(office.lee, harbor(office), [plan(office)])
    page = client_page(office.store, harbor(office))
    assert (
        f"  {one.id}  draft  Tue 24 Nov 2026  920.00 USD a month, 300.50 USD once, 1 not priced in full"
        in page_lines(page)
    )
    office.go("09:00", 2)
    offering.send(office.lee, one.id)
    page = client_page(office.store, harbor(office))
    assert any(line.startswith(f"  {one.id}  sent  Thu 26 Nov 2026") for line in page_lines(page))
    assert page_form(page)["proposals"] == [
        {"proposal": one.id, "state": "sent", "monthly": "920.00", "once": "300.50", "unknown": 1}
    ]


def test_begun_and_accepted_by_command(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "lee")
    add(office, name="NAS", warranty_ends=ENDS)
    (end,) = due(office, "E17")
    firm = Dispatch(office.store.path)
    said = firm.ok("proposal", "begin", end.key, "--risk", "a failed disk", "--minutes", "1h30", "--price", "250")
    assert "Proposal 1 is a draft about that already" in firm("proposal", "begin", end.key).err
    assert "work: Warranty of NAS, until Sun 20 Dec 2026, 1h30, 250.00 USD" in said
    (told,) = firm.json("proposal", "show", "1", "--json")["works"]
    assert (told["risk"], told["minutes"], told["price"]) == ("a failed disk", 90, "250.00")
    firm.ok("proposal", "send", "1", "--by-hand")
    assert "asks for the work: Renew it" in firm.ok("proposal", "accept", "1", "--by", "J. Lowe")
    said = firm.ok("proposal", "new", "Harbor Dental", "--work", "audit; ; 2h", "--work", "nas/warranty")
    assert "2h" in said
    firm.ok("care", "gap", "Harbor Dental", "--what", "no battery", "--owner", "lee", "--due", "today")
    assert "none of" in firm("proposal", "new", "Harbor Dental", "--work", "toaster/warranty").err
    assert existing(proposals.proposal(office.store, 2)).works[0].rule == "E6"
