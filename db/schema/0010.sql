-- the event of somebody's calendar that a visit was taken from, and what makes the ids of our own events unguessable

ALTER TABLE visit ADD COLUMN uid TEXT CHECK (uid IS NULL OR length(uid) BETWEEN 1 AND 1200);
-- an event is taken once, whoever imports it, and whether its visit is archived or not
CREATE UNIQUE INDEX visit_uid ON visit (uid) WHERE uid IS NOT NULL;

INSERT INTO setting (key, value) VALUES ('calendar_salt', '"' || lower(hex(randomblob(16))) || '"');
