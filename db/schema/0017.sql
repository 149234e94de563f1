-- messages to clients: what they want to be told and where, and each message with what became of it

ALTER TABLE client ADD COLUMN told TEXT NOT NULL DEFAULT '' CHECK (length(told) <= 100);
ALTER TABLE client ADD COLUMN told_at TEXT NOT NULL DEFAULT '' CHECK (length(told_at) <= 200);

-- `premise` is the moment that the message speaks of (the start, the arrival, the end); one message for each, never two.
-- `taken` is in the hands of a sender until `until`; from `sending` on nobody can know whether it went out, but the sender.
CREATE TABLE message (
  id INTEGER PRIMARY KEY,
  visit_id INTEGER NOT NULL REFERENCES visit(id),
  kind TEXT NOT NULL CHECK (kind IN ('confirmed', 'on_the_way', 'late', 'report')),
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
  version INTEGER NOT NULL DEFAULT 1,
  UNIQUE (visit_id, kind, premise, address)
) STRICT;
CREATE INDEX message_open ON message (due_at) WHERE state IN ('waiting', 'taken', 'sending');
CREATE INDEX message_trouble ON message (state) WHERE state IN ('failed', 'unsure');
CREATE TRIGGER message_kept BEFORE DELETE ON message BEGIN SELECT RAISE(ABORT, 'a message is never deleted: it is dropped'); END;
