-- what was erased of a client (records.md, Erasing): cleaned_at is when its text was out of the free pages, the log and the folder of
-- files too; files: the hashes of those that go, between blanks
CREATE TABLE erasure (
  id INTEGER PRIMARY KEY,
  version INTEGER NOT NULL DEFAULT 1,
  kind TEXT NOT NULL CHECK (kind IN ('client', 'contact')),
  client_id INTEGER NOT NULL REFERENCES client(id),
  files TEXT NOT NULL DEFAULT '',
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  session TEXT NOT NULL,
  at INTEGER NOT NULL,
  cleaned_at INTEGER
) STRICT;
CREATE TRIGGER erasure_once BEFORE INSERT ON erasure WHEN EXISTS (SELECT 1 FROM erasure WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'what was erased is written down once'); END;
CREATE TRIGGER erasure_kept BEFORE DELETE ON erasure BEGIN SELECT RAISE(ABORT, 'what was erased stays written down'); END;
