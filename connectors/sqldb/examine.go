package sqldb

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"tradewire/connectors"
)

// findings collects what is found about one thing.
type findings struct {
	about string
	list  []connectors.Finding
}

func (f *findings) add(level connectors.Level, what, change string) {
	f.list = append(f.list, connectors.Finding{Level: level, About: f.about, What: what, Change: change})
}

// is adds an OK when it is so, and otherwise what is wrong.
func (f *findings) is(so bool, well string, level connectors.Level, wrong, change string) {
	if so {
		f.add(connectors.OK, well, "")
		return
	}
	f.add(level, wrong, change)
}

// works adds an OK when there is no fault, and otherwise the fault with its hint as what to change.
func (f *findings) works(err error, well string) {
	if err == nil {
		f.add(connectors.OK, well, "")
		return
	}
	what, change := err.Error(), "mend what is said"
	if fault, ok := errors.AsType[*connectors.Error](err); ok && fault.Hint != "" {
		bare := *fault
		bare.Hint = ""
		what, change = bare.Error(), fault.Hint
	}
	f.add(connectors.Bad, what, change)
}

var (
	_ connectors.Examiner = (*Connection)(nil)
	_ connectors.Grader   = (*sink)(nil)
)

// Examine looks at the server and at every target and source made of this connection, and changes nothing. It answers with an
// error only when it cannot look at all.
func (c *Connection) Examine(ctx context.Context) ([]connectors.Finding, error) {
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
		f.works(s.Probe(ctx), "it can be read")
		general.list = append(general.list, f.list...)
	}
	return general.list, nil
}

// examine looks at a target: what guards it, whether its tables hold what it will write, and what we may do there.
func (s *sink) examine(ctx context.Context) []connectors.Finding {
	f := &findings{about: s.target}
	f.add(connectors.OK, fmt.Sprintf("grade %s: guard: %s", s.Grade(), s.guard), "")
	s.leasesIn(f)
	var stand shape
	err := s.conn.transact(ctx, "examine "+s.target, func(tx *sqlx.Tx) (err error) {
		if stand, err = s.conn.dialect.shape(ctx, tx, s.tables()); err != nil {
			return err
		}
		s.undoes(f, stand)
		f.works(s.guarded(stand), "its guard holds")
		s.keysIn(f, stand)
		s.characters(f, stand)
		s.rights(ctx, tx, f, stand)
		return errProbed
	})
	if stand == nil {
		f.works(err, "")
	}
	if s.hold != nil {
		f.works(s.hold.probe(ctx, s.conn), "it may end the session of its predecessor")
	}
	return f.list
}

// leasesIn says what the guard knows of leases. Only a row of ours remembers them; where nothing of ours may stand, an order is
// written once and never set back, but perhaps by an instance that should not have written it any more.
func (s *sink) leasesIn(f *findings) {
	if s.keepsEffects() {
		return
	}
	late := "an instance that stood still for longer than its lease still writes, when it goes on, an order that its successor has not written"
	if s.hold != nil {
		late += ", once the session of its successor has ended"
	}
	f.add(connectors.Warn, late, "let one instance run, or use guard: effect, if a table of ours may stand on the server (effect: SCHEMA.tradewire_effect in a schema of ours)")
}

// undoes looks for tables that take no part in transactions.
func (s *sink) undoes(f *findings, stand shape) {
	well := true
	for _, table := range s.tables() {
		if kept := stand.of(table).stamp; kept.Unsafe {
			well = false
			f.add(connectors.Bad, fmt.Sprintf("the table %s is kept by %s, which takes no part in transactions: half an order would stay when something goes wrong", table, kept.Engine),
				fmt.Sprintf("ALTER TABLE %s ENGINE = InnoDB", quoteTable(table)))
		}
	}
	if well {
		f.add(connectors.OK, "everything it writes can be undone", "")
	}
}

// keysIn looks at the columns by which rows are found.
func (s *sink) keysIn(f *findings, stand shape) {
	header := stand.of(s.table)
	if len(header.columns) == 0 {
		f.add(connectors.Bad, fmt.Sprintf("there is no table %s, or it may not be seen", s.table), "write under table its name as the database has it, or see whether the dsn names the right database")
		return
	}
	if header.tells(s.key, s.only) {
		f.add(connectors.OK, fmt.Sprintf("%s.%s tells the rows apart", s.table, s.key), "")
	} else {
		f.fault(connectors.Bad, s.section.At("key").Pos(), "key-not-unique", fmt.Sprintf("%s.%s is not unique by itself", s.table, s.key), "write under key the column that tells the rows apart")
	}
	for _, n := range s.numbers {
		if n.Max && !header.tells(n.column, s.only) {
			f.fault(connectors.Bad, s.section.At("numbers").At(n.column).Pos(), "number-not-unique", fmt.Sprintf("%s.%s is one above the highest and is not unique: two writers may give the same", s.table, n.column),
				fmt.Sprintf("ALTER TABLE %s ADD UNIQUE (%s), or number it by a counter", quoteTable(s.table), strings.Join(append(slices.Clone(s.only.columns), n.column), ", ")))
		}
	}
	if s.reference == "" {
		f.add(connectors.Warn, "the table does not hold our key: rows of an earlier installation are not found again", "write under reference a column to spare, if there is one")
		return
	}
	column := Column{Name: s.reference}
	if c := header.column(s.reference); c != nil {
		column = *c
	}
	f.is(header.begins(s.reference), fmt.Sprintf("an index leads to %s.%s", s.table, s.reference), connectors.Warn,
		fmt.Sprintf("no index leads to %s.%s: each batch reads the whole table", s.table, s.reference),
		fmt.Sprintf("CREATE INDEX tradewire_reference ON %s (%s)", quoteTable(s.table), s.conn.dialect.indexing(column)))
	if key := header.shared(s.reference); key != nil && !header.tells(s.reference, s.only) {
		f.add(connectors.Warn, fmt.Sprintf("%s.%s is unique only together with others, %v: an order of an earlier installation may be taken for another's", s.table, s.reference, key),
			"look through such orders before the first run")
	}
}

// unlimited are the character sets that hold everything, chinese those that hold what is usual of Chinese.
var (
	unlimited = []string{"utf8mb4", "gb18030", "utf16", "utf16le", "utf32"}
	chinese   = []string{"utf8", "utf8mb3", "ucs2", "gbk", "gb2312", "big5"}
)

// characters looks for columns of texts that cannot hold what people write. Such a text is refused, never altered.
func (s *sink) characters(f *findings, stand shape) {
	found := false
	for _, table := range s.tables() {
		narrow := map[string][]string{}
		for _, c := range stand.of(table).columns {
			if c.Charset != "" && !slices.Contains(unlimited, c.Charset) {
				narrow[c.Charset] = append(narrow[c.Charset], c.Name)
			}
		}
		for _, charset := range slices.Sorted(maps.Keys(narrow)) {
			found = true
			what := "no Chinese"
			if slices.Contains(chinese, charset) {
				what = "no rare Chinese characters and no emoji"
			}
			f.add(connectors.Warn, fmt.Sprintf("%s holds %s in %s, which are %s", table, what, strings.Join(narrow[charset], ", "), charset),
				fmt.Sprintf("let the mapping keep to what fits, as the rest is refused; or, if the ERP can do with it: ALTER TABLE %s CONVERT TO CHARACTER SET utf8mb4", quoteTable(table)))
		}
	}
	if !found {
		f.add(connectors.OK, "the texts of its tables hold every character", "")
	}
}

// rights tries what Write will do, on no row.
func (s *sink) rights(ctx context.Context, tx *sqlx.Tx, f *findings, stand shape) {
	account := s.conn.accountIn(ctx, tx)
	missing := 0
	try := func(table, right, statement string) {
		// The right is asked for before anything else: a column that would have to be filled says that it is there.
		if _, err := tx.ExecContext(ctx, statement); err != nil && !s.conn.dialect.misfit(err) {
			missing++
			f.add(connectors.Bad, fmt.Sprintf("%s on %s is not possible: %v", right, table, err), s.grant(right, table, account))
		}
	}
	for _, table := range s.tables() {
		columns := stand.of(table).columns
		if len(columns) == 0 {
			if table == s.effects {
				f.add(connectors.Warn, fmt.Sprintf("the effect table %s is not there yet: the first write makes it, if the user may", table), s.makes(table, account))
			}
			continue
		}
		name, column := quoteTable(table), quote(columns[0].Name)
		try(table, "SELECT", "SELECT "+column+" FROM "+name+" WHERE 1 = 0")
		try(table, "UPDATE", "UPDATE "+name+" SET "+column+" = "+column+" WHERE 1 = 0")
		if slices.ContainsFunc(s.counters(), func(n *numbering) bool { return n.Counter.Value == table && n.Begin == nil }) {
			continue
		}
		if s.stands && table == s.table {
			continue // no row of it is made or taken away
		}
		try(table, "INSERT", "INSERT INTO "+name+" ("+column+") SELECT "+column+" FROM "+name+" WHERE 1 = 0")
		if table != s.effects && (table != s.table || s.keepsEffects()) {
			try(table, "DELETE", "DELETE FROM "+name+" WHERE 1 = 0")
		}
	}
	if missing == 0 {
		f.add(connectors.OK, "the user may do what it will have to", "")
	}
}

// An accountable dialect has users: account is ours as GRANT wants it, and where is a table's full name.
type accountable interface {
	account(ctx context.Context, tx sqlx.QueryerContext) string
	where(table string) string
}

// accountIn is who we are to the database, empty where nobody is anybody.
func (c *Connection) accountIn(ctx context.Context, tx sqlx.QueryerContext) string {
	if d, ok := c.dialect.(accountable); ok {
		return d.account(ctx, tx)
	}
	return ""
}

// grant is what gives us a right that is missing.
func (s *sink) grant(right, table, account string) string {
	d, ok := s.conn.dialect.(accountable)
	if !ok {
		return "give this program the right to write to " + s.conn.dialect.place()
	}
	return fmt.Sprintf("GRANT %s ON %s TO %s", right, d.where(table), account)
}

// makes is how the effect table comes to be there.
func (s *sink) makes(table, account string) string {
	made := strings.Join(strings.Fields(s.conn.dialect.effectTable(quoteTable(table))), " ")
	if _, ok := s.conn.dialect.(accountable); !ok {
		return "nothing, or now: " + made
	}
	return fmt.Sprintf("nothing if the user may CREATE; else: %s; %s", made, s.grant("SELECT, INSERT, UPDATE", table, account))
}

// offset is how far a clock stands from UTC.
func offset(d time.Duration) string {
	return time.Time{}.In(time.FixedZone("", int(d.Seconds()))).Format("-07:00")
}
