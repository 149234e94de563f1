-- visits of a day that somebody took along on a laptop, for where there is no line: whose, when, from where in the sequence of each.
-- In the laptop's own database the same stands, and which one it is
CREATE TABLE taking (
  id INTEGER PRIMARY KEY,
  nonce TEXT NOT NULL UNIQUE CHECK (length(nonce) = 32),
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  session TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE TABLE taken_visit (
  taking_id INTEGER NOT NULL REFERENCES taking(id),
  visit_id INTEGER NOT NULL REFERENCES visit(id),
  as_of INTEGER NOT NULL CHECK (as_of >= 0),
  starts_at INTEGER,
  PRIMARY KEY (taking_id, visit_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX taken_of_visit ON taken_visit (visit_id);
-- a deed that was done on the laptop: there as it was done, at the office as it was handed in, in the same words; `refused` says why
-- it was not carried out. `local` is the sequence of the visit behind it on the laptop, `sequence` that at the office
CREATE TABLE carried_deed (
  taking_id INTEGER NOT NULL REFERENCES taking(id),
  number INTEGER NOT NULL CHECK (number >= 1),
  visit_id INTEGER NOT NULL REFERENCES visit(id),
  at INTEGER NOT NULL,
  deed TEXT NOT NULL CHECK (length(deed) <= 100000),
  local INTEGER NOT NULL CHECK (local >= 0),
  sequence INTEGER NOT NULL CHECK (sequence >= 0),
  refused TEXT NOT NULL DEFAULT '',
  made_at INTEGER NOT NULL,
  PRIMARY KEY (taking_id, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX carried_of_visit ON carried_deed (visit_id);
CREATE TRIGGER taking_fixed BEFORE UPDATE ON taking BEGIN SELECT RAISE(ABORT, 'what was taken along is never rewritten'); END;
CREATE TRIGGER taking_kept BEFORE DELETE ON taking BEGIN SELECT RAISE(ABORT, 'what was taken along is never deleted'); END;
CREATE TRIGGER taking_once BEFORE INSERT ON taking
  WHEN EXISTS (SELECT 1 FROM taking WHERE id = NEW.id OR nonce = NEW.nonce)
BEGIN SELECT RAISE(ABORT, 'what was taken along is never rewritten'); END;
CREATE TRIGGER taken_visit_fixed BEFORE UPDATE ON taken_visit BEGIN SELECT RAISE(ABORT, 'what was taken along is never rewritten'); END;
CREATE TRIGGER taken_visit_kept BEFORE DELETE ON taken_visit BEGIN SELECT RAISE(ABORT, 'what was taken along is never deleted'); END;
CREATE TRIGGER taken_visit_once BEFORE INSERT ON taken_visit
  WHEN EXISTS (SELECT 1 FROM taken_visit WHERE taking_id = NEW.taking_id AND visit_id = NEW.visit_id)
BEGIN SELECT RAISE(ABORT, 'what was taken along is never rewritten'); END;
CREATE TRIGGER carried_deed_fixed BEFORE UPDATE ON carried_deed BEGIN SELECT RAISE(ABORT, 'what was handed in is never rewritten'); END;
CREATE TRIGGER carried_deed_kept BEFORE DELETE ON carried_deed BEGIN SELECT RAISE(ABORT, 'what was handed in is never deleted'); END;
CREATE TRIGGER carried_deed_once BEFORE INSERT ON carried_deed
  WHEN EXISTS (SELECT 1 FROM carried_deed WHERE taking_id = NEW.taking_id AND number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'what was handed in is taken once'); END;
CREATE TRIGGER carried_deed_of_taking BEFORE INSERT ON carried_deed
  WHEN NOT EXISTS (SELECT 1 FROM taken_visit WHERE taking_id = NEW.taking_id AND visit_id = NEW.visit_id)
BEGIN SELECT RAISE(ABORT, 'only of what was taken along something is handed in'); END;

-- what was recorded on the laptop stands where it belongs by its time: before what the office recorded later, behind what was taken along
DROP TRIGGER attempt_of_open_visit;
CREATE TRIGGER attempt_of_open_visit BEFORE INSERT ON attempt
  WHEN NOT EXISTS (SELECT 1 FROM visit v JOIN item i ON i.visit_id = v.id
    WHERE v.id = NEW.visit_id AND i.id = NEW.item_id AND v.state IN ('on_site', 'closing_out')
    AND (NEW.sequence = v.sequence OR NEW.sequence < v.sequence
      AND EXISTS (SELECT 1 FROM taken_visit t WHERE t.visit_id = v.id AND t.as_of < NEW.sequence)))
BEGIN SELECT RAISE(ABORT, 'results are recorded on an open visit, on its own items, in its own sequence'); END;
DROP TRIGGER work_entry_of_open_visit;
CREATE TRIGGER work_entry_of_open_visit BEFORE INSERT ON work_entry
  WHEN NOT EXISTS (SELECT 1 FROM visit v WHERE v.id = NEW.visit_id AND v.state IN ('on_site', 'closing_out')
    AND (NEW.sequence = v.sequence OR NEW.sequence < v.sequence
      AND EXISTS (SELECT 1 FROM taken_visit t WHERE t.visit_id = v.id AND t.as_of < NEW.sequence)))
BEGIN SELECT RAISE(ABORT, 'work is recorded on an open visit, in its own sequence'); END;
