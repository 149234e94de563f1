-- what becomes of an appointment that a client was told of: it has another time, or does not take place. The newest of confirmed, moved
-- and cancelled stands instead of the others (About, APPOINTMENT)
CREATE TABLE message_again (
  id INTEGER PRIMARY KEY,
  visit_id INTEGER NOT NULL REFERENCES visit(id),
  kind TEXT NOT NULL CHECK (kind IN ('confirmed', 'on_the_way', 'late', 'report', 'moved', 'cancelled')),
  premise INTEGER NOT NULL,
  address TEXT NOT NULL CHECK (length(trim(address)) BETWEEN 3 AND 200),
  text TEXT NOT NULL CHECK (length(trim(text)) BETWEEN 1 AND 2000),
  state TEXT NOT NULL DEFAULT 'waiting'
    CHECK (state IN ('waiting', 'taken', 'sending', 'sent', 'failed', 'unsure', 'dropped')),
  made_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  until INTEGER,
  tries INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0),
  ended_at INTEGER,
  why TEXT NOT NULL DEFAULT '' CHECK (length(why) <= 500),
  version INTEGER NOT NULL DEFAULT 1
) STRICT;
INSERT INTO message_again (id, visit_id, kind, premise, address, text, state, made_at, due_at, until, tries, ended_at, why, version)
  SELECT id, visit_id, kind, premise, address, text, state, made_at, due_at, until, tries, ended_at, why, version FROM message;
DROP TABLE message;
ALTER TABLE message_again RENAME TO message;
CREATE INDEX message_open ON message (due_at) WHERE state IN ('waiting', 'taken', 'sending');
CREATE INDEX message_trouble ON message (state) WHERE state IN ('failed', 'unsure');
CREATE INDEX message_of_visit ON message (visit_id, kind);
CREATE TRIGGER message_kept BEFORE DELETE ON message BEGIN SELECT RAISE(ABORT, 'a message is never deleted: it is dropped'); END;
CREATE TRIGGER message_once BEFORE INSERT ON message
  WHEN EXISTS (SELECT 1 FROM message WHERE id = NEW.id)
    OR EXISTS (SELECT 1 FROM message m WHERE m.visit_id = NEW.visit_id AND m.kind = NEW.kind AND m.premise = NEW.premise
      AND m.address = NEW.address AND m.state <> 'dropped' AND NOT EXISTS (SELECT 1 FROM message l
        WHERE l.visit_id = m.visit_id AND l.id > m.id AND l.state NOT IN ('dropped', 'failed') AND (l.kind = m.kind
          OR l.kind IN ('confirmed', 'moved', 'cancelled') AND m.kind IN ('confirmed', 'moved', 'cancelled'))))
BEGIN SELECT RAISE(ABORT, 'a message is never replaced, and nobody is told the same twice in a row'); END;
CREATE TRIGGER message_itself BEFORE UPDATE OF id, visit_id, kind, premise, address ON message
BEGIN SELECT RAISE(ABORT, 'a message is never rewritten'); END;
