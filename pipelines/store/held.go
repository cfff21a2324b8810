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
  since    {stamp} NOT NULL
);
CREATE INDEX held_account ON held (account, since, doc_key)`},
}

// Queue puts an order behind those that wait for room in an account. One that waits there already keeps its place, and its pipeline.
func (d *Desk) Queue(order, account, pipeline string) error {
	_, err := d.tx.ExecContext(d.ctx, `
INSERT INTO held (doc_key, account, pipeline, since)
VALUES (?, ?, ?, ?)`+d.store.dialect.upsert("doc_key", "account"), order, account, pipeline, stamp(d.now))
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

// JudgeNext has the order looked at again that has waited longest for room in an account; none, when none waits. The next one's
// turn comes when this one has gone: nobody overtakes.
func (d *Desk) JudgeNext(account string) error {
	var next struct {
		Key      string `db:"doc_key"`
		Pipeline string `db:"pipeline"`
	}
	err := d.tx.GetContext(d.ctx, &next, `SELECT doc_key, pipeline FROM held WHERE account = ? ORDER BY since, doc_key LIMIT 1`, account)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("find who waits for room in account %s: %w", account, err)
	}
	return d.SetAlarm(document.Ref{Kind: document.KindSalesOrder, Key: next.Key}, next.Pipeline, d.now)
}
