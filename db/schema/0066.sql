-- what travel to a site costs in place of what is driven: a sum of its own, or that of its town on the rate card (charges.md B6.7)
ALTER TABLE site ADD COLUMN travel_price TEXT CHECK (travel_price IS NULL OR travel_price <> '' AND travel_price NOT GLOB '*[^0-9.]*');
ALTER TABLE site ADD COLUMN town TEXT NOT NULL DEFAULT '' CHECK (length(town) <= 80);
