-- invoices (docs/design/invoices.md): numbers without a gap, each kept as it was issued, and what each of them took, once

ALTER TABLE client ADD COLUMN billing_address TEXT NOT NULL DEFAULT '' CHECK (length(billing_address) <= 300);
ALTER TABLE client ADD COLUMN billing_mail TEXT NOT NULL DEFAULT '' CHECK (length(billing_mail) <= 200);
ALTER TABLE client ADD COLUMN tax_id TEXT NOT NULL DEFAULT '' CHECK (length(tax_id) <= 200);
ALTER TABLE client ADD COLUMN country TEXT NOT NULL DEFAULT '' CHECK (country = '' OR country GLOB '[A-Z][A-Z]');
ALTER TABLE client ADD COLUMN buyer_reference TEXT NOT NULL DEFAULT '' CHECK (length(buyer_reference) <= 200);
ALTER TABLE client ADD COLUMN payment_days INTEGER CHECK (payment_days BETWEEN 0 AND 365);
-- what a block was sold for, in minor units; null: nobody said
ALTER TABLE pool ADD COLUMN price TEXT CHECK (price IS NULL OR price <> '' AND price NOT GLOB '*[^0-9]*');

-- form: the whole document as it was issued (dispatch/model/invoices.py). Its number is a prefix, then 2026-0001
CREATE TABLE invoice (
  id INTEGER PRIMARY KEY,
  number TEXT NOT NULL UNIQUE CHECK (length(number) <= 30),
  year INTEGER NOT NULL CHECK (year BETWEEN 2000 AND 9999),
  position INTEGER NOT NULL CHECK (position >= 1),
  kind TEXT NOT NULL CHECK (kind IN ('invoice', 'credit')),
  client_id INTEGER NOT NULL REFERENCES client(id),
  corrects_id INTEGER REFERENCES invoice(id),
  issued_on TEXT NOT NULL CHECK (issued_on IS date(issued_on) AND CAST(substr(issued_on, 1, 4) AS INTEGER) = year),
  currency TEXT NOT NULL,
  exponent INTEGER NOT NULL CHECK (exponent BETWEEN 0 AND 4),
  net INTEGER NOT NULL CHECK (net >= 0),
  tax INTEGER NOT NULL CHECK (tax >= 0),
  form TEXT NOT NULL CHECK (substr(form, 1, 1) = '{'),
  at INTEGER NOT NULL,
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  UNIQUE (year, position),
  CHECK ((kind = 'credit') = (corrects_id IS NOT NULL)),
  CHECK (number LIKE '%' || printf('%d-%04d', year, position))
) STRICT;
CREATE INDEX invoice_client ON invoice (client_id);
CREATE INDEX invoice_corrects ON invoice (corrects_id) WHERE corrects_id IS NOT NULL;
CREATE TRIGGER invoice_without_gap BEFORE INSERT ON invoice
  WHEN NEW.position <> 1 + (SELECT coalesce(max(position), 0) FROM invoice WHERE year = NEW.year)
BEGIN SELECT RAISE(ABORT, 'the numbers of invoices have no gap'); END;
CREATE TRIGGER invoice_in_order BEFORE INSERT ON invoice
  WHEN EXISTS (SELECT 1 FROM invoice WHERE year = NEW.year AND issued_on > NEW.issued_on)
BEGIN SELECT RAISE(ABORT, 'the numbers of invoices follow their dates: the newest has a later one'); END;
CREATE TRIGGER invoice_once BEFORE INSERT ON invoice
  WHEN EXISTS (SELECT 1 FROM invoice WHERE id = NEW.id OR number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'an invoice is never rewritten'); END;
CREATE TRIGGER invoice_credits_an_invoice BEFORE INSERT ON invoice WHEN NEW.kind = 'credit'
  AND NOT EXISTS (SELECT 1 FROM invoice WHERE id = NEW.corrects_id AND kind = 'invoice' AND client_id = NEW.client_id
    AND id NOT IN (SELECT invoice_id FROM invoice_void))
BEGIN SELECT RAISE(ABORT, 'a credit note corrects an invoice of its client that stands'); END;
CREATE TRIGGER invoice_fixed BEFORE UPDATE ON invoice BEGIN SELECT RAISE(ABORT, 'an invoice is never rewritten'); END;
CREATE TRIGGER invoice_kept BEFORE DELETE ON invoice BEGIN SELECT RAISE(ABORT, 'an invoice is never deleted'); END;

-- that it was handed out in a file: from then on it is not void any more. What went by mail says its message
CREATE TABLE invoice_export (
  id INTEGER PRIMARY KEY,
  invoice_id INTEGER NOT NULL REFERENCES invoice(id),
  layout TEXT NOT NULL,
  at INTEGER NOT NULL,
  staff_id INTEGER NOT NULL REFERENCES staff(id)
) STRICT;
CREATE INDEX invoice_export_of ON invoice_export (invoice_id);
CREATE TRIGGER invoice_export_of_none BEFORE INSERT ON invoice_export
  WHEN EXISTS (SELECT 1 FROM invoice_void WHERE invoice_id = NEW.invoice_id)
    OR EXISTS (SELECT 1 FROM invoice_export WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'what is void is not handed out'); END;
CREATE TRIGGER invoice_export_fixed BEFORE UPDATE ON invoice_export BEGIN SELECT RAISE(ABORT, 'an export is never rewritten'); END;
CREATE TRIGGER invoice_export_kept BEFORE DELETE ON invoice_export BEGIN SELECT RAISE(ABORT, 'an export is never deleted'); END;

CREATE TABLE invoice_void (
  invoice_id INTEGER PRIMARY KEY REFERENCES invoice(id),
  reason TEXT NOT NULL CHECK (length(trim(reason)) BETWEEN 3 AND 500),
  at INTEGER NOT NULL,
  staff_id INTEGER NOT NULL REFERENCES staff(id)
) STRICT;
CREATE TRIGGER invoice_void_in_time BEFORE INSERT ON invoice_void
  WHEN EXISTS (SELECT 1 FROM invoice_export WHERE invoice_id = NEW.invoice_id)
    OR EXISTS (SELECT 1 FROM invoice WHERE corrects_id = NEW.invoice_id AND id NOT IN (SELECT invoice_id FROM invoice_void))
    OR EXISTS (SELECT 1 FROM invoice_void WHERE invoice_id = NEW.invoice_id)
BEGIN SELECT RAISE(ABORT, 'what was handed out, credited or is void already is not made void'); END;
CREATE TRIGGER invoice_void_fixed BEFORE UPDATE ON invoice_void BEGIN SELECT RAISE(ABORT, 'what is void stays so'); END;
CREATE TRIGGER invoice_void_kept BEFORE DELETE ON invoice_void BEGIN SELECT RAISE(ABORT, 'what is void stays so'); END;

-- what an invoice took, each in one that counts: a visit, an agreement's fee of a month, a block that was sold. released_at: it was made
-- void, or credited to be invoiced once more
CREATE TABLE invoiced (
  id INTEGER PRIMARY KEY,
  invoice_id INTEGER NOT NULL REFERENCES invoice(id),
  source TEXT NOT NULL CHECK (source IN ('visit', 'fee', 'block')),
  visit_id INTEGER REFERENCES visit(id),
  revision INTEGER,
  agreement_id INTEGER REFERENCES agreement(id),
  month TEXT CHECK (month IS NULL OR month || '-01' IS date(month || '-01')),
  pool_id INTEGER REFERENCES pool(id),
  net INTEGER NOT NULL,
  released_at INTEGER,
  CHECK ((source = 'visit') = (visit_id IS NOT NULL) AND (source = 'visit') = (revision IS NOT NULL)),
  CHECK ((source = 'fee') = (month IS NOT NULL) AND (source = 'fee') = (agreement_id IS NOT NULL)),
  CHECK ((source = 'block') = (pool_id IS NOT NULL))
) STRICT;
CREATE INDEX invoiced_of ON invoiced (invoice_id);
CREATE UNIQUE INDEX invoiced_visit_once ON invoiced (visit_id) WHERE visit_id IS NOT NULL AND released_at IS NULL;
CREATE UNIQUE INDEX invoiced_fee_once ON invoiced (agreement_id, month) WHERE agreement_id IS NOT NULL AND released_at IS NULL;
CREATE UNIQUE INDEX invoiced_block_once ON invoiced (pool_id) WHERE pool_id IS NOT NULL AND released_at IS NULL;
CREATE TRIGGER invoiced_once BEFORE INSERT ON invoiced WHEN NEW.released_at IS NOT NULL
  OR EXISTS (SELECT 1 FROM invoiced WHERE id = NEW.id OR released_at IS NULL AND (visit_id = NEW.visit_id
    OR pool_id = NEW.pool_id OR (agreement_id = NEW.agreement_id AND month = NEW.month)))
  OR EXISTS (SELECT 1 FROM invoiced_visit WHERE visit_id = NEW.visit_id)
BEGIN SELECT RAISE(ABORT, 'nothing is invoiced twice'); END;
CREATE TRIGGER invoiced_as_it_was_approved BEFORE INSERT ON invoiced WHEN NEW.visit_id IS NOT NULL
  AND (NOT EXISTS (SELECT 1 FROM visit WHERE id = NEW.visit_id AND review = 'approved')
    OR NEW.revision IS NOT (SELECT revision FROM approval WHERE visit_id = NEW.visit_id ORDER BY id DESC LIMIT 1)
    OR NEW.revision IS NOT (SELECT max(revision) FROM charge_sheet WHERE visit_id = NEW.visit_id))
BEGIN SELECT RAISE(ABORT, 'a visit is invoiced with the revision of its charge that was approved'); END;
CREATE TRIGGER invoiced_fixed BEFORE UPDATE ON invoiced WHEN OLD.released_at IS NOT NULL OR NEW.released_at IS NULL
  OR (NEW.id, NEW.invoice_id, NEW.source, NEW.visit_id, NEW.revision, NEW.agreement_id, NEW.month, NEW.pool_id, NEW.net)
    IS NOT (OLD.id, OLD.invoice_id, OLD.source, OLD.visit_id, OLD.revision, OLD.agreement_id, OLD.month, OLD.pool_id, OLD.net)
  OR NOT EXISTS (SELECT 1 FROM invoice_void WHERE invoice_id = OLD.invoice_id)
    AND NOT EXISTS (SELECT 1 FROM invoice WHERE corrects_id = OLD.invoice_id)
BEGIN SELECT RAISE(ABORT, 'what was invoiced stays so, until it is void or credited'); END;
CREATE TRIGGER invoiced_kept BEFORE DELETE ON invoiced BEGIN SELECT RAISE(ABORT, 'what was invoiced is never deleted'); END;
-- the price of a block that was invoiced stands
CREATE TRIGGER pool_price_stands BEFORE UPDATE OF price ON pool WHEN NEW.price IS NOT OLD.price
  AND EXISTS (SELECT 1 FROM invoiced WHERE pool_id = OLD.id AND released_at IS NULL)
BEGIN SELECT RAISE(ABORT, 'this block was invoiced at its price'); END;

-- exported is what stands on an invoice or in a batch of before; where that invoice is void it waits to be invoiced again, where it was
-- credited for that, to be reviewed again
DROP TRIGGER review_edge_fixed_i;
INSERT INTO review_edge VALUES ('exported', 'approved'), ('exported', 'to_review');
CREATE TRIGGER review_edge_fixed_i BEFORE INSERT ON review_edge BEGIN SELECT RAISE(ABORT, 'the steps of a review are fixed'); END;
DROP TRIGGER visit_exported_in_a_batch;
CREATE TRIGGER visit_exported_on_an_invoice BEFORE UPDATE OF review ON visit WHEN NEW.review = 'exported' AND OLD.review <> 'exported'
  AND NOT EXISTS (SELECT 1 FROM invoiced WHERE visit_id = NEW.id AND released_at IS NULL)
  AND NOT EXISTS (SELECT 1 FROM invoiced_visit WHERE visit_id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a visit is exported on an invoice'); END;
CREATE TRIGGER visit_exported_stands BEFORE UPDATE OF review ON visit WHEN OLD.review = 'exported' AND NEW.review <> 'exported'
  AND (EXISTS (SELECT 1 FROM invoiced WHERE visit_id = OLD.id AND released_at IS NULL)
    OR EXISTS (SELECT 1 FROM invoiced_visit WHERE visit_id = OLD.id))
BEGIN SELECT RAISE(ABORT, 'what was exported stays so'); END;
