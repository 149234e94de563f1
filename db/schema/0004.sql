-- who starts, finishes: a started job goes to somebody else only with the lead's reason and that technician's acceptance

CREATE TABLE handover (
  id INTEGER PRIMARY KEY,
  visit_id INTEGER NOT NULL REFERENCES visit(id),
  to_id INTEGER NOT NULL REFERENCES technician(staff_id),
  asked_by INTEGER NOT NULL REFERENCES staff(id),
  reason TEXT NOT NULL CHECK (length(trim(reason)) BETWEEN 3 AND 500),
  asked_at INTEGER NOT NULL,
  answered_at INTEGER,
  accepted INTEGER CHECK (accepted IN (0, 1)),
  answer TEXT NOT NULL DEFAULT '' CHECK (length(answer) <= 500),
  CHECK ((answered_at IS NULL) = (accepted IS NULL))
) STRICT;
CREATE INDEX handover_visit ON handover (visit_id);
CREATE UNIQUE INDEX handover_open ON handover (visit_id) WHERE answered_at IS NULL;
CREATE INDEX handover_to ON handover (to_id) WHERE answered_at IS NULL;
CREATE TRIGGER handover_kept BEFORE DELETE ON handover BEGIN SELECT RAISE(ABORT, 'a handover is answered, never deleted'); END;

-- when the technician saw that a visit was dispatched to them
ALTER TABLE assignment ADD COLUMN seen_at INTEGER;
