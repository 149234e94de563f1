-- time sheets (docs/design/timesheets.md): that a technician's week is right as it stood, in form, and that a lead agrees. Rows are added
-- and withdrawn; the newest of a week that stands counts, for as long as the clock says what its form says
CREATE TABLE timesheet (
  id INTEGER PRIMARY KEY,
  version INTEGER NOT NULL DEFAULT 1,
  technician_id INTEGER NOT NULL REFERENCES technician(staff_id),
  week TEXT NOT NULL CHECK (week IS date(week)),
  form TEXT NOT NULL CHECK (substr(form, 1, 1) = '['),
  reason TEXT NOT NULL DEFAULT '' CHECK (length(reason) <= 500),
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  session TEXT NOT NULL,
  at INTEGER NOT NULL,
  withdrawn_at INTEGER,
  CHECK (staff_id = technician_id OR length(trim(reason)) >= 3)
) STRICT;
CREATE INDEX timesheet_of ON timesheet (technician_id, week);
CREATE INDEX timesheet_week ON timesheet (week);
CREATE TRIGGER timesheet_once BEFORE INSERT ON timesheet WHEN EXISTS (SELECT 1 FROM timesheet WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a time sheet is withdrawn, never rewritten'); END;
CREATE TRIGGER timesheet_itself BEFORE UPDATE OF id, technician_id, week, form, reason, staff_id, session, at ON timesheet
BEGIN SELECT RAISE(ABORT, 'a time sheet is withdrawn, never rewritten'); END;
CREATE TRIGGER timesheet_kept BEFORE DELETE ON timesheet
BEGIN SELECT RAISE(ABORT, 'a time sheet is withdrawn, never deleted'); END;
CREATE TRIGGER timesheet_approved_stands BEFORE UPDATE OF withdrawn_at ON timesheet WHEN NEW.withdrawn_at IS NOT NULL
  AND EXISTS (SELECT 1 FROM timesheet_approval WHERE timesheet_id = NEW.id AND withdrawn_at IS NULL)
BEGIN SELECT RAISE(ABORT, 'a lead has approved it: that is taken back first'); END;

CREATE TABLE timesheet_approval (
  id INTEGER PRIMARY KEY,
  version INTEGER NOT NULL DEFAULT 1,
  timesheet_id INTEGER NOT NULL REFERENCES timesheet(id),
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  session TEXT NOT NULL,
  at INTEGER NOT NULL,
  withdrawn_at INTEGER
) STRICT;
CREATE UNIQUE INDEX timesheet_approval_of ON timesheet_approval (timesheet_id) WHERE withdrawn_at IS NULL;
CREATE TRIGGER timesheet_approval_once BEFORE INSERT ON timesheet_approval
  WHEN EXISTS (SELECT 1 FROM timesheet_approval WHERE id = NEW.id OR timesheet_id = NEW.timesheet_id AND withdrawn_at IS NULL)
BEGIN SELECT RAISE(ABORT, 'a time sheet is approved once'); END;
CREATE TRIGGER timesheet_approval_itself BEFORE UPDATE OF id, timesheet_id, staff_id, session, at ON timesheet_approval
BEGIN SELECT RAISE(ABORT, 'an approval is withdrawn, never rewritten'); END;
CREATE TRIGGER timesheet_approval_kept BEFORE DELETE ON timesheet_approval
BEGIN SELECT RAISE(ABORT, 'an approval is withdrawn, never deleted'); END;
CREATE TRIGGER timesheet_approval_of_what_stands BEFORE INSERT ON timesheet_approval
  WHEN NEW.timesheet_id IS NOT (SELECT max(o.id) FROM timesheet o JOIN timesheet t USING (technician_id, week)
    WHERE t.id = NEW.timesheet_id AND o.withdrawn_at IS NULL)
BEGIN SELECT RAISE(ABORT, 'what is approved is the newest word of its week'); END;
CREATE TRIGGER timesheet_approval_stands_again BEFORE UPDATE OF withdrawn_at ON timesheet_approval WHEN NEW.withdrawn_at IS NULL
  AND EXISTS (SELECT 1 FROM timesheet o JOIN timesheet t USING (technician_id, week)
    WHERE t.id = NEW.timesheet_id AND o.id > t.id AND o.withdrawn_at IS NULL)
BEGIN SELECT RAISE(ABORT, 'what is approved is the newest word of its week'); END;
CREATE TRIGGER timesheet_approval_by_another BEFORE INSERT ON timesheet_approval
  WHEN EXISTS (SELECT 1 FROM timesheet t WHERE t.id = NEW.timesheet_id AND NEW.staff_id IN (t.technician_id, t.staff_id))
  AND EXISTS (SELECT 1 FROM staff s JOIN staff_role r ON r.staff_id = s.id
    WHERE s.active = 1 AND r.role = 'lead' AND s.id <> NEW.staff_id)
BEGIN SELECT RAISE(ABORT, 'another lead approves what somebody submitted or worked themselves'); END;
