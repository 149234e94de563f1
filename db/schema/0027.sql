-- the aborted visit whose request a visit is once more: opened again, it takes that request back out of the queue, so that
-- nothing is worked on twice; and a follow-up for something else is no request that went back (0025)
ALTER TABLE visit ADD COLUMN again_of INTEGER REFERENCES visit(id);
CREATE INDEX visit_again ON visit (again_of) WHERE again_of IS NOT NULL;
CREATE TRIGGER visit_again_fixed BEFORE UPDATE OF again_of ON visit WHEN NEW.again_of IS NOT OLD.again_of
BEGIN SELECT RAISE(ABORT, 'whose request a visit is stays as it is'); END;

DROP TRIGGER visit_aborted_goes_back;
CREATE TRIGGER visit_aborted_goes_back BEFORE UPDATE OF state ON visit
  WHEN NEW.state = 'aborted' AND OLD.state <> 'aborted' AND length(trim(NEW.not_again)) < 3
  AND NOT EXISTS (SELECT 1 FROM visit c WHERE c.again_of = NEW.id AND c.job_id = NEW.job_id AND c.archived_at IS NULL
    AND c.state = 'requested')
BEGIN SELECT RAISE(ABORT, 'the request of an aborted visit goes back into the queue'); END;

CREATE TRIGGER visit_reopened_alone BEFORE UPDATE OF state ON visit
  WHEN OLD.state IN ('aborted', 'cancelled') AND NEW.state NOT IN ('aborted', 'cancelled') AND EXISTS (
    WITH RECURSIVE same(id) AS (SELECT NEW.id UNION SELECT iif(c.id = s.id, c.again_of, c.id)
      FROM same s JOIN visit c ON c.again_of = s.id OR c.id = s.id AND c.again_of IS NOT NULL)
    SELECT 1 FROM same JOIN visit c ON c.id = same.id
    WHERE c.id <> NEW.id AND c.archived_at IS NULL AND c.state NOT IN ('aborted', 'cancelled'))
BEGIN SELECT RAISE(ABORT, 'the request of this visit has gone on as another one'); END;
