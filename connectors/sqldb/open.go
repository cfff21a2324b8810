package sqldb

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"

	"tradewire/connectors"
)

// What tells that a record is new may not tell that it has changed: an id is given once. So records that are open, as the
// condition under `open` says, are read again at the end of every sweep, and once more after it has ceased to hold: what closes a
// record is a change of it.
//
// Which those are the position remembers. A record that was open when it was handed out is on the list from that page on, and leaves
// it with the page that shows it closed: whatever happens between two pages, the last of it is seen.

// mostOpen bounds the list, which is kept anew with every page.
const mostOpen = 10_000

// opened is the SELECT of the records that are open.
func (c *checker) opened(s *source, r reading) string {
	if r.Open.Value == "" {
		return ""
	}
	condition := c.expand(r.Open)
	switch {
	case s.detect == "snapshot" || s.detect == "log":
		c.fault(r.Open.Pos, "needless-open", fmt.Sprintf("a %s shows every change", s.detect), "leave open out; a snapshot keeps to open records by the WHERE of its SELECT")
	case !closed(condition.Value):
		c.fault(r.Open.Pos, "bad-condition", "a bracket or a quote of the condition is not closed, or it holds a ; or a comment", "write a condition on columns of the SELECT: settled = 0")
	}
	return "(SELECT * FROM " + s.from + " AS t WHERE (" + condition.Value + "))"
}

// noteOpen puts on the list which of these rows are open, and when a sweep is at its end, all others that are. It reads in the
// transaction in which the rows were read.
func (s *source) noteOpen(ctx context.Context, tx *sqlx.Tx, mark *watermark, rows []row) error {
	if s.open == "" {
		mark.open, mark.again = nil, nowhere
		return nil
	}
	var found []row
	var err error
	if mark.sweeping {
		found, err = s.among(ctx, tx, query{from: s.open, columns: s.key}, s.key, distinct(rows, s.key), "")
	} else {
		found, err = s.conn.rows(ctx, tx, query{from: s.open, columns: s.key, rest: " LIMIT ?", args: []any{mostOpen + 1}})
	}
	if err != nil {
		return err
	}
	for _, r := range found {
		if key := r.at(s.key); !slices.Contains(key, nil) {
			mark.open = append(mark.open, joinKey(key))
		}
	}
	slices.Sort(mark.open)
	mark.open = slices.Compact(mark.open)
	if len(mark.open) > mostOpen {
		return misconfigured("write a condition that holds of fewer, or read a snapshot", "more than %d records are open", mostOpen)
	}
	if !mark.sweeping && len(mark.open) > 0 {
		mark.again = 0
	}
	return nil
}

// reread shows the next of the list as they are now. Those that are closed leave it.
func (s *source) reread(ctx context.Context, tx *sqlx.Tx, mark watermark, max int) (connectors.Batch, error) {
	page := mark.open[mark.again:min(mark.again+max, len(mark.open))]
	keys := make([][]any, len(page))
	for i, key := range page {
		parts, ok := splitKey(key, len(s.key))
		if !ok {
			return connectors.Batch{}, staleMark(fmt.Errorf("%q is no key of %s", key, strings.Join(s.key, "/")))
		}
		for _, part := range parts {
			keys[i] = append(keys[i], part)
		}
	}
	changes, err := s.named(ctx, tx, keys)
	if err != nil {
		return connectors.Batch{}, err
	}
	found, err := s.among(ctx, tx, query{from: s.open, columns: s.key}, s.key, keys, "")
	if err != nil {
		return connectors.Batch{}, err
	}
	stay := s.conn.group(found, s.key)
	end := mark.again + len(page)
	kept := slices.DeleteFunc(slices.Clone(page), func(key string) bool { return len(stay.of(key)) == 0 })
	mark.open = slices.Concat(mark.open[:mark.again], kept, mark.open[end:])
	if mark.again += len(kept); mark.again == len(mark.open) {
		mark.again = nowhere
	}
	asOf, err := s.conn.now(ctx, tx)
	return connectors.Batch{Changes: changes, Next: mark.position(), More: mark.again != nowhere, AsOf: asOf}, err
}

// keysOf are the keys of a list that a position holds.
func keysOf(v any) (keys []string) {
	list, _ := v.([]any)
	for _, key := range list {
		keys = append(keys, keyText(key))
	}
	return keys
}

// listed is a list of keys for a position.
func listed(keys []string) []any {
	list := make([]any, len(keys))
	for i, key := range keys {
		list[i] = key
	}
	return list
}
