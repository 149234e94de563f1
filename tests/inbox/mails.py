"""Forty mails of our own, as mail programs, servers and liars write them, each with what becomes of it.

`PINE` is the known contact of a client with one site; `DESK` that of a client with three.
"""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from functools import cache
from hashlib import sha256
from typing import NamedTuple

PINE, DESK, OURS = "pia@pine.example", "desk@harbor.example", "office@columbus.example"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(9000)


class Expected(NamedTuple):
    """What becomes of a mail: its state and kind, words of why, and a word of the request that it made."""

    mail: bytes
    state: str
    kind: str = "written"
    why: str = ""
    work: str = ""
    text: str = ""
    files: tuple[str, ...] = ()


def mail(
    sender: str = f"Pia Pine <{PINE}>", subject: str = "Printer jams", text: str = "It jams.\n", **headers: str
) -> EmailMessage:
    """A mail as a person writes it; `headers` have `_` for `-`."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, OURS, subject
    made["Date"] = "Tue, 24 Nov 2026 07:00:00 -0500"
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    made["Message-ID"] = given.pop(
        "Message-ID", f"<{sha256(repr((sender, subject, text, given)).encode()).hexdigest()[:16]}@mail.example>"
    )
    for name, value in given.items():
        made[name] = value
    made.set_content(text)
    return made


def _bytes(made: EmailMessage) -> bytes:
    return made.as_bytes().replace(b"\n", b"\r\n")


def _raw(*lines: str | bytes) -> bytes:
    return b"\r\n".join(line if isinstance(line, bytes) else line.encode() for line in (*lines, b""))


def _with(change: Callable[[EmailMessage], object], **more: str) -> bytes:
    made = mail(**more)
    change(made)
    return _bytes(made)


def _html(html: str, subject: str = "HTML") -> bytes:
    made = mail(subject=subject)
    made.set_content(html, subtype="html")
    return _bytes(made)


def _both(made: EmailMessage) -> None:
    made.add_alternative("<p>It <b>jams</b>.</p>", subtype="html")


def _photo(made: EmailMessage) -> None:
    made.add_attachment(PNG, maintype="image", subtype="png", filename="C:\\photos\\../jam\u202egnp.png")


def _inline(made: EmailMessage) -> None:
    made.set_content('<p>See <img src="cid:logo"> here</p>', subtype="html")
    made.add_related(b"\x89PNG" + bytes(90), "image", "png", cid="<logo>")
    made.add_related(PNG, "image", "png", cid="<screen>", filename="screen.png", disposition="inline")


def _large(made: EmailMessage) -> None:
    made.add_attachment(bytes(20_000_001), maintype="application", subtype="octet-stream", filename="disk.img")


def _huge(made: EmailMessage) -> None:
    made.add_attachment(bytes(31_000_000), maintype="application", subtype="octet-stream", filename="huge.img")


def _program(made: EmailMessage) -> None:
    made.add_attachment(b"#!/bin/sh\nrm -rf /\n", maintype="application", subtype="x-sh", filename="run me.sh")


def _forwarded(made: EmailMessage) -> None:
    made.add_attachment(mail("Vendor <sales@vendor.example>", "Your licence", "It ends."))


def bounce(number: int, action: str = "failed", whom: str = PINE) -> bytes:
    """What a mail server says of a message of ours."""
    return _raw(
        "Return-Path: <>", "From: MAILER-DAEMON@mx.example", f"To: {OURS}", "Subject: Undelivered Mail",
        f"Message-ID: <bounce-{number}-{action}-{whom}@mx.example>", "Auto-Submitted: auto-replied", "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"', "",
        "--b", "", "Undelivered.",
        "--b", "Content-Type: message/delivery-status", "", "Reporting-MTA: dns; mx.example", "",
        f"Final-Recipient: rfc822; {whom}", f"Action: {action}", "Status: 5.1.1", "",
        "--b", "Content-Type: message/rfc822", "", f"Message-ID: <dispatch-{number}@columbus.example>", "Subject: Your request",
        "", "We have your request.", "--b--",
    )  # fmt: skip


def _nested(depth: int) -> bytes:
    lines: list[str | bytes] = [
        f"From: {PINE}",
        "Subject: Nested",
        "Message-ID: <nested@pine.example>",
        "MIME-Version: 1.0",
    ]
    for at in range(depth):
        lines += [f'Content-Type: multipart/mixed; boundary="b{at}"', "", f"--b{at}"]
    return _raw(*lines, "Content-Type: text/plain", "", "deep")


@cache
def forty() -> dict[str, Expected]:
    """The mails, by what is meant by each. They have fifty megabytes: made when they are first asked for."""
    return {
        "plain": Expected(_bytes(mail()), "taken", work="Printer jams", text="It jams."),
        "reply prefixes": Expected(
            _bytes(mail(subject="AW: Re: [EXTERNAL] Fwd: Mail is slow")), "taken", work="Mail is slow"
        ),
        "no subject": Expected(
            _bytes(mail(subject="", text="\n\nThe server beeps.\nLoudly.\n")), "taken", work="The server beeps."
        ),
        "nothing at all": Expected(_bytes(mail(subject="", text="")), "waiting", why="it says nothing"),
        "HTML alone": Expected(
            _html(
                "<html><head><title>no</title><style>p{}</style></head><body><p>The <i>router</i> is off.</p>"
                "<script>alert(1)</script>"
                "<p style='display:none'>hidden</p><ul><li>one<li>two</ul></body></html>"
            ),
            "taken",
            work="HTML",
            text="The router is off.\n- one\n- two",
        ),
        "text and HTML": Expected(_with(_both, subject="Both"), "taken", work="Both", text="It jams."),
        "broken HTML": Expected(
            _html("<p>Open <b>and <<never> closed &nbsp; &#0; &bogus; <a href='javascript:x'>click", "Broken"),
            "taken",
            work="Broken",
            text="click",
        ),
        "quoted-printable umlauts": Expected(
            _raw(
                f"From: =?utf-8?q?Pia_Pf=C3=BCtze?= <{PINE}>",
                "Subject: =?iso-8859-1?q?Drucker_l=E4uft_nicht?=",
                "Message-ID: <qp@pine.example>",
                "MIME-Version: 1.0",
                "Content-Type: text/plain; charset=iso-8859-1",
                "Content-Transfer-Encoding: quoted-printable",
                "",
                "Gr=FC=DFe",
            ),
            "taken",
            work="Drucker läuft nicht",
            text="Grüße",
        ),
        "a character set that lies": Expected(
            _raw(
                f"From: {PINE}",
                "Subject: Lies",
                "Message-ID: <lies@pine.example>",
                "Content-Type: text/plain; charset=utf-8",
                "",
                b"caf\xe9 \x80 5",
            ),
            "taken",
            work="Lies",
            text="café € 5",
        ),
        "a character set that nobody knows": Expected(
            _raw(
                f"From: {PINE}",
                "Subject: Unknown",
                "Message-ID: <unk@pine.example>",
                'Content-Type: text/plain; charset="x-klingon"',
                "",
                b"plain \xc3\xbc",
            ),
            "taken",
            work="Unknown",
            text="plain ü",
        ),
        "raw 8-bit headers": Expected(
            _raw(f"From: {PINE}", "Subject: T\u00fcr klemmt", "Message-ID: <raw@pine.example>", "", "x"),
            "taken",
            work="Tür klemmt",
        ),
        "terminal sequences": Expected(
            _raw(
                f"From: {PINE}",
                "Subject: =?utf-8?b?G1szMW1yZWQbWzBt4oCuIGV2aWw=?=",
                "Message-ID: <esc@pine.example>",
                "",
                b"a\x1b]0;owned\x07b [/b] \xe2\x80\xaec",
            ),
            "taken",
            work="[31mred[0m evil",
            text="a]0;ownedb [/b] c",
        ),
        "a photograph": Expected(_with(_photo, subject="Photo"), "taken", work="Photo", files=("jamgnp.png",)),
        "inline pictures": Expected(
            _with(_inline, subject="Inline"), "taken", work="Inline", text="See here", files=("screen.png",)
        ),
        "a program": Expected(_with(_program, subject="Program"), "taken", work="Program", files=("run me.sh",)),
        "20 MB": Expected(
            _with(_large, subject="Large"), "taken", work="Large", text="It jams.", files=("disk.img has 20.0 MB",)
        ),
        "40 MB": Expected(
            _with(_huge, subject="Huge"),
            "taken",
            why="its files were left on the server",
            work="Huge",
            text="It jams.",
            files=("huge.img left on the server",),
        ),
        "forwarded by a client": Expected(
            _bytes(
                mail(
                    subject="Fwd: Licence",
                    text="See below.\n\n---------- Forwarded message ---------\nFrom: Vendor <v@vendor.example>\n\nIt ends.\n",
                )
            ),
            "taken",
            work="Licence",
            text="It ends.",
        ),
        "forwarded as a file": Expected(
            _with(_forwarded, subject="FW: as attachment"), "taken", work="as attachment", text="Your licence"
        ),
        "forwarded by our own": Expected(
            _bytes(
                mail(
                    "Dana <dana@columbus.example>",
                    "Fwd: Door",
                    f"From: Pia <{PINE}>\nSent: now\nSubject: Door\n\nThe door.\n",
                )
            ),
            "waiting",
            why="from our own Dana",
            text="The door.",
        ),
        "a client with three sites": Expected(
            _bytes(mail(DESK, "Screen black")), "waiting", why="which site of Harbor Dental?"
        ),
        "a client who names the site": Expected(
            _bytes(mail(DESK, "Screen black at the main office")), "taken", work="Screen black at the main office"
        ),
        "somebody unknown": Expected(
            _bytes(mail("New <new@client.example>", "Hello")), "waiting", why="nobody is known by this address"
        ),
        "an address in a name": Expected(
            _bytes(mail(f'"{PINE}" <evil@liar.example>', "Trust me")), "waiting", why="nobody is known"
        ),
        "two addresses in From": Expected(
            _raw(f"From: {PINE}, evil@liar.example", "Subject: Two", "Message-ID: <two@x.example>", "", "x"),
            "waiting",
            why="several addresses",
        ),
        "no From": Expected(
            _raw("Subject: Nobody", "Message-ID: <nofrom@x.example>", "", "x"), "waiting", why="no address"
        ),
        "out of office": Expected(
            _bytes(mail(subject="Automatic reply: Your request", Auto_Submitted="auto-replied")), "passed", "auto_reply"
        ),
        "out of office by its subject": Expected(
            _bytes(mail(subject="Abwesenheitsnotiz: Termin")), "passed", "auto_reply"
        ),
        "an alarm of a machine": Expected(
            _bytes(mail(subject="UPS on battery", Auto_Submitted="auto-generated")),
            "waiting",
            "automatic",
            "a machine wrote it",
        ),
        "no answers wanted": Expected(
            _bytes(mail(subject="Backup report", X_Auto_Response_Suppress="All")), "waiting", "automatic"
        ),
        "a newsletter": Expected(
            _bytes(
                mail("News <news@shop.example>", "Sale", List_Unsubscribe="<mailto:x@y.example>", Precedence="bulk")
            ),
            "passed",
            "mailing_list",
        ),
        "a client through a list": Expected(
            _bytes(mail(subject="To all", List_Id="<all.pine.example>")), "waiting", "mailing_list", "mailing list"
        ),
        "a bounce of nothing of ours": Expected(bounce(999_999), "passed", "bounce"),
        "a bounce without a report": Expected(
            _bytes(mail("MAILER-DAEMON@mx.example", "failure notice", Return_Path="<>")), "passed", "bounce"
        ),
        "our own, come back": Expected(
            _bytes(mail(f"Columbus IT <{OURS}>", "Your request, R9", Auto_Submitted="auto-generated")), "passed", "own"
        ),
        "nested three hundred deep": Expected(_nested(3000), "waiting", why="could not be read"),
        "a header of a hundred kilobytes": Expected(
            _raw(f"From: {PINE}", "Subject: " + "long " * 20_000, "Message-ID: <long@pine.example>", "", "x"),
            "taken",
            work="long long",
        ),
        "a text of a megabyte": Expected(
            _bytes(mail(subject="Much", text="line of words\n" * 80_000)),
            "taken",
            work="Much",
            text="more characters in the mail itself",
        ),
        "no Message-ID": Expected(
            _raw(f"From: {PINE}", "Subject: No id", "Date: Tue, 24 Nov 2026 07:00:00 -0500", "", "x"),
            "taken",
            work="No id",
        ),
        "bytes without sense": Expected(b"\x00\xff\xfe\r\n\r\n\x80\x81=?utf-8?b?////?=", "waiting", why="no address"),
    }
