-- a change is taken back by whoever has a role of its deed then; those that were kept before go by their first record
ALTER TABLE change ADD COLUMN roles TEXT NOT NULL DEFAULT '' CHECK (length(roles) <= 100);
UPDATE change SET roles = iif(json_extract(pictures, '$[0][0]') IN ('staff', 'technician', 'settings', 'template'),
  'lead', 'dispatcher lead');
