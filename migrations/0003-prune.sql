-- Old rows can be pruned: a row of the chain says up to which number, and only what it says may then be removed.
CREATE INDEX event_pruned ON event (seq) WHERE type = 'PRUNED';

DROP TRIGGER event_is_never_removed;
CREATE TRIGGER event_is_never_removed BEFORE DELETE ON event
WHEN NOT EXISTS (SELECT 1 FROM event WHERE type = 'PRUNED' AND seq > OLD.seq AND json_extract(payload, '$.seq') >= OLD.seq)
BEGIN
  SELECT RAISE(ABORT, 'journal rows are never removed but by a prune');
END;
