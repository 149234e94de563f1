-- a kept charge sheet is whole: beside the terms and figures that it was computed from, its input says which records they were
-- copied from and what these were called (`source`). Of older sheets it is what can be known now, and no amount changes

DROP TRIGGER charge_sheet_fixed;
UPDATE charge_sheet SET input = json_set(input, '$.source', json_object(
  'client', json((SELECT json_object('id', c.id, 'name', c.name) FROM visit v JOIN site s ON s.id = v.site_id
    JOIN client c ON c.id = s.client_id WHERE v.id = charge_sheet.visit_id)),
  'site', json((SELECT json_object('id', s.id, 'name', s.name, 'zone', s.zone) FROM visit v JOIN site s ON s.id = v.site_id
    WHERE v.id = charge_sheet.visit_id)),
  'rate_card', json((SELECT json_object('id', r.id, 'name', r.name) FROM rate_card r WHERE r.valid_from <= substr(coalesce(
      (SELECT min(json_extract(p.value, '$.check_in')) FROM json_each(charge_sheet.input, '$.visit.assignments') p),
      json_extract(charge_sheet.input, '$.visit.scheduled_start'), date(charge_sheet.made_at, 'unixepoch')), 1, 10)
    ORDER BY r.valid_from DESC LIMIT 1)),
  'technicians', json((SELECT json_group_object(CAST(a.staff_id AS TEXT), t.name) FROM assignment a
    JOIN staff t ON t.id = a.staff_id WHERE a.visit_id = charge_sheet.visit_id)),
  -- the agreement that was drawn from, else the one of that kind and start
  'agreement', json((SELECT json_object('id', g.id, 'name', g.name, 'pools',
        json((SELECT json_group_object(p.name, p.id) FROM pool p WHERE p.agreement_id = g.id)))
      FROM agreement g WHERE json_type(charge_sheet.input, '$.agreement') = 'object' AND g.id = coalesce(
        (SELECT d.agreement_id FROM draw d WHERE d.visit_id = charge_sheet.visit_id ORDER BY d.id DESC LIMIT 1),
        (SELECT max(o.id) FROM agreement o JOIN site s ON s.client_id = o.client_id JOIN visit v ON v.site_id = s.id
          WHERE v.id = charge_sheet.visit_id AND o.kind = json_extract(charge_sheet.input, '$.agreement.kind')
            AND o.starts IS json_extract(charge_sheet.input, '$.agreement.starts')))))));
CREATE TRIGGER charge_sheet_fixed BEFORE UPDATE ON charge_sheet
BEGIN SELECT RAISE(ABORT, 'a charge sheet is never rewritten: make a revision'); END;
