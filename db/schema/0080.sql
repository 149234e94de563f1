-- a proposal goes over with a merge of its client, and back with its undo; nothing else moves it
CREATE TRIGGER proposal_of_client BEFORE UPDATE OF client_id ON proposal WHEN NEW.client_id <> OLD.client_id AND NOT EXISTS (
  SELECT 1 FROM merge WHERE kind = 'client' AND (gone_id, kept_id) IN (VALUES (OLD.client_id, NEW.client_id), (NEW.client_id, OLD.client_id)))
BEGIN SELECT RAISE(ABORT, 'a proposal is withdrawn, never rewritten'); END;
