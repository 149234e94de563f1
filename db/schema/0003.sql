-- visits that recur by a rule: each row is the standing order, its visits are made ahead and point back at it

CREATE TABLE recurrence (
  id INTEGER PRIMARY KEY,
  site_id INTEGER NOT NULL REFERENCES site(id),
  rule TEXT NOT NULL CHECK (length(rule) BETWEEN 1 AND 200),
  onto_next INTEGER NOT NULL DEFAULT 0 CHECK (onto_next IN (0, 1)),
  starts_on TEXT NOT NULL CHECK (starts_on IS date(starts_on)),
  ends_on TEXT CHECK (ends_on IS NULL OR (ends_on IS date(ends_on) AND ends_on >= starts_on)),
  work TEXT NOT NULL CHECK (length(trim(work)) BETWEEN 1 AND 500),
  kind TEXT NOT NULL DEFAULT 'maintenance' CHECK (kind IN ('visit', 'maintenance', 'audit', 'review', 'delivery')),
  minutes INTEGER NOT NULL CHECK (minutes BETWEEN 1 AND 1440),
  priority INTEGER NOT NULL CHECK (priority BETWEEN 1 AND 4),
  skills TEXT NOT NULL DEFAULT '',
  tags TEXT NOT NULL DEFAULT '',
  promised_from INTEGER CHECK (promised_from BETWEEN 0 AND 1440),
  promised_to INTEGER CHECK (promised_to BETWEEN 0 AND 1440),
  preferred_id INTEGER REFERENCES technician(staff_id),
  made_until TEXT CHECK (made_until IS NULL OR made_until IS date(made_until)),
  archived_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
  CHECK ((promised_from IS NULL) = (promised_to IS NULL)),
  CHECK (promised_to IS NULL OR promised_to > promised_from)
) STRICT;
CREATE INDEX recurrence_site ON recurrence (site_id);

ALTER TABLE visit ADD COLUMN recurrence_id INTEGER REFERENCES recurrence(id);
ALTER TABLE visit ADD COLUMN occurrence TEXT CHECK (occurrence IS NULL OR occurrence IS date(occurrence));
-- two processes that make visits ahead at once make each of them once
CREATE UNIQUE INDEX visit_occurrence ON visit (recurrence_id, occurrence)
  WHERE recurrence_id IS NOT NULL AND archived_at IS NULL;

CREATE INDEX visit_job ON visit (job_id);
