-- the batches of before stay as they are, and no more are made: what is approved goes on an invoice
CREATE TRIGGER invoice_batch_over BEFORE INSERT ON invoice_batch
BEGIN SELECT RAISE(ABORT, 'batches are over: what is approved goes on an invoice'); END;
CREATE TRIGGER invoiced_visit_over BEFORE INSERT ON invoiced_visit
BEGIN SELECT RAISE(ABORT, 'batches are over: what is approved goes on an invoice'); END;
