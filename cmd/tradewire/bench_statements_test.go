//go:build linux

package main

import (
	"database/sql"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// BenchmarkStatements says what one order costs our two databases: every sort of statement, how often and how long, and the
// rows that change; of `tradewire run`, or with BENCH_UNTIL_IDLE=1 of `tradewire run --until-idle`. It runs nothing but our own path, so that -cpuprofile shows that and nothing else. The server watches
// itself meanwhile, which makes it slower: its times are for comparing statements with each other.
func BenchmarkStatements(b *testing.B) {
	orders := benchNumber("BENCH_ORDERS", benchOrdersEach)
	server := durably(b, "--performance-schema=ON", "--userstat=1", "--performance-schema-digests-size=2000",
		"--performance-schema-max-digest-length=4096", "--max-digest-length=4096")
	ours := newBenchPlant(b, server)
	carry := ours.run
	if os.Getenv("BENCH_UNTIL_IDLE") != "" {
		carry = ours.untilIdle
	}
	warm := benchOrders(0, orders)
	ours.bring(warm)
	if _, _, err := carry(b.Context(), warm); err != nil {
		b.Fatal(err)
	}
	texts := benchOrders(orders, orders)
	ours.bring(texts)
	before := watch(b, ours)
	m := begin(b, server)
	b.ResetTimer()
	wall, idle, err := carry(b.Context(), texts)
	b.StopTimer()
	if err != nil {
		b.Fatal(err)
	}
	took := m.end(orders, wall, idle)
	ours.arrived(texts)
	var text strings.Builder
	fmt.Fprintf(&text, "# What one order costs the databases\n\n%s%d orders after as many to warm up, %.0f orders/s, client %.0f µs and server %.0f µs of CPU an order.\n"+
		"%d calls of the ERP's door, %.1f orders a call.\n\n", dated(), orders, took.rate(), took.clientEach(), took.serverEach(),
		ours.door.calls, float64(ours.door.entries)/float64(ours.door.calls))
	before.tell(&text, watch(b, ours), orders)
	keepTable(b, "statements.md", text.String())
}

// watched is what the server has counted.
type watched struct {
	status     map[string]float64
	rows       []tableRows
	changed    map[string]float64
	statements []statement
}

type tableRows struct {
	table         string
	read, changed float64
}

type statement struct {
	words   string
	place   string
	calls   float64
	seconds float64
	rows    float64
}

var counters = []string{"Questions", "Com_select", "Com_insert", "Com_update", "Com_delete", "Com_begin", "Com_commit", "Com_rollback", "Handler_write",
	"Handler_update", "Handler_delete", "Handler_read_rnd_next", "Innodb_data_fsyncs", "Innodb_os_log_written", "Bytes_received", "Bytes_sent"}

// watch reads the counters and forgets the statements seen so far.
func watch(t testing.TB, b *benchPlant) watched {
	t.Helper()
	w := watched{status: map[string]float64{}, changed: map[string]float64{}}
	each(t, b.erp.DB, "SHOW GLOBAL STATUS", func(r *sql.Rows) error {
		var name, value string
		err := r.Scan(&name, &value)
		var n float64
		if _, bad := fmt.Sscan(value, &n); bad == nil {
			w.status[name] = n
		}
		return err
	})
	name := map[string]string{b.erp.Name: "erp", b.memory.Name: "store"}
	each(t, b.erp.DB, "SELECT table_schema, table_name, rows_read, rows_changed FROM information_schema.table_statistics", func(r *sql.Rows) error {
		var schema, table string
		var one tableRows
		err := r.Scan(&schema, &table, &one.read, &one.changed)
		if name[schema] != "" {
			one.table = name[schema] + "." + table
			w.rows = append(w.rows, one)
		}
		return err
	})
	each(t, b.erp.DB, `
SELECT COALESCE(schema_name, ''), COALESCE(digest_text, ''), count_star, sum_timer_wait / 1e12, sum_rows_examined
  FROM performance_schema.events_statements_summary_by_digest
 ORDER BY sum_timer_wait DESC`, func(r *sql.Rows) error {
		var schema string
		var one statement
		err := r.Scan(&schema, &one.words, &one.calls, &one.seconds, &one.rows)
		if one.place = name[schema]; one.place != "" {
			w.statements = append(w.statements, one)
		}
		return err
	})
	mustExec(t, b.erp.DB, "TRUNCATE TABLE performance_schema.events_statements_summary_by_digest")
	mustExec(t, b.erp.DB, "FLUSH TABLE_STATISTICS")
	return w
}

func each(t testing.TB, db *sql.DB, query string, do func(*sql.Rows) error) {
	t.Helper()
	rows, err := db.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := do(rows); err != nil {
			t.Fatal(err)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

var spaces = regexp.MustCompile(`\s+`)

// tell writes what was counted between two looks, for one order.
func (w watched) tell(text *strings.Builder, after watched, orders int) {
	n := float64(orders)
	fmt.Fprint(text, "| counter | an order |\n|---|--:|\n")
	for _, name := range counters {
		fmt.Fprintf(text, "| %s | %.2f |\n", name, (after.status[name]-w.status[name])/n)
	}
	fmt.Fprint(text, "\n| table | rows read an order | rows changed an order |\n|---|--:|--:|\n")
	for _, r := range after.rows {
		fmt.Fprintf(text, "| %s | %.2f | %.2f |\n", r.table, r.read/n, r.changed/n)
	}
	fmt.Fprint(text, "\n| µs an order | calls an order | rows examined a call | where | statement |\n|--:|--:|--:|---|---|\n")
	for _, s := range after.statements {
		if 1e6*s.seconds/n < 1 {
			continue
		}
		words := spaces.ReplaceAllString(s.words, " ")
		fmt.Fprintf(text, "| %.0f | %.3f | %.1f | %s | `%.170s` |\n", 1e6*s.seconds/n, s.calls/n, s.rows/s.calls, s.place, strings.ReplaceAll(words, "`", ""))
	}
}
