-- from the end of the drive to where work begins: parking, signing in
ALTER TABLE site ADD COLUMN arrival_minutes INTEGER NOT NULL DEFAULT 0 CHECK (arrival_minutes BETWEEN 0 AND 120);
