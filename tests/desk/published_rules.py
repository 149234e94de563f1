"""The rules of EN 16931 for UBL as the European Commission publishes them (tests/data/en16931): a Schematron of XPath."""

from __future__ import annotations

import gzip
import io
import xml.etree.ElementTree as ET
from functools import cache
from typing import Any, NamedTuple

from elementpath import XPath2Parser, XPathContext, get_node_tree

from tests.worked import DATA

_SCHEMATRON = "{http://purl.oclc.org/dsdl/schematron}"


class Rule(NamedTuple):
    """What holds for the elements of a context: each assertion by its id."""

    context: Any
    asserts: tuple[tuple[str, Any], ...]


def faults(document: bytes) -> list[str]:
    """The rules that a document breaks, as often as it does."""
    namespaces, patterns = _published()
    root = get_node_tree(ET.parse(io.BytesIO(document)), namespaces=namespaces)
    broken = []
    for pattern in patterns:
        judged: set[Any] = set()
        for rule in pattern:
            # of a pattern only the first rule counts whose context an element is in
            found = [
                node for node in rule.context.select(XPathContext(root, namespaces=namespaces)) if node not in judged
            ]
            judged.update(found)
            broken += [
                name
                for node in found
                for name, holds in rule.asserts
                if not holds.evaluate(XPathContext(root, item=node, namespaces=namespaces))
            ]
    return broken


@cache
def _published() -> tuple[dict[str, str], list[list[Rule]]]:
    """The namespaces, and of each pattern its rules."""
    with gzip.open(DATA / "en16931" / "EN16931-UBL-validation.sch.gz") as file:
        root = ET.parse(file).getroot()
    namespaces = {one.attrib["prefix"]: one.attrib["uri"] for one in root.iter(f"{_SCHEMATRON}ns")}
    parser = XPath2Parser(namespaces=namespaces)
    return namespaces, [
        [
            Rule(
                parser.parse(_anywhere(rule.attrib["context"])),
                tuple(
                    (one.attrib["id"], parser.parse(f"boolean({one.attrib['test']})"))
                    for one in rule.iter(f"{_SCHEMATRON}assert")
                ),
            )
            for rule in pattern.iter(f"{_SCHEMATRON}rule")
        ]
        for pattern in root.iter(f"{_SCHEMATRON}pattern")
    ]


def _anywhere(context: str) -> str:
    """A context matches wherever it stands in the document."""
    ways = (way.strip() for way in context.split("|"))
    return " | ".join(way if way.startswith("/") else f"//{way}" for way in ways)
