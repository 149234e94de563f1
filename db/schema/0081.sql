-- surveys that are anonymous by choice (account-care.md E2): that a client answered is kept, and the number apart from it, by its month,
-- under an id that says nothing of the order; and the visit after which a named answer was given
ALTER TABLE survey ADD COLUMN visit_id INTEGER REFERENCES visit(id);
ALTER TABLE survey ADD COLUMN anonymous INTEGER NOT NULL DEFAULT 0 CHECK (anonymous IN (0, 1) AND (anonymous = 0 OR (score IS NULL AND words = '' AND visit_id IS NULL)));
ALTER TABLE survey_ask ADD COLUMN anonymous INTEGER NOT NULL DEFAULT 0 CHECK (anonymous IN (0, 1));
UPDATE survey SET visit_id = (SELECT a.visit_id FROM survey_ask a WHERE a.survey_id = survey.id);
DROP TRIGGER survey_itself;
CREATE TRIGGER survey_itself BEFORE UPDATE OF id, on_day, score, words, at, staff_id, visit_id, anonymous ON survey
BEGIN SELECT RAISE(ABORT, 'a survey is withdrawn, never rewritten'); END;
CREATE TRIGGER survey_ask_itself BEFORE UPDATE OF anonymous ON survey_ask
BEGIN SELECT RAISE(ABORT, 'how a survey was asked is never rewritten'); END;

CREATE TABLE anonymous_answer (
  id INTEGER PRIMARY KEY,
  month TEXT NOT NULL CHECK (month IS strftime('%Y-%m', month || '-01')),
  kind TEXT NOT NULL CHECK (kind IN ('', 'visit', 'maintenance', 'audit', 'review', 'delivery')),
  score INTEGER NOT NULL CHECK (score BETWEEN 0 AND 10)
) STRICT;
CREATE TRIGGER anonymous_answer_itself BEFORE UPDATE ON anonymous_answer BEGIN SELECT RAISE(ABORT, 'an answer is never rewritten'); END;
CREATE TRIGGER anonymous_answer_kept BEFORE DELETE ON anonymous_answer BEGIN SELECT RAISE(ABORT, 'an answer is never deleted'); END;
CREATE TRIGGER anonymous_answer_once BEFORE INSERT ON anonymous_answer WHEN EXISTS (SELECT 1 FROM anonymous_answer WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'an answer is never rewritten'); END;
