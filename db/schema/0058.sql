-- a lead takes out a file that was handed in: its row and its bytes stay, who took it out and why stands here. What a test was shown
-- by alone does not count any more (close-out.md C5a)

CREATE TABLE file_removal (
  id INTEGER PRIMARY KEY,
  version INTEGER NOT NULL DEFAULT 1,
  file_id INTEGER NOT NULL REFERENCES file(id),
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  reason TEXT NOT NULL CHECK (length(trim(reason)) BETWEEN 3 AND 500),
  at INTEGER NOT NULL,
  withdrawn_at INTEGER
) STRICT;
CREATE UNIQUE INDEX file_removal_stands ON file_removal (file_id) WHERE withdrawn_at IS NULL;
CREATE TRIGGER file_removal_once BEFORE INSERT ON file_removal
  WHEN EXISTS (SELECT 1 FROM file_removal WHERE id = NEW.id
    OR (file_id = NEW.file_id AND withdrawn_at IS NULL AND NEW.withdrawn_at IS NULL))
BEGIN SELECT RAISE(ABORT, 'that a file was taken out is withdrawn, never rewritten'); END;
CREATE TRIGGER file_removal_itself BEFORE UPDATE OF id, file_id, staff_id, reason, at ON file_removal
BEGIN SELECT RAISE(ABORT, 'that a file was taken out is withdrawn, never rewritten'); END;
CREATE TRIGGER file_removal_kept BEFORE DELETE ON file_removal
BEGIN SELECT RAISE(ABORT, 'that a file was taken out is withdrawn, never deleted'); END;
CREATE TRIGGER file_removal_of_lead BEFORE INSERT ON file_removal
  WHEN NOT EXISTS (SELECT 1 FROM staff_role WHERE staff_id = NEW.staff_id AND role = 'lead')
BEGIN SELECT RAISE(ABORT, 'only a lead takes out a file that was handed in'); END;
CREATE TRIGGER file_fixed BEFORE UPDATE ON file
BEGIN SELECT RAISE(ABORT, 'a file that was handed in is never rewritten'); END;

-- the files that stand
CREATE VIEW standing_file AS
  SELECT f.* FROM file f WHERE NOT EXISTS (SELECT 1 FROM file_removal r WHERE r.file_id = f.id AND r.withdrawn_at IS NULL);
-- how words name a file that was taken out, where the same was not handed in for the item once more
CREATE VIEW lost_file AS
  SELECT f.visit_id, f.item_id, '(' || substr(f.sha256, 1, 8) || ')' AS named
  FROM file f JOIN file_removal r ON r.file_id = f.id AND r.withdrawn_at IS NULL
  WHERE NOT EXISTS (SELECT 1 FROM standing_file k WHERE k.item_id = f.item_id AND k.sha256 = f.sha256);

DROP VIEW open_gate;
CREATE VIEW open_gate AS
  WITH blank(characters) AS (VALUES (char(9, 10, 11, 12, 13, 32, 133, 160, 5760, 8192, 8193, 8194, 8195, 8196, 8197, 8198,
    8199, 8200, 8201, 8202, 8203, 8232, 8233, 8239, 8287, 12288, 65279))),
  latest AS (SELECT *, length(trim(text, (SELECT characters FROM blank))) AS said,
    length(trim(signed_by, (SELECT characters FROM blank))) > 0 AS named FROM attempt)
  SELECT i.visit_id, i.ref FROM item i JOIN standing s ON s.item_id = i.id
    LEFT JOIN latest a ON a.visit_id = s.visit_id AND a.sequence = s.sequence
  WHERE i.required = 1 AND i.kind <> 'sign_off' AND NOT coalesce(CASE
    WHEN a.result = 'na' THEN i.na_allowed = 1 AND a.said >= 10
    WHEN i.kind = 'test' THEN a.result = 'pass' AND s.counts
      AND coalesce(a.begun_after, a.sequence - 1) >= coalesce((SELECT max(w.sequence) FROM work_entry w
        WHERE w.visit_id = i.visit_id), 0)
      AND (a.begun_after IS NOT NULL OR a.said >= 10 OR coalesce(a.value, '') GLOB '*[0-9]*'
        AND EXISTS (SELECT 1 FROM item_probe p WHERE p.item_id = i.id AND p.runs = 0))
      AND NOT (a.vantage IS 'host' AND EXISTS (SELECT 1 FROM item_probe p WHERE p.item_id = i.id AND p.vantage = 'site'))
      AND (s.asks <> 'no_way_in' OR EXISTS (SELECT 1 FROM permission p WHERE p.item_id = i.id AND p.given = 1)
        OR EXISTS (SELECT 1 FROM standing_file f WHERE f.item_id = i.id AND f.as_of >= coalesce((SELECT max(w.sequence)
          FROM work_entry w WHERE w.visit_id = i.visit_id), 0)))
      AND NOT (a.begun_after IS NULL
        AND EXISTS (SELECT 1 FROM lost_file f WHERE f.item_id = i.id AND instr(a.text, f.named) > 0))
    WHEN a.result = 'overridden' THEN i.override_allowed = 1 AND a.said > 0
    WHEN i.kind = 'named' THEN a.result IN ('done', 'follow_up') OR (a.result = 'declined' AND a.said > 0)
    WHEN i.kind = 'ask' THEN a.result = 'answered' AND a.said > 0
    WHEN a.result = 'not_done' THEN i.ref GLOB 'W1.*' AND a.said >= 10
    ELSE a.result = 'done' AND (i.ref <> 'W2' OR a.said > 0)
    END, 0)
  UNION ALL
  SELECT i.visit_id, i.ref FROM item i
    LEFT JOIN latest a ON a.item_id = i.id AND a.sequence = (SELECT max(o.sequence) FROM attempt o WHERE o.item_id = i.id)
  WHERE i.kind = 'sign_off' AND i.required = 1 AND NOT coalesce(CASE a.result
      WHEN 'signed' THEN a.named
      WHEN 'overridden' THEN i.override_allowed = 1 AND a.said > 0
      END
    AND a.sequence > coalesce((SELECT max(o.sequence) FROM attempt o WHERE o.visit_id = i.visit_id AND o.item_id <> i.id), 0)
    AND a.sequence > coalesce((SELECT max(w.sequence) FROM work_entry w WHERE w.visit_id = i.visit_id), 0), 0);

-- what a closed visit stands on is not taken from it: a lead reopens it first
CREATE TRIGGER file_removal_leaves_closed AFTER INSERT ON file_removal
  WHEN EXISTS (SELECT 1 FROM file f JOIN visit v ON v.id = f.visit_id JOIN item i ON i.id = f.item_id
    JOIN open_gate g ON g.visit_id = f.visit_id AND g.ref = i.ref WHERE f.id = NEW.file_id AND v.state = 'closed')
BEGIN SELECT RAISE(ABORT, 'a closed visit stands on this file: reopen it first'); END;
CREATE TRIGGER file_removal_again_leaves_closed AFTER UPDATE OF withdrawn_at ON file_removal
  WHEN NEW.withdrawn_at IS NULL AND EXISTS (SELECT 1 FROM file f JOIN visit v ON v.id = f.visit_id JOIN item i ON i.id = f.item_id
    JOIN open_gate g ON g.visit_id = f.visit_id AND g.ref = i.ref WHERE f.id = NEW.file_id AND v.state = 'closed')
BEGIN SELECT RAISE(ABORT, 'a closed visit stands on this file: reopen it first'); END;
