-- messages to clients: a reminder the day before, SMS beside mail, and who of a client is told of what by which way (interface.md, Messages
-- to clients). What was told last is by address: two people of a client may be told the same.
ALTER TABLE contact ADD COLUMN told_by TEXT NOT NULL DEFAULT '' CHECK (told_by IN ('', 'mail', 'sms', 'none'));
ALTER TABLE contact ADD COLUMN told TEXT NOT NULL DEFAULT '' CHECK (length(told) <= 100);

CREATE TABLE message_again (
  id INTEGER PRIMARY KEY,
  visit_id INTEGER REFERENCES visit(id),
  kind TEXT NOT NULL CHECK (kind IN ('confirmed', 'reminder', 'on_the_way', 'late', 'report', 'moved', 'cancelled', 'paper', 'received', 'survey')),
  premise INTEGER NOT NULL,
  address TEXT NOT NULL CHECK (length(trim(address)) BETWEEN 3 AND 200),
  text TEXT NOT NULL CHECK (length(trim(text)) BETWEEN 1 AND 2000),
  state TEXT NOT NULL DEFAULT 'waiting'
    CHECK (state IN ('waiting', 'taken', 'sending', 'sent', 'failed', 'unsure', 'dropped')),
  made_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  until INTEGER,
  tries INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0),
  ended_at INTEGER,
  why TEXT NOT NULL DEFAULT '' CHECK (length(why) <= 500),
  version INTEGER NOT NULL DEFAULT 1,
  client_id INTEGER REFERENCES client(id),
  site_id INTEGER REFERENCES site(id),
  paper_id INTEGER REFERENCES paper(id),
  mail_id INTEGER REFERENCES mail(id),
  CHECK ((kind = 'paper') = (paper_id IS NOT NULL)),
  CHECK ((kind = 'received') = (mail_id IS NOT NULL)),
  CHECK (visit_id IS NOT NULL OR (kind IN ('paper', 'survey') AND client_id IS NOT NULL))
) STRICT;
INSERT INTO message_again (id, visit_id, kind, premise, address, text, state, made_at, due_at, until, tries, ended_at, why, version, client_id, site_id, paper_id, mail_id)
  SELECT id, visit_id, kind, premise, address, text, state, made_at, due_at, until, tries, ended_at, why, version, client_id, site_id, paper_id, mail_id FROM message;
DROP TABLE message;
ALTER TABLE message_again RENAME TO message;
CREATE INDEX message_open ON message (due_at) WHERE state IN ('waiting', 'taken', 'sending');
CREATE INDEX message_trouble ON message (state) WHERE state IN ('failed', 'unsure');
CREATE INDEX message_of_visit ON message (visit_id, kind);
CREATE INDEX message_of_paper ON message (paper_id) WHERE paper_id IS NOT NULL;
CREATE UNIQUE INDEX message_of_mail ON message (mail_id, visit_id) WHERE mail_id IS NOT NULL;
CREATE TRIGGER message_kept BEFORE DELETE ON message BEGIN SELECT RAISE(ABORT, 'a message is never deleted: it is dropped'); END;
CREATE TRIGGER message_once BEFORE INSERT ON message
  WHEN EXISTS (SELECT 1 FROM message WHERE id = NEW.id OR (mail_id = NEW.mail_id AND visit_id = NEW.visit_id))
    OR NEW.kind NOT IN ('paper', 'received', 'survey') AND EXISTS (SELECT 1 FROM message m WHERE m.visit_id = NEW.visit_id AND m.kind = NEW.kind AND m.premise = NEW.premise
      AND m.site_id IS coalesce(NEW.site_id, m.site_id) AND m.address = NEW.address AND m.state <> 'dropped' AND NOT EXISTS (SELECT 1 FROM message l
        WHERE l.visit_id = m.visit_id AND l.id > m.id AND l.address = m.address AND l.state NOT IN ('dropped', 'failed') AND (l.kind = m.kind
          OR l.kind IN ('confirmed', 'moved', 'cancelled') AND m.kind IN ('confirmed', 'moved', 'cancelled'))))
BEGIN SELECT RAISE(ABORT, 'a message is never replaced, and nobody is told the same twice in a row'); END;
CREATE TRIGGER message_itself BEFORE UPDATE OF id, visit_id, kind, premise, address, paper_id, mail_id ON message
BEGIN SELECT RAISE(ABORT, 'a message is never rewritten'); END;
