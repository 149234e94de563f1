"""What other programs, and other languages, call our columns: the likeliest name first; what several columns are together; and what
the cells of a column look like whose name says nothing (design/records.md, Imports)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from dispatch.desk.files.as_written import is_day
from dispatch.desk.files.columns import POSTCODE, KnownNames, Parts

_CLIENT = (
    "client name", "customer", "customer name", "customer full name", "customer display name", "company", "company name",
    "account", "account name", "organization", "organization name", "organisation", "contact name", "kunde",
    "kundenname", "firma", "firmenname", "unternehmen", "societe", "société", "entreprise", "cliente", "empresa",
    "raison sociale", "nom du client", "dénomination", "razón social", "nombre fiscal", "nombre comercial", "nombre del cliente",
    "nombre", "nom",
)  # fmt: skip
_PHONE = (
    "telephone", "phone number", "phone numbers", "phone 1 - value", "main phone", "business phone", "company main phone",
    "office phone", "telefon", "telefonnummer", "tel", "tel.", "téléphone", "teléfono", "mobile", "mobile phone", "portable",
    "móvil", "n° de téléphone", "numéro de téléphone",
)  # fmt: skip
_EMAIL = (
    "e-mail address", "email address", "e-mail 1 - value", "main email", "emailaddress", "mail", "e-mail", "e-mail-adresse",
    "courriel", "correo", "correo electrónico", "adresse e-mail", "adresse mail",
)  # fmt: skip
_SITE = (
    "site name",
    "location",
    "location name",
    "branch",
    "standort",
    "filiale",
    "emplacement",
    "lieu",
    "sede",
    "sitio",
    "centro",
    "niederlassung",
    "établissement",
    "agence",
    "delegación",
)
_ADDRESS = (
    "full address",
    "site address",
    "street address",
    "street",
    "anschrift",
    "adresse",
    "dirección",
    "direccion",
)
_NOTES = (
    "note",
    "comments",
    "comment",
    "notiz",
    "notizen",
    "bemerkung",
    "bemerkungen",
    "remarques",
    "remarque",
    "notas",
    "observations",
    "observaciones",
)
_SKILLS = (
    "skill",
    "certifications",
    "fähigkeiten",
    "kenntnisse",
    "compétences",
    "compétence",
    "habilidades",
    "competencias",
    "especialidad",
    "qualifikation",
    "qualifikationen",
    "cualificación",
)

_DESCRIPTION = ("details", "beschreibung", "description détaillée", "détails", "descripción")
_DURATION = (
    "durée",
    "durée (min)",
    "durée estimée",
    "duración",
    "duración (min)",
    "dauer (min)",
    "geplante dauer",
    "tiempo estimado",
)
_HOURS = (
    "estimated hours",
    "est. hours",
    "est hours",
    "expected hours",
    "planned hours",
    "budget hours",
    "hours",
    "hours actual",
    "hours worked",
    "worked hours",
    "stunden",
    "heures",
    "horas",
    "duration (h)",
    "duration (hours)",
    "dauer (std.)",
    "dauer (h)",
    "dauer (stunden)",
    "durée (h)",
    "durée (heures)",
    "duración (h)",
    "duración (horas)",
)
_OTHERS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "clients": {
        "client": (*_CLIENT, "name"),
        "contact": (
            "primary contact", "main contact", "contact person", "ansprechpartner", "kontakt", "interlocuteur",
            "personne de contact", "contacto", "persona de contacto", "full name",
        ),
        "phone": _PHONE,
        "email": _EMAIL,
        "tax_id": (
            "tax number", "vat number", "vat id", "ust-idnr.", "ust-idnr", "ust-id", "numéro de tva", "n° de tva", "n° tva",
            "nif", "cif",
        ),
        "billing_address": ("billing address", "bill to", "rechnungsadresse", "adresse de facturation", *_ADDRESS),
        "country": (
            "country/region", "land", "pays", "país", "pais", "billing country", "business country/region",
            "pocountry",
        ),
        "agreement_starts": (
            "contract start", "contract starts", "contract start date", "vertragsbeginn", "début du contrat",
            "inicio del contrato",
        ),
        "agreement_ends": (
            "contract end", "contract ends", "contract end date", "vertragsende", "fin du contrat",
            "fin del contrato",
        ),
        "payment_days": ("payment terms days", "due days", "zahlungsziel"),
        "computers": ("workstations", "pcs", "arbeitsplätze", "postes", "postes de travail", "ordenadores"),
        "servers": ("server", "serveurs", "servidores"),
        "users": ("seats", "employees", "mitarbeiter", "benutzer", "utilisateurs", "usuarios"),
        "notes": _NOTES,
    },
    "sites": {
        "client": _CLIENT,
        "site": (*_SITE, "name"),
        "address": _ADDRESS,
        "lat": ("latitude", "breitengrad", "breite", "latitud"),
        "lon": ("lng", "long", "longitude", "längengrad", "länge", "longitud"),
        "access_from": (
            "open from", "opens", "opens at", "geöffnet von", "öffnet", "zugang von", "ouverture", "apertura",
        ),
        "access_to": (
            "open to", "open until", "closes", "closes at", "geöffnet bis", "schließt", "zugang bis", "fermeture",
            "cierre",
        ),
        "access_notes": ("access", "zugang", "accès", "code d'accès", "acceso", *_NOTES),
        "services": ("service", "dienste", "leistungen", "servicios"),
    },
    "equipment": {
        "client": _CLIENT,
        "site": _SITE,
        "name": (
            "configuration name", "configuration item", "asset name", "asset", "device name", "device", "hostname",
            "computer name", "friendly name", "gerätename", "gerät", "bezeichnung", "nom de l'appareil", "appareil",
            "équipement", "nombre del equipo", "equipo", "dispositivo",
        ),
        "kind": (
            "configuration type", "asset type", "device type", "type", "category", "typ", "gerätetyp", "art", "kategorie",
            "type d'appareil", "catégorie", "tipo", "categoría",
        ),
        "role": ("purpose", "function", "rolle", "zweck", "funktion", "rôle", "fonction", "función", "uso"),
        "maker": (
            "model", "manufacturer", "make", "product", "hersteller", "modell", "fabricant", "modèle", "fabricante",
            "modelo",
        ),
        "serial": (
            "serial number", "serial no", "serial no.", "s/n", "service tag", "seriennummer", "seriennr.", "seriennr",
            "numéro de série", "n° de série", "número de serie", "nº de serie",
        ),
        "address": (
            "ip address", "ip", "ip addresses", "management ip", "default ip", "host", "ip-adresse", "adresse ip",
            "dirección ip",
        ),
        "warranty_ends": (
            "warranty expiration", "warranty expiration date", "warranty expires", "warranty expiry", "warranty end",
            "warranty end date", "warranty until", "contract ends", "garantie bis", "garantieende", "garantie ende",
            "fin de garantie", "garantie jusqu'au", "fin de garantía", "garantía hasta",
        ),
        "certificate_ends": (
            "certificate expiration", "certificate expires", "certificate expiry", "ssl expires", "zertifikat bis",
            "zertifikat gültig bis", "fin du certificat", "expiration du certificat", "fin del certificado",
            "certificado hasta",
        ),
        "note": _NOTES,
    },
    "technicians": {
        "name": (
            "technician", "full name", "employee", "resource", "employee name", "technician name", "engineer",
            "engineer name", "resource name", "staff name", "staff member", "field worker", "techniker", "techniker name",
            "monteur", "mitarbeiter", "technicien", "técnico", "nom", "nom complet", "nombre", "nombre completo",
            "empleado", "trabajador", "operario", "employé", "salarié",
        ),
        "login": ("user", "username", "user name", "benutzer", "benutzername", "identifiant", "utilisateur", "usuario"),
        "email": _EMAIL,
        "skills": _SKILLS,
        "start_address": (
            "home", "home address", "address", "anschrift", "adresse", "adresse de départ", "domicile", "domicilio",
        ),
        "shift_start": (
            "start", "start time", "starts at", "beginn", "arbeitsbeginn", "von", "début", "heure de début", "de", "entrada",
            "hora de inicio",
        ),
        "shift_end": (
            "end", "end time", "ends at", "finish", "finish time", "finishes at", "ende", "arbeitsende", "bis", "fin",
            "heure de fin", "à", "salida", "hora de fin",
        ),
        "labour_class": ("labor class", "class", "rate", "role", "lohngruppe", "klasse"),
        "vehicle": ("car", "van", "fahrzeug", "véhicule", "vehículo"),
    },
    "visits": {
        "reference": (
            "ticket", "ticket number", "ticket #", "ticket id", "ticket no", "ticket no.", "job no", "job no.",
            "job number", "job #", "job id", "job ref", "job reference", "work order", "work order number",
            "work order no", "wo number", "wo #", "call number", "call no", "case number", "order number", "number",
            "nummer", "auftrag", "auftragsnummer", "n° ticket", "n° de ticket", "n° d'intervention", "numéro", "référence",
            "referencia", "n.º de ticket", "nº de ticket", "nº ticket", "número", "auftragsnr.", "auftragsnr",
            "auftrags nr.", "ticketnummer", "ticketnr.", "vorgangsnummer", "aviso", "nº aviso", "nº de aviso",
            "n.º de aviso", "orden de trabajo", "nº orden", "nº de orden",
        ),
        "client": _CLIENT,
        "site": _SITE,
        "date": (
            "wanted on", "scheduled date", "due date", "due", "required date", "required by", "requested date",
            "appointment date", "job date", "target date", "day", "datum", "termin", "date souhaitée", "jour", "fecha",
            "fecha deseada", "fecha prevista", "wunschtermin", "fällig am", "échéance",
        ),
        "work": (
            "summary", "subject", "title", "job description", "job title", "work required", "work description",
            "description of work", "problem", "problem description", "fault", "fault description", "issue", "arbeit",
            "betreff", "tätigkeit", "travail", "objet", "intervention", "trabajo", "asunto", "titel", "aufgabe", "titre",
            "motif", "título", "motivo", "description", *_DESCRIPTION,
        ),
        "minutes": (
            "duration", "estimated minutes", "estimated duration", "est. duration", "est. minutes", "expected duration",
            "dauer", "minuten", *_DURATION, *_HOURS,
        ),
        "skills": _SKILLS,
        "priority": ("job priority", "urgency", "dringlichkeit", "urgence", "urgencia", "priorität", "priorité", "prioridad"),
        "promised_from": ("from", "von", "de", "heure de début", "desde"),
        "promised_to": ("to", "until", "bis", "à", "heure de fin", "hasta"),
        "description": _DESCRIPTION,
    },
    "remote-work": {
        "reference": ("time entry id", "entry id", "id", "number", "nummer"),
        "client": _CLIENT,
        "technician": (
            "member", "resource", "resource name", "technician name", "techniker", "mitarbeiter", "technicien",
            "técnico",
        ),
        "start": ("start time", "started", "started at", "start date", "date worked", "beginn", "début", "inicio"),
        "minutes": ("duration", "dauer", "minuten", *_DURATION, *_HOURS),
        "work": (
            "summary", "summary notes", "work done", "subject", "title", "tätigkeit", "betreff", "travail", "objet",
            "trabajo", "asunto",
        ),
        "site": _SITE,
        "description": ("notes", "internal notes", "details", "bemerkung", "notiz"),
    },
}  # fmt: skip
"""By the kind of file: ours → theirs."""

_STREET, _NUMBER, _MORE, _TOWN, _REGION = "street", "number", "more", "town", "region"
_DOOR = (_STREET, _NUMBER, _MORE)
_ADDRESS_PARTS = {
    _STREET: (
        "street", "streetaddress", "street1", "streetaddress1", "addressline1", "address1", "addressstreet", "streetname",
        "street/no.", "address", "straße", "strasse", "straßeundhausnummer", "straße/hausnummer", "straßehausnummer",
        "straße1", "adresse1", "adresse", "anschrift", "rue", "voie", "calle", "domicilio", "dirección", "direccion",
    ),
    _NUMBER: ("hausnummer", "hausnr.", "hausnr", "housenumber", "streetnumber", "numéro", "número", "numero"),
    _MORE: (
        "street2", "streetaddress2", "addressline2", "address2", "suite", "unit", "zusatz", "adresszusatz", "adresse2",
        "complémentd'adresse",
    ),
    POSTCODE: (
        "zip", "zipcode", "zip/postalcode", "zippostalcode", "postalcode", "postcode", "plz", "postleitzahl",
        "codepostal", "códigopostal", "codigopostal", "cp",
    ),
    _TOWN: ("city", "town", "locality", "ort", "stadt", "wohnort", "ville", "commune", "ciudad", "localidad", "población"),
    _REGION: (
        "state", "state/region", "state/province", "stateprovince", "stateorprovince", "province", "region", "provincia",
        "bundesland",
    ),
}  # fmt: skip
_FIRST, _LAST = "first", "last"
_NAME_PARTS = {
    _FIRST: ("firstname", "givenname", "vorname", "prénom", "prenom", "nombre"),
    _LAST: ("lastname", "surname", "familyname", "nachname", "familienname", "name", "nom", "apellidos", "apellido"),
}
_WORK = ("business", "company", "work", "main", "mailing", "firma", "po", "address1", "contact")
_BILLED = ("billing", "billto", "bill", "rechnungs", "rechnung", "invoice", "facturation")
_SERVED = ("service", "property", "serviceaddress", "site", "location", "shipping", "shipto", "jobsite", "sa", "liefer")


def _address(parts: Sequence[tuple[str, str]]) -> str:
    """An address on one line: the street, then the others in the order of the file. What another part says already is left out."""
    text, before = "", ""
    said_of = dict(parts)
    for part, said in sorted(parts, key=lambda one: one[0] not in _DOOR):
        if _stands_in(text, part, said_of):
            continue
        # 10115 Berlin, OH 43215 and Hauptstraße 5 belong together
        beside = {(POSTCODE, _TOWN), (_REGION, POSTCODE), (_STREET, _NUMBER), (_NUMBER, _STREET)}
        text += f"{'' if not text else ' ' if (before, part) in beside else ', '}{said}"
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
        return re.search(rf"^{said}(?!\S)|(?<![^\s.]){said}$", door) is not None
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
    """A name as it is said, the first name first."""
    said = dict(parts)
    return " ".join(said[part] for part in (_FIRST, _LAST) if part in said)


def _addresses(*before: str) -> Parts:
    needs = ((_STREET,), (_TOWN, POSTCODE, _REGION, _NUMBER, _MORE))
    return Parts(_ADDRESS_PARTS, before, needs, _address)


_PERSON = Parts(_NAME_PARTS, ("", "contact", "primarycontact", "maincontact"), ((_FIRST,), (_LAST,)), _person)
_TOGETHER: Mapping[str, Mapping[str, Parts]] = {
    "clients": {"contact": _PERSON, "billing_address": _addresses(*_BILLED, "", *_WORK, *_SERVED, "home")},
    "sites": {"address": _addresses(*_SERVED, "", *_WORK, *_BILLED, "home")},
    "technicians": {"name": _PERSON, "start_address": _addresses("home", "", "address1")},
}
_INSTEAD = {
    kind: {"client": ("contact", _PERSON)} for kind in ("clients", "sites", "equipment", "visits", "remote-work")
}

_MAIL = re.compile(r"[^\s@,;]+@[^\s@,;]+\.[^\s@,;.]{2,}")
_DIALLED = re.compile(
    r"(?=.*[ ()./-]|\+|0)\+?[0-9(][0-9 ()./–-]{6,24}(?: ?(?:x|ext\.?|app\.?) ?[0-9]{1,6})?", re.IGNORECASE
)
_TAXED = re.compile(r"(?!\d+$)(?:[A-Z]{2}[A-Z0-9]{2}[0-9]{5,10}[A-Z0-9]{0,2}|CHE-?[0-9.]{9,11}(?: ?MWST)?)")
_POSTAL = re.compile(
    r"[0-9]{5}(?:-[0-9]{4})?|[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}|[0-9]{4} ?[A-Z]{2}|[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]"
)


def _mail(text: str) -> bool:
    return _MAIL.fullmatch(text) is not None


def _phone(text: str) -> bool:
    return _DIALLED.fullmatch(text) is not None and not is_day(text) and not _postcode(text)


def _tax_id(text: str) -> bool:
    return _TAXED.fullmatch(text.replace(" ", "")) is not None


def _postcode(text: str) -> bool:
    return _POSTAL.fullmatch(text) is not None


_REACHED: Mapping[str, Callable[[str], bool]] = {"email": _mail, "phone": _phone}
_LOOKS: Mapping[str, Mapping[str, Callable[[str], bool]]] = {
    "clients": {**_REACHED, "tax_id": _tax_id},
    "technicians": {"email": _mail},
    "visits": {"date": is_day},
}
_NOT_MEANT = (
    "fax", "creat", "erstellt", "créé", "modif", "updat", "geändert", "birth", "geburt", "naiss", "last", "letzt", "clos",
    "account_no", "konto", "iban", "card", "emergency", "notfall", "assistant", "manager", "billing", "rechnung",
)  # fmt: skip
KNOWN: Mapping[str, KnownNames] = {
    kind: KnownNames(
        others,
        _TOGETHER.get(kind, {}),
        _INSTEAD.get(kind, {}),
        _LOOKS.get(kind, {}),
        _NOT_MEANT,
        {"site": "Main office"} if kind == "sites" else {},
        _postcode,
    )
    for kind, others in _OTHERS.items()
}
"""By the kind of file: how its columns are known beside their own names."""
