"""What a visit costs: one pure function from card, client, site, agreement and visit to a sheet (design/charges.md)."""

from dispatch.charges.card import presets, validate_agreement, validate_card
from dispatch.charges.engine import charge_sheet
from dispatch.charges.lines import ChargeLine, Sheet
from dispatch.fields.reading import FormFault

__all__ = ["ChargeLine", "FormFault", "Sheet", "charge_sheet", "presets", "validate_agreement", "validate_card"]
