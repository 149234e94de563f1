"""What the lines of a charge are called, to clients and to the firm's people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dispatch.charges.explain import band_words
from dispatch.model.languages import phrase, say

RULES = {
    "LAB": phrase("Work"),
    "LAB-COV": phrase("Work, covered by your agreement"),
    "LAB-POOL": phrase("Work, from what you have prepaid"),
    "LAB-OWN": phrase("Work on our own failure, not charged"),
    "LAB-TEST": phrase("Tests, not charged"),
    "LAB-DAY": phrase("Half-day and day prices"),
    "MIN-TIME": phrase("Up to the minimum of a visit"),
    "MIN-TRV": phrase("Travel that the minimum includes"),
    "MIN-DAY": phrase("What the minimum of the day has charged already"),
    "MIN-AMT": phrase("Up to the smallest charge"),
    "TRV-CALL": phrase("Call-out"),
    "TRV-VEH": phrase("Vehicle"),
    "TRV-DIST": phrase("Distance"),
    "TRV-TIME": phrase("Time on the road"),
    "TRV-ZONE": phrase("Travel, zone"),
    "TRV-FIX": phrase("Travel, fixed price"),
    "TRV-CAP": phrase("Travel is charged up to"),
    "TRV-MAN": phrase("Travel, as agreed"),
    "EMG-FLAT": phrase("Emergency"),
    "FEE-NOACC": phrase("Nobody could let us in"),
    "FEE-CANC": phrase("Cancelled late"),
    "FEE-SHORT": phrase("At short notice"),
    "PCT": phrase("Surcharge"),
    "TAX-OUT": phrase("Tax that you do not pay"),
    "DISC-LAB": phrase("Discount on work"),
    "DISC-TRV": phrase("Discount on travel"),
    "GOODWILL": phrase("Goodwill"),
    "POOL-MONEY": phrase("From what you have prepaid"),
}
"""What each rule of design/charges.md B16 is called to a client; an item is called by its own name."""


def called(line: Mapping[str, Any]) -> str:
    """What a line of a sheet is called, in words, and who it is for."""
    # of one who is not chosen yet nothing is known
    named = [str(line["tech"])] if line.get("tech") and line["tech"] != "technician" else []
    named += [say(band_words(str(line["note"])))] if line.get("note") else []
    return ", ".join(filter(None, (say(RULES.get(line["rule"], "")), *named))) or str(line["rule"])
