"""The names under which Windows shows its zones, *(UTC-05:00) Eastern Time (US & Canada)*: programs write them where a zone
identifier belongs. What stands in the brackets is the offset of the winter, which says less than the name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

_SHOWN = re.compile(r"\((?:utc|gmt)(?:\s*[+-]?\d{1,2}[:.]\d\d)?\)\s*(?P<name>.+)", re.IGNORECASE)

_PLACES = """
Abu Dhabi, Muscat = Arabian
Adelaide = Cen. Australia
Alaska = Alaskan
Almaty, Novosibirsk = N. Central Asia
Amman = Jordan
Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna = W. Europe
Arizona = US Mountain
Asuncion = Paraguay
Athens, Bucharest = GTB
Athens, Bucharest, Istanbul = GTB
Atlantic Time (Canada) = Atlantic
Auckland, Wellington = New Zealand
Azores = Azores
Baghdad = Arabic
Baja California = Pacific Standard Time (Mexico)
Baku = Azerbaijan
Bangkok, Hanoi, Jakarta = SE Asia
Beijing, Chongqing, Hong Kong, Urumqi = China
Beirut = Middle East
Belgrade, Bratislava, Budapest, Ljubljana, Prague = Central Europe
Bogota, Lima, Quito = SA Pacific
Bogota, Lima, Quito, Rio Branco = SA Pacific
Brasilia = E. South America
Brisbane = E. Australia
Brussels, Copenhagen, Madrid, Paris = Romance
Buenos Aires = Argentina
Cairo = Egypt
Canberra, Melbourne, Sydney = AUS Eastern
Caracas = Venezuela
Casablanca = Morocco
Cayenne, Fortaleza = SA Eastern
Central America = Central America
Central Time (US & Canada) = Central
Chennai, Kolkata, Mumbai, New Delhi = India
Chetumal = Eastern Standard Time (Mexico)
Chihuahua, La Paz, Mazatlan = Mountain Standard Time (Mexico)
Chisinau = E. Europe
Coordinated Universal Time = UTC
Cuiaba = Central Brazilian
Damascus = Syria
Darwin = AUS Central
Dhaka = Bangladesh
Dublin, Edinburgh, Lisbon, London = GMT
Eastern Time (US & Canada) = Eastern
Ekaterinburg = Ekaterinburg
Fiji = Fiji
Georgetown, La Paz, Manaus, San Juan = SA Western
Greenland = Greenland
Greenwich Mean Time : Dublin, Edinburgh, Lisbon, London = GMT
Guadalajara, Mexico City, Monterrey = Central Standard Time (Mexico)
Guam, Port Moresby = West Pacific
Harare, Pretoria = South Africa
Havana = Cuba
Hawaii = Hawaiian
Helsinki, Kyiv, Riga, Sofia, Tallinn, Vilnius = FLE
Hobart = Tasmania
Indiana (East) = US Eastern
International Date Line West = Dateline
Irkutsk = North Asia East
Islamabad, Karachi = Pakistan
Istanbul = Turkey
Jerusalem = Israel
Kabul = Afghanistan
Kathmandu = Nepal
Krasnoyarsk = North Asia
Kuala Lumpur, Singapore = Singapore
Kuwait, Riyadh = Arab
Magadan = Magadan
Midway Island, Samoa = Samoa
Minsk = Belarus
Monrovia, Reykjavik = Greenwich
Montevideo = Montevideo
Moscow, St. Petersburg = Russian
Moscow, St. Petersburg, Volgograd = Russian
Mountain Time (US & Canada) = Mountain
Nairobi = E. Africa
Newfoundland = Newfoundland
Nuku'alofa = Tonga
Osaka, Sapporo, Tokyo = Tokyo
Pacific Time (US & Canada) = Pacific
Pacific Time (US & Canada); Tijuana = Pacific
Perth = W. Australia
Port Louis = Mauritius
Salvador = Bahia
Santiago = Pacific SA
Sarajevo, Skopje, Warsaw, Zagreb = Central European
Saskatchewan = Canada Central
Seoul = Korea
Solomon Is., New Caledonia = Central Pacific
Sri Jayawardenepura = Sri Lanka
Taipei = Taipei
Tashkent = West Asia
Tbilisi = Georgian
Tehran = Iran
Ulaanbaatar = Ulaanbaatar
Vladivostok = Vladivostok
West Central Africa = W. Central Africa
Windhoek = Namibia
Yakutsk = Yakutsk
Yangon (Rangoon) = Myanmar
Yerevan = Caucasus
Yukon = Yukon
"""
"""What is shown behind the offset, and the zone of Windows, whose names end in *Standard Time*."""


@lru_cache(maxsize=1)
def _zones() -> Mapping[str, str]:
    pairs = (line.split(" = ") for line in _PLACES.strip().splitlines())
    return {
        shown.casefold(): name if name == "UTC" or "Standard Time" in name else f"{name} Standard Time"
        for shown, name in pairs
    }


def windows_zone(written: str) -> str:
    """The name of Windows for a zone that is shown so; empty: nobody knows it."""
    match = _SHOWN.fullmatch(" ".join(written.split()))
    return "" if match is None else _zones().get(match["name"].casefold(), "")
