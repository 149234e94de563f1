-- mails that came in (docs/design/records.md, Mail in), each once by its digest, with the files that came with it; and the message that
-- answers one: that its request is with us
CREATE TABLE mail (
  id INTEGER PRIMARY KEY,
  version INTEGER NOT NULL DEFAULT 1,
  digest TEXT NOT NULL CHECK (length(digest) = 64),
  account TEXT NOT NULL CHECK (length(account) <= 500),
  message_id TEXT NOT NULL DEFAULT '' CHECK (length(message_id) <= 600),
  thread TEXT NOT NULL DEFAULT '' CHECK (length(thread) <= 600),
  came_at INTEGER NOT NULL,
  sender TEXT NOT NULL DEFAULT '' CHECK (length(sender) <= 200),
  sender_name TEXT NOT NULL DEFAULT '' CHECK (length(sender_name) <= 200),
  subject TEXT NOT NULL DEFAULT '' CHECK (length(subject) <= 500),
  text TEXT NOT NULL DEFAULT '' CHECK (length(text) <= 10000),
  kind TEXT NOT NULL CHECK (kind IN ('written', 'auto_reply', 'automatic', 'mailing_list', 'bounce', 'own')),
  state TEXT NOT NULL CHECK (state IN ('waiting', 'call', 'taken', 'passed', 'refused')),
  why TEXT NOT NULL DEFAULT '' CHECK (length(why) <= 500),
  client_id INTEGER REFERENCES client(id),
  visit_id INTEGER REFERENCES visit(id),
  answers INTEGER REFERENCES message(id),
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  session TEXT NOT NULL,
  at INTEGER NOT NULL,
  CHECK (state NOT IN ('call', 'taken') OR visit_id IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX mail_digest ON mail (digest);
CREATE INDEX mail_open ON mail (state) WHERE state IN ('waiting', 'call');
CREATE INDEX mail_of_visit ON mail (visit_id) WHERE visit_id IS NOT NULL;
CREATE INDEX mail_thread ON mail (thread) WHERE thread <> '';
CREATE INDEX mail_sender ON mail (sender, at);
CREATE TRIGGER mail_once BEFORE INSERT ON mail WHEN EXISTS (SELECT 1 FROM mail WHERE id = NEW.id OR digest = NEW.digest)
BEGIN SELECT RAISE(ABORT, 'a mail comes once'); END;
CREATE TRIGGER mail_itself BEFORE UPDATE OF id, digest, account, message_id, thread, came_at, sender, sender_name, subject, text, kind,
  answers, staff_id, session, at ON mail
BEGIN SELECT RAISE(ABORT, 'a mail that came is never rewritten'); END;
CREATE TRIGGER mail_kept BEFORE DELETE ON mail BEGIN SELECT RAISE(ABORT, 'a mail that came is kept: it is refused'); END;

CREATE TABLE mail_file (
  id INTEGER PRIMARY KEY,
  mail_id INTEGER NOT NULL REFERENCES mail(id),
  name TEXT NOT NULL CHECK (length(trim(name)) BETWEEN 1 AND 200),
  size INTEGER NOT NULL CHECK (size >= 0),
  sha256 TEXT NOT NULL DEFAULT '' CHECK (length(sha256) IN (0, 64)),
  why TEXT NOT NULL DEFAULT '' CHECK (length(why) <= 200),
  CHECK (sha256 <> '' OR why <> ''),
  CHECK (sha256 = '' OR size BETWEEN 1 AND 20000000)
) STRICT;
CREATE INDEX mail_file_of ON mail_file (mail_id);
CREATE TRIGGER mail_file_once BEFORE INSERT ON mail_file WHEN EXISTS (SELECT 1 FROM mail_file WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a file that came is never rewritten'); END;
CREATE TRIGGER mail_file_fixed BEFORE UPDATE ON mail_file BEGIN SELECT RAISE(ABORT, 'a file that came is never rewritten'); END;
CREATE TRIGGER mail_file_kept BEFORE DELETE ON mail_file BEGIN SELECT RAISE(ABORT, 'a file that came is kept'); END;

CREATE TABLE message_again (
  id INTEGER PRIMARY KEY,
  visit_id INTEGER REFERENCES visit(id),
  kind TEXT NOT NULL CHECK (kind IN ('confirmed', 'on_the_way', 'late', 'report', 'moved', 'cancelled', 'paper', 'received')),
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
  CHECK (visit_id IS NOT NULL OR (kind = 'paper' AND client_id IS NOT NULL))
) STRICT;
INSERT INTO message_again (id, visit_id, kind, premise, address, text, state, made_at, due_at, until, tries, ended_at, why, version, client_id, site_id, paper_id)
  SELECT id, visit_id, kind, premise, address, text, state, made_at, due_at, until, tries, ended_at, why, version, client_id, site_id, paper_id FROM message;
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
    OR NEW.kind NOT IN ('paper', 'received') AND EXISTS (SELECT 1 FROM message m WHERE m.visit_id = NEW.visit_id AND m.kind = NEW.kind AND m.premise = NEW.premise
      AND m.site_id IS coalesce(NEW.site_id, m.site_id) AND m.address = NEW.address AND m.state <> 'dropped' AND NOT EXISTS (SELECT 1 FROM message l
        WHERE l.visit_id = m.visit_id AND l.id > m.id AND l.state NOT IN ('dropped', 'failed') AND (l.kind = m.kind
          OR l.kind IN ('confirmed', 'moved', 'cancelled') AND m.kind IN ('confirmed', 'moved', 'cancelled'))))
BEGIN SELECT RAISE(ABORT, 'a message is never replaced, and nobody is told the same twice in a row'); END;
CREATE TRIGGER message_itself BEFORE UPDATE OF id, visit_id, kind, premise, address, paper_id, mail_id ON message
BEGIN SELECT RAISE(ABORT, 'a message is never rewritten'); END;
