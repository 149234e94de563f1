-- Instants are INTEGER epoch seconds (UTC), dates TEXT YYYY-MM-DD, times of day INTEGER minutes since local midnight,
-- money INTEGER minor units, distances INTEGER metres, JSON in TEXT (checked by its first character only: `json_valid` in
-- a schema needs `trusted_schema=ON` with some releases of SQLite). What a trigger refuses, no process can get round.

CREATE TABLE setting (
  key TEXT PRIMARY KEY CHECK (length(key) BETWEEN 1 AND 80),
  value TEXT NOT NULL CHECK (length(value) >= 1),
  version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1)
) STRICT, WITHOUT ROWID;

-- people

CREATE TABLE staff (
  id INTEGER PRIMARY KEY,
  login TEXT NOT NULL COLLATE NOCASE UNIQUE CHECK (length(login) BETWEEN 1 AND 40),
  name TEXT NOT NULL CHECK (length(trim(name)) BETWEEN 1 AND 200),
  email TEXT NOT NULL DEFAULT '' CHECK (length(email) <= 200),
  active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
  version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1)
) STRICT;
CREATE UNIQUE INDEX staff_name ON staff (name COLLATE NOCASE) WHERE active = 1;

CREATE TABLE staff_role (
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  role TEXT NOT NULL CHECK (role IN ('technician', 'dispatcher', 'lead')),
  PRIMARY KEY (staff_id, role)
) STRICT, WITHOUT ROWID;

CREATE TABLE technician (
  staff_id INTEGER PRIMARY KEY REFERENCES staff(id),
  labour_class TEXT NOT NULL CHECK (length(labour_class) BETWEEN 1 AND 40),
  vehicle TEXT CHECK (length(vehicle) <= 80),
  home_address TEXT NOT NULL DEFAULT '' CHECK (length(home_address) <= 300),
  home_lat REAL CHECK (home_lat BETWEEN -90 AND 90),
  home_lon REAL CHECK (home_lon BETWEEN -180 AND 180),
  lunch_from INTEGER CHECK (lunch_from BETWEEN 0 AND 1440),
  lunch_to INTEGER CHECK (lunch_to BETWEEN 0 AND 1440),
  lunch_minutes INTEGER NOT NULL DEFAULT 0 CHECK (lunch_minutes BETWEEN 0 AND 240),
  utilisation_cap_pct INTEGER NOT NULL DEFAULT 85 CHECK (utilisation_cap_pct BETWEEN 1 AND 100),
  archived_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
  CHECK ((home_lat IS NULL) = (home_lon IS NULL)),
  CHECK ((lunch_from IS NULL) = (lunch_to IS NULL)),
  CHECK (lunch_from IS NULL OR lunch_to - lunch_from >= lunch_minutes)
) STRICT;

CREATE TABLE skill (name TEXT PRIMARY KEY COLLATE NOCASE CHECK (length(name) BETWEEN 1 AND 40)) STRICT, WITHOUT ROWID;

CREATE TABLE technician_skill (
  staff_id INTEGER NOT NULL REFERENCES technician(staff_id),
  skill TEXT NOT NULL COLLATE NOCASE REFERENCES skill(name),
  PRIMARY KEY (staff_id, skill)
) STRICT, WITHOUT ROWID;

-- weekday: 0 is Monday
CREATE TABLE technician_shift (
  staff_id INTEGER NOT NULL REFERENCES technician(staff_id),
  weekday INTEGER NOT NULL CHECK (weekday BETWEEN 0 AND 6),
  opens INTEGER NOT NULL CHECK (opens BETWEEN 0 AND 1440),
  closes INTEGER NOT NULL CHECK (closes BETWEEN 0 AND 1440),
  PRIMARY KEY (staff_id, weekday, opens),
  CHECK (closes > opens)
) STRICT, WITHOUT ROWID;

CREATE TABLE absence (
  id INTEGER PRIMARY KEY,
  staff_id INTEGER NOT NULL REFERENCES technician(staff_id),
  starts_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  reason TEXT NOT NULL DEFAULT '' CHECK (length(reason) <= 500),
  archived_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
  CHECK (ends_at > starts_at)
) STRICT;
CREATE INDEX absence_staff ON absence (staff_id, starts_at);

CREATE TABLE key (
  id INTEGER PRIMARY KEY,
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  fingerprint TEXT NOT NULL UNIQUE CHECK (length(fingerprint) BETWEEN 1 AND 200),
  public_key TEXT NOT NULL CHECK (length(public_key) <= 10000),
  added_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT;

CREATE TABLE session (
  id TEXT PRIMARY KEY CHECK (length(id) BETWEEN 8 AND 64),
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  key_id INTEGER REFERENCES key(id),
  started_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  ended_at INTEGER,
  place TEXT NOT NULL DEFAULT '{}' CHECK (substr(place, 1, 1) = '{')
) STRICT, WITHOUT ROWID;

-- clients and what was agreed with them

CREATE TABLE client (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL CHECK (length(trim(name)) BETWEEN 1 AND 200),
  kind TEXT NOT NULL DEFAULT 'client' CHECK (kind IN ('client', 'prospect')),
  computers INTEGER CHECK (computers >= 0),
  servers INTEGER CHECK (servers >= 0),
  tax_exempt INTEGER NOT NULL DEFAULT 0 CHECK (tax_exempt IN (0, 1)),
  tax_ref TEXT NOT NULL DEFAULT '' CHECK (length(tax_ref) <= 200),
  notes TEXT NOT NULL DEFAULT '' CHECK (length(notes) <= 10000),
  archived_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1)
) STRICT;
CREATE UNIQUE INDEX client_name ON client (name COLLATE NOCASE) WHERE archived_at IS NULL;

CREATE TABLE contact (
  id INTEGER PRIMARY KEY,
  client_id INTEGER NOT NULL REFERENCES client(id),
  name TEXT NOT NULL CHECK (length(trim(name)) BETWEEN 1 AND 200),
  phone TEXT NOT NULL DEFAULT '' CHECK (length(phone) <= 200),
  email TEXT NOT NULL DEFAULT '' CHECK (length(email) <= 200),
  role TEXT NOT NULL DEFAULT '' CHECK (length(role) <= 200),
  version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1)
) STRICT;
CREATE INDEX contact_client ON contact (client_id);

-- one_way_* feed the charge (charges.md B17): set when the site is placed, changed only by a deed
CREATE TABLE site (
  id INTEGER PRIMARY KEY,
  client_id INTEGER NOT NULL REFERENCES client(id),
  name TEXT NOT NULL CHECK (length(trim(name)) BETWEEN 1 AND 200),
  address TEXT NOT NULL DEFAULT '' CHECK (length(address) <= 300),
  lat REAL CHECK (lat BETWEEN -90 AND 90),
  lon REAL CHECK (lon BETWEEN -180 AND 180),
  place_source TEXT NOT NULL DEFAULT '' CHECK (length(place_source) <= 80),
  zone TEXT NOT NULL CHECK (length(zone) BETWEEN 1 AND 64),
  access_notes TEXT NOT NULL DEFAULT '' CHECK (length(access_notes) <= 500),
  one_way_distance TEXT,
  one_way_minutes INTEGER CHECK (one_way_minutes >= 0),
  one_way_provenance TEXT NOT NULL DEFAULT 'unknown',
  archived_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
  CHECK ((lat IS NULL) = (lon IS NULL))
) STRICT;
CREATE UNIQUE INDEX site_name ON site (client_id, name COLLATE NOCASE) WHERE archived_at IS NULL;

CREATE TABLE site_access (
  site_id INTEGER NOT NULL REFERENCES site(id),
  weekday INTEGER NOT NULL CHECK (weekday BETWEEN 0 AND 6),
  opens INTEGER NOT NULL CHECK (opens BETWEEN 0 AND 1440),
  closes INTEGER NOT NULL CHECK (closes BETWEEN 0 AND 1440),
  PRIMARY KEY (site_id, weekday, opens),
  CHECK (closes > opens)
) STRICT, WITHOUT ROWID;

CREATE TABLE site_service (
  site_id INTEGER NOT NULL REFERENCES site(id),
  position INTEGER NOT NULL,
  name TEXT NOT NULL CHECK (length(trim(name)) BETWEEN 1 AND 80),
  PRIMARY KEY (site_id, position)
) STRICT, WITHOUT ROWID;

-- terms: the agreement of charges.md B14 as JSON, without its blocks; levels: service-level targets by priority
CREATE TABLE agreement (
  id INTEGER PRIMARY KEY,
  client_id INTEGER NOT NULL REFERENCES client(id),
  name TEXT NOT NULL CHECK (length(trim(name)) BETWEEN 1 AND 200),
  kind TEXT NOT NULL CHECK (kind IN ('tm', 'fixed_price', 'retainer', 'block_hours', 'block_money')),
  starts TEXT NOT NULL CHECK (starts IS date(starts)),
  ends TEXT CHECK (ends IS NULL OR ends IS date(ends)),
  terms TEXT NOT NULL CHECK (substr(terms, 1, 1) = '{'),
  levels TEXT NOT NULL DEFAULT '{}' CHECK (substr(levels, 1, 1) = '{'),
  monthly_fee_minor INTEGER CHECK (monthly_fee_minor >= 0),
  ended_on TEXT CHECK (ended_on IS NULL OR ended_on IS date(ended_on)),
  archived_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
  CHECK (ends IS NULL OR ends >= starts)
) STRICT;
CREATE INDEX agreement_client ON agreement (client_id, starts);

-- remaining and size: rate-minutes, or minor units of money for block_money
CREATE TABLE pool (
  id INTEGER PRIMARY KEY,
  agreement_id INTEGER NOT NULL REFERENCES agreement(id),
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
  purchased_on TEXT CHECK (purchased_on IS NULL OR purchased_on IS date(purchased_on)),
  expires_on TEXT CHECK (expires_on IS NULL OR expires_on IS date(expires_on)),
  size TEXT NOT NULL,
  remaining TEXT NOT NULL,
  version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
  UNIQUE (agreement_id, name)
) STRICT;

CREATE TABLE rate_card (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL CHECK (length(trim(name)) BETWEEN 1 AND 200),
  valid_from TEXT NOT NULL UNIQUE CHECK (valid_from IS date(valid_from)),
  card TEXT NOT NULL CHECK (substr(card, 1, 1) = '{'),
  version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1)
) STRICT;

-- work

CREATE TABLE job (
  id INTEGER PRIMARY KEY,
  client_id INTEGER NOT NULL REFERENCES client(id),
  title TEXT NOT NULL CHECK (length(trim(title)) BETWEEN 1 AND 500),
  created_at INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1)
) STRICT;

CREATE TABLE visit (
  id INTEGER PRIMARY KEY,
  reference TEXT NOT NULL COLLATE NOCASE UNIQUE CHECK (length(trim(reference)) BETWEEN 1 AND 40),
  job_id INTEGER NOT NULL REFERENCES job(id),
  site_id INTEGER NOT NULL REFERENCES site(id),
  parent_id INTEGER REFERENCES visit(id),
  kind TEXT NOT NULL DEFAULT 'visit' CHECK (kind IN ('visit', 'maintenance', 'audit', 'review', 'delivery')),
  cause TEXT NOT NULL DEFAULT 'normal' CHECK (cause IN ('normal', 'own_failure')),
  work TEXT NOT NULL CHECK (length(trim(work)) BETWEEN 1 AND 500),
  description TEXT NOT NULL DEFAULT '' CHECK (length(description) <= 10000),
  wanted_on TEXT CHECK (wanted_on IS NULL OR wanted_on IS date(wanted_on)),
  promised_from INTEGER,
  promised_to INTEGER,
  minutes INTEGER NOT NULL CHECK (minutes BETWEEN 1 AND 1440),
  priority INTEGER NOT NULL CHECK (priority BETWEEN 1 AND 4),
  emergency INTEGER NOT NULL DEFAULT 0 CHECK (emergency IN (0, 1)),
  requested_at INTEGER NOT NULL,
  reported_by TEXT NOT NULL DEFAULT '' CHECK (length(reported_by) <= 200),
  preferred_id INTEGER REFERENCES technician(staff_id),
  state TEXT NOT NULL DEFAULT 'requested' CHECK (state IN ('requested', 'planned', 'confirmed', 'dispatched', 'en_route',
    'on_site', 'closing_out', 'closed', 'left_open', 'no_access', 'aborted', 'cancelled', 'on_hold')),
  review TEXT NOT NULL DEFAULT 'none' CHECK (review IN ('none', 'to_review', 'approved', 'exported', 'sent_back')),
  starts_at INTEGER,
  ends_at INTEGER,
  pinned INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1)),
  early_agreed_by TEXT NOT NULL DEFAULT '' CHECK (length(early_agreed_by) <= 200),
  reason TEXT NOT NULL DEFAULT '' CHECK (length(reason) <= 10000),
  called TEXT NOT NULL DEFAULT '' CHECK (length(called) <= 500),
  cancelled_at INTEGER,
  ended_at INTEGER,
  sequence INTEGER NOT NULL DEFAULT 0 CHECK (sequence >= 0),
  archived_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
  CHECK ((starts_at IS NULL) = (ends_at IS NULL)),
  CHECK (ends_at IS NULL OR ends_at > starts_at),
  CHECK ((promised_from IS NULL) = (promised_to IS NULL)),
  CHECK (promised_to IS NULL OR promised_to > promised_from),
  CHECK (starts_at IS NULL OR state NOT IN ('requested', 'on_hold')),
  CHECK (starts_at IS NOT NULL OR state IN ('requested', 'on_hold', 'cancelled', 'aborted')),
  CHECK (archived_at IS NULL OR state IN ('requested', 'cancelled', 'closed', 'left_open', 'no_access', 'aborted'))
) STRICT;
CREATE INDEX visit_start ON visit (starts_at) WHERE starts_at IS NOT NULL;
CREATE INDEX visit_queue ON visit (wanted_on) WHERE state IN ('requested', 'on_hold');
CREATE INDEX visit_site ON visit (site_id);
CREATE INDEX visit_parent ON visit (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX visit_cancelled ON visit (cancelled_at) WHERE cancelled_at IS NOT NULL;

CREATE TABLE visit_skill (
  visit_id INTEGER NOT NULL REFERENCES visit(id),
  skill TEXT NOT NULL COLLATE NOCASE REFERENCES skill(name),
  PRIMARY KEY (visit_id, skill)
) STRICT, WITHOUT ROWID;

CREATE TABLE visit_tag (
  visit_id INTEGER NOT NULL REFERENCES visit(id),
  tag TEXT NOT NULL COLLATE NOCASE CHECK (length(tag) BETWEEN 1 AND 40),
  PRIMARY KEY (visit_id, tag)
) STRICT, WITHOUT ROWID;

CREATE TABLE assignment (
  id INTEGER PRIMARY KEY,
  visit_id INTEGER NOT NULL REFERENCES visit(id),
  staff_id INTEGER NOT NULL REFERENCES technician(staff_id),
  labour_class TEXT NOT NULL CHECK (length(labour_class) BETWEEN 1 AND 40),
  vehicle TEXT CHECK (length(vehicle) <= 80),
  billable INTEGER NOT NULL DEFAULT 1 CHECK (billable IN (0, 1)),
  depart_at INTEGER,
  check_in_at INTEGER,
  check_out_at INTEGER,
  return_at INTEGER,
  UNIQUE (visit_id, staff_id),
  CHECK (check_out_at IS NULL OR check_in_at IS NOT NULL OR depart_at IS NOT NULL)
) STRICT;
CREATE INDEX assignment_staff ON assignment (staff_id, visit_id);

CREATE TABLE segment (
  id INTEGER PRIMARY KEY,
  assignment_id INTEGER NOT NULL REFERENCES assignment(id),
  kind TEXT NOT NULL CHECK (kind IN ('travel', 'work', 'wait', 'break', 'test')),
  starts_at INTEGER NOT NULL,
  ends_at INTEGER,
  CHECK (ends_at IS NULL OR ends_at >= starts_at)
) STRICT;
CREATE INDEX segment_assignment ON segment (assignment_id, starts_at);

-- the drive to a stop as it was estimated when the day was planned; visit_id 0 is the way home
CREATE TABLE leg (
  staff_id INTEGER NOT NULL REFERENCES technician(staff_id),
  day TEXT NOT NULL,
  visit_id INTEGER NOT NULL,
  seconds INTEGER CHECK (seconds >= 0),
  metres INTEGER CHECK (metres >= 0),
  low INTEGER,
  high INTEGER,
  provenance TEXT NOT NULL CHECK (provenance IN ('pinned', 'learned', 'roads', 'estimated', 'unknown')),
  PRIMARY KEY (staff_id, day, visit_id),
  CHECK ((seconds IS NULL) = (provenance = 'unknown'))
) STRICT, WITHOUT ROWID;

-- lifecycle: the steps of states.md, refused here whichever process asks

CREATE TABLE visit_edge (
  before TEXT NOT NULL,
  after TEXT NOT NULL,
  PRIMARY KEY (before, after)
) STRICT, WITHOUT ROWID;
INSERT INTO visit_edge VALUES
  ('requested', 'planned'), ('requested', 'cancelled'), ('requested', 'on_hold'), ('requested', 'confirmed'),
  ('planned', 'requested'), ('planned', 'confirmed'), ('planned', 'dispatched'), ('planned', 'en_route'),
  ('planned', 'on_site'), ('planned', 'cancelled'), ('planned', 'on_hold'), ('planned', 'aborted'),
  ('confirmed', 'requested'), ('confirmed', 'planned'), ('confirmed', 'dispatched'), ('confirmed', 'en_route'),
  ('confirmed', 'on_site'), ('confirmed', 'cancelled'), ('confirmed', 'on_hold'), ('confirmed', 'aborted'),
  ('dispatched', 'en_route'), ('dispatched', 'on_site'), ('dispatched', 'cancelled'), ('dispatched', 'on_hold'),
  ('dispatched', 'aborted'),
  ('en_route', 'on_site'), ('en_route', 'no_access'), ('en_route', 'cancelled'), ('en_route', 'aborted'),
  ('on_site', 'closing_out'), ('on_site', 'closed'), ('on_site', 'left_open'), ('on_site', 'no_access'), ('on_site', 'aborted'),
  ('closing_out', 'on_site'), ('closing_out', 'closed'), ('closing_out', 'left_open'), ('closing_out', 'aborted'),
  ('on_hold', 'requested'), ('on_hold', 'cancelled'),
  ('on_hold', 'planned'), ('on_hold', 'confirmed'), ('on_hold', 'dispatched'),
  ('cancelled', 'requested'), ('cancelled', 'planned'), ('cancelled', 'confirmed'), ('cancelled', 'dispatched'),
  ('cancelled', 'en_route'), ('cancelled', 'on_hold'),
  ('closed', 'on_site'), ('left_open', 'on_site'), ('no_access', 'on_site'), ('aborted', 'on_site');
CREATE TRIGGER visit_edge_fixed_i BEFORE INSERT ON visit_edge BEGIN SELECT RAISE(ABORT, 'the lifecycle of a visit is fixed'); END;
CREATE TRIGGER visit_edge_fixed_u BEFORE UPDATE ON visit_edge BEGIN SELECT RAISE(ABORT, 'the lifecycle of a visit is fixed'); END;
CREATE TRIGGER visit_edge_fixed_d BEFORE DELETE ON visit_edge BEGIN SELECT RAISE(ABORT, 'the lifecycle of a visit is fixed'); END;

CREATE TRIGGER visit_begins_requested BEFORE INSERT ON visit WHEN NEW.state <> 'requested'
BEGIN SELECT RAISE(ABORT, 'a visit begins as requested'); END;

CREATE TRIGGER visit_step BEFORE UPDATE OF state ON visit WHEN NEW.state <> OLD.state
  AND NOT EXISTS (SELECT 1 FROM visit_edge WHERE before = OLD.state AND after = NEW.state)
BEGIN SELECT RAISE(ABORT, 'this step is not allowed from the state of the visit'); END;

CREATE TRIGGER visit_version BEFORE UPDATE ON visit WHEN NEW.version <> OLD.version + 1
BEGIN SELECT RAISE(ABORT, 'the version of a visit rises by one with each change'); END;

CREATE TRIGGER visit_needs_technician BEFORE UPDATE ON visit
  WHEN NEW.state NOT IN ('requested', 'on_hold', 'cancelled', 'aborted')
  AND NOT EXISTS (SELECT 1 FROM assignment WHERE visit_id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a visit in the plan has a time and a technician'); END;

CREATE TRIGGER visit_queue_has_none BEFORE UPDATE ON visit WHEN NEW.state IN ('requested', 'on_hold')
  AND EXISTS (SELECT 1 FROM assignment WHERE visit_id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a visit in the queue has neither time nor technician'); END;

CREATE TRIGGER visit_kept BEFORE DELETE ON visit
BEGIN SELECT RAISE(ABORT, 'a visit is archived, never deleted'); END;

CREATE TRIGGER assignment_kept BEFORE DELETE ON assignment
  WHEN OLD.depart_at IS NOT NULL OR OLD.check_in_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a technician who has set out stays on the visit'); END;

-- checklists: the items are copied in when the visit is made; results are only ever added

CREATE TABLE item (
  id INTEGER PRIMARY KEY,
  visit_id INTEGER NOT NULL REFERENCES visit(id),
  ref TEXT NOT NULL CHECK (length(ref) BETWEEN 2 AND 90),
  phase TEXT NOT NULL CHECK (phase IN ('arrive', 'work', 'test', 'leave')),
  kind TEXT NOT NULL CHECK (kind IN ('confirm', 'ask', 'test', 'sign_off', 'named')),
  label TEXT NOT NULL CHECK (length(trim(label)) BETWEEN 1 AND 500),
  required INTEGER NOT NULL CHECK (required IN (0, 1)),
  na_allowed INTEGER NOT NULL CHECK (na_allowed IN (0, 1)),
  override_allowed INTEGER NOT NULL CHECK (override_allowed IN (0, 1)),
  position INTEGER NOT NULL,
  added_by INTEGER REFERENCES staff(id),
  why TEXT NOT NULL DEFAULT '' CHECK (length(why) <= 500),
  UNIQUE (visit_id, ref)
) STRICT;
CREATE TRIGGER item_fixed BEFORE UPDATE ON item BEGIN SELECT RAISE(ABORT, 'a checklist item is never rewritten'); END;
CREATE TRIGGER item_kept BEFORE DELETE ON item BEGIN SELECT RAISE(ABORT, 'a checklist item is never taken out'); END;

CREATE TABLE attempt (
  id INTEGER PRIMARY KEY,
  visit_id INTEGER NOT NULL REFERENCES visit(id),
  item_id INTEGER NOT NULL REFERENCES item(id),
  sequence INTEGER NOT NULL CHECK (sequence >= 1),
  at INTEGER NOT NULL,
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  session TEXT NOT NULL,
  result TEXT NOT NULL CHECK (result IN ('done', 'not_done', 'answered', 'pass', 'fail', 'na', 'overridden', 'follow_up',
    'declined', 'left_to_client', 'signed')),
  text TEXT NOT NULL DEFAULT '' CHECK (length(text) <= 10000),
  value TEXT CHECK (length(value) <= 80),
  grade TEXT CHECK (grade IN ('executed', 'measured', 'attested', 'waived')),
  vantage TEXT CHECK (vantage IN ('host', 'site')),
  signed_by TEXT CHECK (length(signed_by) <= 200),
  satisfied INTEGER CHECK (satisfied IN (0, 1)),
  follow_up_id INTEGER REFERENCES visit(id),
  self_approved INTEGER NOT NULL DEFAULT 0 CHECK (self_approved IN (0, 1)),
  UNIQUE (visit_id, sequence),
  CHECK ((result = 'signed') = (signed_by IS NOT NULL)),
  CHECK ((result = 'signed') = (satisfied IS NOT NULL)),
  CHECK (result <> 'follow_up' OR follow_up_id IS NOT NULL)
) STRICT;
CREATE INDEX attempt_item ON attempt (item_id, sequence);

-- work entries (states.md): a pass counts only if its sequence is after the last of these
CREATE TABLE work_entry (
  id INTEGER PRIMARY KEY,
  visit_id INTEGER NOT NULL REFERENCES visit(id),
  sequence INTEGER NOT NULL CHECK (sequence >= 1),
  at INTEGER NOT NULL,
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  session TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('requested_item', 'note', 'item_used', 'done_now')),
  text TEXT NOT NULL DEFAULT '' CHECK (length(text) <= 10000),
  UNIQUE (visit_id, sequence)
) STRICT;

CREATE TRIGGER attempt_fixed BEFORE UPDATE ON attempt BEGIN SELECT RAISE(ABORT, 'a result is never rewritten: record a new attempt'); END;
CREATE TRIGGER attempt_kept BEFORE DELETE ON attempt BEGIN SELECT RAISE(ABORT, 'a result is never deleted'); END;
CREATE TRIGGER work_entry_fixed BEFORE UPDATE ON work_entry BEGIN SELECT RAISE(ABORT, 'a work entry is never rewritten'); END;
CREATE TRIGGER work_entry_kept BEFORE DELETE ON work_entry BEGIN SELECT RAISE(ABORT, 'a work entry is never deleted'); END;

CREATE TRIGGER attempt_of_open_visit BEFORE INSERT ON attempt
  WHEN NOT EXISTS (SELECT 1 FROM visit v JOIN item i ON i.visit_id = v.id
    WHERE v.id = NEW.visit_id AND i.id = NEW.item_id AND v.state IN ('on_site', 'closing_out') AND NEW.sequence = v.sequence)
BEGIN SELECT RAISE(ABORT, 'results are recorded on an open visit, on its own items, in its own sequence'); END;
CREATE TRIGGER work_entry_of_open_visit BEFORE INSERT ON work_entry
  WHEN NOT EXISTS (SELECT 1 FROM visit v WHERE v.id = NEW.visit_id AND v.state IN ('on_site', 'closing_out') AND NEW.sequence = v.sequence)
BEGIN SELECT RAISE(ABORT, 'work is recorded on an open visit, in its own sequence'); END;
CREATE TRIGGER visit_sequence_rises BEFORE UPDATE OF sequence ON visit WHEN NEW.sequence < OLD.sequence
BEGIN SELECT RAISE(ABORT, 'the sequence of a visit only rises'); END;

CREATE VIEW latest_attempt AS
  SELECT a.* FROM attempt a WHERE a.sequence = (SELECT max(b.sequence) FROM attempt b WHERE b.item_id = a.item_id);

-- what still keeps a visit from being closed (close-out.md C2; states.md: the trigger's condition for closed). `said` is how
-- many characters the text has after trimming; `blank` is what is trimmed, the same as in dispatch/closeout/gates.py
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
      AND a.sequence > coalesce((SELECT max(w.sequence) FROM work_entry w WHERE w.visit_id = i.visit_id), 0)
      AND (a.said >= 10 OR a.measured)
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

CREATE TRIGGER visit_gate BEFORE UPDATE OF state ON visit WHEN NEW.state = 'closed' AND OLD.state <> 'closed'
  AND (EXISTS (SELECT 1 FROM open_gate WHERE visit_id = NEW.id)
    OR NOT EXISTS (SELECT 1 FROM item WHERE visit_id = NEW.id AND required = 1))
BEGIN SELECT RAISE(ABORT, 'the visit cannot be closed: its checklist is not finished'); END;

CREATE TRIGGER visit_left_open_needs_follow_up BEFORE UPDATE OF state ON visit
  WHEN NEW.state = 'left_open' AND OLD.state <> 'left_open'
  AND NOT EXISTS (SELECT 1 FROM visit c WHERE c.parent_id = NEW.id AND c.archived_at IS NULL)
BEGIN SELECT RAISE(ABORT, 'a visit is left open only with a follow-up visit booked'); END;

-- charges: sheets are kept with copies of what they were computed from, and never rewritten

CREATE TABLE charge_sheet (
  id INTEGER PRIMARY KEY,
  visit_id INTEGER NOT NULL REFERENCES visit(id),
  revision INTEGER NOT NULL CHECK (revision >= 1),
  status TEXT NOT NULL CHECK (status IN ('ready', 'review', 'blocked')),
  currency TEXT NOT NULL,
  exponent INTEGER NOT NULL,
  net_minor INTEGER,
  tax_minor INTEGER,
  total_minor INTEGER,
  input TEXT NOT NULL CHECK (substr(input, 1, 1) = '{'),
  sheet TEXT NOT NULL CHECK (substr(sheet, 1, 1) = '{'),
  reason TEXT NOT NULL DEFAULT '' CHECK (length(reason) <= 10000),
  made_at INTEGER NOT NULL,
  UNIQUE (visit_id, revision),
  CHECK ((status = 'blocked') = (total_minor IS NULL)),
  CHECK (total_minor IS NULL OR total_minor = net_minor + tax_minor)
) STRICT;

CREATE TABLE charge_line (
  sheet_id INTEGER NOT NULL REFERENCES charge_sheet(id),
  position INTEGER NOT NULL,
  rule TEXT NOT NULL,
  category TEXT NOT NULL,
  amount_minor INTEGER NOT NULL,
  PRIMARY KEY (sheet_id, position)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER charge_sheet_fixed BEFORE UPDATE ON charge_sheet BEGIN SELECT RAISE(ABORT, 'a charge sheet is never rewritten: make a revision'); END;
CREATE TRIGGER charge_sheet_kept BEFORE DELETE ON charge_sheet BEGIN SELECT RAISE(ABORT, 'a charge sheet is never deleted'); END;
CREATE TRIGGER charge_line_fixed BEFORE UPDATE ON charge_line BEGIN SELECT RAISE(ABORT, 'a charge line is never rewritten'); END;
CREATE TRIGGER charge_line_kept BEFORE DELETE ON charge_line BEGIN SELECT RAISE(ABORT, 'a charge line is never deleted'); END;

-- what happened

CREATE TABLE outbox (
  id INTEGER PRIMARY KEY,
  staff_id INTEGER REFERENCES staff(id),
  visit_id INTEGER REFERENCES visit(id),
  kind TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND 40),
  text TEXT NOT NULL CHECK (length(text) <= 10000),
  made_at INTEGER NOT NULL,
  seen_at INTEGER,
  sent_at INTEGER
) STRICT;

-- what can be taken back: per person, with the picture of each record before and after
CREATE TABLE change (
  id INTEGER PRIMARY KEY,
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  at INTEGER NOT NULL,
  label TEXT NOT NULL CHECK (length(label) BETWEEN 1 AND 500),
  pictures TEXT NOT NULL CHECK (substr(pictures, 1, 1) = '['),
  state TEXT NOT NULL DEFAULT 'done' CHECK (state IN ('done', 'undone', 'dropped'))
) STRICT;
CREATE INDEX change_staff ON change (staff_id, state, id);

CREATE TABLE audit (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  staff_id INTEGER,
  session TEXT NOT NULL,
  via TEXT NOT NULL,
  deed TEXT NOT NULL,
  entity TEXT NOT NULL,
  entity_id INTEGER NOT NULL,
  detail TEXT NOT NULL CHECK (substr(detail, 1, 1) = '{'),
  save_id TEXT NOT NULL,
  prev BLOB NOT NULL CHECK (length(prev) = 32),
  hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32)
) STRICT;
CREATE INDEX audit_entity ON audit (entity, entity_id, seq);
CREATE INDEX audit_save ON audit (save_id);
CREATE TRIGGER audit_fixed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_kept BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_chained BEFORE INSERT ON audit
  WHEN NEW.prev IS NOT coalesce((SELECT hash FROM audit ORDER BY seq DESC LIMIT 1), zeroblob(32))
BEGIN SELECT RAISE(ABORT, 'the audit chain is broken'); END;
