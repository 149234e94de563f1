"""Which template a new visit gets: the most particular of those that serve it.

A template that names the client goes before one that does not; then the one that names more of the visit's tags; then one
that names its kind. Where two are as particular, the first by name is taken. One template names nothing and serves
whatever no other does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dispatch.model.templates import Occasion, Template


@dataclass(frozen=True, slots=True)
class Chosen:
    """A template, why it is this one, and the others that would serve too, the most particular first."""

    template: Template
    why: str
    others: tuple[Template, ...] = ()


def serves(template: Template, occasion: Occasion) -> bool:
    """Whether everything that a template names is so: one of its clients, one of its kinds, all of its tags."""
    tags = {tag.casefold() for tag in occasion.tags}
    return (
        (not template.clients or occasion.client_id in template.clients)
        and (not template.kinds or occasion.kind in template.kinds)
        and all(tag.casefold() in tags for tag in template.tags)
    )


def choose(templates: Sequence[Template], occasion: Occasion) -> Chosen:
    """The template of a new visit.

    Raises:
        ValueError: none serves it; the desk sees to it that one always names nothing.
    """
    serving = sorted(
        (template for template in templates if not template.archived and serves(template, occasion)),
        key=lambda template: (*(-part for part in _particular(template)), template.name.casefold(), template.id),
    )
    if not serving:
        raise ValueError("no template serves the visit")
    first, *others = serving
    return Chosen(first, _why(first, others), tuple(others))


def scope_text(template: Template) -> str:
    """Which visits a template serves, but for the clients it names."""
    parts = []
    if template.kinds:
        parts.append(f"kind {' or '.join(template.kinds)}")
    if template.tags:
        parts.append(f"tag{'s' if len(template.tags) > 1 else ''} {' and '.join(template.tags)}")
    return ", ".join(parts)


def _particular(template: Template) -> tuple[int, int, int]:
    return int(bool(template.clients)), len(template.tags), int(bool(template.kinds))


def _why(first: Template, others: Sequence[Template]) -> str:
    if first.for_all:
        return "no other template serves it"
    named = ", ".join(part for part in ("the client" if first.clients else "", scope_text(first)) if part)
    tied = [other.name for other in others if _particular(other) == _particular(first)]
    return f"it names {named}" + (f"; {', '.join(tied)} would do as well, but comes later by name" if tied else "")
