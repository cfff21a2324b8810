package sqldb

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/jmoiron/sqlx"

	"tradewire/config"
	"tradewire/connectors"
)

// writing is the key `write` of a target on a SQL database.
type writing struct {
	Table     config.Text             `yaml:"table" required:"true"`
	Key       config.Text             `yaml:"key" required:"true"` // the header's own key: the reference that Write answers with
	Where     map[string]config.Text  `yaml:"where"`               // columns that hold the same in all rows of ours
	Reference config.Text             `yaml:"reference"`           // the column that holds our document's key
	Stands    bool                    `yaml:"stands"`              // the row is there already: it is changed and never made
	Number    *numbering              `yaml:"number"`              // who makes the key; by default the record holds it
	Numbers   map[string]*numbering   `yaml:"numbers"`             // further columns that are numbered when the row is made
	Keep      []config.Text           `yaml:"keep"`                // columns written when the row is made, never again
	Aside     []config.Text           `yaml:"aside"`               // fields of the record that are no columns: look-ups need them
	Lookups   map[string]lookingUp    `yaml:"lookups"`
	Rows      map[string]childWriting `yaml:"rows"`
	Guard     config.Text             `yaml:"guard" enum:"effect,reference,lock" default:"effect"`
	Revision  config.Text             `yaml:"revision"`                          // the column that holds our revision, for guard: reference and lock
	Effect    config.Text             `yaml:"effect" default:"tradewire_effect"` // may begin with a schema: tradewire.tradewire_effect
}

type childWriting struct {
	Table   config.Text            `yaml:"table" required:"true"`
	Parent  map[string]config.Text `yaml:"parent" required:"true"` // their column: the header's column
	Key     []config.Text          `yaml:"key" single:"true"`      // tells the rows of one header apart; without it there is at most one
	Where   map[string]config.Text `yaml:"where"`
	Keep    []config.Text          `yaml:"keep"`
	Stay    bool                   `yaml:"stay"`    // rows that the record does not name stay
	Numbers map[string]*numbering  `yaml:"numbers"` // columns that a counter numbers when a row is made
	Aside   []config.Text          `yaml:"aside"`
	Lookups map[string]lookingUp   `yaml:"lookups"`
}

// sink writes a header with its rows.
type sink struct {
	conn      *Connection
	target    string
	table     string
	key       string
	only      fixed
	reference string // empty: the header does not hold our key
	stands    bool   // a row that is not there is not made
	number    *numbering
	numbers   []numbered
	keep      map[string]bool
	aside     map[string]bool
	needs     []config.Text // the fields that are aside
	section   config.Section
	lookups   []lookup
	rows      []rowTable
	guard     guard
	revision  string // empty: our revision stands in the effect row
	effects   string

	names sync.Map              // of columns, that have been checked
	types sync.Map              // by SELECT of a look-up: the types of its columns
	hold  *hold                 // of guard: lock on a server
	ready atomic.Bool           // the tables have been studied, and the effect table is there
	stand atomic.Pointer[shape] // the tables as they were studied last
	first atomic.Pointer[shape] // and first
}

// rowTable is a table with rows of the header.
type rowTable struct {
	name    string // what the record calls them
	table   string
	keys    []string // its columns that tell the rows of one header apart; none: there is at most one
	child   []string // its columns that name the header
	parent  []string // the header's columns that they name
	only    fixed
	stay    bool // rows that the record does not name stay
	keep    map[string]bool
	numbers []numbered
	aside   map[string]bool
	needs   []config.Text // the fields that are aside
	section config.Section
	lookups []lookup
}

// unique are the columns that tell all rows of ours apart.
func (r rowTable) unique() []string { return append(slices.Clone(r.child), r.keys...) }

// called is a row's key for people.
func (r rowTable) called(key string) string {
	if len(r.keys) == 0 {
		return "the row"
	}
	return strings.Join(r.keys, "/") + " " + key
}

// set reads a list of columns.
func (c *checker) set(list []config.Text) map[string]bool {
	names := map[string]bool{}
	for _, column := range list {
		names[c.name(column)] = true
	}
	return names
}

func (c *checker) rowTable(name string, rows childWriting, section config.Section) rowTable {
	child, parent := sides(c.links(rows.Parent, section))
	t := rowTable{name: name, table: c.name(rows.Table), child: slices.Clip(child), parent: slices.Clip(parent), stay: rows.Stay,
		only: c.fixed(rows.Where), keep: c.set(rows.Keep), aside: c.set(rows.Aside), needs: rows.Aside, section: section, lookups: c.lookups(rows.Lookups, section.At("lookups"))}
	t.numbers = c.rowNumbers(rows.Numbers, section.At("numbers"))
	at := section.At("key").Pos()
	if len(rows.Key) > 0 {
		t.keys = c.columns(rows.Key, at)
	}
	for _, column := range t.keys {
		switch {
		case slices.Contains(t.child, column):
			c.fault(at, "bad-key", fmt.Sprintf("%s names the header, and is the same in all its rows", column), "name the column that tells the rows of one header apart, or leave key out where there is at most one row")
		case t.only.has(column):
			c.fault(at, "bad-key", fmt.Sprintf("%s is the same in all rows, as where: says", column), "name the column that tells the rows of one header apart")
		}
	}
	return t
}

// Sink writes to the section's tables.
func (c *Connection) Sink(target string, section config.Section) (connectors.Sink, config.Faults) {
	var w writing
	if faults := section.Decode(&w); len(faults) > 0 {
		return nil, faults
	}
	check := c.checker()
	s := &sink{conn: c, target: target, stands: w.Stands, number: w.Number}
	s.table, s.key, s.effects = check.name(w.Table), check.name(w.Key), check.name(w.Effect)
	if w.Reference.Value != "" {
		s.reference = check.name(w.Reference)
	}
	if s.stands && (s.reference == "" || s.number != nil) {
		check.fault(section.At("stands").Pos(), "bad-key", "rows that are there already are found by reference, and nobody numbers them",
			"write reference: and the column that holds the document's key, and take number: out")
	}
	s.only, s.keep, s.aside = check.fixed(w.Where), check.set(w.Keep), check.set(w.Aside)
	s.lookups, s.needs, s.section = check.lookups(w.Lookups, section.At("lookups")), w.Aside, section
	guardOf(check, s, w, section)
	s.number.check(check, section.At("number").Pos(), ofKey)
	s.numbers = check.numbers(s, w.Numbers, section.At("numbers"))
	for _, name := range slices.Sorted(maps.Keys(w.Rows)) {
		s.rows = append(s.rows, check.rowTable(name, w.Rows[name], section.At("rows").At(name)))
	}
	if len(check.faults) > 0 {
		return nil, check.faults
	}
	if s.guard == byLock && c.dialect.locking() != "" { // where a writer has the whole database, that is the lock
		s.hold = newHold(c.dialect.place() + "/" + target)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sinks = append(c.sinks, s)
	return s, nil
}

// Write writes all entries in one transaction, or none. An entry that cannot be written whatever the database says,
// or whose record was taken away by hand, has its own error and stops no other.
func (s *sink) Write(ctx context.Context, entries []connectors.Entry) ([]connectors.Result, error) {
	if len(entries) == 0 {
		return nil, nil
	}
	op := "write " + s.target
	if err := s.prepare(ctx, op); err != nil {
		return nil, err
	}
	var results []connectors.Result
	err := s.transact(ctx, op, entries, func(tx *sqlx.Tx) error {
		results = make([]connectors.Result, len(entries))
		fences, err := s.fences(ctx, tx, entries)
		if err != nil {
			return err
		}
		for _, tasks := range s.rounds(entries, results) {
			if err := s.round(ctx, tx, tasks, nil); err != nil {
				return err
			}
		}
		return s.raise(ctx, tx, fences)
	})
	if err != nil {
		s.ready.Store(false) // the effect table may be what is missing
		s.types.Clear()
		return nil, s.drifted(ctx, op, err)
	}
	for i := range results {
		if results[i].Err != nil {
			results[i].Err = s.conn.blame(op, results[i].Err)
		}
	}
	return results, nil
}

// transact runs work on the session that may write to the target.
func (s *sink) transact(ctx context.Context, op string, entries []connectors.Entry, work func(*sqlx.Tx) error) error {
	if s.hold == nil {
		return s.conn.transact(ctx, op, work)
	}
	oldest, newest := entries[0].Epoch, entries[0].Epoch
	for _, e := range entries {
		oldest, newest = min(oldest, e.Epoch), max(newest, e.Epoch)
	}
	if oldest < newest {
		return s.conn.blame(op, takenOver(oldest, newest))
	}
	return s.transactAlone(ctx, op, newest, work)
}

// Close gives up the session that is held, if any; all others belong to the Connection.
func (s *sink) Close() error {
	if s.hold == nil {
		return nil
	}
	return s.hold.close()
}

// rounds makes tasks of entries. Two entries of one key are written one after the other, in two rounds.
func (s *sink) rounds(entries []connectors.Entry, results []connectors.Result) [][]*task {
	var rounds [][]*task
	turn := map[id]int{}
	for i := range entries {
		t, err := s.task(&entries[i], &results[i])
		if err != nil {
			results[i].Err = err
			continue
		}
		n := turn[t.id]
		turn[t.id]++
		if n == len(rounds) {
			rounds = append(rounds, nil)
		}
		rounds[n] = append(rounds[n], t)
	}
	return rounds
}

// round writes tasks of different keys.
func (s *sink) round(ctx context.Context, tx *sqlx.Tx, tasks []*task, d *draft) error {
	slices.SortFunc(tasks, func(a, b *task) int { return strings.Compare(a.id.key, b.id.key) }) // locks are taken, and numbers given, in one order
	w := &work{sink: s, ctx: ctx, tx: tx, shape: *s.stand.Load(), draft: d}
	due, err := w.known(tasks)
	if err != nil || len(due) == 0 {
		return err
	}
	if err := w.still(); err != nil {
		return err
	}
	steps := []func([]*task) error{w.number, w.expected, w.take, w.headers, w.rows, w.readBack, w.remember}
	for _, step := range steps {
		if err := step(due); err != nil {
			return err
		}
	}
	return nil
}

// work is one round inside its transaction.
type work struct {
	*sink
	ctx   context.Context
	tx    *sqlx.Tx
	shape shape
	draft *draft // not nil: nothing is locked or written
}

// headersBy reads our headers by the values of one column, and locks them.
func (w *work) headersBy(column string, columns []string, keys [][]any, lock bool) ([]row, error) {
	return w.all(w.table, w.only, columns, []string{column}, keys, lock)
}

// all reads rows of a table by the values of columns, and locks them.
func (w *work) all(table string, only fixed, columns, by []string, keys [][]any, lock bool) ([]row, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	tail := ""
	if lock {
		tail = w.locking()
	}
	fitted := make([][]any, len(keys))
	for i, key := range keys {
		fitted[i] = w.shape.fit(w.conn.dialect, table, by, key)
	}
	return w.conn.rowsAmong(w.ctx, w.tx, query{from: quoteTable(table), columns: columns, only: w.shape.fitted(w.conn.dialect, table, only)}, by, fitted, tail)
}

// locking is what a SELECT ends with that locks what it reads.
func (w *work) locking() string {
	if w.draft != nil {
		return ""
	}
	return w.conn.dialect.locking()
}

// exec runs a statement that writes and says how many rows it wrote: in a draft as many as are due.
func (w *work) exec(due int, statement string, args ...any) (int64, error) {
	done, err := w.run(statement, args...)
	if err != nil || w.draft != nil {
		return int64(due), err
	}
	return done.RowsAffected()
}

// run runs a statement that writes; a draft only notes it, and has no result.
func (w *work) run(statement string, args ...any) (sql.Result, error) {
	if w.draft != nil {
		w.draft.steps = append(w.draft.steps, spelt(statement, args))
		return nil, nil
	}
	return w.tx.ExecContext(w.ctx, statement, args...)
}

// checkName remembers which names were found good: a batch repeats a few of them thousands of times.
func (s *sink) checkName(name string) error {
	if _, good := s.names.Load(name); good {
		return nil
	}
	err := checkName(name)
	if err == nil {
		s.names.Store(name, true)
	}
	return err
}

func refused(hint, what string, args ...any) error {
	return &connectors.Error{Kind: connectors.Refused, Hint: hint, Err: fmt.Errorf(what, args...)}
}

func conflict(hint, what string, args ...any) error {
	return &connectors.Error{Kind: connectors.Conflict, Hint: hint, Err: fmt.Errorf(what, args...)}
}
