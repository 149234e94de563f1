-- whether the visits a month of an agreement were agreed, rather than being what the firm aims at without a word on it
-- (account-care.md E1); what differs from that was
ALTER TABLE agreement ADD COLUMN cadence_agreed INTEGER NOT NULL DEFAULT 0 CHECK (cadence_agreed IN (0, 1));
UPDATE agreement SET cadence_agreed = 1
WHERE service_plan_id IN (SELECT id FROM service_plan WHERE visits IS NOT NULL);
