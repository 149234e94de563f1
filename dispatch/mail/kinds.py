"""What a mail is by its headers, and whether our own server vouches for whom it is from."""

from __future__ import annotations

import re

from dispatch.mail.reading import Incoming
from dispatch.model.mail import MailKind

OUR_ID = re.compile(r"<dispatch-([0-9]{1,15})@([^>]+)>")
"""What we call a mail of ours: its message's number, at the domain that it is from."""
_AWAY = re.compile(
    r"^\s*(automatic reply|auto[- ]?reply|autoreply|out of (the )?office|automatische antwort|abwesenheits|réponse automatique|"
    r"absence du bureau|respuesta automática|fuera de (la )?oficina|automatisch antwoord|afwezig|risposta automatica)"
    r"(\w*\s*$|[\w -]{0,11}:)",
    re.IGNORECASE,
)
"""How the subject of an answer by a machine begins: the words alone, or up to a colon; else somebody writes about one."""
_SERVERS = re.compile(r"(mailer-daemon|postmaster|mail-daemon|bounces?)@", re.IGNORECASE)


def kind_of(mail: Incoming, our_address: str) -> MailKind:
    """What a mail is.

    Args:
        our_address: that our own mails are from.
    """
    report = mail.header("content-type")
    if mail.sender and mail.sender == our_address.casefold():
        return MailKind.OWN
    if report.startswith("multipart/report") or "message/delivery-status" in mail.parts:
        return MailKind.BOUNCE
    if _SERVERS.match(mail.sender) or (mail.header("return-path") == "<>" and not mail.header("auto-submitted")):
        return MailKind.AUTO_REPLY if _AWAY.match(mail.subject) else MailKind.BOUNCE
    submitted = mail.header("auto-submitted").partition(";")[0].strip()
    precedence = mail.header("precedence")
    replied = (
        submitted == "auto-replied"
        or precedence == "auto_reply"
        or any(mail.header(name) not in ("", "no") for name in ("x-autoreply", "x-autorespond", "x-auto-reply"))
    )
    if replied or _AWAY.match(mail.subject):
        return MailKind.AUTO_REPLY
    if mail.header("list-id") or mail.header("list-unsubscribe") or precedence in ("list", "bulk", "junk"):
        return MailKind.MAILING_LIST
    if submitted not in ("", "no") or mail.header("return-path") == "<>":
        return MailKind.AUTOMATIC
    suppressed = mail.header("x-auto-response-suppress")
    return MailKind.AUTOMATIC if suppressed not in ("", "none") else MailKind.WRITTEN


def ours_in(mail: Incoming, domain: str) -> int | None:
    """The number of the message of ours that a mail goes on from, the newest where there are several; None: none.

    Args:
        domain: that our own mails are from.
    """
    found = [
        one for one in map(OUR_ID.fullmatch, mail.ids) if one is not None and one[2].casefold() == domain.casefold()
    ]
    return int(found[-1][1]) if found else None


def ours_returned(mail: Incoming, domain: str) -> int | None:
    """The number of the message of ours that came back, by what a mail server quotes of it; None: none of ours."""
    quoted = OUR_ID.finditer(" ".join((*mail.inner_ids, mail.text)))
    found = [one for one in quoted if one[2].casefold() == domain.casefold()]
    return int(found[-1][1]) if found else ours_in(mail, domain)


def doubt_of(mail: Incoming, trusted: str) -> str:
    """Why it is not known that a mail is from whom it says; empty where our server vouches for it, or nobody was named to.

    Args:
        trusted: the server whose word counts (`authserv-id`, RFC 8601); empty: nobody's does, and a mail is believed.
    """
    if not mail.sender:
        return "it is from several addresses at once" if len(mail.senders) > 1 else "it says no address that it is from"
    if not trusted:
        return ""
    domain = mail.sender.rpartition("@")[2]
    for header in mail.all_of("authentication-results"):
        said = _bare(header)
        server, _, results = said.partition(";")
        if (server.split() or [""])[0].casefold() != trusted.casefold():
            continue
        # the topmost is our own server's; one below it may be anybody's
        return _judged([part.strip() for part in results.split(";")], domain)
    return f"{trusted} does not say whether it is from {domain}"


def _bare(header: str) -> str:
    """A header without comments and without what stands in quotes: both may hold words of whoever sent the mail."""
    header = re.sub(r'"(?:[^"\\]|\\.)*"', '"', header)
    while (less := re.sub(r"\([^()]*\)", " ", header)) != header:
        header = less
    return header


def _judged(results: list[str], domain: str) -> str:
    found: dict[str, str] = {}
    for result in results:
        if (said := re.match(r"(dmarc|dkim|spf)\s*=\s*([a-z]+)", result, re.IGNORECASE)) is None:
            continue
        method, verdict = said[1].casefold(), said[2].casefold()
        if method == "dmarc":
            aligned = _named(result, "header.from") in ("", domain)
        elif method == "dkim":
            aligned = _aligned(_named(result, "header.d") or _named(result, "header.i"), domain)
        else:
            aligned = _aligned(_named(result, "smtp.mailfrom"), domain)
        if verdict == "pass" and not aligned:
            verdict = "of another domain"
        if found.get(method) != "pass":
            found[method] = verdict
    if found.get("dmarc") == "fail":
        return f"our mail server doubts that it is from {domain} (dmarc fail)"
    if "pass" in found.values():
        return ""
    told = ", ".join(f"{method} {verdict}" for method, verdict in found.items()) or "it checked nothing"
    return f"our mail server does not vouch that it is from {domain} ({told})"


def _named(result: str, name: str) -> str:
    found = re.search(rf"\b{re.escape(name)}\s*=\s*([^\s\";]+)", result, re.IGNORECASE)
    return "" if found is None else found[1].rpartition("@")[2].casefold()


def _aligned(other: str, domain: str) -> bool:
    """Whether a domain vouches for another: it is the same, or one is within the other."""
    return bool(other) and (other == domain or domain.endswith(f".{other}") or other.endswith(f".{domain}"))
