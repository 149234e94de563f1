"""What is usual in a country: its money, its usual rate of tax on services, units, clock, week and paper. A new firm begins with
it, and may change each.

Sources: ISO 3166-1 and ISO 4217 for codes; CLDR's supplemental data (weekData, measurementData, timeData) for week, units, clock
and paper; the standard rates that the European Commission and each country's tax authority publish, as of 2026. Where the rate
differs by state or province it is empty, and has to be said.
"""

from __future__ import annotations

from typing import NamedTuple

from dispatch.model.travel import DistanceUnit


class Country(NamedTuple):
    """A country. `tax` is the standard rate in percent, `first_weekday` 0 for Monday, `paper` `a4` or `letter`. `names` are what it
    is called, the English name first, then other languages' in small letters."""

    code: str
    names: tuple[str, ...]
    currency: str
    tax: str
    distance: DistanceUnit = "km"
    clock: int = 24
    first_weekday: int = 0
    paper: str = "a4"


_SUNDAY = 6
COUNTRIES = (
    Country("AT", ("Austria", "österreich", "autriche"), "EUR", "20"),
    Country("AU", ("Australia", "australien", "australie"), "AUD", "10", clock=12),
    Country("BE", ("Belgium", "belgien", "belgique", "belgië", "bélgica"), "EUR", "21"),
    Country("BG", ("Bulgaria", "bulgarien", "bulgarie", "българия"), "EUR", "20"),
    Country("BR", ("Brazil", "brasilien", "brésil", "brasil"), "BRL", "", first_weekday=_SUNDAY),
    Country("CA", ("Canada", "kanada", "canadá"), "CAD", "", clock=12, first_weekday=_SUNDAY, paper="letter"),
    Country("CH", ("Switzerland", "schweiz", "suisse", "svizzera", "suiza"), "CHF", "8.1"),
    Country("CY", ("Cyprus", "zypern", "chypre", "chipre"), "EUR", "19", clock=12),
    Country("CZ", ("Czechia", "czech republic", "tschechien", "tchéquie", "česko", "chequia"), "CZK", "21"),
    Country("DE", ("Germany", "deutschland", "allemagne", "alemania", "germania"), "EUR", "19"),
    Country("DK", ("Denmark", "dänemark", "danemark", "danmark", "dinamarca"), "DKK", "25"),
    Country("EE", ("Estonia", "estland", "estonie", "eesti"), "EUR", "24"),
    Country("ES", ("Spain", "spanien", "espagne", "españa"), "EUR", "21"),
    Country("FI", ("Finland", "finnland", "finlande", "suomi", "finlandia"), "EUR", "25.5"),
    Country("FR", ("France", "frankreich", "francia"), "EUR", "20"),
    Country(
        "GB",
        ("United Kingdom", "uk", "great britain", "england", "scotland", "wales", "vereinigtes königreich", "grossbritannien",
         "großbritannien", "royaume-uni", "reino unido"),
        "GBP", "20", distance="mi",
    ),
    Country("GR", ("Greece", "griechenland", "grèce", "grecia", "ελλάδα"), "EUR", "24", clock=12),
    Country("HR", ("Croatia", "kroatien", "croatie", "hrvatska", "croacia"), "EUR", "25"),
    Country("HU", ("Hungary", "ungarn", "hongrie", "magyarország", "hungría"), "HUF", "27"),
    Country("IE", ("Ireland", "irland", "irlande", "éire", "irlanda"), "EUR", "23"),
    Country("IN", ("India", "indien", "inde"), "INR", "18", clock=12, first_weekday=_SUNDAY),
    Country("IT", ("Italy", "italien", "italie", "italia"), "EUR", "22"),
    Country("JP", ("Japan", "japon", "japón", "日本"), "JPY", "10", first_weekday=_SUNDAY),
    Country("LI", ("Liechtenstein",), "CHF", "8.1"),
    Country("LT", ("Lithuania", "litauen", "lituanie", "lietuva", "lituania"), "EUR", "21"),
    Country("LU", ("Luxembourg", "luxemburg", "luxemburgo"), "EUR", "17"),
    Country("LV", ("Latvia", "lettland", "lettonie", "latvija", "letonia"), "EUR", "21"),
    Country("MT", ("Malta", "malte"), "EUR", "18", first_weekday=_SUNDAY),
    Country("MX", ("Mexico", "mexiko", "mexique", "méxico"), "MXN", "16", first_weekday=_SUNDAY, paper="letter"),
    Country("NL", ("Netherlands", "the netherlands", "niederlande", "pays-bas", "nederland", "países bajos"), "EUR", "21"),
    Country("NO", ("Norway", "norwegen", "norvège", "norge", "noruega"), "NOK", "25"),
    Country("NZ", ("New Zealand", "neuseeland", "nouvelle-zélande", "nueva zelanda"), "NZD", "15", clock=12),
    Country("PL", ("Poland", "polen", "pologne", "polska", "polonia"), "PLN", "23"),
    Country("PT", ("Portugal",), "EUR", "23", first_weekday=_SUNDAY),
    Country("RO", ("Romania", "rumänien", "roumanie", "românia", "rumania"), "RON", "21"),
    Country("SE", ("Sweden", "schweden", "suède", "sverige", "suecia"), "SEK", "25"),
    Country("SG", ("Singapore", "singapur", "singapour"), "SGD", "9", clock=12, first_weekday=_SUNDAY),
    Country("SI", ("Slovenia", "slowenien", "slovénie", "slovenija", "eslovenia"), "EUR", "22"),
    Country("SK", ("Slovakia", "slowakei", "slovaquie", "slovensko", "eslovaquia"), "EUR", "23"),
    Country(
        "US",
        ("United States", "united states of america", "usa", "u.s.a.", "u.s.", "vereinigte staaten", "états-unis",
         "estados unidos"),
        "USD", "", distance="mi", clock=12, first_weekday=_SUNDAY, paper="letter",
    ),
    Country("ZA", ("South Africa", "südafrika", "afrique du sud", "sudáfrica"), "ZAR", "15", first_weekday=_SUNDAY),
)  # fmt: skip
"""The countries of which it is known, by their codes."""

_BY_CODE = {country.code: country for country in COUNTRIES}
_BY_NAME = {name.casefold(): country for country in COUNTRIES for name in country.names}


def country_called(text: str) -> Country | None:
    """A country by its code or by what it is called, in its own language or in ours; None where it is not known."""
    words = " ".join(text.split())
    return _BY_CODE.get(words.upper()) or _BY_NAME.get(words.casefold())


def country_name(code: str) -> str:
    """What a country is called; its code where it is not known."""
    return _BY_CODE[code].names[0] if code in _BY_CODE else code


def usual_tax(code: str) -> str:
    """The standard rate of a country in percent; empty where it is not known, or differs by place."""
    return _BY_CODE[code].tax if code in _BY_CODE else ""
