-- what the technician used, which work is charged otherwise, and times that were put right: the originals stay

CREATE TABLE used_item (
  id INTEGER PRIMARY KEY,
  visit_id INTEGER NOT NULL REFERENCES visit(id),
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  code TEXT CHECK (length(trim(code)) BETWEEN 1 AND 40),
  label TEXT NOT NULL CHECK (length(trim(label)) BETWEEN 1 AND 200),
  quantity TEXT NOT NULL,
  amount TEXT,
  taxable INTEGER NOT NULL DEFAULT 1 CHECK (taxable IN (0, 1)),
  made_at INTEGER NOT NULL,
  withdrawn_at INTEGER,
  withdrawn_by INTEGER REFERENCES staff(id),
  CHECK ((code IS NULL) = (amount IS NOT NULL)),
  CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL))
) STRICT;
CREATE INDEX used_item_visit ON used_item (visit_id);
CREATE TRIGGER used_item_kept BEFORE DELETE ON used_item BEGIN SELECT RAISE(ABORT, 'a used item is withdrawn, never deleted'); END;

CREATE TABLE work_mark (
  id INTEGER PRIMARY KEY,
  assignment_id INTEGER NOT NULL REFERENCES assignment(id),
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  kind TEXT NOT NULL CHECK (kind IN ('own_fault', 'excluded', 'new_work')),
  starts_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  reason TEXT NOT NULL CHECK (length(trim(reason)) BETWEEN 3 AND 500),
  made_at INTEGER NOT NULL,
  withdrawn_at INTEGER,
  withdrawn_by INTEGER REFERENCES staff(id),
  CHECK (ends_at > starts_at),
  CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL))
) STRICT;
CREATE INDEX work_mark_assignment ON work_mark (assignment_id);
CREATE TRIGGER work_mark_kept BEFORE DELETE ON work_mark BEGIN SELECT RAISE(ABORT, 'a mark is withdrawn, never deleted'); END;

CREATE TABLE time_correction (
  id INTEGER PRIMARY KEY,
  assignment_id INTEGER NOT NULL REFERENCES assignment(id),
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  what TEXT NOT NULL CHECK (length(what) BETWEEN 2 AND 40),
  before INTEGER,
  after INTEGER,
  reason TEXT NOT NULL CHECK (length(trim(reason)) BETWEEN 3 AND 500),
  made_at INTEGER NOT NULL
) STRICT;
CREATE INDEX time_correction_assignment ON time_correction (assignment_id);
CREATE TRIGGER time_correction_fixed BEFORE UPDATE ON time_correction BEGIN SELECT RAISE(ABORT, 'a correction is never rewritten'); END;
CREATE TRIGGER time_correction_kept BEFORE DELETE ON time_correction BEGIN SELECT RAISE(ABORT, 'a correction is never deleted'); END;
