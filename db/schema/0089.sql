-- offices that see each other (docs/design/more-machines.md, Branches): who this database is, and where the databases of the others are.
-- A copy of a database is the same office
CREATE TABLE office (id TEXT PRIMARY KEY CHECK (length(id) = 32)) STRICT, WITHOUT ROWID;
INSERT INTO office VALUES (lower(hex(randomblob(16))));
CREATE TRIGGER office_once BEFORE INSERT ON office
BEGIN SELECT RAISE(ABORT, 'a database is one office'); END;
CREATE TRIGGER office_itself BEFORE UPDATE ON office
BEGIN SELECT RAISE(ABORT, 'a database is one office'); END;
CREATE TRIGGER office_kept BEFORE DELETE ON office
BEGIN SELECT RAISE(ABORT, 'a database is one office'); END;

CREATE TABLE branch (
  id INTEGER PRIMARY KEY,
  version INTEGER NOT NULL DEFAULT 1,
  name TEXT NOT NULL COLLATE NOCASE CHECK (length(name) BETWEEN 1 AND 60),
  location TEXT NOT NULL CHECK (length(location) BETWEEN 1 AND 500),
  program TEXT NOT NULL DEFAULT 'dispatch' CHECK (length(program) BETWEEN 1 AND 300),
  office TEXT NOT NULL CHECK (length(office) = 32),
  archived_at INTEGER
) STRICT;
CREATE UNIQUE INDEX branch_name ON branch (name) WHERE archived_at IS NULL;
CREATE UNIQUE INDEX branch_office ON branch (office) WHERE archived_at IS NULL;
