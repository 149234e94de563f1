"""What becomes of each text of a client that is erased (design/records.md, Erasing): every text column of a table that is theirs
stands in one of these, and a test fails on one that does not."""

from __future__ import annotations

from collections.abc import Mapping

ERASED = "(erased)"
"""What stands in the place of words."""

WORDS: Mapping[str, str] = {
    "approval": "reason",
    "attempt": "text value signed_by",
    "attempt_try": "probe text",
    "call": "phone note",
    "care_mark": "note",
    "carried_deed": "refused",
    "equipment": "role maker serial address note",
    "file": "name",
    "file_removal": "reason",
    "finding": "what risk advice",
    "finding_mark": "note",
    "gap": "what",
    "handover": "reason answer",
    "job": "title",
    "late_cause": "words",
    "mail": "message_id thread sender sender_name subject text why",
    "mail_file": "name why",
    "message": "address text why",
    "milestone": "note",
    "no_follow_up": "said_by words",
    "paper": "title name",
    "parcel": "why",
    "permission": "asked reason",
    "proposal": "letter",
    "proposal_mark": "who note",
    "proposal_work": "what advice risk",
    "recurrence": "work",
    "review_comment": "text answer",
    "site": "address access_notes town place_source place_precision",
    "survey": "words",
    "target": "address options authority reason note",
    "time_correction": "reason",
    "visit": "work description reported_by early_agreed_by reason called template_why not_again pickup",
    "waiting": "whom what",
    "word_correction": "before after reason",
    "work_entry": "text",
    "work_mark": "reason",
}
"""Columns whose words are replaced as a whole, where there are any."""

OTHERWISE: Mapping[str, Mapping[str, str]] = {
    "client": {
        "name": "'Erased client ' || id",
        **dict.fromkeys(
            ("tax_ref", "notes", "told", "told_at", "billing_address", "billing_mail", "tax_id", "country"), "''"
        ),
        **dict.fromkeys(("buyer_reference", "price_group", "debtor", "language"), "''"),
        **dict.fromkeys(("unhappy_since", "unhappy_noted_on"), "NULL"),
        "not_with": "'[]'",
        "tax_exempt": "0",
    },
    "site": {"name": "'Site ' || id", "lat": "NULL", "lon": "NULL"},
    "equipment": {"name": "'Equipment ' || id"},
    "target": {"name": "'Target ' || id"},
    "visit": {"uid": "NULL", "pickup_lat": "NULL", "pickup_lon": "NULL"},
    "carried_deed": {"deed": "'{}'"},
    "item": {
        "label": f"CASE WHEN kind IN ('test', 'ask', 'sign_off') AND added_by IS NULL THEN without(label) ELSE '{ERASED}' END"
    },
    "item_probe": {"probe": "'{}'"},
    "merge": {"moved": "json_remove(moved, '$.names')"},
    "proposal_mark": {"paper": "''"},
    "parcel": {"form": "'{}'"},
    "paper": {"content": "CAST('(erased)' AS BLOB)"},
}
"""Columns that become something else: the expression."""

GONE = ("contact", "site_access", "site_service", "alert", "outbox", "calendar_event")
"""Tables whose rows go: they are told nowhere later."""

NAMED: Mapping[str, str] = {
    "agreement": "name",
    "breach_cause": "cause",
    "charge_sheet": "reason",
    "goodwill": "reason",
    "invoice_void": "reason",
    "item": "why evidence",
    "manual_travel": "reason",
    "observation": "probe",
    "pin": "reason",
    "pool": "name",
    "used_item": "code label quantity",
    "visit_tag": "tag",
}
"""Columns that stay for the books or for what was tested, and in which the client's names, numbers and addresses are replaced."""

NAMED_WITHIN: Mapping[str, str] = {
    "agreement": "terms",
    "charge_sheet": "input sheet",
    "dated_terms": "terms",
    "invoiced_visit": "form",
}
"""The same of JSON: in the texts of it that are words, never in a key or in a word that is counted with."""

KEPT: Mapping[str, str] = {
    "agreement": "kind starts ends levels ended_on rollover calendar",
    "allowance": "from_month minutes rollover",
    "assignment": "labour_class vehicle",
    "attempt": "session result grade vantage",
    "breach_cause": "clock",
    "call": "outcome",
    "care_mark": "rule occasion outcome on_day until_day",
    "charge_line": "rule category",
    "charge_sheet": "status currency",
    "client": "kind",
    "dated_terms": "subject from_day",
    "draw": "period amount",
    "equipment": "kind warranty_ends certificate_ends",
    "erasure": "kind files session",
    "file": "sha256",
    "finding": "severity currency session",
    "finding_mark": "state session",
    "gap": "due_on",
    "goodwill": "target mode value",
    "invoice": "number kind issued_on currency form",
    "invoice_export": "layout",
    "invoiced": "source month",
    "item": "ref phase kind tested",
    "item_probe": "vantage",
    "late_cause": "cause",
    "mail": "digest account kind state session",
    "mail_file": "sha256",
    "manual_travel": "amount",
    "message": "kind state",
    "merge": "kind",
    "milestone": "kind",
    "observation": "seen session",
    "paper": "kind media visits digest good_until",
    "lent_absence": "parcel_id",
    "parcel": "id office kind state named session",
    "pin": "origin_kind destination_kind",
    "pool": "purchased_on expires_on size remaining price",
    "probe_order": "nonce key",
    "proposal": "plans findings session",
    "proposal_mark": "state follow_up until session",
    "proposal_work": "rule occasion",
    "recurrence": "rule starts_on ends_on kind skills tags made_until",
    "segment": "kind",
    "site": "zone one_way_distance one_way_provenance travel_price",
    "survey": "on_day",
    "survey_ask": "token session",
    "target": "kind vantage",
    "time_correction": "what",
    "used_item": "amount",
    "visit": "reference kind cause wanted_on state review came_by latest_on equipment crew_skills after_day way occurrence",
    "visit_skill": "skill",
    "waiting": "kind",
    "way_in": "session",
    "work_entry": "session kind",
    "work_mark": "kind",
}
"""Columns that are figures, days and the program's own words. An invoice is kept whole for as long as the books are."""
