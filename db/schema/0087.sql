-- what was sent to a client stays as it was sent (account-care.md E18): the paper of a proposal is kept with the mark that it was sent
ALTER TABLE proposal_mark ADD COLUMN paper TEXT NOT NULL DEFAULT '';
DROP TRIGGER proposal_mark_itself;
CREATE TRIGGER proposal_mark_itself BEFORE UPDATE OF id, proposal_id, state, who, note, follow_up, until, plan_id, paper, staff_id, session, at
  ON proposal_mark
BEGIN SELECT RAISE(ABORT, 'what became of a proposal is withdrawn, never rewritten'); END;
