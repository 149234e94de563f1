-- the catalogue of service plans: what is offered, without a client (account-care.md E12); an agreement keeps which one it was made
-- from, and a client how many users there are beside computers and servers

CREATE TABLE service_plan (
  id INTEGER PRIMARY KEY,
  version INTEGER NOT NULL DEFAULT 1,
  name TEXT NOT NULL CHECK (length(trim(name)) BETWEEN 1 AND 200),
  kind TEXT NOT NULL CHECK (kind IN ('tm', 'fixed_price', 'retainer', 'block_hours', 'block_money')),
  fee INTEGER CHECK (fee >= 0),
  per_computer INTEGER CHECK (per_computer >= 0),
  per_server INTEGER CHECK (per_server >= 0),
  per_user INTEGER CHECK (per_user >= 0),
  allowance_min INTEGER CHECK (allowance_min >= 0),
  price_list TEXT NOT NULL DEFAULT 'agreement' CHECK (price_list IN ('agreement', 'standard')),
  labour_discount_pct TEXT NOT NULL DEFAULT '',
  waive_bands TEXT NOT NULL DEFAULT '',
  waive_emergency INTEGER NOT NULL DEFAULT 0 CHECK (waive_emergency IN (0, 1)),
  waive_travel TEXT NOT NULL DEFAULT 'none' CHECK (waive_travel IN ('none', 'in_radius', 'all')),
  targets TEXT NOT NULL DEFAULT '{}' CHECK (substr(targets, 1, 1) = '{'),
  visits INTEGER CHECK (visits BETWEEN 0 AND 31),
  proactive TEXT NOT NULL DEFAULT '',
  term_months INTEGER CHECK (term_months BETWEEN 1 AND 120),
  excludes TEXT NOT NULL DEFAULT '',
  archived_at INTEGER
) STRICT;
CREATE UNIQUE INDEX service_plan_name ON service_plan (name COLLATE NOCASE) WHERE archived_at IS NULL;
CREATE TRIGGER service_plan_once BEFORE INSERT ON service_plan WHEN EXISTS (SELECT 1 FROM service_plan WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a plan is there already'); END;
CREATE TRIGGER service_plan_kept BEFORE DELETE ON service_plan BEGIN SELECT RAISE(ABORT, 'a plan is archived, never deleted'); END;

ALTER TABLE agreement ADD COLUMN service_plan_id INTEGER REFERENCES service_plan(id);
ALTER TABLE client ADD COLUMN users INTEGER CHECK (users >= 0);
