"""`mail_dns domain`: what other mail servers look up of a domain: MX, SPF, DMARC, and DKIM by its selectors.

RFC 5321 5.1, RFC 7505 (no mail), RFC 7208 (SPF), RFC 7489 (DMARC), RFC 6376 (DKIM).
"""

from __future__ import annotations

import re

from dispatch.closeout.probes.deadline import Deadline, ProbeFault, Seen, received
from dispatch.closeout.probes.dns_lookup import records_of
from dispatch.closeout.probes.vantage import Dialer
from dispatch.model.probes import Probe


def run(probe: Probe, dialer: Dialer, deadline: Deadline, now: int) -> Seen:
    """What was seen. Raises ProbeFault, OSError."""

    def texts(name: str) -> list[str]:
        # a text record in several parts is read as one
        return [re.sub(r'" ?"', "", text).strip('"') for text in records_of(name, "TXT", probe, dialer, deadline)]

    domain = probe.query
    seen: list[str] = []
    wrong: list[str] = []
    servers = [record.split()[-1].rstrip(".") for record in records_of(domain, "MX", probe, dialer, deadline)]
    if not servers:
        wrong.append("no MX record")
    elif servers == [""]:
        wrong.append("the MX record says that it takes no mail")
    else:
        seen.append(f"MX {received(servers[0])}" + (f" and {len(servers) - 1} more" if len(servers) > 1 else ""))
    _spf([text for text in texts(domain) if text.casefold().split(" ")[0] == "v=spf1"], seen, wrong)
    _dmarc([text for text in texts(f"_dmarc.{domain}") if text.casefold().startswith("v=dmarc1")], seen, wrong)
    for selector in filter(None, (part.strip() for part in probe.dkim.split(","))):
        keys = [text for text in texts(f"{selector}._domainkey.{domain}") if re.search(r"(^|;)\s*p=[^;\s]", text)]
        if keys:
            seen.append(f"DKIM {selector}")
        else:
            wrong.append(f"no DKIM key {selector}")
    if wrong:
        raise ProbeFault("; ".join(wrong) + (f" ({', '.join(seen)})" if seen else ""))
    return Seen(", ".join(seen))


def _spf(records: list[str], seen: list[str], wrong: list[str]) -> None:
    if len(records) != 1:
        wrong.append("no SPF record" if not records else f"{len(records)} SPF records, of which none counts")
        return
    ends = re.search(r"(?:^|\s)([-~?+]?)all(?:\s|$)", records[0], re.IGNORECASE)
    if ends is not None and ends[1] in ("+", ""):
        wrong.append("SPF lets anybody send (+all)")
    elif ends is None and "redirect=" not in records[0].casefold():
        wrong.append("SPF has no end (-all)")
    else:
        seen.append(f"SPF {ends[0].strip()}" if ends is not None else "SPF by another domain")


def _dmarc(records: list[str], seen: list[str], wrong: list[str]) -> None:
    policy = re.search(r";\s*p\s*=\s*(none|quarantine|reject)\b", records[0], re.IGNORECASE) if records else None
    if len(records) != 1 or policy is None:
        wrong.append("no DMARC record" if not records else "DMARC has no policy that counts")
    else:
        seen.append(f"DMARC {policy[1].casefold()}" + (" (only watched)" if policy[1].casefold() == "none" else ""))
