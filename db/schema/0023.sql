-- what a retainer grants is dated: a change is of the agreement month in which it is made, and what is over stays as it was

CREATE TABLE allowance (
  id INTEGER PRIMARY KEY,
  agreement_id INTEGER NOT NULL REFERENCES agreement(id),
  from_month TEXT NOT NULL CHECK (from_month IS date(from_month)),
  minutes TEXT NOT NULL,
  rollover TEXT NOT NULL CHECK (rollover IN ('none', 'next_month', 'capped')),
  rollover_cap_min INTEGER CHECK (rollover_cap_min >= 0),
  made_at INTEGER NOT NULL
) STRICT;
CREATE INDEX allowance_agreement ON allowance (agreement_id, from_month);
-- of what was granted before, only the last is known
INSERT INTO allowance (agreement_id, from_month, minutes, rollover, rollover_cap_min, made_at)
  SELECT id, starts, CAST(coalesce(json_extract(terms, '$.allowance_min'), 0) AS TEXT), rollover, rollover_cap_min, 0
  FROM agreement WHERE kind = 'retainer';
CREATE TRIGGER allowance_fixed BEFORE UPDATE ON allowance BEGIN SELECT RAISE(ABORT, 'what was granted is never rewritten'); END;
CREATE TRIGGER allowance_kept BEFORE DELETE ON allowance BEGIN SELECT RAISE(ABORT, 'what was granted is never deleted'); END;
CREATE TRIGGER allowance_once BEFORE INSERT ON allowance WHEN EXISTS (SELECT 1 FROM allowance WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'what was granted is never rewritten'); END;
CREATE TRIGGER agreement_months_stand BEFORE UPDATE OF starts ON agreement
  WHEN NEW.starts <> OLD.starts AND EXISTS (SELECT 1 FROM draw WHERE agreement_id = OLD.id AND period IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the months of an agreement that was drawn from stand: end it, and make another'); END;
