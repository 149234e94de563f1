-- a finding that a client wants put right is done once its work is (account-care.md E18): the mark names the request for that work
ALTER TABLE finding_mark ADD COLUMN work_id INTEGER REFERENCES visit(id);
DROP TRIGGER finding_mark_itself;
CREATE TRIGGER finding_mark_itself BEFORE UPDATE OF id, visit_id, number, state, note, work_id, staff_id, session, at ON finding_mark
BEGIN SELECT RAISE(ABORT, 'what became of a finding is withdrawn, never rewritten'); END;
