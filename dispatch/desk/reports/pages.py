"""A paper as a page of HTML, by templates: those of `papers/`, or the firm's own in their place.

Whatever people typed stays text, in the firm's own templates too: what a template prints is escaped, and nothing can be marked as
safe. The page around it (`page.html`, with the policy that lets nothing run and fetches nothing) is not replaced.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dispatch.desk.reports.document import Report, number_columns, short_columns, words
from dispatch.desk.session.refusals import Refusal
from dispatch.model.languages import speaking
from dispatch.model.text import show

if TYPE_CHECKING:
    from jinja2 import Environment

SHIPPED = Path(__file__).with_name("papers")
"""The templates that the program has."""
_LONG_WORD = re.compile(r"\S{28}(?=\S)")


def html_text(text: str) -> str:
    """Text for HTML between tags. Words too long for a column may be broken, so that no table grows wider than the sheet."""
    # what `show` returns has no NUL
    parts = _LONG_WORD.sub("\\g<0>\0", show(text, multiline=True)).split("\0")
    return "<wbr>".join(html.escape(part) for part in parts)


def as_html(report: Report) -> str:
    """The report as a page of its own, to be read or printed.

    Raises:
        Refusal: a template of the firm cannot be used; it says which line of which.
    """
    with speaking(report.language):
        return _page(report)


def _page(report: Report) -> str:
    head = report.letterhead
    own = _environment(head.templates)
    values = {"paper": report, "head": head}
    try:
        style = own.get_template("paper.css").render(values)
        body = own.select_template([f"{report.kind}.html", "paper.html"]).render(values)
    except Exception as error:  # a template of a firm may do anything wrong that a program can
        if not head.templates:
            raise
        raise _refused(error, Path(head.templates)) from error
    from markupsafe import Markup

    page = _environment("").get_template("page.html")
    return page.render(values, style=Markup(style), body=Markup(body)) + "\n"


@lru_cache(maxsize=4)
def _environment(folder: str) -> Environment:
    """The templates of a folder over those of the program, which are `shipped/NAME` as well: to build upon."""
    from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    shipped = FileSystemLoader(SHIPPED)
    loaders = [*([FileSystemLoader(folder)] if folder else []), shipped, PrefixLoader({"shipped": shipped})]
    environment = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printed,
        trim_blocks=True,
        lstrip_blocks=True,
        # a template that comes into the folder counts from then on
        cache_size=0 if folder else 100,
    )
    # what makes markup of a text by itself would let it by `show`
    for name in ("safe", "forceescape", "tojson", "urlize", "xmlattr"):
        del environment.filters[name]
    environment.filters |= dict.fromkeys(("e", "escape", "plain"), _plain)
    environment.globals |= {"number_columns": number_columns, "short_columns": short_columns}
    return environment


def _printed(value: Any) -> Any:
    """What a template prints: markup that macros made as it is, everything else as text."""
    from markupsafe import Markup

    return value if isinstance(value, Markup) else Markup(html_text(words(value)))


def _plain(value: Any) -> Any:
    """Text for an attribute: no word of it is broken."""
    from markupsafe import Markup

    return Markup(html.escape(show(words(value))))


def _refused(error: Exception, folder: Path) -> Refusal:
    """Why a template cannot be used, with the file and the line where it went wrong last."""
    from jinja2 import TemplateSyntaxError

    name, line = getattr(error, "filename", None), getattr(error, "lineno", None)
    if not isinstance(error, TemplateSyntaxError):
        name, line, trace = None, None, error.__traceback__
        while trace is not None:
            if Path(trace.tb_frame.f_code.co_filename).parent in (folder, SHIPPED):
                name, line = trace.tb_frame.f_code.co_filename, trace.tb_lineno
            trace = trace.tb_next
    where = f"{name or folder}, line {line}" if line else str(name or folder)
    what = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return Refusal(
        f"The template {show(where, 160)} cannot be used: {show(what, 200).rstrip('.')}. Nothing was written."
    )
