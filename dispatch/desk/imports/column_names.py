"""What other programs, and other languages, call our columns: the likeliest name first (design/records.md, Imports)."""

from __future__ import annotations

from collections.abc import Mapping

_CLIENT = (
    "client name", "customer", "customer name", "customer full name", "customer display name", "company", "company name",
    "account", "account name", "organization", "organization name", "organisation", "contact name", "kunde",
    "kundenname", "firma", "firmenname", "unternehmen", "societe", "société", "entreprise", "cliente", "empresa",
)  # fmt: skip
_PHONE = (
    "telephone", "phone number", "phone numbers", "phone 1 - value", "main phone", "business phone", "company main phone",
    "office phone", "telefon", "telefonnummer", "tel", "tel.", "téléphone", "teléfono", "mobile", "mobile phone",
)  # fmt: skip
_EMAIL = (
    "e-mail address", "email address", "e-mail 1 - value", "main email", "emailaddress", "mail", "e-mail", "e-mail-adresse",
    "courriel", "correo", "correo electrónico",
)  # fmt: skip
_SITE = ("site name", "location", "location name", "branch", "standort", "filiale", "emplacement", "sede", "sitio")
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
_NOTES = ("note", "comments", "comment", "notiz", "notizen", "bemerkung", "bemerkungen", "remarques", "notas")
_SKILLS = ("skill", "certifications", "fähigkeiten", "kenntnisse", "compétences", "habilidades")

OTHER_NAMES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "clients": {
        "client": (*_CLIENT, "name"),
        "contact": ("primary contact", "main contact", "contact person", "ansprechpartner", "kontakt", "full name"),
        "phone": _PHONE,
        "email": _EMAIL,
        "tax_id": (
            "tax number",
            "vat number",
            "vat id",
            "ust-idnr.",
            "ust-idnr",
            "ust-id",
            "numéro de tva",
            "nif",
            "cif",
        ),
        "billing_address": ("billing address", "bill to", "rechnungsadresse", "adresse de facturation"),
        "payment_days": ("payment terms days", "due days", "zahlungsziel"),
        "computers": ("workstations", "pcs", "arbeitsplätze", "postes", "ordenadores"),
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
        "access_from": ("open from", "opens", "opens at", "geöffnet von", "öffnet", "zugang von"),
        "access_to": ("open to", "open until", "closes", "closes at", "geöffnet bis", "schließt", "zugang bis"),
        "access_notes": ("access", "zugang", *_NOTES),
        "services": ("service", "dienste", "leistungen"),
    },
    "technicians": {
        "name": (
            "technician",
            "full name",
            "employee",
            "resource",
            "techniker",
            "mitarbeiter",
            "technicien",
            "técnico",
        ),
        "login": ("user", "username", "user name", "benutzer", "benutzername"),
        "email": _EMAIL,
        "skills": _SKILLS,
        "start_address": ("home", "home address", "address", "anschrift", "adresse"),
        "shift_start": ("start", "starts at", "beginn", "arbeitsbeginn", "von"),
        "shift_end": ("end", "ends at", "ende", "arbeitsende", "bis"),
        "labour_class": ("labor class", "class", "rate", "role", "lohngruppe", "klasse"),
        "vehicle": ("car", "van", "fahrzeug", "véhicule", "vehículo"),
    },
    "visits": {
        "reference": (
            "ticket",
            "ticket number",
            "ticket #",
            "ticket id",
            "number",
            "nummer",
            "auftrag",
            "auftragsnummer",
        ),
        "client": _CLIENT,
        "site": _SITE,
        "date": ("wanted on", "scheduled date", "due date", "day", "datum", "termin", "fecha"),
        "work": ("summary", "subject", "title", "arbeit", "betreff", "tätigkeit", "travail", "trabajo"),
        "minutes": ("duration", "estimated minutes", "dauer", "minuten", "durée"),
        "skills": _SKILLS,
        "promised_from": ("from", "von"),
        "promised_to": ("to", "until", "bis"),
        "description": ("details", "beschreibung", "description détaillée", "descripción"),
    },
}
"""By the kind of file: ours → theirs."""
