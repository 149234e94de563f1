-- what an hour of a technician costs the firm, from which day on (docs/design/invoices.md, Margin), in minor units. technician_id null:
-- of everybody of whom nothing else is said; cost null: from here on that counts again. Of one day the last word counts
CREATE TABLE hourly_cost (
  id INTEGER PRIMARY KEY,
  technician_id INTEGER REFERENCES technician(staff_id),
  from_day TEXT NOT NULL CHECK (from_day IS date(from_day)),
  cost INTEGER CHECK (cost >= 0),
  made_at INTEGER NOT NULL,
  staff_id INTEGER NOT NULL REFERENCES staff(id)
) STRICT;
CREATE INDEX hourly_cost_of ON hourly_cost (technician_id, from_day);
CREATE TRIGGER hourly_cost_once BEFORE INSERT ON hourly_cost WHEN EXISTS (SELECT 1 FROM hourly_cost WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'what an hour cost is never rewritten'); END;
CREATE TRIGGER hourly_cost_fixed BEFORE UPDATE ON hourly_cost BEGIN SELECT RAISE(ABORT, 'what an hour cost is never rewritten'); END;
CREATE TRIGGER hourly_cost_kept BEFORE DELETE ON hourly_cost BEGIN SELECT RAISE(ABORT, 'what an hour cost is never deleted'); END;
