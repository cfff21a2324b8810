package sqldb_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tradewire/connectors"
)

// walked are the keys that a walk shows, page by page.
func walked(t *testing.T, s connectors.Source, max int) (pages []string) {
	t.Helper()
	pos := connectors.Position("")
	for range 50 {
		batch, err := s.(connectors.Ranger).Range(ctxOf(t), pos, max)
		require.NoError(t, err)
		require.LessOrEqual(t, len(batch.Changes), max)
		var keys []string
		for _, c := range batch.Changes {
			if c.Broken != nil {
				c.Key += "!"
			}
			keys = append(keys, c.Key)
		}
		pages = append(pages, strings.Join(keys, " "))
		if pos = batch.Next; !batch.More {
			return pages
		}
	}
	t.Fatal("the walk does not end")
	return nil
}

func TestAWalkGoesByTheKeyWhateverTheKeyIs(t *testing.T) {
	for _, way := range []struct {
		name, schema, read string
		want               []string
	}{
		{"numbers, in their order", "CREATE TABLE T (K BIGINT PRIMARY KEY, V INTEGER); INSERT INTO T VALUES (9, 1), (10, 2), (-3, 3), (9007199254740993, 4)",
			"{select: SELECT * FROM T, key: K, detect: snapshot}", []string{"-3 9", "10 9007199254740993"}},
		{"two columns", "CREATE TABLE T (A VARCHAR(10), B INTEGER, PRIMARY KEY (A, B)); INSERT INTO T VALUES ('x', 2), ('x', 10), ('x', 1), ('y', 1), ('w', 3)",
			"{select: SELECT * FROM T, key: [A, B], detect: snapshot}", []string{"w/3 x/1", "x/2 x/10", "y/1"}},
		{"fractions", "CREATE TABLE T (K DECIMAL(10,2) PRIMARY KEY); INSERT INTO T VALUES (1.10), (1.20), (1.30)",
			"{select: SELECT * FROM T, key: K, detect: snapshot}", []string{"1.1 1.2", "1.3"}},
		{"times", "CREATE TABLE T (K DATETIME PRIMARY KEY); INSERT INTO T VALUES ('2026-11-20 09:00:00'), ('2026-11-20 09:00:01'), ('2026-11-21 00:00:00')",
			"{select: SELECT * FROM T, key: K, detect: snapshot}", []string{"2026-11-20 09:00:00 2026-11-20 09:00:01", "2026-11-21 00:00:00"}},
		{"several rows of one key, the latest last", "CREATE TABLE T (ID INTEGER PRIMARY KEY, K VARCHAR(10)); INSERT INTO T VALUES (1, 'b'), (2, 'a'), (3, 'b'), (4, 'b')",
			"{select: SELECT * FROM T, key: K, detect: id, column: ID}", []string{"a b", "b b"}},
		{"a row that the source never shows", "CREATE TABLE T (K INTEGER PRIMARY KEY, UPD DATETIME); INSERT INTO T VALUES (1, NULL), (2, '2026-11-20 09:00:00')",
			"{select: SELECT * FROM T, key: K, detect: timestamp, column: UPD}", []string{"2"}},
		{"a key that stands there twice", "CREATE TABLE T (K INTEGER, V INTEGER); INSERT INTO T VALUES (1, 1), (2, 1), (2, 2), (3, 1)",
			"{select: SELECT * FROM T, key: K, detect: snapshot}", []string{"1", "2 2!", "3"}},
		{"a row without a key", "CREATE TABLE T (K INTEGER, V INTEGER); INSERT INTO T VALUES (NULL, 1), (1, 1), (2, 2)",
			"{select: SELECT * FROM T, key: K, detect: snapshot}", []string{"! 1", "2"}},
	} {
		t.Run(way.name, func(t *testing.T) {
			require.Equal(t, way.want, walked(t, newERP(t, way.schema).source(t, way.read), 2))
		})
	}
}

// What the database's collation takes for equal has no order: a page that ended among such keys would lose those behind it.
func TestAWalkNeverBreaksOffAmongKeysThatTheDatabaseTakesForEqual(t *testing.T) {
	e := newERP(t, each("CREATE TABLE T (K VARCHAR(10) COLLATE NOCASE, N INTEGER)", "CREATE TABLE T (K VARCHAR(10) COLLATE utf8mb4_general_ci, N INTEGER)"),
		"INSERT INTO T VALUES ('b', 1), ('a', 2), ('B', 3), ('c', 4), ('A', 5)")
	pages := walked(t, e.source(t, "{select: SELECT * FROM T, key: K, detect: snapshot}"), 3)
	require.Len(t, pages, 2, "a and A, then b, B and c")
	require.Len(t, strings.Fields(pages[0]), 2)
	require.ElementsMatch(t, []string{"a", "A", "b", "B", "c"}, strings.Fields(strings.Join(pages, " ")))
	_, err := e.source(t, "{select: SELECT * FROM T, key: K, detect: snapshot}").(connectors.Ranger).Range(ctxOf(t), "", 1)
	blamed(t, err, connectors.Misconfigured, "among 1 rows none has a key K of its own", "name the columns under key:")
}

func TestAWalkGoesPastAKeyThatCannotBeRead(t *testing.T) {
	onlyMySQL(t, "SQLite does not compare bytes with text")
	e := newERP(t, "CREATE TABLE T (K VARBINARY(10) PRIMARY KEY); INSERT INTO T VALUES (x'61'), (x'd6ff'), (x'7a')")
	require.Equal(t, []string{"a z", `"\xd6\xff"!`}, walked(t, e.source(t, "{select: SELECT * FROM T, key: K, detect: snapshot}"), 2))
}

func TestAWalkOfASnapshotBelongsToItsSetAndNeverEndsIt(t *testing.T) {
	e := newERP(t, "CREATE TABLE T (K INTEGER PRIMARY KEY); INSERT INTO T VALUES (1), (2), (3)")
	s := e.source(t, "{select: SELECT * FROM T, key: K, detect: snapshot}")
	batch, err := s.(connectors.Ranger).Range(ctxOf(t), "", 10)
	require.NoError(t, err)
	require.Equal(t, "despatch", batch.Set)
	require.False(t, batch.End)
	mark, err := s.(connectors.Marker).Mark(ctxOf(t))
	require.NoError(t, err)
	require.Empty(t, mark, "a snapshot stands nowhere")
}

func TestAWalkSeesTheRowsThatBelongToARecordAndGoesOnInAnotherConfiguration(t *testing.T) {
	e := newERP(t, despatches)
	s := e.source(t, readDespatches)
	batch, err := s.(connectors.Ranger).Range(ctxOf(t), "", 1)
	require.NoError(t, err)
	require.Len(t, batch.Changes[0].Record["lines"], 2)
	other := e.source(t, strings.Replace(readDespatches, "key: DN_NO", "key: [SO_NO, DN_NO]", 1)+"\n")
	_, err = other.(connectors.Ranger).Range(ctxOf(t), batch.Next, 1)
	blamed(t, err, connectors.Misconfigured, "the position cannot be read", "from the beginning")
	_, err = s.(connectors.Ranger).Range(ctxOf(t), "nonsense", 1)
	blamed(t, err, connectors.Misconfigured, "the position cannot be read")
}

func TestALogThatIsNotThereMakesNoMark(t *testing.T) {
	e := newERP(t, "CREATE TABLE CHG (ID INTEGER PRIMARY KEY AUTOINCREMENT, K TEXT UNIQUE, REV INTEGER, TS DATETIME)")
	_, err := e.source(t, readLog).(connectors.Marker).Mark(ctxOf(t))
	blamed(t, err, connectors.Misconfigured, "there is no change log", "have its SQL run")
}

func BenchmarkAPageOfAWalk(b *testing.B) {
	e := newERP(b, "CREATE TABLE T (K INTEGER PRIMARY KEY, V VARCHAR(40))")
	for i := range 200 {
		values := make([]string, 100)
		for j := range values {
			values[j] = fmt.Sprintf("(%d, 'a value')", i*100+j)
		}
		e.do(b, "INSERT INTO T VALUES "+strings.Join(values, ", "))
	}
	s := e.source(b, "{select: SELECT * FROM T, key: K, detect: snapshot}").(connectors.Ranger)
	for b.Loop() {
		pos := connectors.Position("")
		for {
			batch, err := s.Range(b.Context(), pos, 200)
			if err != nil {
				b.Fatal(err)
			}
			if pos = batch.Next; !batch.More {
				break
			}
		}
	}
}
