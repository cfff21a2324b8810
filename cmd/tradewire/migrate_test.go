package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	"tradewire/connectors"
	"tradewire/connectors/connectortest/services"
	"tradewire/pipelines/store"
)

// intoServer lets the configuration name an empty database beside the file, as whoever moves would.
func (w *workshop) intoServer() *services.Database {
	w.t.Helper()
	remembers := services.NewDatabase(w.t)
	w.edit("tradewire.yaml", "  path: store.db ", "  dsn: mysql:"+remembers.DSN+"\n  path: store.db ")
	return remembers
}

// plant is the installation as its configuration has it now.
func (w *workshop) plant() *plant {
	w.t.Helper()
	p, err := (&app{clock: w.clock, configFile: filepath.Join(w.dir, "tradewire.yaml")}).load()
	require.NoError(w.t, err)
	w.t.Cleanup(func() { _ = p.close() })
	return p
}

// moves says where a move begins and where it goes.
func (p *plant) moves(t *testing.T) (from, into store.Options) {
	t.Helper()
	into, err := p.storeOptions()
	require.NoError(t, err)
	return store.Options{Path: p.storePath()}, into
}

// ends wants what is true whenever all is done: another run changes nothing, the books agree, the audit log is whole.
func (w *workshop) ends() {
	w.t.Helper()
	before := w.erpDump()
	w.mustRun("run", "--until-idle")
	require.Equal(w.t, before, w.erpDump(), "another run changed the ERP")
	w.mustRun("reconcile")
	s, err := w.plant().look(w.t.Context())
	require.NoError(w.t, err)
	defer s.Close()
	broken, err := s.VerifyAudit(w.t.Context())
	require.NoError(w.t, err)
	require.Zero(w.t, broken, "the audit log")
}

func TestAScenarioGoesOnInMySQLWhereItsFileHasStopped(t *testing.T) {
	for _, name := range []string{"shipped_in_parts", "waits_for_customer", "held_amendment", "case54_objection", "bad_orders"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorkshop(t)
			s := readScenario(t, "../../testdata/scenarios/"+name+".yaml")
			require.Empty(t, s.Uncomment)
			require.Empty(t, s.Edit)
			for n, step := range s.Steps {
				if n == 1 {
					w.intoServer()
					w.mustRun("migrate", "--yes")
				}
				w.pass(step.Wait)
				w.inbox(n, step)
				if step.SQL != "" {
					w.exec(step.SQL)
				}
				for _, ack := range step.Ack {
					w.mustRun(append([]string{"ack"}, ack...)...)
				}
				w.mustRun("run", "--until-idle", "--wait", "1h")
				w.check(fmt.Sprintf("%s, step %d", s.Promise, n+1), step)
			}
			w.ends()
		})
	}
}

// takeIn takes an order in as its source would, and lets nobody decide it.
func (w *workshop) takeIn(id string) (change int64) {
	w.t.Helper()
	p := w.plant()
	s, release, err := p.own(w.t.Context())
	require.NoError(w.t, err)
	defer func() { require.NoError(w.t, release()) }()
	for _, source := range p.house.Sources {
		if source.Makes != "sales_order" {
			continue
		}
		record, err := connectors.ParseRecord([]byte(fullOrder(w.t, simpleOrder(id, 1, "10"))), connectors.DefaultLimits)
		require.NoError(w.t, err)
		from := store.Origin{Pipeline: source.Pipeline, Source: source.Name, System: source.System, Kind: source.Makes, Lane: source.Lane}
		taken, err := s.Take(w.t.Context(), from, []connectors.Change{{Kind: string(source.Makes), Key: id, Version: "1", Record: record, At: monday}}, nil)
		require.NoError(w.t, err)
		require.Len(w.t, taken.Waiting, 1)
		return taken.Waiting[0]
	}
	w.t.Fatal("no source brings orders")
	return 0
}

func simpleOrder(id string, revision int, price string) map[string]any {
	return map[string]any{"id": id, "revision": revision, "customer": "K1",
		"lines": []any{map[string]any{"no": 1, "sku": "P1", "qty": 1, "price": price}}}
}

// inFullSwing is an installation on a file with some of everything: orders released, held and refused, a paper, a delivery
// that waits for the ERP, and a change that nobody has decided yet.
func inFullSwing(t *testing.T) (w *workshop, undecided int64) {
	t.Helper()
	w = newWorkshop(t)
	held := simpleOrder("O2", 1, "10000.01")
	held["customer"] = "K2"
	w.inbox(1, scenarioStep{Orders: []map[string]any{simpleOrder("O1", 1, "10"), held}, Raw: []string{"not json"}})
	w.mustRun("run", "--until-idle")
	w.inbox(2, scenarioStep{Orders: []map[string]any{simpleOrder("O5", 1, "10")}}) // the ERP sees it under the second lease
	w.exec("INSERT INTO DNHD VALUES (1, 'D1', 'SO000001', 20260310, 'SF', 'T1', '粤S12345'); INSERT INTO DNLN VALUES ('D1', 1, 1, 1, 'PCS')")
	w.mustRun("run", "--until-idle")
	w.hideERP()
	w.inbox(3, scenarioStep{Orders: []map[string]any{simpleOrder("O3", 1, "10")}})
	w.refused(exitOtherSystem, 1, []string{"erp"}, "run", "--until-idle")
	w.inbox(4, scenarioStep{Orders: []map[string]any{simpleOrder("O4", 1, "10")}})
	return w, w.takeIn("O4")
}

func (w *workshop) hideERP() {
	w.t.Helper()
	require.NoError(w.t, os.Rename(filepath.Join(w.dir, "erp.db"), filepath.Join(w.dir, "hidden.db")))
}

func (w *workshop) showERP() {
	w.t.Helper()
	require.NoError(w.t, os.Rename(filepath.Join(w.dir, "hidden.db"), filepath.Join(w.dir, "erp.db")))
}

func TestAnInstallationInFullSwingMovesAndGoesOn(t *testing.T) {
	t.Parallel()
	w, _ := inFullSwing(t)
	file := filepath.Join(w.dir, "store.db")
	before, status := readFile(t, file), w.mustRun("status", "--json")
	require.Contains(t, status, `"dead_letters": 1`)
	require.Contains(t, status, `"place": "target erp_order"`, "the ERP is paused")
	letters, life := w.mustRun("deadletters", "show", "1"), w.mustRun("trace", "O3", "--json")
	w.intoServer()

	w.refused(1, 1, []string{"this database is empty", "store.db was not moved into it", "tradewire migrate"}, "run", "--until-idle")
	shown := w.mustRun("migrate")
	for _, word := range []string{"change", "audit", "Nothing was changed", "tradewire migrate --yes", file} {
		require.Contains(t, shown, word)
	}
	w.refused(1, 1, []string{"there is no store yet"}, "status")
	told := w.mustRun("migrate", "--yes")
	for _, word := range []string{"counts and hashes are equal", file + " stays as it was", file + ".moved"} {
		require.Contains(t, told, word)
	}
	require.Equal(t, before, readFile(t, file), "the file was touched")
	require.Equal(t, status, w.mustRun("status", "--json"))
	require.Equal(t, letters, w.mustRun("deadletters", "show", "1"))
	require.Equal(t, life, w.mustRun("trace", "O3", "--json"))
	require.Contains(t, w.mustRun("migrate", "--yes"), "there is nothing to migrate")

	w.showERP()
	w.inbox(5, scenarioStep{Orders: []map[string]any{simpleOrder("O5", 2, "12")}})
	w.mustRun("run", "--until-idle", "--wait", "2h")
	require.Equal(t, map[string]int{"released": 4, "held": 1, "dead_letter": 1, "superseded": 1}, w.buckets())
	require.Equal(t, []string{"O1|10", "O3|10", "O4|10", "O5|12"}, w.query("SELECT EXT_REF, TOT_AMT FROM SOHD ORDER BY EXT_REF"))
	w.ends()

	w.edit("tradewire.yaml", "  dsn: mysql:", "  # dsn: mysql:") // the old configuration, on another machine perhaps
	w.refused(1, 1, []string{"this store was moved into", "delete " + file + ".moved"}, "run", "--until-idle")
	w.refused(1, 1, []string{"this store was moved into"}, "ack", "SO-O1", "--department", "planning", "--as", "Li")
	w.mustRun("status")
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	body, err := os.ReadFile(name)
	require.NoError(t, err)
	return body
}

func TestWhatWaitsIsPublishedToKafkaAfterTheMoveAndWhatWasPassedIsNot(t *testing.T) {
	t.Parallel()
	broker := services.NewKafka(t)
	w, undecided := inFullSwing(t)
	w.intoServer()
	prefix := fmt.Sprintf("moved-%d-%d", os.Getpid(), time.Now().UnixNano())
	w.edit("tradewire.yaml", "connections:\n", fmt.Sprintf("bus:\n  kafka: {brokers: [%q], prefix: %s, partitions: 2, replication: 1}\n\nconnections:\n", broker.Addr(), prefix))
	require.Contains(t, w.mustRun("migrate", "--yes"), "publishes to Kafka what waits in the queue (1)")
	w.showERP()
	w.mustRun("run", "--until-idle", "--wait", "2h")
	require.Equal(t, []string{"O1", "O3", "O4", "O5"}, w.query("SELECT EXT_REF FROM SOHD ORDER BY EXT_REF"))
	published := readTopic(t, broker.Addr(), prefix+".changes", 2)
	require.Contains(t, published, fmt.Sprint(undecided))
	for id := range undecided {
		require.NotContains(t, published, fmt.Sprint(id), "it was decided before the move")
	}
	w.ends()
}

// readTopic are the ids of the changes that a topic has.
func readTopic(t *testing.T, addr, topic string, partitions int) (ids []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for partition := range partitions {
		conn, err := kafka.DialLeader(ctx, "tcp", addr, topic, partition)
		require.NoError(t, err)
		first, last, err := conn.ReadOffsets()
		require.NoError(t, err)
		require.NoError(t, conn.Close())
		r := kafka.NewReader(kafka.ReaderConfig{Brokers: []string{addr}, Topic: topic, Partition: partition, MaxWait: 100 * time.Millisecond})
		require.NoError(t, r.SetOffset(first))
		for at := first; at < last; at++ {
			m, err := r.ReadMessage(ctx)
			require.NoError(t, err)
			ids = append(ids, string(m.Value))
		}
		require.NoError(t, r.Close())
	}
	return ids
}

func TestAHalfMovedStoreIsNotWorkedOn(t *testing.T) {
	t.Parallel()
	w, _ := inFullSwing(t)
	w.intoServer()
	w.halfMoved("audit")
	for _, args := range [][]string{{"run", "--until-idle"}, {"status"}, {"deadletters", "retry", "1"}, {"trace", "O1"}, {"reconcile"},
		{"ack", "SO-O1", "--department", "planning", "--as", "Li"}} {
		w.refused(1, 1, []string{"a move into this database was begun and has not ended", "finish it: tradewire migrate --yes"}, args...)
	}
	require.Contains(t, w.mustRun("migrate"), "where the move goes on")
	var view moveView
	require.NoError(t, json.Unmarshal([]byte(w.mustRun("migrate", "--yes", "--json")), &view))
	require.Equal(t, "goes on", view.State)
	require.True(t, view.Moved)
	w.mustRun("status")
}

// halfMoved moves up to a table.
func (w *workshop) halfMoved(table string) {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	defer cancel()
	from, into := w.plant().moves(w.t)
	_, err := store.RunMove(ctx, from, into, func(s store.MoveStep) {
		if s.Doing == "copying" && s.Table == table {
			cancel()
		}
	})
	require.ErrorIs(w.t, err, context.Canceled)
}

func TestAMoveThatIsKilledGoesOn(t *testing.T) {
	t.Parallel()
	w, _ := inFullSwing(t)
	file := filepath.Join(w.dir, "store.db")
	before, status := readFile(t, file), w.mustRun("status", "--json")
	into := w.intoServer()
	planned := w.moveView()
	w.halfMoved("queue") // all the tables are there, and empty
	for _, table := range []string{"queue", "seen", "delivery", "audit"} {
		w.killedAt(into.DB, table)
	}
	w.refused(1, 1, []string{"a move into this database was begun and has not ended"}, "status")
	moved := w.moveView("--yes")
	require.True(t, moved.Moved)
	require.Equal(t, planned.Tables, moved.Tables)
	require.Equal(t, before, readFile(t, file))
	require.Equal(t, status, w.mustRun("status", "--json"))
}

func (w *workshop) moveView(args ...string) (view moveView) {
	w.t.Helper()
	require.NoError(w.t, json.Unmarshal([]byte(w.mustRun(append([]string{"migrate", "--json"}, args...)...)), &view))
	return view
}

// killedAt lets the program move until it writes into a table, which is locked, and kills it there.
func (w *workshop) killedAt(db *sql.DB, table string) {
	w.t.Helper()
	lock, err := db.Conn(w.t.Context())
	require.NoError(w.t, err)
	defer lock.Close()
	_, err = lock.ExecContext(w.t.Context(), "LOCK TABLES `"+table+"` READ")
	require.NoError(w.t, err)
	defer func() { // whatever comes: else the database could not be dropped
		_, err := lock.ExecContext(context.WithoutCancel(w.t.Context()), "UNLOCK TABLES")
		require.NoError(w.t, err)
	}()
	program := exec.CommandContext(w.t.Context(), os.Args[0], "migrate", "--yes", "--config", filepath.Join(w.dir, "tradewire.yaml")) // #nosec G204 -- this very binary
	program.Env = append(os.Environ(), "TRADEWIRE_IS_THE_PROGRAM=1")
	require.NoError(w.t, program.Start())
	require.Eventually(w.t, func() bool {
		var n int
		err := db.QueryRowContext(w.t.Context(), `SELECT COUNT(*) FROM information_schema.processlist
			WHERE db = DATABASE() AND info LIKE CONCAT('INSERT INTO "', ?, '"%') AND state LIKE 'Waiting for%'`, table).Scan(&n)
		return err == nil && n > 0
	}, 30*time.Second, 20*time.Millisecond, "it writes into %s", table)
	require.NoError(w.t, program.Process.Kill())
	require.Error(w.t, program.Wait())
}

func TestAFileThatAnInstanceWorksOnIsNotMoved(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	w.mustRun("run", "--until-idle")
	w.intoServer()
	release, err := store.Lock(filepath.Join(w.dir, "store.db"))
	require.NoError(t, err)
	w.mustRun("migrate")
	w.refused(1, 1, []string{"another tradewire is running on this store", "stop it first"}, "migrate", "--yes")
	require.NoError(t, release())
	w.mustRun("migrate", "--yes")
}

func TestWhatDoesNotFitIsShownAndStopsTheMove(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	w.mustRun("run", "--until-idle")
	file, err := sql.Open("sqlite", filepath.Join(w.dir, "store.db"))
	require.NoError(t, err)
	_, err = file.Exec(`INSERT INTO series (name, last) VALUES (?, 1)`, strings.Repeat("長", 256))
	require.NoError(t, err)
	require.NoError(t, file.Close())
	w.intoServer()
	for _, args := range [][]string{{"migrate"}, {"migrate", "--yes"}} {
		out, errOut, code := w.tradewire(args...)
		require.Equal(t, exitRuntime, code, errOut)
		require.Contains(t, out, "is 256 characters long, and 255 go in")
		require.Contains(t, out, "Nothing was copied")
		out, _, code = w.tradewire(append(args, "--json")...)
		require.Equal(t, exitRuntime, code)
		var view moveView
		require.NoError(t, json.Unmarshal([]byte(out), &view))
		require.False(t, view.Moved)
		require.Len(t, view.Unfit, 1)
		require.Equal(t, []string{"series", "name"}, []string{view.Unfit[0].Table, view.Unfit[0].Column})
	}
	w.refused(1, 1, []string{"there is no store yet"}, "status")
}

func TestWhereThereIsNothingToMoveTablesAreBroughtUpToDate(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	w.refused(1, 1, []string{"there is no store yet"}, "migrate")
	w.mustRun("run", "--until-idle")
	require.Contains(t, w.mustRun("migrate"), "are up to date")
	file, err := sql.Open("sqlite", filepath.Join(w.dir, "store.db"))
	require.NoError(t, err)
	_, err = file.Exec(`DELETE FROM schema_version WHERE version = 18; DROP TABLE gate; DROP INDEX audit_chain;
		ALTER TABLE lease DROP COLUMN holder; ALTER TABLE lease DROP COLUMN until_at; ALTER TABLE dead_letter DROP COLUMN waits_seen`)
	require.NoError(t, err)
	require.NoError(t, file.Close())
	w.refused(1, 1, []string{"made by an older version", "tradewire migrate"}, "status")
	require.Contains(t, w.mustRun("migrate"), "those of an older version. Nothing was changed: add --yes")
	require.Contains(t, w.mustRun("migrate", "--yes"), "were brought up to date")
	w.mustRun("status")

	w.intoServer()
	w.edit("tradewire.yaml", "  path: store.db ", "  path: sotre.db ")
	w.refused(1, 1, []string{"no file", "sotre.db", "no store in"}, "migrate", "--yes")
	w.edit("tradewire.yaml", "  path: sotre.db ", "  path: store.db ")
	w.mustRun("migrate", "--yes")
	require.NoError(t, os.Remove(filepath.Join(w.dir, "store.db")))
	require.Contains(t, w.mustRun("migrate", "--yes"), "are up to date")
}

func TestAServerThatIsNotThereIsAnotherSystem(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	w.mustRun("run", "--until-idle")
	w.edit("tradewire.yaml", "  path: store.db ", "  dsn: mysql:root@tcp(127.0.0.1:1)/tradewire\n  path: store.db ")
	w.refused(exitOtherSystem, 1, []string{"127.0.0.1:1", "cannot be reached", "nothing is lost"}, "migrate", "--yes")
	w.refused(exitConfig, 1, []string{"--all"}, "migrate", "--all")
}
