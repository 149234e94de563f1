-- technicians whom a client does not want to see: a JSON list of staff ids
ALTER TABLE client ADD COLUMN not_with TEXT NOT NULL DEFAULT '[]' CHECK (not_with GLOB '[[]*]');
