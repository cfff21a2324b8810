package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"tradewire/connectors"
)

// set is one reading of a source that shows everything it has. The zero set is none.
type set struct {
	source string
	no     int64 // rises with every reading
}

// beginSet says which reading a page belongs to: the one that is under way, or the next.
func (t *taking) beginSet(ctx context.Context, batch *connectors.Batch) error {
	if batch == nil {
		return nil
	}
	var at struct {
		No   int64 `db:"set_no"`
		Open bool  `db:"set_open"`
	}
	err := t.tx.GetContext(ctx, &at, `SELECT set_no, set_open FROM source_position WHERE source = ?`, t.from.Source)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	t.set.no = at.No
	if batch.Set == "" {
		return nil
	}
	t.set.source = t.from.Source
	if !at.Open && t.from.Backfill == nil { // what a backfill shows belongs to the set that stands: the next one may miss it
		t.set.no++
	}
	return nil
}

// fewEnough is how many records may vanish at once whatever their share: small sets live.
const fewEnough = 3

// endSet swaps the set in: what the source showed before and does not show now is gone. A set from which more vanished
// than the source allows is refused whole. (Invariant 11.)
func (t *taking) endSet(ctx context.Context) error {
	if err := t.write(ctx); err != nil {
		return err
	}
	var count int
	err := t.tx.GetContext(ctx, &count, `
SELECT COUNT(*)
  FROM seen
 WHERE "system" = ? AND kind = ? AND set_source = ? AND hash <> 'gone'`, t.from.System, t.from.Kind, t.set.source)
	if err != nil {
		return err
	}
	var vanished []string
	err = t.tx.SelectContext(ctx, &vanished, `
SELECT record_key
  FROM seen
 WHERE "system" = ? AND kind = ? AND set_source = ? AND set_no <> ? AND hash <> 'gone'
 ORDER BY record_key`, t.from.System, t.from.Kind, t.set.source, t.set.no)
	if err != nil {
		return err
	}
	if len(vanished) > fewEnough && len(vanished)*100 > t.from.MayVanish*count {
		return &connectors.Error{Kind: connectors.Misconfigured, System: t.from.System, Op: "read " + t.from.Source,
			Err:  fmt.Errorf("%d of %d records are missing from the new set", len(vanished), count),
			Hint: fmt.Sprintf("nothing was taken in; see whether the SELECT or the rights of its user changed, or raise may_vanish of the source, now %d (percent)", t.from.MayVanish)}
	}
	for _, key := range vanished {
		if err := t.take(ctx, connectors.Change{Key: key, Gone: true}); err != nil {
			return err
		}
	}
	return nil
}
