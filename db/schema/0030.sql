-- a value measures only within bounds (close-out.md C5, G2): where nothing bounds it, a figure is one of the words that say what was seen
CREATE TRIGGER attempt_value_bounded BEFORE INSERT ON attempt
  WHEN NEW.begun_after IS NULL AND (NEW.grade = 'measured' OR coalesce(NEW.value, '') <> '')
  AND NOT EXISTS (SELECT 1 FROM item_probe p WHERE p.item_id = NEW.item_id AND p.runs = 0)
BEGIN SELECT RAISE(ABORT, 'a value measures only within bounds'); END;

DROP VIEW open_gate;
DROP VIEW standing;
-- the place in the visit's sequence of the attempt that counts on each item, as Item.standing has it; `counts` is Item.counts
CREATE VIEW standing AS
  SELECT item_id, visit_id, asks, CASE WHEN counted IS NULL OR last > counted AND EXISTS (SELECT 1 FROM attempt o
      WHERE o.item_id = placed.item_id AND o.sequence = last AND o.result = 'overridden') THEN last ELSE counted END AS sequence,
    asks NOT IN ('executed', 'measured') OR counted IS NOT NULL AS counts
  FROM (SELECT i.id AS item_id, i.visit_id, coalesce(t.asks, '') AS asks,
      (SELECT max(a.sequence) FROM attempt a WHERE a.item_id = i.id) AS last,
      CASE t.asks WHEN 'executed' THEN (SELECT max(a.sequence) FROM counting_run a WHERE a.item_id = i.id)
        WHEN 'measured' THEN (SELECT max(a.sequence) FROM attempt a WHERE a.item_id = i.id AND (a.grade = 'executed' OR a.grade = 'measured'
          AND (a.begun_after IS NOT NULL OR EXISTS (SELECT 1 FROM item_probe p WHERE p.item_id = i.id AND p.runs = 0))))
        END AS counted
    FROM item i LEFT JOIN test_asks t ON t.item_id = i.id) AS placed;

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
        OR EXISTS (SELECT 1 FROM file f WHERE f.item_id = i.id AND f.as_of >= coalesce((SELECT max(w.sequence)
          FROM work_entry w WHERE w.visit_id = i.visit_id), 0)))
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
