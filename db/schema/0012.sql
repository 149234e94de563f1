-- seats over SSH: what a key may ask for, how a session ended, and files that were handed in.

ALTER TABLE key ADD COLUMN mouse INTEGER NOT NULL DEFAULT 0 CHECK (mouse IN (0, 1));
ALTER TABLE session ADD COLUMN ended_as TEXT NOT NULL DEFAULT '' CHECK (length(ended_as) <= 80);
CREATE INDEX session_open ON session (staff_id) WHERE ended_at IS NULL;

-- a photograph or another file; its bytes stand beside the database under their hash, never under the name that was given
CREATE TABLE file (
  id INTEGER PRIMARY KEY,
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
  size INTEGER NOT NULL CHECK (size BETWEEN 1 AND 20000000),
  name TEXT NOT NULL CHECK (length(trim(name)) BETWEEN 1 AND 200),
  visit_id INTEGER NOT NULL REFERENCES visit(id),
  item_id INTEGER NOT NULL REFERENCES item(id),
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  added_at INTEGER NOT NULL
) STRICT;
CREATE INDEX file_item ON file (item_id);
CREATE INDEX file_visit ON file (visit_id);
