-- the last day on which a request may be done, beside the day it is wanted on; a recurrence gives its visits theirs by days
ALTER TABLE visit ADD COLUMN latest_on TEXT CHECK (latest_on IS NULL OR wanted_on IS NULL OR latest_on >= wanted_on);
ALTER TABLE recurrence ADD COLUMN days_late INTEGER NOT NULL DEFAULT 0 CHECK (days_late BETWEEN 0 AND 366);
-- what a visit needs beside one technician with skills: equipment in the vehicle, more people at the same time with skills of their
-- own, another visit that is over before it
ALTER TABLE visit ADD COLUMN equipment TEXT NOT NULL DEFAULT '' CHECK (length(equipment) <= 1000);
ALTER TABLE visit ADD COLUMN people INTEGER NOT NULL DEFAULT 1 CHECK (people BETWEEN 1 AND 4);
ALTER TABLE visit ADD COLUMN crew_skills TEXT NOT NULL DEFAULT '' CHECK (length(crew_skills) <= 1000);
ALTER TABLE visit ADD COLUMN after_id INTEGER REFERENCES visit(id) CHECK (after_id <> id);
ALTER TABLE visit ADD COLUMN after_minutes INTEGER NOT NULL DEFAULT 0 CHECK (after_minutes BETWEEN 0 AND 10080);
ALTER TABLE visit ADD COLUMN after_day TEXT NOT NULL DEFAULT 'any' CHECK (after_day IN ('any', 'same', 'later'));
CREATE INDEX visit_after ON visit (after_id) WHERE after_id IS NOT NULL;
-- what a technician's vehicle carries, and where the day ends where that is not where it begins
ALTER TABLE technician ADD COLUMN carries TEXT NOT NULL DEFAULT '' CHECK (length(carries) <= 1000);
ALTER TABLE technician ADD COLUMN end_lat REAL CHECK (end_lat BETWEEN -90 AND 90);
ALTER TABLE technician ADD COLUMN end_lon REAL CHECK (end_lon BETWEEN -180 AND 180 AND (end_lat IS NULL) = (end_lon IS NULL));
-- the hours in which a technician comes out for emergencies beside the shift: [[weekday, opens, closes], ...]
ALTER TABLE technician ADD COLUMN on_call TEXT NOT NULL DEFAULT '[]' CHECK (on_call LIKE '[%]');
-- where its technician stops before a visit, the depot or a supplier, and for how many minutes
ALTER TABLE visit ADD COLUMN pickup TEXT NOT NULL DEFAULT '' CHECK (length(pickup) <= 500);
ALTER TABLE visit ADD COLUMN pickup_lat REAL CHECK (pickup_lat BETWEEN -90 AND 90);
ALTER TABLE visit ADD COLUMN pickup_lon REAL CHECK (pickup_lon BETWEEN -180 AND 180 AND (pickup_lat IS NULL) = (pickup_lon IS NULL));
ALTER TABLE visit ADD COLUMN pickup_minutes INTEGER NOT NULL DEFAULT 0 CHECK (pickup_minutes BETWEEN 0 AND 240);
