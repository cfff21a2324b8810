package sqldb

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"

	"tradewire/connectors"
)

// List shows every header of the table with its rows, and then rows whose header is missing. A record has the shape
// in which it was written: what Write fills in itself is not in it (our reference is the Key, a number made here the
// Reference), but all other columns are, as Write alone does not know which are ours.
func (s *sink) List(ctx context.Context, after connectors.Position, max int) (list []connectors.Standing, next connectors.Position, err error) {
	mark, err := parseListing(after)
	if err != nil {
		return nil, "", s.conn.blame("list "+s.target, err)
	}
	err = s.conn.look(ctx, "list "+s.target, func(tx *sqlx.Tx) error {
		list, next = nil, ""
		here := mark
		for len(list) < max && here.stage <= len(s.rows) {
			var part []connectors.Standing
			if here.stage == 0 {
				part, here, err = s.headersAfter(ctx, tx, here, max)
			} else {
				part, here, err = s.orphansAfter(ctx, tx, here, max-len(list))
			}
			if err != nil {
				return err
			}
			list = append(list, part...)
			if here.stage == 0 {
				break
			}
		}
		if here.stage <= len(s.rows) {
			next = here.position()
		}
		return nil
	})
	if err != nil {
		return nil, "", err
	}
	return list, next, nil
}

// listing is how far a list has come: the headers are stage 0, the orphans of each table of rows a stage of their own.
type listing struct {
	stage int
	key   []any // the last key seen; nil: none of this stage
}

func (l listing) position() connectors.Position {
	r := connectors.Record{"stage": connectors.Number(fmt.Sprint(l.stage))}
	if l.key != nil {
		r["key"] = l.key
	}
	return connectors.Position(r.Canonical())
}

func parseListing(pos connectors.Position) (listing, error) {
	if pos == "" {
		return listing{}, nil
	}
	r, err := connectors.ParseRecord([]byte(pos), connectors.DefaultLimits)
	if err != nil {
		return listing{}, staleMark(err)
	}
	var l listing
	if _, err := fmt.Sscan(keyText(r["stage"]), &l.stage); err != nil {
		return listing{}, staleMark(err)
	}
	l.key, _ = r["key"].([]any)
	return l, nil
}

// beyond is the condition for keys after the last one seen.
func (l listing) beyond(columns []string) (string, []any, error) {
	if l.key == nil {
		return "1 = 1", nil, nil
	}
	args := make([]any, len(l.key))
	for i, v := range l.key {
		b, err := boundKey(v)
		if err != nil {
			return "", nil, err
		}
		args[i] = b
	}
	if len(args) != len(columns) {
		return "", nil, staleMark(fmt.Errorf("it holds %d values, not %d", len(args), len(columns)))
	}
	if len(columns) == 1 {
		return "t." + quote(columns[0]) + " > ?", args, nil
	}
	return "(" + strings.Join(ordered(columns), ", ") + ") > (" + marks(len(columns)) + ")", args, nil
}

func (s *sink) headersAfter(ctx context.Context, tx *sqlx.Tx, mark listing, max int) ([]connectors.Standing, listing, error) {
	condition, args, err := mark.beyond([]string{s.key})
	if err != nil {
		return nil, mark, err
	}
	only, ours := s.only.only("t.")
	headers, err := s.conn.rows(ctx, tx, query{from: quoteTable(s.table), rest: " WHERE " + only + condition + " ORDER BY t." + quote(s.key) + " LIMIT ?", args: append(append(ours, args...), max+1)})
	if err != nil {
		return nil, mark, err
	}
	more := len(headers) > max
	headers = headers[:min(max, len(headers))]
	if err := shows(headers, s.table, s.headColumns()...); err != nil {
		return nil, mark, err
	}
	list := make([]connectors.Standing, len(headers))
	for i, h := range headers {
		list[i].Reference = keyText(h.record[s.key])
		if s.reference != "" {
			list[i].Key = keyText(h.record[s.reference])
		}
	}
	for _, table := range s.rows {
		parents := table.parent
		rows, err := s.rowsOf(ctx, tx, table, distinct(headers, parents))
		if err != nil {
			return nil, mark, err
		}
		byParent := s.conn.group(rows, table.child)
		for i, h := range headers {
			list[i].Record = h.record
			h.record[table.name] = table.strip(byParent.of(joinKey(h.at(parents))))
		}
	}
	for i, h := range headers {
		list[i].Record = h.record
		mark.key = []any{h.record[s.key]}
		if s.number != nil {
			delete(h.record, s.key)
		}
		if s.reference != "" && s.reference != s.key {
			delete(h.record, s.reference)
		}
		delete(h.record, s.revision)
		for _, column := range s.only.columns {
			delete(h.record, column)
		}
	}
	if !more {
		mark = listing{stage: 1}
	}
	return list, mark, nil
}

// rowsOf reads all columns of the rows of some headers, in the order of the rows' own key.
func (s *sink) rowsOf(ctx context.Context, tx *sqlx.Tx, table rowTable, parents [][]any) ([]row, error) {
	order := " ORDER BY " + strings.Join(ordered(table.unique()), ", ")
	return s.conn.rowsAmong(ctx, tx, query{from: quoteTable(table.table), only: table.only}, table.child, parents, order)
}

// strip takes away the columns that name the header, and those that are the same in all rows.
func (t rowTable) strip(rows []row) []any {
	list := make([]any, len(rows))
	for i, r := range rows {
		record := make(connectors.Record, len(r.record))
		for column, v := range r.record {
			record[column] = v
		}
		for _, column := range append(t.child, t.only.columns...) {
			delete(record, column)
		}
		list[i] = record
	}
	return list
}

// orphansAfter shows rows of one table whose header is missing, grouped by the header they name.
func (s *sink) orphansAfter(ctx context.Context, tx *sqlx.Tx, mark listing, max int) ([]connectors.Standing, listing, error) {
	table := s.rows[mark.stage-1]
	child := table.child
	condition, args, err := mark.beyond(child)
	if err != nil {
		return nil, mark, err
	}
	joins := make([]string, len(child))
	for i := range child {
		condition += " AND t." + quote(child[i]) + " IS NOT NULL"
		joins[i] = "h." + quote(table.parent[i]) + " = t." + quote(child[i])
	}
	only, ours := table.only.only("t.")
	headers, theirs := s.only.only("h.")
	args = append(append(ours, args...), theirs...)
	lost, err := s.conn.rows(ctx, tx, query{from: quoteTable(table.table), columns: child,
		rest: " WHERE " + only + condition + " AND NOT EXISTS (SELECT 1 FROM " + quoteTable(s.table) + " AS h WHERE " + headers + strings.Join(joins, " AND ") + ")" +
			" GROUP BY " + strings.Join(ordered(child), ", ") + " ORDER BY " + strings.Join(ordered(child), ", ") + " LIMIT ?",
		args: append(args, max+1)})
	if err != nil {
		return nil, mark, err
	}
	more := len(lost) > max
	lost = lost[:min(max, len(lost))]
	rows, err := s.rowsOf(ctx, tx, table, distinct(lost, child))
	if err != nil {
		return nil, mark, err
	}
	byParent := s.conn.group(rows, child)
	var list []connectors.Standing
	for _, l := range lost {
		key := joinKey(l.at(child))
		mark.key = l.at(child)
		list = append(list, connectors.Standing{Reference: key, Record: connectors.Record{table.name: table.strip(byParent.of(key))}})
	}
	if !more {
		mark = listing{stage: mark.stage + 1}
	}
	return list, mark, nil
}

// Keeps are the fields of a record that do not stand in the tables as they were given: columns that are written when a row is
// made and never again, and what only look-ups need. Those of rows have the name of the rows in front. Rows beside which others
// may stand are not told apart from those.
func (s *sink) Keeps() []string {
	names := append(slices.Collect(maps.Keys(s.keep)), slices.Collect(maps.Keys(s.aside))...)
	for _, r := range s.rows {
		if r.stay {
			names = append(names, r.name)
			continue
		}
		for name := range r.keep {
			names = append(names, r.name+"."+name)
		}
		for name := range r.aside {
			names = append(names, r.name+"."+name)
		}
	}
	return slices.Sorted(slices.Values(names))
}
