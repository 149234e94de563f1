-- the time that technicians had to give, as it was said when: a day that is over counts by what stood when it ended, whatever is changed
-- since. Each row takes the place of those before it of the same technician (`hours`), absence or holiday (`key`); `value` NULL takes
-- it away. `at` is empty only within the unit of work that says it; 0: it was always so
CREATE TABLE working_time (
  id INTEGER PRIMARY KEY,
  at INTEGER,
  what TEXT NOT NULL CHECK (what IN ('hours', 'absence', 'holiday')),
  key INTEGER NOT NULL,
  value TEXT
) STRICT;
CREATE INDEX working_time_key ON working_time (what, key, id);
CREATE INDEX working_time_unsaid ON working_time (id) WHERE at IS NULL;
-- the technicians whose hours are to be written down at the end of the unit of work
CREATE TABLE hours_stale (staff_id INTEGER PRIMARY KEY) STRICT;

-- of the time before: the audit has every change of shifts and lunch; of absences and holidays what stands is known, and when one went
CREATE TABLE hours_said AS
  SELECT seq, at, entity_id AS staff_id, json_type(detail, '$.shifts') IS NOT NULL AS began,
    coalesce(json_extract(detail, '$.shifts'), json_extract(detail, '$.changed.shifts[1]')) AS shifts,
    json_extract(detail, '$.changed.shifts[0]') AS were,
    coalesce(json_extract(detail, '$.lunch_minutes'), json_extract(detail, '$.changed.lunch_minutes[1]')) AS lunch,
    json_extract(detail, '$.changed.lunch_minutes[0]') AS was_lunch
  FROM audit WHERE entity = 'technician';
CREATE TABLE hours_known AS
  SELECT coalesce((SELECT min(at) FROM hours_said WHERE staff_id = t.staff_id AND began), 0) AS at, 0 AS seq, t.staff_id,
    coalesce((SELECT coalesce(were, shifts) FROM hours_said WHERE staff_id = t.staff_id AND shifts IS NOT NULL ORDER BY seq LIMIT 1),
      (SELECT json_group_array(json_array(weekday, opens, closes)) FROM (SELECT weekday, opens, closes FROM technician_shift
        WHERE staff_id = t.staff_id ORDER BY weekday, opens))) AS shifts,
    coalesce((SELECT coalesce(was_lunch, lunch) FROM hours_said WHERE staff_id = t.staff_id AND lunch IS NOT NULL ORDER BY seq LIMIT 1),
      t.lunch_minutes) AS lunch
  FROM technician t
  UNION ALL
  SELECT h.at, h.seq, h.staff_id,
    (SELECT shifts FROM hours_said WHERE staff_id = h.staff_id AND shifts IS NOT NULL AND seq <= h.seq ORDER BY seq DESC LIMIT 1),
    (SELECT lunch FROM hours_said WHERE staff_id = h.staff_id AND lunch IS NOT NULL AND seq <= h.seq ORDER BY seq DESC LIMIT 1)
  FROM hours_said h WHERE NOT h.began AND (h.shifts IS NOT NULL OR h.lunch IS NOT NULL);
UPDATE hours_known SET
  shifts = coalesce(shifts, (SELECT o.shifts FROM hours_known o WHERE o.staff_id = hours_known.staff_id AND o.seq = 0)),
  lunch = coalesce(lunch, (SELECT o.lunch FROM hours_known o WHERE o.staff_id = hours_known.staff_id AND o.seq = 0));
INSERT INTO working_time (at, what, key, value)
  SELECT at, 'hours', staff_id, value FROM (
    SELECT at, seq, staff_id, json_object('lunch', lunch, 'shifts', json(shifts)) AS value FROM hours_known
    UNION ALL SELECT archived_at, 9e18, staff_id, NULL FROM technician WHERE archived_at IS NOT NULL
    UNION ALL SELECT (SELECT max(at) FROM audit), 9e18, t.staff_id, NULL FROM technician t JOIN staff s ON s.id = t.staff_id
      WHERE t.archived_at IS NULL AND s.active = 0)
  ORDER BY at, seq;
DROP TABLE hours_known;
DROP TABLE hours_said;
INSERT INTO hours_stale SELECT staff_id FROM technician;
INSERT INTO working_time (at, what, key, value)
  SELECT 0, 'absence', id, staff_id || ' ' || starts_at || ' ' || ends_at FROM absence;
INSERT INTO working_time (at, what, key) SELECT archived_at, 'absence', id FROM absence WHERE archived_at IS NOT NULL;
INSERT INTO working_time (at, what, key, value) SELECT 0, 'holiday', id, day FROM holiday;
INSERT INTO working_time (at, what, key) SELECT archived_at, 'holiday', id FROM holiday WHERE archived_at IS NOT NULL;
INSERT INTO setting (key, value)
  SELECT 'hours_known_from', max(at) FROM audit WHERE EXISTS (SELECT 1 FROM technician) HAVING max(at) IS NOT NULL;

CREATE TRIGGER hours_of_technician AFTER INSERT ON technician BEGIN INSERT OR IGNORE INTO hours_stale VALUES (NEW.staff_id); END;
CREATE TRIGGER hours_of_lunch AFTER UPDATE OF lunch_minutes, archived_at ON technician
BEGIN INSERT OR IGNORE INTO hours_stale VALUES (NEW.staff_id); END;
CREATE TRIGGER hours_of_staff AFTER UPDATE OF active ON staff WHEN EXISTS (SELECT 1 FROM technician WHERE staff_id = NEW.id)
BEGIN INSERT OR IGNORE INTO hours_stale VALUES (NEW.id); END;
CREATE TRIGGER hours_of_shift_i AFTER INSERT ON technician_shift BEGIN INSERT OR IGNORE INTO hours_stale VALUES (NEW.staff_id); END;
CREATE TRIGGER hours_of_shift_u AFTER UPDATE ON technician_shift BEGIN INSERT OR IGNORE INTO hours_stale VALUES (NEW.staff_id); END;
CREATE TRIGGER hours_of_shift_d AFTER DELETE ON technician_shift BEGIN INSERT OR IGNORE INTO hours_stale VALUES (OLD.staff_id); END;
CREATE TRIGGER absence_said_i AFTER INSERT ON absence WHEN NEW.archived_at IS NULL
BEGIN INSERT INTO working_time (what, key, value) VALUES ('absence', NEW.id, NEW.staff_id || ' ' || NEW.starts_at || ' ' || NEW.ends_at); END;
CREATE TRIGGER absence_said_u AFTER UPDATE OF staff_id, starts_at, ends_at, archived_at ON absence
BEGIN INSERT INTO working_time (what, key, value) VALUES ('absence', NEW.id,
  CASE WHEN NEW.archived_at IS NULL THEN NEW.staff_id || ' ' || NEW.starts_at || ' ' || NEW.ends_at END); END;
CREATE TRIGGER absence_said_d AFTER DELETE ON absence
BEGIN INSERT INTO working_time (what, key) VALUES ('absence', OLD.id); END;
CREATE TRIGGER holiday_said_i AFTER INSERT ON holiday WHEN NEW.archived_at IS NULL
BEGIN INSERT INTO working_time (what, key, value) VALUES ('holiday', NEW.id, NEW.day); END;
CREATE TRIGGER holiday_said_u AFTER UPDATE OF day, archived_at ON holiday
BEGIN INSERT INTO working_time (what, key, value) VALUES ('holiday', NEW.id, CASE WHEN NEW.archived_at IS NULL THEN NEW.day END); END;
CREATE TRIGGER working_time_kept BEFORE DELETE ON working_time
BEGIN SELECT RAISE(ABORT, 'the hours of days that are over are never deleted'); END;
CREATE TRIGGER working_time_itself BEFORE UPDATE ON working_time
  WHEN OLD.at IS NOT NULL OR NEW.id <> OLD.id OR NEW.what <> OLD.what OR NEW.key <> OLD.key OR NEW.value IS NOT OLD.value
BEGIN SELECT RAISE(ABORT, 'the hours of days that are over are never rewritten'); END;
CREATE TRIGGER working_time_once BEFORE INSERT ON working_time WHEN EXISTS (SELECT 1 FROM working_time WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the hours of days that are over are never rewritten'); END;
