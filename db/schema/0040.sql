-- two records of one client, or of one site, become one: what hung on the other hangs on the one that is kept, the other is archived.
-- moved: table -> ids that went over, and `names`: site -> its name before, where both had one of that name
CREATE TABLE merge (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('client', 'site')),
  kept_id INTEGER NOT NULL,
  gone_id INTEGER NOT NULL CHECK (gone_id <> kept_id),
  moved TEXT NOT NULL DEFAULT '{}' CHECK (substr(moved, 1, 1) = '{'),
  at INTEGER NOT NULL,
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  undone_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1)
) STRICT;
CREATE INDEX merge_pair ON merge (kind, gone_id, kept_id);
CREATE TRIGGER merge_kept BEFORE DELETE ON merge BEGIN SELECT RAISE(ABORT, 'a merge is never deleted: it is taken back'); END;
CREATE TRIGGER merge_itself BEFORE UPDATE OF id, kind, kept_id, gone_id, at, staff_id ON merge
BEGIN SELECT RAISE(ABORT, 'a merge is taken back, never rewritten'); END;

-- what was recorded of a client goes over with a merge, and back with its undo; nothing else moves it
DROP TRIGGER survey_itself;
CREATE TRIGGER survey_itself BEFORE UPDATE OF id, on_day, score, words, at, staff_id ON survey
BEGIN SELECT RAISE(ABORT, 'a survey is withdrawn, never rewritten'); END;
CREATE TRIGGER survey_of_client BEFORE UPDATE OF client_id ON survey WHEN NEW.client_id <> OLD.client_id AND NOT EXISTS (
  SELECT 1 FROM merge WHERE kind = 'client' AND (gone_id, kept_id) IN (VALUES (OLD.client_id, NEW.client_id), (NEW.client_id, OLD.client_id)))
BEGIN SELECT RAISE(ABORT, 'a survey is withdrawn, never rewritten'); END;
DROP TRIGGER care_mark_itself;
CREATE TRIGGER care_mark_itself BEFORE UPDATE OF id, rule, occasion, outcome, on_day, until_day, note, at, staff_id ON care_mark
BEGIN SELECT RAISE(ABORT, 'a mark of account care is withdrawn, never rewritten'); END;
CREATE TRIGGER care_mark_of_client BEFORE UPDATE OF client_id ON care_mark WHEN NEW.client_id <> OLD.client_id AND NOT EXISTS (
  SELECT 1 FROM merge WHERE kind = 'client' AND (gone_id, kept_id) IN (VALUES (OLD.client_id, NEW.client_id), (NEW.client_id, OLD.client_id)))
BEGIN SELECT RAISE(ABORT, 'a mark of account care is withdrawn, never rewritten'); END;
DROP TRIGGER gap_itself;
CREATE TRIGGER gap_itself BEFORE UPDATE OF id, what, owner_id, due_on, at, staff_id ON gap
BEGIN SELECT RAISE(ABORT, 'a gap is withdrawn, never rewritten'); END;
CREATE TRIGGER gap_of_client BEFORE UPDATE OF client_id ON gap WHEN NEW.client_id <> OLD.client_id AND NOT EXISTS (
  SELECT 1 FROM merge WHERE kind = 'client' AND (gone_id, kept_id) IN (VALUES (OLD.client_id, NEW.client_id), (NEW.client_id, OLD.client_id)))
BEGIN SELECT RAISE(ABORT, 'a gap is withdrawn, never rewritten'); END;

-- an approved visit stays where it was: at the site that its own was merged into, too
DROP TRIGGER visit_charge_stands;
CREATE TRIGGER visit_charge_stands BEFORE UPDATE ON visit
  WHEN OLD.review IN ('approved', 'exported') AND NEW.review IN ('approved', 'exported')
  AND ((NEW.state, NEW.job_id, NEW.parent_id, NEW.cause, NEW.starts_at, NEW.ends_at, NEW.emergency, NEW.early_agreed_by,
      NEW.cancelled_at, NEW.ended_at)
    IS NOT (OLD.state, OLD.job_id, OLD.parent_id, OLD.cause, OLD.starts_at, OLD.ends_at, OLD.emergency,
      OLD.early_agreed_by, OLD.cancelled_at, OLD.ended_at)
    OR NEW.site_id <> OLD.site_id AND NOT EXISTS (SELECT 1 FROM merge WHERE kind = 'site'
      AND (gone_id, kept_id) IN (VALUES (OLD.site_id, NEW.site_id), (NEW.site_id, OLD.site_id))))
BEGIN SELECT RAISE(ABORT, 'the visit is approved or exported: what it was charged from stands'); END;

-- a visit that is split before anybody has begun gives items of its checklist to the other one of its job; nothing else moves them
DROP TRIGGER item_fixed;
CREATE TRIGGER item_fixed BEFORE UPDATE ON item
  WHEN (NEW.id, NEW.ref, NEW.phase, NEW.kind, NEW.label, NEW.required, NEW.na_allowed, NEW.override_allowed, NEW.position, NEW.added_by,
      NEW.why, NEW.tested, NEW.evidence)
    IS NOT (OLD.id, OLD.ref, OLD.phase, OLD.kind, OLD.label, OLD.required, OLD.na_allowed, OLD.override_allowed, OLD.position, OLD.added_by,
      OLD.why, OLD.tested, OLD.evidence)
  OR EXISTS (SELECT 1 FROM attempt WHERE item_id = OLD.id)
  OR NOT EXISTS (SELECT 1 FROM visit a JOIN visit b ON b.job_id = a.job_id WHERE a.id = OLD.visit_id AND b.id = NEW.visit_id
    AND a.state IN ('requested', 'on_hold', 'planned', 'confirmed', 'dispatched')
    AND b.state IN ('requested', 'on_hold', 'planned', 'confirmed', 'dispatched'))
BEGIN SELECT RAISE(ABORT, 'a checklist item is never rewritten'); END;
