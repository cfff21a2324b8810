package sqldb

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"

	"tradewire/connectors"
)

// Range returns the page of records behind a key. It shows the rows that Read shows from its beginning, and asks for each page by
// the key of the last one: what was shown costs the database nothing again, and a row that is put in between is met or is not,
// but moves no other row over the edge of a page.
func (s *source) Range(ctx context.Context, after connectors.Position, max int) (batch connectors.Batch, err error) {
	err = s.conn.look(ctx, "walk through "+s.name, func(tx *sqlx.Tx) (err error) { batch, err = s.walk(ctx, tx, after, max); return err })
	if err != nil {
		s.types.Clear()
		return connectors.Batch{}, err
	}
	return batch, nil
}

// Count is how many records Range shows, as things are now.
func (s *source) Count(ctx context.Context) (n int64, err error) {
	err = s.conn.look(ctx, "count "+s.name, func(tx *sqlx.Tx) error {
		where := ""
		if column := s.rising(); column != "" {
			where = "\n WHERE t." + quote(column) + " IS NOT NULL"
		}
		return tx.GetContext(ctx, &n, "SELECT COUNT(*)\n  FROM "+s.from+" AS t"+where)
	})
	return n, err
}

// Mark is where reading would stand had it read everything. A snapshot stands nowhere. A change log holds what has changed since
// its triggers were made: it begins where nothing of it has been taken.
func (s *source) Mark(ctx context.Context) (pos connectors.Position, err error) {
	op := "look where " + s.name + " ends"
	switch s.detect {
	case "snapshot":
		return "", nil
	case "log":
		err = s.conn.look(ctx, op, func(tx *sqlx.Tx) error { _, err := s.logPage(ctx, tx, 1, taken{}); return err })
		return taken{}.position(), err
	}
	err = s.conn.look(ctx, op, func(tx *sqlx.Tx) (err error) { pos, err = s.end(ctx, tx); return err })
	return pos, err
}

// end is the watermark of the last row by the watched column.
func (s *source) end(ctx context.Context, tx *sqlx.Tx) (connectors.Position, error) {
	mark, err := s.setBack(watermark{})
	if err != nil {
		return "", err
	}
	order := ordered(append([]string{s.column}, s.key...))
	rows, err := s.conn.rows(ctx, tx, query{from: s.from,
		rest: " WHERE t." + quote(s.column) + " IS NOT NULL ORDER BY " + strings.Join(order, " DESC, ") + " DESC LIMIT 1"})
	if err == nil {
		err = shows(rows, s.name, s.needed()...)
	}
	if err != nil {
		return "", err
	}
	if len(rows) > 0 {
		mark.at, mark.key = rows[0].record[s.column], rows[0].at(s.key)
	}
	return mark.position(), nil
}

// rising is the watched column; a snapshot and a log have none.
func (s *source) rising() string {
	if s.detect == "snapshot" || s.detect == "log" {
		return ""
	}
	return s.column
}

// path are the columns by which Range goes: the key, and behind it the watched column, so that of several rows of one key the
// latest comes last.
func (s *source) path() []string {
	path := slices.Clone(s.key)
	if column := s.rising(); column != "" && !slices.Contains(path, column) {
		path = append(path, column)
	}
	return path
}

func (s *source) walk(ctx context.Context, tx *sqlx.Tx, after connectors.Position, max int) (connectors.Batch, error) {
	path := s.path()
	condition, args, err := behind(path, after)
	if err != nil {
		return connectors.Batch{}, err
	}
	if column := s.rising(); column != "" {
		condition = append(condition, "t."+quote(column)+" IS NOT NULL")
	}
	rest := ""
	if len(condition) > 0 {
		rest = " WHERE " + strings.Join(condition, " AND ")
	}
	rows, err := s.conn.rows(ctx, tx, query{from: s.from, rest: rest + " ORDER BY " + strings.Join(ordered(path), ", ") + " LIMIT ?", args: append(args, max+1)})
	if err == nil {
		err = shows(rows, s.name, s.needed()...)
	}
	if err != nil {
		return connectors.Batch{}, err
	}
	batch := connectors.Batch{Next: after, More: len(rows) > max}
	if s.detect == "snapshot" {
		batch.Set = s.name
	}
	if batch.More {
		if rows, err = s.cut(ctx, tx, rows, path, max); err != nil {
			return connectors.Batch{}, err
		}
	}
	if len(rows) > 0 {
		batch.Next = connectors.Position(connectors.Record{"behind": rows[len(rows)-1].at(path)}.Canonical())
	}
	if batch.Changes, err = s.changes(ctx, tx, rows, false); err != nil {
		return connectors.Batch{}, err
	}
	if s.rising() == "" {
		twice(batch.Changes)
	}
	batch.AsOf, err = s.conn.now(ctx, tx)
	return batch, err
}

// behind is the condition for rows that come after a position of Range.
func behind(path []string, after connectors.Position) (condition []string, args []any, err error) {
	if after == "" {
		return nil, nil, nil
	}
	r, err := connectors.ParseRecord([]byte(after), connectors.DefaultLimits)
	if err != nil {
		return nil, nil, staleMark(err)
	}
	values, _ := r["behind"].([]any)
	if len(values) != len(path) {
		return nil, nil, staleMark(fmt.Errorf("it holds %d values, not %d", len(values), len(path)))
	}
	for _, v := range values {
		b, err := boundKey(v)
		if err != nil {
			return nil, nil, staleMark(err)
		}
		args = append(args, b)
	}
	columns := ordered(path)
	if len(path) == 1 {
		return []string{columns[0] + " > ?"}, args, nil
	}
	// The first column once more, alone: that is what an index is used for.
	return []string{columns[0] + " >= ?", "(" + strings.Join(columns, ", ") + ") > (" + marks(len(path)) + ")"}, append(args[:1:1], args...), nil
}

// cut ends a page so that the next begins behind it: never between rows whose keys are equal, nor behind a row whose key is
// empty, behind which nothing comes.
func (s *source) cut(ctx context.Context, tx *sqlx.Tx, rows []row, path []string, max int) ([]row, error) {
	for end := max; end > 0; end-- {
		last := rows[end-1].at(path)
		if slices.Contains(last, nil) || joinKey(last) == joinKey(rows[end].at(path)) {
			continue
		}
		ends, err := s.ends(ctx, tx, path, last, rows[end].at(path))
		if err != nil {
			return nil, err
		}
		if ends {
			return rows[:end], nil
		}
	}
	return nil, misconfigured("name the columns under key: that tell records apart, and leave rows without a key out of the SELECT",
		"among %d rows none has a key %s of its own, by which the walk could go on", max, strings.Join(s.key, "/"))
}

// ends says that a page may end between two keys: the database finds the first, and takes the second for another. Of numbers that
// is plain; of texts only the database knows, by its collation, whether e, E and é are three.
func (s *source) ends(ctx context.Context, tx *sqlx.Tx, path []string, last, next []any) (bool, error) {
	if !slices.ContainsFunc(last[:len(s.key)], func(v any) bool { _, text := v.(string); return text }) {
		return true, nil
	}
	args := make([]any, 0, 2*len(path))
	for _, v := range append(slices.Clone(next), last...) {
		b, err := boundKey(v)
		if err != nil {
			return false, err
		}
		args = append(args, b)
	}
	equal := strings.Join(ordered(path), " = ? AND ") + " = ?"
	var found struct {
		All  int `db:"found"`
		Both int `db:"also"`
	}
	err := tx.GetContext(ctx, &found, "SELECT COUNT(*) AS found, COALESCE(SUM(CASE WHEN "+equal+" THEN 1 ELSE 0 END), 0) AS also\n  FROM "+s.from+" AS t\n WHERE "+equal, args...)
	return found.All > 0 && found.Both == 0, err
}
