-- service levels: what happened to a request beside its visit, and what an agreement promises beside its prices.
-- Nothing here is rewritten: a mistake is taken back (withdrawn_at), and stays to be seen.

ALTER TABLE agreement ADD COLUMN calendar TEXT NOT NULL DEFAULT '{}' CHECK (substr(calendar, 1, 1) = '{');
ALTER TABLE agreement ADD COLUMN cadence_min INTEGER NOT NULL DEFAULT 1 CHECK (cadence_min BETWEEN 0 AND 31);
ALTER TABLE agreement ADD COLUMN cadence_target INTEGER NOT NULL DEFAULT 2 CHECK (cadence_target BETWEEN 0 AND 31);
ALTER TABLE agreement ADD COLUMN survey_days INTEGER NOT NULL DEFAULT 365 CHECK (survey_days BETWEEN 1 AND 365);
ALTER TABLE agreement ADD COLUMN proactive INTEGER NOT NULL DEFAULT 0 CHECK (proactive IN (0, 1));
ALTER TABLE agreement ADD COLUMN workaround_counts INTEGER NOT NULL DEFAULT 0 CHECK (workaround_counts IN (0, 1));
ALTER TABLE agreement ADD COLUMN vendor_pauses INTEGER NOT NULL DEFAULT 0 CHECK (vendor_pauses IN (0, 1));

-- the first of a kind counts: a human answered by phone, a remote session began, a workaround was agreed, a report was
-- handed over
CREATE TABLE milestone (
  id INTEGER PRIMARY KEY,
  visit_id INTEGER NOT NULL REFERENCES visit(id),
  kind TEXT NOT NULL CHECK (kind IN ('phone', 'remote', 'workaround', 'report')),
  at INTEGER NOT NULL,
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  note TEXT NOT NULL DEFAULT '' CHECK (length(note) <= 500),
  withdrawn_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1)
) STRICT;
CREATE INDEX milestone_visit ON milestone (visit_id) WHERE withdrawn_at IS NULL;

-- a span of the state on_hold: what is waited for, and whom
CREATE TABLE waiting (
  id INTEGER PRIMARY KEY,
  visit_id INTEGER NOT NULL REFERENCES visit(id),
  kind TEXT NOT NULL CHECK (kind IN ('client', 'parts', 'vendor')),
  whom TEXT NOT NULL CHECK (length(trim(whom)) BETWEEN 1 AND 200),
  what TEXT NOT NULL CHECK (length(trim(what)) BETWEEN 1 AND 500),
  starts_at INTEGER NOT NULL,
  ends_at INTEGER CHECK (ends_at >= starts_at)
) STRICT;
CREATE UNIQUE INDEX waiting_open ON waiting (visit_id) WHERE ends_at IS NULL;
CREATE INDEX waiting_visit ON waiting (visit_id);
CREATE TRIGGER waiting_fixed BEFORE UPDATE ON waiting
  WHEN OLD.ends_at IS NOT NULL OR NEW.starts_at <> OLD.starts_at OR NEW.kind <> OLD.kind OR NEW.visit_id <> OLD.visit_id
BEGIN SELECT RAISE(ABORT, 'a pause is never rewritten'); END;
CREATE TRIGGER waiting_kept BEFORE DELETE ON waiting BEGIN SELECT RAISE(ABORT, 'a pause is never deleted'); END;

CREATE TABLE priority_change (
  id INTEGER PRIMARY KEY,
  visit_id INTEGER NOT NULL REFERENCES visit(id),
  at INTEGER NOT NULL,
  before INTEGER NOT NULL CHECK (before BETWEEN 1 AND 4),
  after INTEGER NOT NULL CHECK (after BETWEEN 1 AND 4)
) STRICT;
CREATE INDEX priority_change_visit ON priority_change (visit_id);
CREATE TRIGGER priority_change_fixed BEFORE UPDATE ON priority_change BEGIN SELECT RAISE(ABORT, 'a change of priority is never rewritten'); END;
CREATE TRIGGER priority_change_kept BEFORE DELETE ON priority_change BEGIN SELECT RAISE(ABORT, 'a change of priority is never deleted'); END;

-- an ended visit was opened again: in between its resolution clock stood
CREATE TABLE reopening (
  id INTEGER PRIMARY KEY,
  visit_id INTEGER NOT NULL REFERENCES visit(id),
  ended_at INTEGER NOT NULL,
  reopened_at INTEGER NOT NULL,
  CHECK (reopened_at >= ended_at)
) STRICT;
CREATE INDEX reopening_visit ON reopening (visit_id);

CREATE TABLE breach_cause (
  id INTEGER PRIMARY KEY,
  visit_id INTEGER NOT NULL REFERENCES visit(id),
  clock TEXT NOT NULL CHECK (clock IN ('phone', 'remote', 'onsite', 'resolution')),
  cause TEXT NOT NULL CHECK (length(trim(cause)) BETWEEN 1 AND 200),
  at INTEGER NOT NULL,
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  withdrawn_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1)
) STRICT;
CREATE UNIQUE INDEX breach_cause_once ON breach_cause (visit_id, clock) WHERE withdrawn_at IS NULL;

-- account care

ALTER TABLE client ADD COLUMN unhappy_since TEXT CHECK (unhappy_since IS NULL OR unhappy_since IS date(unhappy_since));
ALTER TABLE client ADD COLUMN unhappy_noted_on TEXT CHECK (unhappy_noted_on IS NULL OR unhappy_noted_on IS date(unhappy_noted_on));

-- score: 0 to 10, null while it is only sent
CREATE TABLE survey (
  id INTEGER PRIMARY KEY,
  client_id INTEGER NOT NULL REFERENCES client(id),
  on_day TEXT NOT NULL CHECK (on_day IS date(on_day)),
  score INTEGER CHECK (score BETWEEN 0 AND 10),
  words TEXT NOT NULL DEFAULT '' CHECK (length(words) <= 10000),
  at INTEGER NOT NULL,
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  withdrawn_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1)
) STRICT;
CREATE INDEX survey_client ON survey (client_id) WHERE withdrawn_at IS NULL;

-- how a prompt ended, or until when it sleeps; an offer made without a prompt has the rule `offer`
CREATE TABLE care_mark (
  id INTEGER PRIMARY KEY,
  client_id INTEGER NOT NULL REFERENCES client(id),
  rule TEXT NOT NULL CHECK (length(rule) BETWEEN 2 AND 10),
  occasion TEXT NOT NULL CHECK (length(occasion) BETWEEN 1 AND 80),
  outcome TEXT NOT NULL CHECK (outcome IN ('done', 'declined', 'snoozed')),
  on_day TEXT NOT NULL CHECK (on_day IS date(on_day)),
  until_day TEXT CHECK (until_day IS NULL OR until_day IS date(until_day)),
  note TEXT NOT NULL DEFAULT '' CHECK (length(note) <= 500),
  at INTEGER NOT NULL,
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  withdrawn_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
  CHECK ((outcome = 'snoozed') = (until_day IS NOT NULL)),
  CHECK (outcome <> 'declined' OR length(trim(note)) >= 1)
) STRICT;
CREATE INDEX care_mark_client ON care_mark (client_id) WHERE withdrawn_at IS NULL;

-- what a review with the client found missing
CREATE TABLE gap (
  id INTEGER PRIMARY KEY,
  client_id INTEGER NOT NULL REFERENCES client(id),
  what TEXT NOT NULL CHECK (length(trim(what)) BETWEEN 1 AND 500),
  owner_id INTEGER NOT NULL REFERENCES staff(id),
  due_on TEXT NOT NULL CHECK (due_on IS date(due_on)),
  at INTEGER NOT NULL,
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  withdrawn_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1)
) STRICT;
CREATE INDEX gap_client ON gap (client_id) WHERE withdrawn_at IS NULL;
