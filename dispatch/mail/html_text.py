"""The text of an HTML mail: what a reader would see of it, and nothing that could act. Nothing is fetched."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_UNSEEN = frozenset({"script", "style", "head", "title", "template", "noscript", "object", "svg", "select", "textarea"})


def words_of(text: str) -> frozenset[str]:
    """Words between blanks."""
    return frozenset(text.split())


_LINES = words_of(
    """
    address article aside blockquote br center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5
    h6 header hr li main nav ol p pre section table tr ul
    """
)
_EMPTY = words_of(
    """
    area base br col embed hr img input link meta param source track wbr
    """
)
_QUOTES = re.compile(r"\b(gmail_quote|yahoo_quoted|moz-cite-prefix|divRplyFwdMsg|appendonsend|OutlookMessageHeader)\b")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|mso-hide\s*:\s*all", re.IGNORECASE)
QUOTE_LINE = "-----Original Message-----"
"""Stands where a mail program begins what it quotes."""


class _PageReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = [""]
        self._unseen: list[str] = []
        self._quoted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._unseen:
            if tag not in _EMPTY:
                self._unseen.append(tag)
            return
        given = {name: value or "" for name, value in attrs}
        if tag in _UNSEEN or "hidden" in given or _HIDDEN.search(given.get("style", "")):
            if tag not in _EMPTY:
                self._unseen.append(tag)
            return
        if tag in _LINES:
            self._new_line()
        if _QUOTES.search(f"{given.get('class', '')} {given.get('id', '')}"):
            self.lines += [QUOTE_LINE, ""]
        if tag == "blockquote":
            self._quoted += 1
        if tag == "li":
            self.lines[-1] += "- "
        if tag in ("td", "th") and self.lines[-1].strip():
            self.lines[-1] += "  "

    def handle_endtag(self, tag: str) -> None:
        if self._unseen:
            if tag in self._unseen:  # what was left open in it ends with it
                del self._unseen[len(self._unseen) - 1 - self._unseen[::-1].index(tag) :]
            return
        if tag == "blockquote":
            self._quoted = max(0, self._quoted - 1)
        if tag in _LINES:
            self._new_line()

    def handle_data(self, data: str) -> None:
        if self._unseen:
            return
        words = re.sub(r"\s+", " ", data)
        if self._quoted and not self.lines[-1]:
            self.lines[-1] = "> "
        if self.lines[-1] in ("", "> ") or self.lines[-1].endswith(" "):
            words = words.lstrip(" ")
        self.lines[-1] += words

    def _new_line(self) -> None:
        if self.lines[-1].strip("> "):
            self.lines.append("")
        else:
            self.lines[-1] = ""


def text_of_html(html: str) -> str:
    """The text of a page of HTML, a line for each block; what is quoted begins with `>`. It never fails."""
    reader = _PageReader()
    reader.feed(html)
    reader.close()
    return "\n".join(line.rstrip() for line in reader.lines).strip()
