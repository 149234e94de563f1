-- INSERT OR REPLACE takes a row out without a word where recursive_triggers is off, as it is in every other program: what is
-- never rewritten is not replaced either
CREATE TRIGGER item_once BEFORE INSERT ON item
  WHEN EXISTS (SELECT 1 FROM item WHERE id = NEW.id OR (visit_id = NEW.visit_id AND ref = NEW.ref))
BEGIN SELECT RAISE(ABORT, 'a checklist item is never rewritten'); END;
CREATE TRIGGER attempt_once BEFORE INSERT ON attempt
  WHEN EXISTS (SELECT 1 FROM attempt WHERE id = NEW.id OR (visit_id = NEW.visit_id AND sequence = NEW.sequence))
BEGIN SELECT RAISE(ABORT, 'a result is never rewritten: record a new attempt'); END;
CREATE TRIGGER work_entry_once BEFORE INSERT ON work_entry
  WHEN EXISTS (SELECT 1 FROM work_entry WHERE id = NEW.id OR (visit_id = NEW.visit_id AND sequence = NEW.sequence))
BEGIN SELECT RAISE(ABORT, 'a work entry is never rewritten'); END;
CREATE TRIGGER visit_once BEFORE INSERT ON visit
  WHEN EXISTS (SELECT 1 FROM visit WHERE id = NEW.id OR reference = NEW.reference)
BEGIN SELECT RAISE(ABORT, 'a visit is archived, never replaced'); END;
CREATE TRIGGER charge_sheet_once BEFORE INSERT ON charge_sheet
  WHEN EXISTS (SELECT 1 FROM charge_sheet WHERE id = NEW.id OR (visit_id = NEW.visit_id AND revision = NEW.revision))
BEGIN SELECT RAISE(ABORT, 'a charge sheet is never rewritten: make a revision'); END;
