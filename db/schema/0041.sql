-- technicians' own calendars on servers that speak CalDAV. The password is in no database
CREATE TABLE linked_calendar (
  id INTEGER PRIMARY KEY,
  staff_id INTEGER NOT NULL REFERENCES technician(staff_id),
  url TEXT NOT NULL CHECK (length(url) BETWEEN 8 AND 500),
  login TEXT NOT NULL DEFAULT '' CHECK (length(login) <= 200),
  busy INTEGER NOT NULL DEFAULT 0 CHECK (busy IN (0, 1)),
  days INTEGER NOT NULL DEFAULT 28 CHECK (days BETWEEN 1 AND 366),
  archived_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE UNIQUE INDEX linked_calendar_of ON linked_calendar (staff_id) WHERE archived_at IS NULL;

-- what keeps a calendar from being brought up to date (empty: nothing), and the day from which its busy times were read
CREATE TABLE calendar_sync (
  calendar_id INTEGER PRIMARY KEY REFERENCES linked_calendar(id),
  at INTEGER NOT NULL,
  trouble TEXT NOT NULL DEFAULT '' CHECK (length(trouble) <= 500),
  read_from TEXT NOT NULL DEFAULT ''
) STRICT;
-- the events that we have put there: what they say, and the server's mark of the state in which we left them
CREATE TABLE calendar_copy (
  calendar_id INTEGER NOT NULL REFERENCES linked_calendar(id),
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  etag TEXT NOT NULL,
  digest TEXT NOT NULL CHECK (length(digest) = 64),
  ends_at INTEGER NOT NULL,
  PRIMARY KEY (calendar_id, name)
) STRICT, WITHOUT ROWID;
-- the other events there: when they take up time, and nothing else of them; the server's mark of the state that was read
CREATE TABLE calendar_busy (
  calendar_id INTEGER NOT NULL REFERENCES linked_calendar(id),
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 1000),
  etag TEXT NOT NULL,
  spans TEXT NOT NULL CHECK (spans LIKE '[%]'),
  unread INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (calendar_id, name)
) STRICT, WITHOUT ROWID;
-- the absences that were made of busy times
CREATE TABLE busy_absence (
  absence_id INTEGER PRIMARY KEY REFERENCES absence(id),
  calendar_id INTEGER NOT NULL REFERENCES linked_calendar(id)
) STRICT;
