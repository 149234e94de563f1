-- how much of a shift plans may fill: nobody is hurried (product.md, rule 3)
ALTER TABLE technician ADD COLUMN cap_pct INTEGER NOT NULL DEFAULT 85 CHECK (cap_pct BETWEEN 10 AND 100);
