package store

import (
	"fmt"

	"tradewire/mapping/document"
)

// ratedMigrations: which documents count an amount at a dated rate.
var ratedMigrations = []migration{
	{21, "rated documents", `
CREATE TABLE rated (
  kind     {name} NOT NULL,
  doc_key  {key} NOT NULL,
  pair     {name} NOT NULL,
  pipeline {name} NOT NULL,
  PRIMARY KEY (kind, doc_key, pair)
);
CREATE INDEX rated_pair ON rated (pair, kind, doc_key)`},
}

// Rated notes that a document counts an amount at the dated rate of a pair of currencies. One that is noted already keeps its
// pipeline.
func (d *Desk) Rated(ref document.Ref, pair, pipeline string) error {
	_, err := d.tx.ExecContext(d.ctx, `
INSERT INTO rated (kind, doc_key, pair, pipeline)
VALUES (?, ?, ?, ?)`+d.store.dialect.upsert("kind, doc_key, pair"), ref.Kind, ref.Key, pair, pipeline)
	if err != nil {
		return fmt.Errorf("note that %s counts at the rate %s: %w", ref, pair, err)
	}
	return nil
}

// Unrated takes the note away.
func (d *Desk) Unrated(ref document.Ref, pair string) error {
	_, err := d.tx.ExecContext(d.ctx, `DELETE FROM rated WHERE kind = ? AND doc_key = ? AND pair = ?`, ref.Kind, ref.Key, pair)
	return err
}

// RateMoved has everything looked at again that counts at the rate of a pair: what does not wait in a line at once, and of the lines of
// held orders in which one waits for this rate, or whose group counts at it, the first of each. They are rung in pages, as all alarms are.
func (d *Desk) RateMoved(pair string) error {
	_, err := d.tx.ExecContext(d.ctx, `
INSERT INTO alarm (kind, doc_key, pipeline, at)
SELECT r.kind, r.doc_key, r.pipeline, ?
  FROM rated r
 WHERE r.pair = ?
   AND NOT (r.kind = ? AND r.doc_key IN (SELECT h.doc_key FROM held h))`+d.store.dialect.upsert("kind, doc_key", "pipeline", "at"),
		stamp(d.now), pair, document.KindSalesOrder)
	if err != nil {
		return fmt.Errorf("have looked at again what counts at the rate %s: %w", pair, err)
	}
	var accounts []string
	err = d.tx.SelectContext(d.ctx, &accounts, `
SELECT h.waits_in
  FROM rated r
  JOIN held h ON h.doc_key = r.doc_key
 WHERE r.pair = ? AND r.kind = ?
 UNION
SELECT r.doc_key
  FROM rated r
 WHERE r.pair = ? AND r.kind = ?
 ORDER BY 1`, pair, document.KindSalesOrder, pair, document.KindCreditAccount)
	if err != nil {
		return fmt.Errorf("find who waits for the rate %s: %w", pair, err)
	}
	for _, account := range accounts {
		if err := d.JudgeNext(account, ""); err != nil {
			return err
		}
	}
	return nil
}
