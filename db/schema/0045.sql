-- a visit of a series that nobody has begun takes the checklist of what its series asks for now; every other keeps what it has
DROP TRIGGER item_kept;
CREATE TRIGGER item_kept BEFORE DELETE ON item
  WHEN OLD.added_by IS NOT NULL
    OR NOT EXISTS (SELECT 1 FROM visit WHERE id = OLD.visit_id AND state = 'requested' AND recurrence_id IS NOT NULL)
    OR EXISTS (SELECT 1 FROM attempt WHERE visit_id = OLD.visit_id)
BEGIN SELECT RAISE(ABORT, 'a checklist item is never taken out'); END;
-- the days on which the firm does not work beside its weekdays; those that a rate card charges as holidays stand there
CREATE TABLE holiday (
  id INTEGER PRIMARY KEY,
  day TEXT NOT NULL CHECK (day IS date(day)),
  name TEXT NOT NULL DEFAULT '' CHECK (length(name) <= 200),
  archived_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1)
) STRICT;
CREATE UNIQUE INDEX holiday_day ON holiday (day) WHERE archived_at IS NULL;
-- whether somebody changed what its series asks for of a visit: it is kept whatever becomes of the series
ALTER TABLE visit ADD COLUMN agreed INTEGER NOT NULL DEFAULT 0 CHECK (agreed IN (0, 1));
