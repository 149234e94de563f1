-- Remote and phone work (design/states.md, Remote work): a visit to which nobody goes. Its way never changes, no drive is recorded on
-- it, and it is closed with what was done in place of a checklist.
ALTER TABLE visit ADD COLUMN way TEXT NOT NULL DEFAULT 'on_site' CHECK (way IN ('on_site', 'remote', 'phone'));

CREATE TRIGGER visit_way_stands BEFORE UPDATE OF way ON visit WHEN NEW.way <> OLD.way
BEGIN SELECT RAISE(ABORT, 'remote work and a visit are not made of each other'); END;

CREATE TRIGGER assignment_of_remote_work BEFORE UPDATE OF depart_at, return_at ON assignment
  WHEN (NEW.depart_at IS NOT NULL OR NEW.return_at IS NOT NULL) AND (SELECT way FROM visit WHERE id = NEW.visit_id) <> 'on_site'
BEGIN SELECT RAISE(ABORT, 'nobody drives to remote work'); END;

CREATE TRIGGER visit_remote_ends BEFORE UPDATE OF state ON visit
  WHEN NEW.way <> 'on_site' AND NEW.state <> OLD.state AND NEW.state NOT IN ('planned', 'on_site', 'closing_out', 'closed')
BEGIN SELECT RAISE(ABORT, 'remote work is closed with what was done'); END;

DROP TRIGGER visit_gate;
CREATE TRIGGER visit_gate BEFORE UPDATE OF state ON visit WHEN NEW.state = 'closed' AND OLD.state <> 'closed'
  AND (EXISTS (SELECT 1 FROM open_gate WHERE visit_id = NEW.id)
    OR NEW.way = 'on_site' AND NOT EXISTS (SELECT 1 FROM item WHERE visit_id = NEW.id AND required = 1)
    OR NEW.way <> 'on_site' AND NOT EXISTS (SELECT 1 FROM work_entry WHERE visit_id = NEW.id))
BEGIN SELECT RAISE(ABORT, 'the visit cannot be closed: its checklist is not finished'); END;

CREATE INDEX visit_remote ON visit(starts_at) WHERE way <> 'on_site';
