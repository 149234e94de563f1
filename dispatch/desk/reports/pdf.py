"""A paper as PDF, set from its page by WeasyPrint (the extra `pdf`), which needs Pango on the machine. Nothing is fetched."""

from __future__ import annotations

import logging
from typing import Any

from dispatch.desk.reports.document import Report
from dispatch.desk.reports.pages import as_html
from dispatch.desk.session.refusals import Refusal
from dispatch.model.text import show

NEEDS_EXTRA = "A PDF needs the extra `pdf`: pipx install '.[pdf]'. A page (.html) can be printed without it."
NEEDS_PANGO = (
    "A PDF needs Pango on this machine, on Debian and Ubuntu: apt install libpango-1.0-0 libpangoft2-1.0-0 fonts-dejavu-core. "
    "A page (.html) can be printed without it."
)


class NoPdf(Refusal):
    """No PDF can be set on this machine."""


def as_pdf(report: Report) -> bytes:
    """The report as PDF, on the sheet that the firm has set.

    Raises:
        NoPdf: the extra or Pango is missing.
        Refusal: a template of the firm cannot be used, or asks for something from elsewhere.
    """
    page = as_html(report)
    try:
        import weasyprint
    except ImportError:
        raise NoPdf(NEEDS_EXTRA) from None
    except OSError:
        raise NoPdf(NEEDS_PANGO) from None
    asked: list[str] = []

    class OnlyData(weasyprint.urls.URLFetcher):  # type: ignore[misc]
        """Gives what stands in the page itself, and notes what else is asked for."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            if not url.startswith("data:"):
                asked.append(url)
                raise ValueError("nothing is fetched")
            return super().fetch(url, headers)

    # it says of every declaration that it does not know that it does not know it
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    fetcher = OnlyData(allowed_protocols=("data",))
    sheet = weasyprint.CSS(string=f"@page {{ size: {report.letterhead.sheet} }}")
    set_out = weasyprint.HTML(string=page, url_fetcher=fetcher).render(stylesheets=[sheet])
    if asked:
        raise Refusal(
            f"A template asks for {show(asked[0], 160)}, and nothing is fetched: it has to stand in the page itself (data:). "
            "Nothing was written."
        )
    written: bytes = set_out.write_pdf()
    return written
