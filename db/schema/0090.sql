-- what goes from one office to another (docs/design/more-machines.md, From one to another): a request, or a technician for some hours. The
-- same id stands in both databases, written in the unit of work of the deed that it names. It is sent, taken, and in the end given back;
-- only the word of the receiver changes the sender's
CREATE TABLE parcel (
  id TEXT PRIMARY KEY CHECK (length(id) = 32),
  version INTEGER NOT NULL DEFAULT 1,
  incoming INTEGER NOT NULL CHECK (incoming IN (0, 1)),
  office TEXT NOT NULL CHECK (length(office) = 32),
  kind TEXT NOT NULL CHECK (kind IN ('request', 'lending')),
  form TEXT NOT NULL CHECK (substr(form, 1, 1) = '{'),
  state TEXT NOT NULL CHECK (state IN ('sent', 'taken', 'given_back')),
  why TEXT NOT NULL DEFAULT '' CHECK (length(why) <= 500),
  named TEXT NOT NULL DEFAULT '' CHECK (length(named) <= 200),
  wanted_back INTEGER NOT NULL DEFAULT 0 CHECK (wanted_back IN (0, 1)),
  visit_id INTEGER REFERENCES visit(id),
  technician_id INTEGER REFERENCES technician(staff_id),
  staff_id INTEGER REFERENCES staff(id),
  session TEXT NOT NULL,
  at INTEGER NOT NULL,
  CHECK (incoming = 0 OR state <> 'sent'),
  CHECK (state = 'given_back' OR kind = 'request' AND visit_id IS NOT NULL OR kind = 'lending' AND technician_id IS NOT NULL)
) STRICT;
CREATE INDEX parcel_office ON parcel (office, incoming);
CREATE INDEX parcel_visit ON parcel (visit_id);
CREATE INDEX parcel_technician ON parcel (technician_id);
CREATE TRIGGER parcel_once BEFORE INSERT ON parcel WHEN EXISTS (SELECT 1 FROM parcel WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'what went to another office is never written again'); END;
CREATE TRIGGER parcel_itself BEFORE UPDATE OF id, incoming, office, kind, form, visit_id, technician_id, staff_id, session, at ON parcel
BEGIN SELECT RAISE(ABORT, 'what went to another office is never rewritten'); END;
CREATE TRIGGER parcel_kept BEFORE DELETE ON parcel
BEGIN SELECT RAISE(ABORT, 'what went to another office is never deleted'); END;
CREATE TRIGGER parcel_goes_on BEFORE UPDATE OF state ON parcel
  WHEN NEW.state <> OLD.state AND (OLD.state = 'given_back' OR NEW.state = 'sent')
BEGIN SELECT RAISE(ABORT, 'what was given back goes anew'); END;
-- a request is in one queue: here again only once it was given back, and at the receiver not after it gave it back
CREATE TRIGGER visit_elsewhere BEFORE UPDATE OF archived_at ON visit WHEN NEW.archived_at IS NULL AND OLD.archived_at IS NOT NULL
  AND EXISTS (SELECT 1 FROM parcel WHERE visit_id = NEW.id
    AND (incoming = 0 AND state <> 'given_back' OR incoming = 1 AND state = 'given_back'))
BEGIN SELECT RAISE(ABORT, 'the request is at another office (dispatch branch moves)'); END;

-- absences that stand for a lending: of the lender while somebody is lent, of the borrower for all other time
CREATE TABLE lent_absence (
  absence_id INTEGER PRIMARY KEY REFERENCES absence(id),
  parcel_id TEXT NOT NULL REFERENCES parcel(id)
) STRICT;
CREATE TRIGGER absence_lent BEFORE UPDATE ON absence WHEN EXISTS (SELECT 1 FROM lent_absence WHERE absence_id = OLD.id)
BEGIN SELECT RAISE(ABORT, 'the absence stands for a lending (dispatch branch moves)'); END;
CREATE TRIGGER absence_lent_kept BEFORE DELETE ON absence WHEN EXISTS (SELECT 1 FROM lent_absence WHERE absence_id = OLD.id)
BEGIN SELECT RAISE(ABORT, 'the absence stands for a lending (dispatch branch moves)'); END;
