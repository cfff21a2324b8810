package sqldb

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/jmoiron/sqlx"

	"tradewire/config"
	"tradewire/connectors"
)

// changeLog is detect: log. Triggers of the database write the key of every record that changes into a table of ours, which
// is read and deleted: the oldest entries are read, and they are deleted when the page after them is asked for, which is
// after the changes have been kept. (Invariant 1)
//
// Exactly the entries that were read are deleted. A number that is given out before its transaction commits may appear
// below numbers that have been read already; whoever only asks for higher ones never sees it.
type changeLog struct {
	table   string
	watches []watch
}

// watch is a table whose changes change a record, and its columns with the record's key.
type watch struct {
	table   string
	columns []string
}

// changeLogOf reads where the log is and what it watches.
func changeLogOf(c *checker, s *source, r reading, section config.Section) *changeLog {
	if s.detect != "log" {
		for _, only := range []string{"log", "watch"} {
			if at := section.At(only); !at.Absent() {
				c.fault(at.Pos(), "needless-log", only+" belongs to detect: log", "leave it out, or write detect: log")
			}
		}
		return nil
	}
	l := &changeLog{table: "tradewire_log_" + s.name}
	if r.Log.Value != "" {
		l.table = c.name(r.Log)
	}
	if len(r.Watch) == 0 {
		c.fault(r.Detect.Pos, "missing-watch", "nothing says which tables are watched", "write watch: {TABLE: COLUMN_WITH_THE_KEY}, with every table whose changes change a record")
	}
	for _, table := range slices.Sorted(maps.Keys(r.Watch)) {
		at := section.At("watch").At(table)
		w := watch{c.name(config.Text{Value: table, Pos: at.Pos()}), c.columns(r.Watch[table], at.Pos())}
		if len(w.columns) != len(s.key) {
			c.fault(at.Pos(), "bad-watch", fmt.Sprintf("the key has %d columns, and %d are named", len(s.key), len(w.columns)), "name the columns of this table that hold the record's key, in the order of key")
		}
		if len(bare(l.table))+len(table) > 58 {
			c.fault(at.Pos(), "long-name", "the triggers would have names of more than 64 letters", "write log: and a shorter name")
		}
		l.watches = append(l.watches, w)
	}
	return l
}

// keys are the columns of the log with the record's key.
func (l *changeLog) keys(n int) []string {
	columns := make([]string, n)
	for i := range columns {
		columns[i] = fmt.Sprintf("key_%d", i+1)
	}
	return columns
}

// taken is a position: the entries that were handed out, to be deleted when the next page is asked for. A server that has
// started again may give out their numbers once more, so nothing is deleted that was noted later.
type taken struct {
	numbers []int64
	until   int64
}

// logged reads one page of the log, after the entries of the page before have been deleted.
func (s *source) logged(ctx context.Context, op string, pos connectors.Position, max int) (batch connectors.Batch, err error) {
	before, err := parseTaken(pos)
	if err != nil {
		return batch, s.conn.blame(op, err)
	}
	if len(before.numbers) > 0 {
		if err := s.conn.transact(ctx, op, func(tx *sqlx.Tx) error { return s.unprepared(s.log.forget(ctx, tx, before)) }); err != nil {
			return batch, err
		}
	}
	err = s.conn.look(ctx, op, func(tx *sqlx.Tx) (err error) { batch, err = s.logPage(ctx, tx, max, taken{}); return err })
	return batch, err
}

// Peek is Read without a trace. Of a change log the entries of the pages before stay, and are passed over.
func (s *source) Peek(ctx context.Context, pos connectors.Position, max int) (batch connectors.Batch, err error) {
	if s.log == nil {
		return s.Read(ctx, pos, max)
	}
	op := "read " + s.name
	before, err := parseTaken(pos)
	if err != nil {
		return batch, s.conn.blame(op, err)
	}
	err = s.conn.look(ctx, op, func(tx *sqlx.Tx) (err error) { batch, err = s.logPage(ctx, tx, max, before); return err })
	return batch, err
}

func (l *changeLog) forget(ctx context.Context, tx *sqlx.Tx, t taken) error {
	for part := range slices.Chunk(t.numbers, most) {
		args := make([]any, 0, len(part)+1)
		for _, n := range part {
			args = append(args, n)
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM "+quoteTable(l.table)+"\n WHERE seq IN ("+marks(len(part))+") AND noted_at <= ?", append(args, t.until)...); err != nil {
			return err
		}
	}
	return nil
}

// logPage reads the oldest entries but for those that were taken before; Next names these too.
func (s *source) logPage(ctx context.Context, tx *sqlx.Tx, max int, before taken) (connectors.Batch, error) {
	columns := s.log.keys(len(s.key))
	entries, err := s.conn.rows(ctx, tx, query{from: quoteTable(s.log.table), columns: append([]string{"seq", "noted_at"}, columns...),
		rest: " ORDER BY t.seq LIMIT ?", args: []any{max + 1 + len(before.numbers)}})
	if err != nil {
		return connectors.Batch{}, s.unprepared(err)
	}
	entries = slices.DeleteFunc(entries, before.names)
	var batch connectors.Batch
	batch.More = len(entries) > max
	entries = entries[:min(max, len(entries))]
	now := before
	for _, e := range entries {
		if err := now.add(e); err != nil {
			return connectors.Batch{}, misconfigured("make the log anew as the SQL of this source says", "%s: %w", s.log.table, err)
		}
	}
	if batch.Changes, err = s.named(ctx, tx, distinct(entries, columns)); err != nil {
		return connectors.Batch{}, err
	}
	batch.Next = now.position()
	batch.AsOf, err = s.conn.now(ctx, tx)
	return batch, err
}

// unprepared says what to do about a log that is not there.
func (s *source) unprepared(err error) error {
	if !s.conn.dialect.missing(err) {
		return err
	}
	return misconfigured("have its SQL run by someone who may make tables and triggers there", "there is no change log %s: %w", s.log.table, err)
}

// named are the records that the log names, as they are now. One that the SELECT does not show is gone.
func (s *source) named(ctx context.Context, tx *sqlx.Tx, keys [][]any) ([]connectors.Change, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	rows, err := s.among(ctx, tx, query{from: s.from}, s.key, keys, "")
	if err != nil {
		return nil, err
	}
	found, err := s.changes(ctx, tx, rows, false)
	if err != nil {
		return nil, err
	}
	byKey := map[string]connectors.Change{}
	for _, change := range found {
		byKey[s.conn.dialect.fold(change.Key)] = change
	}
	changes := make([]connectors.Change, len(keys))
	for i, key := range keys {
		text := joinKey(given(key))
		change, ok := byKey[s.conn.dialect.fold(text)]
		if !ok {
			change = connectors.Change{Kind: s.kind, Key: text, Gone: true}
		}
		changes[i] = change
	}
	return changes, nil
}

// names says that an entry is among those that were taken. One that was noted later has only its number.
func (t taken) names(entry row) bool {
	var e taken
	return e.add(entry) == nil && e.until <= t.until && slices.Contains(t.numbers, e.numbers[0])
}

func (t *taken) add(entry row) error {
	number, err := strconv.ParseInt(keyText(entry.record["seq"]), 10, 64)
	if err != nil {
		return err
	}
	noted, err := strconv.ParseInt(keyText(entry.record["noted_at"]), 10, 64)
	t.numbers, t.until = append(t.numbers, number), max(t.until, noted)
	return err
}

func (t taken) position() connectors.Position {
	spans := []string{}
	for from := 0; from < len(t.numbers); {
		to := from
		for to+1 < len(t.numbers) && t.numbers[to+1] == t.numbers[to]+1 {
			to++
		}
		spans = append(spans, fmt.Sprintf("%d-%d", t.numbers[from], t.numbers[to]))
		from = to + 1
	}
	r := connectors.Record{"taken": strings.Join(spans, ","), "until": connectors.Number(strconv.FormatInt(t.until, 10))}
	return connectors.Position(r.Canonical())
}

// mostTaken bounds how many entries a position may name: no page of ours is larger.
const mostTaken = 100_000

func parseTaken(pos connectors.Position) (t taken, err error) {
	if pos == "" {
		return t, nil
	}
	r, err := connectors.ParseRecord([]byte(pos), connectors.DefaultLimits)
	if err != nil {
		return t, staleMark(err)
	}
	spans, ok := r["taken"].(string)
	if _, err := fmt.Sscan(keyText(r["until"]), &t.until); !ok || err != nil {
		return t, staleMark(fmt.Errorf("it is not of a change log: %.80s", pos))
	}
	for span := range strings.SplitSeq(spans, ",") {
		if span == "" {
			continue
		}
		var from, to int64
		if _, err := fmt.Sscanf(span, "%d-%d", &from, &to); err != nil || to < from || to-from+int64(len(t.numbers)) > mostTaken {
			return t, staleMark(fmt.Errorf("%.40q is no span of numbers", span))
		}
		for n := from; n <= to; n++ {
			t.numbers = append(t.numbers, n)
		}
	}
	return t, nil
}
