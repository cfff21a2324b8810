//go:build linux

package main

import (
	"context"
	"database/sql"
	"os"
	"strconv"
	"testing"
	"time"

	"tradewire/connectors/connectortest/services"
)

// How much is measured. BENCH_ORDERS and BENCH_ROUNDS ask for more.
const (
	benchOrdersEach = 1000
	benchRounds     = 3
)

func benchNumber(name string, usual int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil && n > 0 {
		return n
	}
	return usual
}

// durably is a server that keeps what it has committed through a power cut, with room for what the benchmark writes.
func durably(t testing.TB, more ...string) *services.MySQLServer {
	return services.NewMySQLServer(t, append([]string{"--innodb-flush-log-at-trx-commit=1", "--innodb-buffer-pool-size=512M",
		"--innodb-log-file-size=256M"}, more...)...)
}

// A contender carries orders into an ERP of its own. What it prepares and checks is not measured.
type contender struct {
	name    string
	many    float64 // times as many orders: the fast get more, so that what they take can be measured
	prepare func(texts [][]byte)
	carry   func(ctx context.Context, texts [][]byte) (wall, idle time.Duration, err error)
	check   func(texts [][]byte)
	costs   []cost
}

// writing is a contender that only writes: with its last COMMIT it rests.
func writing(write func(context.Context, [][]byte) error) func(context.Context, [][]byte) (wall, idle time.Duration, err error) {
	return func(ctx context.Context, texts [][]byte) (wall, idle time.Duration, err error) {
		began := time.Now()
		err = write(ctx, texts)
		return time.Since(began), time.Since(began), err
	}
}

// BenchmarkPath measures the way of an order from its JSON to the COMMIT in the ERP, against writers that do nothing but
// write. All contenders work on one server, each in databases of its own, in turn; what counts are ratios.
func BenchmarkPath(b *testing.B) {
	orders, rounds := benchNumber("BENCH_ORDERS", benchOrdersEach), benchNumber("BENCH_ROUNDS", benchRounds)
	server := durably(b)
	ours, once := newBenchPlant(b, server), newBenchPlant(b, server)
	contenders := []*contender{
		{name: "raw", many: 4, carry: writing(newRawWriter(b, benchERP(b, server), false).write)},
		{name: "raw with a journal", many: 4, carry: writing(newRawWriter(b, benchERP(b, server), true).write)},
		{name: "raw with our rows", many: 2, carry: writing(newRowWriter(b, server).write)},
		{name: "naive", many: 0.5, carry: writing(newNaiveWriter(b, benchERP(b, server)).write)},
		{name: "tradewire", many: 1, prepare: ours.bring, carry: ours.run, check: ours.arrived},
		{name: "tradewire, all again", many: 1, prepare: ours.again, carry: ours.run, check: ours.unmoved},
		{name: "tradewire, until idle", many: 1, prepare: once.bring, carry: once.untilIdle, check: once.arrived},
	}
	for round := range rounds + 1 { // the rounds are ours: b.N stays at 1, since one takes longer than a second
		for _, c := range contenders {
			c.race(b, server, round, orders)
		}
	}
	report(b, server, contenders, orders, rounds)
}

// race is one turn. The first of all is to warm up.
func (c *contender) race(b *testing.B, server *services.MySQLServer, round, orders int) {
	n := int(float64(orders) * c.many)
	texts := benchOrders(round*n, n)
	if c.prepare != nil {
		c.prepare(texts)
	}
	m := begin(b, server)
	wall, idle, err := c.carry(b.Context(), texts)
	if err != nil {
		b.Fatalf("%s: %v", c.name, err)
	}
	if took := m.end(len(texts), wall, idle); round > 0 {
		c.costs = append(c.costs, took)
	}
	if c.check != nil {
		c.check(texts)
	}
}

// bring puts new orders on the bus.
func (b *benchPlant) bring(texts [][]byte) {
	b.source.add(texts)
	b.stood = b.rows("SOHD")
}

// arrived checks that each order stands in the ERP once.
func (b *benchPlant) arrived(texts [][]byte) {
	b.t.Helper()
	if made := b.rows("SOHD") - b.stood; made != len(texts) {
		b.t.Fatalf("%d orders were given and %d stand in the ERP", len(texts), made)
	}
	if lines, orders := b.rows("SOLN"), b.rows("SOHD"); lines != benchLines*orders {
		b.t.Fatalf("%d orders stand in the ERP with %d lines", orders, lines)
	}
}

// unmoved checks that the ERP stands as it stood before the orders came again.
func (b *benchPlant) unmoved([][]byte) {
	b.t.Helper()
	if sums := b.checksums(); sums != b.sums {
		b.t.Fatalf("orders that came again changed the ERP: %s, before %s", sums, b.sums)
	}
}

func (b *benchPlant) rows(table string) (n int) {
	b.t.Helper()
	if err := b.erp.DB.QueryRow("SELECT COUNT(*) FROM " + table).Scan(&n); err != nil {
		b.t.Fatal(err)
	}
	return n
}

// checksums is what stands in the tables that we write to.
func (b *benchPlant) checksums() (all string) {
	b.t.Helper()
	for _, table := range []string{"SOHD", "SOLN", "CNTR", "tradewire_effect"} {
		var name string
		var sum sql.NullString
		if err := b.erp.DB.QueryRow("CHECKSUM TABLE "+table).Scan(&name, &sum); err != nil {
			b.t.Fatal(err)
		}
		all += table + " " + sum.String + " "
	}
	return all
}
