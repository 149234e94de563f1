"""Who carries messages out: a mail server by SMTP, or anything that Apprise knows (extra `notify`).

A transport says when it begins to hand a message over: before that nothing was sent, after that only it knows.
"""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import formatdate
from functools import partial
from typing import NamedTuple

from dispatch.desk.adapters.calendar_invitation import Invitation
from dispatch.desk.session.refusals import Refusal
from dispatch.model.clock import SystemClock
from dispatch.model.firm import Firm
from dispatch.model.messages import is_number
from dispatch.travel.chain import Unavailable
from dispatch.travel.secret_files import secret

SECONDS = 20.0
"""How long a server may take for an answer."""
PASSWORD, PASSWORD_FILE = "DISPATCH_SMTP_PASSWORD", "smtp.password"
URLS, URLS_FILE = "DISPATCH_APPRISE_URLS", "apprise.urls"
SMS_URLS, SMS_URLS_FILE = "DISPATCH_SMS_URLS", "sms.urls"


class NotSent(Exception):
    """A message was not sent, for the reason that is said. `final`: trying again would not change it."""

    def __init__(self, why: str, *, final: bool = False) -> None:
        super().__init__(why)
        self.final = final


class Unsure(Exception):
    """All was said, and nobody answered: the message may have gone out."""


class Attachment(NamedTuple):
    """A file that goes with a mail: its name, its media type and its bytes."""

    name: str
    media: str
    content: bytes


class Letter(NamedTuple):
    """One message: the client's address, a subject, a text, the invitation to the appointment that it tells of, the paper that
    it brings, and the id of the mail that it answers. `key` names it for ever, so that a server can tell a second copy."""

    address: str
    subject: str
    text: str
    key: str
    invitation: Invitation | None = None
    attachment: Attachment | None = None
    answers: str | None = None


Transport = Callable[[Letter, Callable[[], None]], None]
"""Carries one message; what comes last is called once, right before the first byte that could reach the client. It raises NotSent
where it did not go out, and Unsure where nobody knows."""


def transport(firm: Firm) -> Transport:
    """The transport of the firm's settings: by mail server or Apprise for those with a mail address, by Apprise for telephones.

    Raises:
        Refusal: none is set, or it cannot be used; the sentence says what to do.
    """
    by_mail = None if firm.messages_by == "none" and firm.sms_by != "none" else _mailing(firm)

    def carry(letter: Letter, handing_over: Callable[[], None]) -> None:
        if not firm.tells(letter.address):
            raise NotSent(f"Nothing is sent by {'SMS' if is_number(letter.address) else 'mail'}: see the settings.")
        if by_mail is not None and not is_number(letter.address):
            by_mail(letter, handing_over)
            return
        try:
            urls = _urls(SMS_URLS, SMS_URLS_FILE)
        except Refusal as fault:
            raise NotSent(str(fault)) from fault
        by_apprise(urls, letter, handing_over)

    return carry


def _urls(variable: str, name: str) -> list[str]:
    try:
        urls = secret(variable, name).split()
    except Unavailable as fault:
        raise Refusal(str(fault)) from fault
    if not urls:
        raise Refusal(f"Apprise has no addresses: put them into {variable} or into the file {name} (mode 600).")
    if variable == SMS_URLS and not all("{address}" in url for url in urls):
        raise Refusal(f"An address in {name} does not say {{address}}, where the client's number belongs.")
    return urls


def _mailing(firm: Firm) -> Transport:
    try:
        if firm.messages_by == "smtp":
            if not firm.mail_host or not firm.mail_from:
                raise Refusal("No mail server is set: dispatch settings --mail-host … --mail-from ….")
            return partial(_mail, firm, secret(PASSWORD, PASSWORD_FILE))
        if firm.messages_by == "apprise":
            return partial(by_apprise, _urls(URLS, URLS_FILE))
    except Unavailable as fault:
        raise Refusal(str(fault)) from fault
    raise Refusal("Messages are not sent: dispatch settings --messages-by smtp (or apprise).")


def _mail(firm: Firm, password: str, letter: Letter, handing_over: Callable[[], None]) -> None:
    """Plain text by SMTP, with its invitation as calendar programs look for it: beside the text, and as a file."""
    mail = EmailMessage()
    try:
        mail["From"], mail["To"] = firm.mail_from, letter.address
        mail["Subject"] = " ".join(letter.subject.split())
        mail["Date"] = formatdate(SystemClock().now())
        mail["Message-ID"] = f"<{letter.key}@{firm.mail_from.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated" if letter.answers is None else "auto-replied"
        if letter.answers:
            mail["In-Reply-To"] = mail["References"] = letter.answers
        mail.set_content(letter.text)
        if letter.invitation is not None:
            method, written = letter.invitation
            mail.add_alternative(written, subtype="calendar", params={"method": method})
            mail.add_attachment(written.encode(), maintype="application", subtype="ics", filename="invite.ics")
        if letter.attachment is not None:
            name, media, content = letter.attachment
            main, _, sub = media.partition("/")
            params = {"charset": "utf-8"} if main == "text" else {}
            mail.add_attachment(content, maintype=main, subtype=sub, filename=name, params=params)
        sent = mail.as_bytes(policy=mail.policy.clone(linesep="\r\n", cte_type="7bit"))
    except (ValueError, UnicodeError) as error:
        raise NotSent(f"It cannot be written as a mail: {error}.", final=True) from error
    handed = False
    try:
        server = _connection(firm, password)
        try:
            # step by step, so that it is known from where on the mail may have gone out
            _accepted(server.mail(firm.mail_from), firm.mail_host)
            _accepted(server.rcpt(letter.address), firm.mail_host)
            handing_over()
            handed = True
            answer = server.data(sent)
            handed = False
            _accepted(answer, firm.mail_host)
        finally:
            # what a server says to the farewell changes nothing
            with contextlib.suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()
    except smtplib.SMTPResponseException as error:
        raise _refused(error.smtp_code, error.smtp_error, firm.mail_host) from error
    except (OSError, smtplib.SMTPException) as error:
        why = f"{firm.mail_host}: {str(error)[:200] or type(error).__name__}."
        raise (Unsure(f"{why} It may have gone out") if handed else NotSent(why)) from error


def _connection(firm: Firm, password: str) -> smtplib.SMTP:
    if firm.mail_security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            firm.mail_host, firm.mail_port, timeout=SECONDS, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(firm.mail_host, firm.mail_port, timeout=SECONDS)
    try:
        if firm.mail_security == "starttls":
            server.starttls(context=ssl.create_default_context())
        server.ehlo_or_helo_if_needed()
        if firm.mail_user:
            server.login(firm.mail_user, password)
    except BaseException:
        server.close()
        raise
    return server


def by_apprise(urls: list[str], letter: Letter, handing_over: Callable[[], None]) -> None:
    """By every address of Apprise, as text; `{address}` in one of them stands for the client's."""
    if letter.attachment is not None or letter.answers is not None:
        what = "Answers to mails" if letter.attachment is None else "Papers"
        raise NotSent(f"{what} go by mail: Clients are told by smtp.", final=True)
    try:
        import apprise
    except ImportError:
        raise NotSent("Apprise is not installed: install dispatch-board with the extra notify.") from None
    from urllib.parse import quote

    carrier = apprise.Apprise()
    for url in urls:
        if not carrier.add(url.replace("{address}", quote(letter.address, safe="@"))):
            raise NotSent("Apprise does not know one of its addresses.", final=True)
    handing_over()
    if not carrier.notify(title=letter.subject, body=letter.text):
        raise NotSent("Apprise could not send it.")


def _accepted(answer: tuple[int, bytes], host: str) -> None:
    code, text = answer
    if not 200 <= code < 300:
        raise _refused(code, text, host)


def _refused(code: int, answer: bytes | str, host: str) -> NotSent:
    words = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return NotSent(f"{host} answered {code} {' '.join(words.split())[:200]}.", final=500 <= code < 600)
