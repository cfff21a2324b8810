package store

import (
	"database/sql"
	"errors"
	"fmt"

	"tradewire/mapping/document"
)

// heldMigrations: held orders that wait for room in their account, first in, first out.
var heldMigrations = []migration{
	{20, "held orders", `
CREATE TABLE held (
  doc_key  {key} PRIMARY KEY,
  account  {key} NOT NULL,
  pipeline {name} NOT NULL,
  place    {int} NOT NULL,
  since    {stamp} NOT NULL
);
CREATE INDEX held_account ON held (account, place, since, doc_key)`},
}

// Queue puts an order behind those of its place or a lower one that wait for room in an account. One that waits there already is not
// moved back, and keeps its pipeline.
func (d *Desk) Queue(order, account, pipeline string, place int) error {
	_, err := d.tx.ExecContext(d.ctx, `
INSERT INTO held (doc_key, account, pipeline, place, since)
VALUES (?, ?, ?, ?, ?)`+d.store.dialect.upsert("doc_key", "account", "place"), order, account, pipeline, place, stamp(d.now))
	if err != nil {
		return fmt.Errorf("queue order %s for room in account %s: %w", order, account, err)
	}
	return nil
}

// Unqueue takes an order out.
func (d *Desk) Unqueue(order string) error {
	_, err := d.tx.ExecContext(d.ctx, `DELETE FROM held WHERE doc_key = ?`, order)
	return err
}

// JudgeNext has the order looked at again that stands first in the line for room in an account, or that stands behind another; none,
// when none does.
func (d *Desk) JudgeNext(account, behind string) error {
	var next struct {
		Key      string `db:"doc_key"`
		Pipeline string `db:"pipeline"`
	}
	err := d.tx.GetContext(d.ctx, &next, `
SELECT h.doc_key, h.pipeline
  FROM held h
  LEFT JOIN held b ON b.doc_key = ?
 WHERE h.account = ? AND (b.doc_key IS NULL OR h.place > b.place OR h.place = b.place AND (h.since > b.since OR h.since = b.since AND h.doc_key > b.doc_key))
 ORDER BY h.place, h.since, h.doc_key
 LIMIT 1`, behind, account)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("find who waits for room in account %s: %w", account, err)
	}
	return d.SetAlarm(document.Ref{Kind: document.KindSalesOrder, Key: next.Key}, next.Pipeline, d.now)
}

// Judge has an order looked at again that waits in a line, whatever its turn; nothing, when it waits in none.
func (d *Desk) Judge(order string) error {
	var pipeline string
	err := d.tx.GetContext(d.ctx, &pipeline, `
SELECT pipeline
  FROM held
 WHERE doc_key = ?`, order)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("find order %s among those that wait: %w", order, err)
	}
	return d.SetAlarm(document.Ref{Kind: document.KindSalesOrder, Key: order}, pipeline, d.now)
}
