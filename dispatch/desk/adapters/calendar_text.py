"""What calendar programs put into the texts of an event: a mark that it is cancelled, and HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_CANCELLED = re.compile(
    r"\s*(?:cancell?ed(?: event)?|abgesagt|annulée?|cancelad[oa]|annullat[oa]|geannuleerd"
    r"|avlyst|aflyst|avbrutt|peruttu|odwołan[eoy])\s*:\s*",
    re.IGNORECASE,
)
"""What Outlook and Google write before the summary of an event that was called off, in their languages."""
_MARKUP = re.compile(
    r"</?(?:html|body|p|br|div|span|a|b|i|u|em|strong|ul|ol|li|html-blob|font|table)\b[^>]*>", re.IGNORECASE
)
_BREAKS = frozenset({"br", "p", "div", "li", "tr", "ul", "ol", "table", "h1", "h2", "h3"})
_SILENT = frozenset({"style", "script", "head", "title"})


def without_cancelled(summary: str) -> tuple[str, bool]:
    """A summary without the mark that its event is cancelled, and whether it had one."""
    rest = _CANCELLED.sub("", summary, count=1) if (marked := _CANCELLED.match(summary)) else summary
    return rest, bool(marked)


def plain(text: str, *, markup: bool = False) -> str:
    """A description as text: of HTML only what is read, where it is `markup` for sure or has its tags (as Google's)."""
    if not (markup or _MARKUP.search(text)):
        return text.strip()
    reader = _Reader()
    reader.feed(text)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    """Keeps what of a page is read."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag in _BREAKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in ("p", "div", "li", "tr"):
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)
