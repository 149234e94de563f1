-- more kinds of tests, whose names the program looks at; and the authority whose certificates are believed at a target
CREATE TABLE target_again (
  id INTEGER PRIMARY KEY,
  site_id INTEGER NOT NULL REFERENCES site(id),
  name TEXT NOT NULL CHECK (length(trim(name)) BETWEEN 1 AND 80),
  kind TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND 20),
  address TEXT NOT NULL DEFAULT '' CHECK (length(address) <= 500),
  options TEXT NOT NULL DEFAULT '' CHECK (length(options) <= 500),
  authority TEXT NOT NULL DEFAULT '' CHECK (length(authority) <= 10000),
  vantage TEXT NOT NULL DEFAULT 'host' CHECK (vantage IN ('host', 'site')),
  reason TEXT NOT NULL DEFAULT '' CHECK (length(reason) <= 500),
  note TEXT NOT NULL DEFAULT '' CHECK (length(note) <= 500),
  archived_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1)
) STRICT;
INSERT INTO target_again (id, site_id, name, kind, address, options, vantage, reason, note, archived_at, version)
  SELECT id, site_id, name, kind, address, options, vantage, reason, note, archived_at, version FROM target;
DROP TABLE target;
ALTER TABLE target_again RENAME TO target;
CREATE UNIQUE INDEX target_name ON target (site_id, name COLLATE NOCASE) WHERE archived_at IS NULL;
