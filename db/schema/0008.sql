-- the call-ahead log: who told which client when, and what time was promised; `owed` is a call that a change of the plan made
-- necessary, with the time that the client still expects

CREATE TABLE call (
  id INTEGER PRIMARY KEY,
  visit_id INTEGER NOT NULL REFERENCES visit(id),
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  at INTEGER NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('owed', 'answered', 'unanswered')),
  promised_at INTEGER,
  phone TEXT NOT NULL DEFAULT '' CHECK (length(phone) <= 200),
  note TEXT NOT NULL DEFAULT '' CHECK (length(note) <= 500),
  withdrawn_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
  CHECK ((promised_at IS NULL) = (outcome = 'unanswered'))
) STRICT;
CREATE INDEX call_at ON call (at);
CREATE INDEX call_visit ON call (visit_id);
CREATE TRIGGER call_kept BEFORE DELETE ON call BEGIN SELECT RAISE(ABORT, 'a call is withdrawn, never deleted'); END;
