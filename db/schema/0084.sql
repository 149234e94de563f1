-- alerts that are about no visit: a mail that waits, a process that is not at work
CREATE TABLE alert_again (
  id INTEGER PRIMARY KEY,
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  kind TEXT NOT NULL CHECK (kind IN ('emergency', 'late', 'breach', 'refused', 'reopened', 'mail', 'inbox', 'stopped')),
  visit_id INTEGER REFERENCES visit(id),
  speaks_of TEXT NOT NULL CHECK (length(speaks_of) <= 100),
  text TEXT NOT NULL CHECK (length(trim(text)) BETWEEN 1 AND 500),
  made_at INTEGER NOT NULL,
  shown_at INTEGER,
  seen INTEGER NOT NULL DEFAULT 0 CHECK (seen IN (0, 1)),
  fate TEXT NOT NULL DEFAULT '' CHECK (fate IN ('', 'waiting', 'sending', 'sent', 'failed', 'unsure', 'dropped')),
  due_at INTEGER,
  tries INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0),
  why TEXT NOT NULL DEFAULT '' CHECK (length(why) <= 500)
) STRICT;
INSERT INTO alert_again (id, staff_id, kind, visit_id, speaks_of, text, made_at, shown_at, seen, fate, due_at, tries, why)
  SELECT id, staff_id, kind, visit_id, speaks_of, text, made_at, shown_at, seen, fate, due_at, tries, why FROM alert;
DROP TABLE alert;
ALTER TABLE alert_again RENAME TO alert;
CREATE UNIQUE INDEX alert_once ON alert (staff_id, coalesce(visit_id, 0), kind, speaks_of);
CREATE INDEX alert_open ON alert (staff_id, due_at) WHERE fate IN ('waiting', 'sending');
-- who is told of messages that did not go out is told of these too
UPDATE staff SET alert_bell = alert_bell || ';inbox;stopped' WHERE ';' || alert_bell || ';' LIKE '%;mail;%';
UPDATE staff SET alert_title = alert_title || ';inbox;stopped' WHERE ';' || alert_title || ';' LIKE '%;mail;%';
UPDATE staff SET alert_desktop = alert_desktop || ';inbox;stopped' WHERE ';' || alert_desktop || ';' LIKE '%;mail;%';
UPDATE staff SET alert_message = alert_message || ';inbox;stopped' WHERE ';' || alert_message || ';' LIKE '%;mail;%';
