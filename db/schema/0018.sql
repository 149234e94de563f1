-- what was judged is what is done: a charge that was approved or exported keeps what it was reckoned from, and what is
-- final is not replaced either. The rules are dispatch/desk/charging.py's (allow_change); no other program gets round them.

-- INSERT OR REPLACE takes a row out without a word (see 0014): each key of a row that stays is taken once
CREATE TRIGGER approval_once BEFORE INSERT ON approval
  WHEN EXISTS (SELECT 1 FROM approval WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'an approval is never rewritten'); END;
CREATE TRIGGER review_comment_once BEFORE INSERT ON review_comment
  WHEN EXISTS (SELECT 1 FROM review_comment WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a comment is answered, never rewritten'); END;
CREATE TRIGGER word_correction_once BEFORE INSERT ON word_correction
  WHEN EXISTS (SELECT 1 FROM word_correction WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a correction is never rewritten'); END;
CREATE TRIGGER time_correction_once BEFORE INSERT ON time_correction
  WHEN EXISTS (SELECT 1 FROM time_correction WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a correction is never rewritten'); END;
CREATE TRIGGER invoice_batch_once BEFORE INSERT ON invoice_batch
  WHEN EXISTS (SELECT 1 FROM invoice_batch WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a batch is never rewritten'); END;
CREATE TRIGGER draw_once BEFORE INSERT ON draw
  WHEN EXISTS (SELECT 1 FROM draw WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a draw is returned, never rewritten'); END;
CREATE TRIGGER goodwill_once BEFORE INSERT ON goodwill
  WHEN EXISTS (SELECT 1 FROM goodwill WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'goodwill is withdrawn, never rewritten'); END;
CREATE TRIGGER manual_travel_once BEFORE INSERT ON manual_travel
  WHEN EXISTS (SELECT 1 FROM manual_travel WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'travel by hand is withdrawn, never rewritten'); END;
CREATE TRIGGER used_item_once BEFORE INSERT ON used_item
  WHEN EXISTS (SELECT 1 FROM used_item WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a used item is withdrawn, never rewritten'); END;
CREATE TRIGGER work_mark_once BEFORE INSERT ON work_mark
  WHEN EXISTS (SELECT 1 FROM work_mark WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a mark is withdrawn, never rewritten'); END;
CREATE TRIGGER segment_once BEFORE INSERT ON segment
  WHEN EXISTS (SELECT 1 FROM segment WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a segment is never replaced'); END;
CREATE TRIGGER assignment_once BEFORE INSERT ON assignment
  WHEN EXISTS (SELECT 1 FROM assignment WHERE id = NEW.id
    OR (visit_id = NEW.visit_id AND staff_id = NEW.staff_id))
BEGIN SELECT RAISE(ABORT, 'a technician is on a visit once'); END;
CREATE TRIGGER observation_once BEFORE INSERT ON observation
  WHEN EXISTS (SELECT 1 FROM observation WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'an observation is never rewritten'); END;
CREATE TRIGGER reopening_once BEFORE INSERT ON reopening
  WHEN EXISTS (SELECT 1 FROM reopening WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a reopening is never rewritten'); END;
CREATE TRIGGER priority_change_once BEFORE INSERT ON priority_change
  WHEN EXISTS (SELECT 1 FROM priority_change WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a change of priority is never rewritten'); END;
CREATE TRIGGER waiting_once BEFORE INSERT ON waiting
  WHEN EXISTS (SELECT 1 FROM waiting WHERE id = NEW.id
    OR (visit_id = NEW.visit_id AND ends_at IS NULL AND NEW.ends_at IS NULL))
BEGIN SELECT RAISE(ABORT, 'a pause is never rewritten'); END;
CREATE TRIGGER handover_once BEFORE INSERT ON handover
  WHEN EXISTS (SELECT 1 FROM handover WHERE id = NEW.id
    OR (visit_id = NEW.visit_id AND answered_at IS NULL AND NEW.answered_at IS NULL))
BEGIN SELECT RAISE(ABORT, 'a handover is answered, never rewritten'); END;
CREATE TRIGGER call_once BEFORE INSERT ON call
  WHEN EXISTS (SELECT 1 FROM call WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a call is withdrawn, never rewritten'); END;
CREATE TRIGGER milestone_once BEFORE INSERT ON milestone
  WHEN EXISTS (SELECT 1 FROM milestone WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a milestone is withdrawn, never rewritten'); END;
CREATE TRIGGER breach_cause_once BEFORE INSERT ON breach_cause
  WHEN EXISTS (SELECT 1 FROM breach_cause WHERE id = NEW.id
    OR (visit_id = NEW.visit_id AND clock = NEW.clock AND withdrawn_at IS NULL AND NEW.withdrawn_at IS NULL))
BEGIN SELECT RAISE(ABORT, 'the cause of a breach is withdrawn, never rewritten'); END;
CREATE TRIGGER survey_once BEFORE INSERT ON survey
  WHEN EXISTS (SELECT 1 FROM survey WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a survey is withdrawn, never rewritten'); END;
CREATE TRIGGER care_mark_once BEFORE INSERT ON care_mark
  WHEN EXISTS (SELECT 1 FROM care_mark WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a mark of account care is withdrawn, never rewritten'); END;
CREATE TRIGGER gap_once BEFORE INSERT ON gap
  WHEN EXISTS (SELECT 1 FROM gap WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a gap is withdrawn, never rewritten'); END;
CREATE TRIGGER message_once BEFORE INSERT ON message
  WHEN EXISTS (SELECT 1 FROM message WHERE id = NEW.id
    OR (visit_id = NEW.visit_id AND kind = NEW.kind AND premise = NEW.premise AND address = NEW.address))
BEGIN SELECT RAISE(ABORT, 'a message is never replaced'); END;
CREATE TRIGGER template_once BEFORE INSERT ON template
  WHEN EXISTS (SELECT 1 FROM template WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a template is archived, never replaced'); END;
CREATE TRIGGER file_once BEFORE INSERT ON file
  WHEN EXISTS (SELECT 1 FROM file WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a file that was handed in is never replaced'); END;
CREATE TRIGGER calendar_salt_once BEFORE INSERT ON calendar_salt
  WHEN EXISTS (SELECT 1 FROM calendar_salt WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the ids of calendar events keep their salt'); END;
CREATE TRIGGER invoiced_visit_once BEFORE INSERT ON invoiced_visit
  WHEN EXISTS (SELECT 1 FROM invoiced_visit WHERE visit_id = NEW.visit_id)
BEGIN SELECT RAISE(ABORT, 'what was exported is never rewritten'); END;
CREATE TRIGGER charge_line_once BEFORE INSERT ON charge_line
  WHEN EXISTS (SELECT 1 FROM charge_line WHERE sheet_id = NEW.sheet_id AND position = NEW.position)
BEGIN SELECT RAISE(ABORT, 'a charge line is never rewritten'); END;
CREATE TRIGGER attempt_try_once BEFORE INSERT ON attempt_try
  WHEN EXISTS (SELECT 1 FROM attempt_try WHERE attempt_id = NEW.attempt_id AND position = NEW.position)
BEGIN SELECT RAISE(ABORT, 'a try is never rewritten'); END;
CREATE TRIGGER item_probe_once BEFORE INSERT ON item_probe
  WHEN EXISTS (SELECT 1 FROM item_probe WHERE item_id = NEW.item_id AND position = NEW.position)
BEGIN SELECT RAISE(ABORT, 'what an item tests is never rewritten'); END;
CREATE TRIGGER template_wording_once BEFORE INSERT ON template_wording
  WHEN EXISTS (SELECT 1 FROM template_wording WHERE template_id = NEW.template_id AND number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'a wording of a template is never rewritten: save another'); END;
CREATE TRIGGER probe_order_made BEFORE INSERT ON probe_order
  WHEN EXISTS (SELECT 1 FROM probe_order WHERE nonce = NEW.nonce)
BEGIN SELECT RAISE(ABORT, 'a probe specification is used once'); END;
CREATE TRIGGER audit_once BEFORE INSERT ON audit
  WHEN EXISTS (SELECT 1 FROM audit WHERE seq = NEW.seq OR hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER visit_once_imported BEFORE INSERT ON visit
  WHEN EXISTS (SELECT 1 FROM visit WHERE uid = NEW.uid)
    OR EXISTS (SELECT 1 FROM visit WHERE recurrence_id = NEW.recurrence_id AND occurrence = NEW.occurrence AND archived_at IS NULL)
BEGIN SELECT RAISE(ABORT, 'a visit is archived, never replaced'); END;
-- nor by UPDATE OR REPLACE
CREATE TRIGGER visit_itself BEFORE UPDATE OF id, reference, uid, recurrence_id, occurrence, archived_at ON visit
  WHEN NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM visit WHERE id <> OLD.id AND (reference = NEW.reference OR uid = NEW.uid
    OR (recurrence_id = NEW.recurrence_id AND occurrence = NEW.occurrence AND archived_at IS NULL AND NEW.archived_at IS NULL)))
BEGIN SELECT RAISE(ABORT, 'a visit is archived, never replaced'); END;
CREATE TRIGGER message_itself BEFORE UPDATE OF id, visit_id, kind, premise, address ON message
BEGIN SELECT RAISE(ABORT, 'a message is never rewritten'); END;
CREATE TRIGGER assignment_itself BEFORE UPDATE OF id, visit_id, staff_id ON assignment
BEGIN SELECT RAISE(ABORT, 'a technician is taken off a visit and put on another'); END;
CREATE TRIGGER segment_itself BEFORE UPDATE OF id, assignment_id ON segment
BEGIN SELECT RAISE(ABORT, 'a segment stays with its stay'); END;

-- what only ever gets an end, and is never taken out

CREATE TRIGGER draw_fixed BEFORE UPDATE ON draw WHEN OLD.returned_at IS NOT NULL
  OR (NEW.id, NEW.visit_id, NEW.agreement_id, NEW.pool_id, NEW.period, NEW.amount, NEW.made_at)
    IS NOT (OLD.id, OLD.visit_id, OLD.agreement_id, OLD.pool_id, OLD.period, OLD.amount, OLD.made_at)
BEGIN SELECT RAISE(ABORT, 'a draw is returned, never rewritten'); END;
CREATE TRIGGER goodwill_fixed BEFORE UPDATE ON goodwill WHEN OLD.withdrawn_at IS NOT NULL
  OR (NEW.id, NEW.visit_id, NEW.staff_id, NEW.target, NEW.mode, NEW.value, NEW.reason, NEW.made_at)
    IS NOT (OLD.id, OLD.visit_id, OLD.staff_id, OLD.target, OLD.mode, OLD.value, OLD.reason, OLD.made_at)
BEGIN SELECT RAISE(ABORT, 'goodwill is withdrawn, never rewritten'); END;
CREATE TRIGGER manual_travel_fixed BEFORE UPDATE ON manual_travel WHEN OLD.withdrawn_at IS NOT NULL
  OR (NEW.id, NEW.visit_id, NEW.staff_id, NEW.amount, NEW.reason, NEW.made_at)
    IS NOT (OLD.id, OLD.visit_id, OLD.staff_id, OLD.amount, OLD.reason, OLD.made_at)
BEGIN SELECT RAISE(ABORT, 'travel by hand is withdrawn, never rewritten'); END;
CREATE TRIGGER used_item_fixed BEFORE UPDATE ON used_item WHEN OLD.withdrawn_at IS NOT NULL
  OR (NEW.id, NEW.visit_id, NEW.staff_id, NEW.code, NEW.label, NEW.quantity, NEW.amount, NEW.taxable, NEW.made_at)
    IS NOT (OLD.id, OLD.visit_id, OLD.staff_id, OLD.code, OLD.label, OLD.quantity, OLD.amount, OLD.taxable, OLD.made_at)
BEGIN SELECT RAISE(ABORT, 'a used item is withdrawn, never rewritten'); END;
CREATE TRIGGER work_mark_fixed BEFORE UPDATE ON work_mark WHEN OLD.withdrawn_at IS NOT NULL
  OR (NEW.id, NEW.assignment_id, NEW.staff_id, NEW.kind, NEW.starts_at, NEW.ends_at, NEW.reason, NEW.made_at)
    IS NOT (OLD.id, OLD.assignment_id, OLD.staff_id, OLD.kind, OLD.starts_at, OLD.ends_at, OLD.reason, OLD.made_at)
BEGIN SELECT RAISE(ABORT, 'a mark is withdrawn, never rewritten'); END;
CREATE TRIGGER goodwill_kept BEFORE DELETE ON goodwill BEGIN SELECT RAISE(ABORT, 'goodwill is withdrawn, never deleted'); END;
CREATE TRIGGER manual_travel_kept BEFORE DELETE ON manual_travel BEGIN SELECT RAISE(ABORT, 'travel by hand is withdrawn, never deleted'); END;
CREATE TRIGGER reopening_kept BEFORE DELETE ON reopening BEGIN SELECT RAISE(ABORT, 'a reopening is never deleted'); END;
CREATE TRIGGER milestone_kept BEFORE DELETE ON milestone BEGIN SELECT RAISE(ABORT, 'a milestone is withdrawn, never deleted'); END;
CREATE TRIGGER breach_cause_kept BEFORE DELETE ON breach_cause BEGIN SELECT RAISE(ABORT, 'the cause of a breach is withdrawn, never deleted'); END;
CREATE TRIGGER survey_kept BEFORE DELETE ON survey BEGIN SELECT RAISE(ABORT, 'a survey is withdrawn, never deleted'); END;
CREATE TRIGGER care_mark_kept BEFORE DELETE ON care_mark BEGIN SELECT RAISE(ABORT, 'a mark of account care is withdrawn, never deleted'); END;
CREATE TRIGGER gap_kept BEFORE DELETE ON gap BEGIN SELECT RAISE(ABORT, 'a gap is withdrawn, never deleted'); END;
CREATE TRIGGER file_kept BEFORE DELETE ON file BEGIN SELECT RAISE(ABORT, 'a file that was handed in is never deleted'); END;
CREATE TRIGGER reopening_fixed BEFORE UPDATE ON reopening BEGIN SELECT RAISE(ABORT, 'a reopening is never rewritten'); END;

-- an approved visit whose charge is changed waits for review again
DROP TRIGGER review_edge_fixed_i;
INSERT INTO review_edge VALUES ('approved', 'to_review');
CREATE TRIGGER review_edge_fixed_i BEFORE INSERT ON review_edge BEGIN SELECT RAISE(ABORT, 'the steps of a review are fixed'); END;

-- what an approved or exported visit was charged from stands: it is put to review again first, or not at all
CREATE TRIGGER visit_charge_stands BEFORE UPDATE ON visit
  WHEN OLD.review IN ('approved', 'exported') AND NEW.review IN ('approved', 'exported')
  AND (NEW.state, NEW.job_id, NEW.site_id, NEW.parent_id, NEW.cause, NEW.starts_at, NEW.ends_at, NEW.emergency, NEW.early_agreed_by,
      NEW.cancelled_at, NEW.ended_at)
    IS NOT (OLD.state, OLD.job_id, OLD.site_id, OLD.parent_id, OLD.cause, OLD.starts_at, OLD.ends_at, OLD.emergency,
      OLD.early_agreed_by, OLD.cancelled_at, OLD.ended_at)
BEGIN SELECT RAISE(ABORT, 'the visit is approved or exported: what it was charged from stands'); END;
CREATE TRIGGER assignment_stands_i BEFORE INSERT ON assignment
  WHEN EXISTS (SELECT 1 FROM visit WHERE id = NEW.visit_id AND review IN ('approved', 'exported'))
BEGIN SELECT RAISE(ABORT, 'the visit is approved or exported: what it was charged from stands'); END;
CREATE TRIGGER assignment_stands_u BEFORE UPDATE OF labour_class, vehicle, billable, depart_at, check_in_at, check_out_at, return_at
  ON assignment
  WHEN EXISTS (SELECT 1 FROM visit WHERE id = OLD.visit_id AND review IN ('approved', 'exported'))
BEGIN SELECT RAISE(ABORT, 'the visit is approved or exported: what it was charged from stands'); END;
CREATE TRIGGER assignment_stands_d BEFORE DELETE ON assignment
  WHEN EXISTS (SELECT 1 FROM visit WHERE id = OLD.visit_id AND review IN ('approved', 'exported'))
BEGIN SELECT RAISE(ABORT, 'the visit is approved or exported: what it was charged from stands'); END;
CREATE TRIGGER used_item_stands_i BEFORE INSERT ON used_item
  WHEN EXISTS (SELECT 1 FROM visit WHERE id = NEW.visit_id AND review IN ('approved', 'exported'))
BEGIN SELECT RAISE(ABORT, 'the visit is approved or exported: what it was charged from stands'); END;
CREATE TRIGGER used_item_stands_u BEFORE UPDATE ON used_item
  WHEN EXISTS (SELECT 1 FROM visit WHERE id = OLD.visit_id AND review IN ('approved', 'exported'))
BEGIN SELECT RAISE(ABORT, 'the visit is approved or exported: what it was charged from stands'); END;
CREATE TRIGGER goodwill_stands_i BEFORE INSERT ON goodwill
  WHEN EXISTS (SELECT 1 FROM visit WHERE id = NEW.visit_id AND review IN ('approved', 'exported'))
BEGIN SELECT RAISE(ABORT, 'the visit is approved or exported: what it was charged from stands'); END;
CREATE TRIGGER goodwill_stands_u BEFORE UPDATE ON goodwill
  WHEN EXISTS (SELECT 1 FROM visit WHERE id = OLD.visit_id AND review IN ('approved', 'exported'))
BEGIN SELECT RAISE(ABORT, 'the visit is approved or exported: what it was charged from stands'); END;
CREATE TRIGGER manual_travel_stands_i BEFORE INSERT ON manual_travel
  WHEN EXISTS (SELECT 1 FROM visit WHERE id = NEW.visit_id AND review IN ('approved', 'exported'))
BEGIN SELECT RAISE(ABORT, 'the visit is approved or exported: what it was charged from stands'); END;
CREATE TRIGGER manual_travel_stands_u BEFORE UPDATE ON manual_travel
  WHEN EXISTS (SELECT 1 FROM visit WHERE id = OLD.visit_id AND review IN ('approved', 'exported'))
BEGIN SELECT RAISE(ABORT, 'the visit is approved or exported: what it was charged from stands'); END;
CREATE TRIGGER draw_stands_i BEFORE INSERT ON draw
  WHEN EXISTS (SELECT 1 FROM visit WHERE id = NEW.visit_id AND review IN ('approved', 'exported'))
BEGIN SELECT RAISE(ABORT, 'the visit is approved or exported: what it was charged from stands'); END;
CREATE TRIGGER draw_stands_u BEFORE UPDATE ON draw
  WHEN EXISTS (SELECT 1 FROM visit WHERE id = OLD.visit_id AND review IN ('approved', 'exported'))
BEGIN SELECT RAISE(ABORT, 'the visit is approved or exported: what it was charged from stands'); END;
CREATE TRIGGER segment_stands_i BEFORE INSERT ON segment
  WHEN EXISTS (SELECT 1 FROM assignment a JOIN visit v ON v.id = a.visit_id
    WHERE a.id = NEW.assignment_id AND v.review IN ('approved', 'exported'))
BEGIN SELECT RAISE(ABORT, 'the visit is approved or exported: what it was charged from stands'); END;
CREATE TRIGGER segment_stands_u BEFORE UPDATE ON segment
  WHEN EXISTS (SELECT 1 FROM assignment a JOIN visit v ON v.id = a.visit_id
    WHERE a.id = OLD.assignment_id AND v.review IN ('approved', 'exported'))
BEGIN SELECT RAISE(ABORT, 'the visit is approved or exported: what it was charged from stands'); END;
CREATE TRIGGER segment_stands_d BEFORE DELETE ON segment
  WHEN EXISTS (SELECT 1 FROM assignment a JOIN visit v ON v.id = a.visit_id
    WHERE a.id = OLD.assignment_id AND v.review IN ('approved', 'exported'))
BEGIN SELECT RAISE(ABORT, 'the visit is approved or exported: what it was charged from stands'); END;
CREATE TRIGGER work_mark_stands_i BEFORE INSERT ON work_mark
  WHEN EXISTS (SELECT 1 FROM assignment a JOIN visit v ON v.id = a.visit_id
    WHERE a.id = NEW.assignment_id AND v.review IN ('approved', 'exported'))
BEGIN SELECT RAISE(ABORT, 'the visit is approved or exported: what it was charged from stands'); END;
CREATE TRIGGER work_mark_stands_u BEFORE UPDATE ON work_mark
  WHEN EXISTS (SELECT 1 FROM assignment a JOIN visit v ON v.id = a.visit_id
    WHERE a.id = OLD.assignment_id AND v.review IN ('approved', 'exported'))
BEGIN SELECT RAISE(ABORT, 'the visit is approved or exported: what it was charged from stands'); END;
CREATE TRIGGER time_correction_stands_i BEFORE INSERT ON time_correction
  WHEN EXISTS (SELECT 1 FROM assignment a JOIN visit v ON v.id = a.visit_id
    WHERE a.id = NEW.assignment_id AND v.review IN ('approved', 'exported'))
BEGIN SELECT RAISE(ABORT, 'the visit is approved or exported: what it was charged from stands'); END;
CREATE TRIGGER charge_sheet_stands BEFORE INSERT ON charge_sheet
  WHEN EXISTS (SELECT 1 FROM visit WHERE id = NEW.visit_id AND review IN ('approved', 'exported'))
BEGIN SELECT RAISE(ABORT, 'the visit is approved or exported: what it was charged from stands'); END;
CREATE TRIGGER charge_line_stands BEFORE INSERT ON charge_line
  WHEN EXISTS (SELECT 1 FROM charge_sheet c JOIN visit v ON v.id = c.visit_id WHERE c.id = NEW.sheet_id AND v.review IN ('approved', 'exported'))
BEGIN SELECT RAISE(ABORT, 'the visit is approved or exported: what it was charged from stands'); END;

-- what was approved is what is exported: the newest revision of the charge, as it was approved last
CREATE TRIGGER approval_of_newest BEFORE INSERT ON approval
  WHEN NOT EXISTS (SELECT 1 FROM visit WHERE id = NEW.visit_id AND review = 'approved')
    OR NEW.revision <> coalesce((SELECT iif(total_minor IS NULL, 0, revision) FROM charge_sheet WHERE visit_id = NEW.visit_id
      ORDER BY revision DESC LIMIT 1), 0)
BEGIN SELECT RAISE(ABORT, 'the newest revision of a charge is approved, once'); END;
CREATE TRIGGER invoiced_as_approved BEFORE INSERT ON invoiced_visit
  WHEN NOT EXISTS (SELECT 1 FROM visit WHERE id = NEW.visit_id AND review = 'approved')
    OR NEW.revision IS NOT (SELECT revision FROM approval WHERE visit_id = NEW.visit_id ORDER BY id DESC LIMIT 1)
    OR NEW.revision IS NOT (SELECT max(revision) FROM charge_sheet WHERE visit_id = NEW.visit_id)
BEGIN SELECT RAISE(ABORT, 'a visit is exported with the revision of its charge that was approved'); END;
CREATE TRIGGER word_correction_of_exported BEFORE INSERT ON word_correction
  WHEN EXISTS (SELECT 1 FROM visit WHERE id = NEW.visit_id AND review = 'exported')
BEGIN SELECT RAISE(ABORT, 'the visit is exported: its words stand'); END;
