-- a visit is not opened again while it is not known when somebody left it: the time since then is nobody's
CREATE TRIGGER visit_reopened_when_left BEFORE UPDATE OF state ON visit
  WHEN OLD.state IN ('closed', 'left_open', 'no_access', 'aborted') AND NEW.state = 'on_site'
  AND EXISTS (SELECT 1 FROM assignment WHERE visit_id = NEW.id AND check_in_at IS NOT NULL AND check_out_at IS NULL)
BEGIN SELECT RAISE(ABORT, 'it is not known when somebody left: enter that first'); END;
