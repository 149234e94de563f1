"""Test targets, what machines may be asked, and the heads of checklist templates as tables of fields."""

from __future__ import annotations

from dispatch.closeout.probes.certificate import typed_certificate
from dispatch.fields.kinds import Choice, Link, Links, Many, Parsed, Text, Words
from dispatch.fields.record import Field, RecordType
from dispatch.model.probes import ASKING, Inquiry, ProbeKind, ProbeTarget, Vantage
from dispatch.model.states import Role
from dispatch.model.templates import Template
from dispatch.model.text import LINE
from dispatch.model.visits import KINDS

TARGET = RecordType(
    "target",
    "test targets",
    ProbeTarget,
    (Role.LEAD, Role.DISPATCHER),
    (
        Field("site", "Site", Link("site"), "the client, or client / site", attribute="site_id", required=True),
        Field(
            "name",
            "Name",
            Text(80),
            "a service of the site (mail), or reboot, connectivity, remote access, backup",
            required=True,
        ),
        Field("kind", "Kind", Choice(tuple(ProbeKind)), ", ".join(ProbeKind), required=True),
        Field(
            "address",
            "Address",
            Text(LINE),
            "host:port, user@host where somebody signs in, a URL, or for dns the name that is asked for; a value has none",
        ),
        Field(
            "options", "Options", Text(LINE), 'expect="Welcome"; seconds=20; tries=2; days=14; type=MX; most=24; unit=h'
        ),
        Field(
            "authority",
            "Its authority",
            Parsed("a certificate", typed_certificate, empty=""),
            "the certificate of the client's own authority, pasted; empty: whom this machine trusts",
        ),
        Field(
            "vantage",
            "Tested from",
            Choice(tuple(Vantage)),
            "host: here; site: inside the client's network",
            otherwise=Vantage.HOST,
        ),
        Field(
            "equipment", "Equipment", Link("equipment"), "the piece of the site that it tests", attribute="equipment_id"
        ),
        Field("reason", "Reason", Text(LINE), "only where it is on this machine, on loopback or link-local"),
        Field("note", "Note", Text(LINE)),
    ),
)
INQUIRY = RecordType(
    "inquiry",
    "inquiries",
    Inquiry,
    (Role.LEAD,),
    (
        Field("name", "Name", Text(80), "free disk", required=True),
        Field("by", "Asked by", Choice(ASKING), ", ".join(ASKING), required=True),
        Field(
            "command",
            "Command",
            Text(LINE),
            "df -P / | awk 'NR==2 {print 100-$5}': one line, as the machine that is asked runs it",
            required=True,
        ),
        Field("json", "Place in JSON", Text(LINE), "disks.0.free: where in an answer in JSON the value stands"),
        Field("pattern", "Words around it", Text(LINE), "load: #, where # is the number; empty: all of the answer"),
        Field("unit", "Unit", Text(20), "%, h, days"),
        Field("note", "Note", Text(LINE)),
    ),
)
TEMPLATE = RecordType(
    "template",
    "checklist templates",
    Template,
    (Role.LEAD,),
    (
        Field("name", "Name", Text(), "Server maintenance", required=True),
        Field("kinds", "For the kinds", Many({kind: kind for kind in KINDS}), f"{', '.join(KINDS)}; empty: any"),
        Field("tags", "For the tags", Words(fold=True), "server, many: a visit has all of them; empty: any"),
        Field("clients", "For the clients", Links("client", "|"), "Harbor Dental | Elm Clinic; empty: any"),
    ),
)
