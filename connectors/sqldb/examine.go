package sqldb

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
)

// Level says how much a Finding matters.
type Level string

const (
	OK   Level = "ok"
	Warn Level = "warn" // it works, and something may surprise
	Bad  Level = "bad"  // a promise does not hold, or writing will be refused
)

// Finding is one thing seen on a look at the other system before it is relied on.
type Finding struct {
	Level  Level
	About  string // the connection, a target or a source
	What   string // what is so
	Change string // what to change; empty when nothing
}

// findings collects what is found about one thing.
type findings struct {
	about string
	list  []Finding
}

func (f *findings) add(level Level, what, change string) {
	f.list = append(f.list, Finding{level, f.about, what, change})
}

// is adds an OK when it is so, and otherwise what is wrong.
func (f *findings) is(so bool, well string, level Level, wrong, change string) {
	if so {
		f.add(OK, well, "")
		return
	}
	f.add(level, wrong, change)
}

// Examine looks at the server and at every target and source made of this connection, and changes nothing. It answers with an
// error only when it cannot look at all.
func (c *Connection) Examine(ctx context.Context) ([]Finding, error) {
	general := findings{about: c.env.Name}
	op := "examine"
	err := c.look(ctx, op, func(tx *sqlx.Tx) error {
		general.list = nil
		return c.dialect.examine(ctx, tx, &general)
	})
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	sinks, sources := slices.Clone(c.sinks), slices.Clone(c.sources)
	c.mu.Unlock()
	for _, s := range sinks {
		general.list = append(general.list, s.examine(ctx)...)
	}
	for _, s := range sources {
		f := findings{about: s.name}
		err := s.Probe(ctx)
		f.is(err == nil, "it can be read", Bad, fmt.Sprint(err), "mend what is said")
		general.list = append(general.list, f.list...)
	}
	return general.list, nil
}

// examine looks at a target: what guards it, whether its tables hold what it will write, and what we may do there.
func (s *sink) examine(ctx context.Context) []Finding {
	f := &findings{about: s.target}
	f.add(OK, fmt.Sprintf("grade %s: guard: %s", s.Grade(), s.guard), "")
	var stand shape
	err := s.conn.transact(ctx, "examine "+s.target, func(tx *sqlx.Tx) (err error) {
		if stand, err = s.conn.dialect.shape(ctx, tx, s.tables()); err != nil {
			return err
		}
		err = s.safe(stand)
		f.is(err == nil, "everything it writes can be undone, and its guard holds", Bad, fmt.Sprint(err), "as said")
		s.keysIn(f, stand)
		s.characters(f, stand)
		s.rights(ctx, tx, f, stand)
		return errProbed
	})
	if stand == nil {
		f.add(Bad, fmt.Sprint(err), "let the connection be mended first")
	}
	if s.hold != nil {
		err := s.hold.probe(ctx, s.conn)
		f.is(err == nil, "it may end the session of its predecessor", Bad, fmt.Sprint(err), "give the user the right to end its sessions")
	}
	return f.list
}

// keysIn looks at the columns by which rows are found.
func (s *sink) keysIn(f *findings, stand shape) {
	header := stand.of(s.table)
	if len(header.columns) == 0 {
		f.add(Bad, fmt.Sprintf("there is no table %s, or it may not be seen", s.table), "name the table as the database has it")
		return
	}
	f.is(header.unique(s.key), fmt.Sprintf("%s.%s tells the rows apart", s.table, s.key), Bad,
		fmt.Sprintf("%s.%s is not unique by itself", s.table, s.key), "name under key the column that tells the rows apart")
	if s.reference == "" {
		f.add(Warn, "the table does not hold our key: rows of an earlier installation are not found again", "name a column under reference, if there is one to spare")
		return
	}
	f.is(header.begins(s.reference), fmt.Sprintf("an index leads to %s.%s", s.table, s.reference), Warn,
		fmt.Sprintf("no index leads to %s.%s: each batch reads the whole table", s.table, s.reference), fmt.Sprintf("CREATE INDEX ... ON %s (%s)", s.table, s.reference))
	if key := header.shared(s.reference); key != nil && !header.unique(s.reference) {
		f.add(Warn, fmt.Sprintf("%s.%s is unique only together with others, %v: an order of an earlier installation may be taken for another's", s.table, s.reference, key),
			"look through such orders before the first run")
	}
}

// characters looks for columns of texts that cannot hold what people write. Such a text is refused, never altered.
func (s *sink) characters(f *findings, stand shape) {
	found := false
	for _, table := range s.tables() {
		narrow := map[string][]string{}
		for _, c := range stand.of(table).columns {
			if c.Charset != "" && !slices.Contains([]string{"utf8mb4", "gb18030", "utf16", "utf16le", "utf32"}, c.Charset) {
				narrow[c.Charset] = append(narrow[c.Charset], c.Name)
			}
		}
		for _, charset := range slices.Sorted(maps.Keys(narrow)) {
			found = true
			what := "no Chinese"
			if slices.Contains([]string{"utf8", "utf8mb3", "ucs2", "gbk", "gb2312", "big5"}, charset) {
				what = "no rare Chinese characters and no emoji"
			}
			f.add(Warn, fmt.Sprintf("%s holds %s in %s, which are %s", table, what, strings.Join(narrow[charset], ", "), charset),
				"let the mapping keep to what fits, or have the columns changed to utf8mb4: what does not fit is refused")
		}
	}
	if !found {
		f.add(OK, "the texts of its tables hold every character", "")
	}
}

// rights tries what Write will do, on no row.
func (s *sink) rights(ctx context.Context, tx *sqlx.Tx, f *findings, stand shape) {
	missing := 0
	try := func(table, right, statement string) {
		// The right is asked for before anything else: a column that would have to be filled says that it is there.
		if _, err := tx.ExecContext(ctx, statement); err != nil && !s.conn.dialect.misfit(err) {
			missing++
			f.add(Bad, fmt.Sprintf("%s on %s is not possible: %v", right, table, err), fmt.Sprintf("GRANT %s ON %s TO the user of this connection", right, table))
		}
	}
	for _, table := range s.tables() {
		columns := stand.of(table).columns
		if len(columns) == 0 {
			if table == s.effects {
				f.add(Warn, fmt.Sprintf("the effect table %s is not there yet: the first write makes it", table), "let the user make it, or run: "+s.conn.dialect.effectTable(quoteTable(table)))
			}
			continue
		}
		name, column := quoteTable(table), quote(columns[0].Name)
		try(table, "SELECT", "SELECT "+column+" FROM "+name+" WHERE 1 = 0")
		try(table, "UPDATE", "UPDATE "+name+" SET "+column+" = "+column+" WHERE 1 = 0")
		if s.number != nil && table == s.number.Counter.Value {
			continue
		}
		try(table, "INSERT", "INSERT INTO "+name+" ("+column+") SELECT "+column+" FROM "+name+" WHERE 1 = 0")
		if table != s.effects && (table != s.table || s.keepsEffects()) {
			try(table, "DELETE", "DELETE FROM "+name+" WHERE 1 = 0")
		}
	}
	if missing == 0 {
		f.add(OK, "the user may do what it will have to", "")
	}
}

// offset is how far a clock stands from UTC.
func offset(d time.Duration) string {
	return time.Time{}.In(time.FixedZone("", int(d.Seconds()))).Format("-07:00")
}
