-- a proposal may offer other work than that on findings (account-care.md E17, E18): about an end of equipment, about what a review found
-- missing, an audit; each a row with its words, that never changes. One may offer nothing else
CREATE TABLE proposal_again (
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
  withdrawn_at INTEGER
) STRICT;
INSERT INTO proposal_again (id, version, client_id, visit_id, plans, findings, letter, days, staff_id, session, at, withdrawn_at)
  SELECT id, version, client_id, visit_id, plans, findings, letter, days, staff_id, session, at, withdrawn_at FROM proposal;
DROP TABLE proposal;
ALTER TABLE proposal_again RENAME TO proposal;
CREATE INDEX proposal_of ON proposal (client_id);
CREATE TRIGGER proposal_once BEFORE INSERT ON proposal WHEN EXISTS (SELECT 1 FROM proposal WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a proposal is withdrawn, never rewritten'); END;
CREATE TRIGGER proposal_itself BEFORE UPDATE OF id, visit_id, plans, findings, letter, days, staff_id, session, at ON proposal
BEGIN SELECT RAISE(ABORT, 'a proposal is withdrawn, never rewritten'); END;
CREATE TRIGGER proposal_kept BEFORE DELETE ON proposal BEGIN SELECT RAISE(ABORT, 'a proposal is withdrawn, never deleted'); END;
CREATE TRIGGER proposal_answered BEFORE UPDATE OF withdrawn_at ON proposal WHEN NEW.withdrawn_at IS NOT NULL
  AND EXISTS (SELECT 1 FROM proposal_mark WHERE proposal_id = NEW.id AND withdrawn_at IS NULL)
BEGIN SELECT RAISE(ABORT, 'what became of it is taken back first'); END;
CREATE TRIGGER proposal_of_client BEFORE UPDATE OF client_id ON proposal WHEN NEW.client_id <> OLD.client_id AND NOT EXISTS (
  SELECT 1 FROM merge WHERE kind = 'client' AND (gone_id, kept_id) IN (VALUES (OLD.client_id, NEW.client_id), (NEW.client_id, OLD.client_id)))
BEGIN SELECT RAISE(ABORT, 'a proposal is withdrawn, never rewritten'); END;

CREATE TABLE proposal_work (
  id INTEGER PRIMARY KEY,
  proposal_id INTEGER NOT NULL REFERENCES proposal(id),
  rule TEXT NOT NULL CHECK (rule IN ('E6', 'E17', 'D8')),
  occasion TEXT NOT NULL CHECK (length(occasion) <= 120),
  what TEXT NOT NULL CHECK (length(trim(what)) BETWEEN 1 AND 500),
  advice TEXT NOT NULL DEFAULT '' CHECK (length(advice) <= 500),
  risk TEXT NOT NULL DEFAULT '' CHECK (length(risk) <= 500),
  minutes INTEGER CHECK (minutes BETWEEN 1 AND 1440),
  price INTEGER CHECK (price >= 0)
) STRICT;
CREATE INDEX proposal_work_of ON proposal_work (proposal_id);
CREATE TRIGGER proposal_work_once BEFORE INSERT ON proposal_work WHEN EXISTS (SELECT 1 FROM proposal_work WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a proposal is withdrawn, never rewritten'); END;
CREATE TRIGGER proposal_work_itself BEFORE UPDATE ON proposal_work BEGIN SELECT RAISE(ABORT, 'a proposal is withdrawn, never rewritten'); END;
CREATE TRIGGER proposal_work_kept BEFORE DELETE ON proposal_work BEGIN SELECT RAISE(ABORT, 'a proposal is withdrawn, never deleted'); END;
