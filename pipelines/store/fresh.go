package store

import (
	"context"
	"fmt"
	"time"

	"tradewire/connectors"
	"tradewire/mapping/document"
)

// longUnread is how long receivables were not read when orders may have been held for that. Whoever reads them more often than that
// pays nothing for it.
const longUnread = 10 * time.Minute

// freshen has the first order judged again of each line for room, when receivables are read to their end that were not for long: they
// may be found as they were, and then nothing else says that they are fresh.
func (t *taking) freshen(ctx context.Context, batch *connectors.Batch) error {
	if t.from.Kind != document.KindReceivables || batch.More {
		return nil
	}
	var before []string
	if err := t.tx.SelectContext(ctx, &before, `SELECT moved_at FROM source_position WHERE source = ?`, t.from.Source); err != nil {
		return err
	}
	if len(before) == 1 && t.now.Sub(parseStamp(before[0])) < longUnread {
		return nil
	}
	var line []struct {
		Line     string `db:"waits_in"`
		Key      string `db:"doc_key"`
		Pipeline string `db:"pipeline"`
	}
	if err := t.tx.SelectContext(ctx, &line, `
SELECT waits_in, doc_key, pipeline
  FROM held
 ORDER BY waits_in, place, since, doc_key`); err != nil {
		return fmt.Errorf("find who waits for fresh receivables: %w", err)
	}
	for i, h := range line {
		if i > 0 && line[i-1].Line == h.Line {
			continue
		}
		if err := t.store.setAlarm(ctx, t.tx, document.Ref{Kind: document.KindSalesOrder, Key: h.Key}, h.Pipeline, t.now); err != nil {
			return err
		}
	}
	return nil
}
