"""What the site has beside docs/: the pages that stand at the root of the project, the README as its first one.

Their links are those of the project's folder; here they lead to the pages of the site.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File

ROOT = Path(__file__).parent
PAGES = {
    "README.md": "index.md",
    "CHANGELOG.md": "CHANGELOG.md",
    "CONTRIBUTING.md": "CONTRIBUTING.md",
    "SECURITY.md": "SECURITY.md",
    "THIRD-PARTY.md": "THIRD-PARTY.md",
    "contrib/README.md": "contrib.md",
}
"""By their place in the project, their place on the site."""
_FOLDERS = {"docs": "README.md", "docs/design": "docs/design/README.md", "contrib": "contrib/README.md"}
"""The page that a link to a folder means."""
_LINK = re.compile(r"\[([^\]]*)\]\(([^)#:\s]+)(#[^)]*)?\)")


def on_files(files: Any, config: Any) -> Any:
    """Add the pages of the root."""
    for source, target in PAGES.items():
        text = as_on_site((ROOT / source).read_text(encoding="utf-8"), source)
        files.append(File.generated(config, target, content=text))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Turn the links of a page of docs/."""
    return markdown if page.file.generated_by else as_on_site(markdown, f"docs/{page.file.src_uri}")


def as_on_site(text: str, source: str) -> str:
    """A page of the project with its links as they are on the site; what is not on the site is no link there.

    Args:
        text: the page.
        source: its place in the project, such as `docs/design/README.md`.
    """
    here = posixpath.dirname(PAGES.get(source, source.removeprefix("docs/")))

    def turned(link: re.Match[str]) -> str:
        words, to, anchor = link.groups()
        target = posixpath.normpath(posixpath.join(posixpath.dirname(source), to))
        target = _FOLDERS.get(target, target)
        if target not in PAGES and not target.startswith("docs/"):
            return words
        place = PAGES.get(target, target.removeprefix("docs/"))
        return f"[{words}]({posixpath.relpath(place, here or '.')}{anchor or ''})"

    return _LINK.sub(turned, text)
