-- a mail whose request was taken back may become another one, which is answered anew: one answer for each request of a mail
DROP INDEX message_of_mail;
CREATE UNIQUE INDEX message_of_mail ON message (mail_id, visit_id) WHERE mail_id IS NOT NULL;
DROP TRIGGER message_once;
CREATE TRIGGER message_once BEFORE INSERT ON message
  WHEN EXISTS (SELECT 1 FROM message WHERE id = NEW.id OR (mail_id = NEW.mail_id AND visit_id = NEW.visit_id))
    OR NEW.kind NOT IN ('paper', 'received', 'survey') AND EXISTS (SELECT 1 FROM message m WHERE m.visit_id = NEW.visit_id AND m.kind = NEW.kind AND m.premise = NEW.premise
      AND m.site_id IS coalesce(NEW.site_id, m.site_id) AND m.address = NEW.address AND m.state <> 'dropped' AND NOT EXISTS (SELECT 1 FROM message l
        WHERE l.visit_id = m.visit_id AND l.id > m.id AND l.state NOT IN ('dropped', 'failed') AND (l.kind = m.kind
          OR l.kind IN ('confirmed', 'moved', 'cancelled') AND m.kind IN ('confirmed', 'moved', 'cancelled'))))
BEGIN SELECT RAISE(ABORT, 'a message is never replaced, and nobody is told the same twice in a row'); END;
