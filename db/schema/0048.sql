-- of what a person wants to be told without looking, by each way; how their terminal is asked for a notification
ALTER TABLE staff ADD COLUMN alert_bell TEXT NOT NULL DEFAULT 'emergency;late;breach;refused;reopened;mail'
  CHECK (length(alert_bell) <= 200);
ALTER TABLE staff ADD COLUMN alert_title TEXT NOT NULL DEFAULT 'emergency;late;breach;refused;reopened;mail'
  CHECK (length(alert_title) <= 200);
ALTER TABLE staff ADD COLUMN alert_desktop TEXT NOT NULL DEFAULT '' CHECK (length(alert_desktop) <= 200);
ALTER TABLE staff ADD COLUMN alert_message TEXT NOT NULL DEFAULT '' CHECK (length(alert_message) <= 200);
ALTER TABLE staff ADD COLUMN alert_signal TEXT NOT NULL DEFAULT 'auto'
  CHECK (alert_signal IN ('auto', 'osc9', 'osc777', 'osc99'));
-- what somebody was told of an alert: at a terminal, and by a message to themselves; each alert once
CREATE TABLE alert (
  id INTEGER PRIMARY KEY,
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  kind TEXT NOT NULL CHECK (kind IN ('emergency', 'late', 'breach', 'refused', 'reopened', 'mail')),
  visit_id INTEGER NOT NULL REFERENCES visit(id),
  speaks_of TEXT NOT NULL CHECK (length(speaks_of) <= 100),
  text TEXT NOT NULL CHECK (length(trim(text)) BETWEEN 1 AND 500),
  made_at INTEGER NOT NULL,
  shown_at INTEGER,
  seen INTEGER NOT NULL DEFAULT 0 CHECK (seen IN (0, 1)),
  fate TEXT NOT NULL DEFAULT '' CHECK (fate IN ('', 'waiting', 'sending', 'sent', 'failed', 'unsure', 'dropped')),
  due_at INTEGER,
  tries INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0),
  why TEXT NOT NULL DEFAULT '' CHECK (length(why) <= 500),
  UNIQUE (staff_id, visit_id, kind, speaks_of)
) STRICT;
CREATE INDEX alert_open ON alert (staff_id, due_at) WHERE fate IN ('waiting', 'sending');
