-- what happened beside a visit is withdrawn, never rewritten, by UPDATE either; when a visit was asked for stands: a month that is over
-- is told by both (design/service-levels.md D2a). A checklist grows at a visit that is open, never under one that has ended
CREATE TRIGGER milestone_itself BEFORE UPDATE OF id, visit_id, kind, at, staff_id, note ON milestone
BEGIN SELECT RAISE(ABORT, 'a milestone is withdrawn, never rewritten'); END;
CREATE TRIGGER breach_cause_itself BEFORE UPDATE OF id, visit_id, clock, cause, at, staff_id ON breach_cause
BEGIN SELECT RAISE(ABORT, 'the cause of a breach is withdrawn, never rewritten'); END;
CREATE TRIGGER call_itself BEFORE UPDATE OF id, visit_id, staff_id, at, outcome, promised_at, phone, note ON call
BEGIN SELECT RAISE(ABORT, 'a call is withdrawn, never rewritten'); END;
CREATE TRIGGER survey_itself BEFORE UPDATE OF id, client_id, on_day, score, words, at, staff_id ON survey
BEGIN SELECT RAISE(ABORT, 'a survey is withdrawn, never rewritten'); END;
CREATE TRIGGER care_mark_itself BEFORE UPDATE OF id, client_id, rule, occasion, outcome, on_day, until_day, note, at, staff_id ON care_mark
BEGIN SELECT RAISE(ABORT, 'a mark of account care is withdrawn, never rewritten'); END;
CREATE TRIGGER gap_itself BEFORE UPDATE OF id, client_id, what, owner_id, due_on, at, staff_id ON gap
BEGIN SELECT RAISE(ABORT, 'a gap is withdrawn, never rewritten'); END;
CREATE TRIGGER visit_asked_for_stands BEFORE UPDATE OF requested_at ON visit WHEN NEW.requested_at <> OLD.requested_at
BEGIN SELECT RAISE(ABORT, 'when a visit was asked for is never rewritten'); END;
CREATE TRIGGER item_of_open_visit BEFORE INSERT ON item
  WHEN EXISTS (SELECT 1 FROM visit WHERE id = NEW.visit_id AND state IN ('closed', 'left_open', 'no_access', 'aborted', 'cancelled'))
BEGIN SELECT RAISE(ABORT, 'the visit has ended: its checklist stands'); END;
