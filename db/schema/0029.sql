-- what is promised is dated: a change counts from a day on, and requests of the days before keep what was promised then.
-- Of each subject only what was changed stands here; where nothing does, what the record says has always counted.
-- terms: of an agreement its service, of 'targets' the firm's by priority, of 'hours' the rate card's zone, hours and holidays

CREATE TABLE dated_terms (
  id INTEGER PRIMARY KEY,
  subject TEXT NOT NULL CHECK (subject IN ('agreement', 'targets', 'hours')),
  agreement_id INTEGER REFERENCES agreement(id),
  from_day TEXT NOT NULL CHECK (from_day IS date(from_day)),
  terms TEXT NOT NULL CHECK (substr(terms, 1, 1) = '{'),
  made_at INTEGER NOT NULL,
  CHECK ((subject = 'agreement') = (agreement_id IS NOT NULL))
) STRICT;
CREATE INDEX dated_terms_subject ON dated_terms (subject, agreement_id, from_day);
CREATE TRIGGER dated_terms_fixed BEFORE UPDATE ON dated_terms
BEGIN SELECT RAISE(ABORT, 'what was promised is never rewritten'); END;
CREATE TRIGGER dated_terms_kept BEFORE DELETE ON dated_terms
BEGIN SELECT RAISE(ABORT, 'what was promised is never deleted'); END;
CREATE TRIGGER dated_terms_once BEFORE INSERT ON dated_terms WHEN EXISTS (SELECT 1 FROM dated_terms WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'what was promised is never rewritten'); END;
