-- a learned drive that cannot be: `reckoned` is what is reckoned for it, and it is not counted with; NULL: it is believed.
-- `dropped`: a dispatcher has said that those drives were none
ALTER TABLE learned_pair ADD COLUMN reckoned INTEGER CHECK (reckoned > 0);
ALTER TABLE learned_pair ADD COLUMN last_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE learned_pair ADD COLUMN dropped INTEGER NOT NULL DEFAULT 0 CHECK (dropped IN (0, 1));
