-- Who did what, and what ended how: without these, a rare caller or outcome is found by reading every transaction.
CREATE INDEX history_by_uid ON history (uid, opened_at_ms);
CREATE INDEX history_by_state ON history (state COLLATE NOCASE, opened_at_ms);
