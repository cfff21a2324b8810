//go:build linux

package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"tradewire/connectors/connectortest/services"
)

// The raw writer is what a good programmer writes by hand for one afternoon's import: it reads the JSON, puts batches of
// orders into multi-row statements, sorted by key, and commits each batch, over a few connections. It decides nothing,
// remembers nothing and numbers nothing.
const (
	benchBatch       = 200
	benchConnections = 2
)

type rawOrder struct {
	ID          string    `json:"id"`
	Number      string    `json:"number"`
	Revision    int       `json:"revision"`
	Customer    string    `json:"customer"`
	PO          string    `json:"customer_po"`
	Currency    string    `json:"currency"`
	Terms       string    `json:"terms"`
	OrderedOn   string    `json:"ordered_on"`
	RequestedOn string    `json:"requested_on"`
	Total       string    `json:"total"`
	Remarks     string    `json:"remarks"`
	Lines       []rawLine `json:"lines"`
}

type rawLine struct {
	No    int    `json:"no"`
	SKU   string `json:"sku"`
	Qty   string `json:"qty"`
	Price string `json:"price"`
}

const (
	rawHead = "INSERT INTO SOHD (SO_NO, CU_NO, EXT_REF, CRM_NO, EXT_REV, PO_NO, ORD_DT, REQ_DT, CUR_CD, PAY_TRM, NET_AMT, TAX_AMT, TOT_AMT, SO_STS, RMK, CRT_DT) VALUES "
	rawLn   = "INSERT INTO SOLN (SO_NO, LN_NO, IT_NO, QTY, UOM, UPRC, LN_AMT, REQ_DT) VALUES "
)

func (o *rawOrder) head() []any {
	return []any{o.Number, o.Customer, o.ID, o.Number, o.Revision, o.PO, day8(o.OrderedOn), day8(o.RequestedOn), o.Currency, o.Terms,
		o.Total, "0", o.Total, 1, o.Remarks, day8(o.OrderedOn)}
}

func (o *rawOrder) line(l rawLine) []any {
	quantity, _ := strconv.Atoi(l.Qty)
	cents, _ := strconv.Atoi(strings.Replace(l.Price, ".", "", 1))
	amount := quantity * cents
	return []any{o.Number, l.No, l.SKU, l.Qty, "PCS", l.Price, fmt.Sprintf("%d.%02d", amount/100, amount%100), day8(o.RequestedOn)}
}

// day8 is a day as this ERP keeps it: 20260302.
func day8(day string) int {
	n, _ := strconv.Atoi(strings.ReplaceAll(day, "-", ""))
	return n
}

// rawWriter writes into a database with the schema of the ERP.
type rawWriter struct {
	db      *sql.DB
	journal bool // each order is kept durably, as it came, before the ERP is written
}

func newRawWriter(t testing.TB, d *services.Database, journal bool) *rawWriter {
	t.Helper()
	config := d.Config.Clone()
	config.InterpolateParams = true
	w := &rawWriter{db: openBench(t, config), journal: journal}
	if journal {
		mustExec(t, w.db, "CREATE TABLE journal (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, order_id VARCHAR(40) NOT NULL, taken_at DATETIME(6) NOT NULL, body LONGBLOB NOT NULL)")
	}
	return w
}

func openBench(t testing.TB, config *mysql.Config) *sql.DB {
	t.Helper()
	db, err := sql.Open("mysql", config.FormatDSN())
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(benchConnections)
	db.SetMaxIdleConns(benchConnections)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func mustExec(t testing.TB, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
}

// write writes all texts and returns after the last COMMIT.
func (w *rawWriter) write(ctx context.Context, texts [][]byte) error {
	batches := make(chan [][]byte, len(texts)/benchBatch+1)
	for batch := range slices.Chunk(texts, benchBatch) {
		batches <- batch
	}
	close(batches)
	faults := make(chan error, benchConnections)
	var all sync.WaitGroup
	for range benchConnections {
		all.Go(func() {
			for batch := range batches {
				if err := w.batch(ctx, batch); err != nil {
					faults <- err
					return
				}
			}
		})
	}
	all.Wait()
	close(faults)
	return <-faults
}

func (w *rawWriter) batch(ctx context.Context, texts [][]byte) error {
	return w.batchWith(ctx, texts, func(*sql.Tx) error { return nil })
}

// batchWith writes a batch, and something more in the same transaction.
func (w *rawWriter) batchWith(ctx context.Context, texts [][]byte, more func(*sql.Tx) error) error {
	if w.journal {
		if err := w.keep(ctx, texts); err != nil {
			return err
		}
	}
	orders := make([]rawOrder, len(texts))
	for i, text := range texts {
		if err := json.Unmarshal(text, &orders[i]); err != nil {
			return err
		}
	}
	slices.SortFunc(orders, func(a, b rawOrder) int { return strings.Compare(a.Number, b.Number) })
	var heads, lines []any
	for i := range orders {
		heads = append(heads, orders[i].head()...)
		for _, l := range orders[i].Lines {
			lines = append(lines, orders[i].line(l)...)
		}
	}
	return w.commit(ctx, func(tx *sql.Tx) error {
		if err := many(ctx, tx, rawHead, 16, heads); err != nil {
			return err
		}
		if err := many(ctx, tx, rawLn, 8, lines); err != nil {
			return err
		}
		return more(tx)
	})
}

func (w *rawWriter) keep(ctx context.Context, texts [][]byte) error {
	var rows []any
	for _, text := range texts {
		var who struct {
			ID string `json:"id"`
		}
		if err := json.NewDecoder(bytes.NewReader(text)).Decode(&who); err != nil {
			return err
		}
		rows = append(rows, who.ID, time.Now().UTC(), text)
	}
	return w.commit(ctx, func(tx *sql.Tx) error {
		return many(ctx, tx, "INSERT INTO journal (order_id, taken_at, body) VALUES ", 3, rows)
	})
}

func (w *rawWriter) commit(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := w.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		_ = tx.Rollback()
		return err
	}
	return tx.Commit()
}

// many is one statement for many rows.
func many(ctx context.Context, tx *sql.Tx, insert string, columns int, values []any) error {
	row := "(" + strings.TrimSuffix(strings.Repeat("?,", columns), ",") + ")"
	rows := strings.TrimSuffix(strings.Repeat(row+",", len(values)/columns), ",")
	_, err := tx.ExecContext(ctx, insert+rows, values...)
	return err
}

// naiveWriter is what a beginner writes: prepared statements, row by row, a COMMIT for each order.
type naiveWriter struct {
	db         *sql.DB
	head, line *sql.Stmt
}

func newNaiveWriter(t testing.TB, d *services.Database) *naiveWriter {
	t.Helper()
	w := &naiveWriter{db: openBench(t, d.Config.Clone())}
	for insert, into := range map[string]**sql.Stmt{
		rawHead + "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)": &w.head,
		rawLn + "(?, ?, ?, ?, ?, ?, ?, ?)":                           &w.line,
	} {
		prepared, err := w.db.Prepare(insert)
		if err != nil {
			t.Fatal(err)
		}
		*into = prepared
	}
	return w
}

func (w *naiveWriter) write(ctx context.Context, texts [][]byte) error {
	for _, text := range texts {
		var o rawOrder
		if err := json.Unmarshal(text, &o); err != nil {
			return err
		}
		tx, err := w.db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		if err := w.rows(ctx, tx, &o); err != nil {
			_ = tx.Rollback()
			return err
		}
		if err := tx.Commit(); err != nil {
			return err
		}
	}
	return nil
}

func (w *naiveWriter) rows(ctx context.Context, tx *sql.Tx, o *rawOrder) error {
	if _, err := tx.StmtContext(ctx, w.head).ExecContext(ctx, o.head()...); err != nil {
		return err
	}
	for _, l := range o.Lines {
		if _, err := tx.StmtContext(ctx, w.line).ExecContext(ctx, o.line(l)...); err != nil {
			return err
		}
	}
	return nil
}
