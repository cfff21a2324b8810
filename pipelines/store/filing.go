package store

import (
	"cmp"
	"maps"
	"slices"

	"github.com/jmoiron/sqlx"

	"tradewire/mapping/document"
)

// filing is where a change stands, and why.
type filing struct{ bucket, reason string }

// record is one record of a system, of which there may be many changes.
type record struct {
	system string
	kind   document.Kind
	key    string
}

func (w Work) record() record { return record{w.System, w.Kind, w.Key} }

// earlier is one of the changes that speak of a record, other than the one at hand.
type earlier struct {
	ID     int64  `db:"id"`
	Key    string `db:"record_key"`
	Bucket string `db:"bucket"`
}

// TakeUp lays changes on the desk and says which of them wait for their decision; nobody else decides on those before this
// decision ends.
func (d *Desk) TakeUp(works []Work) (waiting map[int64]bool, err error) {
	d.works, d.history, waiting = make(map[int64]Work, len(works)), nil, map[int64]bool{}
	ids := make([]int64, len(works))
	for i, w := range works {
		d.works[w.ID], ids[i] = w, w.ID
	}
	slices.Sort(ids)
	err = inChunks(ids, func(part []int64) error {
		query, args, err := sqlx.In(`SELECT id FROM "change" WHERE id IN (?) AND bucket = 'waiting' ORDER BY id`+d.store.dialect.forUpdate, part)
		if err != nil {
			return err
		}
		var found []int64
		err = d.tx.SelectContext(d.ctx, &found, query, args...)
		for _, id := range found {
			waiting[id] = true
		}
		return err
	})
	return waiting, err
}

// historyOf is what else is known of a change's record. It is read for all changes on the desk at once, when it is first asked
// for: by then their documents are loaded, and nobody else decides on them any more.
func (d *Desk) historyOf(w Work) ([]earlier, error) {
	if d.history != nil {
		return d.history[w.record()], nil
	}
	d.history = map[record][]earlier{}
	keys, least := map[record][]string{}, w.ID // keys by system and kind
	for id, w := range d.works {
		of := record{system: w.System, kind: w.Kind}
		keys[of], least = append(keys[of], w.Key), min(least, id)
	}
	for _, of := range slices.SortedFunc(maps.Keys(keys), func(a, b record) int {
		return cmp.Or(cmp.Compare(a.system, b.system), cmp.Compare(a.kind, b.kind))
	}) {
		slices.Sort(keys[of])
		if err := inChunks(slices.Compact(keys[of]), func(part []string) error { return d.lookBack(of, part, least) }); err != nil {
			return nil, err
		}
	}
	return d.history[w.record()], nil
}

// lookBack reads the changes of records that matter to those at hand: these, later ones, and dead letters.
func (d *Desk) lookBack(of record, keys []string, least int64) error {
	query, args, err := sqlx.In(`
SELECT id, record_key, bucket
  FROM "change"`+d.store.dialect.through("change_record")+`
 WHERE kind = ? AND record_key IN (?) AND "system" = ? AND (id >= ? OR bucket = 'dead_letter')`, of.kind, keys, of.system, least)
	if err != nil {
		return err
	}
	var rows []earlier
	if err := d.tx.SelectContext(d.ctx, &rows, query, args...); err != nil {
		return err
	}
	for _, r := range rows {
		of.key = r.Key
		d.history[of] = append(d.history[of], r)
	}
	return nil
}

// bucketNow is where a change of the history stands, with what this decision has said of it.
func (d *Desk) bucketNow(e earlier) string {
	if f, said := d.filed[e.ID]; said {
		return f.bucket
	}
	return e.Bucket
}

// File says where a change stands now, and why.
func (d *Desk) File(change int64, bucket, reason string) {
	d.filed[change] = filing{bucket, legible(reason)}
}

// writeFiled writes where the changes stand: those that stand alike at once.
func (d *Desk) writeFiled() error {
	alike := map[filing][]int64{}
	for id, f := range d.filed {
		alike[f] = append(alike[f], id)
	}
	for _, f := range slices.SortedFunc(maps.Keys(alike), func(a, b filing) int {
		return cmp.Or(cmp.Compare(a.bucket, b.bucket), cmp.Compare(a.reason, b.reason))
	}) {
		slices.Sort(alike[f])
		err := inChunks(alike[f], func(part []int64) error {
			query, args, err := sqlx.In(`UPDATE "change" SET bucket = ?, reason = ? WHERE id IN (?)`, f.bucket, f.reason, part)
			if err != nil {
				return err
			}
			_, err = d.tx.ExecContext(d.ctx, query, args...)
			return err
		})
		if err != nil {
			return err
		}
	}
	// What was said stays known to what is decided after it.
	for of, all := range d.history {
		for i := range all {
			d.history[of][i].Bucket = d.bucketNow(all[i])
		}
	}
	return nil
}

// Overtaken says that a later change of the same record has been decided before this one: where several instances decide, a
// record that changed its customer has been in two queues; and what is tried again comes late. What came earlier must not undo it.
// (Invariant 3.)
func (d *Desk) Overtaken(ref document.Ref, w Work) (bool, error) {
	h := d.heads[ref]
	if h == nil {
		return false, nil
	}
	history, err := d.historyOf(w)
	return slices.ContainsFunc(history, func(e earlier) bool {
		bucket := d.bucketNow(e) // also one that said nothing new: the document is as it says
		return e.ID > w.ID && (e.ID == h.Origin || bucket != "waiting" && bucket != "dead_letter" && bucket != "duplicate")
	}), err
}

// supersede moves the change that a document came from aside for the one that it comes from now, and with it the dead
// letters of the same record that came before.
func (d *Desk) supersede(before, now int64) error {
	if before != 0 {
		d.File(before, "superseded", supersededReason)
	}
	return d.answerLetters(now)
}

// answerLetters closes the dead letters of a record that came before the change: what they say is no longer so.
func (d *Desk) answerLetters(now int64) error {
	history, err := d.historyOf(d.works[now])
	if err != nil {
		return err
	}
	for _, e := range history {
		if e.ID >= now || d.bucketNow(e) != "dead_letter" {
			continue
		}
		d.File(e.ID, "superseded", supersededReason)
		if err := closeLetters(d.ctx, d.tx, e.ID, "superseded", d.now); err != nil {
			return err
		}
	}
	return nil
}

// Refuse makes a dead letter of a change. waitsFor, when not empty, is the document at whose arrival it is tried again.
func (d *Desk) Refuse(w Work, reason, mapping string, waitsFor *document.Ref) error {
	d.File(w.ID, "dead_letter", reason)
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
SELECT change_id FROM dead_letter WHERE state = 'open' AND waits_for = ? ORDER BY id`+d.store.dialect.forUpdate, ref.String())
	if err != nil {
		return err
	}
	for _, id := range ids {
		lane, err := laneOfChange(d.ctx, d.tx, id)
		if err != nil {
			return err
		}
		if err := closeLetters(d.ctx, d.tx, id, "retried", d.now); err != nil {
			return err
		}
		d.File(id, "waiting", "")
		d.store.tell(d.tx, id, lane)
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

// addressee is a document at a target.
type addressee struct {
	target string
	ref    document.Ref
}

// dueNow is a delivery that this decision makes due.
type dueNow struct {
	addressee
	revision int64
	state    string
	reason   string
}

// Due makes a revision due at a target. What waited there of the same document is superseded: full states only.
func (d *Desk) Due(target string, ref document.Ref, revision int64) {
	if revision > 1 {
		d.NotDue(target, ref)
	}
	one := &dueNow{addressee{target, ref}, revision, "waiting", ""}
	d.due, d.last[one.addressee] = append(d.due, one), one
}

// supersededReason is why something is not delivered any more.
const supersededReason = "a later revision is in force"

// NotDue supersedes what waits at a target of a document, and what was refused there: written after a later revision is
// in force it would be a step back. (Invariant 3.)
func (d *Desk) NotDue(target string, ref document.Ref) {
	at := addressee{target, ref}
	d.undue[at] = struct{}{}
	if one := d.last[at]; one != nil {
		one.state, one.reason = "superseded", supersededReason
	}
}

// writeDue writes what is due and what is not any more.
func (d *Desk) writeDue() error {
	keys := map[addressee][]string{} // by target and kind
	for at := range d.undue {
		of := addressee{at.target, document.Ref{Kind: at.ref.Kind}}
		keys[of] = append(keys[of], at.ref.Key)
	}
	for _, of := range slices.SortedFunc(maps.Keys(keys), func(a, b addressee) int {
		return cmp.Or(cmp.Compare(a.target, b.target), cmp.Compare(a.ref.Kind, b.ref.Kind))
	}) {
		slices.Sort(keys[of])
		if err := inChunks(keys[of], func(part []string) error { return d.callOff(of, part) }); err != nil {
			return err
		}
	}
	now := stamp(d.now)
	for _, one := range d.due {
		d.tx.insert(`
INSERT INTO delivery (target, kind, doc_key, revision, state, due_at, attempts, hash, reference, reason, moved_at)`, "",
			one.target, one.ref.Kind, one.ref.Key, one.revision, one.state, now, 0, "", "", one.reason, now)
	}
	return nil
}

// callOff supersedes deliveries that wait or were refused, and closes their letters.
func (d *Desk) callOff(of addressee, keys []string) error {
	query, args, err := sqlx.In(`
UPDATE delivery`+d.store.dialect.through("target")+`
   SET state = 'superseded', reason = ?, moved_at = ?
 WHERE target = ? AND kind = ? AND doc_key IN (?) AND state IN ('waiting', 'dead')`, supersededReason, stamp(d.now), of.target, of.ref.Kind, keys)
	if err != nil {
		return err
	}
	result, err := d.tx.ExecContext(d.ctx, query, args...)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return err
	}
	query, args, err = sqlx.In(`
UPDATE dead_letter
   SET state = 'superseded', closed_at = ?
 WHERE state = 'open' AND delivery <> 0 AND place = ? AND kind = ? AND doc_key IN (?)`, stamp(d.now), of.target, of.ref.Kind, keys)
	if err != nil {
		return err
	}
	_, err = d.tx.ExecContext(d.ctx, query, args...)
	return err
}
