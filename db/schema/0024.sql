-- who of a crew did not come, the day that a visit belongs to, and one place at a time

ALTER TABLE assignment ADD COLUMN did_not_come_at INTEGER CHECK (did_not_come_at IS NULL OR check_in_at IS NULL);
CREATE INDEX assignment_arrival ON assignment (check_in_at) WHERE check_in_at IS NOT NULL;

CREATE TRIGGER assignment_at_one_place BEFORE UPDATE OF check_in_at, check_out_at ON assignment
  WHEN NEW.check_in_at IS NOT NULL AND NEW.check_out_at IS NULL
    AND (SELECT state FROM visit WHERE id = NEW.visit_id) IN ('on_site', 'closing_out')
    AND EXISTS (SELECT 1 FROM assignment a JOIN visit v ON v.id = a.visit_id
      WHERE a.staff_id = NEW.staff_id AND a.id <> NEW.id AND v.state IN ('on_site', 'closing_out')
        AND a.check_in_at IS NOT NULL AND a.check_out_at IS NULL)
BEGIN SELECT RAISE(ABORT, 'a technician is at one place at a time'); END;

-- whether somebody came is what a visit is charged from, as their times are (0018)
DROP TRIGGER assignment_stands_u;
CREATE TRIGGER assignment_stands_u BEFORE UPDATE OF labour_class, vehicle, billable, depart_at, check_in_at, check_out_at, return_at,
  did_not_come_at ON assignment
  WHEN EXISTS (SELECT 1 FROM visit WHERE id = OLD.visit_id AND review IN ('approved', 'exported'))
BEGIN SELECT RAISE(ABORT, 'the visit is approved or exported: what it was charged from stands'); END;
