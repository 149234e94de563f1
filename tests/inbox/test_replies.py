"""What a reply says, what an HTML mail says, what a mail is, and whether its sender is who they say: without a server."""

from __future__ import annotations

import pytest

from dispatch.mail.html_text import text_of_html
from dispatch.mail.kinds import doubt_of
from dispatch.mail.reading import read_mail
from dispatch.mail.replies import above_quote, says

NAMES = "Harbor Dental J. Lowe"


@pytest.mark.parametrize(
    "text",
    [
        "Yes", "yes!", "Yes, please.", "Ok, thank you\n\nJ. Lowe\nHarbor Dental", "Ja, gerne. Danke", "Yes, that works for me.",
        "Sí, perfecto", "Oui, merci beaucoup", "OK see you then\n\nBest regards\nJ. Lowe", "Confirmed",
        "Ja, passt. Viele Grüße, J. Lowe",
    ],
)  # fmt: skip
def test_a_yes_is_a_yes(text: str) -> None:
    assert says(text, NAMES) == "yes"


@pytest.mark.parametrize(
    "text",
    [
        "", "Yes, but come at four", "Yes?", "ok 16:00 then", "Yes if you bring the toner", "Yes, not on Tuesday",
        "yesterday was better",
        "Who is this? yes", "I said yes to your colleague, now it is off", "Yes\n\nMax Other", "We will see",
    ],
)  # fmt: skip
def test_what_may_mean_anything_else_is_none(text: str) -> None:
    assert says(text, NAMES) == ""


@pytest.mark.parametrize("text", ["No", "no, sorry", "Nein danke", "Cancel it please", "No problem, yes"])
def test_a_no_is_a_no(text: str) -> None:
    assert says(text, NAMES) == "no"


@pytest.mark.parametrize(
    "below",
    [
        "On Tue, 24 Nov 2026 at 07:00, Columbus IT <office@columbus.example> wrote:\n> Ana comes",
        "On Tue, 24 Nov 2026 at 07:00, Columbus IT\n<office@columbus.example> wrote:\n> Ana comes",
        "Am 24.11.2026 um 07:00 schrieb Columbus IT:\n> Ana kommt",
        "Le mar. 24 nov. 2026 à 07:00, Columbus IT a écrit :\n> Ana",
        "-----Original Message-----\nFrom: x",
        "________________________________\nFrom: Columbus",
        "From: Columbus <office@columbus.example>\nSent: Tuesday\nSubject: Your appointment",
        "Von: Columbus <office@columbus.example>\nGesendet: Dienstag\nBetreff: Termin",
        "> Ana comes",
        "-- \nJ. Lowe",
        "Sent from my phone",
    ],
)
def test_what_is_quoted_is_not_said(below: str) -> None:
    assert above_quote(f"Yes\n\n{below}") == "Yes"
    assert above_quote(below) == ""


def test_a_page_is_read_as_a_person_sees_it() -> None:
    html = (
        "<div>Yes<br>please</div><div class='gmail_quote'>On Tue X wrote:<blockquote>No <p>two</blockquote></div>"
        "<style>no</style><script>no()</script><p hidden>no</p><p style='DISPLAY : none'>no</p><img src=x onerror=no>"
        "<table><tr><td>a<td>b</table>&lt;b&gt; &amp; &#65;"
    )
    text = text_of_html(html)
    assert above_quote(text) == "Yes\nplease"
    assert "no" not in text
    assert text.splitlines()[-2:] == ["a  b", "<b> & A"]
    assert [line for line in text.splitlines() if line.startswith(">")] == ["> No", "> two"]


@pytest.mark.parametrize(
    "html", ["<" * 5000, "<!--" + "x" * 99, "<div>" * 20_000 + "in", "<svg><p>no", "<![CDATA[x", "&#xfffffff;"]
)
def test_no_page_breaks_the_reader(html: str) -> None:
    assert isinstance(text_of_html(html), str)


RESULTS = {
    "mx.our.example; dmarc=pass header.from=pine.example": "",
    "mx.our.example; spf=fail smtp.mailfrom=x@pine.example; dkim=pass header.d=pine.example": "",
    "mx.our.example; spf=pass smtp.mailfrom=bounces.pine.example": "",
    "mx.our.example 1; spf=none; dkim=none": "does not vouch that it is from pine.example (spf none, dkim none)",
    "mx.our.example; dmarc=fail header.from=pine.example; spf=pass smtp.mailfrom=pine.example": "dmarc fail",
    "mx.our.example; spf=pass smtp.mailfrom=liar.example": "spf of another domain",
    "mx.our.example; dkim=pass header.d=notpine.example": "dkim of another domain",
    "mx.our.example; dmarc=pass header.from=liar.example": "dmarc of another domain",
    "mx.our.example; none": "it checked nothing",
    "mx.our.example; spf=fail (helo; dmarc=pass (dkim=pass header.d=pine.example); dmarc=pass)": "spf fail",
    'mx.our.example; spf=fail smtp.helo="; dmarc=pass header.from=pine.example; "': "spf fail",
    "other.example; dmarc=pass header.from=pine.example": "mx.our.example does not say",
    "": "mx.our.example does not say",
}


@pytest.mark.parametrize("said", RESULTS)
def test_only_the_word_of_our_own_server_counts(said: str) -> None:
    """A second header below ours, as a liar writes one, changes nothing."""
    lie = "Authentication-Results: mx.our.example; dmarc=pass header.from=pine.example\r\n" if said else ""
    header = f"Authentication-Results: {said}\r\n" if said else ""
    other = "" if said.startswith("other") else lie
    mail = read_mail(f"{header}{other}From: P <pia@pine.example>\r\nSubject: x\r\n\r\nx".encode())
    doubt = doubt_of(mail, "mx.our.example")
    assert RESULTS[said] in doubt
    assert bool(doubt) == bool(RESULTS[said])
    assert doubt_of(mail, "") == ""
