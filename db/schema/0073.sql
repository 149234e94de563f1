-- the equipment of a site: what stands there, until when it is covered, and whose its ends are (account-care.md E17); a test target
-- may belong to a piece of it
CREATE TABLE equipment (
  id INTEGER PRIMARY KEY,
  version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
  site_id INTEGER NOT NULL REFERENCES site(id),
  name TEXT NOT NULL CHECK (length(trim(name)) BETWEEN 1 AND 80),
  kind TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND 20),
  role TEXT NOT NULL DEFAULT '' CHECK (length(role) <= 500),
  maker TEXT NOT NULL DEFAULT '' CHECK (length(maker) <= 200),
  serial TEXT NOT NULL DEFAULT '' CHECK (length(serial) <= 200),
  address TEXT NOT NULL DEFAULT '' CHECK (length(address) <= 500),
  warranty_ends TEXT CHECK (warranty_ends IS date(warranty_ends)),
  certificate_ends TEXT CHECK (certificate_ends IS date(certificate_ends)),
  owner_id INTEGER REFERENCES staff(id),
  note TEXT NOT NULL DEFAULT '' CHECK (length(note) <= 500),
  archived_at INTEGER
) STRICT;
CREATE UNIQUE INDEX equipment_name ON equipment (site_id, name COLLATE NOCASE) WHERE archived_at IS NULL;
ALTER TABLE target ADD COLUMN equipment_id INTEGER REFERENCES equipment(id);
CREATE INDEX target_of_equipment ON target (equipment_id) WHERE equipment_id IS NOT NULL;
