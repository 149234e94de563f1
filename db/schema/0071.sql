-- the first invoice of a firm may have the number that follows those of its old program (the setting invoice_start); no document is dated
-- before one that was issued, in whichever year: what came before is closed
DROP TRIGGER invoice_without_gap;
CREATE TRIGGER invoice_without_gap BEFORE INSERT ON invoice
  WHEN NEW.position <> CASE
    WHEN EXISTS (SELECT 1 FROM invoice WHERE year = NEW.year) THEN 1 + (SELECT max(position) FROM invoice WHERE year = NEW.year)
    WHEN EXISTS (SELECT 1 FROM invoice) THEN 1
    ELSE coalesce((SELECT CAST(value AS INTEGER) FROM setting WHERE key = 'invoice_start'), 1) END
BEGIN SELECT RAISE(ABORT, 'the numbers of invoices have no gap'); END;
DROP TRIGGER invoice_in_order;
CREATE TRIGGER invoice_in_order BEFORE INSERT ON invoice WHEN EXISTS (SELECT 1 FROM invoice WHERE issued_on > NEW.issued_on)
BEGIN SELECT RAISE(ABORT, 'the numbers of invoices follow their dates: the newest has a later one'); END;
