package sqldb

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jmoiron/sqlx"

	"tradewire/config"
	"tradewire/connectors"
)

// Fit looks whether the tables have the columns that a mapping fills, whether something fills every column that must be filled, and
// whether what is filled in has room there.
func (s *sink) Fit(ctx context.Context, fields []connectors.Field) ([]connectors.Finding, error) {
	f := &findings{about: s.target}
	var found shape
	mode := ""
	err := s.conn.look(ctx, "examine "+s.target, func(tx *sqlx.Tx) (err error) {
		if found, err = s.conn.dialect.shape(ctx, tx, s.tables()); err == nil {
			mode = s.conn.dialect.mode(ctx, tx)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	named := func(name string) bool {
		return slices.ContainsFunc(s.rows, func(r rowTable) bool { return r.name == name })
	}
	given := []connectors.Field{}
	for _, field := range fields {
		if !s.aside[field.Name] && !named(field.Name) {
			given = append(given, field)
		}
	}
	s.fit(f, found, s.table, given, s.fills(), mode)
	for _, l := range s.allLookups() {
		err := s.conn.look(ctx, "examine "+s.target, func(tx *sqlx.Tx) error { return s.conn.names(ctx, tx, l.from, l.needed()) })
		if err != nil {
			f.add(connectors.Bad, fmt.Sprintf("the look-up %s cannot be read: %v", l.name, err), "mend its SELECT, or GRANT SELECT on its tables")
		}
	}
	for _, r := range s.rows {
		at := slices.IndexFunc(fields, func(field connectors.Field) bool { return field.Name == r.name })
		if at < 0 {
			f.add(connectors.Warn, fmt.Sprintf("the mapping makes no %s: the rows of %s stay as they are", r.name, r.table), fmt.Sprintf("write %s: into the mapping, or take it out of rows:", r.name))
			continue
		}
		given := slices.DeleteFunc(slices.Clone(fields[at].Inside), func(field connectors.Field) bool { return r.aside[field.Name] })
		s.fit(f, found, r.table, given, r.fills(), mode)
	}
	if len(f.list) == 0 {
		f.add(connectors.OK, "its tables take what the mapping makes", "")
	}
	return f.list, nil
}

// fills are the columns of the header that are filled without the mapping.
func (s *sink) fills() []string {
	columns := append(slices.Clone(s.only.columns), s.reference, s.revision)
	if s.number != nil || s.key == s.reference {
		columns = append(columns, s.key)
	}
	for _, n := range s.numbers {
		columns = append(columns, n.column)
	}
	return append(columns, filledBy(s.lookups)...)
}

func (r rowTable) fills() []string {
	return append(append(slices.Clone(r.child), r.only.columns...), filledBy(r.lookups)...)
}

func filledBy(lookups []lookup) (columns []string) {
	for _, l := range lookups {
		_, filled := sides(l.take)
		columns = append(columns, filled...)
	}
	return columns
}

// fit compares one table with the fields that are written to it.
func (s *sink) fit(f *findings, found shape, table string, fields []connectors.Field, filled []string, mode string) {
	t := found.of(table)
	if len(t.columns) == 0 {
		return // it has been said that the table is not there
	}
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = c.Name
	}
	has := map[string]bool{}
	for _, name := range filled {
		has[strings.ToLower(name)] = true
	}
	for _, field := range fields {
		has[strings.ToLower(field.Name)] = true
		c := t.column(field.Name)
		switch room := lettersIn(c); {
		case field.Rows:
			f.add(connectors.Bad, fmt.Sprintf("the mapping makes %s with fields of its own, and no rows are called so", field.Name), "name it under rows: with its table")
		case c == nil:
			f.add(connectors.Bad, fmt.Sprintf("%s has no column %s, which the mapping fills", table, field.Name), config.Choose(field.Name, names))
		case room > 0 && field.Most > room:
			f.add(connectors.Warn, fmt.Sprintf("%s.%s holds %d characters, and the mapping lets %d through", table, field.Name, room, field.Most), fmt.Sprintf("cut it to %d: what is longer is refused", room))
		}
	}
	for _, c := range t.columns {
		switch {
		case has[strings.ToLower(c.Name)]:
		case !c.Nullable && c.Default == nil && !(c.Primary && s.conn.dialect.numbers(c)):
			f.add(connectors.Bad, fmt.Sprintf("%s.%s must be filled (%s, no default), and nothing fills it", table, c.Name, declared(&c)), fmt.Sprintf("write %s: into the mapping, or fill it by where:, numbers: or lookups:", c.Name))
		case c.Default != nil && strings.Contains(*c.Default, "0000-00-00") && strings.Contains(mode, "NO_ZERO_DATE"):
			f.add(connectors.Bad, fmt.Sprintf("%s.%s has the default %s, which the sql_mode of this connection refuses, and nothing fills it", table, c.Name, *c.Default),
				"fill it in the mapping, or write sql_mode: at the connection, without NO_ZERO_DATE: STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION")
		}
	}
}

// lettersIn is how many characters a column holds; 0: that is not known, or the database does not keep to it.
func lettersIn(c *Column) int {
	if c == nil || c.Charset == "" {
		return 0
	}
	declared := lettersOf.FindStringSubmatch(strings.ToLower(c.Type))
	if declared == nil {
		return 0
	}
	n, _ := strconv.Atoi(declared[1])
	return n
}
