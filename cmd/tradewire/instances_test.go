package main

import (
	"bytes"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"tradewire/connectors/connectortest/services"
)

// proving says that the long proofs are asked for: make proof.
func proving() bool { return os.Getenv("TRADEWIRE_PROOF") != "" }

// Orders flow while instances of one installation are killed, stopped, continued and added. Every order is in the ERP once, at
// its last revision, and the revisions of each went out in their order.
func TestInstancesThatComeAndGoLoseNothingAndDoubleNothing(t *testing.T) {
	t.Parallel()
	orders := 600
	if proving() {
		orders = 5000
	}
	for _, way := range []string{"the queue of the store", byKafka} {
		t.Run(way, func(t *testing.T) {
			f := newFleet(t, services.NewDatabase, brokerOf(t, way), orders)
			a, b := f.start(), f.start()
			f.arrive(0, 3)
			f.waitForERP(orders / 10)
			_ = a.Process.Kill()
			_ = a.Wait()
			f.start()
			f.arrive(3, 5)
			f.waitForERP(orders * 3 / 10)
			f.signal(b, syscall.SIGSTOP)
			f.waitUntilReplaced()
			f.arrive(5, 7)
			f.waitForERP(orders * 5 / 10)
			f.signal(b, syscall.SIGCONT)
			f.start()
			f.arrive(7, batches)
			f.waitForERP(orders)
			f.settle()
			f.stop()
			f.check()
			f.checkTheCheck()
		})
	}
}

// The database server dies as in a power cut, with the store and the ERP in it, and comes back; so does the broker. The instance
// that runs waits for them and goes on.
func TestOrdersFlowOnAfterTheServersWereGone(t *testing.T) {
	t.Parallel()
	server, broker := services.NewMySQLServer(t), services.NewKafkaServer(t)
	f := newFleet(t, server.Database, broker.Addr(), 100)
	f.start()
	f.arrive(0, 3)
	f.waitForERP(20)
	server.Kill()
	f.arrive(3, 5)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	f.waitForERP(40)
	broker.Kill()
	f.arrive(5, 7)
	f.await("the status tells of the broker", func() bool {
		return strings.Contains(f.mustRun("status"), "bus") && f.count(f.store, "SELECT COUNT(*) FROM pause WHERE place = 'bus'") == 1
	})
	if err := broker.Start(); err != nil {
		t.Fatal(err)
	}
	f.arrive(7, batches)
	f.waitForERP(100)
	f.settle()
	f.stop()
	f.check()
	if n := f.count(f.store, "SELECT COUNT(*) FROM pause WHERE place LIKE '%bus'"); n != 0 {
		t.Errorf("the bus is still paused, though it works")
	}
}

// batches is in how many files the orders arrive.
const batches = 10

// fleet is one installation with several instances.
type fleet struct {
	*workshop
	store   *sql.DB
	orders  int
	program []*exec.Cmd
	said    []*bytes.Buffer
	changes int // how many have arrived
	latest  map[string]int
}

// byKafka has the topics carried by a broker.
const byKafka = "kafka"

// brokerOf is the address of the broker, where there is one.
func brokerOf(t *testing.T, way string) string {
	if way == byKafka {
		return services.NewKafka(t).Addr()
	}
	return ""
}

func newFleet(t *testing.T, database func(testing.TB) *services.Database, broker string, orders int) *fleet {
	w := &workshop{t: t, dir: filepath.Join(t.TempDir(), "x"), clock: &clock{}}
	w.mustRun("init", "--dir", w.dir)
	remembers, erp := database(t), database(t)
	store := "  dsn: mysql:" + remembers.DSN + "\n  lease: 2s\nbus:\n  window: 50\n  partitions: 4\n"
	if broker != "" {
		store += fmt.Sprintf("  kafka: {brokers: [%q], prefix: %q, partitions: 4, replication: 1}\n", broker, remembers.Name)
	}
	w.edit("tradewire.yaml", "  path: store.db                      # relative to the folder of this file\n", store)
	w.edit("tradewire.yaml", "dsn: sqlite:erp.db", "dsn: mysql:"+erp.DSN)
	w.edit("pipelines/orders.yaml", "steps: [orders, credit, confirming, distribution]", "steps: [orders, credit]")
	w.edit("pipelines/orders.yaml", "every: 30s ", "every: 200ms ")
	for _, file := range []string{"pipelines/shipping.yaml", "policies/distribution.yaml", "policies/shipping.yaml"} {
		if err := os.Remove(filepath.Join(w.dir, file)); err != nil {
			t.Fatal(err)
		}
	}
	w.erp = erp.DB
	w.foundERP()
	for i := range 40 {
		w.exec(fmt.Sprintf("INSERT INTO CUSM VALUES ('F%02d', 'Fleet customer %d', 1, 99999999.00, 'HKD')", i, i))
	}
	return &fleet{workshop: w, store: remembers.DB, orders: orders, latest: map[string]int{}}
}

// start starts an instance, which is this very binary.
func (f *fleet) start() *exec.Cmd {
	f.t.Helper()
	program := exec.Command(os.Args[0], "run", "--config", filepath.Join(f.dir, "tradewire.yaml")) // #nosec G204 -- this very binary
	program.Env = append(os.Environ(), "TRADEWIRE_IS_THE_PROGRAM=in real time")
	said := &bytes.Buffer{}
	program.Stdout, program.Stderr = said, said
	if err := services.Start(f.t, program); err != nil {
		f.t.Fatal(err)
	}
	f.program, f.said = append(f.program, program), append(f.said, said)
	f.t.Cleanup(func() {
		_ = program.Process.Kill()
		_, _ = program.Process.Wait()
	})
	return program
}

func (f *fleet) signal(p *exec.Cmd, s os.Signal) {
	f.t.Helper()
	if err := p.Process.Signal(s); err != nil {
		f.t.Fatal(err)
	}
}

// arrive puts files of new orders into the inbox, each with further revisions of some that came before.
func (f *fleet) arrive(from, to int) {
	f.t.Helper()
	today := time.Now().In(time.FixedZone("HKT", 8*60*60))
	for n := from; n < to; n++ {
		var step scenarioStep
		add := func(i int) {
			id := fmt.Sprintf("O%05d", i)
			f.latest[id]++
			f.changes++
			step.Orders = append(step.Orders, map[string]any{"id": id, "revision": f.latest[id], "customer": fmt.Sprintf("F%02d", i%40),
				"ordered_on": today.Format(time.DateOnly), "requested_on": today.AddDate(0, 1, 0).Format(time.DateOnly), "updated_at": today.Format(time.RFC3339),
				"lines": []any{map[string]any{"no": 1, "sku": "P1", "qty": 10 + f.latest[id], "price": "10"}}})
		}
		for i := n * f.orders / batches; i < (n+1)*f.orders/batches; i++ {
			add(i)
		}
		for i := n; i < n*f.orders/batches; i += 7 {
			add(i)
		}
		f.inbox(n, step)
	}
}

func (f *fleet) count(db *sql.DB, query string) (n int) {
	f.t.Helper()
	if err := db.QueryRowContext(f.t.Context(), query).Scan(&n); err != nil {
		f.t.Fatal(err)
	}
	return n
}

// await waits until something is so, and tells what the instances said when it does not come.
func (f *fleet) await(what string, is func() bool) {
	f.t.Helper()
	patience := time.After(2 * time.Minute)
	for !is() {
		select {
		case <-time.After(20 * time.Millisecond):
		case <-patience:
			for i, said := range f.said {
				f.t.Logf("instance %d: %s", i, said)
			}
			f.t.Fatalf("it does not come to this: %s (%d orders in the ERP)", what, f.count(f.erp, "SELECT COUNT(*) FROM SOHD"))
		}
	}
}

func (f *fleet) waitForERP(orders int) {
	f.t.Helper()
	f.await(strconv.Itoa(orders)+" orders in the ERP", func() bool { return f.count(f.erp, "SELECT COUNT(*) FROM SOHD") >= orders })
}

// waitUntilReplaced waits until no target is held by an instance that is not heard of. What is seldom looked at, such as the
// customers of the ERP, is taken over when its turn comes.
func (f *fleet) waitUntilReplaced() {
	f.t.Helper()
	const now = "UNIX_TIMESTAMP(NOW(3)) * 1000"
	f.await("the stopped one is missed", func() bool {
		return f.count(f.store, "SELECT COUNT(*) FROM lease WHERE until_at > 0 AND until_at < "+now) > 0
	})
	f.await("another instance takes over", func() bool {
		return f.count(f.store, "SELECT COUNT(*) FROM lease WHERE name LIKE 'target %' AND until_at > 0 AND until_at < "+now) == 0
	})
}

// settle waits until everything that arrived is decided and delivered.
func (f *fleet) settle() {
	f.t.Helper()
	f.await("nothing waits any more", func() bool {
		return f.count(f.store, "SELECT COUNT(*) FROM `change` WHERE kind = 'sales_order'") >= f.changes &&
			f.count(f.store, "SELECT COUNT(*) FROM `change` WHERE bucket = 'waiting'") == 0 &&
			f.count(f.store, "SELECT COUNT(*) FROM delivery WHERE state = 'waiting'") == 0
	})
}

// stop ends every instance as an operator would; each ends well, and soon.
func (f *fleet) stop() {
	f.t.Helper()
	for i, p := range f.program {
		if p.ProcessState != nil {
			continue // killed before
		}
		f.signal(p, syscall.SIGTERM)
		ended := make(chan error, 1)
		go func() { ended <- p.Wait() }()
		select {
		case err := <-ended:
			if err != nil {
				f.t.Errorf("instance %d: %v: %s", i, err, f.said[i])
			}
		case <-time.After(30 * time.Second):
			f.t.Errorf("instance %d does not end: %s", i, f.said[i])
		}
	}
}

// check compares the ERP with what arrived.
func (f *fleet) check() {
	f.t.Helper()
	stands := map[string]string{}
	for _, row := range f.query("SELECT EXT_REF, EXT_REV, TOT_AMT FROM SOHD") {
		id, rest, _ := strings.Cut(row, "|")
		if stands[id] != "" {
			f.t.Errorf("%s stands twice in the ERP", id)
		}
		stands[id] = rest
	}
	for id, revision := range f.latest {
		if want := fmt.Sprintf("%d|%d", revision, 10*(10+revision)); stands[id] != want {
			f.t.Errorf("%s stands as %q, want %q", id, stands[id], want)
		}
	}
	if len(stands) != len(f.latest) || f.count(f.erp, "SELECT COUNT(*) FROM SOLN") != len(f.latest) {
		f.t.Errorf("%d orders in the ERP with %d lines, want %d", len(stands), f.count(f.erp, "SELECT COUNT(*) FROM SOLN"), len(f.latest))
	}
	f.checkOrder()
	f.mustRun("reconcile")
}

// checkTheCheck does to the ERP, when all is well, what a fault would have done, and wants it found: an order is put back to its
// earlier revision, one is lost, one stands there twice.
func (f *fleet) checkTheCheck() {
	f.t.Helper()
	for damage, repair := range map[string]string{
		"UPDATE SOHD SET EXT_REV = EXT_REV - 1 WHERE EXT_REF = 'O00001'":                   "UPDATE SOHD SET EXT_REV = EXT_REV + 1 WHERE EXT_REF = 'O00001'",
		"UPDATE SOHD SET EXT_REF = NULL WHERE EXT_REF = 'O00002'":                          "UPDATE SOHD SET EXT_REF = 'O00002' WHERE EXT_REF IS NULL",
		"UPDATE SOHD SET EXT_REF = 'O00003' WHERE EXT_REF = 'O00004'":                      "UPDATE SOHD SET EXT_REF = 'O00004' WHERE EXT_REF = 'O00003' AND CRM_NO = 'SO-O00004'",
		"DELETE FROM SOLN WHERE SO_NO = (SELECT SO_NO FROM SOHD WHERE EXT_REF = 'O00005')": "",
	} {
		f.exec(damage)
		if out, _, code := f.tradewire("reconcile"); code != exitRuntime {
			f.t.Errorf("%s: exit %d, nothing is found:\n%s", damage, code, out)
		}
		if repair != "" {
			f.exec(repair)
		}
	}
}

// checkOrder reads the audit log: what went out of each order never went back to an earlier revision.
func (f *fleet) checkOrder() {
	f.t.Helper()
	rows, err := f.store.Query("SELECT doc_key, revision FROM audit WHERE action = 'delivered to erp_order' ORDER BY seq")
	if err != nil {
		f.t.Fatal(err)
	}
	defer rows.Close()
	last := map[string]int{}
	for rows.Next() {
		var id string
		var revision int
		if err := rows.Scan(&id, &revision); err != nil {
			f.t.Fatal(err)
		}
		if revision <= last[id] {
			f.t.Errorf("%s: revision %d went out after %d", id, revision, last[id])
		}
		last[id] = revision
	}
	if len(last) != f.orders {
		f.t.Errorf("the audit log tells of %d orders, want %d", len(last), f.orders)
	}
}
