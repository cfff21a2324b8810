package sqldb

import (
	"fmt"
	"slices"
	"strings"

	"tradewire/config"
	"tradewire/connectors"
)

var _ connectors.Matcher = (*sink)(nil)

// Match holds what the mapping makes against what this target writes, without looking at the database.
func (s *sink) Match(fields []connectors.Field) config.Faults {
	var check checker
	header := side{check: &check, table: s.table, fields: fields, filled: s.fills(), refers: []string{s.reference, s.revision}}
	header.needs(s.needs, s.lookups)
	if s.section.At("number").Absent() && s.key != s.reference && !header.has(s.key) {
		check.fault(s.section.Pos(), "missing-key", fmt.Sprintf("nothing gives %s.%s, which is the key", s.table, s.key), "write number: here, or "+s.key+": into the mapping")
	}
	for _, field := range fields {
		at := slices.IndexFunc(s.rows, func(r rowTable) bool { return r.name == field.Name })
		switch {
		case at < 0 && field.Rows:
			check.fault(field.Pos, "no-such-rows", fmt.Sprintf("the target %s writes no rows called %s", s.target, field.Name), config.Choose(field.Name, s.rowNames()))
		case at < 0:
			header.column(field)
		case !field.Rows:
			check.fault(field.Pos, "wrong-shape", field.Name+" is one value, and the target writes rows of that name", "write each: and fields: below it, or fields: alone where there is one row")
		default:
			s.rows[at].match(&check, field)
		}
	}
	return check.faults
}

func (r rowTable) match(check *checker, field connectors.Field) {
	rows := side{check: check, table: r.table, fields: field.Inside, filled: r.fills()}
	rows.needs(r.needs, r.lookups)
	for _, key := range r.keys {
		if !rows.has(key) && !slices.Contains(r.fills(), key) {
			check.fault(field.Pos, "missing-key", fmt.Sprintf("the rows have no %s, which tells them apart", key), "write "+key+": below it")
		}
	}
	for _, inside := range field.Inside {
		if inside.Rows {
			check.fault(inside.Pos, "no-such-rows", fmt.Sprintf("the rows of %s have no rows of their own", r.table), "write single values, or a table of its own under rows:")
			continue
		}
		rows.column(inside)
	}
}

func (s *sink) rowNames() []string {
	names := make([]string, len(s.rows))
	for i, r := range s.rows {
		names[i] = r.name
	}
	return names
}

// side is one table and the fields that are made for it.
type side struct {
	check  *checker
	table  string
	fields []connectors.Field
	filled []string // columns that are filled in without the mapping
	refers []string // of those, what the mapping may give as well, when it is the same
}

func (s side) has(name string) bool {
	return slices.ContainsFunc(s.fields, func(f connectors.Field) bool { return f.Name == name })
}

// needs sees that the mapping makes what look-ups ask for.
func (s side) needs(aside []config.Text, lookups []lookup) {
	names := make([]string, len(s.fields))
	for i, f := range s.fields {
		names[i] = f.Name
	}
	for _, name := range aside {
		if !s.has(name.Value) {
			s.check.fault(name.Pos, "unknown-field", fmt.Sprintf("the mapping makes no %s", name), config.Choose(name.Value, names))
		}
	}
	asides := make([]string, len(aside))
	for i, name := range aside {
		asides[i] = name.Value
	}
	for _, l := range lookups {
		for _, asked := range l.asks {
			if !s.has(asked.Value) && !slices.Contains(asides, asked.Value) {
				s.check.fault(asked.Pos, "unknown-field", fmt.Sprintf("the look-up %s asks for %s, which the mapping does not make", l.name, asked), config.Choose(asked.Value, names))
			}
		}
	}
}

// column refuses what is filled in already.
func (s side) column(field connectors.Field) {
	if slices.Contains(s.filled, field.Name) && !slices.Contains(s.refers, field.Name) {
		s.check.fault(field.Pos, "filled-twice", fmt.Sprintf("%s.%s is filled in by the target: by where:, parent:, numbers: or a look-up", s.table, field.Name), "leave it out of the mapping, or name another field here and under by:")
	} else if strings.Contains(field.Name, "?") {
		s.check.fault(field.Pos, "bad-name", fmt.Sprintf("%q is not the name of a column", field.Name), "write the name as the database has it")
	}
}
