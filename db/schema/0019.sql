-- a visit that nobody has reached can be moved, given to somebody else or taken back, also when its technician has been told of it
-- or is on the way; undo leads back

DROP TRIGGER visit_edge_fixed_i;
INSERT INTO visit_edge VALUES
  ('dispatched', 'planned'), ('dispatched', 'requested'), ('en_route', 'planned'), ('en_route', 'requested'),
  ('requested', 'dispatched'), ('requested', 'en_route');
CREATE TRIGGER visit_edge_fixed_i BEFORE INSERT ON visit_edge BEGIN SELECT RAISE(ABORT, 'the lifecycle of a visit is fixed'); END;

-- somebody who is on the way turns round when the visit is taken off them; the audit keeps that they had set out
DROP TRIGGER assignment_kept;
CREATE TRIGGER assignment_kept BEFORE DELETE ON assignment
  WHEN OLD.check_in_at IS NOT NULL
    OR (OLD.depart_at IS NOT NULL AND (SELECT state FROM visit WHERE id = OLD.visit_id) <> 'en_route')
BEGIN SELECT RAISE(ABORT, 'a technician who has set out stays on the visit'); END;
