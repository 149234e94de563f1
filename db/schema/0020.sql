-- how a request came in: on the phone, by mail, seen at the client's, or our own; empty: nobody has said
ALTER TABLE visit ADD COLUMN came_by TEXT NOT NULL DEFAULT '' CHECK (came_by IN ('', 'phone', 'mail', 'site', 'ours'));
