-- a site without a zone of its own follows the firm: it had a copy of the zone that the firm had when the site was entered
CREATE VIEW firm_zone AS SELECT coalesce((SELECT trim(value, '"') FROM setting WHERE key IN ('zone', 'assumed_zone')
  ORDER BY key DESC LIMIT 1), 'UTC') AS zone;
ALTER TABLE site ADD COLUMN own_zone TEXT CHECK (length(own_zone) BETWEEN 1 AND 64);
UPDATE site SET own_zone = nullif(zone, (SELECT zone FROM firm_zone));
ALTER TABLE site DROP COLUMN zone;
ALTER TABLE site RENAME COLUMN own_zone TO zone;
