-- the words of the test before, with other commas and spaces between, are the same words. `plain` is the words in small letters,
-- one space between; the letters are those of dispatch/closeout/answers.py
DROP TRIGGER attempt_says_its_own;
CREATE TRIGGER attempt_says_its_own BEFORE INSERT ON attempt
  WHEN NEW.begun_after IS NULL AND NEW.result = 'pass' AND coalesce(NEW.value, '') NOT GLOB '*[0-9]*'
  AND EXISTS (
    WITH RECURSIVE walk(text, at, plain) AS (
      SELECT NEW.text, 0, ' ' UNION ALL
      SELECT * FROM (SELECT o.text, 0, ' ' FROM attempt o JOIN item i ON i.id = o.item_id WHERE o.visit_id = NEW.visit_id
        AND o.item_id <> NEW.item_id AND i.kind = 'test' AND o.begun_after IS NULL ORDER BY o.sequence DESC LIMIT 1) UNION ALL
      SELECT text, at + 1, plain || CASE WHEN unicode(substr(text, at + 1, 1)) BETWEEN 48 AND 57
          OR unicode(substr(text, at + 1, 1)) BETWEEN 65 AND 90 OR unicode(substr(text, at + 1, 1)) BETWEEN 97 AND 122
          OR unicode(substr(text, at + 1, 1)) BETWEEN 192 AND 5759 OR unicode(substr(text, at + 1, 1)) BETWEEN 5761 AND 8191
          OR unicode(substr(text, at + 1, 1)) BETWEEN 11264 AND 12287 OR unicode(substr(text, at + 1, 1)) BETWEEN 12353 AND 55295
          OR unicode(substr(text, at + 1, 1)) BETWEEN 63744 AND 65023 OR unicode(substr(text, at + 1, 1)) BETWEEN 65136 AND 65500
          OR unicode(substr(text, at + 1, 1)) BETWEEN 65536 AND 126975 OR unicode(substr(text, at + 1, 1)) BETWEEN 131072 AND 262143
        THEN lower(substr(text, at + 1, 1)) WHEN plain LIKE '% ' THEN '' ELSE ' ' END
      FROM walk WHERE at < length(text))
    SELECT 1 FROM walk WHERE at = length(text) GROUP BY trim(plain) HAVING count(*) > 1)
BEGIN SELECT RAISE(ABORT, 'the test before has the same words'); END;

-- what is archived rests: only a request that nobody has taken up goes away, and it comes back before anything is done with it
CREATE TRIGGER visit_archived_rests BEFORE UPDATE OF state, archived_at ON visit
  WHEN NEW.archived_at IS NOT NULL AND NEW.state <> 'requested' AND (OLD.archived_at IS NULL OR NEW.state <> OLD.state)
BEGIN SELECT RAISE(ABORT, 'only a request that nobody has taken up is archived, and nothing is done with it then'); END;
