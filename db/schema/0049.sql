-- what was promised when: each window that the client was given for a visit, so that a promise that was moved is judged as it stood.
-- `at` is empty only within the unit of work that gives it
CREATE TABLE promise (
  id INTEGER PRIMARY KEY,
  visit_id INTEGER NOT NULL REFERENCES visit(id),
  at INTEGER,
  promised_from INTEGER,
  promised_to INTEGER,
  CHECK ((promised_from IS NULL) = (promised_to IS NULL))
) STRICT;
CREATE INDEX promise_visit ON promise (visit_id, id);
CREATE INDEX promise_from ON promise (promised_from);
CREATE INDEX promise_unsaid ON promise (id) WHERE at IS NULL;
-- of the time before: what the pictures of changes say of a visit, oldest first, and what it says now
CREATE TABLE promise_picture AS
  SELECT json_extract(p.value, '$[1]') AS visit_id, c.at, c.id AS change_id,
    json_extract(p.value, '$[2].promised_from') AS was_from, json_extract(p.value, '$[2].promised_to') AS was_to,
    json_extract(p.value, '$[3].promised_from') AS promised_from, json_extract(p.value, '$[3].promised_to') AS promised_to
  FROM change c, json_each(c.pictures) p
  WHERE json_extract(p.value, '$[0]') = 'visit' AND c.state <> 'undone'
    AND json_type(p.value, '$[3].promised_from') IS NOT NULL AND json_type(p.value, '$[2].promised_from') IS NOT NULL
    AND (json_extract(p.value, '$[2].promised_from') IS NOT json_extract(p.value, '$[3].promised_from')
      OR json_extract(p.value, '$[2].promised_to') IS NOT json_extract(p.value, '$[3].promised_to'));
INSERT INTO promise (visit_id, at, promised_from, promised_to)
  SELECT v.id, v.requested_at, was_from, was_to FROM visit v JOIN promise_picture p ON p.visit_id = v.id
  WHERE was_from IS NOT NULL
    AND p.change_id = (SELECT min(change_id) FROM promise_picture WHERE visit_id = v.id);
INSERT INTO promise (visit_id, at, promised_from, promised_to)
  SELECT p.visit_id, p.at, p.promised_from, p.promised_to FROM promise_picture p JOIN visit v ON v.id = p.visit_id
  ORDER BY p.change_id;
DROP TABLE promise_picture;
INSERT INTO promise (visit_id, at, promised_from, promised_to)
  SELECT v.id, CASE WHEN p.id IS NULL THEN v.requested_at ELSE (SELECT max(at) FROM audit) END, v.promised_from, v.promised_to
  FROM visit v LEFT JOIN promise p ON p.id = (SELECT max(id) FROM promise WHERE visit_id = v.id)
  WHERE v.promised_from IS NOT p.promised_from OR v.promised_to IS NOT p.promised_to;
INSERT INTO setting (key, value) SELECT 'promises_known_from', max(at) FROM audit WHERE EXISTS (SELECT 1 FROM visit) HAVING max(at) IS NOT NULL;
CREATE TRIGGER promise_given AFTER INSERT ON visit WHEN NEW.promised_from IS NOT NULL
BEGIN INSERT INTO promise (visit_id, at, promised_from, promised_to) VALUES (NEW.id, NEW.requested_at, NEW.promised_from, NEW.promised_to); END;
CREATE TRIGGER promise_changed AFTER UPDATE OF promised_from, promised_to ON visit
  WHEN NEW.promised_from IS NOT OLD.promised_from OR NEW.promised_to IS NOT OLD.promised_to
BEGIN INSERT INTO promise (visit_id, promised_from, promised_to) VALUES (NEW.id, NEW.promised_from, NEW.promised_to); END;
CREATE TRIGGER promise_kept BEFORE DELETE ON promise BEGIN SELECT RAISE(ABORT, 'what was promised is never deleted'); END;
CREATE TRIGGER promise_itself BEFORE UPDATE ON promise
  WHEN OLD.at IS NOT NULL OR NEW.id <> OLD.id OR NEW.visit_id <> OLD.visit_id OR NEW.promised_from IS NOT OLD.promised_from
    OR NEW.promised_to IS NOT OLD.promised_to
BEGIN SELECT RAISE(ABORT, 'what was promised is never rewritten'); END;
CREATE TRIGGER promise_once BEFORE INSERT ON promise WHEN EXISTS (SELECT 1 FROM promise WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'what was promised is never rewritten'); END;
