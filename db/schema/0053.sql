-- the picture at the head of the firm's papers: the newest row counts, one without bytes took it away. Old papers can be made again
CREATE TABLE logo (
  id INTEGER PRIMARY KEY,
  media TEXT NOT NULL CHECK (media IN ('', 'image/png', 'image/jpeg')),
  bytes BLOB NOT NULL CHECK (length(bytes) <= 200000 AND (length(bytes) = 0) = (media = '')),
  added_at INTEGER NOT NULL
) STRICT;
CREATE TRIGGER logo_stays BEFORE UPDATE ON logo BEGIN SELECT RAISE(ABORT, 'a logo that was used is kept'); END;
CREATE TRIGGER logo_kept BEFORE DELETE ON logo BEGIN SELECT RAISE(ABORT, 'a logo that was used is kept'); END;
CREATE TRIGGER logo_once BEFORE INSERT ON logo WHEN EXISTS (SELECT 1 FROM logo WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a logo that was used is kept'); END;
