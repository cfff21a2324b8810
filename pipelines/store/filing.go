package store

import (
	"tradewire/mapping/document"
)

// File says where a change stands now, and why.
func (d *Desk) File(change int64, bucket, reason string) error {
	_, err := d.tx.ExecContext(d.ctx, `UPDATE "change" SET bucket = ?, reason = ? WHERE id = ?`, bucket, legible(reason), change)
	return err
}

// Overtaken says that a later change of the same record has been decided before this one: where several instances decide, a
// record that changed its customer has been in two queues. What came earlier must not undo it. (Invariant 3.)
func (d *Desk) Overtaken(ref document.Ref, w Work) (bool, error) {
	h := d.heads[ref]
	if h == nil || h.Origin <= w.ID && !d.store.dialect.shared {
		return false, nil // one that decides alone does so in order, but for what is tried again
	}
	var later int // also one that said nothing new: the document is as it says
	err := d.tx.GetContext(d.ctx, &later, `
SELECT COUNT(*)
  FROM "change"
 WHERE kind = ? AND record_key = ? AND "system" = ? AND id > ? AND (id = ? OR bucket NOT IN ('waiting', 'dead_letter', 'duplicate'))`,
		w.Kind, w.Key, w.System, w.ID, h.Origin)
	return later > 0, err
}

// supersede moves the change that a document came from aside for the one that it comes from now, and with it the dead
// letters of the same record that came before.
func (d *Desk) supersede(before, now int64) error {
	if before != 0 {
		if err := d.File(before, "superseded", "a later revision is in force"); err != nil {
			return err
		}
	}
	return d.answerLetters(now)
}

// answerLetters closes the dead letters of a record that came before the change: what they say is no longer so.
func (d *Desk) answerLetters(now int64) error {
	var w Work
	err := d.tx.GetContext(d.ctx, &w, `
SELECT id, pipeline, source, "system", kind, record_key, gone, bucket FROM "change" WHERE id = ?`, now)
	if err != nil {
		return err
	}
	var older []int64
	err = d.tx.SelectContext(d.ctx, &older, `
SELECT id
  FROM "change"
 WHERE kind = ? AND record_key = ? AND "system" = ? AND bucket = 'dead_letter' AND id < ?`,
		w.Kind, w.Key, w.System, now)
	if err != nil {
		return err
	}
	for _, id := range older {
		if err := d.File(id, "superseded", "a later revision is in force"); err != nil {
			return err
		}
		if err := closeLetters(d.ctx, d.tx, id, "superseded", d.now); err != nil {
			return err
		}
	}
	return nil
}

// Refuse makes a dead letter of a change. waitsFor, when not empty, is the document at whose arrival it is tried again.
func (d *Desk) Refuse(w Work, reason, mapping string, waitsFor *document.Ref) error {
	if err := d.File(w.ID, "dead_letter", reason); err != nil {
		return err
	}
	l := Letter{Stage: "decision", Place: w.Source, Kind: string(w.Kind), Key: w.Key, Change: w.ID,
		Reason: reason, Attempts: 1, Record: w.Body, Mapping: mapping, At: d.now}
	if waitsFor != nil {
		l.WaitsFor = shortened(waitsFor.String()) // what is longer never comes, as no key is
		if d.awaited != nil {
			d.awaited[l.WaitsFor] = true
		}
		if h := d.heads[*waitsFor]; h != nil {
			l.waitsSeen = h.seen
		}
	}
	if err := letter(d.ctx, d.tx, l); err != nil {
		return err
	}
	return d.note("refused", document.Ref{Kind: w.Kind, Key: w.Key}, 0, reason)
}

// wake sends everything that waited for a document back to be decided: it has come, or it may hold now what was missing
// in it.
func (d *Desk) wake(ref document.Ref) error {
	if awaited, err := d.isAwaited(ref); err != nil || !awaited {
		return err
	}
	var ids []int64
	err := d.tx.SelectContext(d.ctx, &ids, `
SELECT change_id FROM dead_letter WHERE state = 'open' AND waits_for = ? ORDER BY id`, ref.String())
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := redecide(d.ctx, d.store, d.tx, id, d.now); err != nil {
			return err
		}
	}
	return nil
}

// isAwaited says whether something waits for a document. Most do not, and it is asked of each: what is waited for is read once.
func (d *Desk) isAwaited(ref document.Ref) (bool, error) {
	if d.awaited == nil {
		var all []string
		err := d.tx.SelectContext(d.ctx, &all, `SELECT DISTINCT waits_for FROM dead_letter WHERE state = 'open' AND waits_for > ''`)
		if err != nil {
			return false, err
		}
		d.awaited = make(map[string]bool, len(all))
		for _, one := range all {
			d.awaited[one] = true
		}
	}
	return d.awaited[ref.String()], nil
}

// Due makes a revision due at a target. What waited there of the same document is superseded: full states only.
func (d *Desk) Due(target string, ref document.Ref, revision int64) error {
	if err := d.NotDue(target, ref); err != nil {
		return err
	}
	_, err := d.exec(`
INSERT INTO delivery (target, kind, doc_key, revision, state, due_at, attempts, hash, reference, reason, moved_at)
VALUES (?, ?, ?, ?, 'waiting', ?, 0, '', '', '', ?)`, target, ref.Kind, ref.Key, revision, stamp(d.now), stamp(d.now))
	return err
}

// NotDue supersedes what waits at a target of a document, and what was refused there: written after a later revision is
// in force it would be a step back. (Invariant 3.)
func (d *Desk) NotDue(target string, ref document.Ref) error {
	result, err := d.tx.ExecContext(d.ctx, `
UPDATE delivery
   SET state = 'superseded', reason = 'a later revision is in force', moved_at = ?
 WHERE target = ? AND kind = ? AND doc_key = ? AND state IN ('waiting', 'dead')`, stamp(d.now), target, ref.Kind, ref.Key)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return err
	}
	_, err = d.tx.ExecContext(d.ctx, `
UPDATE dead_letter
   SET state = 'superseded', closed_at = ?
 WHERE state = 'open' AND delivery <> 0 AND place = ? AND kind = ? AND doc_key = ?`, stamp(d.now), target, ref.Kind, ref.Key)
	return err
}
