-- the same as before (0030), said with fewer copies: every statement that changes the state of a visit compiles its gate.
-- `counted` is NULL where every result counts, 0 where none that counts was made yet; sequences begin at 1

DROP VIEW standing;
-- the place in the visit's sequence of the attempt that counts on each item, as Item.standing has it; `counts` is Item.counts
CREATE VIEW standing AS
  SELECT item_id, visit_id, asks, coalesce((SELECT o.sequence FROM attempt o
      WHERE o.item_id = placed.item_id AND o.sequence = last AND o.result = 'overridden'), nullif(counted, 0), last) AS sequence,
    counted IS NOT 0 AS counts
  FROM (SELECT i.id AS item_id, i.visit_id, coalesce(t.asks, '') AS asks,
      (SELECT max(a.sequence) FROM attempt a WHERE a.item_id = i.id) AS last,
      CASE t.asks WHEN 'executed' THEN coalesce((SELECT max(a.sequence) FROM counting_run a WHERE a.item_id = i.id), 0)
        WHEN 'measured' THEN coalesce((SELECT max(a.sequence) FROM attempt a WHERE a.item_id = i.id AND (a.grade = 'executed'
          OR a.grade = 'measured' AND (a.begun_after IS NOT NULL
            OR EXISTS (SELECT 1 FROM item_probe p WHERE p.item_id = i.id AND p.runs = 0)))), 0)
        END AS counted
    FROM item i LEFT JOIN test_asks t ON t.item_id = i.id) AS placed;
