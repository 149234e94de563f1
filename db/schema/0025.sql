-- what settles a test (close-out.md C5a), who let words settle one, whether somebody's connection led into the client's network,
-- and the ends of a visit: nothing ends one on which work was done but its gates, or a lead with a follow-up or the client's word

-- empty: as the targets and the way in have it
ALTER TABLE item ADD COLUMN evidence TEXT CHECK (evidence IN ('executed', 'measured', 'any'));
-- the visit's sequence when the file was handed in; empty for those of before
ALTER TABLE file ADD COLUMN as_of INTEGER CHECK (as_of >= 0);

-- whether a program can run it: a value is typed in
DROP TRIGGER item_probe_fixed;
ALTER TABLE item_probe ADD COLUMN runs INTEGER NOT NULL DEFAULT 1 CHECK (runs IN (0, 1));
UPDATE item_probe SET runs = 0 WHERE probe LIKE '%"kind": "value"%';
CREATE TRIGGER item_probe_fixed BEFORE UPDATE ON item_probe
BEGIN SELECT RAISE(ABORT, 'what an item tests is never rewritten'); END;

-- that a technician's connection led into the client's network at this visit, as first seen
CREATE TABLE way_in (
  visit_id INTEGER PRIMARY KEY REFERENCES visit(id),
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  session TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE TRIGGER way_in_fixed BEFORE UPDATE ON way_in BEGIN SELECT RAISE(ABORT, 'a way in that was seen stays seen'); END;
CREATE TRIGGER way_in_kept BEFORE DELETE ON way_in BEGIN SELECT RAISE(ABORT, 'a way in that was seen stays seen'); END;

-- a lead lets words settle a test at one visit: `lowered` for a reason, whatever it asks for; else because there is no way in.
-- as_of is the visit's sequence when it was given, so that a run that fails later counts again
CREATE TABLE permission (
  id INTEGER PRIMARY KEY,
  item_id INTEGER NOT NULL REFERENCES item(id),
  lowered INTEGER NOT NULL CHECK (lowered IN (0, 1)),
  asked_by INTEGER NOT NULL REFERENCES staff(id),
  asked_at INTEGER NOT NULL,
  asked TEXT NOT NULL DEFAULT '' CHECK (length(asked) <= 500),
  answered_by INTEGER REFERENCES staff(id),
  answered_at INTEGER,
  given INTEGER CHECK (given IN (0, 1)),
  as_of INTEGER CHECK (as_of >= 0),
  reason TEXT NOT NULL DEFAULT '' CHECK (length(reason) <= 500),
  CHECK ((answered_at IS NULL) = (answered_by IS NULL)),
  CHECK ((answered_at IS NULL) = (given IS NULL)),
  CHECK ((answered_at IS NULL) = (as_of IS NULL)),
  CHECK (lowered = 0 OR given IS NOT 1 OR length(trim(reason)) >= 3)
) STRICT;
CREATE INDEX permission_item ON permission (item_id);
CREATE UNIQUE INDEX permission_open ON permission (item_id) WHERE answered_at IS NULL;
CREATE TRIGGER permission_fixed BEFORE UPDATE ON permission
  WHEN OLD.answered_at IS NOT NULL OR NEW.item_id <> OLD.item_id OR NEW.asked_by <> OLD.asked_by
BEGIN SELECT RAISE(ABORT, 'a permission is answered once, never rewritten'); END;
CREATE TRIGGER permission_kept BEFORE DELETE ON permission BEGIN SELECT RAISE(ABORT, 'a permission is never deleted'); END;
CREATE TRIGGER permission_once BEFORE INSERT ON permission
  WHEN EXISTS (SELECT 1 FROM permission WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a permission is answered once, never rewritten'); END;
CREATE TRIGGER permission_of_lead_u BEFORE UPDATE ON permission WHEN NEW.given = 1
  AND NOT EXISTS (SELECT 1 FROM staff_role WHERE staff_id = NEW.answered_by AND role = 'lead')
BEGIN SELECT RAISE(ABORT, 'only a lead lets words settle a test'); END;
CREATE TRIGGER permission_of_lead_i BEFORE INSERT ON permission WHEN NEW.given = 1
  AND NOT EXISTS (SELECT 1 FROM staff_role WHERE staff_id = NEW.answered_by AND role = 'lead')
BEGIN SELECT RAISE(ABORT, 'only a lead lets words settle a test'); END;

-- words are evidence, or the reason of an n/a or of work not done, only if they say something: ten letters or digits, two
-- different words, not one character repeated; and of a test not the words of the test before. `plain` is the words in small
-- letters, two spaces between; the letters are those of dispatch/closeout/answers.py
CREATE TRIGGER attempt_says_something BEFORE INSERT ON attempt
  WHEN NEW.begun_after IS NULL AND (NEW.result IN ('na', 'not_done') OR NEW.result = 'pass' AND coalesce(NEW.value, '') NOT GLOB '*[0-9]*')
  AND EXISTS (
    WITH RECURSIVE walk(at, plain) AS (
      VALUES (0, '  ') UNION ALL
      SELECT at + 1, plain || CASE WHEN unicode(substr(NEW.text, at + 1, 1)) BETWEEN 48 AND 57
          OR unicode(substr(NEW.text, at + 1, 1)) BETWEEN 65 AND 90 OR unicode(substr(NEW.text, at + 1, 1)) BETWEEN 97 AND 122
          OR unicode(substr(NEW.text, at + 1, 1)) BETWEEN 192 AND 5759 OR unicode(substr(NEW.text, at + 1, 1)) BETWEEN 5761 AND 8191
          OR unicode(substr(NEW.text, at + 1, 1)) BETWEEN 11264 AND 12287 OR unicode(substr(NEW.text, at + 1, 1)) BETWEEN 12353 AND 55295
          OR unicode(substr(NEW.text, at + 1, 1)) BETWEEN 63744 AND 65023 OR unicode(substr(NEW.text, at + 1, 1)) BETWEEN 65136 AND 65500
          OR unicode(substr(NEW.text, at + 1, 1)) BETWEEN 65536 AND 126975 OR unicode(substr(NEW.text, at + 1, 1)) BETWEEN 131072 AND 262143
        THEN lower(substr(NEW.text, at + 1, 1)) ELSE '  ' END
      FROM walk WHERE at < length(NEW.text)),
    said(plain, letters) AS (SELECT plain || '  ', replace(plain, ' ', '') FROM walk WHERE at = length(NEW.text)),
    first(plain, letters, word) AS (SELECT plain, letters, substr(ltrim(plain), 1, instr(ltrim(plain), ' ') - 1) FROM said)
    SELECT 1 FROM first WHERE length(letters) < 10 OR replace(letters, substr(letters, 1, 1), '') = ''
      OR trim(replace(plain, ' ' || word || ' ', '')) = '')
BEGIN SELECT RAISE(ABORT, 'words are evidence only if they say something'); END;
CREATE TRIGGER attempt_says_its_own BEFORE INSERT ON attempt
  WHEN NEW.begun_after IS NULL AND NEW.result = 'pass' AND coalesce(NEW.value, '') NOT GLOB '*[0-9]*'
  AND lower(NEW.text) = (SELECT lower(o.text) FROM attempt o JOIN item i ON i.id = o.item_id WHERE o.visit_id = NEW.visit_id
    AND o.item_id <> NEW.item_id AND i.kind = 'test' AND o.begun_after IS NULL ORDER BY o.sequence DESC LIMIT 1)
BEGIN SELECT RAISE(ABORT, 'the test before has the same words'); END;

-- runs that count: a pass from the office machine says nothing of what must be tested inside the client's network
CREATE VIEW counting_run AS
  SELECT a.* FROM attempt a WHERE a.begun_after IS NOT NULL AND NOT (a.result = 'pass' AND a.vantage IS 'host'
    AND EXISTS (SELECT 1 FROM item_probe p WHERE p.item_id = a.item_id AND p.vantage = 'site'));

-- what settles each test at its visit, as Item.asks has it
CREATE VIEW test_asks AS
  WITH asking AS (SELECT i.id, i.visit_id, i.evidence,
      (SELECT max(p.runs) FROM item_probe p WHERE p.item_id = i.id) AS runs,
      EXISTS (SELECT 1 FROM item_probe p WHERE p.item_id = i.id AND p.runs = 1 AND p.vantage = 'site') AS inside,
      (SELECT p.id FROM permission p WHERE p.item_id = i.id AND p.given = 1 ORDER BY p.id DESC LIMIT 1) AS permission_id
    FROM item i WHERE i.kind = 'test')
  SELECT t.id AS item_id, t.visit_id, t.permission_id, CASE
    WHEN EXISTS (SELECT 1 FROM permission p WHERE p.id = t.permission_id AND p.lowered = 1 AND p.as_of >= coalesce((
      SELECT max(r.sequence) FROM counting_run r WHERE r.item_id = t.id AND r.result = 'fail'), 0)) THEN 'lowered'
    WHEN t.runs IS NOT 1 THEN coalesce(t.evidence, CASE t.runs WHEN 0 THEN 'measured' ELSE 'any' END)
    WHEN t.evidence IN ('any', 'measured') THEN t.evidence
    WHEN t.inside AND NOT EXISTS (SELECT 1 FROM way_in w WHERE w.visit_id = t.visit_id)
      AND NOT EXISTS (SELECT 1 FROM counting_run r WHERE r.item_id = t.id) THEN 'no_way_in'
    ELSE 'executed' END AS asks
  FROM asking t;

-- the place in the visit's sequence of the attempt that counts on each item, as Item.standing has it; `counts` is Item.counts
CREATE VIEW standing AS
  SELECT item_id, visit_id, asks, CASE WHEN counted IS NULL OR last > counted AND EXISTS (SELECT 1 FROM attempt o
      WHERE o.item_id = placed.item_id AND o.sequence = last AND o.result = 'overridden') THEN last ELSE counted END AS sequence,
    asks NOT IN ('executed', 'measured') OR counted IS NOT NULL AS counts
  FROM (SELECT i.id AS item_id, i.visit_id, coalesce(t.asks, '') AS asks,
      (SELECT max(a.sequence) FROM attempt a WHERE a.item_id = i.id) AS last,
      CASE t.asks WHEN 'executed' THEN (SELECT max(a.sequence) FROM counting_run a WHERE a.item_id = i.id)
        WHEN 'measured' THEN (SELECT max(a.sequence) FROM attempt a WHERE a.item_id = i.id AND a.grade IN ('executed', 'measured'))
        END AS counted
    FROM item i LEFT JOIN test_asks t ON t.item_id = i.id) AS placed;

DROP VIEW open_gate;
CREATE VIEW open_gate AS
  WITH blank(characters) AS (VALUES (char(9, 10, 11, 12, 13, 32, 133, 160, 5760, 8192, 8193, 8194, 8195, 8196, 8197, 8198,
    8199, 8200, 8201, 8202, 8203, 8232, 8233, 8239, 8287, 12288, 65279))),
  latest AS (SELECT *, length(trim(text, (SELECT characters FROM blank))) AS said,
    length(trim(signed_by, (SELECT characters FROM blank))) > 0 AS named FROM attempt)
  SELECT i.visit_id, i.ref FROM item i JOIN standing s ON s.item_id = i.id
    LEFT JOIN latest a ON a.visit_id = s.visit_id AND a.sequence = s.sequence
  WHERE i.required = 1 AND i.kind <> 'sign_off' AND NOT coalesce(CASE
    WHEN a.result = 'na' THEN i.na_allowed = 1 AND a.said >= 10
    WHEN i.kind = 'test' THEN a.result = 'pass' AND s.counts
      AND coalesce(a.begun_after, a.sequence - 1) >= coalesce((SELECT max(w.sequence) FROM work_entry w
        WHERE w.visit_id = i.visit_id), 0)
      AND (a.begun_after IS NOT NULL OR a.said >= 10 OR coalesce(a.value, '') GLOB '*[0-9]*')
      AND NOT (a.vantage IS 'host' AND EXISTS (SELECT 1 FROM item_probe p WHERE p.item_id = i.id AND p.vantage = 'site'))
      AND (s.asks <> 'no_way_in' OR EXISTS (SELECT 1 FROM permission p WHERE p.item_id = i.id AND p.given = 1)
        OR EXISTS (SELECT 1 FROM file f WHERE f.item_id = i.id AND f.as_of >= coalesce((SELECT max(w.sequence)
          FROM work_entry w WHERE w.visit_id = i.visit_id), 0)))
    WHEN a.result = 'overridden' THEN i.override_allowed = 1 AND a.said > 0
    WHEN i.kind = 'named' THEN a.result IN ('done', 'follow_up') OR (a.result = 'declined' AND a.said > 0)
    WHEN i.kind = 'ask' THEN a.result = 'answered' AND a.said > 0
    WHEN a.result = 'not_done' THEN i.ref GLOB 'W1.*' AND a.said >= 10
    ELSE a.result = 'done' AND (i.ref <> 'W2' OR a.said > 0)
    END, 0)
  UNION ALL
  SELECT i.visit_id, i.ref FROM item i
    LEFT JOIN latest a ON a.item_id = i.id AND a.sequence = (SELECT max(o.sequence) FROM attempt o WHERE o.item_id = i.id)
  WHERE i.kind = 'sign_off' AND i.required = 1 AND NOT coalesce(CASE a.result
      WHEN 'signed' THEN a.named
      WHEN 'overridden' THEN i.override_allowed = 1 AND a.said > 0
      END
    AND a.sequence > coalesce((SELECT max(o.sequence) FROM attempt o WHERE o.visit_id = i.visit_id AND o.item_id <> i.id), 0)
    AND a.sequence > coalesce((SELECT max(w.sequence) FROM work_entry w WHERE w.visit_id = i.visit_id), 0), 0);
DROP VIEW latest_attempt;

-- the ends of a visit (states.md). Once work was done there are two: closed through the gates, or left open by a lead
CREATE TRIGGER visit_ends_as_worked BEFORE UPDATE OF state ON visit
  WHEN NEW.state IN ('aborted', 'no_access', 'cancelled') AND NEW.state <> OLD.state
  AND (EXISTS (SELECT 1 FROM work_entry WHERE visit_id = NEW.id)
    OR EXISTS (SELECT 1 FROM used_item WHERE visit_id = NEW.id AND withdrawn_at IS NULL)
    OR EXISTS (SELECT 1 FROM attempt a JOIN item i ON i.id = a.item_id WHERE a.visit_id = NEW.id AND (i.ref = 'W1' OR i.ref GLOB 'W1.*')))
BEGIN SELECT RAISE(ABORT, 'work was done: the visit is closed, or left open by a lead'); END;

-- why the request of an aborted visit is not put back into the queue
ALTER TABLE visit ADD COLUMN not_again TEXT NOT NULL DEFAULT '' CHECK (length(not_again) <= 500);
CREATE TRIGGER visit_aborted_goes_back BEFORE UPDATE OF state ON visit
  WHEN NEW.state = 'aborted' AND OLD.state <> 'aborted' AND length(trim(NEW.not_again)) < 3
  AND NOT EXISTS (SELECT 1 FROM visit c WHERE c.parent_id = NEW.id AND c.job_id = NEW.job_id AND c.archived_at IS NULL
    AND c.state = 'requested')
BEGIN SELECT RAISE(ABORT, 'the request of an aborted visit goes back into the queue'); END;

-- the client's own words that they want no follow-up: who said it, and when
CREATE TABLE no_follow_up (
  id INTEGER PRIMARY KEY,
  visit_id INTEGER NOT NULL REFERENCES visit(id),
  said_by TEXT NOT NULL CHECK (length(trim(said_by)) BETWEEN 1 AND 200),
  words TEXT NOT NULL CHECK (length(trim(words)) BETWEEN 3 AND 10000),
  at INTEGER NOT NULL,
  staff_id INTEGER NOT NULL REFERENCES staff(id)
) STRICT;
CREATE INDEX no_follow_up_visit ON no_follow_up (visit_id);
CREATE TRIGGER no_follow_up_fixed BEFORE UPDATE ON no_follow_up BEGIN SELECT RAISE(ABORT, 'what a client said is never rewritten'); END;
CREATE TRIGGER no_follow_up_kept BEFORE DELETE ON no_follow_up BEGIN SELECT RAISE(ABORT, 'what a client said is never deleted'); END;
CREATE TRIGGER no_follow_up_once BEFORE INSERT ON no_follow_up WHEN EXISTS (SELECT 1 FROM no_follow_up WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'what a client said is never rewritten'); END;

DROP TRIGGER visit_left_open_needs_follow_up;
CREATE TRIGGER visit_left_open_needs_follow_up BEFORE UPDATE OF state ON visit
  WHEN NEW.state = 'left_open' AND OLD.state <> 'left_open'
  AND NOT EXISTS (SELECT 1 FROM no_follow_up n WHERE n.visit_id = NEW.id AND n.at IS NEW.ended_at)
  AND NOT EXISTS (SELECT 1 FROM visit c WHERE c.parent_id = NEW.id AND c.archived_at IS NULL
    AND c.state NOT IN ('closed', 'left_open', 'no_access', 'aborted', 'cancelled')
    AND (EXISTS (SELECT 1 FROM assignment a WHERE a.visit_id = NEW.id AND a.staff_id = c.preferred_id)
      OR EXISTS (SELECT 1 FROM assignment a JOIN assignment b ON b.staff_id = a.staff_id WHERE a.visit_id = NEW.id AND b.visit_id = c.id)
      OR EXISTS (SELECT 1 FROM handover h WHERE h.visit_id = c.id AND h.accepted = 1)))
BEGIN SELECT RAISE(ABORT, 'a visit is left open only with an open follow-up for the same technician, or the client''s word that they want none'); END;

-- a lead's comment is answered before the approval, also where the visit was opened again meanwhile
CREATE TRIGGER visit_approved_answered BEFORE UPDATE OF review ON visit WHEN NEW.review = 'approved' AND OLD.review <> 'approved'
  AND EXISTS (SELECT 1 FROM review_comment WHERE visit_id = NEW.id AND answered_at IS NULL)
BEGIN SELECT RAISE(ABORT, 'the lead''s comment is not answered yet'); END;

-- replaced it is neither, by a program that leaves recursive_triggers off (0014)
CREATE TRIGGER way_in_once BEFORE INSERT ON way_in WHEN EXISTS (SELECT 1 FROM way_in WHERE visit_id = NEW.visit_id)
BEGIN SELECT RAISE(ABORT, 'a way in that was seen stays seen'); END;
