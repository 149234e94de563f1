-- the event of somebody's calendar that a visit was taken from, and what makes the ids of our own events unguessable

ALTER TABLE visit ADD COLUMN uid TEXT CHECK (uid IS NULL OR length(uid) BETWEEN 1 AND 1200);
-- an event is taken once, whoever imports it, and whether its visit is archived or not
CREATE UNIQUE INDEX visit_uid ON visit (uid) WHERE uid IS NOT NULL;

CREATE TABLE calendar_salt (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  salt TEXT NOT NULL CHECK (length(salt) = 32)
) STRICT;
INSERT INTO calendar_salt (id, salt) VALUES (1, lower(hex(randomblob(16))));
CREATE TRIGGER calendar_salt_fixed BEFORE UPDATE ON calendar_salt
BEGIN SELECT RAISE(ABORT, 'the ids of calendar events keep their salt'); END;
