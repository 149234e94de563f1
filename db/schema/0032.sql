-- who learns produces nothing on a charge sheet (design/charges.md B2.3); a placement copies it with class and vehicle

ALTER TABLE technician ADD COLUMN billable INTEGER NOT NULL DEFAULT 1 CHECK (billable IN (0, 1));
