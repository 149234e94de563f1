-- how a client buys: as a private person, at prices with tax where the rate card says so, and by which of its price lists (charges.md B2.7, B9.1)
ALTER TABLE client ADD COLUMN private INTEGER NOT NULL DEFAULT 0 CHECK (private IN (0, 1));
ALTER TABLE client ADD COLUMN price_group TEXT NOT NULL DEFAULT '' CHECK (length(price_group) <= 40);
