"""What several columns of a file are together: an address, the name of a person (design/records.md, Imports)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from dispatch.desk.files.columns import POSTCODE, Parts

_STREET, _NUMBER, _SUFFIX, _MORE, _TOWN, _REGION = "street", "number", "suffix", "more", "town", "region"
_DOOR = (_STREET, _NUMBER, _SUFFIX, _MORE)
_ADDRESS_PARTS = {
    _STREET: (
        "street", "streetaddress", "street1", "streetaddress1", "addressline1", "address1", "addressstreet", "streetname",
        "street/no.", "address", "straße", "strasse", "straßeundhausnummer", "straße/hausnummer", "straßehausnummer",
        "straße1", "adresse1", "adresse", "anschrift", "rue", "voie", "calle", "domicilio", "dirección", "direccion",
        "straat", "straatnaam", "adres", "bezoekadres", "via", "indirizzo",
    ),
    _NUMBER: (
        "hausnummer", "hausnr.", "hausnr", "housenumber", "streetnumber", "numéro", "número", "numero",
        "huisnummer", "huisnr.", "huisnr", "numerocivico", "civico", "n.civico",
    ),
    _SUFFIX: (
        "suffix", "housenumbersuffix", "toevoeging", "huisnummertoevoeging", "huisletter", "hausnummerzusatz",
    ),
    _MORE: (
        "street2", "streetaddress2", "addressline2", "address2", "suite", "unit", "zusatz", "adresszusatz", "adresse2",
        "complémentd'adresse",
    ),
    POSTCODE: (
        "zip", "zipcode", "zip/postalcode", "zippostalcode", "postalcode", "postcode", "plz", "postleitzahl",
        "codepostal", "códigopostal", "codigopostal", "cp", "cap",
    ),
    _TOWN: (
        "city", "town", "locality", "ort", "stadt", "wohnort", "ville", "commune", "ciudad", "localidad", "población",
        "plaats", "woonplaats", "plaatsnaam", "stad", "città", "citta", "comune", "località",
    ),
    _REGION: (
        "state", "state/region", "state/province", "stateprovince", "stateorprovince", "province", "region", "provincia",
        "bundesland", "provincie",
    ),
}  # fmt: skip
_FIRST, _MIDDLE, _LAST = "first", "middle", "last"
_NAME_PARTS = {
    _FIRST: ("firstname", "givenname", "vorname", "prénom", "prenom", "nombre", "voornaam", "nome"),
    _MIDDLE: ("middlename", "additionalname", "tussenvoegsel", "tussenvoegsels", "voorvoegsel", "secondonome"),
    _LAST: (
        "lastname", "surname", "familyname", "nachname", "familienname", "achternaam", "cognome", "name", "nom", "apellidos",
        "apellido", "naam",
    ),
}  # fmt: skip
_WORK = ("business", "company", "work", "main", "mailing", "firma", "po", "address1", "contact")
_BILLED = ("billing", "billto", "bill", "rechnungs", "rechnung", "invoice", "facturation", "factuur")
_SERVED = ("service", "property", "serviceaddress", "site", "location", "shipping", "shipto", "jobsite", "sa", "liefer")


_BESIDE = {
    (POSTCODE, _TOWN), (_REGION, POSTCODE), (_STREET, _NUMBER), (_NUMBER, _STREET), (_SUFFIX, _STREET),
}  # fmt: skip
"""10115 Berlin, OH 43215 and Hauptstraße 5 belong together."""


def _address(parts: Sequence[tuple[str, str]]) -> str:
    """An address on one line: the street, then the others in the order of the file. What another part says already is left out."""
    text, before = "", ""
    said_of = dict(parts)
    for part, said in sorted(parts, key=lambda one: one[0] not in _DOOR):
        if _stands_in(text, part, said_of):
            continue
        between = " " if (before, part) in _BESIDE else ", "
        if part == _SUFFIX and before in (_STREET, _NUMBER):
            between = " " if said[0].isalpha() else "-" if said[0].isdigit() else ""
        text += f"{between if text else ''}{said}"
        before = part
    return text


def _stands_in(text: str, part: str, said_of: Mapping[str, str]) -> bool:
    """Whether an address says a part already: not by a word of the street, as 12 Columbus Ave and Straße des 17. Juni have."""
    pieces = [" ".join(piece.split()) for piece in text.casefold().split(",")]
    said = re.escape(" ".join(said_of[part].casefold().split()))
    if part == _STREET:
        return False
    if part == _NUMBER:
        door = " ".join(said_of.get(_STREET, "").casefold().split(",")[0].split())
        suffix = re.escape(said_of.get(_SUFFIX, "").casefold())
        return re.search(rf"^{said}(?!\S)|(?<![^\s.]){said}(?:[ /-]?{suffix})?$", door) is not None
    if part == _SUFFIX:
        return re.search(rf"[0-9]{' ?' if said[0].isalpha() else '[ /-]'}{said}$", text.casefold()) is not None
    if part == _MORE:
        return any(re.search(rf"(?<!\S){said}$", piece) for piece in pieces)
    place = "|".join(
        re.escape(" ".join(other.casefold().split()))
        for one, other in sorted(said_of.items(), key=lambda item: -len(item[1]))
        if one not in _DOOR
    )
    # D-10115 Berlin, Columbus OH 43215
    whole = re.compile(rf"(?:(?:[a-z]{{1,2}}-(?=[0-9]))?(?:{place})(?!\w) ?)+")
    return any(re.search(rf"(?<!\w){said}(?!\w)", piece) for piece in pieces if whole.fullmatch(piece))


def _person(parts: Sequence[tuple[str, str]]) -> str:
    """A name as it is said, the first name first, the last name last."""
    said = dict(parts)
    return " ".join(said[part] for part in (_FIRST, _MIDDLE, _LAST) if part in said)


def _addresses(*before: str) -> Parts:
    needs = ((_STREET,), (_TOWN, POSTCODE, _REGION, _NUMBER, _MORE))
    return Parts(_ADDRESS_PARTS, before, needs, _address, {_SUFFIX: _NUMBER}, (_STREET, POSTCODE))


_PERSON = Parts(_NAME_PARTS, ("", "contact", "primarycontact", "maincontact"), ((_FIRST,), (_LAST,)), _person)
TOGETHER: Mapping[str, Mapping[str, Parts]] = {
    "clients": {"contact": _PERSON, "billing_address": _addresses(*_BILLED, "", *_WORK, *_SERVED, "home")},
    "sites": {"address": _addresses(*_SERVED, "", *_WORK, *_BILLED, "home")},
    "technicians": {"name": _PERSON, "start_address": _addresses("home", "", "address1")},
}
INSTEAD = {
    kind: {"client": ("contact", _PERSON)} for kind in ("clients", "sites", "equipment", "visits", "remote-work")
}
