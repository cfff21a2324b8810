package sqldb

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/jmoiron/sqlx"

	"tradewire/config"
	"tradewire/connectors"
)

// reading is the key `read` of a source on a SQL database.
type reading struct {
	Select  config.Text              `yaml:"select" required:"true"`
	Key     []config.Text            `yaml:"key" required:"true" single:"true"` // a column, or several
	Version config.Text              `yaml:"version"`                           // the column with the row's own version
	At      config.Text              `yaml:"at"`                                // the column with the time of its last change
	Detect  config.Text              `yaml:"detect" required:"true" enum:"snapshot,id,timestamp,version,log"`
	Column  config.Text              `yaml:"column"`              // the column that tells what is new; by default key, at or version
	Overlap config.Text              `yaml:"overlap"`             // read again what is that much older: a duration, or a number of ids
	Open    config.Text              `yaml:"open"`                // a condition on columns of the SELECT: records for which it holds are read again
	Log     config.Text              `yaml:"log"`                 // the table of the change log; by default tradewire_log_ and the source's name
	Watch   map[string][]config.Text `yaml:"watch" single:"true"` // every table whose changes change a record: its columns with the key
	Rows    map[string]childReading  `yaml:"rows"`
	Kind    config.Text              `yaml:"kind"` // what the records are called; by default the source's name
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
	open     string        // the SELECT of the records that are read again, in brackets; empty: none are
	children []child
	section  config.Section
	log      *changeLog // of detect: log

	types sync.Map // by SELECT: the types of its columns
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
	check := c.checker()
	s := &source{conn: c, section: section, name: kind, kind: kind, detect: r.Detect.Value}
	if r.Kind.Value != "" {
		s.kind = r.Kind.Value
	}
	s.from = check.selection(r.Select)
	s.key = check.columns(r.Key, section.At("key").Pos())
	s.version, s.at = check.optional(r.Version), check.optional(r.At)
	s.column = check.optional(r.Column)
	s.watched(check, r)
	s.open = check.opened(s, r)
	s.log = changeLogOf(check, s, r, section)
	for _, name := range slices.Sorted(maps.Keys(r.Rows)) {
		rows := r.Rows[name]
		s.children = append(s.children, child{name, check.selection(rows.Select), check.links(rows.Parent, section.At("rows").At(name)), check.order(rows.Order)})
	}
	if len(check.faults) > 0 {
		return nil, check.faults
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sources = append(c.sources, s)
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
	if s.column == "" && s.detect != "snapshot" && s.detect != "log" {
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
	case "snapshot", "log":
		err = fmt.Errorf("a %s shows everything", s.detect)
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
	switch s.detect {
	case "snapshot":
		err = s.conn.look(ctx, op, func(tx *sqlx.Tx) (err error) { batch, err = s.whole(ctx, tx); return err })
	case "log":
		batch, err = s.logged(ctx, op, pos, max)
	default:
		err = s.conn.look(ctx, op, func(tx *sqlx.Tx) (err error) { batch, err = s.page(ctx, tx, pos, max); return err })
	}
	if err != nil {
		s.types.Clear() // they may have changed
		return connectors.Batch{}, err
	}
	return batch, nil
}

// Close does nothing: the sessions belong to the Connection.
func (s *source) Close() error { return nil }
