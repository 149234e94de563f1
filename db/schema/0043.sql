-- a visit may take several days: one record, one checklist, one charge. A visit's own row has the place in the plan of the day that is
-- next or runs (`next_day` of `days`); `visit_day` has those of the other days, behind it and ahead. Who is on a visit on which day, with
-- what the clock recorded, stands in `assignment` for each day
ALTER TABLE visit ADD COLUMN days INTEGER NOT NULL DEFAULT 1 CHECK (days BETWEEN 1 AND 20);
ALTER TABLE visit ADD COLUMN next_day INTEGER NOT NULL DEFAULT 1 CHECK (next_day BETWEEN 1 AND 20);
CREATE TABLE visit_day (
  visit_id INTEGER NOT NULL REFERENCES visit(id),
  day INTEGER NOT NULL CHECK (day BETWEEN 1 AND 20),
  starts_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL CHECK (ends_at > starts_at),
  PRIMARY KEY (visit_id, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX visit_day_start ON visit_day (starts_at);

-- SQLite has no other way to a wider key than a new table, which what speaks of it has to make way for
DROP TRIGGER visit_needs_technician;
DROP TRIGGER visit_queue_has_none;
DROP TRIGGER search_staff;
DROP TRIGGER search_time;
DROP TRIGGER search_mark;
DROP TRIGGER search_mark_off;
DROP TRIGGER segment_stands_i;
DROP TRIGGER segment_stands_u;
DROP TRIGGER segment_stands_d;
DROP TRIGGER work_mark_stands_i;
DROP TRIGGER work_mark_stands_u;
DROP TRIGGER time_correction_stands_i;
DROP TRIGGER visit_left_open_needs_follow_up;
DROP TRIGGER visit_reopened_when_left;
DROP VIEW visit_text;
CREATE TABLE assignment_again (
  id INTEGER PRIMARY KEY,
  visit_id INTEGER NOT NULL REFERENCES visit(id),
  staff_id INTEGER NOT NULL REFERENCES technician(staff_id),
  day INTEGER NOT NULL DEFAULT 1 CHECK (day BETWEEN 1 AND 20),
  labour_class TEXT NOT NULL CHECK (length(labour_class) BETWEEN 1 AND 40),
  vehicle TEXT CHECK (length(vehicle) <= 80),
  billable INTEGER NOT NULL DEFAULT 1 CHECK (billable IN (0, 1)),
  depart_at INTEGER,
  check_in_at INTEGER,
  check_out_at INTEGER,
  return_at INTEGER,
  seen_at INTEGER,
  did_not_come_at INTEGER CHECK (did_not_come_at IS NULL OR check_in_at IS NULL),
  UNIQUE (visit_id, staff_id, day),
  CHECK (check_out_at IS NULL OR check_in_at IS NOT NULL OR depart_at IS NOT NULL)
) STRICT;
INSERT INTO assignment_again (id, visit_id, staff_id, labour_class, vehicle, billable, depart_at, check_in_at, check_out_at, return_at, seen_at, did_not_come_at) SELECT id, visit_id, staff_id, labour_class, vehicle, billable, depart_at, check_in_at, check_out_at, return_at, seen_at, did_not_come_at FROM assignment;
DROP TABLE assignment;
ALTER TABLE assignment_again RENAME TO assignment;
CREATE INDEX assignment_staff ON assignment (staff_id, visit_id);
CREATE INDEX assignment_arrival ON assignment (check_in_at) WHERE check_in_at IS NOT NULL;

CREATE VIEW visit_text AS
  SELECT v.id AS visit_id, v.reference AS reference, c.name AS client, s.name AS site,
    coalesce((SELECT group_concat(name, char(10)) FROM (SELECT DISTINCT t.name FROM assignment a JOIN staff t ON t.id = a.staff_id
      WHERE a.visit_id = v.id)), '') AS technicians,
    said.work AS work, said.notes AS notes, said.results AS results, said.reasons AS reasons,
    said.signed AS signed
  FROM visit v JOIN site s ON s.id = v.site_id JOIN client c ON c.id = s.client_id
  JOIN (SELECT w.id,
      w.work || char(10) || w.description || char(10) || w.reported_by || char(10) || coalesce((SELECT group_concat(i.label, char(10))
        FROM item i WHERE i.visit_id = w.id AND (i.kind = 'named' OR i.ref GLOB 'W1.*')), '') AS work,
      coalesce((SELECT group_concat(e.text, char(10)) FROM work_entry e WHERE e.visit_id = w.id), '') || char(10) ||
        coalesce((SELECT group_concat(u.label, char(10)) FROM used_item u WHERE u.visit_id = w.id AND u.withdrawn_at IS NULL), '')
        AS notes,
      coalesce((SELECT group_concat(r.text || ' ' || coalesce(r.value, ''), char(10)) FROM attempt r
        WHERE r.visit_id = w.id AND r.result NOT IN ('overridden', 'signed')), '') || char(10) ||
        coalesce((SELECT group_concat(k.after, char(10)) FROM word_correction k WHERE k.visit_id = w.id), '') AS results,
      w.reason || char(10) || w.called || char(10) ||
        coalesce((SELECT group_concat(o.text, char(10)) FROM attempt o WHERE o.visit_id = w.id AND o.result = 'overridden'), '')
        || char(10) || coalesce((SELECT group_concat(g.reason, char(10)) FROM goodwill g WHERE g.visit_id = w.id), '')
        || char(10) || coalesce((SELECT group_concat(m.reason, char(10)) FROM manual_travel m WHERE m.visit_id = w.id), '')
        || char(10) || coalesce((SELECT group_concat(k.reason, char(10)) FROM word_correction k WHERE k.visit_id = w.id), '')
        || char(10) || coalesce((SELECT group_concat(p.reason, char(10)) FROM approval p WHERE p.visit_id = w.id), '')
        || char(10) || coalesce((SELECT group_concat(n.text || ' ' || n.answer, char(10)) FROM review_comment n
          WHERE n.visit_id = w.id), '')
        || char(10) || coalesce((SELECT group_concat(x.reason, char(10)) FROM assignment a JOIN time_correction x
          ON x.assignment_id = a.id WHERE a.visit_id = w.id), '')
        || char(10) || coalesce((SELECT group_concat(y.reason, char(10)) FROM assignment a JOIN work_mark y
          ON y.assignment_id = a.id WHERE a.visit_id = w.id AND y.withdrawn_at IS NULL), '') AS reasons,
      coalesce((SELECT group_concat(z.signed_by || ' ' || z.text, char(10)) FROM attempt z
        WHERE z.visit_id = w.id AND z.result = 'signed'), '') AS signed
    FROM visit w) AS said ON said.id = v.id;
CREATE TRIGGER visit_needs_technician BEFORE UPDATE ON visit
  WHEN NEW.state NOT IN ('requested', 'on_hold', 'cancelled', 'aborted')
  AND NOT EXISTS (SELECT 1 FROM assignment WHERE visit_id = NEW.id AND day = NEW.next_day)
BEGIN SELECT RAISE(ABORT, 'a visit in the plan has a time and a technician'); END;
CREATE TRIGGER visit_queue_has_none BEFORE UPDATE ON visit WHEN NEW.state IN ('requested', 'on_hold')
  AND EXISTS (SELECT 1 FROM assignment WHERE visit_id = NEW.id AND day >= NEW.next_day)
BEGIN SELECT RAISE(ABORT, 'a visit in the queue has neither time nor technician'); END;
CREATE TRIGGER search_staff AFTER UPDATE OF name ON staff WHEN NEW.name <> OLD.name
  BEGIN INSERT OR IGNORE INTO search_stale SELECT visit_id FROM assignment WHERE staff_id = NEW.id; END;
CREATE TRIGGER search_time AFTER INSERT ON time_correction
  BEGIN INSERT OR IGNORE INTO search_stale SELECT visit_id FROM assignment WHERE id = NEW.assignment_id; END;
CREATE TRIGGER search_mark AFTER INSERT ON work_mark
  BEGIN INSERT OR IGNORE INTO search_stale SELECT visit_id FROM assignment WHERE id = NEW.assignment_id; END;
CREATE TRIGGER search_mark_off AFTER UPDATE ON work_mark
  BEGIN INSERT OR IGNORE INTO search_stale SELECT visit_id FROM assignment WHERE id = NEW.assignment_id; END;
CREATE TRIGGER segment_stands_i BEFORE INSERT ON segment
  WHEN EXISTS (SELECT 1 FROM assignment a JOIN visit v ON v.id = a.visit_id
    WHERE a.id = NEW.assignment_id AND v.review IN ('approved', 'exported'))
BEGIN SELECT RAISE(ABORT, 'the visit is approved or exported: what it was charged from stands'); END;
CREATE TRIGGER segment_stands_u BEFORE UPDATE ON segment
  WHEN EXISTS (SELECT 1 FROM assignment a JOIN visit v ON v.id = a.visit_id
    WHERE a.id = OLD.assignment_id AND v.review IN ('approved', 'exported'))
BEGIN SELECT RAISE(ABORT, 'the visit is approved or exported: what it was charged from stands'); END;
CREATE TRIGGER segment_stands_d BEFORE DELETE ON segment
  WHEN EXISTS (SELECT 1 FROM assignment a JOIN visit v ON v.id = a.visit_id
    WHERE a.id = OLD.assignment_id AND v.review IN ('approved', 'exported'))
BEGIN SELECT RAISE(ABORT, 'the visit is approved or exported: what it was charged from stands'); END;
CREATE TRIGGER work_mark_stands_i BEFORE INSERT ON work_mark
  WHEN EXISTS (SELECT 1 FROM assignment a JOIN visit v ON v.id = a.visit_id
    WHERE a.id = NEW.assignment_id AND v.review IN ('approved', 'exported'))
BEGIN SELECT RAISE(ABORT, 'the visit is approved or exported: what it was charged from stands'); END;
CREATE TRIGGER work_mark_stands_u BEFORE UPDATE ON work_mark
  WHEN EXISTS (SELECT 1 FROM assignment a JOIN visit v ON v.id = a.visit_id
    WHERE a.id = OLD.assignment_id AND v.review IN ('approved', 'exported'))
BEGIN SELECT RAISE(ABORT, 'the visit is approved or exported: what it was charged from stands'); END;
CREATE TRIGGER time_correction_stands_i BEFORE INSERT ON time_correction
  WHEN EXISTS (SELECT 1 FROM assignment a JOIN visit v ON v.id = a.visit_id
    WHERE a.id = NEW.assignment_id AND v.review IN ('approved', 'exported'))
BEGIN SELECT RAISE(ABORT, 'the visit is approved or exported: what it was charged from stands'); END;
CREATE TRIGGER visit_left_open_needs_follow_up BEFORE UPDATE OF state ON visit
  WHEN NEW.state = 'left_open' AND OLD.state <> 'left_open'
  AND NOT EXISTS (SELECT 1 FROM no_follow_up n WHERE n.visit_id = NEW.id AND n.at IS NEW.ended_at)
  AND NOT EXISTS (SELECT 1 FROM visit c WHERE c.parent_id = NEW.id AND c.archived_at IS NULL
    AND c.state NOT IN ('closed', 'left_open', 'no_access', 'aborted', 'cancelled')
    AND (EXISTS (SELECT 1 FROM assignment a WHERE a.visit_id = NEW.id AND a.staff_id = c.preferred_id)
      OR EXISTS (SELECT 1 FROM assignment a JOIN assignment b ON b.staff_id = a.staff_id WHERE a.visit_id = NEW.id AND b.visit_id = c.id)
      OR EXISTS (SELECT 1 FROM handover h WHERE h.visit_id = c.id AND h.accepted = 1)))
BEGIN SELECT RAISE(ABORT, 'a visit is left open only with an open follow-up for the same technician, or the client''s word that they want none'); END;
CREATE TRIGGER visit_reopened_when_left BEFORE UPDATE OF state ON visit
  WHEN OLD.state IN ('closed', 'left_open', 'no_access', 'aborted') AND NEW.state = 'on_site'
  AND EXISTS (SELECT 1 FROM assignment WHERE visit_id = NEW.id AND check_in_at IS NOT NULL AND check_out_at IS NULL)
BEGIN SELECT RAISE(ABORT, 'it is not known when somebody left: enter that first'); END;
CREATE TRIGGER search_assigned AFTER INSERT ON assignment BEGIN INSERT OR IGNORE INTO search_stale VALUES (NEW.visit_id); END;
CREATE TRIGGER search_unassigned AFTER DELETE ON assignment BEGIN INSERT OR IGNORE INTO search_stale VALUES (OLD.visit_id); END;
CREATE TRIGGER assignment_once BEFORE INSERT ON assignment
  WHEN EXISTS (SELECT 1 FROM assignment WHERE id = NEW.id
    OR (visit_id = NEW.visit_id AND staff_id = NEW.staff_id AND day = NEW.day))
BEGIN SELECT RAISE(ABORT, 'a technician is on a visit once a day'); END;
CREATE TRIGGER assignment_itself BEFORE UPDATE OF id, visit_id, staff_id, day ON assignment
BEGIN SELECT RAISE(ABORT, 'a technician is taken off a visit and put on another'); END;
CREATE TRIGGER assignment_stands_i BEFORE INSERT ON assignment
  WHEN EXISTS (SELECT 1 FROM visit WHERE id = NEW.visit_id AND review IN ('approved', 'exported'))
BEGIN SELECT RAISE(ABORT, 'the visit is approved or exported: what it was charged from stands'); END;
CREATE TRIGGER assignment_stands_d BEFORE DELETE ON assignment
  WHEN EXISTS (SELECT 1 FROM visit WHERE id = OLD.visit_id AND review IN ('approved', 'exported'))
BEGIN SELECT RAISE(ABORT, 'the visit is approved or exported: what it was charged from stands'); END;
CREATE TRIGGER assignment_kept BEFORE DELETE ON assignment
  WHEN OLD.check_in_at IS NOT NULL
    OR (OLD.depart_at IS NOT NULL AND (SELECT state FROM visit WHERE id = OLD.visit_id) <> 'en_route')
BEGIN SELECT RAISE(ABORT, 'a technician who has set out stays on the visit'); END;
CREATE TRIGGER assignment_at_one_place BEFORE UPDATE OF check_in_at, check_out_at ON assignment
  WHEN NEW.check_in_at IS NOT NULL AND NEW.check_out_at IS NULL
    AND (SELECT state FROM visit WHERE id = NEW.visit_id) IN ('on_site', 'closing_out')
    AND EXISTS (SELECT 1 FROM assignment a JOIN visit v ON v.id = a.visit_id
      WHERE a.staff_id = NEW.staff_id AND a.id <> NEW.id AND v.state IN ('on_site', 'closing_out')
        AND a.check_in_at IS NOT NULL AND a.check_out_at IS NULL)
BEGIN SELECT RAISE(ABORT, 'a technician is at one place at a time'); END;
CREATE TRIGGER assignment_stands_u BEFORE UPDATE OF labour_class, vehicle, billable, depart_at, check_in_at, check_out_at, return_at,
  did_not_come_at ON assignment
  WHEN EXISTS (SELECT 1 FROM visit WHERE id = OLD.visit_id AND review IN ('approved', 'exported'))
BEGIN SELECT RAISE(ABORT, 'the visit is approved or exported: what it was charged from stands'); END;

-- a day of a visit ends without its gates: the visit goes on, told as it was or in the queue. They hold when it is closed; once a day is
-- done there are two ways out, closed or left open (states.md)
DROP TRIGGER visit_edge_fixed_i;
INSERT INTO visit_edge VALUES
  ('on_site', 'dispatched'), ('on_site', 'requested'), ('closing_out', 'dispatched'), ('closing_out', 'requested'),
  ('requested', 'left_open'), ('planned', 'left_open'), ('confirmed', 'left_open'), ('dispatched', 'left_open'),
  ('en_route', 'left_open'), ('on_hold', 'left_open');
CREATE TRIGGER visit_edge_fixed_i BEFORE INSERT ON visit_edge BEGIN SELECT RAISE(ABORT, 'the lifecycle of a visit is fixed'); END;
CREATE TRIGGER visit_day_ends BEFORE UPDATE OF state ON visit
  WHEN OLD.state IN ('on_site', 'closing_out') AND NEW.state IN ('dispatched', 'requested')
  AND (NEW.next_day <> OLD.next_day + 1
    OR NOT EXISTS (SELECT 1 FROM assignment WHERE visit_id = NEW.id AND day = OLD.next_day AND check_in_at IS NOT NULL)
    OR EXISTS (SELECT 1 FROM assignment WHERE visit_id = NEW.id AND day = OLD.next_day AND check_in_at IS NOT NULL AND check_out_at IS NULL))
BEGIN SELECT RAISE(ABORT, 'only a day that is done leads to the next day of a visit'); END;
CREATE TRIGGER visit_day_left_open BEFORE UPDATE OF state ON visit
  WHEN OLD.state IN ('requested', 'planned', 'confirmed', 'dispatched', 'en_route', 'on_hold') AND NEW.state = 'left_open'
  AND OLD.next_day = 1
BEGIN SELECT RAISE(ABORT, 'only a visit of which a day is done is left open between its days'); END;
CREATE TRIGGER visit_day_counts BEFORE UPDATE OF next_day ON visit WHEN NEW.next_day <> OLD.next_day
  AND NOT (NEW.next_day = OLD.next_day + 1 AND OLD.state IN ('on_site', 'closing_out') AND NEW.state IN ('dispatched', 'requested')
    OR NEW.next_day = OLD.next_day - 1 AND NEW.state = 'left_open' AND OLD.state NOT IN ('on_site', 'closing_out', 'left_open'))
BEGIN SELECT RAISE(ABORT, 'the days of a visit come one after another'); END;
CREATE TRIGGER visit_day_in_days BEFORE UPDATE OF days, next_day ON visit WHEN NEW.next_day > NEW.days
BEGIN SELECT RAISE(ABORT, 'a visit has no more days than it takes'); END;
CREATE TRIGGER visit_begun_ways_out BEFORE UPDATE OF state ON visit
  WHEN NEW.state IN ('cancelled', 'aborted', 'no_access') AND OLD.state <> NEW.state AND NEW.next_day > 1
BEGIN SELECT RAISE(ABORT, 'a day of the visit is done: it is closed or left open'); END;
CREATE TRIGGER visit_day_stands_i BEFORE INSERT ON visit_day
  WHEN EXISTS (SELECT 1 FROM visit WHERE id = NEW.visit_id AND review IN ('approved', 'exported'))
BEGIN SELECT RAISE(ABORT, 'the visit is approved or exported: what it was charged from stands'); END;
CREATE TRIGGER visit_day_stands_d BEFORE DELETE ON visit_day
  WHEN EXISTS (SELECT 1 FROM visit WHERE id = OLD.visit_id AND review IN ('approved', 'exported'))
BEGIN SELECT RAISE(ABORT, 'the visit is approved or exported: what it was charged from stands'); END;
CREATE TRIGGER visit_day_itself BEFORE UPDATE OF visit_id, day ON visit_day
BEGIN SELECT RAISE(ABORT, 'a day is taken out of the plan and put into it'); END;
CREATE TRIGGER visit_day_once BEFORE INSERT ON visit_day
  WHEN EXISTS (SELECT 1 FROM visit_day WHERE visit_id = NEW.visit_id AND day = NEW.day)
BEGIN SELECT RAISE(ABORT, 'a day of a visit stands in one place'); END;
