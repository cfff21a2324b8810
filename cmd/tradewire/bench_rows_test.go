//go:build linux

package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tradewire/connectors/connectortest/services"
	"tradewire/pipelines/store"
)

// rowWriter is the raw writer with our rows: it writes into the ERP what the raw writer writes, and into the store every row that
// Tradewire writes of an order, with as long bodies, in as many transactions and multi-row statements. It translates, decides and
// compares nothing. What it costs is what the promises cost, whoever keeps them; what Tradewire costs above it is Tradewire's own.
type rowWriter struct {
	erp    *rawWriter
	memory *sql.DB
	next   int64 // the number of the next change
}

func newRowWriter(t testing.TB, server *services.MySQLServer) *rowWriter {
	t.Helper()
	memory := server.Database(t)
	s, err := store.Open(context.Background(), store.Options{MySQL: memory.DSN}) // makes the tables
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	config := memory.Config.Clone()
	config.InterpolateParams = true
	erp := benchERP(t, server)
	mustExec(t, erp.DB, "CREATE TABLE effect (target VARCHAR(120) NOT NULL, kind VARCHAR(64) NOT NULL, `key` VARCHAR(190) NOT NULL, revision BIGINT NOT NULL, "+
		"hash CHAR(64) NOT NULL, reference VARCHAR(190) NOT NULL, epoch BIGINT NOT NULL, written_at VARCHAR(40) NOT NULL, PRIMARY KEY (target, kind, `key`))")
	return &rowWriter{erp: newRawWriter(t, erp, false), memory: openBench(t, config), next: 1}
}

var (
	rowHash = strings.Repeat("0123456789abcdef", 4)
	rowBody = []byte(strings.Repeat("x", 3200)) // as long as the document of such an order
	rowNow  = "2026-03-02T09:30:00.000000Z"
)

func (w *rowWriter) write(ctx context.Context, texts [][]byte) error {
	for batch := range slices.Chunk(texts, benchBatch) {
		if err := w.batch(ctx, batch); err != nil {
			return err
		}
	}
	return nil
}

func (w *rowWriter) batch(ctx context.Context, texts [][]byte) error {
	ids := make([]string, len(texts))
	for i, text := range texts {
		var o rawOrder
		if err := json.Unmarshal(text, &o); err != nil {
			return err
		}
		ids[i] = o.ID
	}
	if err := w.take(ctx, ids, texts, "sales_order", "1"); err != nil {
		return err
	}
	if err := w.decide(ctx, ids, 1); err != nil {
		return err
	}
	if err := w.deliver(ctx, ids, texts); err != nil {
		return err
	}
	answers := make([][]byte, len(ids))
	for i, id := range ids {
		answers[i] = fmt.Appendf(nil, `{"key":%q,"kind":"sales_order","reference":%[1]q,"revision":1,"target":"erp_order"}`, id)
	}
	if err := w.take(ctx, ids, answers, "outcome", "1"); err != nil {
		return err
	}
	return w.decide(ctx, ids, 2)
}

func (w *rowWriter) transact(ctx context.Context, statements func(do func(insert string, columns int, values []any) error, tx *sql.Tx) error) error {
	tx, err := w.memory.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	err = statements(func(insert string, columns int, values []any) error {
		return many(ctx, tx, insert+" VALUES ", columns, values)
	}, tx)
	if err != nil {
		_ = tx.Rollback()
		return err
	}
	return tx.Commit()
}

// take writes changes, what was seen of their records, and their messages.
func (w *rowWriter) take(ctx context.Context, ids []string, bodies [][]byte, kind, version string) error {
	var changes, seen, queue []any
	for i, id := range ids {
		number := w.next + int64(i)
		changes = append(changes, number, "orders", "inbox", "crm", kind, id, version, "", rowHash, bodies[i], 0, rowNow, rowNow, id, "waiting", "")
		seen = append(seen, "crm", kind, id, version, rowHash, "", 0)
		queue = append(queue, "changes", 0, id, fmt.Sprint(number), []byte(fmt.Sprint(number)), []byte{}, rowNow)
	}
	return w.transact(ctx, func(do func(string, int, []any) error, _ *sql.Tx) error {
		if err := do("INSERT INTO `change` (id, pipeline, source, `system`, kind, record_key, version, message, hash, body, gone, changed_at, taken_at, lane, bucket, reason)", 16, changes); err != nil {
			return err
		}
		if kind == "sales_order" {
			if err := do("INSERT INTO seen (`system`, kind, record_key, version, hash, set_source, set_no)", 7, seen); err != nil {
				return err
			}
		}
		return do("INSERT INTO queue (topic, part, business_key, uuid, payload, metadata, at)", 7, queue)
	})
}

// decide writes a revision of each document with its head, its line of the audit log and what is due, and files the changes.
func (w *rowWriter) decide(ctx context.Context, ids []string, revision int) error {
	first := w.next
	w.next += int64(len(ids))
	var revisions, heads, audit, due []any
	for i, id := range ids {
		revisions = append(revisions, "sales_order", id, revision, rowBody, rowHash, first+int64(i), rowNow)
		heads = append(heads, "sales_order", id, revision, rowHash, first+int64(i), rowNow)
		audit = append(audit, "decision changes 0", rowNow, "decided", "sales_order", id, revision, rowHash, rowHash, rowHash)
		due = append(due, "erp_order", "sales_order", id, 1, "waiting", rowNow, 0, "", "", "", rowNow)
	}
	return w.transact(ctx, func(do func(string, int, []any) error, tx *sql.Tx) error {
		if err := do("INSERT INTO revision (kind, doc_key, revision, body, hash, change_id, decided_at)", 7, revisions); err != nil {
			return err
		}
		if revision == 1 {
			if err := do("INSERT INTO delivery (target, kind, doc_key, revision, state, due_at, attempts, hash, reference, reason, moved_at)", 11, due); err != nil {
				return err
			}
			if err := do("INSERT INTO head (kind, doc_key, revision, hash, origin, decided_at)", 6, heads); err != nil {
				return err
			}
		} else if _, err := tx.ExecContext(ctx, "UPDATE head SET revision = 2, hash = ? WHERE kind = 'sales_order' AND doc_key BETWEEN ? AND ?", rowHash, ids[0], ids[len(ids)-1]); err != nil {
			return err
		}
		if err := do("INSERT INTO audit (chain, at, action, kind, doc_key, revision, detail, prev, hash)", 9, audit); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "UPDATE `change` SET bucket = 'released' WHERE id >= ? AND id < ?", first, w.next)
		return err
	})
}

// deliver writes the orders into the ERP with their effect rows, and notes that they arrived.
func (w *rowWriter) deliver(ctx context.Context, ids []string, texts [][]byte) error {
	var effects, audit []any
	for _, id := range ids {
		effects = append(effects, "erp_order", "sales_order", id, 1, rowHash, id, 1, rowNow)
		audit = append(audit, "delivery erp_order", rowNow, "delivered to erp_order", "sales_order", id, 1, rowHash, rowHash, rowHash)
	}
	if err := w.erp.batchWith(ctx, texts, func(tx *sql.Tx) error {
		return many(ctx, tx, "INSERT INTO effect (target, kind, `key`, revision, hash, reference, epoch, written_at) VALUES ", 8, effects)
	}); err != nil {
		return err
	}
	return w.transact(ctx, func(do func(string, int, []any) error, tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "UPDATE delivery SET state = 'applied', hash = ?, reference = doc_key, moved_at = ? WHERE target = 'erp_order' AND kind = 'sales_order' AND doc_key BETWEEN ? AND ?",
			rowHash, time.Now().UTC().Format(time.RFC3339Nano), ids[0], ids[len(ids)-1]); err != nil {
			return err
		}
		return do("INSERT INTO audit (chain, at, action, kind, doc_key, revision, detail, prev, hash)", 9, audit)
	})
}
