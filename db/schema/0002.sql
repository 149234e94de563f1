-- what a lead gives away or sets by hand, which sheets stand as accepted, and what was drawn from prepaid pools

ALTER TABLE charge_sheet ADD COLUMN accepted_at INTEGER;
ALTER TABLE charge_sheet ADD COLUMN accepted_by INTEGER REFERENCES staff(id);

ALTER TABLE agreement ADD COLUMN rollover TEXT NOT NULL DEFAULT 'none' CHECK (rollover IN ('none', 'next_month', 'capped'));
ALTER TABLE agreement ADD COLUMN rollover_cap_min INTEGER CHECK (rollover_cap_min >= 0);

CREATE TABLE goodwill (
  id INTEGER PRIMARY KEY,
  visit_id INTEGER NOT NULL REFERENCES visit(id),
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  target TEXT NOT NULL CHECK (target IN ('labour', 'travel', 'fee')),
  mode TEXT NOT NULL CHECK (mode IN ('percent', 'amount')),
  value TEXT NOT NULL,
  reason TEXT NOT NULL CHECK (length(trim(reason)) >= 3),
  made_at INTEGER NOT NULL,
  withdrawn_at INTEGER
) STRICT;
CREATE INDEX goodwill_visit ON goodwill (visit_id);

CREATE TABLE manual_travel (
  id INTEGER PRIMARY KEY,
  visit_id INTEGER NOT NULL REFERENCES visit(id),
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  amount TEXT NOT NULL,
  reason TEXT NOT NULL CHECK (length(trim(reason)) >= 3),
  made_at INTEGER NOT NULL,
  withdrawn_at INTEGER
) STRICT;
CREATE INDEX manual_travel_visit ON manual_travel (visit_id);

-- pool_id is null for the monthly allowance of a retainer, whose month begins on `period`
CREATE TABLE draw (
  id INTEGER PRIMARY KEY,
  visit_id INTEGER NOT NULL REFERENCES visit(id),
  agreement_id INTEGER NOT NULL REFERENCES agreement(id),
  pool_id INTEGER REFERENCES pool(id),
  period TEXT CHECK (period IS NULL OR period IS date(period)),
  amount TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  returned_at INTEGER,
  CHECK ((pool_id IS NULL) <> (period IS NULL))
) STRICT;
CREATE INDEX draw_visit ON draw (visit_id) WHERE returned_at IS NULL;
CREATE INDEX draw_period ON draw (agreement_id, period) WHERE returned_at IS NULL;
CREATE TRIGGER draw_kept BEFORE DELETE ON draw BEGIN SELECT RAISE(ABORT, 'a draw is returned, never deleted'); END;
CREATE TRIGGER pool_not_overdrawn BEFORE UPDATE OF remaining ON pool WHEN CAST(NEW.remaining AS REAL) < 0
  BEGIN SELECT RAISE(ABORT, 'a prepaid block is never overdrawn'); END;
