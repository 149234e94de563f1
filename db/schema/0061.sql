-- findings of an audit (close-out.md C5b): a row each, another one under the same number where it was put right; what became of them
-- stands beside them. An item that asks for them is settled by findings, or by a word that nothing was found

ALTER TABLE item ADD COLUMN findings INTEGER NOT NULL DEFAULT 0 CHECK (findings IN (0, 1));

CREATE TABLE finding (
  id INTEGER PRIMARY KEY,
  version INTEGER NOT NULL DEFAULT 1,
  visit_id INTEGER NOT NULL REFERENCES visit(id),
  number INTEGER NOT NULL CHECK (number >= 1),
  what TEXT NOT NULL CHECK (length(trim(what)) BETWEEN 1 AND 500),
  severity TEXT NOT NULL CHECK (severity IN ('low', 'medium', 'high', 'critical')),
  risk TEXT NOT NULL DEFAULT '' CHECK (length(risk) <= 500),
  advice TEXT NOT NULL DEFAULT '' CHECK (length(advice) <= 500),
  minutes INTEGER CHECK (minutes >= 0),
  price INTEGER CHECK (price >= 0),
  currency TEXT NOT NULL DEFAULT '' CHECK (length(currency) <= 3),
  exponent INTEGER NOT NULL DEFAULT 2 CHECK (exponent BETWEEN 0 AND 4),
  file_id INTEGER REFERENCES file(id),
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  session TEXT NOT NULL,
  at INTEGER NOT NULL,
  withdrawn_at INTEGER
) STRICT;
CREATE INDEX finding_visit ON finding (visit_id);
CREATE TRIGGER finding_once BEFORE INSERT ON finding WHEN EXISTS (SELECT 1 FROM finding WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a finding is withdrawn, never rewritten'); END;
CREATE TRIGGER finding_itself BEFORE UPDATE OF id, visit_id, number, what, severity, risk, advice, minutes, price, currency, exponent,
  file_id, staff_id, session, at ON finding
BEGIN SELECT RAISE(ABORT, 'a finding is withdrawn, never rewritten'); END;
CREATE TRIGGER finding_kept BEFORE DELETE ON finding BEGIN SELECT RAISE(ABORT, 'a finding is withdrawn, never deleted'); END;
CREATE TRIGGER finding_while_open BEFORE INSERT ON finding
  WHEN NOT EXISTS (SELECT 1 FROM visit WHERE id = NEW.visit_id AND state IN ('on_site', 'closing_out'))
BEGIN SELECT RAISE(ABORT, 'findings are written down while the visit is open'); END;
CREATE TRIGGER finding_withdrawn_while_open BEFORE UPDATE OF withdrawn_at ON finding
  WHEN NOT EXISTS (SELECT 1 FROM visit WHERE id = NEW.visit_id AND state IN ('on_site', 'closing_out'))
BEGIN SELECT RAISE(ABORT, 'findings are changed while the visit is open'); END;

-- what became of a finding: the last one that stands counts, none: it is open
CREATE TABLE finding_mark (
  id INTEGER PRIMARY KEY,
  version INTEGER NOT NULL DEFAULT 1,
  visit_id INTEGER NOT NULL REFERENCES visit(id),
  number INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'proposed', 'done', 'declined')),
  note TEXT NOT NULL DEFAULT '' CHECK (length(note) <= 500),
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  session TEXT NOT NULL,
  at INTEGER NOT NULL,
  withdrawn_at INTEGER,
  CHECK (state <> 'declined' OR length(trim(note)) > 0)
) STRICT;
CREATE INDEX finding_mark_of ON finding_mark (visit_id, number);
CREATE TRIGGER finding_mark_once BEFORE INSERT ON finding_mark WHEN EXISTS (SELECT 1 FROM finding_mark WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'what became of a finding is withdrawn, never rewritten'); END;
CREATE TRIGGER finding_mark_itself BEFORE UPDATE OF id, visit_id, number, state, note, staff_id, session, at ON finding_mark
BEGIN SELECT RAISE(ABORT, 'what became of a finding is withdrawn, never rewritten'); END;
CREATE TRIGGER finding_mark_kept BEFORE DELETE ON finding_mark
BEGIN SELECT RAISE(ABORT, 'what became of a finding is withdrawn, never deleted'); END;

-- as 0025 has it; that nothing was found is a word that says something too
DROP TRIGGER attempt_says_something;
CREATE TRIGGER attempt_says_something BEFORE INSERT ON attempt
  WHEN NEW.begun_after IS NULL AND (NEW.result IN ('na', 'not_done') OR NEW.result = 'pass' AND coalesce(NEW.value, '') NOT GLOB '*[0-9]*'
    OR NEW.result = 'done' AND NEW.text <> '' AND EXISTS (SELECT 1 FROM item i WHERE i.id = NEW.item_id AND i.findings = 1))
  AND EXISTS (
    WITH RECURSIVE walk(at, plain) AS (
      VALUES (0, '  ') UNION ALL
      SELECT at + 1, plain || CASE WHEN unicode(substr(NEW.text, at + 1, 1)) BETWEEN 48 AND 57
          OR unicode(substr(NEW.text, at + 1, 1)) BETWEEN 65 AND 90 OR unicode(substr(NEW.text, at + 1, 1)) BETWEEN 97 AND 122
          OR unicode(substr(NEW.text, at + 1, 1)) BETWEEN 192 AND 5759 OR unicode(substr(NEW.text, at + 1, 1)) BETWEEN 5761 AND 8191
          OR unicode(substr(NEW.text, at + 1, 1)) BETWEEN 11264 AND 12287 OR unicode(substr(NEW.text, at + 1, 1)) BETWEEN 12353 AND 55295
          OR unicode(substr(NEW.text, at + 1, 1)) BETWEEN 63744 AND 65023 OR unicode(substr(NEW.text, at + 1, 1)) BETWEEN 65136 AND 65500
          OR unicode(substr(NEW.text, at + 1, 1)) BETWEEN 65536 AND 126975 OR unicode(substr(NEW.text, at + 1, 1)) BETWEEN 131072 AND 262143
        THEN lower(substr(NEW.text, at + 1, 1)) ELSE '  ' END
      FROM walk WHERE at < length(NEW.text)),
    said(plain, letters) AS (SELECT plain || '  ', replace(plain, ' ', '') FROM walk WHERE at = length(NEW.text)),
    first(plain, letters, word) AS (SELECT plain, letters, substr(ltrim(plain), 1, instr(ltrim(plain), ' ') - 1) FROM said)
    SELECT 1 FROM first WHERE length(letters) < 10 OR replace(letters, substr(letters, 1, 1), '') = ''
      OR trim(replace(plain, ' ' || word || ' ', '')) = '')
BEGIN SELECT RAISE(ABORT, 'words are evidence only if they say something'); END;

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
    ELSE a.result = 'done' AND (i.ref <> 'W2' OR a.said > 0) AND (i.findings = 0 OR a.said >= 10
      OR EXISTS (SELECT 1 FROM finding f WHERE f.visit_id = i.visit_id AND f.withdrawn_at IS NULL))
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
