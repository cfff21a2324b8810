package sim

import (
	"context"
	"database/sql"
	"fmt"
)

// Step lets the world live one step: customers order and change their minds in the CRM, the departments answer what they
// find in the ERP, its clerks make, ship, bill and book, the forwarder drops his files, and the CRM calls its webhooks,
// one after another. It says whether there is more to come. A step that was cut off is taken up again without doing anything twice, except that a webhook may be
// called again with its old id.
func (w *World) Step(ctx context.Context) (more bool, err error) {
	w.stepping.Lock()
	defer w.stepping.Unlock()
	n := w.Done()
	if n < steps+maxTries { // after the story only late webhooks are left
		n++
		if err := w.liveCRM(ctx, n); err != nil {
			return true, fmt.Errorf("live step %d: crm: %w", n, err)
		}
	}
	if err := w.livePeople(ctx, min(n, steps)); err != nil {
		return true, fmt.Errorf("live step %d: departments: %w", n, w.erp.blame(err))
	}
	if err := w.liveERP(ctx, min(n, steps)); err != nil {
		return true, fmt.Errorf("live step %d: erp: %w", n, err)
	}
	if err := w.liveForwarder(ctx, min(n, steps)); err != nil {
		return true, fmt.Errorf("live step %d: forwarder: %w", n, w.erp.blame(err))
	}
	waiting, err := w.callHooks(ctx, n)
	if err != nil {
		return true, fmt.Errorf("live step %d: webhooks: %w", n, err)
	}
	return n < steps || waiting, nil
}

// liveCRM puts the changes of a step on record. They are synced to disk before anyone can see them.
func (w *World) liveCRM(ctx context.Context, n int) error {
	var changes []change
	if n <= steps {
		changes = w.story.changes[n]
	}
	clock := w.story.now(n)
	if now := w.Now(); clock.Before(now) {
		clock = now
	}
	var entries []entry
	err := inTx(ctx, w.state, func(tx *sql.Tx) (err error) {
		if entries, err = journal(tx, w.story.opt.Seed, n, changes); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE world SET step = ?, clock = ?`, n, stamp(clock))
		return err
	})
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.step, w.clock = n, clock
	for i, e := range entries {
		w.shelves[changes[i].kind].add(e)
	}
	return nil
}
