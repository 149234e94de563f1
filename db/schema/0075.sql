-- the language in which a client reads (docs/design/interface.md, Papers); empty: as the firm's
ALTER TABLE client ADD COLUMN language TEXT NOT NULL DEFAULT '' CHECK (language IN ('', 'en', 'de', 'fr', 'es'));
