-- tests that run: what may be tested at a site, what each item tests, every try, and what a laptop was asked to test

CREATE TABLE target (
  id INTEGER PRIMARY KEY,
  site_id INTEGER NOT NULL REFERENCES site(id),
  name TEXT NOT NULL CHECK (length(trim(name)) BETWEEN 1 AND 80),
  kind TEXT NOT NULL CHECK (kind IN ('tcp', 'http', 'tls', 'dns', 'ping', 'smtp', 'reboot', 'value')),
  address TEXT NOT NULL DEFAULT '' CHECK (length(address) <= 500),
  options TEXT NOT NULL DEFAULT '' CHECK (length(options) <= 500),
  vantage TEXT NOT NULL DEFAULT 'host' CHECK (vantage IN ('host', 'site')),
  reason TEXT NOT NULL DEFAULT '' CHECK (length(reason) <= 500),
  note TEXT NOT NULL DEFAULT '' CHECK (length(note) <= 500),
  archived_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1)
) STRICT;
CREATE UNIQUE INDEX target_name ON target (site_id, name COLLATE NOCASE) WHERE archived_at IS NULL;

-- the probe is a copy of a target, as JSON; it stands apart from the item because a visit that has not begun takes over
-- what is registered for its site meanwhile
CREATE TABLE item_probe (
  item_id INTEGER NOT NULL REFERENCES item(id),
  position INTEGER NOT NULL,
  vantage TEXT NOT NULL CHECK (vantage IN ('host', 'site')),
  probe TEXT NOT NULL CHECK (substr(probe, 1, 1) = '{'),
  PRIMARY KEY (item_id, position)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER item_probe_fixed BEFORE UPDATE ON item_probe
BEGIN SELECT RAISE(ABORT, 'what an item tests is never rewritten'); END;
CREATE TRIGGER item_probe_added BEFORE INSERT ON item_probe
  WHEN EXISTS (SELECT 1 FROM attempt a WHERE a.item_id = NEW.item_id)
BEGIN SELECT RAISE(ABORT, 'an item with a result keeps the tests that it has'); END;
CREATE TRIGGER item_probe_kept BEFORE DELETE ON item_probe
  WHEN NOT EXISTS (SELECT 1 FROM item i JOIN visit v ON v.id = i.visit_id WHERE i.id = OLD.item_id
    AND v.state IN ('requested', 'planned', 'confirmed', 'dispatched', 'on_hold'))
BEGIN SELECT RAISE(ABORT, 'a visit that has begun keeps its tests'); END;

-- begun_after: the sequence of the visit when a test that ran was begun; null for what people record, which is of now
ALTER TABLE attempt ADD COLUMN begun_after INTEGER CHECK (begun_after >= 0 AND begun_after < sequence);

CREATE TABLE attempt_try (
  attempt_id INTEGER NOT NULL REFERENCES attempt(id),
  position INTEGER NOT NULL,
  probe TEXT NOT NULL CHECK (length(probe) BETWEEN 1 AND 80),
  number INTEGER NOT NULL CHECK (number >= 1),
  at INTEGER NOT NULL,
  milliseconds INTEGER NOT NULL CHECK (milliseconds >= 0),
  passed INTEGER NOT NULL CHECK (passed IN (0, 1)),
  text TEXT NOT NULL CHECK (length(text) <= 500),
  PRIMARY KEY (attempt_id, position)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER attempt_try_fixed BEFORE UPDATE ON attempt_try BEGIN SELECT RAISE(ABORT, 'a try is never rewritten'); END;
CREATE TRIGGER attempt_try_kept BEFORE DELETE ON attempt_try BEGIN SELECT RAISE(ABORT, 'a try is never deleted'); END;

-- what a reboot watch has seen so far: a watch that is cut off goes on from here
CREATE TABLE observation (
  id INTEGER PRIMARY KEY,
  item_id INTEGER NOT NULL REFERENCES item(id),
  probe TEXT NOT NULL CHECK (length(probe) BETWEEN 1 AND 80),
  seen TEXT NOT NULL CHECK (seen IN ('up', 'down', 'back')),
  at INTEGER NOT NULL,
  as_of INTEGER NOT NULL CHECK (as_of >= 0),
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  session TEXT NOT NULL
) STRICT;
CREATE INDEX observation_item ON observation (item_id, id);
CREATE TRIGGER observation_fixed BEFORE UPDATE ON observation BEGIN SELECT RAISE(ABORT, 'an observation is never rewritten'); END;
CREATE TRIGGER observation_kept BEFORE DELETE ON observation BEGIN SELECT RAISE(ABORT, 'an observation is never deleted'); END;

CREATE TABLE probe_order (
  nonce TEXT PRIMARY KEY CHECK (length(nonce) = 32),
  visit_id INTEGER NOT NULL REFERENCES visit(id),
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  key BLOB NOT NULL CHECK (length(key) = 32),
  made_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL CHECK (expires_at > made_at),
  used_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE TRIGGER probe_order_once BEFORE UPDATE ON probe_order WHEN OLD.used_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a probe specification is used once'); END;

-- as before, and two things more: a test that ran is as old as its beginning, and a pass from the office machine does not
-- settle an item that needs one from the client's network
DROP VIEW open_gate;
CREATE VIEW open_gate AS
  WITH blank(characters) AS (VALUES (char(9, 10, 11, 12, 13, 32, 133, 160, 5760, 8192, 8193, 8194, 8195, 8196, 8197, 8198,
    8199, 8200, 8201, 8202, 8203, 8232, 8233, 8239, 8287, 12288, 65279))),
  latest AS (SELECT *, length(trim(text, (SELECT characters FROM blank))) AS said,
    length(trim(value, (SELECT characters FROM blank))) > 0 AS measured,
    length(trim(signed_by, (SELECT characters FROM blank))) > 0 AS named FROM latest_attempt)
  SELECT i.visit_id, i.ref FROM item i LEFT JOIN latest a ON a.item_id = i.id
  WHERE i.required = 1 AND i.kind <> 'sign_off' AND NOT coalesce(CASE
    WHEN a.result = 'na' THEN i.na_allowed = 1 AND a.said >= 10
    WHEN i.kind = 'test' THEN a.result = 'pass'
      AND coalesce(a.begun_after, a.sequence - 1) >= coalesce((SELECT max(w.sequence) FROM work_entry w
        WHERE w.visit_id = i.visit_id), 0)
      AND (a.said >= 10 OR a.measured)
      AND NOT (a.vantage IS 'host' AND EXISTS (SELECT 1 FROM item_probe p WHERE p.item_id = i.id AND p.vantage = 'site'))
    WHEN a.result = 'overridden' THEN i.override_allowed = 1 AND a.said > 0
    WHEN i.kind = 'named' THEN a.result IN ('done', 'follow_up') OR (a.result = 'declined' AND a.said > 0)
    WHEN i.kind = 'ask' THEN a.result = 'answered' AND a.said > 0
    WHEN a.result = 'not_done' THEN i.ref GLOB 'W1.*' AND a.said >= 10
    ELSE a.result = 'done' AND (i.ref <> 'W2' OR a.said > 0)
    END, 0)
  UNION ALL
  SELECT i.visit_id, i.ref FROM item i LEFT JOIN latest a ON a.item_id = i.id
  WHERE i.kind = 'sign_off' AND i.required = 1 AND NOT coalesce(CASE a.result
      WHEN 'signed' THEN a.named
      WHEN 'overridden' THEN i.override_allowed = 1 AND a.said > 0
      END
    AND a.sequence > coalesce((SELECT max(o.sequence) FROM attempt o WHERE o.visit_id = i.visit_id AND o.item_id <> i.id), 0)
    AND a.sequence > coalesce((SELECT max(w.sequence) FROM work_entry w WHERE w.visit_id = i.visit_id), 0), 0);
