-- the moment that the time a client was told in a call is read as since the firm's zone was another one: what was written in the log stays
-- as it was. Empty: as it was told
ALTER TABLE call ADD COLUMN read_as INTEGER;
