-- why somebody came late, or did not come, as a lead tells it: of the promise of a visit whose window begins then. It stands beside what
-- the record says, and is told once
CREATE TABLE late_cause (
  id INTEGER PRIMARY KEY,
  visit_id INTEGER NOT NULL REFERENCES visit(id),
  promised_from INTEGER NOT NULL,
  cause TEXT NOT NULL CHECK (cause IN ('plan', 'stop_before', 'set_out', 'drive', 'client', 'other')),
  words TEXT NOT NULL DEFAULT '' CHECK (length(words) <= 500 AND (cause <> 'other' OR length(trim(words)) > 0)),
  at INTEGER NOT NULL,
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  withdrawn_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1)
) STRICT;
CREATE UNIQUE INDEX late_cause_of ON late_cause (visit_id, promised_from) WHERE withdrawn_at IS NULL;
CREATE TRIGGER late_cause_once BEFORE INSERT ON late_cause
  WHEN EXISTS (SELECT 1 FROM late_cause WHERE id = NEW.id OR visit_id = NEW.visit_id AND promised_from = NEW.promised_from
    AND withdrawn_at IS NULL AND NEW.withdrawn_at IS NULL)
BEGIN SELECT RAISE(ABORT, 'the cause of a lateness is withdrawn, never rewritten'); END;
CREATE TRIGGER late_cause_itself BEFORE UPDATE OF id, visit_id, promised_from, cause, words, at, staff_id ON late_cause
BEGIN SELECT RAISE(ABORT, 'the cause of a lateness is withdrawn, never rewritten'); END;
CREATE TRIGGER late_cause_kept BEFORE DELETE ON late_cause
BEGIN SELECT RAISE(ABORT, 'the cause of a lateness is withdrawn, never deleted'); END;

-- what is asked for at a site after a visit, and what was clocked in a stretch of time, is found among years
DROP INDEX visit_site;
CREATE INDEX visit_site ON visit (site_id, requested_at);
CREATE INDEX segment_start ON segment (starts_at);
CREATE INDEX segment_open ON segment (starts_at) WHERE ends_at IS NULL;
CREATE INDEX assignment_return ON assignment (return_at) WHERE return_at IS NOT NULL;
