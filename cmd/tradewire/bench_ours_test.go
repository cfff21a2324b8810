//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"tradewire/config"
	"tradewire/connectors"
	"tradewire/connectors/connectortest/services"
	"tradewire/pipelines"
	"tradewire/pipelines/store"
)

// benchPlant is an installation of the starter configuration, reduced to what carries an order to the ERP: the steps orders
// and credit, the target erp_order. Customers, accounts, receivables and items are known.
type benchPlant struct {
	t      testing.TB
	plant  *plant
	store  *store.Store
	source *benchSource
	door   *benchDoor
	erp    *services.Database
	memory *services.Database // what the store remembers
	first  int                // the number of the first order
	stood  int                // how many orders stood in the ERP before the round
	sums   string             // what stood there
}

const benchTarget = "erp_order"

// newBenchPlant founds the ERP and reads its customers and items.
func newBenchPlant(t testing.TB, server *services.MySQLServer) *benchPlant {
	t.Helper()
	b := &benchPlant{t: t, erp: benchERP(t, server), memory: server.Database(t), source: &benchSource{}}
	if _, err := b.erp.DB.Exec(benchMaster()); err != nil {
		t.Fatal(err)
	}
	dir := benchConfig(t, b.memory, b.erp)
	benchRun(t, dir) // the inbox is empty: this reads the customers and items
	cfg, err := config.Load(filepath.Join(dir, "tradewire.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	p, faults := assemble(cfg, &clock{})
	if len(faults) > 0 {
		t.Fatal(faults.Err())
	}
	b.plant = p
	t.Cleanup(func() { _ = p.close() })
	for i := range p.house.Sources {
		p.house.Sources[i].Reads = nothingNew{}
		if p.house.Sources[i].Name == "inbox_orders" {
			p.house.Sources[i].Reads = b.source
		}
	}
	b.door = &benchDoor{Sink: p.house.Targets[0].Writes}
	p.house.Targets[0].Writes = b.door
	s, release, err := p.own(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = release() })
	b.store = s
	return b
}

// benchERP is an ERP without customers.
func benchERP(t testing.TB, server *services.MySQLServer) *services.Database {
	t.Helper()
	schema, err := os.ReadFile("../../testdata/bench/erp.sql")
	if err != nil {
		t.Fatal(err)
	}
	d := server.Database(t)
	if _, err := d.DB.Exec(string(schema)); err != nil {
		t.Fatal(err)
	}
	return d
}

// benchConfig writes the reduced starter configuration.
func benchConfig(t testing.TB, memory, erp *services.Database) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "x")
	if code := (&app{out: io.Discard, err: os.Stderr, clock: &clock{}}).execute(t.Context(), []string{"init", "--dir", dir}); code != 0 {
		t.Fatalf("init: exit %d", code)
	}
	edit := func(file string, change func(text string) string) {
		name := filepath.Join(dir, filepath.FromSlash(file))
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		changed := change(string(body))
		if changed == string(body) {
			t.Fatalf("%s does not say what the benchmark reduces", file)
		}
		if err := os.WriteFile(name, []byte(changed), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	edit("tradewire.yaml", func(text string) string {
		text = strings.Replace(text, "  path: store.db ", "  dsn: mysql:"+memory.DSN+" ", 1)
		return strings.Replace(text, "dsn: sqlite:erp.db", "dsn: mysql:"+erp.DSN, 1)
	})
	edit("pipelines/orders.yaml", func(text string) string {
		text = strings.Replace(text, "steps: [orders, credit, confirming, distribution]", "steps: [orders, credit]", 1)
		text = strings.Replace(text, "batch: 100 ", "batch: "+strconv.Itoa(benchBatch)+" ", 1)
		text = strings.Replace(text, "page: 200 ", "page: "+strconv.Itoa(benchBatch)+" ", 1)
		text, _, _ = strings.Cut(text, "  # What became of the order, as a JSON file.")
		return text
	})
	for _, file := range []string{"pipelines/shipping.yaml", "pipelines/alerts.yaml"} {
		if err := os.Remove(filepath.Join(dir, file)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func benchRun(t testing.TB, dir string) {
	t.Helper()
	var said bytes.Buffer
	args := []string{"run", "--until-idle", "--config", filepath.Join(dir, "tradewire.yaml")}
	if code := (&app{out: &said, err: &said, clock: &clock{}}).execute(t.Context(), args); code != 0 {
		t.Fatalf("tradewire run: exit %d: %s", code, &said)
	}
}

// benchDoor is the way into the ERP, with a look at how it was used.
type benchDoor struct {
	connectors.Sink
	mu      sync.Mutex
	last    time.Time
	calls   int
	entries int
}

func (d *benchDoor) Write(ctx context.Context, entries []connectors.Entry) ([]connectors.Result, error) {
	results, err := d.Sink.Write(ctx, entries)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.last, d.calls, d.entries = time.Now(), d.calls+1, d.entries+len(entries)
	return results, err
}

func (d *benchDoor) forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.calls, d.entries = 0, 0
}

// used is when the ERP answered last.
func (d *benchDoor) used() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.last
}

func (d *benchDoor) passed() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.entries
}

// run lets the supervisor work as `tradewire run` does, all stations side by side, until nothing is left to do.
func (b *benchPlant) run(ctx context.Context, texts [][]byte) (wall, idle time.Duration, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	b.source.forget()
	b.door.forget()
	ended := make(chan error, 1)
	go func() { ended <- pipelines.NewSupervisor(b.store, b.plant.house, nil).Run(ctx) }()
	for rests := false; err == nil && !rests; {
		select {
		case err = <-ended:
			return 0, 0, errors.Join(errors.New("the supervisor ended"), err)
		case <-time.After(10 * time.Millisecond): // a look now and then costs next to nothing
		}
		if b.door.passed() >= len(texts) {
			rests, err = b.rests(ctx)
		}
	}
	idle = time.Since(b.source.began())
	stop()
	return b.door.used().Sub(b.source.began()), idle, errors.Join(err, <-ended)
}

// untilIdle works as `tradewire run --until-idle` does: everything is read and decided before anything is delivered.
func (b *benchPlant) untilIdle(ctx context.Context, _ [][]byte) (wall, idle time.Duration, err error) {
	b.source.forget()
	b.door.forget()
	supervisor := pipelines.NewSupervisor(b.store, b.plant.house, nil)
	running, stop := supervisor.Start(ctx)
	err = supervisor.Settle(running, time.Minute)
	idle = time.Since(b.source.began())
	return b.door.used().Sub(b.source.began()), idle, errors.Join(err, stop())
}

// rests says that everything was read, decided and delivered.
func (b *benchPlant) rests(ctx context.Context) (bool, error) {
	at, err := b.store.Position(ctx, "inbox_orders")
	if err != nil || string(at) != strconv.Itoa(len(b.source.texts)) {
		return false, err
	}
	due, _, err := b.store.NextDue(ctx, benchTarget)
	if err != nil || !due.IsZero() {
		return false, err
	}
	undecided, err := b.store.Undecided(ctx)
	if err != nil || undecided > 0 {
		return false, err
	}
	due, _, err = b.store.NextDue(ctx, benchTarget)
	return err == nil && due.IsZero(), err
}

// again makes the last orders come once more: the source is read from where they began, and each is due at the ERP as if we had
// been cut off between its COMMIT and our note of it.
func (b *benchPlant) again(texts [][]byte) {
	b.t.Helper()
	many := len(texts)
	from := len(b.source.texts) - many
	ids := make([]string, many)
	for i := range ids {
		ids[i] = "'" + benchID(b.first+from+i) + "'"
	}
	of := " WHERE target = '" + benchTarget + "' AND kind = 'sales_order' AND doc_key IN (" + strings.Join(ids, ", ") + ")"
	for _, statement := range []string{
		"UPDATE source_position SET position = '" + strconv.Itoa(from) + "' WHERE source = 'inbox_orders'",
		"DELETE FROM delivery" + of + " AND revision > 1",
		"UPDATE delivery SET state = 'waiting', due_at = moved_at, hash = '', reference = ''" + of,
	} {
		mustExec(b.t, b.memory.DB, statement)
	}
	b.sums = b.checksums()
}
