"""Which site a text of a calendar speaks of: by its address, by its client's name, by its own name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from db.names import folded
from dispatch.model.clients import Client, Site

_WORD = re.compile(r"\w+")
_STREET = 2
"""An address is looked for by its first line, if that has so many words and a number."""


@dataclass(frozen=True, slots=True)
class _Phrase:
    """Words that stand for some sites. `kind` is `address`, `client` or `site`."""

    words: tuple[str, ...]
    kind: str
    sites: frozenset[int]


class Places:
    """The sites, to be found in what people write into a calendar.

    A site is named by the first line of its address, or by its client's name, then by its own among the client's; its
    own name alone is enough where nothing else is named and only one site is called so. Words count whole, without
    case or punctuation; of two names where one holds the other, the longer one is meant.
    """

    def __init__(self, clients: Iterable[Client], sites: Sequence[Site]) -> None:
        self._phrases: dict[str, list[_Phrase]] = {}
        of_client: dict[int, set[int]] = {}
        streets: dict[tuple[str, ...], set[int]] = {}
        names: dict[tuple[str, ...], set[int]] = {}
        for site in sites:
            of_client.setdefault(site.client_id, set()).add(site.id)
            street = _words(site.address.split(",")[0])
            if len(street) >= _STREET and any(word.isdecimal() for word in street):
                streets.setdefault(street, set()).add(site.id)
            names.setdefault(_words(site.name), set()).add(site.id)
        called = {_words(client.name): of_client.get(client.id, set()) for client in clients}
        for kind, known in (("address", streets), ("client", called), ("site", names)):
            for words, meant in known.items():
                if words and meant:
                    self._phrases.setdefault(words[0], []).append(_Phrase(words, kind, frozenset(meant)))

    def named(self, *texts: str) -> frozenset[int]:
        """The ids of the sites that the texts may mean: one where they are clear, none where they say nothing.

        The texts have to agree; where they name different places all of those are returned.
        """
        all_hits = [hits for text in texts if (hits := self._hits(text))]
        clear = [sites for hits in all_hits if (sites := _strong(hits))]
        own = [hits["site"] for hits in all_hits if "site" in hits]
        if not clear:
            return _agreed(own)
        # among several sites of one client, or of one address, the name of the site decides
        for names in own:
            clear = [(sites & names) or sites for sites in clear]
        return _agreed(clear)

    def _hits(self, text: str) -> dict[str, frozenset[int]]:
        """The sites that each kind of phrase in the text stands for."""
        spans = list(self._spans(_words(text)))
        hits: dict[str, frozenset[int]] = {}
        for start, end, phrase in spans:
            inside = any(
                other is not phrase and other.kind == phrase.kind and first <= start and end <= last
                and (first, last) != (start, end)
                for first, last, other in spans
            )  # fmt: skip
            if not inside:
                hits[phrase.kind] = hits.get(phrase.kind, frozenset()) | phrase.sites
        return hits

    def _spans(self, words: tuple[str, ...]) -> Iterator[tuple[int, int, _Phrase]]:
        for start, word in enumerate(words):
            for phrase in self._phrases.get(word, ()):
                end = start + len(phrase.words)
                if words[start:end] == phrase.words:
                    yield start, end, phrase


def _strong(hits: Mapping[str, frozenset[int]]) -> frozenset[int]:
    """What address and client's name say together."""
    address, client = hits.get("address", frozenset()), hits.get("client", frozenset())
    return (address & client) or (address | client)


def _agreed(sets: Sequence[frozenset[int]]) -> frozenset[int]:
    """What all of them hold; where they have nothing in common, what any of them holds."""
    everything: frozenset[int] = frozenset()
    return (frozenset.intersection(*sets) if sets else everything) or everything.union(*sets)


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(folded(text)))
