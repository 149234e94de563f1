-- surveys that are sent by mail (account-care.md E2): a token for each, by which the answer is known, once; and the message that asks
CREATE TABLE survey_ask (
  id INTEGER PRIMARY KEY,
  version INTEGER NOT NULL DEFAULT 1,
  token TEXT NOT NULL UNIQUE CHECK (length(token) = 16),
  client_id INTEGER NOT NULL REFERENCES client(id),
  visit_id INTEGER REFERENCES visit(id),
  message_id INTEGER NOT NULL UNIQUE REFERENCES message(id),
  survey_id INTEGER UNIQUE REFERENCES survey(id),
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  session TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX survey_ask_client ON survey_ask (client_id);
CREATE TRIGGER survey_ask_once BEFORE INSERT ON survey_ask
  WHEN EXISTS (SELECT 1 FROM survey_ask WHERE id = NEW.id OR token = NEW.token OR message_id = NEW.message_id)
BEGIN SELECT RAISE(ABORT, 'a survey is asked once'); END;
CREATE TRIGGER survey_ask_answered BEFORE UPDATE ON survey_ask WHEN OLD.survey_id IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a survey is answered once'); END;
CREATE TRIGGER survey_ask_kept BEFORE DELETE ON survey_ask BEGIN SELECT RAISE(ABORT, 'a survey that was asked is kept'); END;

CREATE TABLE message_again (
  id INTEGER PRIMARY KEY,
  visit_id INTEGER REFERENCES visit(id),
  kind TEXT NOT NULL CHECK (kind IN ('confirmed', 'on_the_way', 'late', 'report', 'moved', 'cancelled', 'paper', 'received', 'survey')),
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
CREATE UNIQUE INDEX message_of_mail ON message (mail_id) WHERE mail_id IS NOT NULL;
CREATE TRIGGER message_kept BEFORE DELETE ON message BEGIN SELECT RAISE(ABORT, 'a message is never deleted: it is dropped'); END;
CREATE TRIGGER message_once BEFORE INSERT ON message
  WHEN EXISTS (SELECT 1 FROM message WHERE id = NEW.id OR mail_id = NEW.mail_id)
    OR NEW.kind NOT IN ('paper', 'received', 'survey') AND EXISTS (SELECT 1 FROM message m WHERE m.visit_id = NEW.visit_id AND m.kind = NEW.kind AND m.premise = NEW.premise
      AND m.site_id IS coalesce(NEW.site_id, m.site_id) AND m.address = NEW.address AND m.state <> 'dropped' AND NOT EXISTS (SELECT 1 FROM message l
        WHERE l.visit_id = m.visit_id AND l.id > m.id AND l.state NOT IN ('dropped', 'failed') AND (l.kind = m.kind
          OR l.kind IN ('confirmed', 'moved', 'cancelled') AND m.kind IN ('confirmed', 'moved', 'cancelled'))))
BEGIN SELECT RAISE(ABORT, 'a message is never replaced, and nobody is told the same twice in a row'); END;
CREATE TRIGGER message_itself BEFORE UPDATE OF id, visit_id, kind, premise, address, paper_id, mail_id ON message
BEGIN SELECT RAISE(ABORT, 'a message is never rewritten'); END;
