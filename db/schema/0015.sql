-- the lead's review: its steps, comments with their answers, words that were put right, what was handed over to be invoiced,
-- and what searching reads

CREATE TABLE review_edge (
  before TEXT NOT NULL,
  after TEXT NOT NULL,
  PRIMARY KEY (before, after)
) STRICT, WITHOUT ROWID;
-- a visit that is opened again, or whose cancelling is undone, has no review any more; what was exported is over
INSERT INTO review_edge VALUES
  ('none', 'to_review'), ('to_review', 'approved'), ('to_review', 'sent_back'), ('sent_back', 'to_review'),
  ('approved', 'exported'), ('to_review', 'none'), ('sent_back', 'none'), ('approved', 'none');
CREATE TRIGGER review_edge_fixed_i BEFORE INSERT ON review_edge BEGIN SELECT RAISE(ABORT, 'the steps of a review are fixed'); END;
CREATE TRIGGER review_edge_fixed_u BEFORE UPDATE ON review_edge BEGIN SELECT RAISE(ABORT, 'the steps of a review are fixed'); END;
CREATE TRIGGER review_edge_fixed_d BEFORE DELETE ON review_edge BEGIN SELECT RAISE(ABORT, 'the steps of a review are fixed'); END;

CREATE TRIGGER visit_begins_unreviewed BEFORE INSERT ON visit WHEN NEW.review <> 'none'
BEGIN SELECT RAISE(ABORT, 'a visit is reviewed after it has ended'); END;
CREATE TRIGGER visit_review_step BEFORE UPDATE OF review ON visit WHEN NEW.review <> OLD.review
  AND NOT EXISTS (SELECT 1 FROM review_edge WHERE before = OLD.review AND after = NEW.review)
BEGIN SELECT RAISE(ABORT, 'this step is not allowed from where the review of the visit stands'); END;
CREATE TRIGGER visit_review_of_ended BEFORE UPDATE ON visit WHEN NEW.review <> 'none'
  AND NEW.state NOT IN ('closed', 'left_open', 'no_access', 'aborted', 'cancelled')
BEGIN SELECT RAISE(ABORT, 'a visit is reviewed after it has ended'); END;

CREATE INDEX visit_review ON visit (review) WHERE review <> 'none';
CREATE INDEX visit_ended ON visit (ended_at) WHERE starts_at IS NULL AND ended_at IS NOT NULL;

-- revision: the charge sheet that was approved, 0 where there was nothing to charge
CREATE TABLE approval (
  id INTEGER PRIMARY KEY,
  visit_id INTEGER NOT NULL REFERENCES visit(id),
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  at INTEGER NOT NULL,
  revision INTEGER NOT NULL CHECK (revision >= 0),
  reason TEXT NOT NULL DEFAULT '' CHECK (length(reason) <= 500)
) STRICT;
CREATE INDEX approval_visit ON approval (visit_id);
CREATE TRIGGER approval_fixed BEFORE UPDATE ON approval BEGIN SELECT RAISE(ABORT, 'an approval is never rewritten'); END;
CREATE TRIGGER approval_kept BEFORE DELETE ON approval BEGIN SELECT RAISE(ABORT, 'an approval is never deleted'); END;

-- a comment with which a visit went back to its technician
CREATE TABLE review_comment (
  id INTEGER PRIMARY KEY,
  visit_id INTEGER NOT NULL REFERENCES visit(id),
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  at INTEGER NOT NULL,
  text TEXT NOT NULL CHECK (length(trim(text)) BETWEEN 3 AND 10000),
  seen_at INTEGER,
  answered_at INTEGER,
  answered_by INTEGER REFERENCES staff(id),
  answer TEXT NOT NULL DEFAULT '' CHECK (length(answer) <= 10000),
  CHECK ((answered_at IS NULL) = (answered_by IS NULL))
) STRICT;
CREATE INDEX review_comment_visit ON review_comment (visit_id);
CREATE INDEX review_comment_open ON review_comment (visit_id) WHERE answered_at IS NULL;
CREATE TRIGGER review_comment_fixed BEFORE UPDATE ON review_comment
  WHEN OLD.answered_at IS NOT NULL OR NEW.text <> OLD.text OR NEW.visit_id <> OLD.visit_id OR NEW.at <> OLD.at
BEGIN SELECT RAISE(ABORT, 'a comment is answered, never rewritten'); END;
CREATE TRIGGER review_comment_kept BEFORE DELETE ON review_comment
BEGIN SELECT RAISE(ABORT, 'a comment is answered, never deleted'); END;

-- words of a result or of a work entry that were put right: the original stays where it is
CREATE TABLE word_correction (
  id INTEGER PRIMARY KEY,
  visit_id INTEGER NOT NULL REFERENCES visit(id),
  attempt_id INTEGER REFERENCES attempt(id),
  entry_id INTEGER REFERENCES work_entry(id),
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  before TEXT NOT NULL CHECK (length(before) <= 10000),
  after TEXT NOT NULL CHECK (length(trim(after)) BETWEEN 1 AND 10000),
  reason TEXT NOT NULL CHECK (length(trim(reason)) BETWEEN 3 AND 500),
  made_at INTEGER NOT NULL,
  CHECK ((attempt_id IS NULL) <> (entry_id IS NULL))
) STRICT;
CREATE INDEX word_correction_visit ON word_correction (visit_id);
CREATE TRIGGER word_correction_fixed BEFORE UPDATE ON word_correction BEGIN SELECT RAISE(ABORT, 'a correction is never rewritten'); END;
CREATE TRIGGER word_correction_kept BEFORE DELETE ON word_correction BEGIN SELECT RAISE(ABORT, 'a correction is never deleted'); END;

CREATE TABLE invoice_batch (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  staff_id INTEGER NOT NULL REFERENCES staff(id)
) STRICT;
-- form: what was handed over, so that doing it again gives the same. No visit is in two batches
CREATE TABLE invoiced_visit (
  visit_id INTEGER PRIMARY KEY REFERENCES visit(id),
  batch_id INTEGER NOT NULL REFERENCES invoice_batch(id),
  revision INTEGER NOT NULL CHECK (revision >= 1),
  form TEXT NOT NULL CHECK (substr(form, 1, 1) = '{')
) STRICT;
CREATE INDEX invoiced_visit_batch ON invoiced_visit (batch_id);
CREATE TRIGGER invoice_batch_fixed BEFORE UPDATE ON invoice_batch BEGIN SELECT RAISE(ABORT, 'a batch is never rewritten'); END;
CREATE TRIGGER invoice_batch_kept BEFORE DELETE ON invoice_batch BEGIN SELECT RAISE(ABORT, 'a batch is never deleted'); END;
CREATE TRIGGER invoiced_visit_fixed BEFORE UPDATE ON invoiced_visit BEGIN SELECT RAISE(ABORT, 'what was exported is never rewritten'); END;
CREATE TRIGGER invoiced_visit_kept BEFORE DELETE ON invoiced_visit BEGIN SELECT RAISE(ABORT, 'what was exported is never deleted'); END;
CREATE TRIGGER visit_exported_in_a_batch BEFORE UPDATE OF review ON visit WHEN NEW.review = 'exported' AND OLD.review <> 'exported'
  AND NOT EXISTS (SELECT 1 FROM invoiced_visit WHERE visit_id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a visit is exported in a batch'); END;

-- everything said on a visit, in the words in which it is searched
CREATE VIEW visit_text AS
  SELECT v.id AS visit_id, v.reference AS reference, c.name AS client, s.name AS site,
    coalesce((SELECT group_concat(t.name, char(10)) FROM assignment a JOIN staff t ON t.id = a.staff_id
      WHERE a.visit_id = v.id), '') AS technicians,
    said.work AS work, said.notes AS notes, said.results AS results, said.reasons AS reasons,
    said.signed AS signed
  FROM visit v JOIN site s ON s.id = v.site_id JOIN client c ON c.id = s.client_id
  JOIN (SELECT w.id,
      w.work || char(10) || w.description || char(10) || w.reported_by || char(10) || coalesce((SELECT group_concat(i.label, char(10))
        FROM item i WHERE i.visit_id = w.id AND (i.kind = 'named' OR i.ref GLOB 'W1.*')), '') AS work,
      coalesce((SELECT group_concat(e.text, char(10)) FROM work_entry e WHERE e.visit_id = w.id), '') || char(10) ||
        coalesce((SELECT group_concat(u.label, char(10)) FROM used_item u WHERE u.visit_id = w.id AND u.withdrawn_at IS NULL), '')
        AS notes,
      coalesce((SELECT group_concat(r.text || ' ' || coalesce(r.value, ''), char(10)) FROM attempt r
        WHERE r.visit_id = w.id AND r.result NOT IN ('overridden', 'signed')), '') || char(10) ||
        coalesce((SELECT group_concat(k.after, char(10)) FROM word_correction k WHERE k.visit_id = w.id), '') AS results,
      w.reason || char(10) || w.called || char(10) ||
        coalesce((SELECT group_concat(o.text, char(10)) FROM attempt o WHERE o.visit_id = w.id AND o.result = 'overridden'), '')
        || char(10) || coalesce((SELECT group_concat(g.reason, char(10)) FROM goodwill g WHERE g.visit_id = w.id), '')
        || char(10) || coalesce((SELECT group_concat(m.reason, char(10)) FROM manual_travel m WHERE m.visit_id = w.id), '')
        || char(10) || coalesce((SELECT group_concat(k.reason, char(10)) FROM word_correction k WHERE k.visit_id = w.id), '')
        || char(10) || coalesce((SELECT group_concat(p.reason, char(10)) FROM approval p WHERE p.visit_id = w.id), '')
        || char(10) || coalesce((SELECT group_concat(n.text || ' ' || n.answer, char(10)) FROM review_comment n
          WHERE n.visit_id = w.id), '')
        || char(10) || coalesce((SELECT group_concat(x.reason, char(10)) FROM assignment a JOIN time_correction x
          ON x.assignment_id = a.id WHERE a.visit_id = w.id), '')
        || char(10) || coalesce((SELECT group_concat(y.reason, char(10)) FROM assignment a JOIN work_mark y
          ON y.assignment_id = a.id WHERE a.visit_id = w.id AND y.withdrawn_at IS NULL), '') AS reasons,
      coalesce((SELECT group_concat(z.signed_by || ' ' || z.text, char(10)) FROM attempt z
        WHERE z.visit_id = w.id AND z.result = 'signed'), '') AS signed
    FROM visit w) AS said ON said.id = v.id;

-- the visits whose words have changed since they were indexed. The index itself is made beside this schema (db/search.py), because
-- some builds of SQLite cannot have one: so nothing here may write into it
CREATE TABLE search_stale (visit_id INTEGER PRIMARY KEY) STRICT;
CREATE TRIGGER search_visit_made AFTER INSERT ON visit BEGIN INSERT OR IGNORE INTO search_stale VALUES (NEW.id); END;
CREATE TRIGGER search_visit AFTER UPDATE OF reference, site_id, work, description, reported_by, reason, called ON visit
  BEGIN INSERT OR IGNORE INTO search_stale VALUES (NEW.id); END;
CREATE TRIGGER search_client AFTER UPDATE OF name ON client WHEN NEW.name <> OLD.name
  BEGIN INSERT OR IGNORE INTO search_stale SELECT v.id FROM visit v JOIN site s ON s.id = v.site_id WHERE s.client_id = NEW.id; END;
CREATE TRIGGER search_site AFTER UPDATE OF name ON site WHEN NEW.name <> OLD.name
  BEGIN INSERT OR IGNORE INTO search_stale SELECT id FROM visit WHERE site_id = NEW.id; END;
CREATE TRIGGER search_staff AFTER UPDATE OF name ON staff WHEN NEW.name <> OLD.name
  BEGIN INSERT OR IGNORE INTO search_stale SELECT visit_id FROM assignment WHERE staff_id = NEW.id; END;
CREATE TRIGGER search_assigned AFTER INSERT ON assignment BEGIN INSERT OR IGNORE INTO search_stale VALUES (NEW.visit_id); END;
CREATE TRIGGER search_unassigned AFTER DELETE ON assignment BEGIN INSERT OR IGNORE INTO search_stale VALUES (OLD.visit_id); END;
CREATE TRIGGER search_item AFTER INSERT ON item WHEN NEW.kind = 'named' OR NEW.ref GLOB 'W1.*'
  BEGIN INSERT OR IGNORE INTO search_stale VALUES (NEW.visit_id); END;
CREATE TRIGGER search_attempt AFTER INSERT ON attempt BEGIN INSERT OR IGNORE INTO search_stale VALUES (NEW.visit_id); END;
CREATE TRIGGER search_work_entry AFTER INSERT ON work_entry BEGIN INSERT OR IGNORE INTO search_stale VALUES (NEW.visit_id); END;
CREATE TRIGGER search_used_item AFTER INSERT ON used_item BEGIN INSERT OR IGNORE INTO search_stale VALUES (NEW.visit_id); END;
CREATE TRIGGER search_used_item_back AFTER UPDATE ON used_item BEGIN INSERT OR IGNORE INTO search_stale VALUES (NEW.visit_id); END;
CREATE TRIGGER search_goodwill AFTER INSERT ON goodwill BEGIN INSERT OR IGNORE INTO search_stale VALUES (NEW.visit_id); END;
CREATE TRIGGER search_travel AFTER INSERT ON manual_travel BEGIN INSERT OR IGNORE INTO search_stale VALUES (NEW.visit_id); END;
CREATE TRIGGER search_time AFTER INSERT ON time_correction
  BEGIN INSERT OR IGNORE INTO search_stale SELECT visit_id FROM assignment WHERE id = NEW.assignment_id; END;
CREATE TRIGGER search_mark AFTER INSERT ON work_mark
  BEGIN INSERT OR IGNORE INTO search_stale SELECT visit_id FROM assignment WHERE id = NEW.assignment_id; END;
CREATE TRIGGER search_mark_off AFTER UPDATE ON work_mark
  BEGIN INSERT OR IGNORE INTO search_stale SELECT visit_id FROM assignment WHERE id = NEW.assignment_id; END;
CREATE TRIGGER search_word AFTER INSERT ON word_correction BEGIN INSERT OR IGNORE INTO search_stale VALUES (NEW.visit_id); END;
CREATE TRIGGER search_comment AFTER INSERT ON review_comment BEGIN INSERT OR IGNORE INTO search_stale VALUES (NEW.visit_id); END;
CREATE TRIGGER search_answer AFTER UPDATE OF answer ON review_comment BEGIN INSERT OR IGNORE INTO search_stale VALUES (NEW.visit_id); END;
CREATE TRIGGER search_approval AFTER INSERT ON approval WHEN NEW.reason <> ''
  BEGIN INSERT OR IGNORE INTO search_stale VALUES (NEW.visit_id); END;
INSERT INTO search_stale SELECT id FROM visit;
