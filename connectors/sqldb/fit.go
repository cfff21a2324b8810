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
	s.fitAll(f, found, fields, mode)
	for _, l := range s.allLookups() {
		err := s.conn.look(ctx, "examine "+s.target, func(tx *sqlx.Tx) error { return s.conn.names(ctx, tx, l.from, l.needed()) })
		if err != nil {
			f.add(connectors.Bad, fmt.Sprintf("the look-up %s cannot be read: %v", l.name, err), "mend its SELECT, or GRANT SELECT on its tables")
		}
	}
	if len(f.list) == 0 {
		f.add(connectors.OK, "its tables take what the mapping makes", "")
	}
	return f.list, nil
}

// fitAll compares all tables with the fields that are written to them, however it is known how they are made.
func (s *sink) fitAll(f *findings, found shape, fields []connectors.Field, mode string) {
	s.fit(f, found, part{s.table, s.section, s.fills(), []string{s.key, s.reference}, s.given(s.table, fields)}, mode)
	for _, r := range s.rows {
		if !slices.ContainsFunc(fields, func(field connectors.Field) bool { return field.Name == r.name }) {
			f.add(connectors.Warn, fmt.Sprintf("the mapping makes no %s: the rows of %s stay as they are", r.name, r.table), fmt.Sprintf("write %s: into the mapping, or take it out of rows:", r.name))
			continue
		}
		s.fit(f, found, part{r.table, r.section, r.fills(), r.unique(), s.given(r.table, fields)}, mode)
	}
}

// part is one table that is written to.
type part struct {
	table   string
	section config.Section
	filled  []string // columns that are filled without the mapping
	apart   []string // columns that tell its rows apart
	given   []connectors.Field
}

// given are the fields of the mapping that go into columns of a table.
func (s *sink) given(table string, fields []connectors.Field) (given []connectors.Field) {
	for _, r := range s.rows {
		at := slices.IndexFunc(fields, func(field connectors.Field) bool { return field.Name == r.name })
		if r.table == table && at >= 0 {
			given = append(given, slices.DeleteFunc(slices.Clone(fields[at].Inside), func(field connectors.Field) bool { return r.aside[field.Name] })...)
		}
	}
	if table != s.table {
		return given
	}
	for _, field := range fields {
		if !s.aside[field.Name] && !slices.Contains(s.rowNames(), field.Name) {
			given = append(given, field)
		}
	}
	return given
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
	columns := append(slices.Clone(r.child), r.only.columns...)
	for _, n := range r.numbers {
		columns = append(columns, n.column)
	}
	return append(columns, filledBy(r.lookups)...)
}

func filledBy(lookups []lookup) (columns []string) {
	for _, l := range lookups {
		_, filled := sides(l.take)
		columns = append(columns, filled...)
	}
	return columns
}

// fillsBy are the keys that fill columns of a table without the mapping.
func (p part) fillsBy(s *sink) string {
	if p.table == s.table {
		return "where:, numbers: or lookups:"
	}
	return "where:, lookups: or numbers:"
}

// fit compares one table with the fields that are written to it.
func (s *sink) fit(f *findings, found shape, p part, mode string) {
	t, at := found.of(p.table), p.section.At("table").Pos()
	if len(t.columns) == 0 {
		return // it has been said that the table is not there
	}
	has := map[string]bool{}
	for _, name := range p.filled {
		has[strings.ToLower(name)] = true
	}
	for _, field := range p.given {
		has[strings.ToLower(field.Name)] = true
		c := t.column(field.Name)
		switch {
		case field.Rows:
			f.add(connectors.Bad, fmt.Sprintf("the mapping makes %s with fields of its own, and no rows are called so", field.Name), "name it under rows: with its table")
		case c == nil:
			f.fault(connectors.Bad, field.Pos, "unknown-column", fmt.Sprintf("%s has no column %s, which the mapping fills", p.table, field.Name), nearestOf(field.Name, columnNames(t.columns)))
			if meant, ok := config.Nearest(field.Name, columnNames(t.columns)); ok {
				has[strings.ToLower(meant)] = true // one mistake, one finding
			}
		default:
			s.loses(f, p.table, field, c)
		}
	}
	s.collides(f, t, p, has)
	for _, c := range t.columns {
		switch {
		case has[strings.ToLower(c.Name)]:
		case s.stands && p.table == s.table: // no row is made
		case c.Must() && !(c.Primary && s.conn.dialect.numbers(c)):
			f.fault(connectors.Bad, at, "missing-column", fmt.Sprintf("%s.%s must be filled (%s, no default), and nothing fills it", p.table, c.Name, declared(&c)), fmt.Sprintf("write %s: into the mapping, or fill it by %s", c.Name, p.fillsBy(s)))
		case c.Default != nil && strings.Contains(*c.Default, "0000-00-00") && strings.Contains(mode, "NO_ZERO_DATE"):
			f.fault(connectors.Bad, at, "zero-date", fmt.Sprintf("%s.%s has the default %s, which the sql_mode of this connection refuses, and nothing fills it", p.table, c.Name, *c.Default),
				"fill it in the mapping, or write sql_mode: at the connection, without NO_ZERO_DATE: STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION")
		}
	}
}

// loses says what a column does not hold of the values that it is given. Reading back finds it, and refuses the order.
func (s *sink) loses(f *findings, table string, field connectors.Field, c *Column) {
	room := lettersIn(c)
	decimals, keeps := s.conn.dialect.keeps(c.Type)
	_, isText := field.Literal.(string)
	switch {
	case room > 0 && field.Most > room:
		f.fault(connectors.Warn, field.Pos, "too-long", fmt.Sprintf("%s.%s holds %d characters, and the mapping lets %d through", table, field.Name, room, field.Most), fmt.Sprintf("cut it to %d: what is longer is refused", room))
	case keeps == singly && field.Decimals > 0:
		f.fault(connectors.Bad, field.Pos, "float-column", fmt.Sprintf("%s.%s is %s, which holds about seven digits: 123456.78 does not stand in it as it is", table, field.Name, c.Type),
			fmt.Sprintf("have it made exact: ALTER TABLE %s MODIFY %s DECIMAL(18,4), or leave it out of the mapping", quoteTable(table), quote(c.Name)))
	case keeps == exactly && field.Decimals > decimals:
		f.fault(connectors.Bad, field.Pos, "lossy-cast", fmt.Sprintf("%s.%s is %s and keeps %d decimals, and the mapping lets %d through", table, field.Name, c.Type, decimals, field.Decimals),
			fmt.Sprintf("say that it may be rounded: round(..., %d), or that there must be no more: integer(...), or name another column", decimals))
	case keeps != unknownKeeping && isText && !numeric(field.Literal):
		f.fault(connectors.Bad, field.Pos, "wrong-type", fmt.Sprintf("%s.%s is %s, and is given the text %q", table, field.Name, c.Type, field.Literal), "write a number, or name another column")
	case field.Prose && c.Charset != "" && !slices.Contains(unlimited, c.Charset) && !slices.Contains(chinese, c.Charset):
		f.fault(connectors.Warn, field.Pos, "narrow-charset", fmt.Sprintf("%s.%s holds %s, which has no Chinese, and people write what stands there", table, field.Name, c.Charset),
			fmt.Sprintf(`write charset(..., %q, "?") around it, name a column that holds Chinese, or: ALTER TABLE %s CONVERT TO CHARACTER SET utf8mb4`, c.Charset, quoteTable(table)))
	}
}

func numeric(v any) bool {
	s, _ := v.(string)
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}

// collides looks for further unique keys in which what we write can be the same twice: the second row would be refused, or, when
// it is looked for by that key, taken for the first.
func (s *sink) collides(f *findings, t *tableShape, p part, filled map[string]bool) {
	among := func(list []string, name string) bool {
		return slices.ContainsFunc(list, func(one string) bool { return strings.EqualFold(one, name) })
	}
	var counted []string
	for _, n := range s.numbers {
		counted = append(counted, n.column)
	}
	for _, key := range t.uniques {
		apart := slices.ContainsFunc(p.apart, func(c string) bool { return c != "" && among(key, c) }) && p.table == s.table ||
			p.table != s.table && !slices.ContainsFunc(p.apart, func(c string) bool { return !among(key, c) })
		var first *connectors.Field
		for _, column := range key {
			apart = apart || !filled[strings.ToLower(column)] || p.table == s.table && among(counted, column)
			for i, field := range p.given {
				if strings.EqualFold(field.Name, column) {
					apart = apart || field.Own
					if first == nil && !among(p.apart, column) {
						first = &p.given[i]
					}
				}
			}
		}
		if apart || first == nil {
			continue
		}
		f.fault(connectors.Bad, first.Pos, "second-key", fmt.Sprintf("%s is unique by %s, too, and %s may be the same for two of those that are written", p.table, strings.Join(key, ", "), first.Name),
			fmt.Sprintf("fill %s with what no other has, such as number, leave it out, or name it under key:", first.Name))
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
