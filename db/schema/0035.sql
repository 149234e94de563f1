-- the last day on which a request may be done, beside the day it is wanted on; a recurrence gives its visits theirs by days
ALTER TABLE visit ADD COLUMN latest_on TEXT CHECK (latest_on IS NULL OR wanted_on IS NULL OR latest_on >= wanted_on);
ALTER TABLE recurrence ADD COLUMN days_late INTEGER NOT NULL DEFAULT 0 CHECK (days_late BETWEEN 0 AND 366);
