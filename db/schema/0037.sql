-- the newest state of each event of somebody's calendar that was read, whether a visit was made of it or not: an older one is
-- left alone. `stamped_at` 0: the file did not say when it was written
CREATE TABLE calendar_event (
  uid TEXT NOT NULL PRIMARY KEY CHECK (length(uid) BETWEEN 1 AND 1200),
  sequence INTEGER NOT NULL CHECK (sequence >= 0),
  stamped_at INTEGER NOT NULL CHECK (stamped_at >= 0),
  cancelled INTEGER NOT NULL CHECK (cancelled IN (0, 1))
) STRICT, WITHOUT ROWID;
