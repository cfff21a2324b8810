package sqldb

import (
	"context"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"

	"tradewire/connectors"
)

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
		rows, err = s.among(ctx, tx, query{from: c.from}, childColumns, distinct(records, parentColumns), order)
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
