package sqldb

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"tradewire/config"
	"tradewire/connectors"
)

// reading is the key `read` of a source on a SQL database.
type reading struct {
	Select  config.Text             `yaml:"select" required:"true"`
	Key     config.Section          `yaml:"key" required:"true"` // a column, or several
	Version config.Text             `yaml:"version"`             // the column with the row's own version
	At      config.Text             `yaml:"at"`                  // the column with the time of its last change
	Detect  config.Text             `yaml:"detect" required:"true" enum:"snapshot,id,timestamp,version"`
	Column  config.Text             `yaml:"column"`  // the column that tells what is new; by default key, at or version
	Overlap config.Text             `yaml:"overlap"` // read again what is that much older: a duration, or a number of ids
	Rows    map[string]childReading `yaml:"rows"`
	Kind    config.Text             `yaml:"kind"` // what the records are called; by default the source's name
}

type childReading struct {
	Select config.Text            `yaml:"select" required:"true"`
	Parent map[string]config.Text `yaml:"parent" required:"true"` // their column: the column of the record they belong to
	Order  config.Text            `yaml:"order"`
}

// source reads one SELECT. It holds no cursor.
type source struct {
	conn     *Connection
	kind     string
	name     string
	from     string // the SELECT in brackets
	key      []string
	version  string
	at       string
	detect   string
	column   string
	overlap  time.Duration // of timestamps
	behind   int64         // of ids and versions
	children []child
}

// child is rows that belong to a record.
type child struct {
	name  string
	from  string
	links []link
	order []string // as SQL
}

// link joins a column of a row to a column of the record it belongs to.
type link struct{ child, parent string }

func sides(links []link) (child, parent []string) {
	for _, l := range links {
		child, parent = append(child, l.child), append(parent, l.parent)
	}
	return child, parent
}

// Source reads what the section's SELECT shows.
func (c *Connection) Source(kind string, section config.Section) (connectors.Source, config.Faults) {
	var r reading
	if faults := section.Decode(&r); len(faults) > 0 {
		return nil, faults
	}
	var check checker
	s := &source{conn: c, name: kind, kind: kind, detect: r.Detect.Value}
	if r.Kind.Value != "" {
		s.kind = r.Kind.Value
	}
	s.from = check.selection(r.Select)
	s.key = check.columns(r.Key)
	s.version, s.at = check.optional(r.Version), check.optional(r.At)
	s.column = check.optional(r.Column)
	s.watched(&check, r)
	for _, name := range slices.Sorted(maps.Keys(r.Rows)) {
		rows := r.Rows[name]
		s.children = append(s.children, child{name, check.selection(rows.Select), check.links(rows.Parent, section.At("rows").At(name)), check.order(rows.Order)})
	}
	if len(check.faults) > 0 {
		return nil, check.faults
	}
	return s, nil
}

// watched settles which column tells what is new, and how far back reading begins again.
func (s *source) watched(check *checker, r reading) {
	if s.column == "" {
		switch s.detect {
		case "timestamp":
			s.column = s.at
		case "version":
			s.column = s.version
		case "id":
			if len(s.key) == 1 {
				s.column = s.key[0]
			}
		}
	}
	if s.column == "" && s.detect != "snapshot" {
		check.fault(r.Detect.Pos, "missing-column", "nothing says which column tells what is new", "write column: and the name of a column of the SELECT")
	}
	overlap := r.Overlap.Value
	if overlap == "" {
		return
	}
	var err error
	switch s.detect {
	case "timestamp":
		s.overlap, err = time.ParseDuration(overlap)
	case "snapshot":
		err = fmt.Errorf("a snapshot reads everything")
	default:
		s.behind, err = strconv.ParseInt(overlap, 10, 32)
	}
	if err != nil || s.overlap < 0 || s.behind < 0 {
		check.fault(r.Overlap.Pos, "bad-overlap", fmt.Sprintf("the overlap %q does not fit detect: %s", overlap, s.detect), "write a duration such as 5m for timestamp, a number such as 100 for id and version")
	}
}

// Read returns the page after pos.
func (s *source) Read(ctx context.Context, pos connectors.Position, max int) (batch connectors.Batch, err error) {
	op := "read " + s.name
	if s.detect == "snapshot" {
		err = s.conn.look(ctx, op, func(tx *sqlx.Tx) (err error) { batch, err = s.whole(ctx, tx); return err })
	} else {
		err = s.conn.look(ctx, op, func(tx *sqlx.Tx) (err error) { batch, err = s.page(ctx, tx, pos, max); return err })
	}
	if err != nil {
		return connectors.Batch{}, err
	}
	return batch, nil
}

// Fetch reads single records by key. A key that the SELECT does not show is gone.
func (s *source) Fetch(ctx context.Context, kind string, keys []string) ([]connectors.Change, error) {
	if kind == "" {
		kind = s.kind
	}
	changes := make([]connectors.Change, len(keys))
	var wanted [][]any
	for i, key := range keys {
		changes[i] = connectors.Change{Kind: kind, Key: key, Gone: true}
		if parts, ok := splitKey(key, len(s.key)); ok {
			values := make([]any, len(parts))
			for j, part := range parts {
				values[j] = part
			}
			wanted = append(wanted, values)
		}
	}
	if len(wanted) == 0 {
		return changes, nil
	}
	var found []connectors.Change
	err := s.conn.look(ctx, "fetch from "+s.name, func(tx *sqlx.Tx) error {
		rows, err := s.conn.rowsAmong(ctx, tx, query{from: s.from}, s.key, wanted, "")
		if err != nil {
			return err
		}
		found, err = s.changes(ctx, tx, rows, false)
		return err
	})
	if err != nil {
		return nil, err
	}
	byKey := map[string]connectors.Change{}
	for _, change := range found {
		byKey[s.conn.dialect.fold(change.Key)] = change
	}
	for i, key := range keys {
		if change, ok := byKey[s.conn.dialect.fold(key)]; ok {
			change.Kind = kind
			changes[i] = change
		}
	}
	return changes, nil
}

// Close does nothing: the sessions belong to the Connection.
func (s *source) Close() error { return nil }

// changes makes changes of rows, each with the rows that belong to it.
func (s *source) changes(ctx context.Context, tx *sqlx.Tx, rows []row, all bool) ([]connectors.Change, error) {
	if err := shows(rows, s.name, s.needed()...); err != nil {
		return nil, err
	}
	for _, c := range s.children {
		if err := s.adopt(ctx, tx, c, rows, all); err != nil {
			return nil, err
		}
	}
	changes := make([]connectors.Change, len(rows))
	for i, r := range rows {
		changes[i] = s.change(r)
	}
	return changes, nil
}

// needed are the columns that the SELECT must show.
func (s *source) needed() []string {
	columns := slices.Clone(s.key)
	for _, c := range s.children {
		_, parents := sides(c.links)
		columns = append(columns, parents...)
	}
	for _, column := range []string{s.column, s.version, s.at} {
		if column != "" {
			columns = append(columns, column)
		}
	}
	return columns
}

// shows checks that the rows have the columns, spelt as in the configuration.
func shows(rows []row, name string, columns ...string) error {
	for _, column := range columns {
		if len(rows) == 0 {
			return nil
		}
		if _, ok := rows[0].record[column]; !ok {
			return misconfigured("name it in the SELECT, in the same spelling", "the SELECT of %s shows no column %s", name, column)
		}
	}
	return nil
}

func (s *source) change(r row) connectors.Change {
	key := r.at(s.key)
	change := connectors.Change{Kind: s.kind, Key: joinKey(key), Record: r.record}
	if s.version != "" {
		change.Version = keyText(r.record[s.version])
	}
	if s.at != "" {
		if at, ok := instant(r.record[s.at], s.conn.env.Zone); ok {
			change.At = at
		}
	}
	if r.broken == "" && slices.Contains(key, nil) {
		r.broken = "the key " + strings.Join(s.key, "/") + " is empty"
	}
	if r.broken != "" {
		change.Broken = &connectors.Broken{Raw: r.record.Canonical(), Reason: r.broken}
		change.Record = nil
	}
	return change
}

// adopt puts the rows of one child into the records they belong to. A row that cannot be read breaks its record only.
func (s *source) adopt(ctx context.Context, tx *sqlx.Tx, c child, records []row, all bool) error {
	childColumns, parentColumns := sides(c.links)
	order := " ORDER BY " + strings.Join(append(ordered(childColumns), c.order...), ", ")
	var rows []row
	var err error
	if all {
		rows, err = s.conn.rows(ctx, tx, query{from: c.from, rest: order + " LIMIT ?", args: []any{largestSet + 1}})
		if err == nil && len(rows) > largestSet {
			err = misconfigured("read it by id, timestamp or version", "the snapshot has more than %d rows under %s", largestSet, c.name)
		}
	} else {
		rows, err = s.conn.rowsAmong(ctx, tx, query{from: c.from}, childColumns, distinct(records, parentColumns), order)
	}
	if err == nil {
		err = shows(rows, c.name, childColumns...)
	}
	if err != nil {
		return err
	}
	belonging := s.conn.group(rows, childColumns)
	for i := range records {
		list := []any{}
		for _, r := range belonging.of(joinKey(records[i].at(parentColumns))) {
			if r.broken != "" {
				records[i].broken = c.name + ": " + r.broken
			}
			list = append(list, r.record)
		}
		records[i].record[c.name] = list
	}
	return nil
}

func ordered(columns []string) []string {
	terms := make([]string, len(columns))
	for i, column := range columns {
		terms[i] = "t." + quote(column)
	}
	return terms
}

// distinct are the values of the columns, each once, ready to be bound.
func distinct(rows []row, columns []string) [][]any {
	seen := map[string]bool{}
	var keys [][]any
	for _, r := range rows {
		values := r.at(columns)
		if key := joinKey(values); !seen[key] && !slices.Contains(values, nil) {
			seen[key] = true
			for i := range values {
				if b, err := boundKey(values[i]); err == nil {
					values[i] = b
				}
			}
			keys = append(keys, values)
		}
	}
	return keys
}
