-- at which site a client was told that we come: who is expected at another one by now is told again, though the time stands. Of what was
-- told before this nobody knows more than where the visit is
ALTER TABLE message ADD COLUMN site_id INTEGER REFERENCES site(id);
UPDATE message SET site_id = (SELECT v.site_id FROM visit v WHERE v.id = visit_id);
DROP TRIGGER message_once;
CREATE TRIGGER message_once BEFORE INSERT ON message
  WHEN EXISTS (SELECT 1 FROM message WHERE id = NEW.id)
    OR EXISTS (SELECT 1 FROM message m WHERE m.visit_id = NEW.visit_id AND m.kind = NEW.kind AND m.premise = NEW.premise
      AND m.site_id IS coalesce(NEW.site_id, m.site_id) AND m.address = NEW.address AND m.state <> 'dropped' AND NOT EXISTS (SELECT 1 FROM message l
        WHERE l.visit_id = m.visit_id AND l.id > m.id AND l.state NOT IN ('dropped', 'failed') AND (l.kind = m.kind
          OR l.kind IN ('confirmed', 'moved', 'cancelled') AND m.kind IN ('confirmed', 'moved', 'cancelled'))))
BEGIN SELECT RAISE(ABORT, 'a message is never replaced, and nobody is told the same twice in a row'); END;
