-- templates of checklists: every wording that was saved, and which of them a visit's items were copied from. The first
-- wording of templates 1 and 2 is the program's own (dispatch/closeout/template.py)

CREATE TABLE template (
  id INTEGER PRIMARY KEY,
  archived_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1)
) STRICT;
INSERT INTO template (id) VALUES (1), (2);
CREATE TRIGGER template_kept BEFORE DELETE ON template BEGIN SELECT RAISE(ABORT, 'a template is archived, never deleted'); END;

CREATE TABLE template_wording (
  template_id INTEGER NOT NULL REFERENCES template(id),
  number INTEGER NOT NULL CHECK (number >= 1),
  wording TEXT NOT NULL CHECK (substr(wording, 1, 1) = '{'),
  saved_at INTEGER NOT NULL,
  staff_id INTEGER NOT NULL REFERENCES staff(id),
  PRIMARY KEY (template_id, number),
  CHECK (number > 1 OR template_id > 2)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER template_wording_fixed BEFORE UPDATE ON template_wording
BEGIN SELECT RAISE(ABORT, 'a wording of a template is never rewritten: save another'); END;
CREATE TRIGGER template_wording_kept BEFORE DELETE ON template_wording
BEGIN SELECT RAISE(ABORT, 'a wording of a template is never deleted'); END;

-- empty for visits that were made before templates were kept
ALTER TABLE visit ADD COLUMN template_id INTEGER REFERENCES template(id);
ALTER TABLE visit ADD COLUMN template_number INTEGER CHECK ((template_number IS NULL) = (template_id IS NULL));
ALTER TABLE visit ADD COLUMN template_why TEXT NOT NULL DEFAULT '' CHECK (length(template_why) <= 10000);

-- which targets of the site test an item: what they are called, of which kind, run from where
ALTER TABLE item ADD COLUMN tested TEXT NOT NULL DEFAULT '{}' CHECK (substr(tested, 1, 1) = '{');
DROP TRIGGER item_fixed;
UPDATE item SET tested = CASE
    WHEN ref = 'T2' THEN '{"roles": ["reboot", "restart"], "kind": "reboot"}'
    WHEN ref = 'T3' THEN '{"roles": ["connectivity", "local network", "network", "internet", "remote access", "vpn"]}'
    WHEN ref = 'T6' THEN '{"roles": ["backup", "monitoring"]}'
    ELSE json_object('roles', json_array(replace(label, 'Works: ', ''), substr(ref, 4)))
  END
  WHERE kind = 'test' AND (ref IN ('T2', 'T3', 'T6') OR ref GLOB 'T4.*');
CREATE TRIGGER item_fixed BEFORE UPDATE ON item BEGIN SELECT RAISE(ABORT, 'a checklist item is never rewritten'); END;
