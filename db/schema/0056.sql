-- the figures of days that are over, kept as they were counted: by day, and by whom or what of the day (`grouping`, `who`; both empty for
-- all of it). A day stands here while nothing that it was counted from has changed: whatever changes takes its row away, and it is counted
-- anew by whoever asks next. `terms` is what it was counted by (zone, grace, version …), `settles_at` when nothing can change by the clock
-- alone any more; `claim` is set while somebody counts it
CREATE TABLE figure_day (
  starts_at INTEGER PRIMARY KEY,
  ends_at INTEGER NOT NULL CHECK (ends_at > starts_at),
  settles_at INTEGER NOT NULL,
  terms TEXT NOT NULL,
  claim TEXT
) STRICT;
CREATE TABLE figure_sum (
  grouping TEXT NOT NULL,
  day INTEGER NOT NULL,
  who ANY NOT NULL,
  on_time INTEGER NOT NULL DEFAULT 0, on_time_of INTEGER NOT NULL DEFAULT 0,
  early INTEGER NOT NULL DEFAULT 0, early_of INTEGER NOT NULL DEFAULT 0,
  late INTEGER NOT NULL DEFAULT 0, late_of INTEGER NOT NULL DEFAULT 0,
  missed_promises INTEGER NOT NULL DEFAULT 0, missed_promises_of INTEGER NOT NULL DEFAULT 0,
  first_time_fix INTEGER NOT NULL DEFAULT 0, first_time_fix_of INTEGER NOT NULL DEFAULT 0,
  utilisation INTEGER NOT NULL DEFAULT 0, utilisation_of INTEGER NOT NULL DEFAULT 0,
  billable_share INTEGER NOT NULL DEFAULT 0, billable_share_of INTEGER NOT NULL DEFAULT 0,
  overtime INTEGER NOT NULL DEFAULT 0, overtime_of INTEGER NOT NULL DEFAULT 0,
  on_site_against_plan INTEGER NOT NULL DEFAULT 0, on_site_against_plan_of INTEGER NOT NULL DEFAULT 0,
  travel_ratio INTEGER NOT NULL DEFAULT 0, travel_ratio_of INTEGER NOT NULL DEFAULT 0,
  executed_share INTEGER NOT NULL DEFAULT 0, executed_share_of INTEGER NOT NULL DEFAULT 0,
  retests INTEGER NOT NULL DEFAULT 0, retests_of INTEGER NOT NULL DEFAULT 0,
  tests_waived INTEGER NOT NULL DEFAULT 0, tests_waived_of INTEGER NOT NULL DEFAULT 0,
  overrides INTEGER NOT NULL DEFAULT 0, overrides_of INTEGER NOT NULL DEFAULT 0,
  charged INTEGER NOT NULL DEFAULT 0, charged_lacking INTEGER NOT NULL DEFAULT 0,
  given_away INTEGER NOT NULL DEFAULT 0, given_away_lacking INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (grouping, day, who)
) STRICT, WITHOUT ROWID;

-- from when to when anything of a visit may count: where it belongs, what was promised, what was clocked, what was planned for a stay
CREATE VIEW figure_reach(visit_id, first, last) AS
  SELECT id, starts_at, starts_at FROM visit WHERE starts_at IS NOT NULL
  UNION ALL SELECT id, ended_at, ended_at FROM visit WHERE ended_at IS NOT NULL
  UNION ALL SELECT visit_id, promised_from, promised_from FROM promise WHERE promised_from IS NOT NULL
  UNION ALL SELECT a.visit_id, coalesce(a.check_in_at, a.check_out_at), max(coalesce(a.check_out_at, 0), coalesce(a.return_at, 0),
      coalesce(a.check_in_at, 0) + max(coalesce(v.ends_at - v.starts_at, 0), coalesce((SELECT max(d.ends_at - d.starts_at) FROM visit_day d
        WHERE d.visit_id = a.visit_id), 0)))
    FROM assignment a JOIN visit v ON v.id = a.visit_id WHERE coalesce(a.check_in_at, a.check_out_at) IS NOT NULL
  UNION ALL SELECT a.visit_id, g.starts_at, coalesce(g.ends_at, 1e11) FROM segment g JOIN assignment a ON a.id = g.assignment_id;

-- something of a visit changes: the days on which anything of its job counts are to be counted anew. No day is longer than 25 hours
CREATE VIEW figure_touch(visit_id) AS SELECT NULL;
CREATE TRIGGER figure_touched INSTEAD OF INSERT ON figure_touch BEGIN
  DELETE FROM figure_day WHERE starts_at IN (
    SELECT d.starts_at FROM visit t JOIN visit o ON o.job_id = t.job_id JOIN figure_reach r ON r.visit_id = o.id
    JOIN figure_day d ON d.starts_at > r.first - 90000 AND d.starts_at <= r.last AND d.ends_at > r.first WHERE t.id = NEW.visit_id);
END;
-- somebody asks, or does not ask any more: what was fixed at the site within the days that the firm sets (30 where it set none)
CREATE VIEW figure_asked(site_id, requested_at) AS SELECT NULL, NULL;
CREATE TRIGGER figure_asked_again INSTEAD OF INSERT ON figure_asked BEGIN
  DELETE FROM figure_day WHERE starts_at IN (
    SELECT d.starts_at FROM visit o JOIN figure_reach r ON r.visit_id = o.id
    JOIN figure_day d ON d.starts_at > r.first - 90000 AND d.starts_at <= r.last AND d.ends_at > r.first
    WHERE o.site_id = NEW.site_id AND o.state = 'closed' AND o.ended_at <= NEW.requested_at AND o.ended_at >= NEW.requested_at
      - 90000 * (1 + coalesce((SELECT CAST(value AS INTEGER) FROM setting WHERE key = 'repeat_days'), 30)));
END;

CREATE TRIGGER figure_visit_i AFTER INSERT ON visit BEGIN
  INSERT INTO figure_touch VALUES (NEW.id);
  INSERT INTO figure_asked VALUES (NEW.site_id, NEW.requested_at);
END;
CREATE TRIGGER figure_visit_b BEFORE UPDATE ON visit WHEN (OLD.job_id, OLD.site_id, OLD.kind, OLD.work, OLD.recurrence_id, OLD.state, OLD.starts_at, OLD.ends_at, OLD.ended_at,
    OLD.cancelled_at, OLD.archived_at, OLD.requested_at)
  IS NOT (NEW.job_id, NEW.site_id, NEW.kind, NEW.work, NEW.recurrence_id, NEW.state, NEW.starts_at, NEW.ends_at, NEW.ended_at,
    NEW.cancelled_at, NEW.archived_at, NEW.requested_at) BEGIN
  INSERT INTO figure_touch VALUES (OLD.id);
  INSERT INTO figure_asked VALUES (OLD.site_id, OLD.requested_at);
END;
CREATE TRIGGER figure_visit_u AFTER UPDATE ON visit WHEN (OLD.job_id, OLD.site_id, OLD.kind, OLD.work, OLD.recurrence_id, OLD.state, OLD.starts_at, OLD.ends_at, OLD.ended_at,
    OLD.cancelled_at, OLD.archived_at, OLD.requested_at)
  IS NOT (NEW.job_id, NEW.site_id, NEW.kind, NEW.work, NEW.recurrence_id, NEW.state, NEW.starts_at, NEW.ends_at, NEW.ended_at,
    NEW.cancelled_at, NEW.archived_at, NEW.requested_at) BEGIN
  INSERT INTO figure_touch VALUES (NEW.id);
  INSERT INTO figure_asked VALUES (NEW.site_id, NEW.requested_at);
END;
CREATE TRIGGER figure_visit_d BEFORE DELETE ON visit BEGIN
  INSERT INTO figure_touch VALUES (OLD.id);
  INSERT INTO figure_asked VALUES (OLD.site_id, OLD.requested_at);
END;
CREATE TRIGGER figure_assignment_i AFTER INSERT ON assignment BEGIN INSERT INTO figure_touch VALUES (NEW.visit_id); END;
CREATE TRIGGER figure_assignment_b BEFORE UPDATE OF visit_id, staff_id, day, billable, check_in_at, check_out_at, return_at ON assignment BEGIN INSERT INTO figure_touch VALUES (OLD.visit_id); END;
CREATE TRIGGER figure_assignment_u AFTER UPDATE OF visit_id, staff_id, day, billable, check_in_at, check_out_at, return_at ON assignment BEGIN INSERT INTO figure_touch VALUES (NEW.visit_id); END;
CREATE TRIGGER figure_assignment_d BEFORE DELETE ON assignment BEGIN INSERT INTO figure_touch VALUES (OLD.visit_id); END;
CREATE TRIGGER figure_segment_i AFTER INSERT ON segment BEGIN INSERT INTO figure_touch SELECT visit_id FROM assignment WHERE id = NEW.assignment_id; END;
CREATE TRIGGER figure_segment_b BEFORE UPDATE ON segment BEGIN INSERT INTO figure_touch SELECT visit_id FROM assignment WHERE id = OLD.assignment_id; END;
CREATE TRIGGER figure_segment_u AFTER UPDATE ON segment BEGIN INSERT INTO figure_touch SELECT visit_id FROM assignment WHERE id = NEW.assignment_id; END;
CREATE TRIGGER figure_segment_d BEFORE DELETE ON segment BEGIN INSERT INTO figure_touch SELECT visit_id FROM assignment WHERE id = OLD.assignment_id; END;
CREATE TRIGGER figure_promise_i AFTER INSERT ON promise BEGIN INSERT INTO figure_touch VALUES (NEW.visit_id); END;
CREATE TRIGGER figure_promise_b BEFORE UPDATE ON promise BEGIN INSERT INTO figure_touch VALUES (OLD.visit_id); END;
CREATE TRIGGER figure_promise_u AFTER UPDATE ON promise BEGIN INSERT INTO figure_touch VALUES (NEW.visit_id); END;
CREATE TRIGGER figure_promise_d BEFORE DELETE ON promise BEGIN INSERT INTO figure_touch VALUES (OLD.visit_id); END;
CREATE TRIGGER figure_waiting_i AFTER INSERT ON waiting BEGIN INSERT INTO figure_touch VALUES (NEW.visit_id); END;
CREATE TRIGGER figure_waiting_b BEFORE UPDATE ON waiting BEGIN INSERT INTO figure_touch VALUES (OLD.visit_id); END;
CREATE TRIGGER figure_waiting_u AFTER UPDATE ON waiting BEGIN INSERT INTO figure_touch VALUES (NEW.visit_id); END;
CREATE TRIGGER figure_waiting_d BEFORE DELETE ON waiting BEGIN INSERT INTO figure_touch VALUES (OLD.visit_id); END;
CREATE TRIGGER figure_visit_day_i AFTER INSERT ON visit_day BEGIN INSERT INTO figure_touch VALUES (NEW.visit_id); END;
CREATE TRIGGER figure_visit_day_b BEFORE UPDATE ON visit_day BEGIN INSERT INTO figure_touch VALUES (OLD.visit_id); END;
CREATE TRIGGER figure_visit_day_u AFTER UPDATE ON visit_day BEGIN INSERT INTO figure_touch VALUES (NEW.visit_id); END;
CREATE TRIGGER figure_visit_day_d BEFORE DELETE ON visit_day BEGIN INSERT INTO figure_touch VALUES (OLD.visit_id); END;
CREATE TRIGGER figure_visit_skill_i AFTER INSERT ON visit_skill BEGIN INSERT INTO figure_touch VALUES (NEW.visit_id); END;
CREATE TRIGGER figure_visit_skill_b BEFORE UPDATE ON visit_skill BEGIN INSERT INTO figure_touch VALUES (OLD.visit_id); END;
CREATE TRIGGER figure_visit_skill_u AFTER UPDATE ON visit_skill BEGIN INSERT INTO figure_touch VALUES (NEW.visit_id); END;
CREATE TRIGGER figure_visit_skill_d BEFORE DELETE ON visit_skill BEGIN INSERT INTO figure_touch VALUES (OLD.visit_id); END;
CREATE TRIGGER figure_charge_sheet_i AFTER INSERT ON charge_sheet BEGIN INSERT INTO figure_touch VALUES (NEW.visit_id); END;
CREATE TRIGGER figure_attempt_i AFTER INSERT ON attempt BEGIN INSERT INTO figure_touch VALUES (NEW.visit_id); END;
-- by these it is judged which result of a test stands
CREATE TRIGGER figure_way_in_i AFTER INSERT ON way_in BEGIN INSERT INTO figure_touch VALUES (NEW.visit_id); END;
CREATE TRIGGER figure_permission_i AFTER INSERT ON permission BEGIN INSERT INTO figure_touch SELECT visit_id FROM item WHERE id = NEW.item_id; END;
CREATE TRIGGER figure_permission_u AFTER UPDATE ON permission BEGIN INSERT INTO figure_touch SELECT visit_id FROM item WHERE id = NEW.item_id; END;

-- and of the firm: who is whose, what people and skills are called on sheets and in lists, and the hours
CREATE TRIGGER figure_site AFTER UPDATE OF client_id ON site WHEN NEW.client_id <> OLD.client_id BEGIN DELETE FROM figure_day; END;
CREATE TRIGGER figure_staff AFTER UPDATE OF name ON staff WHEN NEW.name <> OLD.name BEGIN DELETE FROM figure_day; END;
CREATE TRIGGER figure_skill AFTER UPDATE OF name ON skill BEGIN DELETE FROM figure_day; END;
CREATE TRIGGER figure_hours_i AFTER INSERT ON working_time WHEN NEW.at IS NOT NULL BEGIN DELETE FROM figure_day WHERE ends_at > NEW.at; END;
CREATE TRIGGER figure_hours_u AFTER UPDATE OF at ON working_time WHEN NEW.at IS NOT NULL BEGIN DELETE FROM figure_day WHERE ends_at > NEW.at; END;
CREATE TRIGGER figure_card_i AFTER INSERT ON rate_card BEGIN DELETE FROM figure_day; END;
CREATE TRIGGER figure_card_u AFTER UPDATE ON rate_card BEGIN DELETE FROM figure_day; END;
CREATE TRIGGER figure_card_d AFTER DELETE ON rate_card BEGIN DELETE FROM figure_day; END;
CREATE TRIGGER figure_terms_i AFTER INSERT ON dated_terms WHEN NEW.subject = 'hours' BEGIN DELETE FROM figure_day; END;
