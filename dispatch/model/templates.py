"""Templates of checklists: items before they belong to a visit, and the visits that a template serves (design/close-out.md C1)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dispatch.model.checklists import Asks, ItemKind, Phase
from dispatch.model.probes import UNTESTED, Tested

PHASE_LETTERS = {"A": Phase.ARRIVE, "W": Phase.WORK, "T": Phase.TEST, "L": Phase.LEAVE}
"""An item's id begins with the letter of its phase."""


class Each(StrEnum):
    """For what a visit gets an item of its own: once, for each thing that was requested, for each service of the site."""

    ONCE = ""
    REQUEST = "request"
    SERVICE = "service"


class On(StrEnum):
    """What a condition looks at: a tag of the visit, a service of the site, the name of a test target of the site."""

    TAG = "tag"
    SERVICE = "service"
    TARGET = "target"


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that must be there for a visit to get an item."""

    on: On
    name: str

    @property
    def text(self) -> str:
        """As it is typed: `tag server`."""
        return f"{self.on} {self.name}"


@dataclass(frozen=True, slots=True)
class TemplateItem:
    """An item of a template. `when` empty: every visit gets it; else those of which any of the conditions holds."""

    ref: str
    kind: ItemKind
    label: str
    required: bool = True
    na_allowed: bool = False
    override_allowed: bool = True
    when: tuple[Condition, ...] = ()
    each: Each = Each.ONCE
    tested: Tested = UNTESTED
    evidence: Asks | None = None
    """What settles a test; None: a run where a target of the site can be reached, else words (design/close-out.md C5a)."""

    findings: bool = False
    """Whether findings settle it, or a word that nothing was found (design/close-out.md C5b)."""

    @property
    def phase(self) -> Phase:
        """The part of the stay that its id names."""
        return PHASE_LETTERS[self.ref[0]]


@dataclass(frozen=True, slots=True)
class Template:
    """Items, and the visits that get them: of one of `kinds`, with all of `tags`, at one of `clients`; empty: any.

    `number` counts its wordings from 1 on, one with each save; `version` is the record's, which archiving raises too.
    """

    name: str
    items: tuple[TemplateItem, ...]
    kinds: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    clients: tuple[int, ...] = ()
    """Ids of clients."""
    id: int = 0
    number: int = 1
    version: int = 1
    archived: bool = False

    @property
    def for_all(self) -> bool:
        """Whether it serves every visit that no other template does."""
        return not (self.kinds or self.tags or self.clients)


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a new visit is chosen a template by, and its items.

    `services` and `targets` are names at the site: what people work with there, and what may be tested.
    """

    kind: str = "visit"
    client_id: int = 0
    tags: frozenset[str] = frozenset()
    services: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
