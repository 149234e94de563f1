-- a merge is not replaced either
CREATE TRIGGER merge_once BEFORE INSERT ON merge WHEN EXISTS (SELECT 1 FROM merge WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a merge is taken back, never replaced'); END;
