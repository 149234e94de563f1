-- proposals (account-care.md E18): what is offered to a client, a row that never changes; what became of it is a row each beside it, of
-- which the newest that stands counts, none: it is a draft
CREATE TABLE proposal (
  id INTEGER PRIMARY KEY,
  version INTEGER NOT NULL DEFAULT 1,
  client_id INTEGER NOT NULL REFERENCES client(id),
  visit_id INTEGER REFERENCES visit(id),
  plans TEXT NOT NULL CHECK (substr(plans, 1, 1) = '['),
  findings TEXT NOT NULL CHECK (substr(findings, 1, 1) = '['),
  letter TEXT NOT NULL DEFAULT '' CHECK (length(letter) <= 2000),
  days INTEGER NOT NULL CHECK (days BETWEEN 1 AND 365),
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  session TEXT NOT NULL,
  at INTEGER NOT NULL,
  withdrawn_at INTEGER,
  CHECK (plans <> '[]' OR findings <> '[]')
) STRICT;
CREATE INDEX proposal_of ON proposal (client_id);
CREATE TRIGGER proposal_once BEFORE INSERT ON proposal WHEN EXISTS (SELECT 1 FROM proposal WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a proposal is withdrawn, never rewritten'); END;
CREATE TRIGGER proposal_itself BEFORE UPDATE OF id, visit_id, plans, findings, letter, days, staff_id, session, at ON proposal
BEGIN SELECT RAISE(ABORT, 'a proposal is withdrawn, never rewritten'); END;
CREATE TRIGGER proposal_kept BEFORE DELETE ON proposal BEGIN SELECT RAISE(ABORT, 'a proposal is withdrawn, never deleted'); END;
CREATE TRIGGER proposal_answered BEFORE UPDATE OF withdrawn_at ON proposal WHEN NEW.withdrawn_at IS NOT NULL
  AND EXISTS (SELECT 1 FROM proposal_mark WHERE proposal_id = NEW.id AND withdrawn_at IS NULL)
BEGIN SELECT RAISE(ABORT, 'what became of it is taken back first'); END;

CREATE TABLE proposal_mark (
  id INTEGER PRIMARY KEY,
  version INTEGER NOT NULL DEFAULT 1,
  proposal_id INTEGER NOT NULL REFERENCES proposal(id),
  state TEXT NOT NULL CHECK (state IN ('sent', 'question', 'accepted', 'declined')),
  who TEXT NOT NULL DEFAULT '' CHECK (length(who) <= 120),
  note TEXT NOT NULL DEFAULT '' CHECK (length(note) <= 500),
  follow_up TEXT CHECK (follow_up IS date(follow_up)),
  until TEXT CHECK (until IS date(until)),
  plan_id INTEGER REFERENCES service_plan(id),
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  session TEXT NOT NULL,
  at INTEGER NOT NULL,
  withdrawn_at INTEGER,
  CHECK (state <> 'declined' OR length(trim(note)) > 0),
  CHECK (state <> 'accepted' OR length(trim(who)) > 0)
) STRICT;
CREATE INDEX proposal_mark_of ON proposal_mark (proposal_id);
CREATE TRIGGER proposal_mark_once BEFORE INSERT ON proposal_mark WHEN EXISTS (SELECT 1 FROM proposal_mark WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'what became of a proposal is withdrawn, never rewritten'); END;
CREATE TRIGGER proposal_mark_itself BEFORE UPDATE OF id, proposal_id, state, who, note, follow_up, until, plan_id, staff_id, session, at
  ON proposal_mark
BEGIN SELECT RAISE(ABORT, 'what became of a proposal is withdrawn, never rewritten'); END;
CREATE TRIGGER proposal_mark_kept BEFORE DELETE ON proposal_mark
BEGIN SELECT RAISE(ABORT, 'what became of a proposal is withdrawn, never deleted'); END;
CREATE TRIGGER proposal_mark_last BEFORE UPDATE OF withdrawn_at ON proposal_mark WHEN EXISTS (SELECT 1 FROM proposal_mark
  WHERE proposal_id = NEW.proposal_id AND id > NEW.id AND withdrawn_at IS NULL)
BEGIN SELECT RAISE(ABORT, 'something else was said of the proposal since'); END;
CREATE TRIGGER proposal_mark_ends BEFORE INSERT ON proposal_mark WHEN EXISTS (SELECT 1 FROM proposal_mark
  WHERE proposal_id = NEW.proposal_id AND withdrawn_at IS NULL AND state IN ('accepted', 'declined'))
BEGIN SELECT RAISE(ABORT, 'a proposal that was accepted or declined stays so'); END;
