"""How a person is named in a text (design/records.md, Erasing)."""

from __future__ import annotations

import re

_IN_ANY_CASE = ("mr", "mrs", "dr", "prof", "herr", "herrn", "frau", "mme", "mlle", "monsieur", "madame", "sra", "srta")
_AS_WRITTEN = ("Ms", "Miss", "Mx", "Hr", "M", "Sr", "Señor", "Señora", "Señorita", "Don", "Doña")
"""Salutations that are other words (or units) in small letters."""
_TITLES = rf"(?:(?:(?i:{'|'.join(_IN_ANY_CASE)})|{'|'.join(_AS_WRITTEN)})(?:\.\s*|\s+))+"
_SALUTATIONS = frozenset(word.casefold() for word in (*_IN_ANY_CASE, *_AS_WRITTEN))


def words_of_name(name: str) -> list[str]:
    """The words of a name, without the salutations before it."""
    words = re.findall(r"[^\s,;]+", name)
    while words and words[0].rstrip(".").casefold() in _SALUTATIONS:
        del words[0]
    return words


def named_by(name: str) -> list[str]:
    """Regular expressions that find where a text names somebody: the whole name in any case, turned around too; the surname behind
    a salutation or the initial; the first name before that of the surname. One word alone counts as it is written, where no
    salutation is part of the name. Empty: nothing of the name can be told from other words."""
    written = words_of_name(name)
    if not written:
        return []
    first, surname = [re.escape(word) for word in written[:-1]], re.escape(written[-1])
    capital = rf"(?:{surname}|{re.escape(written[-1].upper())})"
    between = rf"(?:(?i:{'|'.join(first)})\s+)*" if first else ""
    titled = rf"{_TITLES}{between}{capital}"
    if not first:
        alone = len(written[0]) > 2 and name.split() == written
        return [titled, capital] if alone else [titled]
    forename, initial = r"\s+".join(first), re.escape(written[0][0])
    return [
        titled,
        rf"(?i:{forename}\s+{surname}|{surname},?\s+{forename})",
        rf"{initial}(?:\.\s*|\s+){capital}",
        rf"{first[0]}\s+{re.escape(written[-1][0])}\.",
    ]


def single_words(name: str) -> list[str]:
    """Regular expressions for each word of a name from three letters on, as it is written: where such a word stands alone it may
    mean the person, or not."""
    return [re.escape(word) for word in words_of_name(name) if len(word) > 2]
