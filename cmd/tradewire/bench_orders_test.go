//go:build linux

package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"tradewire/connectors"
)

// What the benchmark's company looks like: its orders are spread over customers and items as evenly as a hash spreads them.
const (
	benchCustomers = 200
	benchItems     = 500
	benchLines     = 5
)

// benchOrders are the JSON texts of orders first, first+1, ... as the inbox of the starter configuration words them. The
// same numbers give the same texts.
func benchOrders(first, many int) [][]byte {
	texts := make([][]byte, many)
	for i := range texts {
		texts[i] = benchOrder(first + i)
	}
	return texts
}

// benchID is the key of an order.
func benchID(n int) string { return fmt.Sprintf("B%07d", n) }

func benchOrder(n int) []byte {
	var lines []string
	cents := 0
	for no := 1; no <= benchLines; no++ {
		item, quantity, price := (n*7+no*131)%benchItems, 10+(n+no)%90, 125+(n*3+no*17)%900
		cents += quantity * price
		lines = append(lines, fmt.Sprintf(`{"no":%d,"sku":"IT%04d","qty":"%d","unit":"pcs","price":"%d.%02d"}`,
			no, item, quantity, price/100, price%100))
	}
	id := benchID(n)
	return fmt.Appendf(nil, `{"id":"%s","number":"SO-%s","revision":1,"status":"confirmed","customer":"K%04d","customer_po":"PO-%s",`+
		`"currency":"HKD","terms":"NET30","ordered_on":"2026-03-02","requested_on":"2026-03-20","tax_percent":"0","total":"%d.%02d",`+
		`"remarks":"leave at the gate","updated_at":"2026-03-02T09:30:00+08:00","lines":[%s]}`,
		id, id, n*31%benchCustomers, id, cents/100, cents%100, strings.Join(lines, ","))
}

// benchMaster is the SQL that makes the customers and items.
func benchMaster() string {
	var customers, items []string
	for k := range benchCustomers {
		customers = append(customers, fmt.Sprintf("('K%04d', 'Customer %[1]d', 1, 900000000.00, 'HKD')", k))
	}
	for i := range benchItems {
		items = append(items, fmt.Sprintf("('IT%04d', 'Item %[1]d', '货品%[1]d', 'PCS', '854442', 'CN', 250, 0.118, 30.45, 0.95, 42, 31, 28)", i))
	}
	return "INSERT INTO CUSM VALUES " + strings.Join(customers, ", ") + ";\nINSERT INTO ITMM VALUES " + strings.Join(items, ", ")
}

// benchSource is the bus of the benchmark: a list of JSON texts in memory, read page by page. It does what every source of
// ours does with what comes from outside, and no more: the strict reading of the text, its key, version and instant.
type benchSource struct {
	mu    sync.Mutex
	texts [][]byte
	first time.Time // when the first page of the round was asked for
}

func (s *benchSource) add(texts [][]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.texts = append(s.texts, texts...)
}

// began is when the round's first change was taken.
func (s *benchSource) began() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.first
}

func (s *benchSource) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.first = time.Time{}
}

func (s *benchSource) Read(_ context.Context, pos connectors.Position, most int) (connectors.Batch, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.first.IsZero() {
		s.first = time.Now()
	}
	from, _ := strconv.Atoi(string(pos)) // the empty position is the beginning
	to := min(from+most, len(s.texts))
	id := connectors.Identity{Key: "id", Version: "revision", At: "updated_at"}
	batch := connectors.Batch{Next: connectors.Position(strconv.Itoa(to)), More: to < len(s.texts)}
	for _, text := range s.texts[from:to] {
		batch.Changes = append(batch.Changes, id.Read("order", text, connectors.DefaultLimits))
	}
	return batch, nil
}

func (*benchSource) Close() error { return nil }

// nothingNew is a source that was read before and has not changed: the customers, accounts and items of the benchmark.
type nothingNew struct{}

func (nothingNew) Read(_ context.Context, pos connectors.Position, _ int) (connectors.Batch, error) {
	return connectors.Batch{Next: pos}, nil
}

func (nothingNew) Close() error { return nil }
