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
	{22, "held orders of a group", `
ALTER TABLE held ADD COLUMN waits_in {key} NOT NULL DEFAULT '';
UPDATE held SET waits_in = account;
CREATE INDEX held_waits_in ON held (waits_in, place, since, doc_key)`},
}

// Queue puts an order of an account behind those of its place or a lower one that wait for room in an account: its own, or its group's.
// One that waits already keeps its time and its pipeline. It answers in whose line it stood before; empty: in none.
func (d *Desk) Queue(order, account, waitsIn, pipeline string, place int) (before string, err error) {
	if before, err = d.waitsIn(order); err != nil {
		return "", err
	}
	_, err = d.tx.ExecContext(d.ctx, `
INSERT INTO held (doc_key, account, waits_in, pipeline, place, since)
VALUES (?, ?, ?, ?, ?, ?)`+d.store.dialect.upsert("doc_key", "account", "waits_in", "place"), order, account, waitsIn, pipeline, place, stamp(d.now))
	if err != nil {
		return "", fmt.Errorf("queue order %s for room in account %s: %w", order, waitsIn, err)
	}
	return before, nil
}

// Unqueue takes an order out, and answers in whose line it stood; empty: in none.
func (d *Desk) Unqueue(order string) (before string, err error) {
	if before, err = d.waitsIn(order); err != nil || before == "" {
		return "", err
	}
	_, err = d.tx.ExecContext(d.ctx, `DELETE FROM held WHERE doc_key = ?`, order)
	return before, err
}

// waitsIn is the account in whose line an order stands.
func (d *Desk) waitsIn(order string) (account string, err error) {
	err = d.tx.GetContext(d.ctx, &account, `SELECT waits_in FROM held WHERE doc_key = ?`, order)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return account, err
}

// QueueApart has the orders of an account that wait in the line of its group wait in its own: it has left the group.
func (d *Desk) QueueApart(account, group string) error {
	_, err := d.tx.ExecContext(d.ctx, `UPDATE held SET waits_in = account WHERE account = ? AND waits_in = ?`, account, group)
	if err != nil {
		return fmt.Errorf("queue the orders of account %s apart from those of group %s: %w", account, group, err)
	}
	return nil
}

// JudgeNext has the order looked at again that stands first in the line of an account, or that stands behind another; none, when none
// does.
func (d *Desk) JudgeNext(account, behind string) error {
	var next struct {
		Key      string `db:"doc_key"`
		Pipeline string `db:"pipeline"`
	}
	err := d.tx.GetContext(d.ctx, &next, `
SELECT h.doc_key, h.pipeline
  FROM held h
  LEFT JOIN held b ON b.doc_key = ?
 WHERE h.waits_in = ? AND (b.doc_key IS NULL OR h.place > b.place OR h.place = b.place AND (h.since > b.since OR h.since = b.since AND h.doc_key > b.doc_key))
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
