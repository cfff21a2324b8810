package sqldb_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"tradewire/connectors"
	"tradewire/connectors/connectortest"
)

func lockedAndMissing(e *erp, table string) []connectortest.Fault {
	return []connectortest.Fault{
		{Name: "the tables are locked", Kind: connectors.Unavailable, Make: func(t testing.TB) func() { return e.lock(t) }},
		{Name: "the table is missing", Kind: connectors.Misconfigured, Make: func(t testing.TB) func() {
			e.do(t, "ALTER TABLE "+table+" RENAME TO elsewhere")
			return func() { e.do(t, "ALTER TABLE elsewhere RENAME TO "+table) }
		}},
	}
}

func TestADatabaseThatIsReadKeepsTheContract(t *testing.T) {
	for _, way := range []struct {
		name, read string
		again      bool
	}{
		{"by a change log", readLog, false},
		{"by id", "{select: 'SELECT c.ID, c.K, c.REV, c.TS FROM CHG c', key: K, detect: id, column: c.ID, version: REV}", false},
		{"by id with an overlap", "{select: SELECT * FROM CHG, key: K, detect: id, column: ID, overlap: 2}", true},
		{"by id with open records", "{select: SELECT * FROM CHG, key: K, detect: id, column: ID, open: REV = 1}", true},
		{"by version", "{select: SELECT * FROM CHG, key: K, detect: version, column: ID, version: ID}", false},
		{"by timestamp", "{select: SELECT * FROM CHG, key: K, detect: timestamp, at: TS}", true},
		{"by timestamp with an overlap", "{select: SELECT * FROM CHG, key: K, detect: timestamp, at: TS, overlap: 2s}", true},
	} {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			connectortest.Source(t, func(t *testing.T) connectortest.SourceHarness {
				e := newERP(t, "CREATE TABLE CHG (ID INTEGER PRIMARY KEY AUTOINCREMENT, K TEXT UNIQUE, REV INTEGER, TS DATETIME)")
				if way.read == readLog {
					e.do(t, e.source(t, way.read).(preparer).Preparation())
				}
				made := 0
				return connectortest.SourceHarness{
					Kind:     "despatch",
					Walks:    true,
					Marks:    true,
					Again:    way.again,
					Consumes: way.read == readLog,
					Open:     func(t testing.TB) connectors.Source { return e.source(t, way.read) },
					Put: func(t testing.TB, key string, revision int) {
						made++ // two changes share each second
						e.do(t, "INSERT OR REPLACE INTO CHG (K, REV, TS) VALUES (?, ?, ?)", key, revision, fmt.Sprintf("2026-11-21 10:00:%02d", made/2))
					},
					Remove: e.removes(way.read == readLog),
					Faults: lockedAndMissing(e, "CHG"),
					Stall: func(t testing.TB) (func(), <-chan struct{}) {
						reached := make(chan struct{})
						close(reached)
						return e.lock(t), reached
					},
				}
			})
		})
	}
}

// removes takes a record away, where the source tells of it.
func (e *erp) removes(told bool) func(testing.TB, string) {
	if !told {
		return nil
	}
	return func(t testing.TB, key string) { e.do(t, "DELETE FROM CHG WHERE K = ?", key) }
}

const journal = `
CREATE TABLE DONE (N INTEGER PRIMARY KEY AUTOINCREMENT);
CREATE TRIGGER a AFTER INSERT ON SOHD FOR EACH ROW BEGIN INSERT INTO DONE VALUES (NULL); END;
CREATE TRIGGER b AFTER UPDATE ON SOHD FOR EACH ROW BEGIN INSERT INTO DONE VALUES (NULL); END;
CREATE TRIGGER c AFTER DELETE ON SOHD FOR EACH ROW BEGIN INSERT INTO DONE VALUES (NULL); END;
CREATE TRIGGER d AFTER INSERT ON SOLN FOR EACH ROW BEGIN INSERT INTO DONE VALUES (NULL); END;
CREATE TRIGGER e AFTER UPDATE ON SOLN FOR EACH ROW BEGIN INSERT INTO DONE VALUES (NULL); END;`

func TestADatabaseThatIsWrittenKeepsTheContract(t *testing.T) {
	for _, way := range []struct {
		name, write, schema string
		entry               func(string, int64) connectors.Entry
		removes             bool
	}{
		{"guarded by effect rows", orders, "", order, true},
		{"guarded by a unique reference", guardedBy("reference"), unique, plain, false},
		{"guarded by a lock", guardedBy("lock"), "", plain, false},
	} {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			connectortest.Sink(t, func(t *testing.T) connectortest.SinkHarness {
				e := newERP(t, erpSchema, "ALTER TABLE SOLN DROP COLUMN SHP_QTY", journal)
				if way.schema != "" {
					e.do(t, way.schema)
				}
				return connectortest.SinkHarness{
					Open:  func(t testing.TB) connectors.Sink { return e.sink(t, way.write) },
					Entry: way.entry,
					Held:  func(t testing.TB) map[string][]int64 { return e.held(t) },
					Writes: func(t testing.TB) (n int) {
						require.NoError(t, e.db.QueryRow("SELECT COUNT(*) FROM DONE").Scan(&n))
						return n
					},
					Refused: func(key string) connectors.Entry {
						bad := way.entry(key, 1)
						bad.Record["NET_AMT"] = num("-1")
						return bad
					},
					Faults: lockedAndMissing(e, "SOHD"),
					Stall: func(t testing.TB) (func(), <-chan struct{}) {
						reached := make(chan struct{})
						close(reached)
						return e.lock(t), reached
					},
					Removes: way.removes,
				}
			})
		})
	}
}

// held are the revisions of every order that stands, by our key.
func (e *erp) held(t testing.TB) map[string][]int64 {
	t.Helper()
	held := map[string][]int64{}
	rows, err := e.db.Query("SELECT EXT_REF, EXT_REV FROM SOHD")
	require.NoError(t, err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var key string
		var revision int64
		require.NoError(t, rows.Scan(&key, &revision))
		held[key] = append(held[key], revision)
	}
	return held
}

// order is an entry whose record differs with every revision.
func order(key string, revision int64) connectors.Entry {
	rev := fmt.Sprint(revision)
	return connectors.Entry{Target: "erp_order", Kind: "sales_order", Key: key, Revision: revision, Epoch: 1, Op: connectors.Put,
		Record: connectors.Record{
			"CU_NO": "K0012", "EXT_REV": num(rev), "NET_AMT": num("12.1" + rev), "RMK": "第" + rev + "版", "CRT_DT": num("20261121"),
			"lines": []any{
				connectors.Record{"LN_NO": num("1"), "IT_NO": "100234", "QTY": num(rev)},
				connectors.Record{"LN_NO": num("2"), "IT_NO": "100235", "QTY": num("0.125")},
			},
		}}
}
