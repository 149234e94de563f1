-- whose message it is: a visit that was booked for the wrong client is another one's by now, and who was told of it is told that we do not come
ALTER TABLE message ADD COLUMN client_id INTEGER REFERENCES client(id);
UPDATE message SET client_id = (SELECT s.client_id FROM visit v JOIN site s ON s.id = v.site_id WHERE v.id = visit_id);
