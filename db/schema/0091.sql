-- what people wait for does not grow with the past (architecture.md, Years): what is open, and what is rare, is found by an index
CREATE INDEX visit_open ON visit (state)
  WHERE state IN ('closing_out', 'confirmed', 'dispatched', 'en_route', 'on_hold', 'on_site', 'planned', 'requested');
CREATE INDEX visit_account ON visit (kind) WHERE kind IN ('audit', 'review');
CREATE INDEX attempt_unsatisfied ON attempt (visit_id) WHERE satisfied = 0;
CREATE INDEX attempt_unpassed ON attempt (visit_id) WHERE result IN ('fail', 'overridden');
CREATE INDEX leg_day ON leg (day);
CREATE INDEX charge_sheet_currency ON charge_sheet (currency);
CREATE INDEX visit_site_ended ON visit (site_id, ended_at) WHERE ended_at IS NOT NULL;

-- the days that a visit reaches into are looked for by itself: among those of several it took a walk through all that ever was
CREATE VIEW figure_reached(visit_id) AS SELECT NULL;
CREATE TRIGGER figure_reached_days INSTEAD OF INSERT ON figure_reached BEGIN
  DELETE FROM figure_day WHERE starts_at IN (
    SELECT d.starts_at FROM figure_reach r CROSS JOIN figure_day d ON d.starts_at > r.first - 90000 AND d.starts_at <= r.last
      AND d.ends_at > r.first WHERE r.visit_id = NEW.visit_id);
END;
DROP TRIGGER figure_touched;
CREATE TRIGGER figure_touched INSTEAD OF INSERT ON figure_touch BEGIN
  INSERT INTO figure_reached SELECT o.id FROM visit t JOIN visit o ON o.job_id = t.job_id WHERE t.id = NEW.visit_id;
END;
DROP TRIGGER figure_asked_again;
CREATE TRIGGER figure_asked_again INSTEAD OF INSERT ON figure_asked BEGIN
  INSERT INTO figure_reached SELECT o.id FROM visit o
    WHERE o.site_id = NEW.site_id AND o.state = 'closed' AND o.ended_at <= NEW.requested_at AND o.ended_at >= NEW.requested_at
      - 90000 * (1 + coalesce((SELECT CAST(value AS INTEGER) FROM setting WHERE key = 'repeat_days'), 30));
END;
